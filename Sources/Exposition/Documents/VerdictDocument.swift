package import Snapshots
import Verdicts

extension PublishedDocument<VerdictAnswer> {
    package static var verdict: PublishedDocument<VerdictAnswer> {
        Self(
            "/v1/verdict", "Whether NUMA balancing helps or hurts the host, its groups and processes, and what to do.",
            parameters: [
                QueryParameter(FieldName.group.text, .text(maximumBytes: 4096), "Only this group and its processes."),
                QueryParameter(FieldName.pid.text, .integer(1...Int(Int32.max)), "Only this process."),
            ], otherStatuses: [404, 503], VerdictAnswer.fields
        ) { (snapshot, question) throws(EndpointError) in
            try answer(snapshot, question)
        }
    }

    private static func answer(
        _ snapshot: HostSnapshot, _ question: DocumentQuestion
    ) throws(EndpointError) -> VerdictAnswer {
        guard snapshot.verdict != nil else {
            throw EndpointError(
                status: 404, "Nothing is judged here.", remedy: "The daemon judges; a single reading cannot.")
        }
        let advisor = Advisor(snapshot)
        var answer = VerdictAnswer(round: RoundHeader(snapshot, nowNanoseconds: question.nowNanoseconds))
        if let pid = question.query[integer: FieldName.pid.text] {
            guard let process = Int32(exactly: pid).flatMap(snapshot.process(pid:)) else {
                throw EndpointError(
                    status: 404, "No such process is known.", remedy: "GET /v1/processes lists those that are.")
            }
            guard let entry = advisor.entry(process) else {
                throw EndpointError(
                    status: 404, "The process has hardly run: a process is judged from 2 s of CPU time on.",
                    remedy: "GET /v1/verdict?group= has the verdict of its group.")
            }
            answer.processes = [entry]
            return answer
        }
        if let name = question.query[text: FieldName.group.text] {
            guard let group = snapshot.groups.first(where: { $0.name == name }), let entry = advisor.entry(group) else {
                throw EndpointError(
                    status: 404, "No such group is known.", remedy: "GET /v1/groups lists those that are.")
            }
            answer.groups = [entry]
            answer.processes = snapshot.processes.filter { $0.groupName == name }.compactMap(advisor.entry)
            return answer
        }
        answer.host = advisor.hostEntry
        answer.groups = snapshot.groups.compactMap(advisor.entry)
        answer.processes = snapshot.processes.compactMap(advisor.entry)
        return answer
    }
}
