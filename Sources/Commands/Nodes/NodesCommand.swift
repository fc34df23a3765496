import ArgumentParser
import TextOutput

/// `numawatch nodes`: what each node has, holds and does.
struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "What each node has, holds and does, and how far it is from the others.",
        discussion: """
            HUGE is the memory of huge pages set aside, and how much of it is free, all sizes together. TIER and DEMOTES TO \
            (the preferred node first) are shown where there is more than one memory tier, LATENCY and BANDWIDTH (of reads by \
            the nearest CPUs) where the firmware states them. The second table is what reclaim did: pages taken back, written \
            out for it and missed afterwards, and pages moved between tiers; a dash is what this kernel does not count by node.
            """)

    @OptionGroup var source: SourceOptions

    @Flag(help: "Which network, storage, display and accelerator devices are attached to which node, instead.")
    var devices = false

    func run() async throws {
        let output = CommandOutput.standard()
        if devices {
            let document = try await source.source().get("/v1/devices")
            guard !source.isJSON else {
                return try output.write(document)
            }
            return try output.write(DevicesReport(Documents.decode(DevicesDocument.self, from: document)).text(output))
        }
        let bytes = try await source.source().get("/v1/nodes")
        let document = try Documents.decode(NodesDocument.self, from: bytes)
        try document.requireNodes()
        let text = NodesReport(document).text(output) + ReclaimReport(document).text(output)
        try output.write(source.isJSON ? bytes : Array(text.utf8))
        for note in document.notes ?? [] {
            CommandOutput.complain(note.text.terminalSafe)
        }
    }
}

extension NodesDocument {
    /// - Throws: ``CommandFailure`` where nothing tells which nodes there are: a table of none would be an answer.
    func requireNodes() throws(CommandFailure) {
        guard nodes?.isEmpty ?? true else { return }
        let why = notes?.first { $0.kind == "unknown" && $0.about == "nodes" }?.text.terminalSafe
        throw CommandFailure(
            .noInput, "No node can be shown: \(why ?? "nothing tells which nodes there are").",
            remedy: (notes ?? []).filter { $0.kind == "view" }.map { $0.text.terminalSafe }.first)
    }
}

/// The text of `numawatch nodes`.
struct NodesReport {
    private let document: NodesDocument

    init(_ document: NodesDocument) {
        self.document = document
    }

    func text(_ output: CommandOutput) -> String {
        guard let nodes = document.nodes else {
            return "Which nodes there are is not known here (“numawatch doctor” says why).\n"
        }
        // Optional columns are left out from the last on until the table fits; JSON has them all.
        var optional = optionalColumns(nodes)
        while true {
            let text = table(nodes, optional, output)
            let width = text.split(separator: "\n").reduce(0) { max($0, $1.count) }
            guard let limit = output.widthLimit, width > limit, optional.popLast() != nil else { return text }
        }
    }

    private func table(_ nodes: [NodesDocument.Node], _ optional: [OptionalColumn], _ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("NODE", .trailing), .init("CPUS", isFlexible: true), .init("BUSY", .trailing),
                .init("MEMORY", .trailing), .init("FREE", .trailing), .init("ANON", .trailing),
                .init("FILE", .trailing),
                .init("SHMEM", .trailing), .init("HIT", .trailing), .init("MISS", .trailing),
                .init("FOREIGN", .trailing),
                .init("DISTANCES", isFlexible: true),
            ] + optional.map(\.column), widthLimit: output.widthLimit)
        for node in nodes {
            let meminfo = node.meminfo ?? [:]
            let numastat = node.numastatPages ?? [:]
            let cells = [
                "\(node.numaNode)", node.cpus.map { $0.isEmpty ? "none" : $0 } ?? Quantity.unknown,
                Quantity.percent(node.busyRatio),
                Quantity.bytes(node.memoryTotalBytes), Quantity.bytes(node.memoryFreeBytes),
                Quantity.bytes(meminfo["AnonPages"]), Quantity.bytes(meminfo["FilePages"]),
                Quantity.bytes(meminfo["Shmem"]), Quantity.count(numastat["numa_hit"]),
                Quantity.count(numastat["numa_miss"]), Quantity.count(numastat["numa_foreign"]),
                node.distances.map { $0.map(String.init).joined(separator: " ") } ?? Quantity.unknown,
            ]
            table.add(cells + optional.map { $0.cell(node) })
        }
        return table.render()
    }

    /// A column that most hosts do not need.
    private struct OptionalColumn {
        var column: TableFormatter.Column
        var cell: (NodesDocument.Node) -> String
    }

    /// Those with something to tell of one node at least.
    private func optionalColumns(_ nodes: [NodesDocument.Node]) -> [OptionalColumn] {
        var columns: [OptionalColumn] = []
        if nodes.contains(where: { $0.hugepages?.contains { $0.totalPages != 0 } ?? false }) {
            columns.append(OptionalColumn(column: .init("HUGE", isFlexible: true), cell: Self.huge))
        }
        if Set(nodes.compactMap(\.memoryTier)).count > 1 {
            columns.append(
                OptionalColumn(column: .init("TIER", .trailing)) {
                    $0.memoryTier.map(String.init) ?? Quantity.unknown
                })
            columns.append(OptionalColumn(column: .init("DEMOTES TO", isFlexible: true), cell: Self.demotion))
        }
        if nodes.contains(where: { $0.access?.readLatencyNanoseconds != nil }) {
            columns.append(
                OptionalColumn(column: .init("LATENCY", .trailing)) {
                    $0.access?.readLatencyNanoseconds.map { "\($0) ns" } ?? Quantity.unknown
                })
        }
        if nodes.contains(where: { $0.access?.readBandwidthBytesPerSecond != nil }) {
            columns.append(
                OptionalColumn(column: .init("BANDWIDTH", .trailing)) {
                    $0.access?.readBandwidthBytesPerSecond.map { Quantity.bytes($0) + "/s" } ?? Quantity.unknown
                })
        }
        return columns
    }

    /// `1.0G of 2.0G free`
    private static func huge(_ node: NodesDocument.Node) -> String {
        guard let pools = node.hugepages else { return Quantity.unknown }
        func sum(_ pages: (NodesDocument.HugePages) -> UInt64?) -> String {
            var total = 0.0
            for pool in pools {
                guard let pages = pages(pool) else { return Quantity.unknown }
                total += Double(pages) * Double(pool.pageSizeBytes)
            }
            return Quantity.bytes(total)
        }
        return "\(sum(\.freePages)) of \(sum(\.totalPages)) free"
    }

    private static func demotion(_ node: NodesDocument.Node) -> String {
        guard let targets = node.demotionNodes else { return Quantity.unknown }
        switch node.isDemotionEnabled {
        case nil: return Quantity.unknown
        case false?: return "off"
        case true?: return targets.isEmpty ? "none" : targets.map(String.init).joined(separator: " ")
        }
    }
}
