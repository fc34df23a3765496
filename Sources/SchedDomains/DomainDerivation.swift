import NUMATopology

/// Builds the scheduling domains and groups of a machine by the kernel's rules (`kernel/sched/topology.c`).
///
/// Four stages, each in a file of its own, run for every partition:
///
/// 1. **Spans.** For every CPU, bottom-up, each level's hardware set is cut down to the partition. The first span equal to
///    the whole partition is the CPU's top.
/// 2. **Groups.** A domain is balanced between the spans of its child domains. Below NUMA all CPUs of a span share one
///    ring of groups; at NUMA levels each CPU has its own ring, and groups may overlap.
/// 3. **Attaching.** Levels that add nothing over the one below are removed, with side effects on flags.
/// 4. **Packing.** What remains is stored once per pattern.
///
/// Worked example, 4 CPUs on two nodes with threads 0-1 and 2-3: SMT 0-1, MC 0-1, PKG 0-1, NODE 0-1 and NUMA 0-3 are
/// built for CPU 0. MC, PKG and NODE equal SMT and go; SMT (level 0) and NUMA (level 4 without CLS) survive, NUMA with
/// the groups 0-1 and 2-3.
///
/// Cost: O(CPUs · levels) look-ups plus the size of the rings, each built once (see ``PartitionBuilder``).
package enum DomainDerivation {
    /// The domains of every online CPU.
    package static func derive(_ input: DomainsInput) -> DomainHierarchy {
        let table = LevelTable(input)
        var hierarchy = DomainHierarchy(
            spans: table.spans, online: input.machine.onlineCPUs, kernel: input.kernel, cpuCount: input.cpus.count)
        hierarchy.topologyType = table.numa?.type
        hierarchy.areDistancesAssumed = input.guesses.contains(.distances)
        hierarchy.noteCPUsWithoutDomains(input)
        var taken = CPUSet()
        for request in input.effectivePartitions {
            var known = CPUSet()
            for cpu in request.cpus where cpu < input.cpus.count && input.cpus[cpu] != nil {
                known.insert(cpu)
            }
            known.formIntersection(input.machine.onlineCPUs)
            known.subtract(taken)
            guard !known.isEmpty else { continue }
            taken.formUnion(known)
            var builder = PartitionBuilder(input, table.levels, partition: known, request, hierarchy)
            builder.build()
            hierarchy = builder.hierarchy
        }
        return hierarchy
    }
}

extension DomainHierarchy {
    /// Takes over which CPUs are known to have no domains.
    mutating func noteCPUsWithoutDomains(_ input: DomainsInput) {
        detached = (input.presentCPUs ?? []).subtracting(input.machine.onlineCPUs)
        isolatedAtBoot = input.isolated.intersection(input.machine.onlineCPUs)
    }
}

/// One domain as first built, before any level is removed.
struct BuiltDomain {
    var span: SpanID
    var flags: DomainFlags
    /// CPUs in the level's hardware set, and in its part within the partition.
    var maskWeight: Int32
    var clippedWeight: Int32
    var ring: Int32 = -1
    var ringStart: Int32 = 0
    /// Flags of the first group, where that group is this domain's own (NUMA levels).
    var ownFirstGroupFlags: DomainFlags = []
}

/// Builds one partition.
///
/// Whatever is the same for many CPUs is computed once: the cut of a hardware set, the ring of a shared span, the balance
/// mask of a group, the ring of a NUMA domain. A NUMA ring depends on the CPU only through the first member of the span
/// outside its own group that follows it in wrap order, so one ring serves all CPUs of a node unless numbering is crossed.
struct PartitionBuilder {
    let input: DomainsInput
    let levels: [TopologyLevel]
    let partition: CPUSet
    let relaxDomainLevel: Int?
    var hierarchy: DomainHierarchy
    let partitionSpan: SpanID
    let cpus: [Int]

    var built: [BuiltDomain] = []
    /// By CPU number: where its domains begin in `built`, and how many there are.
    var firstBuilt: [Int32]
    var builtCount: [Int32]

