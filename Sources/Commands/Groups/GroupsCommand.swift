import ArgumentParser
import Exposition
import Snapshots
import TextOutput

/// `numawatch groups`: systemd units, containers and cgroups.
struct GroupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "Jobs, containers, machines and systemd units: where their memory and threads are.",
        discussion: """
            RSS adds up the processes, so that what they share counts once for each. CURRENT is what their cgroups are \
            charged with, and MEMORY where that is by node; where cgroups have no account, MEMORY adds up mappings.

            LOCAL is the share of the CPU time of late that was spent on the node of the memory in use, files left out; a ~ says \
            that its bounds, which --json has, are a percentage point apart or more.

            MIGRATED are the pages that hint faults moved for the tasks alive, since each of them started: the sum of what \
            “numawatch ps” shows. What exited tasks had moved since the daemon started is in migrated_pages_total of --json \
            and in the metric numawatch_group_migrated_pages_total.
            """)

    @OptionGroup var source: SourceOptions

    @Option(
        help: """
            The order: resident_bytes, cpu_seconds, thread_count, process_count, migrated_pages, local (the least first) or group.
            """)
    var sort = "resident_bytes"

    @Option(help: "Only those whose name holds this.")
    var filter: String?

    func run() async throws {
        let output = CommandOutput.standard()
        var request = DocumentRequest(query: [(QueryValues.Name.sort, sort)])
        if let filter { request.query.append((QueryValues.Name.filter, filter)) }
        let answer = try await source.source().answer(.groups, request)
        guard !source.isJSON else { return try output.write(answer.bytes) }
        try output.write(GroupsReport(answer.record()).text(output))
    }
}

/// The text of `numawatch groups`.
struct GroupsReport {
    private let answer: GroupsAnswer

    init(_ answer: GroupsAnswer) {
        self.answer = answer
    }

    func text(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("GROUP", isFlexible: true, minimumWidth: 16), .init("PROCS", .trailing),
                .init("PLACED", .trailing),
                .init("THR", .trailing), .init("LOCAL", .trailing), .init("RSS", .trailing),
                .init("CURRENT", .trailing),
                .init("MEMORY", isFlexible: true),
                .init("THREADS", isFlexible: true), .init("PREFERRED"), .init("MIGRATED", .trailing),
            ], widthLimit: output.widthLimit)
        for group in answer.groups {
            table.add([
                group.title ?? group.name, "\(group.processCount)",
                group.pastProcessCount == nil ? "\(group.placedProcessCount)" : Quantity.unknown,
                "\(group.threadCount)", Quantity.locality(group.locality),
                Quantity.bytes(group.residentBytes), Quantity.bytes(group.currentBytes),
                memory(group),
                Quantity.countsByNode(group.threadsByNode),
                group.ledger.map { Quantity.countsByNode($0.tasksByPreferredNode, none: "none") } ?? Quantity.unknown,
                Quantity.count(group.ledger?.migratedPages),
            ])
        }
        guard answer.groups.contains(where: isRepeated) else { return table.render() }
        return table.render() + "* counts memory once for each process that maps it, where it is not told apart\n"
    }

    private func memory(_ group: GroupRecord) -> String {
        guard let bytes = group.bytes else { return Quantity.unknown }
        return Quantity.bytesByNode(bytes) + (group.memoryProvenance == .estimated ? " ~" : "")
            + (isRepeated(group) ? " *" : "")
    }

    private func isRepeated(_ group: GroupRecord) -> Bool {
        if group.bytesByClass != nil, case .mappings(let shared)? = group.memorySource { shared > 0 } else { false }
    }
}
