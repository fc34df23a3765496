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
            "numawatch_model_local_ratio", .gauge, unit: .ratio,
            "Share of the last interval's hint faults that were on the faulting CPU's own node.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let share = snapshot.model?.localShare { samples.put(share) }
            }),
        MetricFamily(
            "numawatch_model_moved_pages_total", .counter, unit: .pages,
            "Pages moved by hint faults, by group, the node they were on and the node they went to.",
            provenance: .modelled, labels: ["group", "source_node", "numa_node"],
            from: .host { snapshot, samples in
                for total in snapshot.model?.movedTotals ?? [] {
                    samples.put(
                        total.pages, .text(total.group), .number(total.source.rawValue), .number(total.target.rawValue))
                }
            }),
        MetricFamily(
            "numawatch_model_moved_error_pages_total", .counter, unit: .pages,
            "How far the above may be off, added up.", provenance: .modelled,
            labels: ["group", "source_node", "numa_node"],
            from: .host { snapshot, samples in
                for total in snapshot.model?.movedTotals ?? [] {
                    samples.put(
                        total.errorPages, .text(total.group), .number(total.source.rawValue),
                        .number(total.target.rawValue))
                }
            }),
    ]
}
