package import Snapshots

extension HostSnapshot {
    /// The snapshot as a viewer may see it: every document and metric is made from this, so that nothing can leak from
    /// one that forgot to ask.
    ///
    /// A limited viewer keeps the host's totals, its own processes, and the groups whose processes are all its own. A
    /// group it shares with others is left out as a whole: its sums would tell about the others by subtraction. A process
    /// is its own when it is wholly so: one that may act as another user knows that user's secrets.
    ///
    /// - Parameter stillOwns: Asked whether that is still so, for a process may change its user at any time.
    /// - Complexity: O(processes + groups) for a limited viewer.
    package func visible(
        to viewer: Viewer, stillOwns: SnapshotStore.OwnershipCheck? = nil
    ) -> HostSnapshot {
        guard case .limited(let uid) = viewer else { return self }
        var visible = self
        visible.processes = processes.filter { process in
            viewer.maySee(uid: process.ownerUID) && stillOwns?(process.identity.pid, uid) ?? true
        }
        let partial = visible.keepOwnNUMAGroups()
        let own = Set(visible.processes.map(\.identity.pid))
        visible.groups = groups.compactMap { group in
            guard !group.pids.isEmpty, group.pids.allSatisfy(own.contains) else { return nil }
            var group = group
            // Counted by name since tracing, or the window, began, and so for whoever had the name before.
            if group.hasChangedOwner {
                group.traced = nil
                group.verdict = nil
            }
            if !partial.isDisjoint(with: group.pids) { group.cpuFaults = nil }
            return group
        }
        // The host's verdict is for all, the names of others' groups are not.
        let names = Set(visible.groups.map(\.name))
        visible.verdict?.gainingGroups.removeAll { !names.contains($0) }
        visible.verdict?.payingGroups.removeAll { !names.contains($0) }
        return visible
    }

    /// Leaves out the kernel's NUMA groups that other tasks are in than those of the processes that are left: their sums would
    /// tell about the others.
    ///
    /// - Returns: The processes that lost any.
    private mutating func keepOwnNUMAGroups() -> Set<Int32> {
        guard processes.contains(where: { $0.numaGroups != nil }) else { return [] }
        var partial: Set<Int32> = []
        var taskCounts: [Int32: Int] = [:]
        for process in processes {
            for thread in process.threads {
                if let id = thread.groupID { taskCounts[id, default: 0] += 1 }
            }
        }
        for index in processes.indices {
            guard let groups = processes[index].numaGroups else { continue }
            let own = groups.filter { $0.taskCount != nil && $0.taskCount == taskCounts[$0.id] }
            if own.count < groups.count { partial.insert(processes[index].identity.pid) }
            processes[index].numaGroups = own.isEmpty ? nil : own
        }
        return partial
    }
}

extension SnapshotStore {
    /// The newest snapshot as a viewer may see it now.
    ///
    /// - Throws: 503 before the first round has ended.
    package func current(visibleTo viewer: Viewer) throws(EndpointError) -> HostSnapshot {
        guard let current else { throw .notReady }
        return current.visible(to: viewer, stillOwns: stillOwns)
    }
}