    /// By mask: its cut to the partition.
    private var cuts: [SpanID: SpanID] = [:]
    /// Distinct capacities with their CPUs; empty on a symmetric machine.
    private var capacityClasses: [(capacity: Int, cpus: CPUSet)] = []
    private var capacityFlags: [SpanID: DomainFlags] = [:]
    private var capacitySums: [SpanID: Int32] = [:]
    /// The capacity of every CPU, where it is the same for all.
    private var commonCapacity: Int?
    var numaMemory = NUMAMemory()

    init(
        _ input: DomainsInput, _ levels: [TopologyLevel], partition: CPUSet, _ request: PartitionRequest,
        _ hierarchy: DomainHierarchy
    ) {
        self.input = input
        self.levels = levels
        self.partition = partition
        self.hierarchy = hierarchy
        relaxDomainLevel = request.relaxDomainLevel ?? input.relaxDomainLevel
        partitionSpan = self.hierarchy.spans.intern(partition)
        cpus = Array(partition)
        firstBuilt = [Int32](repeating: 0, count: input.cpus.count)
        builtCount = [Int32](repeating: 0, count: input.cpus.count)
        capacityClasses = Self.capacityClasses(input)
        let distinct = Set(cpus.map { capacity(of: $0) })
        commonCapacity = distinct.count == 1 ? distinct.first : nil
    }

    mutating func build() {
        var record = DomainPartition(span: partitionSpan, failure: nil, maxCapacity: 1)
        for cpu in cpus {
            record.maxCapacity = max(record.maxCapacity, capacity(of: cpu))
        }
        buildSpans()
        if let level = firstInsaneLevel() {
            record.failure = "two CPUs' \(level) sets overlap without being equal"
            hierarchy.partitions.append(record)
            return
        }
        hierarchy.partitions.append(record)
        for level in levels.indices {
            if levels[level].kind.isNUMA {
                buildNUMARings(level, of: cpus)
            } else {
                buildSharedRings(level, of: cpus)
            }
        }
        attach()
    }

    // MARK: Spans

    private mutating func buildSpans() {
        built.reserveCapacity(cpus.count * levels.count)
        let clearsPreferSibling = input.kernel.has(.asymClearsPreferSibling)
        for cpu in cpus {
            firstBuilt[cpu] = Int32(truncatingIfNeeded: built.count)
            var child: Int?
            for level in levels.indices {
                let mask = levels[level].masks[cpu]
                let cut = cut(mask)
                var domain = BuiltDomain(
                    span: cut, flags: startFlags(level, span: cut),
                    maskWeight: Int32(truncatingIfNeeded: hierarchy.spans.weight(mask)),
                    clippedWeight: Int32(truncatingIfNeeded: hierarchy.spans.weight(cut)))
                if let child {
                    if clearsPreferSibling, domain.flags.contains(.asymCPUCapacity) {
                        built[child].flags.remove(.preferSibling)
                    }
                    domain.span = enlarged(cut, over: built[child].span)
                }
                child = built.count
                built.append(domain)
                if domain.span == partitionSpan { break }
            }
            builtCount[cpu] = Int32(truncatingIfNeeded: built.count) - firstBuilt[cpu]
        }
    }

    private mutating func cut(_ mask: SpanID) -> SpanID {
        if let known = cuts[mask] { return known }
        let result = hierarchy.spans.intern(hierarchy.spans[mask].intersection(partition))
        cuts[mask] = result
        return result
    }

    /// A span must hold its child's; the kernel enlarges it where the hardware's sets do not nest.
    private mutating func enlarged(_ span: SpanID, over child: SpanID) -> SpanID {
        guard span != child, !hierarchy.spans[child].isSubset(of: hierarchy.spans[span]) else { return span }
        return hierarchy.spans.intern(hierarchy.spans[span].union(hierarchy.spans[child]))
    }

