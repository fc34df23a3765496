package import NUMATopology

/// Where a fact or figure comes from.
package enum Origin: UInt8, Hashable, Comparable, Sendable {
    /// The kernel said so itself.
    case observed
    /// Follows from what the host exposes, by the kernel's rules.
    case derived
    /// Found by trying which rule reproduces what was observed.
    case inferred
    /// Derived from observed spans where construction levels that the kernel removed may have mattered.
    case approximate
    /// A default, because the host does not expose what decides it.
    case assumed

    package static func < (left: Origin, right: Origin) -> Bool { left.rawValue < right.rawValue }

    package var text: String {
        switch self {
        case .observed: "observed"
        case .derived: "derived"
        case .inferred: "inferred"
        case .approximate: "approximate"
        case .assumed: "assumed"
        }
    }
}

/// A value together with where it comes from.
package struct Sourced<Value: Sendable & Hashable>: Sendable, Hashable {
    package var value: Value
    package var origin: Origin

    package init(_ value: Value, _ origin: Origin) {
        self.value = value
        self.origin = origin
    }
}

/// Whose topology rules a kernel follows.
package enum Architecture: Hashable, Sendable {
    case x86
    case arm64
    case riscv
    /// Another architecture, by its `uname -m` name; the generic rules are used and marked as assumed.
    case other(String)

    /// Whether sibling sets come from `drivers/base/arch_topology.c`.
    package var usesArchTopology: Bool {
        self == .arm64 || self == .riscv
    }

    package var text: String {
        switch self {
        case .x86: "x86_64"
        case .arm64: "arm64"
        case .riscv: "riscv64"
        case .other(let name): name
        }
    }
}

/// The kernel configuration that decides which levels exist.
package struct SchedConfiguration: Hashable, Sendable {
    /// `CONFIG_SCHED_SMT`.
    package var smt: Sourced<Bool>
    /// `CONFIG_SCHED_CLUSTER`.
    package var cluster: Sourced<Bool>
    /// `CONFIG_SCHED_MC`.
    package var mc: Sourced<Bool>
    /// `CONFIG_NUMA`.
    package var numa: Sourced<Bool>

    package init(smt: Sourced<Bool>, cluster: Sourced<Bool>, mc: Sourced<Bool>, numa: Sourced<Bool>) {
        self.smt = smt
        self.cluster = cluster
        self.mc = mc
        self.numa = numa
    }

    /// What distributions build, for a host whose configuration cannot be read.
    package static let assumed = SchedConfiguration(
        smt: Sourced(true, .assumed), cluster: Sourced(true, .assumed), mc: Sourced(true, .assumed),
        numa: Sourced(true, .assumed))
}

/// The maker of the processors, as far as domain building depends on it.
package enum CPUMaker: Hashable, Sendable {
    case intel
    /// AMD; `isZen` for family 0x17 and later.
    case amd(isZen: Bool)
    case hygon
    case other

    /// Whether LLC ids come from the AMD rules: without a level 3 cache there is none.
    var usesAMDCacheRules: Bool {
        switch self {
        case .amd, .hygon: true
        case .intel, .other: false
        }
    }

    /// `node_reclaim_distance`: NUMA levels beyond it do not balance on exec, fork and wakeup.
    package var nodeReclaimDistance: Int {
        switch self {
        case .amd(let isZen): isZen ? 32 : 30
        case .hygon: 32
        case .intel, .other: 30
        }
    }
}

/// One cache leaf of a CPU (`cpuN/cache/indexK`).
package struct CacheLeaf: Hashable, Sendable {
    /// `level`: 1, 2, 3, …
    package var level: Int
    /// `shared_cpu_list`.
    package var sharedCPUs: SpanID
    /// Whether the leaf has an `id` file.
    package var hasID: Bool
    /// Whether the leaf has a `size` file.
    package var hasSize: Bool

    package init(level: Int, sharedCPUs: SpanID, hasID: Bool, hasSize: Bool) {
        self.level = level
        self.sharedCPUs = sharedCPUs
        self.hasID = hasID
        self.hasSize = hasSize
    }
}

