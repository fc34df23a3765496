import ArgumentParser
import Exposition
import NUMATopology
import Snapshots
import TextOutput

/// `numawatch triage`: who is on nodes it may not use, or has memory where it may not run; for scripts and hooks.
struct TriageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "triage",
        abstract:
            "Units and processes that have memory where they may not run or may not have it, and the others behind them.",
        discussion: """
            CPUS and MEMS are the nodes a unit or process may run on and take memory from, THREADS and MEMORY where it does; \
            pages of files are left out.

            The exit status is 1 where anything is wrong, 0 where nothing is, and 2 where nothing is known of any of them. What \
            else can go wrong has the exit statuses of every command.
            """)

    @OptionGroup var source: SourceOptions

    @Option(help: "Only those whose unit, title or command holds this, or the process with this pid.")
    var filter: String?

    @Option(
        name: .customLong("share"),
        help: ArgumentHelp("Memory on the wrong nodes is a mismatch from this share on.", valueName: "percent"))
    var percent = 5

    @Flag(help: "Print one line: how many there are, and the first.")
    var summary = false

    func validate() throws {
        guard (1...100).contains(percent) else {
            throw ValidationError("--share wants a percentage from 1 to 100.")
        }
        if summary, source.isJSON {
            throw ValidationError("--summary and --json exclude each other.")
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        var request = DocumentRequest(query: [(QueryValues.Name.percent, "\(percent)")])
        if let filter { request.query.append((QueryValues.Name.filter, filter)) }
        let answer = try await source.source().answer(.triage, request)
        let record = try answer.record()
        if source.isJSON {
            try output.write(answer.bytes)
        } else {
            let report = TriageReport(record)
            try output.write(summary ? report.summary + "\n" : report.text(output))
        }
        let status = record.exitStatus
        if status != .success { throw ExitCode(status.rawValue) }
    }
}

extension TriageAnswer {
    /// What scripts go by.
    var exitStatus: ExitStatus {
        if mismatchCount > 0 { return .negative }
        return unknownCount == entries.count ? .unknown : .success
    }
}

/// The text of `numawatch triage`.
struct TriageReport {
    private let answer: TriageAnswer

    init(_ answer: TriageAnswer) {
        self.answer = answer
    }

    func text(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("STATE"), .init("UNIT", isFlexible: true, minimumWidth: 12), .init("PID", .trailing),
                .init("COMMAND", isFlexible: true), .init("CPUS"), .init("THREADS", isFlexible: true), .init("MEMS"),
                .init("MEMORY", isFlexible: true), .init("WHAT"),
            ], widthLimit: output.widthLimit)
        for entry in answer.entries {
            table.add([
                entry.state.rawValue, entry.title ?? entry.group, entry.pid.map(String.init) ?? "", entry.command ?? "",
                Quantity.list(entry.allowedCPUNodes), Quantity.countsByNode(entry.threadsByNode),
                Quantity.list(entry.allowedMemoryNodes), Quantity.bytesByNode(entry.bytesByNode),
                entry.findings.map(\.sentence).joined(separator: "; "),
            ])
        }
        return table.render() + output.styled(summary, answer.mismatchCount > 0 ? .bad : .heading) + "\n"
    }

    /// `2 of 31 are on the wrong nodes: db.service: 75 % of its memory on node 1, where it may not run`
    var summary: String {
        let unknown = answer.unknownCount > 0 ? ", \(answer.unknownCount) unknown" : ""
        let count = answer.entries.count
        guard answer.mismatchCount > 0, let first = answer.entries.first else {
            return count == answer.unknownCount
                ? "nothing is known of where \(count == 0 ? "anything" : "these \(count)") may be, or is"
                : "none of \(count) on the wrong nodes\(unknown)"
        }
        let name = (first.title ?? first.group) + (first.pid.map { " (\($0) \(first.command ?? ""))" } ?? "")
        return "\(answer.mismatchCount) of \(count) on the wrong nodes\(unknown): \(name.terminalSafe): "
            + first.findings.map(\.sentence).joined(separator: "; ")
    }
}
