/// Placement: the window is folded into the averages (`task_numa_placement`), once for each scan sequence a task sees.
///
/// Per node and kind, the fault average becomes half of what it was plus the window: MEM' = MEM - MEM/2 + MEMBUF. The CPU
/// average takes the task's share of CPU time, Q16, times its share of the window's faults: CPU' = CPU - CPU/2 +
/// w·CPUBUF/(tot + 1). The group's arrays take the same differences. Example: MEM 901, window 120: 901 - 450 + 120 = 571.
///
/// Where the placement event tells the task's clocks and counters, w and tot are the kernel's own. Else they are reckoned
/// from switches, ticks and faults, which is off by about what ticks are late.
extension BalancingReplay {
    /// The kernel entered `task_scan_max`.
    ///
    /// - Parameter state: What the event tells of the task.
    mutating func placementEvent(tid: Int32, cpu: Int32, _ state: BalancingEvent.PlacementState?) {
        let slot = index.slot(tid)
        guard slot >= 0 else { return }
        noteRunning(slot, tid: tid, cpu: cpu)
        guard tasks[slot].fault.phase == .accounted, tasks[slot].fault.counts else { return }
        guard !tasks[slot].walk.isActive else { return }
        tasks[slot].fault.placementHits &+= 1
        if tasks[slot].fault.placementHits == 1, let state {
            tasks[slot].fault.measured = MeasuredPlacement(
                share: state.share, remotePages: state.remotePages, localPages: state.localPages,
                failedPages: state.failedPages)
        }
        if tasks[slot].fault.isPlaced { return }
        if tasks[slot].fault.isHeld {
            placeUnexpectedly(slot)
            return
        }
        // The kernel reads the tick at three instants of a fault, the probe at one, so the gate as modelled may be some ticks
        // off. A gate that is closed for longer means a clone, as does a sequence that has not changed, or only since the
        // fault was over: unless the task's next event says otherwise.
        let retry = tasks[slot].retryJiffies
        let isGateNear = isAfter(tasks[slot].fault.jiffies &+ Self.gateToleranceTicks, retry)
        let space = tasks[slot].mm
        let isFresh = now &- tasks[slot].fault.accountedTime < Self.probeToTestNanoseconds
        let mayDiffer = tasks[slot].isSequenceUnknown ? isFresh : sequenceDiffers(slot)
        if isGateNear, mayDiffer, tasks[slot].fault.sequenceDiffered || isFresh {
            tasks[slot].fault.gateIsOpen = true
            place(slot)
        } else if isGateNear, isFresh, space >= 0, spaces[Int(space)].openWalks > 0 {
            // A sibling's walk is about to end: its sequence step was seen before its `scan_done`.
            placeUnexpectedly(slot)
        } else {
            tasks[slot].fault.isHeld = true
        }
    }

    /// By how much the modelled retry time may be late, jiffies: about the retry intervals that pass between two
    /// placements, each of which adds a tick of uncertainty at most.
    private static let gateToleranceTicks: UInt64 = 8

    /// A placement although the model saw no new sequence: the mm's sequence is one further.
    mutating func placeUnexpectedly(_ slot: Int) {
        tasks[slot].fault.isHeld = false
        tasks[slot].fault.gateIsOpen = true
        let space = Int(tasks[slot].mm)
        if space >= 0, !sequenceDiffers(slot), !tasks[slot].isSequenceUnknown {
            counters.unexpectedPlacements &+= 1
            spaces[space].scanSequence &+= 1
            if spaces[space].openWalks > 0 { spaces[space].creditedSteps &+= 1 }
        }
        place(slot)
    }

    /// `task_numa_placement` up to the preferred node.
    mutating func place(_ slot: Int) {
        let space = Int(tasks[slot].mm)
        guard space >= 0, tasks[slot].faultBase >= 0 else { return }
        counters.placements &+= 1
        tasks[slot].fault.isPlaced = true
        tasks[slot].scanSequence = spaces[space].scanSequence
        tasks[slot].isSequenceUnknown = false
        tasks[slot].scanPeriodMaximum = profile.maximumPeriod(
            residentPages: residentPages(slot), group: groupWeights(slot))
        var share = runtimeShare(slot)
        if let measured = tasks[slot].fault.measured {
            share = measured.share
            adoptLocality(slot, measured)
        }
        foldWindow(slot, share: share)
        noteWindowClosed(slot)
        let predicted = preferredNode(slot)
        if predicted >= 0, predicted != Int(tasks[slot].preferred) {
            if followsSetPreferred {
                tasks[slot].fault.predictedPreferred = Int32(predicted)
            } else {
                tasks[slot].preferred = Int32(predicted)
            }
        }
        emitLedger(slot, .placement)
    }

