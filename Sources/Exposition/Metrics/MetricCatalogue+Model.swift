import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// What the model of the balancing algorithm says.
    static let modelFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_model_tasks", .gauge, "Tasks the model follows.", provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let model = snapshot.model { samples.put(model.taskCount) }
            }),
        MetricFamily(
            "numawatch_model_reconciled", .gauge,
            "Whether the tasks' modelled pages were brought into line with the counted hint faults.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let model = snapshot.model { samples.put(model.isReconciled ? 1 : 0) }
            }),
        MetricFamily(
            "numawatch_model_local_fault_ratio", .gauge, unit: .ratio,
            "Share of the last interval's hint faults that were on the faulting CPU's own node when taken, before their pages "
                + "moved; not locality, see numawatch_memory_local_ratio.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let share = snapshot.model?.localShare { samples.put(share) }
            }),
        moved(
            "numawatch_group_model_moved_pages_total",
            "Pages the group's hint faults moved, by the node they were on and the node they went to.", \.pages),
        moved(
            "numawatch_group_model_moved_error_pages_total", "How far the above may be off, added up.", \.errorPages),
    ]

    private static func moved(
        _ name: String, _ help: String, _ value: any KeyPath<MovedTotal, Double> & Sendable
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, unit: .pages, help, provenance: .modelled, labels: ["group", "numa_node", "to_numa_node"],
            from: .group { group, samples in
                for total in group.movedTotals {
                    samples.put(
                        total[keyPath: value], .text(group.name), .number(total.source.rawValue),
                        .number(total.target.rawValue))
                }
            })
    }
}
