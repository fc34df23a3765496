package import NUMATopology

/// What each node has, holds and does: what `/v1/nodes` and `numawatch nodes` show.
package struct NodesAnswer: Sendable, Equatable {
    /// A node, with its place among the memory tiers.
    package struct Node: Sendable, Equatable {
        package var totals: NodeTotals
        /// Where the machine's shape comes from.
        package var provenance: Provenance
        /// The number of its memory tier; absent without tiers, and for a node in none.
        package var memoryTier: Int?
        /// Whether nothing is promoted from it; absent where no tier has CPUs.
        package var isTopTier: Bool?
        /// Where reclaim may demote its pages to, the preferred ones first.
        package var demotionNodes: [NodeID]?
        /// Whether it does; absent where the node is in no tier.
        package var isDemotionEnabled: Bool?

        package init(_ totals: NodeTotals, provenance: Provenance) {
            self.totals = totals
            self.provenance = provenance
        }
    }

    package var round: RoundHeader
    package var notes: [HostNote]
    package var zoneReclaimMode: Int?
    /// The online nodes; none where nothing tells them.
    package var nodes: [Node]

    package init(_ snapshot: HostSnapshot, nowNanoseconds: UInt64) {
        round = RoundHeader(snapshot, nowNanoseconds: nowNanoseconds)
        notes = snapshot.notes
        zoneReclaimMode = snapshot.host.zoneReclaimMode
        let provenance = snapshot.machine.provenance
        let top = snapshot.host.tiers?.topTierNodes(withCPUs: snapshot.machine.nodesWithCPUs)
        nodes = snapshot.host.nodes.map { totals in
            var node = Node(totals, provenance: provenance)
            guard let tiers = snapshot.host.tiers, let tier = tiers.tier(of: totals.id) else { return node }
            node.memoryTier = tier
            node.isTopTier = top?.contains(totals.id)
            node.demotionNodes = tiers.demotionTargets(of: totals.id, distances: snapshot.machine.distances)
            node.isDemotionEnabled = snapshot.host.isDemotionEnabled
            return node
        }
    }

    /// An answer that says nothing yet.
    package init() {
        round = RoundHeader()
        notes = []
        nodes = []
    }
}
