/// What `numawatch status` says of memory tiers: what they leave to promote and to demote.
enum TierLine {
    /// - Returns: nil where there are none to be seen and nothing that needs them is switched on.
    static func text(_ status: StatusDocument) -> String? {
        let promotes = status.balancing.mode.map { $0 & 2 != 0 } ?? false
        guard let document = status.tiers, let first = document.memoryTiers.first else {
            guard promotes || status.isDemotionEnabled == true else { return nil }
            return "not readable here: whether pages can be promoted or demoted is not known"
        }
        var parts: [String] = []
        if document.memoryTiers.count == 1 {
            let online = status.onlineNodes ?? []
            let isAll = online.count > 1 && Set(first.nodes).isSuperset(of: online)
            let nodes = isAll ? "all nodes (\(Quantity.list(first.nodes)))" : nodes(first.nodes)
            parts.append(
                "\(nodes) \(first.nodes.count == 1 ? "is" : "are") in one tier (memory_tier\(first.memoryTier))")
        } else {
            parts.append(
                document.memoryTiers.map { "memory_tier\($0.memoryTier) \(nodes($0.nodes))" }.joined(separator: ", "))
        }
        if promotes { parts.append(promotion(document)) }
        parts.append(demotion(status.isDemotionEnabled, isPossible: document.memoryTiers.count > 1))
        return parts.joined(separator: "; ")
    }

    /// Bit 1 of `kernel.numa_balancing` makes pages of nodes below the top tier fault, and no others.
    private static func promotion(_ tiers: StatusDocument.Tiers) -> String {
        switch tiers.hasPromotableNode {
        case true?:
            let top = Set(tiers.topTierNodes ?? [])
            let below = tiers.memoryTiers.flatMap(\.nodes).filter { !top.contains($0) }
            return "mode 2 promotes from \(nodes(below))"
        case false? where tiers.memoryTiers.count > 1:
            return "mode 2 promotes nothing, as the slowest tier has CPUs"
        case false?: return "mode 2 promotes nothing"
        case nil: return "whether mode 2 promotes anything is not known, as no tier's CPUs are"
        }
    }

    private static func nodes(_ numbers: [Int]) -> String {
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
