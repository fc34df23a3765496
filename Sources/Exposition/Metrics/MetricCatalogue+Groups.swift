import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// What is known of each systemd unit, container or cgroup. Values by node are given for the nodes where they are not
    /// zero; a node that is not listed has zero, save for what the families of unlocated amounts count.
    static let groupFamilies = sizeFamilies + placementFamilies + accountFamilies + ledgerFamilies

    private static let sizeFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_group_info", .info,
            "What the group is: its kind, what an administrator calls it, whose it is, its container, pod and job.",
            labels: ["group", "kind", "title", "owner_uid", "engine", "container", "pod_uid", "job"],
            from: .group { group, samples in
                let identity = group.identity
                samples.put(
                    1, .text(group.name), .text(identity.kind), group.title.map { .text($0) },
                    identity.ownerUID.map { .number(Int($0)) }, identity.engine.map { .text($0) },
                    identity.containerID.map { .text($0) }, identity.podUID.map { .text($0) },
                    identity.job.map { .text($0) })
            }),
        MetricFamily(
            "numawatch_group_processes", .gauge, "Processes of the group.", labels: ["group"],
            from: .group { group, samples in samples.put(group.pids.count, .text(group.name)) }),
        MetricFamily(
            "numawatch_group_threads", .gauge, "Threads of the group by the node of the CPU they are on.",
            labels: ["group", "numa_node"],
            from: .group { group, samples in
                for node in group.threadsByNode.nodes {
                    samples.put(group.threadsByNode[node], .text(group.name), .number(node.rawValue))
                }
            }),
        MetricFamily(
            "numawatch_group_unlocated_threads", .gauge,
            "Threads of the group whose node is not known; they are not in numawatch_group_threads.", labels: ["group"],
            from: .group { group, samples in samples.put(group.threadsByNode.unlocated, .text(group.name)) }),
        MetricFamily(
            "numawatch_group_resident_bytes", .gauge, unit: .bytes,
            "Resident memory of the group's processes; what they share counts once per process.", labels: ["group"],
            from: .group { group, samples in samples.put(group.residentBytes, .text(group.name)) }),
        MetricFamily(
            "numawatch_group_cpu_seconds_total", .counter, unit: .seconds,
            "CPU time by the node the threads were on when read, since the daemon started, exited tasks included.",
            provenance: .estimated, labels: ["group", "numa_node"],
            from: .group { group, samples in
                guard let time = group.cpuNanosecondsByNode else { return }
                for node in time.nodes {
                    samples.put(nanoseconds: time[node], .text(group.name), .number(node.rawValue))
                }
            }),
        MetricFamily(
            "numawatch_group_unlocated_cpu_seconds_total", .counter, unit: .seconds,
            "CPU time of threads whose node was not known when they were read; it is not in "
                + "numawatch_group_cpu_seconds_total.",
            provenance: .estimated, labels: ["group"],
            from: .group { group, samples in
                guard let time = group.cpuNanosecondsByNode else { return }
                samples.put(nanoseconds: time.unlocated, .text(group.name))
            }),
    ]

    private static let placementFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_group_memory_bytes", .gauge, unit: .bytes,
            "Memory of the group by class and node: what its cgroups are charged with, page cache included, or what its "
                + "processes map, as far as it was read, see numawatch_group_memory_source; sampled readings are "
                + "estimates, see numawatch_group_memory_half_width_bytes. Source: memory.numa_stat of the cgroup; "
                + "numa_maps or move_pages.",
            labels: ["group", "numa_node", "class", "page_size"],
            from: .group { group, samples in
                for (memoryClass, bytes) in (group.bytesByClass ?? [:]).sorted(by: { $0.key < $1.key }) {
                    let pageSize: MetricLabel? =
                        if case .huge(let size) = memoryClass { .text(String(size)) } else { nil }
                    for node in bytes.nodes {
                        samples.put(
                            bytes[node], .text(group.name), .number(node.rawValue), .text(memoryClass.name), pageSize)
                    }
                }
            }),
        MetricFamily(
            "numawatch_group_memory_half_width_bytes", .gauge, unit: .bytes,
            "Half the width of the 95 % confidence interval of the group's memory on the node, where samples are in it.",
            provenance: .estimated, labels: ["group", "numa_node"],
            from: .group { group, samples in
                guard let halfWidth = group.halfWidth95Bytes else { return }
                for node in halfWidth.nodes {
                    samples.put(halfWidth[node], .text(group.name), .number(node.rawValue))
                }
            }),
        MetricFamily(
            "numawatch_group_policy_memory_bytes", .gauge, unit: .bytes,
            "Memory of the group's processes by memory policy and node, of those that were read in full; see "
                + "numawatch_group_unknown_policy_bytes. Source: numa_maps.",
            labels: ["group", "numa_node", "policy"],
            from: .group { group, samples in
                for (policy, bytes) in (group.bytesByPolicy ?? [:]).sorted(by: { $0.key < $1.key }) {
                    for node in bytes.nodes {
                        samples.put(bytes[node], .text(group.name), .number(node.rawValue), .text(policy))
                    }
                }
            }),
        MetricFamily(
            "numawatch_group_unknown_policy_bytes", .gauge, unit: .bytes,
            "Memory of the group's processes that were sampled, which does not tell its policy; absent where there is none.",
            provenance: .estimated, labels: ["group"],
            from: .group { group, samples in
                if group.unknownPolicyBytes > 0 { samples.put(group.unknownPolicyBytes, .text(group.name)) }
            }),
        MetricFamily(
            "numawatch_group_placement_processes", .gauge,
            "Processes of the group whose memory placement is known (placed) or missing (unplaced).",
            provenance: .reconstructed, labels: ["group", "kind"],
            from: .group { group, samples in
                samples.put(group.placedProcessCount, .text(group.name), "placed")
                samples.put(group.unplacedProcessCount, .text(group.name), "unplaced")
            }),
    ]

    /// What the kernel accounts to the group's cgroups, and how its figures are to be read.
    private static let accountFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_group_memory_source", .gauge,
            "1 for where the group's memory figures come from: cgroup (each page counts once) or mappings (what processes "
                + "share counts once where it has a name).",
            provenance: .reconstructed, labels: ["group", "source"],
            from: .group { group, samples in
                if let source = group.memorySource { samples.put(1, .text(group.name), .text(source.name)) }
            }),
        MetricFamily(
            "numawatch_group_memory_repeated_bytes", .gauge, unit: .bytes,
            "Of the group's memory, what counts once for each process that maps it; absent where nothing does.",
            provenance: .reconstructed, labels: ["group"],
            from: .group { group, samples in
                guard case .mappings(let shared) = group.memorySource, shared > 0 else { return }
                samples.put(shared, .text(group.name))
            }),
        MetricFamily(
            "numawatch_group_current_bytes", .gauge, unit: .bytes,
            "All memory that is charged to the group's cgroups, the kernel's own for them included. Source: "
                + "memory.current.", labels: ["group"],
            from: .group { group, samples in
                if let current = group.currentBytes { samples.put(current, .text(group.name)) }
            }),
        MetricFamily(
            "numawatch_group_kernel_events_total", .counter,
            "The kernel's counters of NUMA balancing and of moves between memory tiers for the group's cgroups, since "
                + "they were made. Source: numa_*, pgpromote_* and pgdemote_* of memory.stat, Linux 6.12 and later.",
            labels: ["group", "counter"],
            from: .group { group, samples in
                for (name, value) in (group.kernelCounters ?? [:]).sorted(by: { $0.key < $1.key }) {
                    samples.put(value, .text(group.name), .text(name))
                }
            }),
    ]

    private static let ledgerFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_group_ledger_tasks", .gauge, "Tasks of the group whose NUMA fault ledger was read.",
            labels: ["group"],
            from: ledger { name, ledger, samples in samples.put(ledger.taskCount, .text(name)) }),
        MetricFamily(
            "numawatch_group_fault_pages", .gauge, unit: .pages,
            "Hint-fault pages in the tasks' ledgers: the kernel's decayed averages, not a total.",
            labels: ["group", "numa_node", "kind"],
            from: ledger { name, ledger, samples in
                for node in ledger.privatePages.nodes {
                    samples.put(ledger.privatePages[node], .text(name), .number(node.rawValue), "private")
                }
                for node in ledger.sharedPages.nodes {
                    samples.put(ledger.sharedPages[node], .text(name), .number(node.rawValue), "shared")
                }
            }),
        MetricFamily(
            "numawatch_group_fault_change_pages", .gauge, unit: .pages,
            "Change of the hint-fault pages since the previous round; negative while the averages decay.",
            provenance: .reconstructed, labels: ["group", "numa_node"],
            from: ledger { name, ledger, samples in
                guard let change = ledger.changePages else { return }
                for node in change.nodes {
                    samples.put(change[node], .text(name), .number(node.rawValue))
                }
            }),
        MetricFamily(
            "numawatch_group_migrated_pages_total", .counter, unit: .pages,
            "Pages moved by hint faults of the group's tasks since the daemon started, exited tasks included.",
            provenance: .reconstructed, labels: ["group"],
            from: .group { group, samples in
                if let pages = group.migratedPagesTotal { samples.put(pages, .text(group.name)) }
            }),
        MetricFamily(
            "numawatch_group_preferred_tasks", .gauge, "Tasks of the group by the node the kernel prefers for them.",
            labels: ["group", "numa_node"],
            from: ledger { name, ledger, samples in
                for node in ledger.tasksByPreferredNode.nodes {
                    samples.put(ledger.tasksByPreferredNode[node], .text(name), .number(node.rawValue))
                }
            }),
        MetricFamily(
            "numawatch_group_unpreferred_tasks", .gauge, "Tasks of the group without a preferred node.",
            labels: ["group"],
            from: ledger { name, ledger, samples in samples.put(ledger.tasksWithoutPreferredNode, .text(name)) }),
        MetricFamily(
            "numawatch_group_displaced_tasks", .gauge,
            "Tasks of the group that are on another node than the one the kernel prefers for them.", labels: ["group"],
            from: ledger { name, ledger, samples in
                if let displaced = ledger.tasksOffPreferredNode { samples.put(displaced, .text(name)) }
            }),
        MetricFamily(
            "numawatch_group_numa_groups", .gauge, "NUMA groups the group's tasks are in.", labels: ["group"],
            from: ledger { name, ledger, samples in samples.put(ledger.groupIDs.count, .text(name)) }),
    ]

    private static func ledger(
        _ put: @escaping @Sendable (String, LedgerSummary, inout MetricSamples) -> Void
    ) -> MetricFamily.Source {
        .group { group, samples in
            if let ledger = group.ledger { put(group.name, ledger, &samples) }
        }
    }
}
