import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// What the kernel reckons with for the threads of groups: only with the iterator.
    static let scanFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_group_scan_period_seconds", .gauge, unit: .seconds,
            "The shortest and the longest run time between two scans that a thread of the group asks for. Source: "
                + "numa_scan_period, by the iterator.",
            labels: ["group", "kind"],
            from: .group { group, samples in
                guard let scans = group.scans else { return }
                let millisecond: UInt64 = 1_000_000
                samples.put(
                    nanoseconds: UInt64(scans.shortestPeriodMilliseconds) * millisecond, .text(group.name), "shortest")
                samples.put(
                    nanoseconds: UInt64(scans.longestPeriodMilliseconds) * millisecond, .text(group.name), "longest")
            }),
        MetricFamily(
            "numawatch_group_window_fault_pages", .gauge, unit: .pages,
            "Hint-fault pages since the group's threads were placed last: not in their ledgers yet. Source: the iterator.",
            labels: ["group", "numa_node", "kind"],
            from: .group { group, samples in
                for (kind, pages) in [
                    ("private", group.scans?.openPrivatePages), ("shared", group.scans?.openSharedPages),
                ] {
                    guard let pages else { continue }
                    for node in pages.nodes {
                        samples.put(pages[node], .text(group.name), .number(node.rawValue), .text(kind))
                    }
                }
            }),
        MetricFamily(
            "numawatch_group_state_threads", .gauge,
            "Threads of the group by their state, as ps writes it. Source: the iterator.", labels: ["group", "state"],
            from: .group { group, samples in
                for (state, count) in (group.threadsByState ?? [:]).sorted(by: { $0.key < $1.key }) {
                    samples.put(count, .text(group.name), .text(state))
                }
            }),
        MetricFamily(
            "numawatch_group_cpu_fault_pages", .gauge, unit: .pages,
            "Hint faults of the NUMA groups that the group's threads are in, by the node of the CPU that faulted: the kernel's "
                + "averages, decayed and weighted by run time. Source: the iterator.",
            labels: ["group", "numa_node"],
            from: .group { group, samples in
                guard let faults = group.cpuFaults else { return }
                for node in faults.nodes { samples.put(faults[node], .text(group.name), .number(node.rawValue)) }
            }),
    ]
}
