import NUMATopology
import Snapshots
import TextOutput

/// The columns of lists of groups.
extension Column where Row == GroupRecord {
    /// What a group is called.
    private static func name(_ width: Int) -> Column {
        .text("GROUP", width, rank: 0, "The job, container, machine or systemd unit.") { group, _ in
            group.title ?? group.name
        }
    }

    private static func verdict(_ group: GroupRecord, _ context: TableContext) -> VerdictRecord? {
        context.sample.verdicts?.groups[group.name]?.record
    }

    /// Of the overview: the verdict first, and the figures it rests on.
    static let overview: [Column] = [
        name(18),
        .text("VERDICT", 11, rank: 0, "What balancing does for it: HELPING, HURTING, converged, settled, INACTIVE…") {
            verdict($0, $1)?.screenWord
        },
        share("COST%", 6, decimals: 1, rank: 1, "Share of its CPU time that balancing takes.") { $0.cost?.total },
        // Where nothing judges, that of the round.
        share(
            "LOCAL%", 6, rank: 2, "Share of its CPU time on the node of the memory in use.", otherwise: { $0.locality }
        ) {
            $0.locality
        },
        share("BEST%", 6, rank: 5, "The local share that its threads and memory could have where they are now.") {
            $0.bestLocality
        },
        .number(
            "TREND", 5, rank: 8, "How the local share changes: points a minute.",
            { verdict($0, $1)?.figures?.trendPerMinute },
            { verdict($0, $1)?.figures?.trendPerMinute.map { Figure(trend($0)) } ?? .missing }),
        share("KEPT%", 5, rank: 7, "Share of the moved pages that stayed where they went.") { $0.kept },
        .number(
            "MOVE/s", 6, rank: 3, "Pages moved a second by its hint faults.",
            { $1.rates.movedPagesPerSecond(group: $0) }, { $1.rates.movedPages(group: $0) }),
        .number(
            "RSS", 4, rank: 6, "Memory of its processes; what they share counts once for each.",
            { group, _ in Double(group.residentBytes) }, { $1.memory($0.residentBytes) }),
        .text("WHY", 3, rank: 4, "Causes, by letters; the help of this screen has them.") { verdict($0, $1)?.why },
        cpus, processes(rank: nil), threads(rank: nil),
        .text("THREADS", 15, rank: nil, "Threads by node.") { group, _ in ByNode.counts(group.threadsByNode) },
        .text("MEMORY", 20, rank: nil, "Memory by node.") { group, context in ByNode.memory(group, context)?.marked },
    ]

    /// Of the list of groups: where they are.
    static let placement: [Column] = [
        name(18), processes(rank: 4), threads(rank: 1), cpus(rank: 2),
        .number(
            "RSS", 5, rank: 1, "Memory of its processes; what they share counts once for each.",
            { group, _ in Double(group.residentBytes) }, { $1.memory($0.residentBytes) }),
        Column(
            "MEMORY", 18, .leading, rank: 0, "Memory by node, the kernel's account or what processes map.",
            cell: { ByNode.memory($0, $1) ?? .missing },
            key: { group, _ in group.bytes.map { .number(Double($0.total)) } ?? .missing }),
        .text("THREADS", 10, rank: 2, "Threads by the node they are on.") { group, _ in
            ByNode.counts(group.threadsByNode)
        },
        .number(
            "MOVE/s", 6, rank: 3, "Pages moved a second by its hint faults.",
            { $1.rates.movedPagesPerSecond(group: $0) }, { $1.rates.movedPages(group: $0) }),
        .text("PREFERRED", 15, rank: nil, "Threads by the node the kernel prefers for them.") { group, _ in
            group.ledger.flatMap { ByNode.counts($0.tasksByPreferredNode, none: "none") }
        },
        .number(
            "CURRENT", 7, rank: nil, "What its cgroups are charged with (memory.current).",
            { group, _ in group.currentBytes.map { Double($0) } }, { $1.memory($0.currentBytes) }),
        .number(
            "MOVED", 6, rank: nil, "Pages moved since the daemon started.",
            { group, _ in group.migratedPagesTotal.map { Double($0) } },
            { group, _ in .count(group.migratedPagesTotal) }),
        .text("KIND", 9, rank: nil, "What it is, by the name of its cgroup.") { group, _ in group.identity.kind },
    ]

