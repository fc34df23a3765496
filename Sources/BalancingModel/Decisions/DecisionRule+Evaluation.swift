/// The group test of the kernel (`should_numa_migrate_memory`, `mm/mempolicy.c` and `kernel/sched/fair.c`, 5.15 to 7.x).
///
/// The steps in order, for a page on node `src` that a task faults on from a CPU of node `dst`:
///
/// 1. A young task (no preferred node yet, or at most four scan passes seen) takes what nobody or itself touched last.
/// 2. Two-stage filter: a page last faulted on from another node stays, this time.
/// 3. A page this task itself faulted on last is private: it comes.
/// 4. Without a group there is nothing to weigh: it comes.
/// 5. With C the group's CPU share and M its faults per node: C(dst) > 3·C(src) brings it at once, otherwise it comes if
///    C(dst)/M(dst) exceeds 4/3 of C(src)/M(src), written as products.
///
/// Worked: C = 24000 here, 9000 there, M = 5000 here, 6000 there: 24000 is not more than 27000, but 24000·6000·3 = 432e6 is
/// more than 9000·5000·4 = 180e6: move.
struct GroupTest: Sendable {
    var tid: Int32
    var lastCPUPID: Int32
    var lastNode: Int
    var destination: Int
    var isYoung: Bool
    var hasGroup: Bool
    var cpuHere: UInt64
    var cpuThere: UInt64
    var faultsHere: UInt64
    var faultsThere: UInt64

    /// Whether the page moves, and the step that said so.
    func verdict(_ layout: CPUPIDLayout) -> (moves: Bool, rule: DecisionRule) {
        let isFirst = layout.isPIDUnset(lastCPUPID)
        let isOwn = layout.matches(tid: tid, lastCPUPID)
        if isYoung, isFirst || isOwn { return (true, .earlyLife) }
        if !isFirst, lastNode != destination { return (false, .twoStage) }
        if isOwn { return (true, .private) }
        if !hasGroup { return (true, .noGroup) }
        if cpuHere > cpuThere &* 3 { return (true, .cpuRatio) }
        return (cpuHere &* faultsThere &* 3 > cpuThere &* faultsHere &* 4, .cpuMemRatio)
    }
}

extension BalancingReplay {
    /// Decides the fault of a task and completes its decision.
    ///
    /// - Returns: Positions of the target (-1 to stay) and of the page's node before the fault (-1 if unknown).
    mutating func decide(
        _ slot: Int, tid: Int32, lastCPUPID: Int32, memNode: Int32, flags: FaultFlags
    ) -> (target: Int, source: Int) {
        let fault = tasks[slot].fault
        let here = Int(fault.hasCheck ? fault.checkNode : fault.cpuNode)
        let source = self.source(of: fault, memNode: memNode, flags: flags)
        guard queue.holds(fault.ticket) else { return (-1, source) }
        let evidence = queue[fault.ticket].evidence
        var moves = false
        var rule = DecisionRule.unknown
        var restsOnAge = false
        if !fault.hasCheck, expectsMigrateCheck || flags.contains(.faultLocal) {
            // The group test was not asked: a local page under the default policy, or a policy that does not move.
            rule = flags.contains(.faultLocal) ? .local : .policy
        } else if here < 0 {
            rule = .unknown
        } else if source == here {
            // Where the test is asked for local pages too, its answer changes nothing: by the built-in policy before 5.15, by a
            // balancing bind policy on later kernels (`mpol_misplaced`, `mm/mempolicy.c`).
            rule = .local
        } else if profile.switches.contains(.memorylessDestinationCheck), !layout.hasMemory[here] {
            rule = .memoryless
        } else if source >= 0, profile.mode.contains(.memoryTiering), !layout.isTopTier[source] {
            (moves, rule) = judgeTiering(
                slot, address: queue[fault.ticket].address, faultTime: queue[fault.ticket].timeNanoseconds, here: here)
        } else if source >= 0, !layout.isTopTier[source], profile.cpupid.cpu(lastCPUPID) >= layout.cpuCount {
            rule = .slowNodeUnset
        } else {
            var test = GroupTest(
                tid: tid, lastCPUPID: lastCPUPID,
                lastNode: layout.position(ofCPU: profile.cpupid.cpu(lastCPUPID)), destination: here,
                isYoung: evidence.preferredNode == -1 || evidence.scanSequence <= 4, hasGroup: evidence.groupID != 0,
                cpuHere: evidence.groupCPUHere, cpuThere: evidence.groupCPUThere,
                faultsHere: evidence.groupFaultsHere, faultsThere: evidence.groupFaultsThere)
            (moves, rule) = test.verdict(profile.cpupid)
            if evidence.preferredNode != -1 {
                test.isYoung.toggle()
                restsOnAge = test.verdict(profile.cpupid).moves != moves
            }
        }
        let target = moves ? here : -1
        queue[fault.ticket].target = layout.number(target)
        queue[fault.ticket].rule = rule
        queue[fault.ticket].sourceNode = layout.number(source)
        queue[fault.ticket].evidence.lastCPUPID = lastCPUPID
        queue[fault.ticket].evidence.isResynchronising =
            rule.restsOnHistory
            && (tasks[slot].standing == .lost || tasks[slot].isOlder || restsOnAge && isAgeUnknown(slot)
                || rule.weighsGroup && evidence.unsettledMembers > 0)
        if rule == .tieringStay || rule == .tieringPromote { learnRoom(queue[fault.ticket], here: here) }
        queue.complete(fault.ticket)
        return (target, source)
    }

    /// How many passes the task has seen is not known if it was there before its mm's passes were counted or, until its next
    /// placement, if its ledger was taken over.
    private func isAgeUnknown(_ slot: Int) -> Bool {
        tasks[slot].isSequenceUnknown || tasks[slot].mm >= 0 && spaces[Int(tasks[slot].mm)].isSequenceUnknown
    }

    /// The page's node before the fault. The blind drive must not look at `memNode` of a fault that may have moved the
    /// page: it would tell the outcome.
    private func source(of fault: FaultInProgress, memNode: Int32, flags: FaultFlags) -> Int {
        if fault.hasCheck, fault.checkSource >= 0 { return Int(fault.checkSource) }
        if flags.contains(.faultLocal) { return Int(fault.cpuNode) }
        if expectsMigrateCheck, !fault.hasCheck { return layout.position(ofNode: memNode) }
        if !isBlind, !flags.contains(.migrated) { return layout.position(ofNode: memNode) }
        return nodeCount == 2 && fault.cpuNode >= 0 ? 1 - Int(fault.cpuNode) : -1
    }
}
