package import NUMATopology

/// The tunable figures of a domain, as debugfs shows them.
package struct DomainParameters: Hashable, Sendable {
    /// `min_interval`, ms.
    package var minIntervalMilliseconds: Int
    /// `max_interval`, ms.
    package var maxIntervalMilliseconds: Int
    package var busyFactor: Int
    /// `imbalance_pct`: 117 lets one side have 17 % more.
    package var imbalancePercent: Int
    package var cacheNiceTries: Int

    package init(
        minIntervalMilliseconds: Int, maxIntervalMilliseconds: Int, busyFactor: Int, imbalancePercent: Int,
        cacheNiceTries: Int
    ) {
        self.minIntervalMilliseconds = minIntervalMilliseconds
        self.maxIntervalMilliseconds = maxIntervalMilliseconds
        self.busyFactor = busyFactor
        self.imbalancePercent = imbalancePercent
        self.cacheNiceTries = cacheNiceTries
    }
}

/// Where each part of a domain comes from.
package struct DomainOrigins: Hashable, Sendable {
    package var span: Origin
    package var name: Origin
    package var levelNumber: Origin
    package var flags: Origin
    package var groupsFlags: Origin
    package var parameters: Origin
    package var groups: Origin

    /// Every part from the same place.
    package init(all origin: Origin) {
        span = origin
        name = origin
        levelNumber = origin
        flags = origin
        groupsFlags = origin
        parameters = origin
        groups = origin
    }
}

/// What many CPUs' domains have in common: everything but the position in a ring of groups.
package struct DomainPattern: Hashable, Sendable {
    /// The level number of construction (debugfs `level`); absent if only spans were observed.
    package var levelNumber: Int?
    /// The level's name; absent if neither observed nor derived.
    package var name: String?
    package var span: SpanID
    package var flags: FlagNames
    /// The flags of the domain's first group (debugfs `groups_flags`).
    package var groupsFlags: FlagNames
    package var parameters: DomainParameters?
    /// The interval weight by the other rule (clipped to the partition or not), where the two rules differ.
    package var otherMinIntervalMilliseconds: Int?
    /// The NUMA imbalance the balancer allows (`imb_numa_nr`); absent before 6.0.
    package var imbalanceNUMATasks: Int?
    /// The level's distance, for a NUMA level; absent where distances are assumed.
    package var distance: Int?
    package var origins: DomainOrigins
}

/// One group of a domain, as one CPU sees it.
package struct DomainGroup: Hashable, Sendable {
    /// The number the kernel prints: the lowest CPU of the balance mask.
    package var id: Int
    package var span: SpanID
    /// The CPUs that balance on behalf of the group (`group_balance_mask`).
    package var balanceMask: SpanID
    package var flags: FlagNames
    /// The capacity without any pressure: 1024 for each CPU of a symmetric machine.
    package var nominalCapacity: Int
}

/// One domain of one CPU.
package struct Domain: Hashable, Sendable {
    /// The kernel's `N` of `domainN`: counted over the domains that survive.
    package let index: Int
    package let pattern: DomainPattern
    /// The ring of groups it views, and where its own view starts; for ``DomainHierarchy/groups(of:)``.
    let ring: Int32
    let ringStart: Int32

    package var span: SpanID { pattern.span }
    package var name: String { pattern.name ?? "?" }
    package var flags: DomainFlags { pattern.flags.flags }
    package var isNUMA: Bool { flags.contains(.numa) || pattern.name == "NUMA" }
}

/// One partition as it was built.
package struct DomainPartition: Hashable, Sendable {
    package var span: SpanID
    /// Why the kernel builds no domains here (`topology_span_sane`); absent if it does.
    package var failure: String?
    /// The largest CPU capacity, printed by kernels before 6.10.
    package var maxCapacity: Int
}