    private static func processes(rank: Int?) -> Column {
        .number(
            "PROCS", 5, rank: rank, "Its processes.", { group, _ in Double(group.processCount) },
            { group, _ in .count(group.processCount) })
    }

    private static func threads(rank: Int?) -> Column {
        .number(
            "THR", 5, rank: rank, "Its threads.", { group, _ in Double(group.threadCount) },
            { group, _ in .count(group.threadCount) })
    }

    private static var cpus: Column { cpus(rank: nil) }

    private static func cpus(rank: Int?) -> Column {
        .number(
            "CPUS", 5, rank: rank, "CPUs it keeps busy.", { $1.rates.cpus(group: $0) },
            { $1.rates.cpus(group: $0).map { Figure(String(fixed: $0, decimals: $0 < 9.95 ? 1 : 0)) } ?? .missing })
    }

    /// A share of the verdict.
    private static func share(
        _ title: String, _ width: Int, decimals: Int = 0, rank: Int, _ meaning: String,
        otherwise: @escaping @Sendable (GroupRecord) -> BoundedRatio? = { _ in nil },
        _ share: @escaping @Sendable (VerdictFigures) -> BoundedRatio?
    ) -> Column {
        let find: @Sendable (GroupRecord, TableContext) -> BoundedRatio? = { group, context in
            verdict(group, context)?.figures.flatMap(share) ?? otherwise(group)
        }
        return .number(
            title, width, isMarked: true, rank: rank, meaning, { find($0, $1)?.value },
            { find($0, $1).map { .percent($0.value, decimals: decimals, $0.mark) } ?? .missing })
    }

    /// `=`, `+1.2`, `-0.5`: points a minute.
    static func trend(_ perMinute: Double) -> String {
        let points = perMinute * 100
        guard points.magnitude >= 0.05 else { return "=" }
        return (points > 0 ? "+" : "-") + String(fixed: points.magnitude, decimals: points.magnitude < 9.95 ? 1 : 0)
    }
}

/// Amounts by node in a few characters.
enum ByNode {
    /// `0:4 1:2`, with `?:1` behind it for what is on a node that is not known; nil where that is all of it.
    static func counts(
        _ amounts: NodeValues<some FixedWidthInteger & Hashable & Sendable>, none: String = "0"
    ) -> String? {
        guard let located = amounts.whereLocated else { return nil }
        var parts = located.nodes.map { "\($0):\(Amount.count(Double(located[$0])))" }
        if located.unlocated > 0 { parts.append("?:\(located.unlocated)") }
        return parts.isEmpty ? none : parts.joined(separator: " ")
    }

    static func memory(_ amounts: NodeValues<UInt64>, _ context: TableContext, _ mark: Figure.Mark) -> Figure {
        let parts = amounts.nodes.map { "\($0):\(context.memory(amounts[$0], of: amounts.total).text)" }
        return Figure(parts.isEmpty ? "0" : parts.joined(separator: " "), mark)
    }

    static func memory(_ group: GroupRecord, _ context: TableContext) -> Figure? {
        group.bytes.map { bytes in
            let taken = group.accountTakenAtNanoseconds
            let mark =
                taken.map { context.isOld($0, tier: "host") } ?? false ? .old : Figure.Mark(group.memoryProvenance)
            return memory(bytes, context, mark)
        }
    }
}

extension TableContext {
    /// Whether a reading is older than three intervals of the tier that makes it.
    func isOld(_ takenAtNanoseconds: UInt64, tier name: String) -> Bool {
        guard let tier = sample.status.cost.tiers.first(where: { $0.name == name && !$0.isBetweenRounds }),
            tier.intervalNanoseconds > 0
        else { return false }
        return sample.status.round.age(of: takenAtNanoseconds) / 3 > tier.intervalNanoseconds
    }
}
