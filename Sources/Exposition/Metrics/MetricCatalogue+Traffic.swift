import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// What processors count of traffic between caches and memory.
    static let trafficFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_memory_traffic_bytes_total", .counter, unit: .bytes,
            "Bytes between a last-level cache and memory since the daemon started: in all, and of these to and from the memory of "
                + "its own node. Source: mbm_total_bytes and mbm_local_bytes of resctrl, where somebody has mounted it.",
            labels: ["cache", "numa_node", "kind"],
            from: .host { snapshot, samples in
                for cache in snapshot.host.traffic?.caches ?? [] {
                    let node: MetricLabel? = cache.node.map { .number($0.rawValue) }
                    samples.put(cache.totalBytes, .text(cache.name), node, "total")
                    samples.put(cache.localBytes, .text(cache.name), node, "local")
                }
            })
    ]
}
