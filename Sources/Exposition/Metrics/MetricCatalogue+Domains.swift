import SchedDomains
import Snapshots

extension MetricCatalogue {
    /// Scheduling domains, and the kernel's balancing between them.
    static let domainFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_domain_generation", .gauge,
            "Counts the different sets of scheduling domains seen since the daemon started.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let domains = snapshot.domains { samples.put(domains.generation) }
            }),
        MetricFamily(
            "numawatch_domain_partitions", .gauge, "Root domains: partitions that are balanced apart.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let domains = snapshot.domains { samples.put(domains.report.hierarchy.partitions.count) }
            }),
        MetricFamily(
            "numawatch_domain_checked", .gauge,
            "Whether the derived domains were compared with what the kernel shows, by part.",
            provenance: .reconstructed, labels: ["part"],
            from: .host { snapshot, samples in
                guard let report = snapshot.domains?.report else { return }
                samples.put(report.isSpanChecked ? 1 : 0, "spans")
                samples.put(report.isFlagChecked ? 1 : 0, "flags")
            }),
        MetricFamily(
            "numawatch_domain_disagreements", .gauge,
            "Patterns in which derived and observed domains differ, by what was compared.",
            provenance: .reconstructed, labels: ["check"],
            from: .host { snapshot, samples in
                guard let report = snapshot.domains?.report, report.isSpanChecked || report.isFlagChecked else {
                    return
                }
                for check in DomainDisagreement.Check.allCases {
                    samples.put(report.disagreements.count { $0.check == check }, .text(check.rawValue))
                }
            }),
        balance("numawatch_domain_balance_attempts_total", "Load balancing attempts (lb_count)") {
            $0.attemptsPerSecond
        },
        balance("numawatch_domain_balance_failed_total", "Load balancing attempts that failed (lb_failed)") {
            $0.failedPerSecond
        },
        balance("numawatch_domain_balance_pulled_tasks_total", "Tasks pulled by load balancing (lb_gained)") {
            $0.pulledPerSecond
        },
        wakeups("numawatch_domain_wakeups_remote_total", "Wakeups from another CPU of the domain (ttwu_wake_remote)") {
            $0.remoteWakeupsPerSecond
        },
        wakeups("numawatch_domain_wakeups_affine_total", "Wakeups moved to the waker (ttwu_move_affine)") {
            $0.affineMovesPerSecond
        },
    ]

    /// A counter by level and idle type, summed over CPUs.
    private static func balance(
        _ name: String, _ help: String, _ value: @escaping @Sendable (BalanceStatistics.Rates) -> Double
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, "\(help), summed over CPUs; counts only while kernel.sched_schedstats is 1.",
            labels: ["level", "idle"],
            from: .host { snapshot, samples in
                for (label, level) in Self.levels(snapshot) {
                    samples.put(value(level.busy), .text(label), "busy")
                    samples.put(value(level.idle), .text(label), "idle")
                    samples.put(value(level.newlyIdle), .text(label), "newly-idle")
                }
            })
    }

    private static func wakeups(
        _ name: String, _ help: String, _ value: @escaping @Sendable (BalanceStatistics.Level) -> Double
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, "\(help), summed over CPUs; counts only while kernel.sched_schedstats is 1.",
            labels: ["level"],
            from: .host { snapshot, samples in
                for (label, level) in Self.levels(snapshot) {
                    samples.put(value(level), .text(label))
                }
            })
    }

    /// The levels with a label of their own each: NUMA levels share their name and differ in distance.
    private static func levels(_ snapshot: HostSnapshot) -> [(String, BalanceStatistics.Level)] {
        (snapshot.domains?.totals?.levels ?? []).map { level in
            (level.distance.map { "\(level.name)-\($0)" } ?? level.name, level)
        }
    }
}
