package import Snapshots

extension PublishedDocument<TriageAnswer> {
    package static var triage: PublishedDocument<TriageAnswer> {
        Self(
            "/v1/triage", "The nodes groups and processes may use against those they use, mismatches first.",
            parameters: [
                QueryParameter(
                    QueryValues.Name.filter, .text(maximumBytes: 256),
                    "Part of a group's name or title, or of a command, or a whole pid."),
                QueryParameter(
                    QueryValues.Name.percent, .integer(1...100),
                    "From which share of its memory on the wrong nodes on it is a mismatch, percent (default 5)."),
            ], TriageAnswer.fields
        ) { snapshot, question in
            let percent = question.query[integer: QueryValues.Name.percent]
            let share = percent.map { Double($0) / 100 } ?? Triage.defaultShare
            var entries = Triage.entries(of: snapshot, share: share)
            if let filter = question.query[text: QueryValues.Name.filter], !filter.isEmpty {
                entries.removeAll { !$0.matches(filter) }
            }
            return TriageAnswer(
                round: RoundHeader(snapshot, nowNanoseconds: question.nowNanoseconds), entries: entries)
        }
    }
}

extension TriageEntry {
    fileprivate func matches(_ filter: String) -> Bool {
        [group, title, command].contains { $0?.contains(ignoringCase: filter) ?? false }
            || pid.map { String($0) == filter } ?? false
    }
}
