/// NUMA groups: creation, joins and leaving (`task_numa_group`, `task_numa_free`).
///
/// A task whose fault shows that another task used the page gets a group of its own, and then joins the group of the task
/// that runs right now on the CPU the page remembers, if that task's id fits. The smaller group's task joins the larger;
/// between equals the group higher in the kernel's memory wins, which no event tells. ``PointerOrder`` keeps what is
/// known of that order; ``TieOracle`` is what a look ahead found out; and where the iterator told where both lie, nothing is
/// left to find out.
extension BalancingReplay {
    /// - Returns: Whether the fault counts as private: the candidate passed every test but shares neither the address
    ///   space nor the page, so it is taken for a collision of thread ids.
    mutating func joinGroup(_ slot: Int, lastCPUPID: Int32, isShared: Bool) -> Bool {
        if tasks[slot].group < 0 { createGroup(slot) }
        let cpu = profile.cpupid.cpu(lastCPUPID)
        guard cpu < current.count else {
            recordContact(slot, other: -1, canJoin: false)
            return false
        }
        let candidate = index.slot(current[cpu])
        guard candidate >= 0, profile.cpupid.matches(tid: tasks[candidate].tid, lastCPUPID) else {
            recordContact(slot, other: -1, canJoin: false)
            return false
        }
        // Without births nobody's address space is known. A page's last user that runs right where the page says it ran is
        // hardly there by chance.
        let sharesMemory = knowsSpaces ? tasks[candidate].mm == tasks[slot].mm : true
        let canJoin = tasks[candidate].mm >= 0 && sharesMemory || isShared
        recordContact(slot, other: candidate, canJoin: canJoin)
        let mine = Int(tasks[slot].group)
        let theirs = Int(tasks[candidate].group)
        guard theirs >= 0, theirs != mine else { return false }
        if groups[mine].memberCount > groups[theirs].memberCount { return false }
        if groups[mine].memberCount == groups[theirs].memberCount, tieIsLost(slot, mine: mine, theirs: theirs) {
            return false
        }
        if canJoin { join(slot, from: mine, to: theirs) }
        return !canJoin
    }

    private mutating func recordContact(_ slot: Int, other: Int, canJoin: Bool) {
        guard options.recordsGroupFacts else { return }
        groupFacts.append(
            .contact(
                time: now, tid: tasks[slot].tid, other: other >= 0 ? tasks[other].tid : 0, canJoin: canJoin,
                node: Int32(layout.position(ofCPU: Int(tasks[slot].cpu)))))
    }

    mutating func createGroup(_ slot: Int, gid: Int32? = nil) {
        let home = Int32(layout.position(ofCPU: Int(tasks[slot].cpu)))
        let group = GroupState(gid: gid ?? tasks[slot].tid, createdAt: now, homeNode: home)
        let width = 4 * nodeCount
        let place: Int
        if let free = freeGroups.popLast() {
            place = Int(free)
            groups[place] = group
        } else {
            place = groups.count
            groups.append(group)
            groupFaults.append(contentsOf: repeatElement(0, count: width))
        }
        let base = tasks[slot].faultBase
        for offset in 0..<width { groupFaults[place * width + offset] = faults[base + offset] }
        groups[place].totalFaults = tasks[slot].totalFaults
        groups[place].unsettledMembers = tasks[slot].isUnsettled ? 1 : 0
        tasks[slot].group = Int32(place)
        tasks[slot].isGroupUncertain = false
        counters.groupsCreated &+= 1
        if gid == nil { emitLedger(slot, .group) }
    }

