import Snapshots

extension MetricCatalogue {
    /// How much of the CPU time was spent on the node of the memory in use, and how sure the CPU time by node is.
    static let localityFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_memory_local_ratio", .gauge, unit: .ratio,
            "Share of the CPU time of late that was spent on the node of the memory in use: the likeliest value and what it is "
                + "at least and at most. From CPU time by node and memory by node, files left out; not the share of local "
                + "hint faults.",
            provenance: .estimated, labels: ["scope", "group", "bound"],
            from: .scopes(
                host: { snapshot, samples in
                    put(snapshot.host.locality, "host", nil, &samples)
                },
                group: { group, samples in
                    put(group.locality, "group", .text(group.name), &samples)
                })),
        MetricFamily(
            "numawatch_group_uncertain_cpu_seconds_total", .counter, unit: .seconds,
            "Of numawatch_group_cpu_seconds_total, what may have been spent on other nodes: time of threads that changed their "
                + "CPU between two readings.",
            provenance: .reconstructed, labels: ["group"],
            from: .group { group, samples in
                guard group.cpuNanosecondsByNode?.whereLocated != nil else { return }
                samples.put(nanoseconds: group.uncertainCPUNanoseconds, .text(group.name))
            }),
        MetricFamily(
            "numawatch_group_thread_node_changes_total", .counter,
            "How often a thread of the group was found on another node than before: at least so often it changed.",
            provenance: .reconstructed, labels: ["group"],
            from: .group { group, samples in
                guard group.cpuNanosecondsByNode?.whereLocated != nil else { return }
                samples.put(group.threadNodeChanges, .text(group.name))
            }),
    ]

    private static func put(
        _ locality: BoundedRatio?, _ scope: MetricLabel, _ group: MetricLabel?, _ samples: inout MetricSamples
    ) {
        guard let locality else { return }
        samples.put(locality.low, scope, group, "low")
        samples.put(locality.value, scope, group, "value")
        samples.put(locality.high, scope, group, "high")
    }
}
