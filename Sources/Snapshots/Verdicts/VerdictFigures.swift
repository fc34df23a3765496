/// What balancing costs, as shares of the CPU time.
package struct BalancingCost: Sendable, Equatable {
    package var total: BoundedRatio
    /// Arming pages: the scans.
    package var armingRatio: Double?
    /// Faults that move nothing.
    package var faultRatio: Double?
    /// Moving pages, their faults included.
    package var moveRatio: Double?

    package init(total: BoundedRatio) { self.total = total }
}

/// What balancing did the last time it did much: from when pages began to move until they stopped, or until now.
package struct BalancingEpisode: Sendable, Equatable {
    /// Monotonic time, nanoseconds.
    package var beganAtNanoseconds: UInt64
    /// Monotonic time of the last round in which pages moved, nanoseconds.
    package var lastMoveAtNanoseconds: UInt64
    /// Base pages that moved.
    package var movedPages: Double
    /// The local share when it began and now, or when it ended; absent where it was not known.
    package var localityBefore: Double?
    package var localityAfter: Double?

    package init(beganAtNanoseconds: UInt64) {
        self.beganAtNanoseconds = beganAtNanoseconds
        lastMoveAtNanoseconds = beganAtNanoseconds
        movedPages = 0
    }
}

/// The figures a verdict rests on. Absent: not known, never zero.
package struct VerdictFigures: Sendable, Equatable {
    /// The share of the CPU time that was spent on the node of the memory used, taken to be used evenly: the sum over nodes of
    /// CPU time share times memory share.
    package var locality: BoundedRatio?
    /// The largest share that can be had with the threads as they are.
    package var bestLocality: BoundedRatio?
    package var cost: BalancingCost?
    /// What is saved of the CPU time, at least and at most.
    package var gain: BoundedRatio?
    /// Pages made local, net, for each page moved, at most 1.
    package var efficiency: Double?
    /// Share of the moves that were not undone.
    package var kept: BoundedRatio?
    /// Line fills from another node that moving one page has to save before it pays.
    package var paybackLineFills: Double?
    /// Change of the local share per minute.
    package var trendPerMinute: Double?
    /// Time until the local share is at its best, at this rate, nanoseconds.
    package var convergesInNanoseconds: UInt64?
    /// Base pages moved, hint faults, and base pages armed per second, lately.
    package var movedPagesPerSecond: Double?
    package var hintFaultsPerSecond: Double?
    package var armedPagesPerSecond: Double?
    /// What the latter two rest on.
    package var counterSource: FigureSource?
    /// CPU time per wall-clock time: CPUs in use.
    package var cpusUsed: Double?
    /// Its CPU time by node over the window, nanoseconds.
    package var cpuNanosecondsByNode: NodeValues<UInt64>?
    /// Its memory by node, files apart, bytes.
    package var bytesByNode: NodeValues<UInt64>?
    /// Share of its memory under policies that balancing leaves alone.
    package var policyRatio: Double?
    /// Time between scans of a task, lately, milliseconds.
    package var scanPeriodMilliseconds: Double?
    package var episode: BalancingEpisode?

    package init() {}
}
