import Snapshots

extension MetricCatalogue {
    /// What observing costs, and what it cannot see.
    static let costFamilies = samplingCostFamilies + placementCostFamilies

    private static let samplingCostFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_source_readable", .gauge, "Whether the kernel source is readable here.",
            provenance: .reconstructed, labels: ["source"],
            from: .host { snapshot, samples in
                for source in snapshot.sources {
                    samples.put(source.isReadable ? 1 : 0, .text(source.name))
                }
            }),
        MetricFamily(
            "numawatch_self_cpu_seconds_total", .counter, unit: .seconds, "CPU time of the daemon.",
            from: .host { snapshot, samples in samples.put(nanoseconds: snapshot.cost.processCPUNanoseconds) }),
        MetricFamily(
            "numawatch_self_cpu_ratio", .gauge, unit: .ratio,
            "CPU time of the daemon over wall time since it started, 1 is one CPU.", provenance: .reconstructed,
            from: .host { snapshot, samples in samples.put(snapshot.cost.cpuShare) }),
        MetricFamily(
            "numawatch_self_cpu_limit_ratio", .gauge, unit: .ratio, "The configured limit of the above.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in samples.put(snapshot.cost.cpuLimitShare) }),
        MetricFamily(
            "numawatch_self_resident_bytes", .gauge, unit: .bytes, "Resident memory of the daemon.",
            from: .host { snapshot, samples in
                if snapshot.cost.residentBytes > 0 { samples.put(snapshot.cost.residentBytes) }
            }),
        tier("numawatch_tier_rounds_total", .counter, nil, "Rounds of the tier.") { tier, _, name, samples in
            samples.put(tier.rounds, name)
        },
        tier("numawatch_tier_cpu_seconds_total", .counter, .seconds, "CPU time of the tier's rounds.") {
            tier, _, name, samples in
            samples.put(nanoseconds: tier.cpuNanoseconds, name)
        },
        tier("numawatch_tier_round_cpu_seconds", .gauge, .seconds, "CPU time of the tier's last round.") {
            tier, _, name, samples in
            if tier.rounds > 0 { samples.put(nanoseconds: tier.lastCPUNanoseconds, name) }
        },
        tier("numawatch_tier_round_wall_seconds", .gauge, .seconds, "Wall time of the tier's last round.") {
            tier, _, name, samples in
            if tier.rounds > 0 { samples.put(nanoseconds: tier.lastWallNanoseconds, name) }
        },
        tier("numawatch_tier_interval_seconds", .gauge, .seconds, "Interval between the tier's rounds now.") {
            tier, _, name, samples in
            samples.put(nanoseconds: tier.intervalNanoseconds, name)
        },
        tier("numawatch_tier_configured_interval_seconds", .gauge, .seconds, "Interval that was configured.") {
            tier, _, name, samples in
            samples.put(nanoseconds: tier.configuredIntervalNanoseconds, name)
        },
        tier("numawatch_tier_age_seconds", .gauge, .seconds, "Age of the tier's last round in this snapshot.") {
            tier, now, name, samples in
            if tier.rounds > 0, now >= tier.lastRoundAtNanoseconds {
                samples.put(nanoseconds: now - tier.lastRoundAtNanoseconds, name)
            }
        },
        tier("numawatch_tier_read_files_total", .counter, nil, "Files read by the tier.") { tier, _, name, samples in
            samples.put(tier.filesRead, name)
        },
        tier("numawatch_tier_read_bytes_total", .counter, .bytes, "Bytes read by the tier.") {
            tier, _, name, samples in
            samples.put(tier.bytesRead, name)
        },
    ]

    private static let placementCostFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_hold_limit_seconds", .gauge, unit: .seconds,
            "Longest time a process's mmap_lock may be held for a reading.", provenance: .reconstructed,
            from: .host { snapshot, samples in samples.put(nanoseconds: snapshot.cost.maximumHoldNanoseconds) }),
        MetricFamily(
            "numawatch_hold_longest_seconds", .gauge, unit: .seconds,
            "Longest single call that walked a process's page tables in the last hour.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in samples.put(nanoseconds: snapshot.cost.longestHoldNanoseconds) }),
        MetricFamily(
            "numawatch_holds_over_limit_total", .counter, "Calls that took longer than the limit.",
            provenance: .reconstructed,
            from: .host { snapshot, samples in samples.put(snapshot.cost.holdsOverBound) }),
        MetricFamily(
            "numawatch_placements_total", .counter,
            "Placements read in full (full), estimated from a sample (sampled), or left out as too expensive (skipped).",
            provenance: .reconstructed, labels: ["kind"],
            from: .host { snapshot, samples in
                samples.put(snapshot.cost.placementsRead, "full")
                samples.put(snapshot.cost.placementsSampled, "sampled")
                samples.put(snapshot.cost.placementsSkipped, "skipped")
            }),
        MetricFamily(
            "numawatch_abandoned_threads", .gauge,
            "Threads left behind in readings of processes that keep their memory locked; with four of them no placement is "
                + "read.", provenance: .reconstructed,
            from: .host { snapshot, samples in samples.put(snapshot.cost.abandonedThreads) }),
        MetricFamily(
            "numawatch_stuck_processes", .gauge,
            "Processes whose memory is not looked at because they keep it locked.", provenance: .reconstructed,
            from: .host { snapshot, samples in samples.put(snapshot.cost.stuckProcesses) }),
        MetricFamily(
            "numawatch_ledger_oldest_age_seconds", .gauge, unit: .seconds,
            "Age of the oldest task ledger in this snapshot.", provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let age = snapshot.cost.oldestLedgerAgeNanoseconds { samples.put(nanoseconds: age) }
            }),
        MetricFamily(
            "numawatch_placement_oldest_age_seconds", .gauge, unit: .seconds,
            "Age of the oldest placement in this snapshot.", provenance: .reconstructed,
            from: .host { snapshot, samples in
                if let age = snapshot.cost.oldestPlacementAgeNanoseconds { samples.put(nanoseconds: age) }
            }),
        MetricFamily(
            "numawatch_self_shortages_total", .counter,
            "Readings that failed for want of descriptors or memory; what was known before them stayed.",
            provenance: .reconstructed, from: .host { snapshot, samples in samples.put(snapshot.cost.shortages) }),
        MetricFamily(
            "numawatch_incidents_total", .counter,
            "What happened to processes while they were read; each is handled, none is an error.",
            provenance: .reconstructed, labels: ["kind"],
            from: .host { snapshot, samples in
                for incident in ProcessIncident.allCases {
                    samples.put(snapshot.cost.incidents[incident] ?? 0, .text(incident.rawValue))
                }
            }),
    ]

    private static func tier(
        _ name: String, _ kind: MetricFamily.Kind, _ unit: MetricFamily.Unit?, _ help: String,
        _ put: @escaping @Sendable (CostReport.Tier, UInt64, MetricLabel, inout MetricSamples) -> Void
    ) -> MetricFamily {
        MetricFamily(
            name, kind, unit: unit, help, provenance: .reconstructed, labels: ["tier"],
            from: .host { snapshot, samples in
                for tier in snapshot.cost.tiers {
                    put(tier, snapshot.monotonicNanoseconds, .text(tier.name), &samples)
                }
            })
    }
}
