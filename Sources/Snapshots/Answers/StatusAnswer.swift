package import NUMATopology

/// The host in one answer: what `/v1/status` and `numawatch status` show.
package struct StatusAnswer: Sendable, Equatable {
    package var round: RoundHeader
    /// The version of the program that read the host.
    package var version: String
    package var kernelRelease: String?
    package var hostName: String?
    /// Absent where nothing tells them.
    package var onlineNodes: NodeSet?
    package var notes: [HostNote]
    /// The host's totals; its nodes are in ``NodesAnswer``.
    package var host: HostTotals
    /// The nodes of ``HostTotals/tiers`` from which nothing is promoted; absent where no tier has CPUs.
    package var topTierNodes: NodeSet?
    package var tracing: TracingRecord?
    package var cost: CostReport
    /// Kernel sources that are readable, and the names of the others.
    package var readableSourceCount: Int
    package var unreadableSources: [String]

    package init(_ snapshot: HostSnapshot, version: String, nowNanoseconds: UInt64) {
        round = RoundHeader(snapshot, nowNanoseconds: nowNanoseconds)
        self.version = version
        kernelRelease = snapshot.kernelRelease
        hostName = snapshot.hostName
        onlineNodes = snapshot.machine.nodes.isEmpty ? nil : snapshot.machine.nodeSet
        notes = snapshot.notes
        host = snapshot.host
        topTierNodes = snapshot.host.tiers?.topTierNodes(withCPUs: snapshot.machine.nodesWithCPUs)
        tracing = snapshot.tracing
        cost = snapshot.cost
        readableSourceCount = snapshot.sources.count { $0.isReadable }
        unreadableSources = snapshot.sources.filter { !$0.isReadable }.map(\.name)
    }

    /// An answer that says nothing yet.
    package init() {
        round = RoundHeader()
        version = ""
        notes = []
        host = HostTotals()
        cost = CostReport()
        readableSourceCount = 0
        unreadableSources = []
    }

    /// Whether there is a node from which pages can be promoted; absent where no tier has CPUs.
    package var hasPromotableNode: Bool? {
        guard let tiers = host.tiers, let topTierNodes else { return nil }
        return tiers.tiers.contains { !$0.nodes.isSubset(of: topTierNodes) }
    }
}
