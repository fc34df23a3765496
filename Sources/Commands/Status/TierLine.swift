import NUMATopology
import Snapshots

/// What `numawatch status` says of memory tiers: what they leave to promote and to demote.
enum TierLine {
    /// - Returns: nil where there are none to be seen and nothing that needs them is switched on.
    static func text(_ status: StatusAnswer) -> String? {
        let promotes = status.host.balancingMode.map { $0 & 2 != 0 } ?? false
        guard let tiers = status.host.tiers?.tiers, let first = tiers.first else {
            guard promotes || status.host.isDemotionEnabled == true else { return nil }
            return "not readable here: whether pages can be promoted or demoted is not known"
        }
        var parts: [String] = []
        if tiers.count == 1 {
            let online = status.onlineNodes ?? []
            let isAll = online.count > 1 && online.isSubset(of: first.nodes)
            let nodes = isAll ? "all nodes (\(Quantity.list(first.nodes)))" : nodes(first.nodes)
            parts.append(
                "\(nodes) \(first.nodes.count == 1 ? "is" : "are") in one tier (memory_tier\(first.number))")
        } else {
            parts.append(
                tiers.map { "memory_tier\($0.number) \(nodes($0.nodes))" }.joined(separator: ", "))
        }
        if promotes { parts.append(promotion(status, tiers)) }
        parts.append(demotion(status.host.isDemotionEnabled, isPossible: tiers.count > 1))
        return parts.joined(separator: "; ")
    }

    /// Bit 1 of `kernel.numa_balancing` makes pages of nodes below the top tier fault, and no others.
    private static func promotion(_ status: StatusAnswer, _ tiers: [MemoryTiers.Tier]) -> String {
        switch status.hasPromotableNode {
        case true?:
            let top = status.topTierNodes ?? []
            let below = NodeSet(tiers.flatMap { Array($0.nodes.subtracting(top)) })
            return "mode 2 promotes from \(nodes(below))"
        case false? where tiers.count > 1:
            return "mode 2 promotes nothing, as the slowest tier has CPUs"
        case false?: return "mode 2 promotes nothing"
        case nil: return "whether mode 2 promotes anything is not known, as no tier's CPUs are"
        }
    }

    private static func nodes(_ numbers: NodeSet) -> String {
        "node\(numbers.count == 1 ? "" : "s") \(Quantity.list(numbers))"
    }

    private static func demotion(_ isEnabled: Bool?, isPossible: Bool) -> String {
        switch isEnabled {
        case true?: isPossible ? "demotion is on" : "demotion is on, but there is no slower tier"
        case false?: "demotion is off"
        case nil: "whether demotion is on is not known"
        }
    }
}
