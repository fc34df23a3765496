import ArgumentParser
import TextOutput

/// `numawatch groups`: systemd units, containers and cgroups.
struct GroupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "Jobs, containers, machines and systemd units: where their memory and threads are.",
        discussion: """
            RSS adds up the processes, so that what they share counts once for each. CURRENT is what their cgroups are \
            charged with, and MEMORY where that is by node; where cgroups have no account, MEMORY adds up mappings.

            MIGRATED are the pages that hint faults moved for the tasks alive, since each of them started: the sum of what \
            “numawatch ps” shows. What exited tasks had moved since the daemon started is in migrated_pages_total of --json \
            and in the metric numawatch_group_migrated_pages_total.
            """)

    @OptionGroup var source: SourceOptions

    @Option(help: "The order: resident_bytes, cpu_seconds, thread_count, process_count, migrated_pages or group.")
    var sort = "resident_bytes"

    @Option(help: "Only those whose name holds this.")
    var filter: String?

    func run() async throws {
        let output = CommandOutput.standard()
        var target = "/v1/groups?sort=\(Query.encoded(sort))"
        if let filter {
            target += "&filter=\(Query.encoded(filter))"
        }
        let document = try await source.source().get(target)
        guard !source.isJSON else {
            return try output.write(document)
        }
        try output.write(GroupsReport(Documents.decode(GroupsDocument.self, from: document)).text(output))
    }
}

/// The text of `numawatch groups`.
struct GroupsReport {
    private let document: GroupsDocument

    init(_ document: GroupsDocument) {
        self.document = document
    }

    func text(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("GROUP", isFlexible: true, minimumWidth: 16), .init("PROCS", .trailing),
                .init("PLACED", .trailing),
                .init("THR", .trailing), .init("RSS", .trailing), .init("CURRENT", .trailing),
                .init("MEMORY", isFlexible: true),
                .init("THREADS", isFlexible: true), .init("PREFERRED"), .init("MIGRATED", .trailing),
            ], widthLimit: output.widthLimit)
        for group in document.groups {
            table.add([
                group.title ?? group.group, "\(group.pids.count)", "\(group.placedProcessCount)",
                "\(group.threadCount)",
                Quantity.bytes(group.residentBytes),
                group.currentBytes.map { Quantity.bytes($0) } ?? Quantity.unknown,
                group.placement.map(memory) ?? Quantity.unknown,
                Quantity.countsByNode(group.threadsByNode, unlocated: group.unlocatedThreadCount),
                group.ledger.map { Quantity.countsByNode($0.tasksByPreferredNode, none: "none") } ?? Quantity.unknown,
                Quantity.count(group.ledger?.migratedPages),
            ])
        }
        guard document.groups.contains(where: { isRepeated($0.placement) }) else { return table.render() }
        return table.render() + "* counts memory once for each process that maps it, where it is not told apart\n"
    }

    private func memory(_ placement: PlacementDocument) -> String {
        Quantity.bytesByNode(placement.allBytesByNode) + (placement.provenance == "estimated" ? " ~" : "")
            + (isRepeated(placement) ? " *" : "")
    }

    private func isRepeated(_ placement: PlacementDocument?) -> Bool { placement?.repeatedBytes ?? 0 > 0 }
}