    /// Whether the task's own group wins a tie, so that it stays where it is.
    private mutating func tieIsLost(_ slot: Int, mine: Int, theirs: Int) -> Bool {
        counters.ties &+= 1
        let mineKey = groups[mine].key
        let theirKey = groups[theirs].key
        if let first = groups[mine].order, let second = groups[theirs].order, first != second {
            return first > second
        }
        tieOracle.advance(to: now)
        if let known = tieOracle.isHigher(mineKey, than: theirKey) {
            if tieOracle.isDoubtful(mineKey, theirKey) {
                counters.guessedTies &+= 1
                tasks[slot].isGroupUncertain = true
            }
            return known
        }
        if let known = pointerOrder.isHigher(mineKey, than: theirKey) { return known }
        counters.guessedTies &+= 1
        let guess = pointerOrder.likelihood(mineKey, isHigherThan: theirKey) > 0.5
        pointerOrder.note(guess ? mineKey : theirKey, isHigherThan: guess ? theirKey : mineKey)
        tasks[slot].isGroupUncertain = true
        return guess
    }

    private mutating func join(_ slot: Int, from mine: Int, to theirs: Int) {
        let isUncertain = tasks[slot].isGroupUncertain
        leaveGroup(slot)
        let width = 4 * nodeCount
        let base = tasks[slot].faultBase
        for offset in 0..<width { groupFaults[theirs * width + offset] &+= faults[base + offset] }
        groups[theirs].totalFaults &+= tasks[slot].totalFaults
        groups[theirs].memberCount &+= 1
        if tasks[slot].isUnsettled { groups[theirs].unsettledMembers &+= 1 }
        tasks[slot].group = Int32(theirs)
        tasks[slot].isGroupUncertain = isUncertain
        counters.joins &+= 1
        emitLedger(slot, .group)
    }

    /// A task leaves its group for good.
    mutating func abandonGroup(_ slot: Int) {
        if tasks[slot].group >= 0, options.recordsGroupFacts {
            groupFacts.append(.left(time: now, tid: tasks[slot].tid))
        }
        leaveGroup(slot)
    }

    /// Takes a task's averages out of its group; the last one takes the group along.
    mutating func leaveGroup(_ slot: Int) {
        let group = Int(tasks[slot].group)
        guard group >= 0 else { return }
        let width = 4 * nodeCount
        let base = tasks[slot].faultBase
        if base >= 0 {
            for offset in 0..<width { groupFaults[group * width + offset] &-= faults[base + offset] }
        }
        groups[group].totalFaults &-= tasks[slot].totalFaults
        groups[group].memberCount &-= 1
        if tasks[slot].isUnsettled { groups[group].unsettledMembers &-= 1 }
        tasks[slot].group = -1
        tasks[slot].isGroupUncertain = false
        if groups[group].memberCount <= 0 {
            groups[group].memberCount = 0
            tieOracle.forget(groups[group].key)
            pointerOrder.forget(groups[group].key)
            freeGroups.append(Int32(group))
        }
    }

    /// `numa_is_active_node`.
    @inline(__always)
    func isActive(_ group: Int, node: Int) -> Bool {
        sum(groupFaults, group * 4 * nodeCount, region: 1, node: node) &* 3 > groups[group].maximumCPUFaults
    }

    /// `numa_group_count_active_nodes`.
    mutating func countActiveNodes(_ group: Int) {
        let base = group * 4 * nodeCount
        var largest: UInt64 = 0
        for node in 0..<nodeCount where layout.takesPart[node] {
            largest = max(largest, sum(groupFaults, base, region: 1, node: node))
        }
        var active: Int32 = 0
        for node in 0..<nodeCount where layout.takesPart[node] {
            if sum(groupFaults, base, region: 1, node: node) &* 3 > largest { active &+= 1 }
        }
        groups[group].maximumCPUFaults = largest
        groups[group].activeNodes = active
    }

    /// What the period formulas take from a task's group.
    func groupWeights(_ slot: Int) -> KernelProfile.GroupWeights? {
        let group = Int(tasks[slot].group)
        guard group >= 0 else { return nil }
        let base = group * 4 * nodeCount
        var shared: UInt64 = 0
        var personal: UInt64 = 0
        for node in 0..<nodeCount {
            let first = entry(base, region: 0, node: node, isPrivate: 0)
            shared &+= groupFaults[first]
            personal &+= groupFaults[first + 1]
        }
        return KernelProfile.GroupWeights(
            references: UInt64(max(0, groups[group].memberCount)), sharedFaults: shared, privateFaults: personal)
    }
}
