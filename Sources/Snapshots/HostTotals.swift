package import NUMATopology
package import SchedDomains

/// The host-wide figures of one round (tier 0). Absent: the source could not be read; see ``HostSnapshot/sources``.
package struct HostTotals: Sendable, Equatable {
    /// `kernel.numa_balancing`: 0 off, bit 0 normal, bit 1 memory tiering.
    package var balancingMode: Int?
    /// The scanner's settings.
    package var knobs = BalancingKnobs()
    /// The switches of cache-aware scheduling; absent where the kernel has none, or they cannot be seen.
    package var cacheAware: CacheAwareScheduling?
    /// The `numa_*`, `pgmigrate_*` and `pgpromote_*` lines of `/proc/vmstat`, by the kernel's names, in its order; absent when the
    /// file could not be read. A name the kernel does not print is not in the list.
    package var vmstat: [Counter]?
    /// Increase of each ``vmstat`` counter per second since the previous round; empty in the first round.
    package var vmstatRates: [Rate] = []
    /// The memory tiers; absent where the kernel shows none (before 6.1), or one of them could not be read.
    package var tiers: MemoryTiers?
    /// `/sys/kernel/mm/numa/demotion_enabled`: whether reclaim moves pages to a slower tier instead of dropping them.
    package var isDemotionEnabled: Bool?
    /// `vm.zone_reclaim_mode`: bit 0 reclaims on a node before memory of others is taken.
    package var zoneReclaimMode: Int?
    /// What processors count of traffic between caches and memory; absent where nobody has mounted resctrl.
    package var traffic: MemoryTraffic?
    /// One entry per online node, ascending.
    package var nodes: [NodeTotals] = []
    /// The share of the processes' CPU time of late that was spent on the node of the memory in use; see ``Locality``. Absent where
    /// not enough of it is known.
    package var locality: BoundedRatio?
    /// Processes seen in this round, kernel threads not counted.
    package var processCount: Int?
    /// Their threads.
    package var threadCount: Int?
    /// Files of which lines, or all, were not understood in this round.
    package var damage: [HostNote] = []

    package init() {}

    /// A counter by the kernel's name.
    package struct Counter: Sendable, Equatable {
        package var name: String
        package var value: UInt64

        package init(name: String, value: UInt64) {
            self.name = name
            self.value = value
        }
    }

    /// A counter's increase per second.
    package struct Rate: Sendable, Equatable {
        package var name: String
        package var perSecond: Double

        package init(name: String, perSecond: Double) {
            self.name = name
            self.perSecond = perSecond
        }
    }

    /// The value of a `/proc/vmstat` line.
    package func vmstatValue(_ name: String) -> UInt64? {
        vmstat?.first { $0.name == name }?.value
    }

    /// The rate of a `/proc/vmstat` line.
    package func vmstatRate(_ name: String) -> Double? {
        vmstatRates.first { $0.name == name }?.perSecond
    }
}

/// The scanner's settings (debugfs `sched/numa_balancing/…`, before 5.13 `/proc/sys/kernel/numa_balancing_*`). Absent: not readable.
package struct BalancingKnobs: Sendable, Equatable {
    package var scanDelayMilliseconds: UInt64?
    package var scanPeriodMinMilliseconds: UInt64?
    package var scanPeriodMaxMilliseconds: UInt64?
    package var scanSizeMegabytes: UInt64?
    package var hotThresholdMilliseconds: UInt64?
    /// `kernel.numa_balancing_promote_rate_limit_MBps`.
    package var promoteRateLimitMegabytesPerSecond: UInt64?

    package init() {}
}

extension UInt64 {
    /// Bytes of so many MiB, at most what fits.
    package var bytesOfMebibytes: UInt64 {
        let (bytes, overflow) = multipliedReportingOverflow(by: 1 << 20)
        return overflow ? .max : bytes
    }
}

/// One node's figures.
package struct NodeTotals: Sendable, Equatable {
    package var id: NodeID
    /// The node's online CPUs; absent where nothing tells them.
    package var cpus: CPUSet?
    /// Distances from this node to each online node, in the order of the online nodes; absent if not readable.
    package var distances: [Int]?
    /// The lines of `nodeN/meminfo` in bytes (page counts as printed), by the kernel's names, in its order.
    package var meminfo: [HostTotals.Counter]?
    /// The lines of `nodeN/numastat` (pages), by the kernel's names.
    package var numastat: [HostTotals.Counter]?
    /// The lines of `nodeN/vmstat` that concern migration between nodes (`pgpromote_*`, `pgdemote_*`), reclaim and swap.
    package var vmstat: [HostTotals.Counter]?
    /// The huge pages set aside, ascending by page size.
    package var hugePages: [HugePagePool]?
    /// What the firmware states of accesses to the node's memory.
    package var access: MemoryAccess?
    /// Time the node's CPUs were busy (user + nice + system + irq + softirq + steal) since boot, nanoseconds, from
    /// `/proc/stat`; what offline CPUs did before they went included.
    package var busyNanoseconds: UInt64?
    /// Busy share of the node's CPU time since the previous round, 0…1, of the CPUs that were online in both; absent where
    /// there are none.
    package var busyShare: Double?

    package init(id: NodeID, cpus: CPUSet?) {
        self.id = id
        self.cpus = cpus
    }

    /// A `meminfo` line in bytes.
    package func meminfoBytes(_ name: String) -> UInt64? {
        meminfo?.first { $0.name == name }?.value
    }

    /// Which lines of the node's ``vmstat`` count pages moved between tiers.
    package static func isTierCounter(_ name: String) -> Bool {
        name.hasPrefix("pgpromote_") || name.hasPrefix("pgdemote_")
    }

    /// Which lines of the node's ``vmstat`` count pages that were reclaimed, written out for it, or missed afterwards. Which of
    /// them a kernel prints by node depends on its version: `pgscan_*` and `pgsteal_*` are late.
    package static func isReclaimCounter(_ name: String) -> Bool {
        ["pgscan_", "pgsteal_", "pswp", "workingset_refault_", "workingset_activate_", "workingset_restore_"]
            .contains { name.hasPrefix($0) }
            || ["pgrefill", "nr_vmscan_write", "nr_vmscan_immediate_reclaim"].contains(name)
    }

    /// Whether a line of the node's `vmstat` is kept in ``vmstat``.
    package static func isKept(_ name: String) -> Bool {
        isTierCounter(name) || isReclaimCounter(name) || name == "nr_swapcached"
    }

    /// A `numastat` line in pages.
    package func numastatPages(_ name: String) -> UInt64? {
        numastat?.first { $0.name == name }?.value
    }
}