/// What sysfs says about one online CPU.
package struct CPUTopology: Hashable, Sendable {
    /// The CPU's one node; absent without NUMA.
    package var node: NodeID?
    /// `physical_package_id`; absent if negative or missing.
    package var packageID: Int?
    /// `core_id`; read where a boot parameter makes it count.
    package var coreID: Int?
    /// `core_cpus_list`: the hardware threads of the core.
    package var coreCPUs: SpanID
    /// `cluster_cpus_list`; absent before 5.16.
    package var clusterCPUs: SpanID?
    /// Whether `cluster_id` names a cluster: not negative and not 65535.
    package var hasClusterID: Bool
    /// `package_cpus_list`.
    package var packageCPUs: SpanID?
    /// The leaf with the highest index; absent without a `cache` directory.
    package var lastCacheLeaf: CacheLeaf?
    /// The leaf with the highest level; absent without a `cache` directory.
    package var highestCache: CacheLeaf?
    /// Whether a level 2 cache is listed.
    package var hasLevel2Cache: Bool
    /// `cpu_capacity`; 1024 is the capacity of the largest CPU.
    package var capacity: Int?

    package init(
        node: NodeID?, packageID: Int?, coreCPUs: SpanID, clusterCPUs: SpanID? = nil, hasClusterID: Bool = false,
        packageCPUs: SpanID? = nil, lastCacheLeaf: CacheLeaf? = nil, highestCache: CacheLeaf? = nil,
        hasLevel2Cache: Bool = false, capacity: Int? = nil
    ) {
        self.node = node
        self.packageID = packageID
        self.coreCPUs = coreCPUs
        self.clusterCPUs = clusterCPUs
        self.hasClusterID = hasClusterID
        self.packageCPUs = packageCPUs
        self.lastCacheLeaf = lastCacheLeaf
        self.highestCache = highestCache
        self.hasLevel2Cache = hasLevel2Cache
        self.capacity = capacity
    }
}

/// One partition: the CPUs for which one independent hierarchy is built (the kernel's `cpu_map`).
package struct PartitionRequest: Hashable, Sendable {
    package var cpus: CPUSet
    /// The cpuset v1 `sched_relax_domain_level` in force, if not negative.
    package var relaxDomainLevel: Int?

    package init(cpus: CPUSet, relaxDomainLevel: Int? = nil) {
        self.cpus = cpus
        self.relaxDomainLevel = relaxDomainLevel
    }
}

/// A departure from the rules that follow from version and architecture, to explain what a kernel really built.
package struct DerivationOverrides: Hashable, Sendable {
    /// Which CPUs share the last-level cache.
    package enum LastLevelCache: Hashable, Sendable {
        case asExposed
        /// The kernel found it invalid.
        case invalid
        /// The kernel found it valid, but each CPU's own.
        case ownCPUOnly
    }

    package var lastLevelCache: LastLevelCache = .asExposed
    /// Whether the PKG (DIE) level exists; absent: by rule.
    package var hasPackageLevel: Bool?
    /// Whether the architecture's modified distances are used; absent: by rule.
    package var usesModifiedDistances: Bool?
    /// Whether the kernel refused the distances, so that there is no NODE and no NUMA level.
    package var refusesDistances = false
    /// Whether interval weights are clipped to the partition; absent: by version.
    package var clipsIntervalWeight: Bool?

    package init() {}
}

