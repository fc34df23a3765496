/// The fault path: from `misplaced` to the accounting of the fault (`do_numa_page`, `task_numa_fault`).
extension BalancingReplay {
    mutating func beginFault(tid: Int32, cpu: Int32, address: UInt64) {
        counters.misplacedCalls &+= 1
        let slot = liveSlot(of: tid)
        if queue.isFull { queue.giveUpFirst() }
        var decision = Decision(timeNanoseconds: now, tid: tid, cpu: cpu, address: address)
        let node = layout.position(ofCPU: Int(cpu))
        decision.cpuNode = layout.number(node)
        guard slot >= 0 else {
            queue.complete(queue.append(decision))
            return
        }
        noteRunning(slot, tid: tid, cpu: cpu)
        settle(slot, isCloning: false)
        abandonOpenFault(slot)
        decision.evidence.scanSequence = tasks[slot].scanSequence
        decision.evidence.preferredNode = layout.number(Int(tasks[slot].preferred))
        let ticket = queue.append(decision)
        var fault = FaultInProgress()
        fault.phase = .open
        fault.ticket = ticket
        fault.cpuNode = Int32(node)
        tasks[slot].fault = fault
        if !expectsMigrateCheck { snapshotGroup(slot, here: node, there: nodeCount == 2 && node >= 0 ? 1 - node : -1) }
    }

    /// A fault whose `hint_fault` never came. The kernel skips the accounting in one case only once it has asked the group
    /// test: the page was to be moved, moving it failed, and the entry had changed meanwhile. Kernels before 5.14 skip it for
    /// huge pages that are locked, too: then what was decided cannot be told.
    mutating func abandonOpenFault(_ slot: Int) {
        guard tasks[slot].fault.phase == .open else { return }
        let fault = tasks[slot].fault
        tasks[slot].fault.phase = .none
        guard queue.holds(fault.ticket) else { return }
        if fault.hasCheck, fault.checkSource != fault.checkNode {
            queue[fault.ticket].target = layout.number(Int(fault.checkNode))
            queue[fault.ticket].rule = .unaccounted
            if profile.switches.contains(.hugePagesUnaccounted) {
                queue[fault.ticket].evidence.isResynchronising = true
            }
        } else if expectsMigrateCheck {
            queue[fault.ticket].target = -1
            queue[fault.ticket].rule = .policy
        } else {
            queue[fault.ticket].rule = .unknown
        }
        // Its end may have been lost.
        if tasks[slot].standing == .lost { queue[fault.ticket].evidence.isResynchronising = true }
        queue.complete(fault.ticket)
    }

    mutating func checkFault(tid: Int32, source: Int32, cpu: Int32) {
        let slot = index.slot(tid)
        guard slot >= 0, tasks[slot].fault.phase == .open else { return }
        let here = layout.position(ofCPU: Int(cpu))
        let there = layout.position(ofNode: source)
        tasks[slot].fault.hasCheck = true
        tasks[slot].fault.checkNode = Int32(here)
        tasks[slot].fault.checkSource = Int32(there)
        snapshotGroup(slot, here: here, there: there)
    }

    /// Writes down what the kernel's group test sees now.
    private mutating func snapshotGroup(_ slot: Int, here: Int, there: Int) {
        let ticket = tasks[slot].fault.ticket
        guard queue.holds(ticket) else { return }
        queue[ticket].evidence.scanSequence = tasks[slot].scanSequence
        queue[ticket].evidence.preferredNode = layout.number(Int(tasks[slot].preferred))
        let group = Int(tasks[slot].group)
        guard group >= 0 else { return }
        queue[ticket].evidence.groupID = groups[group].gid
        queue[ticket].evidence.isGroupUncertain = tasks[slot].isGroupUncertain
        queue[ticket].evidence.groupActiveNodes = groups[group].activeNodes
        queue[ticket].evidence.unsettledMembers = groups[group].unsettledMembers
        let base = group * 4 * nodeCount
        if here >= 0 {
            queue[ticket].evidence.groupFaultsHere = sum(groupFaults, base, region: 0, node: here)
            queue[ticket].evidence.groupCPUHere = sum(groupFaults, base, region: 1, node: here)
        }
        if there >= 0 {
            queue[ticket].evidence.groupFaultsThere = sum(groupFaults, base, region: 0, node: there)
            queue[ticket].evidence.groupCPUThere = sum(groupFaults, base, region: 1, node: there)
        }
    }

