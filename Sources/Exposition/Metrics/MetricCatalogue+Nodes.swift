import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// What each node has, holds and does.
    static let nodeFamilies = shapeFamilies + memoryFamilies + tierFamilies

    private static let shapeFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_node_cpus", .gauge, "Online CPUs of the node.", labels: ["numa_node"],
            from: node { node, samples in
                if let cpus = node.cpus { samples.put(cpus.count, .number(node.id.rawValue)) }
            }),
        MetricFamily(
            "numawatch_node_distance", .gauge,
            "Distance between nodes as the firmware states it; 10 is the node itself.",
            labels: ["numa_node", "to_numa_node"],
            from: .host { snapshot, samples in
                let online = snapshot.host.nodes.map(\.id.rawValue)
                for node in snapshot.host.nodes {
                    for (to, distance) in zip(online, node.distances ?? []) {
                        samples.put(distance, .number(node.id.rawValue), .number(to))
                    }
                }
            }),
        MetricFamily(
            "numawatch_node_cpu_seconds_total", .counter, unit: .seconds,
            "Time the node's CPUs were busy since boot, those now offline included.", provenance: .reconstructed,
            labels: ["numa_node"],
            from: node { node, samples in
                if let busy = node.busyNanoseconds { samples.put(nanoseconds: busy, .number(node.id.rawValue)) }
            }),
    ]

    private static let memoryFamilies: [MetricFamily] = [
        meminfo("numawatch_node_memory_size_bytes", "MemTotal", "Memory of the node."),
        meminfo("numawatch_node_memory_free_bytes", "MemFree", "Free memory of the node."),
        meminfo("numawatch_node_memory_used_bytes", "MemUsed", "Memory of the node that is not free."),
        meminfo("numawatch_node_memory_anonymous_bytes", "AnonPages", "Anonymous memory on the node."),
        meminfo("numawatch_node_memory_anonymous_huge_bytes", "AnonHugePages", "Anonymous memory in huge pages."),
        meminfo("numawatch_node_memory_file_bytes", "FilePages", "Page cache on the node, shared memory included."),
        meminfo("numawatch_node_memory_mapped_bytes", "Mapped", "Page cache of the node that is mapped by processes."),
        meminfo("numawatch_node_memory_shared_bytes", "Shmem", "Shared memory and tmpfs on the node."),
        meminfo("numawatch_node_memory_slab_bytes", "Slab", "Kernel objects on the node."),
        meminfo("numawatch_node_memory_page_table_bytes", "PageTables", "Page tables on the node."),
        meminfo(
            "numawatch_node_huge_pages", unit: .pages, "HugePages_Total", "Huge pages of the default size set aside."),
        meminfo("numawatch_node_huge_free_pages", unit: .pages, "HugePages_Free", "Of these, the free ones."),
        MetricFamily(
            "numawatch_node_huge_pool_pages", .gauge, unit: .pages,
            "Huge pages set aside on the node, by size in bytes: all (total), those not in use (free), and those beyond what "
                + "was set aside (surplus). Source: hugepages of the node.",
            labels: ["numa_node", "page_size", "kind"],
            from: node { node, samples in
                for pool in node.hugePages ?? [] {
                    let size = String(pool.pageSizeBytes)
                    for (kind, pages) in [
                        ("total", pool.totalPages), ("free", pool.freePages), ("surplus", pool.surplusPages),
                    ] {
                        if let pages { samples.put(pages, .number(node.id.rawValue), .text(size), .text(kind)) }
                    }
                }
            }),
        meminfo(
            "numawatch_node_memory_swap_cached_bytes", "SwapCached", "Memory of the node that is in the swap as well."),
        MetricFamily(
            "numawatch_node_allocated_pages_total", .counter, unit: .pages,
            "Pages allocated on the node. hit: on the node asked for; miss: though another was asked for; foreign: asked "
                + "for here, allocated elsewhere; interleave: as an interleave policy wanted; local, other: by tasks "
                + "running here, or elsewhere. Source: numastat of the node.",
            labels: ["numa_node", "kind"],
            from: node { node, samples in
                for (line, kind) in numastatKinds {
                    if let pages = node.numastatPages(line) {
                        samples.put(pages, .number(node.id.rawValue), .text(kind))
                    }
                }
            }),
        MetricFamily(
            "numawatch_node_tier_moves_pages_total", .counter, unit: .pages,
            "Pages moved between memory tiers, by the kernel's counter. Source: vmstat of the node.",
            labels: ["numa_node", "kind"],
            from: node { node, samples in
                for counter in node.vmstat ?? [] where NodeTotals.isTierCounter(counter.name) {
                    samples.put(counter.value, .number(node.id.rawValue), .text(counter.name))
                }
            }),
        MetricFamily(
            "numawatch_node_reclaim_pages_total", .counter, unit: .pages,
            "Pages of the node that were reclaimed, written out for it, or missed afterwards, by the kernel's counter. Source: "
                + "vmstat of the node.",
            labels: ["numa_node", "kind"],
            from: node { node, samples in
                for counter in node.vmstat ?? [] where NodeTotals.isReclaimCounter(counter.name) {
                    samples.put(counter.value, .number(node.id.rawValue), .text(counter.name))
                }
            }),
    ]

    private static let numastatKinds = [
        ("numa_hit", "hit"), ("numa_miss", "miss"), ("numa_foreign", "foreign"),
        ("interleave_hit", "interleave"), ("local_node", "local"), ("other_node", "other"),
    ]

    private static func node(
        _ put: @escaping @Sendable (NodeTotals, inout MetricSamples) -> Void
    ) -> MetricFamily.Source {
        .host { snapshot, samples in
            for node in snapshot.host.nodes {
                put(node, &samples)
            }
        }
    }

    private static func meminfo(
        _ name: String, unit: MetricFamily.Unit = .bytes, _ kernelName: String, _ help: String
    ) -> MetricFamily {
        MetricFamily(
            name, .gauge, unit: unit, "\(help) Source: \(kernelName) of the node's meminfo.", labels: ["numa_node"],
            from: node { node, samples in
                if let value = node.meminfoBytes(kernelName) { samples.put(value, .number(node.id.rawValue)) }
            })
    }
}
