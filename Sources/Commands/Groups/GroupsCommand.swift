import ArgumentParser
import TextOutput

/// `numawatch groups`: systemd units, containers and cgroups.
struct GroupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "Systemd units, containers and cgroups: where their memory and threads are.",
        discussion: """
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
                .init("THR", .trailing), .init("RSS", .trailing), .init("MEMORY", isFlexible: true),
                .init("THREADS", isFlexible: true), .init("PREFERRED"), .init("MIGRATED", .trailing),
            ], widthLimit: output.widthLimit)
        for group in document.groups {
            let isSample = group.placement?.provenance == "estimated"
            table.add([
                group.group, "\(group.pids.count)", "\(group.placedProcessCount)", "\(group.threadCount)",
                Quantity.bytes(group.residentBytes),
                group.placement.map { Quantity.bytesByNode($0.allBytesByNode) + (isSample ? " ~" : "") }
                    ?? Quantity.unknown,
                Quantity.countsByNode(group.threadsByNode, unlocated: group.unlocatedThreadCount),
                group.ledger.map { Quantity.countsByNode($0.tasksByPreferredNode, none: "none") } ?? Quantity.unknown,
                Quantity.count(group.ledger?.migratedPages),
            ])
        }
        return table.render()
    }
}
