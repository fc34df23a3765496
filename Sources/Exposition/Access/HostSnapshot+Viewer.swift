package import Snapshots

extension HostSnapshot {
    /// The snapshot as a viewer may see it: every document and metric is made from this, so that nothing can leak from
    /// one that forgot to ask.
    ///
    /// A limited viewer keeps the host's totals, its own processes, and the groups whose processes are all its own. A
    /// group it shares with others is left out as a whole: its sums would tell about the others by subtraction.
    ///
    /// - Complexity: O(processes + groups) for a limited viewer.
    package func visible(to viewer: Viewer) -> HostSnapshot {
        guard viewer != .all else { return self }
        var visible = self
        visible.processes = processes.filter { viewer.maySee(uid: $0.uid) }
        let own = Set(visible.processes.map(\.identity.pid))
        visible.groups = groups.filter { group in
            !group.pids.isEmpty && group.pids.allSatisfy(own.contains)
        }
        return visible
    }
}
