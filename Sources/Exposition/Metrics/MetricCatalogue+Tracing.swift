import BalancingModel
import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// What tracing saw, and how well the model predicted it. Counters begin anew when tracing does.
    static let tracingFamilies: [MetricFamily] = streamFamilies + sheddingFamilies + tracedFamilies + agreementFamilies

    /// A family with the figures of a running trace.
    private static func traced(
        _ name: String, _ kind: MetricFamily.Kind, unit: MetricFamily.Unit? = nil, _ help: String,
        provenance: Provenance = .kernel, labels: [String] = [],
        _ put: @escaping @Sendable (TracingRecord, inout MetricSamples) -> Void
    ) -> MetricFamily {
        MetricFamily(
            name, kind, unit: unit, help, provenance: provenance, labels: labels,
            from: .host { snapshot, samples in
                if let tracing = snapshot.tracing, tracing.state == .running { put(tracing, &samples) }
            })
    }

    private static let streamFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_trace_running", .gauge, "Whether hint faults are traced.", provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let tracing = snapshot.tracing { samples.put(tracing.state == .running ? 1 : 0) }
            }),
        traced(
            "numawatch_trace_info", .info, "What is traced, and how much of the fault path this kernel shows.",
            provenance: .reconstructed, labels: ["level", "scope"]
        ) { $1.put(1, .text($0.level ?? "none"), .text($0.scope)) },
        traced("numawatch_trace_events_total", .counter, "Events read from the kernel's buffers.") {
            $1.put($0.events)
        },
        traced(
            "numawatch_trace_lost_events_total", .counter,
            "Events the kernel could not keep; a loss of unknown size counts as one."
        ) { $1.put($0.lostEvents) },
        traced(
            "numawatch_trace_missed_probe_hits_total", .counter, "Hits of probes the kernel could not handle."
        ) { $1.put($0.missedProbeHits) },
        traced(
            "numawatch_trace_lag_seconds", .gauge, unit: .seconds, "How far the judged model is behind the kernel.",
            provenance: .reconstructed
        ) { $1.put(nanoseconds: $0.lagNanoseconds) },
        traced(
            "numawatch_trace_buffer_fill_ratio", .gauge, unit: .ratio, "Fullest of the per-CPU buffers, by estimate.",
            provenance: .reconstructed
        ) { if let share = $0.bufferFillShare { $1.put(share) } },
        traced(
            "numawatch_trace_cpu_seconds_total", .counter, unit: .seconds, "CPU time of the thread that traces."
        ) { $1.put(nanoseconds: $0.cpuNanoseconds) },
    ]

    private static let sheddingFamilies: [MetricFamily] = [
        traced(
            "numawatch_trace_shed_level", .gauge,
            "How often the traced processes were halved to keep within the configured rate; 0: all are traced.",
            provenance: .reconstructed
        ) { $1.put($0.shedding.level) },
        traced(
            "numawatch_trace_shed_processes", .gauge, "Processes left out of the trace for that.",
            provenance: .reconstructed
        ) { $1.put($0.shedding.processes) },
        traced(
            "numawatch_trace_sheds_total", .counter, "How often load had to be shed.", provenance: .reconstructed
        ) { $1.put($0.shedding.raises) },
        traced(
            "numawatch_trace_shed_seconds_total", .counter, unit: .seconds, "Time during which some were left out.",
            provenance: .reconstructed
        ) { $1.put(nanoseconds: $0.shedding.nanoseconds) },
        traced(
            "numawatch_trace_kernel_faults_total", .counter,
            "Hint faults the kernel counted between two looks at /proc/vmstat since tracing began."
        ) { if let faults = $0.kernelFaults { $1.put(faults) } },
        traced(
            "numawatch_trace_seen_faults_total", .counter,
            "Hint faults in the trace between the same looks; fewer by those filtered, shed or lost."
        ) { if let faults = $0.tracedFaults { $1.put(faults) } },
    ]

    private static let tracedFamilies: [MetricFamily] = [
        traced(
            "numawatch_trace_faults_total", .counter, "Traced hint faults by the rule that decided and the outcome.",
            provenance: .reconstructed, labels: ["rule", "outcome"]
        ) { tracing, samples in
            for entry in tracing.activity.faults {
                samples.put(entry.count, .text(entry.rule.rawValue), .text(entry.outcome.rawValue))
            }
        },
        traced(
            "numawatch_trace_placed_faults_total", .counter,
            "Traced hint faults by where the page was, seen from the faulting CPU.", labels: ["place"]
        ) { put($0.activity, nil, &$1) },
        traced(
            "numawatch_trace_migrated_pages_total", .counter, unit: .pages,
            "Base pages hint faults moved, by the node they were on and the node they went to.",
            labels: ["numa_node", "to_numa_node"]
        ) { tracing, samples in
            for move in tracing.activity.moves {
                samples.put(move.pages, .number(move.source.rawValue), .number(move.target.rawValue))
            }
        },
        MetricFamily(
            "numawatch_group_trace_faults_total", .counter,
            "Traced hint faults of the group by where the page was, seen from the faulting CPU.",
            labels: ["group", "place"],
            from: .group { group, samples in
                if let activity = group.traced { put(activity, group.name, &samples) }
            }),
        MetricFamily(
            "numawatch_group_trace_migrated_pages_total", .counter, unit: .pages,
            "Base pages the group's hint faults moved, by the node they were on and the node they went to.",
            labels: ["group", "numa_node", "to_numa_node"],
            from: .group { group, samples in
                for move in group.traced?.moves ?? [] {
                    samples.put(
                        move.pages, .text(group.name), .number(move.source.rawValue), .number(move.target.rawValue))
                }
            }),
    ]

    private static func put(_ activity: TracedActivity, _ group: String?, _ samples: inout MetricSamples) {
        let places = [
            ("local", activity.localFaults), ("remote", activity.remoteFaults), ("unknown", activity.unknownFaults),
        ]
        for (name, count) in places {
            if let group {
                samples.put(count, .text(group), .text(name))
            } else {
                samples.put(count, .text(name))
            }
        }
    }

    private static let agreementFamilies: [MetricFamily] = [
        traced(
            "numawatch_trace_decisions_total", .counter,
            "Decisions of the kernel that were compared with the model's prediction, and those on remote pages alone.",
            labels: ["faults"]
        ) {
            $1.put($0.activity.decisions.total, "all")
            $1.put($0.activity.remoteDecisions.total, "remote")
        },
        traced(
            "numawatch_trace_right_decisions_total", .counter, "Of these, the ones the model had predicted.",
            provenance: .modelled, labels: ["faults"]
        ) {
            $1.put($0.activity.decisions.right, "all")
            $1.put($0.activity.remoteDecisions.right, "remote")
        },
        traced(
            "numawatch_trace_resynchronising_decisions_total", .counter,
            "Decisions not compared, because what they rest on was not known yet or lost.", provenance: .reconstructed
        ) { $1.put($0.activity.resynchronisingDecisions) },
        traced(
            "numawatch_trace_rule_decisions_total", .counter, "Compared decisions by the rule the model saw at work.",
            provenance: .modelled, labels: ["rule"]
        ) { tracing, samples in
            for entry in tracing.agreementByRule { samples.put(entry.score.total, .text(entry.rule.rawValue)) }
        },
        traced(
            "numawatch_trace_right_rule_decisions_total", .counter, "Of these, the ones the model had predicted.",
            provenance: .modelled, labels: ["rule"]
        ) { tracing, samples in
            for entry in tracing.agreementByRule { samples.put(entry.score.right, .text(entry.rule.rawValue)) }
        },
        traced(
            "numawatch_trace_ledger_readings_total", .counter,
            "Readings of tasks' ledgers that were compared with the model's.", labels: ["quantity"]
        ) { put($0, &$1) { $0.total } },
        traced(
            "numawatch_trace_right_ledger_readings_total", .counter,
            "Of these, the ones in which values, preferred node or group were the same.", provenance: .modelled,
            labels: ["quantity"]
        ) { put($0, &$1) { $0.right } },
        traced(
            "numawatch_trace_resynchronising_readings_total", .counter,
            "Readings of ledgers that were taken over instead of compared.", provenance: .reconstructed
        ) { $1.put($0.resynchronisingReadings) },
        traced(
            "numawatch_trace_tasks", .gauge, "Tasks by how much of their past the model knows.",
            provenance: .reconstructed, labels: ["standing"]
        ) { tracing, samples in
            for (standing, count) in zip(TaskStanding.allCases, tracing.tasksByStanding) {
                samples.put(count, .text(standing.name))
            }
        },
        traced(
            "numawatch_trace_ties_total", .counter, "Meetings of NUMA groups of equal size.", provenance: .modelled
        ) { $1.put($0.ties) },
        traced(
            "numawatch_trace_guessed_ties_total", .counter, "Of these, the ones nothing observed settled in time.",
            provenance: .modelled
        ) { $1.put($0.guessedTies) },
    ]

    private static func put(
        _ tracing: TracingRecord, _ samples: inout MetricSamples, _ value: (TracedActivity.Score) -> UInt64
    ) {
        samples.put(value(tracing.ledgerValues), "values")
        samples.put(value(tracing.ledgerPreferred), "preferred_node")
        samples.put(value(tracing.ledgerGroup), "group")
    }
}
