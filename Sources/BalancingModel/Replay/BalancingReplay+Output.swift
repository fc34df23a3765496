/// What the replay hands out, and what it does when events were lost.
extension BalancingReplay {
    mutating func emitLedger(_ slot: Int, _ cause: LedgerChange.Cause) {
        changes.append(ledger(slot, cause: cause))
    }

    /// A task's ledger as it is.
    func ledger(_ slot: Int, cause: LedgerChange.Cause) -> LedgerChange {
        let task = tasks[slot]
        let space = Int(task.mm)
        return LedgerChange(
            timeNanoseconds: now, tid: task.tid, cause: cause,
            preferredNode: layout.number(Int(task.preferred)), totalFaults: task.totalFaults,
            groupID: task.group >= 0 ? groups[Int(task.group)].gid : 0,
            scanSequence: space >= 0 ? spaces[space].scanSequence : task.scanSequence,
            pagesMigrated: task.pagesMigrated, scanPeriodMilliseconds: task.scanPeriod, nodes: nodeShares(slot))
    }

    private func nodeShares(_ slot: Int) -> [LedgerChange.NodeShare] {
        let base = tasks[slot].faultBase
        guard base >= 0 else {
            return Array(repeating: .init(privateFaults: 0, sharedFaults: 0), count: nodeCount)
        }
        return (0..<nodeCount).map { node in
            let first = entry(base, region: 0, node: node, isPrivate: 0)
            return .init(privateFaults: faults[first + 1], sharedFaults: faults[first])
        }
    }

    /// A mark: a group's id for those who look ahead and, after a loss, the state to go on from.
    mutating func markEvent(_ mark: BalancingEvent.LedgerMark) {
        if options.recordsGroupFacts, let gid = mark.groupID {
            groupFacts.append(
                .observed(
                    time: now, tid: mark.tid, gid: gid, toleranceNanoseconds: LedgerAgreement.markDelayNanoseconds))
        }
        let slot = index.slot(mark.tid)
        guard slot >= 0, tasks[slot].needsResync else { return }
        resync(slot, mark)
    }

    /// Events were lost: nothing modelled is certain until the next mark of each task.
    mutating func loseEvents() {
        counters.lostEventMarks &+= 1
        for slot in tasks.indices where tasks[slot].tid > 0 {
            tasks[slot].needsResync = true
            settle(slot, isCloning: false)
            abandonOpenFault(slot)
        }
        for cpu in current.indices { current[cpu] = -1 }
    }

    private mutating func resync(_ slot: Int, _ mark: BalancingEvent.LedgerMark) {
        counters.resyncs &+= 1
        tasks[slot].needsResync = false
        settle(slot, isCloning: false)
        if let pages = mark.pagesMigrated { tasks[slot].pagesMigrated = pages }
        if let node = mark.preferredNode { tasks[slot].preferred = Int32(layout.position(ofNode: node)) }
        if let sequence = mark.scanSequence, tasks[slot].mm >= 0 {
            spaces[Int(tasks[slot].mm)].scanSequence = Int32(truncatingIfNeeded: sequence)
        }
        if !mark.nodes.isEmpty { adoptFaults(slot, mark.nodes) }
        if let gid = mark.groupID { adoptGroup(slot, gid: gid) }
        emitLedger(slot, .resync)
    }

    private mutating func adoptFaults(_ slot: Int, _ nodes: [BalancingEvent.LedgerMark.NodeFaults]) {
        guard tasks[slot].faultBase >= 0 else { return }
        let base = tasks[slot].faultBase
        let group = Int(tasks[slot].group)
        for node in nodes {
            let position = layout.position(ofNode: node.node)
            guard position >= 0 else { continue }
            for (kind, value) in [node.taskShared, node.taskPrivate].enumerated() {
                let place = entry(base, region: 0, node: position, isPrivate: kind)
                let difference = value &- faults[place]
                faults[place] = value
                tasks[slot].totalFaults &+= difference
                guard group >= 0 else { continue }
                groupFaults[entry(group * 4 * nodeCount, region: 0, node: position, isPrivate: kind)] &+= difference
                groups[group].totalFaults &+= difference
            }
        }
    }

    private mutating func adoptGroup(_ slot: Int, gid: Int32) {
        let own = Int(tasks[slot].group)
        if own >= 0, groups[own].gid == gid { return }
        if own < 0, gid == 0 { return }
        leaveGroup(slot)
        guard gid != 0, tasks[slot].faultBase >= 0 else { return }
        if let known = groups.indices.last(where: { groups[$0].memberCount > 0 && groups[$0].gid == gid }) {
            let width = 4 * nodeCount
            for offset in 0..<width {
                groupFaults[known * width + offset] &+= faults[tasks[slot].faultBase + offset]
            }
            groups[known].totalFaults &+= tasks[slot].totalFaults
            groups[known].memberCount &+= 1
            tasks[slot].group = Int32(known)
        } else {
            createGroup(slot, gid: gid)
        }
    }
}

extension BalancingReplay {
    /// A task's ledger as it is now, or nothing if the task is not known.
    package func state(of tid: Int32) -> LedgerChange? {
        let slot = index.slot(tid)
        return slot >= 0 ? ledger(slot, cause: .birth) : nil
    }

    /// The ledgers of all tasks that ever faulted and are not released, by thread id.
    package func ledgers() -> [LedgerChange] {
        tasks.indices
            .filter { tasks[$0].tid > 0 && tasks[$0].hasFaults }
            .map { ledger($0, cause: .birth) }
            .sorted { $0.tid < $1.tid }
    }

    /// The groups there are, by creation.
    package func groupLedgers() -> [GroupLedger] {
        var members: [Int: [Int]] = [:]
        for slot in tasks.indices where tasks[slot].tid > 0 && tasks[slot].group >= 0 {
            members[Int(tasks[slot].group), default: []].append(slot)
        }
        return members.map { group, slots in
            let base = group * 4 * nodeCount
            return GroupLedger(
                groupID: groups[group].gid, createdAtNanoseconds: groups[group].createdAt,
                members: slots.map { tasks[$0].tid }.sorted(), activeNodes: Int(groups[group].activeNodes),
                totalFaults: groups[group].totalFaults,
                nodes: (0..<nodeCount).map { node in
                    let first = entry(base, region: 0, node: node, isPrivate: 0)
                    return GroupLedger.Node(
                        privateFaults: groupFaults[first + 1], sharedFaults: groupFaults[first],
                        cpuShare: sum(groupFaults, base, region: 1, node: node))
                },
                isUncertain: slots.contains { tasks[$0].isGroupUncertain })
        }.sorted { ($0.createdAtNanoseconds, $0.groupID) < ($1.createdAtNanoseconds, $1.groupID) }
    }
}
