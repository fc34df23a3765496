/// The sampled drive: what balancing did in an interval, from readings of ledgers and counters alone.
///
/// For each task that is read again: how many pages its placements folded (``WindowReconstruction``), by node and kind;
/// how many pages moved, which is a counter; from where to where, as far as the nodes allow (``PageMoves``); the scan
/// period; and the preferred node (``PreferredNodeModel``). A task may be read any number of times in an interval, and
/// should be read between any two of its placements: then what was folded is exact, however long the interval. ``ScanPace``
/// says when.
///
/// For the system: the hint faults of the interval. `/proc/vmstat` counts these exactly, so with it the total is observed.
/// It also narrows the tasks' values, never their bounds: what a task folds was faulted since its placement before, so all
/// of them together cannot have folded more than was counted since the earliest of these; within the bounds the values are
/// moved together until they agree. Without `/proc/vmstat` the total is the sum of the tasks', with their bounds.
///
/// What is folded in an interval was faulted up to one scan pass earlier: tasks' figures lag behind the system's by what is
/// in their windows, which no file shows.
///
/// Limits: a page folded is a base page, a hint fault may cover many (huge pages, large folios), so with such the
/// ledgers tell pages and vmstat tells faults, and the former are not scaled by the latter. Tasks that were born and
/// died between two readings leave no trace in ledgers; nor does what a task folded before an exec between two readings.
package struct SampledDrive: Sendable {
    private let profile: KernelProfile
    private let layout: NodeLayout
    private var tracks: [Int32: TaskTrack] = [:]
    /// What was read of tasks that are gone, in the open interval.
    private var gone: [TaskInterval] = []
    /// Hint faults counted since the drive began.
    private var faultCount: UInt64 = 0

    package init(profile: KernelProfile, layout: NodeLayout) {
        self.profile = profile
        self.layout = layout
    }

    /// Tasks that were read.
    package var taskCount: Int { tracks.count }

    /// Takes a reading.
    ///
    /// - Parameters:
    ///   - sample: The reading; one that is not later than the task's last is left out.
    ///   - birth: For the first reading of a task that was born while its process was watched: then all its ledger shows
    ///     is of this interval.
    package mutating func observe(_ sample: LedgerSample, birth: LedgerSample.Birth? = nil) {
        guard sample.nodes.count == layout.count else { return }
        guard var track = tracks.removeValue(forKey: sample.tid) else {
            if let birth {
                var track = TaskTrack(sample, birth: birth, faultCount: faultCount)
                track.add(sample, faultCount: faultCount, profile: profile, layout: layout)
                tracks[sample.tid] = track
            } else {
                tracks[sample.tid] = TaskTrack(first: sample, faultCount: faultCount)
            }
            return
        }
        if sample.timeNanoseconds > track.last.timeNanoseconds {
            track.add(sample, faultCount: faultCount, profile: profile, layout: layout)
        }
        tracks[sample.tid] = track
    }

    /// Notes that a task has not run since its last reading, which is still true: as if it were read again, for less.
    ///
    /// - Returns: Whether the task was read before.
    package mutating func stay(_ tid: Int32, at time: UInt64) -> Bool {
        guard let index = tracks.index(forKey: tid) else { return false }
        tracks.values[index].stay(at: time, faultCount: faultCount)
        return true
    }

    /// Forgets a task that is gone; what was read of it in the open interval still counts.
    package mutating func forget(_ tid: Int32) {
        guard var track = tracks.removeValue(forKey: tid) else { return }
        if let interval = track.takeInterval(faultCount: nil) { gone.append(interval) }
    }

    /// Ends the interval: what all readings since the last call say.
    ///
    /// - Parameters:
    ///   - counters: How far `/proc/vmstat` went in the interval; nothing if it could not be read.
    ///   - time: When it was read: tasks last read before that are not taken to have been read at the same time. Nothing
    ///     if all were read at the end.
    package mutating func closeInterval(_ counters: SystemCounters?, at time: UInt64? = nil) -> IntervalEstimate {
        faultCount = faultCount.addingReportingOverflow(counters?.hintFaults ?? 0).partialValue
        var tasks = gone
        gone.removeAll(keepingCapacity: true)
        // The earliest count at which a window that was folded was opened; nothing if that is not known of all.
        var opened = tasks.contains { $0.foldedPages.highest > 0 } ? nil : Optional(faultCount)
        var quiet: [QuietTask] = []
        var index = tracks.startIndex
        while index != tracks.endIndex {
            let isAtEnd = time.map { tracks.values[index].last.timeNanoseconds >= $0 } ?? true
            let since = tracks.values[index].openedBeforeInterval
            if let task = tracks.values[index].takeStay() { quiet.append(task) }
            if let interval = tracks.values[index].takeInterval(faultCount: isAtEnd ? faultCount : nil) {
                tasks.append(interval)
                if interval.foldedPages.highest > 0 {
                    opened = opened.flatMap { count in since.map { min(count, $0) } }
                }
            }
            if counters == nil { tracks.values[index].forgetFaultCounts() }
            tracks.formIndex(after: &index)
        }
        tasks.sort { $0.tid < $1.tid }
        let folded = tasks.reduce(Estimate.zero) { $0 + $1.foldedPages }
        guard let counters else {
            return IntervalEstimate(
                hintFaults: folded, localHintFaults: nil,
                pagesMigrated: tasks.reduce(Estimate.zero) { $0 + $1.pagesMigrated }, tasks: tasks,
                quietTasks: quiet, isReconciled: false)
        }
        var isReconciled = false
        if let opened {
            let available = Double(faultCount - min(opened, faultCount))
            // More pages at least than faults at most: faults cover several pages each, and cannot be compared with pages.
            isReconciled = folded.lowest <= available
            if isReconciled {
                let goal = max(min(folded.value, available), folded.lowest)
                for index in tasks.indices { tasks[index].move(from: folded, to: goal) }
            }
        }
        return IntervalEstimate(
            hintFaults: Estimate(observed: counters.hintFaults),
            localHintFaults: Estimate(observed: counters.localHintFaults),
            pagesMigrated: Estimate(observed: counters.pagesMigrated), tasks: tasks, quietTasks: quiet,
            isReconciled: isReconciled)
    }
}

/// What balancing did in one interval.
package struct IntervalEstimate: Sendable, Hashable {
    /// Hint faults of the system; observed with `/proc/vmstat`.
    package let hintFaults: Estimate
    /// Of these, the ones on pages that were on the faulting CPU's node; absent without `/proc/vmstat`.
    package let localHintFaults: Estimate?
    /// Base pages moved by hint faults.
    package let pagesMigrated: Estimate
    /// The tasks that were read twice, by thread id.
    package let tasks: [TaskInterval]
    /// Those that are known not to have run since they were read, and of which therefore nothing else is to be said.
    package let quietTasks: [QuietTask]
    /// Whether the tasks' pages were brought into line with the counted faults.
    package let isReconciled: Bool

    /// Share of the hint faults that were local when taken, 0 to 1: not locality; absent if not known or there were none.
    package var localShare: Double? {
        guard let local = localHintFaults, hintFaults.value > 0 else { return nil }
        return min(1, local.value / hintFaults.value)
    }
}

/// A task that did not run in an interval: it faulted and moved no page, and its preferred node is what it was.
package struct QuietTask: Sendable, Hashable {
    package let tid: Int32
    /// `numa_preferred_nid`, -1 for none.
    package let preferredNode: Int32
}