/// Everything the kernel's construction of scheduling domains depends on, as far as a host exposes it.
package struct DomainsInput: Sendable {
    /// What the host does not expose, so that a default stands for it. What follows from it is assumed.
    package struct Guesses: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The kernel's version: names, level numbers, flags and parameters follow from it.
        package static let kernel = Guesses(rawValue: 1 << 0)
        /// Which CPUs are threads of one core.
        package static let cores = Guesses(rawValue: 1 << 1)
        /// Which nodes there are, or which CPUs one of them has.
        package static let nodes = Guesses(rawValue: 1 << 2)
        /// How far nodes are apart: all are taken to be equally far.
        package static let distances = Guesses(rawValue: 1 << 3)
    }

    package var architecture: Architecture
    package var kernel: SchedKernelVersion
    package var guesses: Guesses = []
    package var configuration: SchedConfiguration
    /// The nodes with their CPUs, the distances, possible and online CPUs.
    package var machine: Machine
    /// The nodes with CPUs (`node/has_cpu`); absent: those with a non-empty list.
    package var nodesWithCPUs: NodeSet?
    /// The CPUs that are plugged in (`cpu/present`); absent: unknown.
    package var presentCPUs: CPUSet?
    /// Whether the host has a `node` directory.
    package var hasNodeDirectory = true
    /// The sets the topology records refer to.
    package var spans: SpanTable
    /// By CPU number; absent for a CPU that is offline or unknown.
    package var cpus: [CPUTopology?]
    /// The CPUs not in the boot-time housekeeping set for domains (`cpu/isolated`).
    package var isolated = CPUSet()
    /// The partitions in force; absent: one of all online CPUs that are not isolated.
    package var partitions: Sourced<[PartitionRequest]>?
    /// Boot parameter `relax_domain_level=`, if not negative.
    package var relaxDomainLevel: Int?
    /// Whether the kernel was booted with `sched_verbose` (`sched_debug` before 5.13).
    package var isSchedVerbose = false
    /// The CPU maker; absent if nothing tells it.
    package var cpuMaker: Sourced<CPUMaker>?
    /// Whether ITMT is capable and enabled (x86).
    package var isITMTEnabled = false
    /// Whether the machine mixes core types (x86 hybrid).
    package var isHybrid = false
    /// Whether the kernel knows of hardware threads at all (x86, `cpu_smt_num_threads` > 1); absent: by the core masks.
    package var hasHardwareThreads: Bool?
    /// Whether the firmware speaks ACPI (arm64); absent: unknown.
    package var hasACPI: Bool?
    /// Whether the nodes are made up (`numa=fake=`).
    package var hasEmulatedNodes = false
    /// Into how many parts the kernel splits each last-level cache (x86, `split_llc=`), 2 or more; absent: it does not.
    package var splitLLC: Int?
    /// The processor model if it is one whose distances x86 rewrites (Granite Rapids-X, Darkmont-X).
    package var rewritesDistances = false
    package var overrides = DerivationOverrides()

    package init(
        architecture: Architecture, kernel: SchedKernelVersion, configuration: SchedConfiguration, machine: Machine,
        spans: SpanTable, cpus: [CPUTopology?]
    ) {
        self.architecture = architecture
        self.kernel = kernel
        self.configuration = configuration
        self.machine = machine
        self.spans = spans
        self.cpus = cpus
    }

    /// What was concluded or assumed of the machine and its kernel, contradicts itself, or is unknown.
    package var notes: [HostNote] {
        var notes = machine.notes
        if guesses.contains(.kernel) {
            notes.append(
                HostNote(
                    .assumed, "kernel",
                    "the kernel's release is unknown: names, flags and parameters are those of \(kernel)"))
        }
        if guesses.contains(.cores) {
            notes.append(
                HostNote(
                    .assumed, "cpus",
                    "which CPUs are threads of one core is not told of all: those of which it is not are taken to be alone"
                ))
        }
        if guesses.contains(.distances) {
            notes.append(HostNote(.assumed, "distances", "all nodes are taken to be equally far from each other"))
        }
        if guesses.contains(.nodes), !hasNodeDirectory {
            notes.append(HostNote(.unknown, "nodes", "domains across nodes are left out"))
        }
        return notes
    }

    /// The partitions to build: those in force, else all online CPUs that are not isolated.
    package var effectivePartitions: [PartitionRequest] {
        if let partitions { return partitions.value }
        let rest = machine.onlineCPUs.subtracting(isolated)
        return rest.isEmpty ? [] : [PartitionRequest(cpus: rest)]
    }
}
