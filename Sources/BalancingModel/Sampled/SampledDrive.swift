/// The sampled drive: what balancing did in an interval, from readings of ledgers and counters alone.
///
/// For each task that is read again: how many pages its placements folded (``WindowReconstruction``), by node and kind;
/// how many pages moved, which is a counter; from where to where, as far as the nodes allow; the scan period; and the
/// node its group's ledger speaks for. For the system: the hint faults of the interval. `/proc/vmstat` counts these
/// exactly, so with it the total is observed, and the tasks' shares of it are the model's: each task's bounds hold, and
/// within them the values are moved together until they sum up to what was counted. Faults that are not folded yet are
/// carried to the next interval. Without `/proc/vmstat` the total is the sum of the tasks', with their bounds.
///
/// Limits: a page folded is a base page, a hint fault may cover many (huge pages, large folios), so with such the
/// ledgers tell pages and vmstat tells faults, and the former are not scaled by the latter. Tasks that were born and
/// died between two readings leave no trace in ledgers.
package struct SampledDrive: Sendable {
    private let profile: KernelProfile
    private let layout: NodeLayout
    private var last: [Int32: LedgerSample] = [:]
    private var open: [Int32: TaskInterval] = [:]
    /// Faults counted and not folded yet, as of the end of the last interval.
    private var carriedFaults = 0.0

    package init(profile: KernelProfile, layout: NodeLayout) {
        self.profile = profile
        self.layout = layout
    }

    /// Tasks that were read.
    package var taskCount: Int { last.count }

    /// Takes a reading; a second reading of a task within one interval replaces its part of the interval.
    package mutating func observe(_ sample: LedgerSample) {
        guard sample.nodes.count == layout.count else { return }
        if let previous = last[sample.tid], sample.timeNanoseconds > previous.timeNanoseconds {
            open[sample.tid] = TaskInterval(previous, sample, profile: profile, layout: layout)
        }
        last[sample.tid] = sample
    }

    /// Forgets a task that is gone.
    package mutating func forget(_ tid: Int32) {
        last[tid] = nil
    }

    /// Ends the interval: what all readings since the last call say.
    ///
    /// - Parameter counters: How far `/proc/vmstat` went in the interval; nothing if it could not be read.
    package mutating func closeInterval(_ counters: SystemCounters?) -> IntervalEstimate {
        var tasks = open.values.sorted { $0.tid < $1.tid }
        open.removeAll(keepingCapacity: true)
        let folded = tasks.reduce(Estimate.zero) { $0 + $1.foldedPages }
        guard let counters else {
            return IntervalEstimate(
                hintFaults: folded, localHintFaults: nil,
                pagesMigrated: tasks.reduce(Estimate.zero) { $0 + $1.pagesMigrated }, tasks: tasks,
                isReconciled: false)
        }
        let available = carriedFaults + Double(counters.hintFaults)
        // More pages at least than faults at most: faults cover several pages each, and cannot be compared with pages.
        let isComparable = folded.lowest <= available * 1.02 + 1
        if isComparable {
            // Folded is at most what was counted; within the bounds the common factor makes it so.
            let goal = min(max(min(folded.value, available), folded.lowest), folded.highest)
            for index in tasks.indices { tasks[index].move(from: folded, to: goal) }
            carriedFaults = max(0, available - goal)
        } else {
            carriedFaults = 0
        }
        return IntervalEstimate(
            hintFaults: Estimate(observed: counters.hintFaults),
            localHintFaults: Estimate(observed: counters.localHintFaults),
            pagesMigrated: Estimate(observed: counters.pagesMigrated), tasks: tasks, isReconciled: isComparable)
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
    /// Whether the tasks' pages were brought into line with the counted faults.
    package let isReconciled: Bool

    /// Share of the hint faults that were local, 0 to 1; absent if not known or there were none.
    package var localShare: Double? {
        guard let local = localHintFaults, hintFaults.value > 0 else { return nil }
        return min(1, local.value / hintFaults.value)
    }
}
