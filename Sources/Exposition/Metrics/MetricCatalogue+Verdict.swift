import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// Whether balancing helps or hurts the host and its groups. What is not known has no series.
    static let verdictFamilies: [MetricFamily] = [
        verdict(
            "numawatch_verdict", nil,
            "1 for what NUMA balancing does to the host or group, 0 for all else; of a group that did not run lately only "
                + "the 1.",
            labels: ["verdict"]
        ) { scope, record, samples in
            let isWhole = record.figures != nil || scope.group == nil
            for verdict in Verdict.allCases where isWhole || verdict == record.verdict {
                samples.put(verdict == record.verdict ? 1 : 0, scope.name, scope.group, .text(verdict.rawValue))
            }
        },
        verdict(
            "numawatch_verdict_confidence", nil,
            "How sure the verdict is: 0 to 4, high from 3, medium with 2.", labels: []
        ) { scope, record, samples in
            if record.figures != nil || scope.group == nil {
                samples.put(record.confidencePoints, scope.name, scope.group)
            }
        },
        verdict(
            "numawatch_memory_best_local_ratio", .ratio,
            "The largest numawatch_memory_local_ratio that can be had with the threads as they are.", labels: []
        ) { scope, record, samples in
            if let best = record.figures?.bestLocality { samples.put(best.value, scope.name, scope.group) }
        },
        bounded(
            "numawatch_balancing_cost_ratio",
            "What arming, faulting and moving pages take of the CPU time: likely (value), at least (low), at most (high)."
        ) { $0.cost?.total },
        bounded(
            "numawatch_balancing_gain_ratio",
            "What balancing saves of the CPU time: likely (value), at least (low), at most (high); negative for a loss."
        ) { $0.gain },
        MetricFamily(
            "numawatch_detection_active", .gauge,
            "1 while the detection holds; of groups only those that hold, of the host 0 for the others.",
            provenance: .estimated, labels: ["scope", "group", "detection"],
            from: .scopes(
                host: { snapshot, samples in
                    guard let record = snapshot.verdict?.record else { return }
                    for detection in Detection.allCases {
                        samples.put(
                            record.finding(detection) == nil ? 0 : 1, .text(VerdictScope.host.rawValue), nil,
                            .text(detection.rawValue))
                    }
                },
                group: { group, samples in
                    for finding in group.verdict?.findings ?? [] {
                        samples.put(
                            1, .text(VerdictScope.group.rawValue), .text(group.name), .text(finding.detection.rawValue))
                    }
                })),
        MetricFamily(
            "numawatch_detections_total", .counter,
            "How often the detection has begun since the daemon started, on the host or one of its groups.",
            provenance: .estimated, labels: ["detection"],
            from: .host { snapshot, samples in
                guard let verdict = snapshot.verdict else { return }
                for detection in Detection.allCases {
                    samples.put(verdict.detectionsBegun[detection] ?? 0, .text(detection.rawValue))
                }
            }),
    ]

    /// Whom series are about, as labels.
    private struct Scope {
        var name: MetricLabel
        var group: MetricLabel?
    }

    private static func verdict(
        _ name: String, _ unit: MetricFamily.Unit?, _ help: String, labels: [String],
        _ put: @escaping @Sendable (Scope, VerdictRecord, inout MetricSamples) -> Void
    ) -> MetricFamily {
        MetricFamily(
            name, .gauge, unit: unit, help, provenance: .estimated, labels: ["scope", "group"] + labels,
            from: .scopes(
                host: { snapshot, samples in
                    guard let record = snapshot.verdict?.record else { return }
                    put(Scope(name: .text(VerdictScope.host.rawValue)), record, &samples)
                },
                group: { group, samples in
                    guard let record = group.verdict else { return }
                    put(
                        Scope(name: .text(VerdictScope.group.rawValue), group: .text(group.name)), record, &samples)
                }))
    }

    private static func bounded(
        _ name: String, _ help: String, _ figure: @escaping @Sendable (VerdictFigures) -> BoundedRatio?
    ) -> MetricFamily {
        verdict(name, .ratio, help, labels: ["bound"]) { scope, record, samples in
            guard let ratio = record.figures.flatMap(figure) else { return }
            samples.put(ratio.low, scope.name, scope.group, "low")
            samples.put(ratio.value, scope.name, scope.group, "value")
            samples.put(ratio.high, scope.name, scope.group, "high")
        }
    }
}
