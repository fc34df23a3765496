/// The preferred node (`task_numa_placement`, `preferred_group_nid`, `task_numa_migrate`).
extension BalancingReplay {
    /// The node a placement prefers: the one with most faults of the task, or of its group; -1 if there are none.
    func preferredNode(_ slot: Int) -> Int {
        let group = Int(tasks[slot].group)
        let table = (0..<nodeCount).map { node in
            group >= 0
                ? sum(groupFaults, group * 4 * nodeCount, region: 0, node: node)
                : sum(faults, tasks[slot].faultBase, region: 0, node: node)
        }
        return layout.preferredNode(faults: table, isGroup: group >= 0)
    }

    /// The kernel set the preferred node of the running task.
    mutating func setPreferredEvent(tid: Int32, node: Int32) {
        guard followsSetPreferred else { return }
        let slot = index.slot(tid)
        guard slot >= 0 else { return }
        if tasks[slot].fault.isHeld { placeUnexpectedly(slot) }
        let position = layout.position(ofNode: node)
        if tasks[slot].fault.phase == .accounted, tasks[slot].fault.predictedPreferred > -2 {
            counters.preferredPredictions &+= 1
            if Int(tasks[slot].fault.predictedPreferred) != position { counters.preferredMisses &+= 1 }
            tasks[slot].fault.predictedPreferred = -2
        }
        changePreferred(slot, to: position)
    }

    private mutating func changePreferred(_ slot: Int, to position: Int) {
        guard Int(tasks[slot].preferred) != position else { return }
        tasks[slot].preferred = Int32(position)
        emitLedger(slot, .preferred)
    }

    /// `task_numa_migrate` found a CPU, or none: a task of a group then prefers the node it found, or the one it is on.
    mutating func taskMoveEvent(_ move: BalancingEvent.TaskMove) {
        if options.recordsGroupFacts {
            groupFacts.append(
                .observed(time: now, tid: move.pid, gid: move.groupID, toleranceNanoseconds: 1_000_000))
            if move.otherPID > 0 {
                groupFacts.append(
                    .observed(time: now, tid: move.otherPID, gid: move.otherGroupID, toleranceNanoseconds: 1_000_000))
            }
        }
        guard !followsSetPreferred else { return }
        let slot = index.slot(move.pid)
        guard slot >= 0 else { return }
        if tasks[slot].fault.isHeld { placeUnexpectedly(slot) }
        guard tasks[slot].group >= 0 else { return }
        let position =
            layout.position(ofNode: move.destinationCPU >= 0 ? move.destinationNode : move.sourceNode)
        if position >= 0 { changePreferred(slot, to: position) }
    }
}
