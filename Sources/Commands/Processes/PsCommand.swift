import ArgumentParser
import Exposition
import NUMATopology
import Snapshots
import TextOutput

/// `numawatch ps`: the processes, where their memory and threads are, and what the kernel prefers.
struct PsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps",
        abstract: "The processes: where their memory and threads are, and which node the kernel prefers for them.",
        discussion: """
            LOCAL is the share of the CPU time of late that was spent on the node of the memory in use, files left out. A ~ behind it \
            says that its bounds, which --json has, are a percentage point apart or more: threads run on several nodes, changed \
            their CPU between two readings, or memory was sampled.

            MEMORY, THREADS and PREFERRED list amounts by node (0:1.2G 1:40M). A memory column that ends in ~ is an \
            estimate from a sample; “numawatch show PID” gives its confidence interval. A dash stands for what could not \
            be read. FAULTS are the kernel's decayed averages of hint-fault pages by node.
            """)

    @OptionGroup var source: SourceOptions

    @Option(
        help:
            "The order: resident_bytes, cpu_seconds, thread_count, migrated_pages, tasks_off_preferred_node_count, local (the least first), pid, command or group. Without it, resident_bytes, or with --node the memory there."
    )
    var sort: String?

    @Option(help: "Only those with memory or threads on this node.")
    var node: Int?

    @Option(help: "Only those whose command or group holds this, or the one with this pid.")
    var filter: String?

    @Option(help: "At most so many.")
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit wants a number of 1 or more.")
        }
        if let node, !(0...NodeSet.numberLimit).contains(node) {
            throw ValidationError("--node wants the number of a node.")
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        var request = DocumentRequest()
        if let sort = sort ?? (node == nil ? FieldName.residentBytes.text : nil) {
            request.query.append((QueryValues.Name.sort, sort))
        }
        if let node { request.query.append((QueryValues.Name.node, "\(node)")) }
        if let filter { request.query.append((QueryValues.Name.filter, filter)) }
        if let limit { request.query.append((QueryValues.Name.limit, "\(limit)")) }
        let answer = try await source.source().answer(.processes, request)
        guard !source.isJSON else { return try output.write(answer.bytes) }
        try output.write(ProcessesReport(answer.record()).text(output))
    }
}

/// The text of `numawatch ps`.
struct ProcessesReport {
    private let answer: ProcessesAnswer

    init(_ answer: ProcessesAnswer) {
        self.answer = answer
    }

    func text(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("PID", .trailing), .init("COMMAND", isFlexible: true), .init("GROUP", isFlexible: true),
                .init("THR", .trailing), .init("CPU", .trailing), .init("LOCAL", .trailing), .init("RSS", .trailing),
                .init("MEMORY", isFlexible: true), .init("THREADS", isFlexible: true), .init("PREFERRED"),
                .init("FAULTS", isFlexible: true), .init("MIGRATED", .trailing),
            ], widthLimit: output.widthLimit)
        for process in answer.processes {
            table.add(Self.cells(process))
        }
        var text = table.render()
        if answer.listedCount < answer.matchedCount {
            text += "(\(answer.listedCount) of \(answer.matchedCount))\n"
        }
        return text
    }

    private static func cells(_ process: ProcessRecord) -> [String] {
        let memory =
            process.placement.map { placement in
                Quantity.bytesByNode(placement.bytes) + (placement.provenance == .estimated ? " ~" : "")
                    + (placement.damage.map { " (\($0))" } ?? "")
            }
            ?? Quantity.unknown + (process.placementGap.map { " (\($0.rawValue))" } ?? "")
        let faults = process.ledger.map { ledger in
            var pages = ledger.privatePages
            pages += ledger.sharedPages
            return Quantity.countsByNode(pages, none: "none")
        }
        return [
            "\(process.identity.pid)", process.command, process.groupName, "\(process.threadCount)",
            Quantity.time(nanoseconds: process.cpuNanoseconds), Quantity.locality(process.locality),
            Quantity.bytes(process.residentBytes), memory,
            Quantity.countsByNode(process.threadsByNode),
            process.ledger.map { Quantity.countsByNode($0.tasksByPreferredNode, none: "none") } ?? Quantity.unknown,
            faults ?? Quantity.unknown, Quantity.count(process.ledger?.migratedPages),
        ]
    }
}
