import NUMATopology

/// What the kernel reckons with for the threads of a process or group, as the iterator shows it.
package struct ScanSummary: Sendable, Equatable {
    /// Threads it is of: those that have a scan period.
    package var threadCount = 0
    /// The shortest and the longest run time between two scans that one of them asks for, milliseconds.
    package var shortestPeriodMilliseconds: UInt32 = 0
    package var longestPeriodMilliseconds: UInt32 = 0
    /// Pages faulted since each was placed last, by node: the windows that are open. Absent where none of the ledgers could be
    /// read whole.
    package var openPrivatePages: NodeValues<UInt64>?
    package var openSharedPages: NodeValues<UInt64>?

    package init() {}

    /// Of the threads that have been scanned; nil where there are none.
    package init?(_ views: some Sequence<KernelTaskView>) {
        self.init()
        for view in views { add(view) }
        if threadCount == 0 { return nil }
    }

    private mutating func add(_ view: KernelTaskView) {
        guard let period = view.scanPeriodMilliseconds, period > 0 else { return }
        join(period, period, threads: 1)
        Self.add(view.windowPrivatePages, to: &openPrivatePages)
        Self.add(view.windowSharedPages, to: &openSharedPages)
    }

    package static func += (left: inout ScanSummary, right: ScanSummary) {
        left.join(right.shortestPeriodMilliseconds, right.longestPeriodMilliseconds, threads: right.threadCount)
        add(right.openPrivatePages, to: &left.openPrivatePages)
        add(right.openSharedPages, to: &left.openSharedPages)
    }

    private mutating func join(_ shortest: UInt32, _ longest: UInt32, threads: Int) {
        shortestPeriodMilliseconds = threadCount == 0 ? shortest : min(shortestPeriodMilliseconds, shortest)
        longestPeriodMilliseconds = max(longestPeriodMilliseconds, longest)
        threadCount += threads
    }

    private static func add(_ pages: NodeValues<UInt64>?, to sum: inout NodeValues<UInt64>?) {
        guard let pages else { return }
        var all = sum ?? NodeValues()
        all += pages
        sum = all
    }
}
