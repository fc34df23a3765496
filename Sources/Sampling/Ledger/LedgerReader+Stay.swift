import NUMATopology
import Snapshots

/// How sure it is that a thread's CPU time was spent on the node it is on.
///
/// A thread is read now and then, and counts where it is found. `se.nr_migrations` says how often its CPU was changed
/// meanwhile: not at all, and all of the time was spent there; once, and it was if the node is the one of before, since whoever
/// leaves a node has to come back. More often, and it may have been anywhere, unless its process may use one node only.
extension LedgerReader {
    /// Notes what of a thread's time since its last reading is certain, and whether it was found on another node.
    mutating func noteStay(
        _ process: TrackedProcess, _ known: TrackedThread?, _ thread: TrackedThread, _ time: UInt64
    ) {
        let node = thread.record.node
        let isCertain = time > 0 && node != nil && hasStayed(process, known, thread)
        let before = known?.record.node
        let hasChangedNode = before != nil && node != nil && before != node
        let uncertain = isCertain || node == nil ? 0 : time
        process.uncertainCPUNanoseconds = process.uncertainCPUNanoseconds.addingSaturated(uncertain)
        if hasChangedNode { process.threadNodeChanges += 1 }
        groupTotals.add(uncertainCPUNanoseconds: uncertain, hasChangedNode: hasChangedNode, to: process.groupName)
        guard time > 0 else { return }
        var recent = process.recentCPU ?? RecentCPUTime()
        if process.fadesCPUTime {
            recent.halve()
            process.fadesCPUTime = false
        }
        recent.byNode.add(time, on: node)
        if isCertain { recent.certainByNode.add(time, on: node) }
        process.recentCPU = recent
    }

    private func hasStayed(_ process: TrackedProcess, _ known: TrackedThread?, _ thread: TrackedThread) -> Bool {
        if let only = process.onlyCPUNode, thread.record.node == only, known.map({ $0.record.node == only }) ?? true {
            return true
        }
        guard let now = thread.migrationCount, thread.migrationCountAtNode == now else { return false }
        // A task begins with none.
        guard let known else { return now == 0 }
        guard let before = known.migrationCount, now >= before else { return false }
        switch now - before {
        case 0: return true
        case 1: return known.migrationCountAtNode == before && known.record.node == thread.record.node
        default: return false
        }
    }

    /// The node of all of some CPUs that there are; nil where they are on several.
    func onlyNode(of cpus: CPUSet) -> NodeID? {
        var only: NodeID?
        for cpu in cpus {
            guard cpu < nodeByCPU.count else { break }
            guard let node = nodeByCPU[cpu], node != only else { continue }
            guard only == nil else { return nil }
            only = node
        }
        return only
    }
}
