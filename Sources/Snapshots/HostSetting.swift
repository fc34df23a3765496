/// A setting of the host that decides what balancing does, with the kernel's default (6.12) beside it.
///
/// The one list of them: `numawatch top`, the report, the history and `numawatch compare` take it from here.
package struct HostSetting: Sendable, Hashable {
    /// `kernel.numa_balancing`, or a path below debugfs' or sysfs' directory of it.
    package var name: String
    /// As the kernel prints it; absent where it cannot be read.
    package var value: String?
    /// What a kernel has that nobody has set anything of.
    package var kernelDefault: String

    package init(name: String, value: String?, kernelDefault: String) {
        self.name = name
        self.value = value
        self.kernelDefault = kernelDefault
    }

    /// Whether it is known to be another than the kernel's.
    package var differs: Bool { value.map { $0 != kernelDefault } ?? false }

    /// - Parameter zoneReclaimMode: For totals that came without it.
    package static func all(_ host: HostTotals, zoneReclaimMode: Int? = nil) -> [HostSetting] {
        let knobs = host.knobs
        func setting(_ name: String, _ value: (some CustomStringConvertible)?, _ kernelDefault: String) -> HostSetting {
            HostSetting(name: name, value: value?.description, kernelDefault: kernelDefault)
        }
        return [
            setting("kernel.numa_balancing", host.balancingMode, "1"),
            setting("numa_balancing/scan_delay_ms", knobs.scanDelayMilliseconds, "1000"),
            setting("numa_balancing/scan_period_min_ms", knobs.scanPeriodMinMilliseconds, "1000"),
            setting("numa_balancing/scan_period_max_ms", knobs.scanPeriodMaxMilliseconds, "60000"),
            setting("numa_balancing/scan_size_mb", knobs.scanSizeMegabytes, "256"),
            setting("numa_balancing/hot_threshold_ms", knobs.hotThresholdMilliseconds, "1000"),
            setting(
                "kernel.numa_balancing_promote_rate_limit_MBps", knobs.promoteRateLimitMegabytesPerSecond, "65536"),
            setting("vm.zone_reclaim_mode", host.zoneReclaimMode ?? zoneReclaimMode, "0"),
            setting("mm/numa/demotion_enabled", host.isDemotionEnabled, "false"),
        ]
    }
}
