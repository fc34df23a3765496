import NUMATopology
import Snapshots
import TextOutput

/// The second table of `numawatch nodes`: what reclaim did on each node, and `vm.zone_reclaim_mode`, which decides when it
/// begins.
struct ReclaimReport {
    private let answer: NodesAnswer

    init(_ answer: NodesAnswer) {
        self.answer = answer
    }

    /// Empty where neither the mode nor any counter is known.
    func text(_ output: CommandOutput) -> String {
        let nodes = answer.nodes.map(\.totals).filter { $0.vmstat != nil || $0.meminfoBytes("SwapCached") != nil }
        guard answer.zoneReclaimMode != nil || !nodes.isEmpty else { return "" }
        let heading = "Reclaim, in pages since boot; " + Self.sentence(answer.zoneReclaimMode)
        guard !nodes.isEmpty else { return "\n" + output.styled(heading, .heading) + "\n" }
        var table = TableFormatter(
            columns: [.init("NODE", .trailing), .init("SWAP CACHED", .trailing)]
                + Self.columns.map { .init($0.title, .trailing) },
            widthLimit: output.widthLimit)
        for node in nodes {
            table.add(
                ["\(node.id)", Quantity.bytes(node.meminfoBytes("SwapCached"))]
                    + Self.columns.map { Quantity.count(Self.sum(node.vmstat ?? [], $0.counters)) })
        }
        return "\n" + output.styled(heading, .heading) + "\n" + table.render()
    }

    /// What columns add up: the counters whose names begin so. Which of them a kernel prints by node depends on its version.
    private static let columns: [(title: String, counters: [String])] = [
        ("RECLAIMED", ["pgsteal_"]), ("WRITTEN", ["nr_vmscan_write"]), ("REFAULTED", ["workingset_refault_"]),
        ("PROMOTED", ["pgpromote_success"]), ("DEMOTED", ["pgdemote_"]),
    ]

    /// Nil where the kernel prints none of them.
    private static func sum(_ counters: [HostTotals.Counter], _ names: [String]) -> UInt64? {
        let found = counters.filter { counter in names.contains { counter.name.hasPrefix($0) } }.map(\.value)
        return found.isEmpty ? nil : found.reduce(0) { $0.addingSaturated($1) }
    }

    /// The bits of `vm.zone_reclaim_mode` (`RECLAIM_ZONE`, `RECLAIM_WRITE`, `RECLAIM_UNMAP`).
    static func sentence(_ mode: Int?) -> String {
        guard let mode else { return "vm.zone_reclaim_mode is not known" }
        // Any of the three switches it on (`node_reclaim_enabled`, mm/internal.h, since 5.13).
        guard mode & 7 != 0 else {
            return "vm.zone_reclaim_mode = \(mode): memory of other nodes is taken before a node's own is reclaimed"
        }
        let means = [mode & 2 != 0 ? "written out" : nil, mode & 4 != 0 ? "unmapped" : nil].compactMap { $0 }
        return "vm.zone_reclaim_mode = \(mode): a node's own memory is reclaimed before that of others is taken"
            + (means.isEmpty ? "" : "; pages are \(means.joined(separator: " and ")) for it")
    }
}
