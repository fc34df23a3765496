/// The scanner (`task_numa_work`): what it armed and passed by tells where it stands, and so the mm's scan sequence.
///
/// A walk begins at `numa_scan_offset` and visits VMAs in address order until its budget is spent; then the VMA at hand
/// stays current and the offset is where it stopped. If the VMAs run out, the pass is complete: the sequence goes up by one
/// and the offset back to 0. The events do not name VMAs that were passed by silently, but the budget is exact: a range
/// costs its span of `virtpages` always, and of `pages` if anything in it was armed. So a walk that ended with budget left
/// ran out of VMAs.
///
/// The sequence can advance at two more instants. If no VMA ends above the offset, the walk starts with a reset: its first
/// event then lies below the offset. And since 6.7 a pass that passed some VMA by because its threads are inactive starts
/// again, forced, to scan one VMA: seen as an address that falls within the walk.
///
/// Example: offset 0x7000, budget for 100 pages, ranges 0x8000-0x9000 and 0xa000-0xb000, both armed: two pages spent, VMAs
/// ran out, sequence + 1. If the first range were 0x1000-0x2000, below the offset, the walk began with a reset and the
/// sequence would go up by two.
extension BalancingReplay {
    mutating func beginWalk(tid: Int32, cpu: Int32, jiffies: UInt64?) {
        let slot = liveSlot(of: tid)
        guard slot >= 0 else { return }
        noteRunning(slot, tid: tid, cpu: cpu)
        settle(slot, isCloning: false)
        if let jiffies { clock.observe(jiffies, at: now) }
        if tasks[slot].walk.isActive { closeWalk(slot) }
        var walk = ScanWalk()
        walk.isActive = true
        walk.jiffies = jiffies ?? clock.estimate(at: now)
        walk.remainingPages = Int64(clamping: profile.scanPages)
        walk.remainingVirtualPages = Int64(clamping: profile.scanPages &* 8)
        tasks[slot].walk = walk
    }

    /// The first sign that the walk is under way; `position` is where it begins.
    private mutating func noteProgress(_ slot: Int, start: UInt64, end: UInt64, offset: UInt64?) {
        let space = Int(tasks[slot].mm)
        guard space >= 0 else { return }
        if !tasks[slot].walk.hasBegun {
            tasks[slot].walk.hasBegun = true
            spaces[space].openWalks &+= 1
            spaces[space].nextScan =
                tasks[slot].walk.jiffies &+ profile.tick.jiffies(milliseconds: UInt64(tasks[slot].scanPeriod))
            let known = spaces[space].scanOffset
            let isReset = known != 0 && (offset.map { $0 == 0 } ?? (start < known) || end <= known)
            if isReset { advanceSequence(space) }
            if let offset, !isReset, offset != known { spaces[space].scanOffset = offset }
        } else if start < tasks[slot].walk.position {
            // Addresses only rise within a pass: this is the forced restart.
            tasks[slot].walk.isForced = true
            let known = spaces[space].scanOffset
            let isReset = known != 0 && (offset.map { $0 == 0 } ?? (start < known) || end <= known)
            if isReset { advanceSequence(space) }
        }
        tasks[slot].walk.position = max(start, end)
        tasks[slot].walk.highestEnd = max(tasks[slot].walk.highestEnd, end)
    }

    private mutating func advanceSequence(_ space: Int) {
        if !followsWalks {
            // Nothing to add: the next placement tells.
        } else if spaces[space].creditedSteps > 0 {
            spaces[space].creditedSteps -= 1
        } else {
            spaces[space].scanSequence &+= 1
        }
        spaces[space].scanOffset = 0
        spaces[space].residentPages = max(spaces[space].residentPages, spaces[space].passPages)
        spaces[space].passPages = 0
    }

    mutating func walkRange(tid: Int32, start: UInt64, end: UInt64) {
        let slot = index.slot(tid)
        guard slot >= 0, tasks[slot].walk.isActive else { return }
        noteProgress(slot, start: start, end: end, offset: nil)
        tasks[slot].walk.rangeStart = start
        tasks[slot].walk.endsWithRange = true
        if !options.kinds.contains(.scanRange) { return }
        let span = Int64(clamping: (end &- start) >> profile.pageShift)
        tasks[slot].walk.remainingVirtualPages &-= max(0, span)
    }

    mutating func walkRangeDone(tid: Int32, updated: UInt64) {
        counters.updatedPages &+= updated
        let slot = index.slot(tid)
        guard slot >= 0, tasks[slot].walk.isActive, tasks[slot].walk.endsWithRange else { return }
        guard updated > 0 else { return }
        let end = tasks[slot].walk.position
        let span = Int64(clamping: (end &- tasks[slot].walk.rangeStart) >> profile.pageShift)
        if tasks[slot].mm >= 0 { noteArmed(Int(tasks[slot].mm), start: tasks[slot].walk.rangeStart, end: end) }
        tasks[slot].walk.remainingPages &-= max(0, span)
        if tasks[slot].mm >= 0 { spaces[Int(tasks[slot].mm)].passPages &+= updated }
    }

