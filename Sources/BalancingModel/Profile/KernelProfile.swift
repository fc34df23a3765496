package import NUMATopology

/// One kernel as the model needs it: version switches, build constants, tunables and mode.
///
/// A profile is data. It is chosen from a host's release, the values of its build configuration and the tunables read
/// there; anything not given takes the kernel's default.
package struct KernelProfile: Hashable, Sendable {
    package var release: KernelRelease
    package var switches: KernelSwitches
    package var tick: TickRate
    package var cpupid: CPUPIDLayout
    /// `PAGE_SHIFT`: base pages are 2 to this power bytes; 12 to 16.
    package var pageShift: UInt64
    package var tunables = BalancingTunables()
    package var mode: BalancingMode = .normal

    /// Values of the kernel's build configuration; what is not given is what distributions choose.
    package struct Configuration: Hashable, Sendable {
        /// `CONFIG_HZ`.
        package var ticksPerSecond: UInt64?
        /// `CONFIG_NR_CPUS`, or `/sys/devices/system/cpu/kernel_max` plus one.
        package var maximumCPUCount: Int?
        /// `PAGE_SHIFT`, by `CONFIG_ARM64_*_PAGES` and the like.
        package var pageShift: UInt64?

        package init(ticksPerSecond: UInt64? = nil, maximumCPUCount: Int? = nil, pageShift: UInt64? = nil) {
            self.ticksPerSecond = ticksPerSecond
            self.maximumCPUCount = maximumCPUCount
            self.pageShift = pageShift
        }

        /// The values of a kernel's build configuration (`/boot/config-…`, `/proc/config.gz`).
        ///
        /// - Parameter value: The text after `=` of an option, without quotes; nothing if it is not set.
        package init(value: (String) -> String?) {
            ticksPerSecond = value("CONFIG_HZ").flatMap { UInt64($0) }
            maximumCPUCount = value("CONFIG_NR_CPUS").flatMap { Int($0) }
            // One name since 6.9; before, each architecture had its own.
            pageShift = value("CONFIG_PAGE_SHIFT").flatMap { UInt64($0) }
            guard pageShift == nil else { return }
            let byName: [(name: String, shift: UInt64)] = [
                ("CONFIG_ARM64_4K_PAGES", 12), ("CONFIG_ARM64_16K_PAGES", 14), ("CONFIG_ARM64_64K_PAGES", 16),
                ("CONFIG_PPC_4K_PAGES", 12), ("CONFIG_PPC_64K_PAGES", 16),
            ]
            pageShift = byName.first { value($0.name) == "y" }?.shift
        }
    }

    package init(
        release: KernelRelease, configuration: Configuration = Configuration(),
        tunables: BalancingTunables = BalancingTunables(), mode: BalancingMode = .normal
    ) {
        self.release = release
        self.switches = KernelSwitches(release: release)
        self.tick = TickRate(ticksPerSecond: configuration.ticksPerSecond ?? 250)
        self.cpupid = CPUPIDLayout(maximumCPUCount: configuration.maximumCPUCount ?? 8192)
        self.pageShift = min(max(configuration.pageShift ?? 12, 12), 16)
        self.tunables = tunables
        self.mode = mode
    }

    /// The nodes of the top memory tier where nothing tells (`node_is_toptier`): for some kernels the nodes with CPUs; before,
    /// there were no tiers, and later all nodes are of one tier unless a driver says otherwise
    /// (`/sys/devices/virtual/memory_tiering/`).
    ///
    /// - Returns: The nodes, or nothing for all.
    package func assumedTopTierNodes(of machine: Machine) -> NodeSet? {
        switches.contains(.topTierHasCPUs) ? machine.nodesWithCPUs : nil
    }

    /// `nr_scan_pages`: the pages of one scan, at least 1.
    package var scanPages: UInt64 {
        max(1, UInt64(UInt32(truncatingIfNeeded: UInt64(tunables.scanSizeMebibytes) << (20 - pageShift))))
    }

    /// Pages of a huge page mapped by a PMD, `HPAGE_PMD_NR`: 512, 2048 or 8192 by base page.
    package var hugePagePages: UInt64 {
        (UInt64(1) << pageShift) / 8
    }

    /// `task_nr_scan_windows` for a resident set, base pages.
    package func scanWindows(residentPages: UInt64) -> UInt64 {
        let resident = residentPages == 0 ? scanPages : residentPages
        return max(1, roundUpByMask(resident, unit: scanPages) / scanPages)
    }

    /// `task_scan_min`, milliseconds.
    package func minimumPeriod(residentPages: UInt64) -> UInt64 {
        let size = max(1, tunables.scanSizeMebibytes)
        let windowsPerSecond = size < 2560 ? 2560 / size : 1
        let floor = UInt64(1000 / windowsPerSecond)
        let windows = scanWindows(residentPages: residentPages)
        return max(floor, UInt64(tunables.scanPeriodMinimumMilliseconds) / windows)
    }

    /// What `task_scan_start` and `task_scan_max` take from a task's group.
    package struct GroupWeights: Hashable, Sendable {
        /// The group's references, about its members.
        package var references: UInt64
        /// Σ of the group's shared faults.
        package var sharedFaults: UInt64
        /// Σ of the group's private faults.
        package var privateFaults: UInt64

        package init(references: UInt64, sharedFaults: UInt64, privateFaults: UInt64) {
            self.references = references
            self.sharedFaults = sharedFaults
            self.privateFaults = privateFaults
        }

        func scaled(_ period: UInt64) -> UInt64 {
            let product = period &* references &* (sharedFaults &+ 1)
            let divisor = privateFaults &+ sharedFaults &+ 1
            return divisor == 0 ? product : product / divisor
        }
    }

    /// `task_scan_start`, milliseconds.
    package func startPeriod(residentPages: UInt64, group: GroupWeights?) -> UInt32 {
        let smallest = minimumPeriod(residentPages: residentPages)
        return UInt32(truncatingIfNeeded: max(smallest, group?.scaled(smallest) ?? smallest))
    }

    /// `task_scan_max`, milliseconds.
    package func maximumPeriod(residentPages: UInt64, group: GroupWeights?) -> UInt32 {
        let smallest = minimumPeriod(residentPages: residentPages)
        let windows = scanWindows(residentPages: residentPages)
        let base = UInt64(tunables.scanPeriodMaximumMilliseconds) / windows
        let largest = group.map { max(base, $0.scaled(base)) } ?? base
        return UInt32(truncatingIfNeeded: max(smallest, largest))
    }
}