/// The scheduling domains and groups of one machine at one time.
///
/// Spans, groups and everything CPUs have in common are held once; a CPU's domain is twelve bytes.
package struct DomainHierarchy: Sendable {
    struct Slot: Hashable, Sendable {
        var pattern: Int32
        var ring: Int32
        var ringStart: Int32
    }

    struct StoredGroup: Hashable, Sendable {
        var id: Int32
        var span: SpanID
        var balanceMask: SpanID
        var flags: DomainFlags
        var capacity: Int32
    }

    package internal(set) var spans: SpanTable
    /// The CPUs that are online.
    package internal(set) var online: CPUSet
    /// CPUs that are plugged in but offline: the kernel detached them from their domains.
    package internal(set) var detached = CPUSet()
    /// CPUs isolated at boot: the kernel never attached any domain to them.
    package internal(set) var isolatedAtBoot = CPUSet()
    package internal(set) var partitions: [DomainPartition] = []
    /// The kernel whose names and formats apply.
    package internal(set) var kernel: SchedKernelVersion
    /// How the nodes are connected; absent without NUMA levels, and where distances are assumed.
    package internal(set) var topologyType: TopologyType?
    /// Whether the distances could not be read, so that all nodes are taken to be equally far.
    package internal(set) var areDistancesAssumed = false
    package internal(set) var patterns: [DomainPattern] = []
    var patternIDs: [DomainPattern: Int32] = [:]
    var slots: [Slot] = []
    /// By CPU number: where its slots begin, and how many there are.
    var firstSlot: [Int32]
    var slotCount: [Int32]
    var rings: [[Int32]] = []
    var storedGroups: [StoredGroup] = []

    init(spans: SpanTable, online: CPUSet, kernel: SchedKernelVersion, cpuCount: Int) {
        self.spans = spans
        self.online = online
        self.kernel = kernel
        firstSlot = [Int32](repeating: 0, count: cpuCount)
        slotCount = [Int32](repeating: 0, count: cpuCount)
    }

    /// A CPU's domains, lowest first; empty for a CPU that is isolated, offline or unknown. O(levels).
    package func domains(of cpu: Int) -> [Domain] {
        guard firstSlot.indices.contains(cpu) else { return [] }
        var result: [Domain] = []
        let start = Int(firstSlot[cpu])
        for index in 0..<Int(slotCount[cpu]) {
            let slot = slots[start + index]
            result.append(
                Domain(
                    index: index, pattern: patterns[Int(slot.pattern)], ring: slot.ring, ringStart: slot.ringStart))
        }
        return result
    }

    /// The number of a CPU's domains. O(1).
    package func domainCount(of cpu: Int) -> Int {
        slotCount.indices.contains(cpu) ? Int(slotCount[cpu]) : 0
    }

    /// The pattern of one domain; nothing if the CPU has no such domain. O(1).
    package func pattern(of cpu: Int, index: Int) -> DomainPattern? {
        guard index >= 0, index < domainCount(of: cpu) else { return nil }
        return patterns[Int(slots[Int(firstSlot[cpu]) + index].pattern)]
    }

    /// The number of the pattern of one domain; nothing if the CPU has no such domain. O(1).
    package func patternID(of cpu: Int, index: Int) -> Int? {
        guard index >= 0, index < domainCount(of: cpu) else { return nil }
        return Int(slots[Int(firstSlot[cpu]) + index].pattern)
    }

    /// A domain's groups in the kernel's order, the CPU's own first. O(groups).
    package func groups(of domain: Domain) -> [DomainGroup] {
        guard domain.ring >= 0 else { return [] }
        let ring = rings[Int(domain.ring)]
        var result: [DomainGroup] = []
        result.reserveCapacity(ring.count)
        for step in ring.indices {
            let record = storedGroups[Int(ring[(Int(domain.ringStart) + step) % ring.count])]
            result.append(
                DomainGroup(
                    id: Int(record.id), span: record.span, balanceMask: record.balanceMask,
                    flags: step == 0 ? domain.pattern.groupsFlags : FlagNames(record.flags),
                    nominalCapacity: Int(record.capacity)))
        }
        return result
    }

    /// How many groups a domain has. O(1).
    package func groupCount(of domain: Domain) -> Int { domain.ring >= 0 ? rings[Int(domain.ring)].count : 0 }

    /// The partition a CPU is in; nothing if it has no domains or is alone.
    package func partition(of cpu: Int) -> DomainPartition? {
        partitions.first { spans[$0.span].contains(cpu) }
    }

    /// The CPUs of which the kernel's log has something to say: not those isolated since boot, but those that left.
    package var loggedCPUs: CPUSet {
        online.subtracting(CPUSet(isolatedAtBoot.filter { domainCount(of: $0) == 0 })).union(detached)
    }

    /// The number of distinct patterns, rings and groups: what memory grows with.
    package var sizes: (patterns: Int, rings: Int, groups: Int, slots: Int) {
        (patterns.count, rings.count, storedGroups.count, slots.count)
    }

    mutating func internPattern(_ pattern: DomainPattern, hint: Int32?) -> Int32 {
        if let hint, patterns[Int(hint)] == pattern { return hint }
        if let known = patternIDs[pattern] { return known }
        let id = Int32(truncatingIfNeeded: patterns.count)
        patterns.append(pattern)
        patternIDs[pattern] = id
        return id
    }
}

extension DomainHierarchy {
    /// The domains that the balancer keeps pointers to (`update_top_cache_domain`).
    package struct Landmarks: Hashable, Sendable {
        /// `sd_llc`: the highest domain that shares a cache.
        package var lastLevelCacheIndex: Int?
        /// The lowest CPU of that domain, else the CPU: `sd_llc_id` before 7.2, which numbers caches as it finds them.
        package var lastLevelCacheID: Int
        /// `sd_llc_size`.
        package var lastLevelCacheCPUs: Int
        /// `sd_share_id`: the lowest CPU of the lowest cluster domain, else the cache id.
        package var shareID: Int
        /// `sd_numa`: the lowest domain that crosses nodes.
        package var numaIndex: Int?
        /// `sd_asym_packing`.
        package var asymPackingIndex: Int?
        /// `sd_asym_cpucapacity`.
        package var asymCapacityIndex: Int?
    }

    /// The domains of a CPU that the balancer keeps pointers to. O(levels).
    package func landmarks(of cpu: Int) -> Landmarks {
        let domains = domains(of: cpu)
        let cache = domains.last { $0.flags.contains(.shareLLC) }
        let cluster = domains.first { $0.flags.contains(.cluster) }
        let cacheID = cache.map { spans.first($0.span) } ?? cpu
        return Landmarks(
            lastLevelCacheIndex: cache?.index,
            lastLevelCacheID: cacheID,
            lastLevelCacheCPUs: cache.map { spans.weight($0.span) } ?? 1,
            shareID: cluster.map { spans.first($0.span) } ?? cacheID,
            numaIndex: domains.first { $0.flags.contains(.numa) }?.index,
            asymPackingIndex: domains.last { $0.flags.contains(.asymPacking) }?.index,
            asymCapacityIndex: domains.first { $0.flags.contains(.asymCPUCapacityFull) }?.index)
    }
}
