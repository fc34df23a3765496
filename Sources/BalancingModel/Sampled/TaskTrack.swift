import NUMATopology

/// A task the sampled drive follows: its last reading, what is known of its placements, and its part of the open interval.
struct TaskTrack: Sendable {
    private(set) var last: LedgerSample
    /// The open interval's part; nothing before a second reading.
    private(set) var interval: TaskInterval? {
        get {
            guard case .of(let interval) = part else { return nil }
            return interval
        }
        set { part = newValue.map(Part.of) ?? .nothing }
    }
    private var part = Part.nothing
    /// How many hint faults the system had counted when the task's window was opened, at the earliest: at a reading that is
    /// not later than its last placement. Nothing if that was before it was followed.
    private var windowOpenedAtFaults: UInt64?
    /// The same as it was when the open interval began.
    private(set) var openedBeforeInterval: UInt64?
    /// Whether a placement for the sequence of the last reading may still be due.
    private var mayBeLate: Bool
    /// What the last placement folded, if it is known exactly.
    private var lastWindowPages: UInt64?
    /// Whether the ledger stood still although the task ran and its mm's sequence moved on: it may have been placed, with a
    /// window that by chance made up for what was halved away.
    private var mayHaveStoodStill = false
    /// Whether ``last`` is a reading, and not what must have been before the task was born.
    private var wasRead: Bool
    /// The count of faults at the last reading, at the earliest.
    private var faultsAtLast: UInt64
    /// Whether the last reading was found to be still true in the open interval.
    private var hasStayed = false

    /// Apart from the track: of thousands of tasks that sleep none has one.
    private indirect enum Part: Sendable {
        case nothing
        case of(TaskInterval)
    }

    init(first sample: LedgerSample, faultCount: UInt64) {
        last = sample
        mayBeLate = true
        wasRead = true
        faultsAtLast = faultCount
    }

    /// A task born since a time of which the fault count is known.
    init(_ sample: LedgerSample, birth: LedgerSample.Birth, faultCount: UInt64) {
        last = LedgerSample(before: sample, birth: birth)
        // It takes over the sequence the mm has when it is born.
        mayBeLate = false
        wasRead = false
        faultsAtLast = faultCount
        windowOpenedAtFaults = faultCount
        openedBeforeInterval = faultCount
    }

    /// Takes the next reading.
    ///
    /// - Parameter faultCount: Hint faults the system had counted then, at the earliest.
    mutating func add(_ sample: LedgerSample, faultCount: UInt64, profile: KernelProfile, layout: NodeLayout) {
        let steps = sample.scanSequence.subtractingReportingOverflow(last.scanSequence).partialValue
        let isIdle = sample.runtimeNanoseconds != nil && sample.runtimeNanoseconds == last.runtimeNanoseconds
        var placedSteps: Int64?
        if let now = sample.placedSequence, let then = last.placedSequence {
            placedSteps = now.subtractingReportingOverflow(then).partialValue
        }
        let before = last.counters
        let after = sample.counters
        let windows = WindowReconstruction(
            before: before, after: after, sequenceSteps: steps, mayBeLate: mayBeLate, isIdle: isIdle,
            lastWindowPages: lastWindowPages, placedSteps: placedSteps)
        let preferred = PreferredNodeModel(
            known: wasRead ? last.preferredNode : nil, last, sample, windows: windows, layout: layout)
        var part = interval ?? TaskInterval(from: last, layout: layout)
        part.add(last, sample, windows: windows, preferred: preferred, profile: profile, layout: layout)
        interval = part
        notePlacements(windows, steps: steps, before: before, after: after)
        if before != after {
            // Without a new sequence this was the placement that seemed to be missing; with one, it is among those counted.
            mayHaveStoodStill = false
        } else if steps != 0, !isIdle, windows.placements.upperBound == 0, placedSteps == nil {
            mayHaveStoodStill = true
        }
        last = sample
        wasRead = true
        faultsAtLast = faultCount
    }

    /// The last reading is still true, as the task has not run.
    mutating func stay(at time: UInt64, faultCount: UInt64) {
        guard time > last.timeNanoseconds else { return }
        last.timeNanoseconds = time
        faultsAtLast = faultCount
        hasStayed = true
        interval?.extend(to: time)
    }

    /// The task's part of an interval of which nothing is known but that it did not run; nothing where more is.
    mutating func takeStay() -> QuietTask? {
        defer { hasStayed = false }
        return hasStayed && interval == nil ? QuietTask(tid: last.tid, preferredNode: last.preferredNode) : nil
    }

    private mutating func notePlacements(
        _ windows: WindowReconstruction, steps: Int64, before: [UInt64], after: [UInt64]
    ) {
        let (lowest, highest) = (windows.placements.lowerBound, windows.placements.upperBound)
        if lowest >= 1 {
            // With as many placements as there can have been, or with no new sequence, it has placed itself for the last.
            mayBeLate = steps != 0 && lowest < highest
            windowOpenedAtFaults = faultsAtLast
            lastWindowPages =
                lowest == highest && lowest == 1 && !windows.wasCleared
                ? UInt64(saturated: windows.total(before: before, after: after).value) : nil
        } else if steps != 0, windows.likeliestPlacements == 0 {
            mayBeLate = true
        }
    }

    /// Ends the interval.
    ///
    /// - Parameter faultCount: Hint faults the system has counted by now, if the last reading is not older than that.
    mutating func takeInterval(faultCount: UInt64?) -> TaskInterval? {
        defer { interval = nil }
        let ledger = last
        if mayHaveStoodStill { interval?.widen(byHalfOf: ledger) }
        mayHaveStoodStill = false
        if let faultCount { faultsAtLast = faultCount }
        openedBeforeInterval = windowOpenedAtFaults
        return interval
    }

    /// Faults were not counted for a while: the windows open now may hold any number.
    mutating func forgetFaultCounts() {
        windowOpenedAtFaults = nil
        openedBeforeInterval = nil
    }
}