    /// The counters the kernel divides by and fits the scan period to, before this fault's pages are added. They depend on
    /// outcomes, so the blind drive goes on with its own.
    private mutating func adoptLocality(_ slot: Int, _ measured: MeasuredPlacement) {
        guard !isBlind else { return }
        tasks[slot].remotePages = measured.remotePages
        tasks[slot].localPages = measured.localPages
        tasks[slot].failedPages = measured.failedPages
        tasks[slot].isLocalityUnknown = false
    }

    /// `numa_get_avg_runtime`: CPU time and wall time since the last placement, as one Q16 share. The scheduler's clocks
    /// stand at their last update: the last tick, or the last switch if that came later.
    private mutating func runtimeShare(_ slot: Int) -> UInt64 {
        var clockNow = clock.lastTick(before: now)
        if tasks[slot].isRunning { clockNow = max(clockNow, tasks[slot].runningSince) }
        var run = tasks[slot].runtime
        if tasks[slot].isRunning { run &+= clockNow &- tasks[slot].runningSince }
        let delta: UInt64
        let period: UInt64
        if tasks[slot].lastPlacementNanoseconds != 0 {
            delta = run &- tasks[slot].lastPlacementRuntime
            let elapsed = Int64(bitPattern: clockNow &- tasks[slot].lastPlacementNanoseconds)
            period = UInt64(max(0, elapsed))
        } else {
            tasks[slot].load.advance(to: clockNow)
            delta = UInt64(max(0, tasks[slot].load.sum))
            period = UInt64(LoadAverage.maximum)
        }
        tasks[slot].lastPlacementRuntime = run
        tasks[slot].lastPlacementNanoseconds = clockNow
        return (delta << 16) / max(1, period &+ 1)
    }

    private mutating func foldWindow(_ slot: Int, share: UInt64) {
        let base = tasks[slot].faultBase
        let group = Int(tasks[slot].group)
        let groupBase = group * 4 * nodeCount
        let divisor = max(1, tasks[slot].remotePages &+ tasks[slot].localPages &+ 1)
        var window: (UInt64, UInt64) = (0, 0)
        for node in 0..<nodeCount {
            for kind in 0..<2 {
                let memory = entry(base, region: 0, node: node, isPrivate: kind)
                let processor = entry(base, region: 1, node: node, isPrivate: kind)
                let memoryWindow = entry(base, region: 2, node: node, isPrivate: kind)
                let processorWindow = entry(base, region: 3, node: node, isPrivate: kind)
                let difference = faults[memoryWindow] &- faults[memory] / 2
                let weight = (share &* faults[processorWindow]) / divisor
                let processorDifference = weight &- faults[processor] / 2
                if kind == 0 {
                    window.0 &+= faults[memoryWindow]
                } else {
                    window.1 &+= faults[memoryWindow]
                }
                faults[memoryWindow] = 0
                faults[processorWindow] = 0
                faults[memory] &+= difference
                faults[processor] &+= processorDifference
                tasks[slot].totalFaults &+= difference
                if group >= 0 {
                    groupFaults[entry(groupBase, region: 0, node: node, isPrivate: kind)] &+= difference
                    groupFaults[entry(groupBase, region: 1, node: node, isPrivate: kind)] &+= processorDifference
                    groups[group].totalFaults &+= difference
                }
            }
        }
        tasks[slot].fault.windowShared = window.0
        tasks[slot].fault.windowPrivate = window.1
    }

