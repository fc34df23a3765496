/// Birth, exec and exit (`init_numa_balancing`, `task_numa_free`).
extension BalancingReplay {
    private static let cloneVM: UInt64 = 0x100
    private static let cloneVFork: UInt64 = 0x4000
    private static let cloneThread: UInt64 = 0x10000

    /// From the last switch away from a dead task until the kernel drops its ledger, where the stream does not tell: its
    /// parent or the kernel reaps it and a grace period of RCU passes, mostly a few ticks.
    private static let releaseDelayNanoseconds: UInt64 = 20_000_000
    /// How long a stream that tells when ledgers are dropped is waited for: a parent may reap late, but a stream may also be
    /// narrowed to some processes, and then no longer tells.
    private static let releasePatienceNanoseconds: UInt64 = 10_000_000_000

    /// The slot of a thread; a thread that was there before the stream began gets an empty state. Where births are not in
    /// the stream, nothing tells an old thread from a new one, and it counts as new.
    mutating func slot(of tid: Int32) -> Int {
        let known = index.slot(tid)
        if known >= 0 { return known }
        guard ThreadIndex.accepts(tid) else { return -1 }
        var space = AddressSpace()
        space.isSequenceUnknown = options.startsUnknown || knowsBirths
        let slot = addTask(tid, space: addSpace(space))
        tasks[slot].isSequenceUnknown = space.isSequenceUnknown
        tasks[slot].isLocalityUnknown = space.isSequenceUnknown
        if options.startsUnknown || hasTasksInGap || !cpusInGap.isEmpty {
            tasks[slot].standing = .lost
            tasks[slot].unsettledPlacements = Self.settlingPlacements
            tasks[slot].isInGap = hasTasksInGap
        } else {
            tasks[slot].isOlder = knowsBirths
        }
        return slot
    }

    /// The slot of a thread that is doing something. A dead thread does nothing: where its id acts again, a thread of its
    /// process has called exec and taken over the leader's id (`de_thread`), with the ledger of its own.
    mutating func liveSlot(of tid: Int32) -> Int {
        let known = slot(of: tid)
        guard known >= 0, tasks[known].isDead else { return known }
        let space = tasks[known].lastSpace
        var heir = -1
        if space >= 0 {
            for other in tasks.indices
            where tasks[other].tid > 0 && !tasks[other].isExiting && tasks[other].mm == space && tasks[other].isThread {
                heir = heir < 0 ? other : -2
                if heir == -2 { break }
            }
        }
        release(known)
        if heir >= 0 {
            execEvent(tid: tid, oldTID: tasks[heir].tid)
        }
        return slot(of: tid)
    }

    mutating func addSpace(_ space: AddressSpace) -> Int32 {
        if let free = freeSpaces.popLast() {
            spaces[Int(free)] = space
            return free
        }
        spaces.append(space)
        return Int32(spaces.count - 1)
    }

    private mutating func addTask(_ tid: Int32, space: Int32) -> Int {
        var task = TaskState(tid: tid, scanPeriod: profile.tunables.scanDelayMilliseconds)
        task.mm = space
        task.load.updatedAt = now
        let slot: Int
        if let free = freeTasks.popLast() {
            slot = Int(free)
            tasks[slot] = task
        } else {
            slot = tasks.count
            tasks.append(task)
        }
        index.set(tid, slot: slot)
        return slot
    }

    /// `task_newtask`: a child, and what `init_numa_balancing` did to its parent.
    mutating func createTask(parent: Int32, child: Int32, cloneFlags: UInt64) {
        guard ThreadIndex.accepts(child), child != parent else { return }
        let known = index.slot(child)
        if known >= 0 {
            settle(known, isCloning: false)
            release(known)
        }
        let parentSlot = liveSlot(of: parent)
        guard parentSlot >= 0 else {
            _ = addTask(child, space: addSpace(AddressSpace()))
            return
        }
        settle(parentSlot, isCloning: true)
        let parentSpace = tasks[parentSlot].mm
        let sharesMemory = cloneFlags & Self.cloneVM != 0
        if parentSpace >= 0, spaces[Int(parentSpace)].users == 1 {
            spaces[Int(parentSpace)].scanSequence = 0
            spaces[Int(parentSpace)].isSequenceUnknown = false
            spaces[Int(parentSpace)].nextScan =
                clock.estimate(at: now)
                &+ profile.tick.jiffies(milliseconds: UInt64(profile.tunables.scanDelayMilliseconds))
        }
        let space: Int32
        if sharesMemory, parentSpace >= 0 {
            spaces[Int(parentSpace)].users &+= 1
            space = parentSpace
        } else {
            var copy = parentSpace >= 0 ? spaces[Int(parentSpace)] : AddressSpace()
            copy.users = 1
            copy.openWalks = 0
            copy.silentWalks = 0
            copy.creditedSteps = 0
            space = addSpace(copy)
        }
        let slot = addTask(child, space: space)
        tasks[slot].scanSequence = spaces[Int(space)].scanSequence
        tasks[slot].load.isRunnable = true
        tasks[slot].scanPeriodMaximum = tasks[parentSlot].scanPeriodMaximum
        if profile.switches.contains(.forkKeepsCounters) {
            tasks[slot].pagesMigrated = tasks[parentSlot].pagesMigrated
            tasks[slot].inheritsUnknownCount =
                tasks[parentSlot].inheritsUnknownCount || tasks[parentSlot].standing != .followed
                || tasks[parentSlot].isOlder
        }
        if profile.switches.contains(.forkKeepsRetry) { tasks[slot].retryJiffies = tasks[parentSlot].retryJiffies }
        tasks[slot].isThread = cloneFlags & Self.cloneThread != 0
        if tasks[slot].isThread { tasks[slot].process = tasks[parentSlot].process }
        // What it inherits of an unknown parent is unknown; its own ledger is empty and its window whole.
        if tasks[parentSlot].standing == .lost { tasks[slot].standing = .reopened }
        if tasks[parentSlot].isInGap || !cpusInGap.isEmpty {
            tasks[slot].standing = .lost
            tasks[slot].unsettledPlacements = Self.settlingPlacements
            tasks[slot].isInGap = tasks[parentSlot].isInGap
        }
        if sharesMemory {
            tasks[slot].preferred = tasks[parentSlot].preferred
            if cloneFlags & Self.cloneVFork != 0, !tasks[slot].isThread {
                tasks[slot].vforkParent = parent
                hasVForks = true
            }
            if tasks[slot].preferred >= 0 { emitLedger(slot, .birth) }
        }
    }

