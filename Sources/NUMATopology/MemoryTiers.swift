/// The memory tiers of a machine (`/sys/devices/virtual/memory_tiering/memory_tierN/nodelist`, since Linux 6.1), and what
/// follows from them by the kernel's rules: where pages may be promoted from, and where they are demoted to.
///
/// A tier's number grows with its distance in the abstract: `memory_tier4` is ordinary memory, slower ones have larger
/// numbers. Mirrors `mm/memory-tiers.c` (6.1 to 6.12).
///
/// Example: nodes 0 and 1 with CPUs in `memory_tier4`, node 2 without in `memory_tier22`. The top tier is nodes 0 and 1; pages
/// are promoted from node 2, and demoted to it. With node 2 in `memory_tier4` as well, nothing is promoted or demoted.
package struct MemoryTiers: Hashable, Sendable {
    /// One tier.
    package struct Tier: Hashable, Sendable {
        /// The number in the kernel's name of it.
        package var number: Int
        package var nodes: NodeSet

        package init(number: Int, nodes: NodeSet) {
            self.number = number
            self.nodes = nodes
        }
    }

    /// Those that have nodes, from fast to slow.
    package let tiers: [Tier]

    /// - Parameter tiers: In any order; those without nodes are left out.
    package init(_ tiers: [Tier]) {
        self.tiers = tiers.filter { !$0.nodes.isEmpty }.sorted { $0.number < $1.number }
    }

    /// The number of the tier a node is in; nil for one without memory.
    package func tier(of node: NodeID) -> Int? {
        tiers.first { $0.nodes.contains(node) }?.number
    }

    /// `node_is_toptier`: the slowest tier that has CPUs and all faster ones. Nothing is promoted from these.
    ///
    /// - Returns: nil where no tier has CPUs.
    package func topTierNodes(withCPUs: NodeSet) -> NodeSet? {
        guard let slowest = tiers.last(where: { !$0.nodes.isDisjoint(with: withCPUs) }) else { return nil }
        return NodeSet(tiers.filter { $0.number <= slowest.number }.flatMap { Array($0.nodes) })
    }

    /// The nodes pages of a node are demoted to, the preferred one first: the nearest of the next slower tier, then those where
    /// an allocation goes when these are full.
    ///
    /// The kernel prefers all nodes of the next tier that are equally near (`establish_demotion_targets`) and chooses among
    /// them at random; they come first here, ascending. The rest of all slower tiers follows by distance.
    ///
    /// - Returns: Empty for a node of the slowest tier; nil where the node is in no tier or distances are not known.
    package func demotionTargets(of node: NodeID, distances: DistanceMatrix?) -> [NodeID]? {
        guard let position = tiers.firstIndex(where: { $0.nodes.contains(node) }) else { return nil }
        let slower = tiers[(position + 1)...]
        guard let next = slower.first else { return [] }
        guard let distances else { return nil }
        var targets: [(node: NodeID, isPreferred: Bool, distance: Int)] = []
        for target in slower.flatMap({ Array($0.nodes) }) {
            guard let distance = distances.distance(from: node, to: target) else { return nil }
            targets.append((target, next.nodes.contains(target), distance))
        }
        let nearest = targets.filter(\.isPreferred).map(\.distance).min()
        return targets.map { ($0.node, $0.isPreferred && $0.distance == nearest ? -1 : $0.distance) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }
}
