package import NUMATopology

/// What differs between kernel versions in NUMA balancing, one flag for each difference that the model or its readers know.
///
/// Each stands in ``table`` with the releases it holds for and its source. Several changes were backported to stable
/// releases, and a distribution may carry one early: a version is a first guess, and the model corrects ``localityReset``
/// when the stream contradicts it. Sources compared: 5.10.262, 6.1.192, 6.12.117, 7.2.13 and 7.3.4.
package struct KernelSwitches: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The period controller's slow branch clears `numa_faults_locality[]`.
    package static let localityReset = KernelSwitches(rawValue: 1 << 0)
    /// VMAs have scan state of their own, and a pass may be forced.
    package static let perVMAState = KernelSwitches(rawValue: 1 << 1)
    /// Pages never go to a node without memory.
    package static let memorylessDestinationCheck = KernelSwitches(rawValue: 1 << 2)
    /// Promotion has a hot threshold and a rate limit.
    package static let promotionThreshold = KernelSwitches(rawValue: 1 << 3)
    /// Without a driver's word, the nodes with CPUs are the top memory tier.
    package static let topTierHasCPUs = KernelSwitches(rawValue: 1 << 4)
    /// A new task keeps its parent's `numa_pages_migrated`.
    package static let forkKeepsCounters = KernelSwitches(rawValue: 1 << 5)
    /// A new task keeps its parent's `numa_migrate_retry`, which delays its first placement.
    package static let forkKeepsRetry = KernelSwitches(rawValue: 1 << 6)
    /// Nodes without CPUs may be preferred and active.
    package static let memoryOnlyNodesPreferred = KernelSwitches(rawValue: 1 << 7)
    /// `sched_process_exit` comes after the task has left its mm.
    package static let exitEventAfterMM = KernelSwitches(rawValue: 1 << 8)

    /// A fault on a huge page that is locked, or changes meanwhile, is counted and not accounted, whatever was decided.
    package static let hugePagesUnaccounted = KernelSwitches(rawValue: 1 << 9)

    /// A switch with its name in reports, and the releases it holds for.
    package struct Entry: Sendable {
        package let flag: KernelSwitches
        package let name: String
        package let rule: KernelRule

        init(_ flag: KernelSwitches, _ name: String, _ rule: KernelRule) {
            self.flag = flag
            self.name = name
            self.rule = rule
        }
    }

    /// Every switch, in the order of the flags.
    package static let table: [Entry] = [
        Entry(
            .localityReset, "localityReset",
            KernelRule(
                "a scan period that grows for want of faults forgets the locality counters",
                "kernel/sched/fair.c: update_task_scan_period; absent in 7.2.13", .since(7, 3),
                .stable(6, 12, from: 117))),
        Entry(
            .perVMAState, "perVmaState",
            KernelRule(
                "each VMA has scan state of its own", "kernel/sched/fair.c: vma_is_accessed", .since(6, 7))),
        Entry(
            .memorylessDestinationCheck, "memorylessDstCheck",
            KernelRule(
                "no page goes to a node without memory", "kernel/sched/fair.c: should_numa_migrate_memory",
                .since(6, 9))),
        Entry(
            .promotionThreshold, "promotionThreshold",
            KernelRule(
                "promotion has a hot threshold and a rate limit",
                "kernel/sched/fair.c: numa_promotion_adjust_threshold", .since(6, 1))),
        Entry(
            .topTierHasCPUs, "topTierHasCPUs",
            KernelRule(
                "nodes with CPUs are the top memory tier; before there were no tiers, later drivers tell them",
                "include/linux/node.h: node_is_toptier", .from((5, 18), before: (6, 1)))),
        Entry(
            .forkKeepsCounters, "forkKeepsCounters",
            KernelRule(
                "a new task starts with its parent's count of migrated pages",
                "kernel/sched/fair.c: init_numa_balancing; capture t-inherit-2n-5.10", .before(5, 18))),
        Entry(
            .forkKeepsRetry, "forkKeepsRetry",
            KernelRule(
                "a new task starts with the time of its parent's next placement",
                "kernel/sched/fair.c: init_numa_balancing", .before(6, 0))),
        Entry(
            .memoryOnlyNodesPreferred, "memoryOnlyNodesPreferred",
            KernelRule(
                "nodes without CPUs count where nodes are compared",
                "kernel/sched/fair.c: numa_group_count_active_nodes, preferred_group_nid, task_numa_placement",
                .before(5, 18))),
        Entry(
            .exitEventAfterMM, "exitEventAfterMM",
            KernelRule(
                "sched_process_exit comes after the mm was left", "kernel/exit.c: do_exit", .before(6, 16))),
        Entry(
            .hugePagesUnaccounted, "hugePagesUnaccounted",
            KernelRule(
                "a fault on a huge page that is locked, or changes meanwhile, is counted and not accounted",
                "mm/huge_memory.c: do_huge_pmd_numa_page", .before(5, 14))),
    ]

    /// The flags a mainline or stable kernel of this version is expected to have.
    package init(release: KernelRelease) {
        self = Self.table.reduce(into: []) { flags, entry in
            if entry.rule.holds(release.major, release.minor, release.patch) { flags.insert(entry.flag) }
        }
    }
}