    @inline(__always)
    func sum(_ table: [UInt64], _ base: Int, region: Int, node: Int) -> UInt64 {
        let first = entry(base, region: region, node: node, isPrivate: 0)
        return table[first] &+ table[first + 1]
    }

    /// Keeps the kernel's answer for the comparison; nothing in the model reads it.
    mutating func answerFault(tid: Int32, target: Int32) {
        let slot = index.slot(tid)
        guard slot >= 0, tasks[slot].fault.phase == .open, queue.holds(tasks[slot].fault.ticket) else { return }
        queue[tasks[slot].fault.ticket].observedTarget = target
    }

    mutating func accountFault(
        tid: Int32, cpu: Int32, lastCPUPID: Int32, memNode: Int32, pages: Int32, flags: FaultFlags, jiffies: UInt64?
    ) {
        counters.accountedFaults &+= 1
        if flags.contains(.faultLocal) { counters.localFaults &+= 1 }
        let slot = liveSlot(of: tid)
        guard slot >= 0 else { return }
        noteRunning(slot, tid: tid, cpu: cpu)
        if tasks[slot].fault.phase == .accounted { settle(slot, isCloning: false) }
        if let jiffies { clock.observe(jiffies, at: now) }
        if tasks[slot].fault.phase == .none {
            // No `misplaced` was seen: the ledger is kept all the same.
            tasks[slot].fault = FaultInProgress()
            tasks[slot].fault.cpuNode = Int32(layout.position(ofCPU: Int(cpu)))
            tasks[slot].fault.ticket = UInt64.max
        }

        let pages = UInt64(clamping: pages)
        let predicted = decide(slot, tid: tid, lastCPUPID: lastCPUPID, memNode: memNode, flags: flags)
        var memory = layout.position(ofNode: memNode)
        var migrated: UInt64 = 0
        var failed: UInt64 = 0
        if isBlind {
            memory = predicted.target >= 0 ? predicted.target : predicted.source
            if predicted.target >= 0 { migrated = pages }
        } else {
            if flags.contains(.migrated) { migrated = pages }
            if flags.contains(.migrateFail) { failed = pages }
        }
        counters.pagesMigrated &+= migrated
        counters.pagesFailed &+= failed

        tasks[slot].fault.phase = .accounted
        tasks[slot].fault.counts = false
        guard memory >= 0, tasks[slot].mm >= 0 else { return }
        guard passesTierTest(memory: memory, lastCPUPID: lastCPUPID) else { return }
        if !tasks[slot].hasFaults { allocateFaults(slot) }

        var isPrivate = true
        if !profile.cpupid.isUnset(lastCPUPID) {
            isPrivate = profile.cpupid.matches(tid: tid, lastCPUPID)
            if !isPrivate, !flags.contains(.noGroup) {
                isPrivate = joinGroup(slot, lastCPUPID: lastCPUPID, isShared: flags.contains(.shared))
            }
        }
        let accountNode = layout.position(ofCPU: Int(cpu))
        var countsLocal = flags.contains(.faultLocal)
        let group = Int(tasks[slot].group)
        if !isPrivate, !countsLocal, group >= 0, groups[group].activeNodes > 1, accountNode >= 0 {
            countsLocal = isActive(group, node: accountNode) && isActive(group, node: memory)
        }

        tasks[slot].fault.counts = true
        tasks[slot].fault.isPrivate = isPrivate
        tasks[slot].fault.countsLocal = countsLocal
        tasks[slot].fault.memoryNode = Int32(memory)
        tasks[slot].fault.accountNode = Int32(accountNode)
        tasks[slot].fault.pages = pages
        tasks[slot].fault.migratedPages = migrated
        tasks[slot].fault.failedPages = failed
        let tick = jiffies ?? clock.estimate(at: now)
        tasks[slot].fault.jiffies = tick
        tasks[slot].fault.accountedTime = now
        tasks[slot].fault.gateIsOpen = isAfter(tick, tasks[slot].retryJiffies)
        tasks[slot].fault.sequenceDiffered = sequenceDiffers(slot)
        if !expectsPlacementEvents, tasks[slot].fault.gateIsOpen, tasks[slot].fault.sequenceDiffered {
            place(slot)
        }
    }

