/// What the replay hands out.
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
        resynchronise(mark)
        locateGroup(mark)
    }

    /// Takes over where the group of a task lies, where the model has the task in the group that was read.
    private mutating func locateGroup(_ mark: BalancingEvent.LedgerMark) {
        guard let order = mark.groupOrder, let gid = mark.groupID, gid != 0 else { return }
        if options.recordsGroupFacts {
            groupFacts.append(.located(time: now, tid: mark.tid, gid: gid, order: order))
        }
        let slot = index.slot(mark.tid)
        guard slot >= 0, tasks[slot].group >= 0, groups[Int(tasks[slot].group)].gid == gid else { return }
        groups[Int(tasks[slot].group)].order = order
    }
}

extension BalancingReplay {
    /// A task's ledger as it is now, or nothing if the task is not known.
    package func state(of tid: Int32) -> LedgerChange? {
        let slot = index.slot(tid)
        return slot >= 0 ? ledger(slot, cause: .birth) : nil
    }

    /// `numa_pages_migrated` of a task, with what the fault it is in will add; 0 if the task is not known.
    package func pagesMigrated(of tid: Int32) -> UInt64 {
        let slot = index.slot(tid)
        guard slot >= 0 else { return 0 }
        let fault = tasks[slot].fault
        return tasks[slot].pagesMigrated &+ (fault.phase == .accounted && fault.counts ? fault.migratedPages : 0)
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
