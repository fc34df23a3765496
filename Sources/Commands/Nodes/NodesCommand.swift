import ArgumentParser
import Exposition
import NUMATopology
import Snapshots
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
            let answer = try await source.source().answer(.devices)
            guard !source.isJSON else { return try output.write(answer.bytes) }
            return try output.write(DevicesReport(answer.record()).text(output))
        }
        let answer = try await source.source().answer(.nodes)
        let nodes = try answer.record()
        try nodes.requireNodes()
        let text = NodesReport(nodes).text(output) + ReclaimReport(nodes).text(output)
        try output.write(source.isJSON ? answer.bytes : Array(text.utf8))
        for note in nodes.notes { CommandOutput.complain(note.text.terminalSafe) }
    }
}

extension NodesAnswer {
    /// - Throws: ``CommandFailure`` where nothing tells which nodes there are: a table of none would be an answer.
    func requireNodes() throws(CommandFailure) {
        guard nodes.isEmpty else { return }
        let why = notes.first { $0.kind == .unknown && $0.about == "nodes" }?.text.terminalSafe
        throw CommandFailure(
            .noInput, "No node can be shown: \(why ?? "nothing tells which nodes there are").",
            remedy: notes.first { $0.kind == .view }?.text.terminalSafe)
    }
}

/// The text of `numawatch nodes`.
struct NodesReport {
    private let answer: NodesAnswer

    init(_ answer: NodesAnswer) {
        self.answer = answer
    }

    func text(_ output: CommandOutput) -> String {
        let nodes = answer.nodes
        guard !nodes.isEmpty else {
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

    private func table(_ nodes: [NodesAnswer.Node], _ optional: [OptionalColumn], _ output: CommandOutput) -> String {
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
            let totals = node.totals
            let cells = [
                "\(totals.id)", totals.cpus.map { $0.isEmpty ? "none" : $0.listText } ?? Quantity.unknown,
                Quantity.percent(totals.busyShare),
                Quantity.bytes(totals.meminfoBytes("MemTotal")), Quantity.bytes(totals.meminfoBytes("MemFree")),
                Quantity.bytes(totals.meminfoBytes("AnonPages")), Quantity.bytes(totals.meminfoBytes("FilePages")),
                Quantity.bytes(totals.meminfoBytes("Shmem")), Quantity.count(totals.numastatPages("numa_hit")),
                Quantity.count(totals.numastatPages("numa_miss")),
                Quantity.count(totals.numastatPages("numa_foreign")),
                totals.distances.map { $0.map(String.init).joined(separator: " ") } ?? Quantity.unknown,
            ]
            table.add(cells + optional.map { $0.cell(node) })
        }
        return table.render()
    }

    /// A column that most hosts do not need.
    private struct OptionalColumn {
        var column: TableFormatter.Column
        var cell: (NodesAnswer.Node) -> String
    }

    /// Those with something to tell of one node at least.
    private func optionalColumns(_ nodes: [NodesAnswer.Node]) -> [OptionalColumn] {
        var columns: [OptionalColumn] = []
        if nodes.contains(where: { $0.totals.hugePages?.contains { $0.totalPages != 0 } ?? false }) {
            columns.append(OptionalColumn(column: .init("HUGE", isFlexible: true), cell: Self.huge))
        }
        if Set(nodes.compactMap(\.memoryTier)).count > 1 {
            columns.append(
                OptionalColumn(column: .init("TIER", .trailing)) {
                    $0.memoryTier.map(String.init) ?? Quantity.unknown
                })
            columns.append(OptionalColumn(column: .init("DEMOTES TO", isFlexible: true), cell: Self.demotion))
        }
        if nodes.contains(where: { $0.totals.access?.readLatencyNanoseconds != nil }) {
            columns.append(
                OptionalColumn(column: .init("LATENCY", .trailing)) {
                    $0.totals.access?.readLatencyNanoseconds.map { "\($0) ns" } ?? Quantity.unknown
                })
        }
        if nodes.contains(where: { $0.totals.access?.readBandwidthBytesPerSecond != nil }) {
            columns.append(
                OptionalColumn(column: .init("BANDWIDTH", .trailing)) {
                    $0.totals.access?.readBandwidthBytesPerSecond.map { Quantity.bytes($0) + "/s" } ?? Quantity.unknown
                })
        }
        return columns
    }

    /// `1.0G of 2.0G free`
    private static func huge(_ node: NodesAnswer.Node) -> String {
        guard let pools = node.totals.hugePages else { return Quantity.unknown }
        func sum(_ pages: (HugePagePool) -> UInt64?) -> String {
            var total = 0.0
            for pool in pools {
                guard let pages = pages(pool) else { return Quantity.unknown }
                total += Double(pages) * Double(pool.pageSizeBytes)
            }
            return Quantity.bytes(total)
        }
        return "\(sum(\.freePages)) of \(sum(\.totalPages)) free"
    }

    private static func demotion(_ node: NodesAnswer.Node) -> String {
        guard let targets = node.demotionNodes else { return Quantity.unknown }
        switch node.isDemotionEnabled {
        case nil: return Quantity.unknown
        case false?: return "off"
        case true?: return targets.isEmpty ? "none" : targets.map(\.description).joined(separator: " ")
        }
    }
}