    /// The ledger is not kept for pages of slow nodes when tiering is on or nobody is known to have used them.
    private func passesTierTest(memory: Int, lastCPUPID: Int32) -> Bool {
        if layout.isTopTier[memory] { return true }
        if profile.mode.contains(.memoryTiering) { return false }
        return profile.cpupid.cpu(lastCPUPID) < layout.cpuCount
    }

    mutating func allocateFaults(_ slot: Int) {
        let size = 8 * nodeCount
        if let base = freeFaultBases.popLast() {
            for offset in 0..<size { faults[base + offset] = 0 }
            tasks[slot].faultBase = base
        } else {
            tasks[slot].faultBase = faults.count
            faults.append(contentsOf: repeatElement(0, count: size))
        }
        tasks[slot].hasFaults = true
        tasks[slot].totalFaults = 0
        tasks[slot].remotePages = 0
        tasks[slot].localPages = 0
        tasks[slot].failedPages = 0
    }

    /// Whether a placement would find a new scan sequence.
    @inline(__always)
    func sequenceDiffers(_ slot: Int) -> Bool {
        let space = tasks[slot].mm
        return space >= 0 && spaces[Int(space)].scanSequence != tasks[slot].scanSequence
    }

    /// Ends the fault of a task, if it is in one that was accounted: the placement if it is still due, the next retry, and
    /// then the window counters.
    ///
    /// - Parameter isCloning: The task's next event was the birth of a child, so an unexpected placement event came
    ///   from there.
    mutating func settle(_ slot: Int, isCloning: Bool) {
        guard tasks[slot].fault.phase == .accounted else { return }
        tasks[slot].fault.phase = .none
        guard tasks[slot].fault.counts else { return }
        if tasks[slot].fault.isHeld, !isCloning { placeUnexpectedly(slot) }
        let fault = tasks[slot].fault
        if fault.isPlaced { updateScanPeriod(slot) }
        if fault.predictedPreferred > -2 {
            counters.preferredPredictions &+= 1
            counters.preferredMisses &+= 1
        }
        if fault.gateIsOpen {
            if expectsPlacementEvents, !fault.isPlaced, fault.sequenceDiffered {
                // The kernel did not place, so its gate was closed, or it knows of no new sequence.
                tasks[slot].retryJiffies = fault.jiffies
            } else if tasks[slot].preferred >= 0 {
                let wait = profile.tick.jiffies(milliseconds: UInt64(tasks[slot].scanPeriod)) / 16
                tasks[slot].retryJiffies = fault.jiffies &+ min(profile.tick.ticksPerSecond, wait)
            }
        }
        tasks[slot].pagesMigrated &+= fault.migratedPages
        if fault.migratedPages > 0 { tasks[slot].movedAt = fault.accountedTime }
        tasks[slot].failedPages &+= fault.failedPages
        let base = tasks[slot].faultBase
        let bit = fault.isPrivate ? 1 : 0
        faults[entry(base, region: 2, node: Int(fault.memoryNode), isPrivate: bit)] &+= fault.pages
        if fault.accountNode >= 0 {
            faults[entry(base, region: 3, node: Int(fault.accountNode), isPrivate: bit)] &+= fault.pages
        }
        if fault.countsLocal {
            tasks[slot].localPages &+= fault.pages
        } else {
            tasks[slot].remotePages &+= fault.pages
        }
    }
}
