import ArgumentParser
import Exposition
import Snapshots

/// `numawatch verdict [PID|GROUP]`: whether NUMA balancing helps or hurts, and what to do.
struct VerdictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdict", abstract: "Whether NUMA balancing helps or hurts here, why, and what to do.",
        discussion: """
            Without an argument the host, and every group that ran; with one a card of the process or group. Nothing is ever \
            changed: commands are for you to judge and type.

            The daemon judges the last ten minutes (Window= of [Verdict]); it keeps nothing older. Costs and local shares are \
            those of the last fifth. A process is judged once it has had 2 s of CPU time in that time. With --local or --root \
            there is one reading, which tells the settings and no more.
            """)

    @OptionGroup var source: SourceOptions

    @Argument(help: "A process id, or the name of a group as “numawatch groups --json” has it.")
    var subject: String?

    @Flag(help: "Every figure, with what it rests on.")
    var explain = false

    func run() async throws {
        let output = CommandOutput.standard()
        let answer = try await source.source().answer(.verdict, Self.request(subject))
        guard !source.isJSON else { return try output.write(answer.bytes) }
        try output.write(VerdictReport(try answer.record(), isExplained: explain, isNamed: subject != nil).text(output))
    }

    /// A number is a process; everything else is a group.
    static func request(_ subject: String?) -> DocumentRequest {
        guard let subject else { return DocumentRequest() }
        let name = Int32(subject).map { $0 > 0 } ?? false ? FieldName.pid : FieldName.group
        return DocumentRequest(query: [(name.text, subject)])
    }
}

/// The text of `numawatch verdict`.
struct VerdictReport {
    private let answer: VerdictAnswer
    private let isExplained: Bool
    private let isNamed: Bool

    /// - Parameter isNamed: One process or group was asked for.
    init(_ answer: VerdictAnswer, isExplained: Bool = false, isNamed: Bool = false) {
        self.answer = answer
        self.isExplained = isExplained
        self.isNamed = isNamed
    }

    func text(_ output: CommandOutput) -> String {
        var parts: [String] = []
        let cards = isNamed ? Array((answer.groups + (answer.groups.isEmpty ? answer.processes : [])).prefix(1)) : []
        for entry in (answer.host.map { [$0] } ?? []) + cards {
            parts.append(VerdictCard(entry, round: answer.round).text(output))
            if isExplained { parts.append(VerdictExplanation(entry).text(output)) }
        }
        if !isNamed || !answer.groups.isEmpty {
            let table = VerdictTable(isNamed ? answer.processes : answer.groups).text(output)
            if !table.isEmpty { parts.append(table) }
        }
        return parts.joined(separator: "\n")
    }
}
