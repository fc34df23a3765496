import ArgumentParser
import Exposition
import NUMATopology
import Snapshots
import TextOutput

/// `numawatch doctor`: what can be read here, what not, and what would change that.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Which kernel sources can be read here, why not the others, and what would make them readable.")

    @OptionGroup var source: SourceOptions

    func run() async throws {
        let output = CommandOutput.standard()
        let answer = try await source.source().answer(.sources)
        guard !source.isJSON else { return try output.write(answer.bytes) }
        try output.write(DoctorReport(answer.record()).text(output))
    }
}

/// The text of `numawatch doctor`.
struct DoctorReport {
    private let answer: SourcesAnswer

    init(_ answer: SourcesAnswer) {
        self.answer = answer
    }

    func text(_ output: CommandOutput) -> String {
        let nameWidth = answer.sources.reduce(0) { max($0, $1.status.name.count) }
        var text = ""
        for note in answer.notes {
            text +=
                output.styled(note.kind.rawValue, note.kind == .view ? .heading : .warning)
                + "  \(note.text.terminalSafe)\n"
        }
        for source in answer.sources.map(\.status) {
            let (mark, emphasis): (String, CommandOutput.Emphasis) =
                switch source.state {
                case .readable: ("ok", .good)
                case .notApplicable: ("n/a", .faint)
                case .unavailable, .failed, .malformed: ("NO", .bad)
                }
            text += output.styled(mark, emphasis) + String(repeating: " ", count: 5 - mark.count)
            text += source.name + String(repeating: " ", count: nameWidth - source.name.count + 2)
            text += source.path.terminalSafe + "\n"
            guard !source.isReadable else { continue }
            for (label, value) in [
                ("why", source.errnoName ?? source.reason), ("lost", source.lostWithout), ("remedy", source.remedy),
                ("tried", source.triedAtNanoseconds.map { age(answer.round.age(of: $0)) }),
            ] {
                if let value {
                    text +=
                        "       \(label)" + String(repeating: " ", count: 8 - label.count) + value.terminalSafe + "\n"
                }
            }
        }
        return text
    }

    private func age(_ nanoseconds: UInt64) -> String {
        nanoseconds < 1_000_000_000 ? "just now" : "\(Quantity.time(nanoseconds: nanoseconds)) ago"
    }
}
