import NUMATopology
import SchedDomains
import Snapshots

extension StatusAnswer {
    static let fields = Fields<StatusAnswer>(of: StatusAnswer()) {
        RoundHeader.fields.lifted(\.round)
        Field(.version, \.version, "The version of numawatchd.")
        Field("kernel_release", \.kernelRelease, "The running kernel.")
        Field("host_name", \.hostName, "The host.")
        Field(
            "online_nodes", \.onlineNodes,
            "The NUMA nodes that are online; absent where nothing tells them.")
        Field.notes(\.notes)
        Field(.processCount, \.host.processCount, "User processes.")
        Field(.threadCount, \.host.threadCount, "Their threads.")
        Field.locality(\.host.locality)
        Field(
            "memory_traffic", \.host.traffic, MemoryTraffic.fields,
            "What processors count of traffic between caches and memory; only where resctrl is mounted.")
        Field("balancing", balancing, "Settings of automatic NUMA balancing.")
        Field(
            "cache_aware_scheduling", \.host.cacheAware, CacheAwareScheduling.fields,
            "How threads are drawn to caches (since 7.2).")
        Field("tiers", tiers, where: { $0.host.tiers != nil }, "Memory tiers (since Linux 6.1).")
        Field(.isDemotionEnabled, \.host.isDemotionEnabled, "mm/numa/demotion_enabled.")
        Field.zoneReclaimMode(\.host.zoneReclaimMode)
        Field(
            "vmstat", vmstat, where: { $0.host.vmstat != nil }, "The balancing counters of /proc/vmstat.")
        Field(.tracing, \.tracing, TracingRecord.stateFields, "Whether every hint fault is traced.")
        Field("cost", costFields, "What observing costs.")
        Field(.sources, sources, "What can be seen here.")
    }

    @FieldList<StatusAnswer>
    private static var balancing: [Field<StatusAnswer>] {
        Field.provenance(.kernel)
        Field("mode", \.host.balancingMode, "kernel.numa_balancing: bit 0 normal, bit 1 memory tiering.")
        Field(.isEnabled, derived: { $0.host.balancingMode.map { $0 != 0 } }, "Whether any bit is set.")
        Field("scan_delay_seconds", milliseconds: \.host.knobs.scanDelayMilliseconds, "scan_delay_ms.")
        Field(
            "scan_period_minimum_seconds", milliseconds: \.host.knobs.scanPeriodMinMilliseconds,
            "scan_period_min_ms.")
        Field(
            "scan_period_maximum_seconds", milliseconds: \.host.knobs.scanPeriodMaxMilliseconds,
            "scan_period_max_ms.")
        Field("scan_size_bytes", mebibytes: \.host.knobs.scanSizeMegabytes, "scan_size_mb.")
        Field("hot_threshold_seconds", milliseconds: \.host.knobs.hotThresholdMilliseconds, "hot_threshold_ms.")
        Field(
            "promotion_limit_bytes_per_second", mebibytes: \.host.knobs.promoteRateLimitMegabytesPerSecond,
            "numa_balancing_promote_rate_limit_MBps.")
    }

    @FieldList<StatusAnswer>
    private static var tiers: [Field<StatusAnswer>] {
        Field.provenance(.kernel)
        Field(
            "memory_tiers", parts: { $0.host.tiers?.tiers }, set: { $0.host.tiers = MemoryTiers($1) },
            each: MemoryTiers.Tier.fields, isRequired: true, "From fast to slow.")
        Field(
            "top_tier_nodes", \.topTierNodes,
            "Those from which nothing is promoted: up to the slowest tier with CPUs.")
        Field(
            "has_promotable_node", derived: { $0.hasPromotableNode },
            "Whether there is a node from which pages can be promoted.")
    }

    @FieldList<StatusAnswer>
    private static var vmstat: [Field<StatusAnswer>] {
        Field.provenance(.kernel)
        Field(
            .counters, get: { NamedValues(counters: $0.host.vmstat ?? []) }, set: { $0.host.vmstat = $1.counters },
            "Since boot, by the kernel's names.")
        Field(
            "rates_per_second", get: { NamedValues(rates: $0.host.vmstatRates) },
            set: { $0.host.vmstatRates = $1.rates }, "Increase since the previous round.")
    }

    @FieldList<StatusAnswer>
    private static var sources: [Field<StatusAnswer>] {
        Field("readable_count", \.readableSourceCount, "Kernel sources that are readable here.")
        Field("unreadable", \.unreadableSources, "The names of the others; see /v1/sources.")
    }
}

extension NamedValues where Value == Double {
    init(rates: [HostTotals.Rate]) { self.init(rates.map { ($0.name, $0.perSecond) }) }

    var rates: [HostTotals.Rate] { values.map { HostTotals.Rate(name: $0.name, perSecond: $0.value) } }
}

extension MemoryTiers.Tier {
    static let fields = Fields<MemoryTiers.Tier>(of: MemoryTiers.Tier(number: 0, nodes: [])) {
        Field(.memoryTier, \.number, "The number in its name; larger is slower.")
        Field(.nodes, \.nodes, "Its nodes.")
    }
}

extension CacheAwareScheduling {
    static let fields = Fields<CacheAwareScheduling>(of: CacheAwareScheduling()) {
        Field.provenance(.kernel)
        Field(.isEnabled, \.isEnabled, "sched/llc_balancing/enabled.")
        Field("tolerance", \.tolerance, "sched/llc_balancing/aggr_tolerance.")
        Field("cache_bytes", \.cacheBytes, "The size of a last-level cache.")
        Field(
            "footprint_limit_bytes",
            derived: { if case .bytes(let bytes)? = $0.footprintLimit { bytes } else { nil } },
            "The sum of the total_numa_faults of a process up to which its threads are drawn to one cache; absent: none, or "
                + "not known. With NUMA balancing off there is none.")
    }
}

extension Field {
    static func zoneReclaimMode(_ path: Path<Int?>) -> Field {
        Field(
            "zone_reclaim_mode", path, "vm.zone_reclaim_mode: bit 0 reclaims before others' memory is taken.")
    }

    /// A setting in milliseconds, in seconds.
    init(_ name: FieldName, milliseconds path: Path<UInt64?>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path].map { Double($0) / 1000 } },
            set: { $0[keyPath: path] = UInt64(saturated: ($1 * 1000).rounded()) }, description)
    }

    /// A setting in MiB, in bytes; at most what fits.
    init(_ name: FieldName, mebibytes path: Path<UInt64?>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path].map { $0.bytesOfMebibytes } }, set: { $0[keyPath: path] = $1 >> 20 },
            description)
    }
}
