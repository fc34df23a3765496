/// Where a task's migrated pages came from and went to, between two readings.
///
/// The count is the kernel's. A page comes to the node of the CPU that faulted. `se.nr_migrations` tells whether the task
/// changed its CPU at all: if not, or once within the same node, all pages went there. With one change from node to node
/// there are two targets; with more the task may have been anywhere between, and the nodes of the two readings are only the
/// likeliest. Between two nodes there is only one source; among more the sources are weighted by what the ledger showed
/// there before.
///
/// Example: 100 pages, one CPU change from node 0 to node 1 of a two-node machine: 0→1 and 1→0 share them, each 0 to 100
/// and 50 by assumption. Without the change all 100 are 1→0 if the task is on node 0.
enum PageMoves {
    static func between(
        _ before: LedgerSample, _ after: LedgerSample, pages: UInt64, layout: NodeLayout
    ) -> [TaskInterval.Move] {
        guard pages > 0, after.currentNode >= 0 else { return [] }
        let ends =
            before.currentNode >= 0 && before.currentNode != after.currentNode
            ? [before.currentNode, after.currentNode] : [after.currentNode]
        let others = mayHaveBeenElsewhere(before, after) ? visitable(before, after, layout: layout, except: ends) : []
        let isOneTarget = ends.count == 1 && others.isEmpty
        var result: [TaskInterval.Move] = []
        for target in ends + others {
            let part = others.contains(target) ? 0 : Double(pages) / Double(ends.count)
            let sources = layout.nodeNumbers.indices.filter { layout.nodeNumbers[$0] != target && layout.hasMemory[$0] }
            let weights = sources.map { Double(before.nodes[$0].taskPrivate &+ before.nodes[$0].taskShared) + 1 }
            let total = weights.reduce(0, +)
            for (position, weight) in zip(sources, weights) {
                let isCertain = sources.count == 1 && isOneTarget
                result.append(
                    TaskInterval.Move(
                        sourceNode: layout.number(position), targetNode: target,
                        pages: Estimate(
                            value: isCertain ? Double(pages) : part * weight / total,
                            lowest: isCertain ? Double(pages) : 0, highest: Double(pages), provenance: .modelled)))
            }
        }
        return result
    }

    /// Whether the task may have been on a node of which neither reading tells. Without the count it is taken to be where
    /// it was seen.
    private static func mayHaveBeenElsewhere(_ before: LedgerSample, _ after: LedgerSample) -> Bool {
        guard let first = before.migrationCount, let last = after.migrationCount else { return false }
        if before.currentNode < 0 { return last > 0 }
        return last > first ? last - first > 1 : last < first
    }

    /// Nodes with CPUs at which the ledger shows faults now, or showed them: pages that came to a node are counted there.
    private static func visitable(
        _ before: LedgerSample, _ after: LedgerSample, layout: NodeLayout, except ends: [Int32]
    ) -> [Int32] {
        layout.nodeNumbers.indices.filter { position in
            guard layout.hasCPUs[position], layout.hasMemory[position] else { return false }
            guard !ends.contains(layout.number(position)) else { return false }
            return layout.count <= alwaysNamed
                || [before, after].contains {
                    $0.nodes[position].taskPrivate > 0 || $0.nodes[position].taskShared > 0
                }
        }.map { layout.number($0) }
    }

    /// On machines of so many nodes every one is named as a possible target; on larger ones those with faults.
    private static let alwaysNamed = 8
}