    /// The flags `sd_init` and the relax level leave.
    private mutating func startFlags(_ level: Int, span: SpanID) -> DomainFlags {
        var flags: DomainFlags = [.balanceNewidle, .balanceExec, .balanceFork, .wakeAffine, .preferSibling]
        flags.formUnion(levels[level].flags)
        flags.formUnion(asymmetryFlags(span))
        if let distance = levels[level].kind.distance {
            flags.remove(.preferSibling)
            flags.insert(.serialize)
            if distance > input.cpuMaker?.value.nodeReclaimDistance ?? 30 {
                flags.subtract([.balanceExec, .balanceFork, .wakeAffine])
            }
            if input.kernel.has(.overlapFlag) {
                flags.insert(.overlap)
            }
        }
        if let relaxDomainLevel {
            if input.kernel.has(.relaxLevelInclusive) ? level >= relaxDomainLevel : level > relaxDomainLevel {
                flags.subtract([.balanceWake, .balanceNewidle])
            }
        }
        return flags
    }

    private static func capacityClasses(_ input: DomainsInput) -> [(capacity: Int, cpus: CPUSet)] {
        var byCapacity: [Int: CPUSet] = [:]
        for cpu in input.cpus.indices where !input.isolated.contains(cpu) {
            guard let capacity = input.cpus[cpu]?.capacity else { continue }
            byCapacity[capacity, default: []].insert(cpu)
        }
        guard byCapacity.count > 1 else { return [] }
        return byCapacity.map { ($0.key, $0.value) }
    }

    private mutating func asymmetryFlags(_ span: SpanID) -> DomainFlags {
        guard !capacityClasses.isEmpty else { return [] }
        if let known = capacityFlags[span] { return known }
        let set = hierarchy.spans[span]
        var present = 0
        var missing = 0
        for entry in capacityClasses {
            if !entry.cpus.isDisjoint(with: set) {
                present += 1
            } else if !entry.cpus.isDisjoint(with: partition) {
                missing += 1
            }
        }
        var flags: DomainFlags = []
        if present >= 2 {
            flags = missing > 0 ? .asymCPUCapacity : [.asymCPUCapacity, .asymCPUCapacityFull]
        }
        capacityFlags[span] = flags
        return flags
    }

    /// A CPU's architecture capacity; 1024 where none is exposed.
    private func capacity(of cpu: Int) -> Int {
        min(max(input.cpus[cpu]?.capacity ?? 1024, 1), 1 << 16)
    }

    /// The capacity of a group without any pressure.
    mutating func nominalCapacity(_ span: SpanID) -> Int32 {
        if let commonCapacity {
            return Int32(clamping: commonCapacity * hierarchy.spans.weight(span))
        }
        if let known = capacitySums[span] { return known }
        var sum = 0
        for cpu in hierarchy.spans[span] where cpu < input.cpus.count {
            sum += capacity(of: cpu)
        }
        let result = Int32(clamping: sum)
        capacitySums[span] = result
        return result
    }

    /// The first level where the hardware sets of two CPUs of the partition overlap without being equal
    /// (`topology_span_sane`); the kernel then builds nothing for the partition. O(CPUs · levels).
    private func firstInsaneLevel() -> String? {
        let highestBuilt = cpus.map { Int(builtCount[$0]) }.max() ?? 0
        for level in levels[..<highestBuilt] where !level.kind.isNUMA {
            var seen: Set<SpanID> = []
            var covered = CPUSet()
            for cpu in cpus where seen.insert(level.masks[cpu]).inserted {
                let set = hierarchy.spans[level.masks[cpu]]
                guard set.isDisjoint(with: covered) else { return level.name }
                covered.formUnion(set)
            }
        }
        return nil
    }

    // MARK: Access

    /// A CPU's domain at a level; nothing if the level was not built for it.
    func domainIndex(_ cpu: Int, _ level: Int) -> Int? {
        guard cpu < builtCount.count, level < Int(builtCount[cpu]) else { return nil }
        return Int(firstBuilt[cpu]) + level
    }

    /// The child of a CPU's domain at a level; nothing at the bottom or if the level was not built.
    func childIndex(_ cpu: Int, _ level: Int) -> Int? {
        guard level > 0, domainIndex(cpu, level) != nil else { return nil }
        return Int(firstBuilt[cpu]) + level - 1
    }
}
