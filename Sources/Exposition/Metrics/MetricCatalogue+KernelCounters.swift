import Snapshots

extension MetricCatalogue {
    /// The kernel's balancing counters (`/proc/vmstat`), each under its meaning. A line this kernel does not print is absent.
    static let kernelCounterFamilies: [MetricFamily] = [
        vmstat(
            "numawatch_hint_pte_updates_total", "numa_pte_updates",
            "Page table entries made to fault by the scanner."),
        vmstat(
            "numawatch_hint_huge_pte_updates_total", "numa_huge_pte_updates",
            "Huge page table entries made to fault by the scanner; part of the above."),
        vmstat("numawatch_hint_faults_total", "numa_hint_faults", "NUMA hint faults taken."),
        vmstat(
            "numawatch_hint_faults_local_total", "numa_hint_faults_local",
            "NUMA hint faults that were on the node of the task's CPU when taken, before their pages moved. A share of faults, "
                + "not of accesses: memory that was far away and came is remote here; see numawatch_memory_local_ratio."
        ),
        vmstat(
            "numawatch_hint_migrated_pages_total", unit: .pages, "numa_pages_migrated",
            "Pages moved by NUMA hint faults."),
        vmstat(
            "numawatch_balancing_task_moves_total", "numa_task_migrated",
            "Tasks moved to their preferred node by the balancer."),
        vmstat(
            "numawatch_balancing_task_swaps_total", "numa_task_swapped",
            "Tasks swapped with another one by the balancer."),
        vmstat(
            "numawatch_page_migration_successful_pages_total", unit: .pages, "pgmigrate_success",
            "Pages moved for any reason, balancing and compaction included."),
        vmstat(
            "numawatch_page_migration_failed_pages_total", unit: .pages, "pgmigrate_fail",
            "Pages that could not be moved, for any reason."),
        vmstat(
            "numawatch_promoted_pages_total", unit: .pages, "pgpromote_success",
            "Pages promoted from a slower memory tier."),
        vmstat(
            "numawatch_promotion_candidate_pages_total", unit: .pages, "pgpromote_candidate",
            "Pages found hot on a slower memory tier."),
    ]

    private static func vmstat(
        _ name: String, unit: MetricFamily.Unit? = nil, _ kernelName: String, _ help: String
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, unit: unit, "\(help) Source: \(kernelName) of /proc/vmstat.",
            from: .host { snapshot, samples in
                if let value = snapshot.host.vmstatValue(kernelName) { samples.put(value) }
            })
    }
}