    /// `sched_process_fork`: says nothing `task_newtask` has not said, unless that is missing. Then it may be a thread or a
    /// process; a thread is the better guess, because tasks with shared faults are mostly threads.
    mutating func forkEvent(parent: Int32, child: Int32) {
        guard !options.kinds.contains(.newTask), index.slot(child) < 0 else { return }
        createTask(parent: parent, child: child, cloneFlags: Self.cloneVM | Self.cloneThread)
    }

    /// An exec the trace reports; the leader's id may pass to the thread that called it.
    mutating func execEvent(tid: Int32, oldTID: Int32) {
        guard ThreadIndex.accepts(tid) else { return }
        if oldTID > 0, oldTID != tid {
            let old = index.slot(oldTID)
            let replaced = index.slot(tid)
            if old >= 0 {
                if replaced >= 0 { release(replaced) }
                index.set(oldTID, slot: -1)
                index.set(tid, slot: old)
                tasks[old].tid = tid
                tasks[old].isThread = false
            }
        }
        let slot = slot(of: tid)
        guard slot >= 0 else { return }
        settle(slot, isCloning: false)
        execTask(slot)
    }

    /// A new mm, and `task_numa_free(current, final = false)`: the averages go, the open window stays.
    mutating func execTask(_ slot: Int) {
        leaveSpace(slot)
        tasks[slot].mm = addSpace(AddressSpace())
        tasks[slot].vforkParent = -1
        guard tasks[slot].hasFaults else { return }
        abandonGroup(slot)
        if tasks[slot].faultBase >= 0 {
            let base = tasks[slot].faultBase
            for offset in 0..<4 * nodeCount { faults[base + offset] = 0 }
        }
        tasks[slot].totalFaults = 0
        emitLedger(slot, .exec)
    }

    mutating func leaveSpace(_ slot: Int) {
        let space = tasks[slot].mm
        guard space >= 0 else { return }
        if tasks[slot].walk.isActive { tasks[slot].walk.isActive = false }
        spaces[Int(space)].users &-= 1
        if spaces[Int(space)].users <= 0 { freeSpaces.append(space) }
        tasks[slot].mm = -1
    }

    /// `sched_process_exit`: the mm is gone, the ledger stays until the task is released.
    mutating func exitTask(_ tid: Int32) {
        let slot = index.slot(tid)
        guard slot >= 0, !tasks[slot].isExiting else { return }
        settle(slot, isCloning: false)
        abandonOpenFault(slot)
        tasks[slot].isExiting = true
        if tasks[slot].hasFaults { emitLedger(slot, .exit) }
        tasks[slot].lastSpace = tasks[slot].mm
        // Newer kernels drop the mm after the event, and dropping it may still fault.
        if profile.switches.contains(.exitEventAfterMM) { leaveSpace(slot) }
        if !options.kinds.contains(.schedSwitch) { die(slot) }
    }

    /// The last switch away from an exiting task.
    mutating func die(_ slot: Int) {
        guard !tasks[slot].isDead else { return }
        settle(slot, isCloning: false)
        tasks[slot].isDead = true
        leaveSpace(slot)
        releases.append((now &+ Self.releaseDelayNanoseconds, Int32(slot), tasks[slot].tid))
    }

    /// `sched_process_free`: the last thing before `task_numa_free`, which takes the task's averages out of its group
    /// (`delayed_put_task_struct`). By then the id may be another task's.
    mutating func freeTask(_ tid: Int32) {
        tellsReleases = true
        let slot = index.slot(tid)
        guard slot >= 0, tasks[slot].isExiting else { return }
        settle(slot, isCloning: false)
        release(slot)
    }

    mutating func releaseDue() {
        let patience = tellsReleases ? Self.releasePatienceNanoseconds : 0
        while releaseHead < releases.count, releases[releaseHead].time &+ patience <= now {
            let due = releases[releaseHead]
            releaseHead += 1
            let slot = Int(due.slot)
            if slot < tasks.count, tasks[slot].tid == due.tid, tasks[slot].isExiting { release(slot) }
        }
        if releaseHead == releases.count || releaseHead > 4096 {
            releases.removeFirst(releaseHead)
            releaseHead = 0
        }
    }

    /// Final release: the group loses the task, the slot is free.
    mutating func release(_ slot: Int) {
        guard isAlive(slot) else { return }
        abandonOpenFault(slot)
        abandonGroup(slot)
        leaveSpace(slot)
        if tasks[slot].faultBase >= 0 { freeFaultBases.append(tasks[slot].faultBase) }
        if index.slot(tasks[slot].tid) == slot { index.set(tasks[slot].tid, slot: -1) }
        tasks[slot].tid = 0
        tasks[slot].faultBase = -1
        tasks[slot].fault = FaultInProgress()
        freeTasks.append(Int32(slot))
    }
}