    /// `update_task_scan_period`. With placement events the branch the kernel took is seen: only the fast one enters
    /// `task_scan_max` a second time.
    mutating func updateScanPeriod(_ slot: Int) {
        let fault = tasks[slot].fault
        let remote = tasks[slot].remotePages
        let local = tasks[slot].localPages
        let shared = fault.windowShared
        let personal = fault.windowPrivate
        var isSlow = local &+ shared == 0 || tasks[slot].failedPages != 0
        if fault.placementHits >= 2 { hasSeenSecondHit = true }
        if expectsPlacementEvents, hasSeenSecondHit {
            let tookFastBranch = fault.placementHits >= 2
            let isEvidence = !isBlind && !tasks[slot].isLocalityUnknown && local &+ shared != 0
            if isEvidence, tookFastBranch == (tasks[slot].failedPages != 0) {
                // A failure the model still counts did not count any more, or one it has forgotten did.
                clearsLocality = tookFastBranch
            }
            isSlow = !tookFastBranch
        }
        if isSlow || local &+ remote == 0 || personal &+ shared == 0 {
            let before = tasks[slot].scanPeriod
            tasks[slot].scanPeriod = min(tasks[slot].scanPeriodMaximum, tasks[slot].scanPeriod &<< 1)
            notePeriod(slot, before: before)
            let space = Int(tasks[slot].mm)
            if space >= 0 {
                spaces[space].nextScan =
                    fault.jiffies &+ profile.tick.jiffies(milliseconds: UInt64(tasks[slot].scanPeriod))
            }
            if clearsLocality { clearLocality(slot) }
            return
        }
        let before = tasks[slot].scanPeriod
        defer { notePeriod(slot, before: before) }
        let period = ScanPeriodController(period: tasks[slot].scanPeriod)
        let change = period.change(local: local, remote: remote, shared: shared, private: personal)
        let wanted = UInt64(UInt32(truncatingIfNeeded: Int64(tasks[slot].scanPeriod) &+ Int64(change)))
        let weights = groupWeights(slot)
        let resident = residentPages(slot)
        let smallest = profile.minimumPeriod(residentPages: resident)
        let largest = UInt64(profile.maximumPeriod(residentPages: resident, group: weights))
        tasks[slot].scanPeriod = UInt32(truncatingIfNeeded: min(max(wanted, smallest), max(smallest, largest)))
        clearLocality(slot)
    }

    /// Writes down a change of the scan period.
    mutating func notePeriod(_ slot: Int, before: UInt32) {
        guard tasks[slot].scanPeriod != before, periodChanges.count < Self.periodChangeLimit else { return }
        periodChanges.append(
            PeriodChange(
                timeNanoseconds: now, tid: tasks[slot].tid, beforeMilliseconds: before,
                afterMilliseconds: tasks[slot].scanPeriod))
    }

    private mutating func clearLocality(_ slot: Int) {
        tasks[slot].remotePages = 0
        tasks[slot].localPages = 0
        tasks[slot].failedPages = 0
        tasks[slot].isLocalityUnknown = false
    }
}

/// The fast branch of the period controller (`update_task_scan_period`): how much the scan period changes.
///
/// Ratios are in tenths, compared with 7. Mostly private faults slow scanning down, before anything else is looked at; then
/// mostly local ones; otherwise it speeds up. Example: period 1000, local 380 of 726, private 632 of 726: the private
/// ratio is 8, one above 7, so the period grows by one slot of a tenth: 1100.
package struct ScanPeriodController: Sendable {
    /// Milliseconds.
    package var period: UInt32

    package init(period: UInt32) {
        self.period = period
    }

    /// The change, milliseconds; both sums must be above zero.
    package func change(local: UInt64, remote: UInt64, shared: UInt64, private personal: UInt64) -> Int32 {
        let slot = Int32(truncatingIfNeeded: (UInt64(period) + 9) / 10)
        let localRatio = Int32(truncatingIfNeeded: (local &* 10) / max(1, local &+ remote))
        let privateRatio = Int32(truncatingIfNeeded: (personal &* 10) / max(1, personal &+ shared))
        if privateRatio >= 7 {
            return max(1, privateRatio &- 7) &* slot
        }
        if localRatio >= 7 {
            return max(1, localRatio &- 7) &* slot
        }
        return 0 &- (7 &- max(localRatio, privateRatio)) &* slot
    }
}