    mutating func walkSkip(
        tid: Int32, offset: UInt64, start: UInt64, end: UInt64, reason: BalancingEvent.SkipReason
    ) {
        let slot = index.slot(tid)
        guard slot >= 0, tasks[slot].walk.isActive else { return }
        noteProgress(slot, start: start, end: reason == .ignorePID ? start : end, offset: offset)
        switch reason {
        case .ignorePID:
            return
        case .pidInactive:
            tasks[slot].walk.hasSkippedInactive = true
        case .sequenceCompleted:
            if tasks[slot].mm >= 0 { spaces[Int(tasks[slot].mm)].scanOffset = end }
        default:
            break
        }
        tasks[slot].walk.endsWithRange = false
    }

    mutating func endWalk(tid: Int32, jiffies: UInt64?) {
        if let jiffies { clock.observe(jiffies, at: now) }
        let slot = index.slot(tid)
        guard slot >= 0, tasks[slot].walk.isActive else { return }
        closeWalk(slot)
    }

    private mutating func closeWalk(_ slot: Int) {
        let walk = tasks[slot].walk
        tasks[slot].walk.isActive = false
        let space = Int(tasks[slot].mm)
        guard space >= 0 else { return }
        guard walk.hasBegun else {
            closeSilentWalk(slot, space: space, walk: walk)
            return
        }
        spaces[space].openWalks &-= 1
        let isSpent = walk.remainingPages <= 0 || walk.remainingVirtualPages <= 0
        if walk.endsWithRange, isSpent || walk.isForced {
            spaces[space].scanOffset = walk.position
        } else {
            if hasNewProgram(space, walk) { inferExec(slot) }
            let current = Int(tasks[slot].mm)
            advanceSequence(current)
            spaces[current].highestEnd = walk.highestEnd
            spaces[current].silentWalks = 0
            spaces[current].nextScan =
                walk.jiffies &+ profile.tick.jiffies(milliseconds: UInt64(tasks[slot].scanPeriod))
        }
        spaces[Int(tasks[slot].mm)].creditedSteps = 0
        if !expectsPlacementEvents { placeWaiting(in: tasks[slot].mm) }
    }

    /// Without placement events: siblings whose fault was accounted just before the walk's end was reported. The sequence had
    /// advanced a moment earlier, and they are still between the probe and the test.
    private mutating func placeWaiting(in space: Int32) {
        for slot in tasks.indices where tasks[slot].mm == space && tasks[slot].fault.phase == .accounted {
            let fault = tasks[slot].fault
            guard fault.counts, fault.gateIsOpen, !fault.isPlaced, sequenceDiffers(slot) else { continue }
            guard now &- fault.accountedTime < Self.probeToTestNanoseconds else { continue }
            place(slot)
        }
    }

    /// From the probe at the entry of `task_numa_fault` to its look at the sequence, at most, undisturbed.
    static let probeToTestNanoseconds: UInt64 = 60_000

    /// A walk without a single event: the gate was closed or, on kernels that do not name the VMAs they pass by, nothing was
    /// eligible.
    private mutating func closeSilentWalk(_ slot: Int, space: Int, walk: ScanWalk) {
        spaces[space].silentWalks &+= 1
        let delay = profile.tick.jiffies(milliseconds: UInt64(profile.tunables.scanDelayMilliseconds))
        if spaces[space].nextScan == 0 {
            spaces[space].nextScan = walk.jiffies &+ delay
        }
    }

    /// Whether the highest VMA of a single-threaded process (its stack, or the kernel's pages above it) has moved, as it does
    /// only with another program. Kernels that do not name what they pass by may have left out the highest VMA for its
    /// policy; there the first scan of a new program, which only sets the time of the next, must have been seen as well.
    private func hasNewProgram(_ space: Int, _ walk: ScanWalk) -> Bool {
        guard knowsSpaces, spaces[space].users == 1, spaces[space].highestEnd != 0 else { return false }
        guard walk.highestEnd != spaces[space].highestEnd else { return false }
        return options.kinds.contains(.skipVMA) || spaces[space].silentWalks > 0
    }

    private mutating func inferExec(_ slot: Int) {
        counters.inferredExecs &+= 1
        execTask(slot)
    }

    /// Resident base pages of a task's mm as the scans show them, 0 if unknown.
    func residentPages(_ slot: Int) -> UInt64 {
        let space = tasks[slot].mm
        return space >= 0 ? spaces[Int(space)].residentPages : 0
    }
}
