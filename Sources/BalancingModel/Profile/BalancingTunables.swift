/// `sysctl_numa_balancing_*`: `/sys/kernel/debug/sched/numa_balancing/` since 5.13, before that files of the same names
/// under `/proc/sys/kernel/`. Defaults are the kernel's, 5.15 to 7.x.
package struct BalancingTunables: Hashable, Sendable {
    /// `scan_delay`: the wait before a new mm is scanned, and the period a task is born with.
    package var scanDelayMilliseconds: UInt32 = 1000
    /// `scan_period_min`.
    package var scanPeriodMinimumMilliseconds: UInt32 = 1000
    /// `scan_period_max`.
    package var scanPeriodMaximumMilliseconds: UInt32 = 60000
    /// `scan_size`, in units of 2^20 bytes. Zero makes the kernel divide by zero; the model treats it as 1.
    package var scanSizeMebibytes: UInt32 = 256
    /// `hot_threshold`: a page seen again within this time is hot (memory tiering only; since 6.1).
    package var hotThresholdMilliseconds: UInt32 = 1000
    /// `promote_rate_limit`, MB/s to each target node (memory tiering only; since 6.1).
    package var promotionRateLimitMegabytesPerSecond: UInt32 = 65536

    package init() {}
}

/// `sysctl_numa_balancing_mode`, `/proc/sys/kernel/numa_balancing`.
package struct BalancingMode: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `NUMA_BALANCING_NORMAL`: move pages and tasks together.
    package static let normal = BalancingMode(rawValue: 1)
    /// `NUMA_BALANCING_MEMORY_TIERING` (5.18): promote hot pages from slow nodes.
    package static let memoryTiering = BalancingMode(rawValue: 2)
}
