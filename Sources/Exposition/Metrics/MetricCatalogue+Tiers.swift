import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// Memory tiers, the switches that go with them, and what the firmware states of the nodes' memory.
    static let tierFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_node_memory_tier", .gauge,
            "The memory tier of the node; a larger number is slower memory. Source: memory_tiering.",
            labels: ["numa_node"],
            from: .host { snapshot, samples in
                guard let tiers = snapshot.host.tiers else { return }
                for node in snapshot.host.nodes {
                    if let tier = tiers.tier(of: node.id) { samples.put(tier, .number(node.id.rawValue)) }
                }
            }),
        MetricFamily(
            "numawatch_node_demotion_rank", .gauge,
            "Where reclaim may demote pages of the node to: 1 for the node it prefers, 2 for the next one, and so on.",
            provenance: .reconstructed, labels: ["numa_node", "to_numa_node"],
            from: .host { snapshot, samples in
                guard let tiers = snapshot.host.tiers else { return }
                for node in snapshot.host.nodes {
                    let targets = tiers.demotionTargets(of: node.id, distances: snapshot.machine.distances) ?? []
                    for (index, target) in targets.enumerated() {
                        samples.put(index + 1, .number(node.id.rawValue), .number(target.rawValue))
                    }
                }
            }),
        MetricFamily(
            "numawatch_demotion_enabled", .gauge,
            "Whether reclaim demotes pages to a slower tier instead of dropping them. Source: demotion_enabled.",
            from: .host { snapshot, samples in
                if let isEnabled = snapshot.host.isDemotionEnabled { samples.put(isEnabled ? 1 : 0) }
            }),
        MetricFamily(
            "numawatch_zone_reclaim_mode", .gauge,
            "vm.zone_reclaim_mode: bit 0 reclaims on a node before memory of others is taken.",
            from: .host { snapshot, samples in
                if let mode = snapshot.host.zoneReclaimMode { samples.put(mode) }
            }),
        MetricFamily(
            "numawatch_node_access_latency_seconds", .gauge, unit: .seconds,
            "Latency of accesses to the node's memory by the nearest initiators, as the firmware states it (HMAT).",
            labels: ["numa_node", "kind"],
            from: access { access, node, samples in
                if let latency = access.readLatencyNanoseconds { samples.put(nanoseconds: latency, node, "read") }
                if let latency = access.writeLatencyNanoseconds { samples.put(nanoseconds: latency, node, "write") }
            }),
        MetricFamily(
            "numawatch_node_access_bandwidth_bytes", .gauge, unit: .bytes,
            "Most memory of the node read or written in one second by the nearest initiators, as the firmware states it (HMAT).",
            labels: ["numa_node", "kind"],
            from: access { access, node, samples in
                if let bytes = access.readBandwidthBytesPerSecond { samples.put(bytes, node, "read") }
                if let bytes = access.writeBandwidthBytesPerSecond { samples.put(bytes, node, "write") }
            }),
    ]

    private static func access(
        _ put: @escaping @Sendable (MemoryAccess, MetricLabel, inout MetricSamples) -> Void
    ) -> MetricFamily.Source {
        .host { snapshot, samples in
            for node in snapshot.host.nodes {
                if let access = node.access { put(access, .number(node.id.rawValue), &samples) }
            }
        }
    }
}
