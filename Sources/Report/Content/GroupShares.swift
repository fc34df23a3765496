import NUMATopology
package import Snapshots

/// Where a group's memory is and where it ran.
package struct GroupShares: Sendable, Equatable {
    package var name: String
    package var residentBytes: UInt64?
    /// By node; absent where it is not known.
    package var bytesByNode: NodeValues<UInt64>?
    package var cpuNanosecondsByNode: NodeValues<UInt64>?
    package var locality: BoundedRatio?

    package init(name: String) { self.name = name }

    /// What is judged of a group, where something is; else what its record says.
    package init(_ group: GroupRecord, verdict: VerdictRecord?) {
        name = group.title ?? group.name
        residentBytes = group.residentBytes
        bytesByNode = verdict?.figures?.bytesByNode ?? group.bytesByClass?.judgedBytes
        cpuNanosecondsByNode = (verdict?.figures?.cpuNanosecondsByNode ?? group.cpuNanosecondsByNode)?.whereLocated
        locality = verdict?.figures?.locality ?? group.locality
    }

    /// The share of an amount on each node, ascending by node; what is on none that is known comes last, without one.
    static func shares(_ amounts: NodeValues<UInt64>?) -> [(node: NodeID?, share: Double)] {
        guard let amounts, amounts.total > 0 else { return [] }
        let total = Double(amounts.total)
        var result = amounts.nodes.map { (node: NodeID?.some($0), share: Double(amounts[$0]) / total) }
        if amounts.unlocated > 0 { result.append((nil, Double(amounts.unlocated) / total)) }
        return result
    }
}
