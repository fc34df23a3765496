package import NUMATopology

/// What differs between kernel versions in the construction of scheduling domains.
///
/// Each rule stands in one table with the releases it holds for and its source; derivation asks for it by name:
/// `input.kernel.has(.clusterLevel)`. Sources compared: 5.10.262, 6.1.192, 6.12.117, 7.2.13 and 7.3.4, and the kernels
/// that the captures were taken from.
package enum DomainRule: Int, CaseIterable, Sendable {
    // The level table.
    case clusterLevel
    case hybridHasCoreLevels
    case clusterFlag
    case levelNamedPKG
    case noSMTLevelWithoutThreads
    case asymPackingOfThreads
    case asymPackingOfHybridPackages
    case asymPackingOfPackages
    case nodesPerPackage
    case splitLLC
    // Caches and clusters of arm64 and riscv.
    case cacheFromFirmware
    case cacheRegistersIgnored
    case clusterWithinCoreGroup
    // NUMA levels.
    case memoryOnlyNodesTakePart
    case firstRowDistances
    case modifiedDistances
    case distancesByBlock
    // Flags.
    case asymPackingInChild
    case namedShareLLC
    case overlapFlag
    case asymClearsPreferSibling
    case relaxLevelInclusive
    // Groups, parameters, output.
    case groupsFromDescendants
    case firstGroupFlagsFollow
    case imbalanceNUMATasks
    case imbalanceOnNUMAOnly
    case clippedIntervalWeight
    case olderParameters
    case dumpShowsCapacity
    /// A cluster id that names a shared level 2 cache only where the CPU maker numbers it.
    case clusterIDTellsMaker

    /// The releases the rule holds for, and its source.
    package var rule: KernelRule { Self.table[rawValue] }

    private static let table = allCases.map(entry)

    private static func entry(_ rule: DomainRule) -> KernelRule {
        switch rule {
        case .clusterLevel:
            KernelRule("CLS is a level of its own", "kernel/sched/topology.c: default_topology", .since(5, 16))
        case .hybridHasCoreLevels:
            KernelRule(
                "hybrid machines have the levels of others", "arch/x86/kernel/smpboot.c: x86_hybrid_topology is gone",
                .since(6, 6))
        case .clusterFlag:
            KernelRule("CLS has SD_CLUSTER", "kernel/sched/topology.c: cpu_cluster_flags", .since(6, 7))
        case .levelNamedPKG:
            KernelRule(
                "the level above MC is called PKG, before that DIE", "kernel/sched/topology.c: default_topology",
                .since(6, 7), .stable(6, 6, from: 76))
        case .noSMTLevelWithoutThreads:
            KernelRule(
                "x86 has no SMT level where no core has several threads",
                "arch/x86/kernel/smpboot.c: build_sched_topology", .since(6, 17))
        case .asymPackingOfThreads:
            KernelRule("SMT prefers CPUs of higher priority", "arch/x86/kernel/smpboot.c", .before(6, 5))
        case .asymPackingOfHybridPackages:
            KernelRule(
                "PKG prefers CPUs of higher priority on hybrid machines", "arch/x86/kernel/smpboot.c", .since(6, 5))
        case .asymPackingOfPackages:
            KernelRule(
                "PKG prefers CPUs of higher priority on every machine with ITMT", "arch/x86/kernel/smpboot.c",
                .since(6, 14), .stable(6, 6, from: 76), .stable(6, 12, from: 13), .stable(6, 13, from: 2))
        case .nodesPerPackage:
            KernelRule(
                "PKG is left out where nodes, divided by packages and rounded up, are more than one; before, where two CPUs of one package are on different nodes",
                "arch/x86/kernel/cpu/topology.c: topology_get_nodes_per_package; seen on 6.19.14, not on 6.18.15",
                .since(7, 0), .stable(6, 19, from: 14))
        case .splitLLC:
            KernelRule(
                "split_llc=N parts the last-level cache by core id modulo N",
                "arch/x86/kernel/cpu/cacheinfo.c; seen on 7.2.13", .since(7, 2))
        case .cacheFromFirmware:
            KernelRule(
                "the last-level cache is what cacheinfo says, before that only the ACPI tables",
                "drivers/base/arch_topology.c: cpu_coregroup_mask", .since(6, 0))
        case .cacheRegistersIgnored:
            KernelRule(
                "caches known from registers alone are none; before, the CPU's own", "drivers/base/cacheinfo.c",
                .since(6, 4))
        case .clusterWithinCoreGroup:
            KernelRule(
                "a cluster that holds the core group is no cluster",
                "drivers/base/arch_topology.c: cpu_clustergroup_mask", .since(6, 0))
        case .memoryOnlyNodesTakePart:
            KernelRule(
                "nodes without CPUs count among the distances", "kernel/sched/topology.c: sched_init_numa",
                .before(5, 18))
        case .firstRowDistances:
            KernelRule(
                "distances are those of the first node, unless booted with sched_verbose",
                "kernel/sched/topology.c: sched_init_numa", .before(5, 12))
        case .modifiedDistances:
            KernelRule(
                "Granite Rapids and Clearwater Forest build domains from smoothed distances",
                "arch/x86/kernel/smpboot.c: arch_sched_node_distance", .since(6, 19))
        case .distancesByBlock:
            KernelRule(
                "smoothed distances are averages over pairs of packages of three nodes or more; before, over all remote nodes",
                "arch/x86/kernel/smpboot.c: slit_cluster_distance; seen on 6.19.14",
                .since(7, 1), .stable(7, 0, from: 1), .stable(6, 19, from: 14))
        case .asymPackingInChild:
            KernelRule(
                "SD_ASYM_PACKING is expected of the child too", "include/linux/sched/sd_flags.h", .before(6, 5))
        case .namedShareLLC:
            KernelRule(
                "the flag is called SD_SHARE_LLC, before that SD_SHARE_PKG_RESOURCES",
                "include/linux/sched/sd_flags.h", .since(6, 9))
        case .overlapFlag:
            KernelRule("NUMA levels have SD_OVERLAP", "kernel/sched/topology.c: sd_init", .before(6, 17))
        case .asymClearsPreferSibling:
            KernelRule(
                "the child of a domain of unequal capacities loses SD_PREFER_SIBLING",
                "kernel/sched/topology.c: sd_init", .before(7, 3))
        case .relaxLevelInclusive:
            KernelRule(
                "relax_domain_level applies to its own level too", "kernel/sched/topology.c: set_domain_attribute",
                .since(6, 10), .stable(6, 9, from: 3), .stable(6, 8, from: 12), .stable(6, 6, from: 33),
                .stable(6, 1, from: 93), .stable(5, 15, from: 161), .stable(5, 10, from: 219))
        case .groupsFromDescendants:
            KernelRule(
                "overlapping groups are taken from the descendant that fits",
                "kernel/sched/topology.c: find_descended_sibling", .since(5, 13))
        case .firstGroupFlagsFollow:
            KernelRule(
                "flags of groups follow a domain that is removed", "kernel/sched/topology.c: cpu_attach_domain",
                .since(6, 5))
        case .imbalanceNUMATasks:
            KernelRule("domains have imb_numa_nr", "kernel/sched/topology.c: build_sched_domains", .since(6, 0))
        case .imbalanceOnNUMAOnly:
            KernelRule(
                "imb_numa_nr stays 0 without CONFIG_NUMA",
                "kernel/sched/topology.c: adjust_numa_imbalance; seen in 7.2.13", .since(7, 2))
        case .clippedIntervalWeight:
            KernelRule(
                "intervals count the CPUs of the partition only",
                "kernel/sched/topology.c: sd_init; seen on 7.0.13, not on 6.19.14", .since(7, 1),
                .stable(7, 0, from: 13))
        case .olderParameters:
            KernelRule(
                "imbalance 125 %, busy factor 32", "kernel/sched/topology.c: sd_init", .before(5, 10))
        case .dumpShowsCapacity:
            KernelRule(
                "the dump's root line has the largest capacity", "kernel/sched/topology.c: build_sched_domains",
                .before(6, 10))
        case .clusterIDTellsMaker:
            KernelRule(
                "AMD's level 2 caches have no cluster id", "arch/x86/kernel/cpu/cacheinfo.c",
                .from((5, 16), before: (6, 15)))
        }
    }
}

extension SchedKernelVersion {
    /// Whether a rule of the kernel's domain building holds for this version.
    package func has(_ rule: DomainRule) -> Bool {
        rule.rule.holds(major, minor, patch)
    }
}
