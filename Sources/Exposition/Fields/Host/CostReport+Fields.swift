import Snapshots
import TextOutput

extension StatusAnswer {
    /// What observing costs.
    @FieldList<StatusAnswer>
    static var costFields: [Field<StatusAnswer>] {
        Field.provenance(.reconstructed)
        Field(
            "cpu_limit_ratio", \.cost.cpuLimitShare, "The configured limit of the daemon's CPU time; 1 is one CPU.")
        Field(.cpuRatio, \.cost.cpuShare, "Its CPU time over wall time since it started.")
        Field(.cpuSeconds, seconds: \.cost.processCPUNanoseconds, "Its CPU time.")
        Field(.residentBytes, positive: \.cost.residentBytes, "Its resident memory.")
        Field(
            "hold_limit_seconds", seconds: \.cost.maximumHoldNanoseconds,
            "Longest time a process's mmap_lock may be held for a reading.")
        Field("hold_longest_seconds", seconds: \.cost.longestHoldNanoseconds, "The longest of the last hour.")
        Field("holds_over_limit_count", \.cost.holdsOverBound, "How many were longer than the limit.")
        Field("placements_full_count", \.cost.placementsRead, "Placements read in full.")
        Field("placements_sampled_count", \.cost.placementsSampled, "Placements estimated from a sample.")
        Field(
            "placements_skipped_count", \.cost.placementsSkipped, "Placements left out as too expensive.")
        Field(
            "abandoned_threads_count", \.cost.abandonedThreads,
            "Threads left behind in readings of processes that keep their memory locked.")
        Field(
            "abandoned_threads_limit", \.cost.abandonedThreadLimit, "With so many of them no placement is read.")
        Field(
            "stuck_processes_count", \.cost.stuckProcesses,
            "Processes whose memory is not looked at for that reason.")
        Field(
            "oldest_ledger_age_seconds", seconds: \.cost.oldestLedgerAgeNanoseconds,
            "Age of the oldest task ledger in this round.")
        Field(
            "oldest_placement_age_seconds", seconds: \.cost.oldestPlacementAgeNanoseconds,
            "Age of the oldest placement in this round.")
        tierList
        Field(
            "shortage_count", \.cost.shortages,
            "Readings that failed for want of descriptors or memory; what was known before them stayed.")
        Field(
            "incidents",
            get: { answer in
                NamedValues(ProcessIncident.allCases.map { ($0.rawValue, answer.cost.incidents[$0] ?? 0) })
            },
            set: { answer, counts in
                for (name, count) in counts.values where count > 0 {
                    if let incident = ProcessIncident(rawValue: name) { answer.cost.incidents[incident] = count }
                }
            }, "What happened to processes while they were read, by kind.")
    }

    /// The tiers of sampling, whose ages are those at the round's end.
    private static var tierList: Field<StatusAnswer> {
        let name: FieldName = "tiers"
        let key = name.key
        return Field<StatusAnswer>(name, .array(of: CostReport.Tier.fields.schema), isRequired: true, "By tier.") {
            answer, _, json in
            let atItsEnd = FieldContext(nowNanoseconds: answer.round.monotonicNanoseconds)
            json.key(key)
            json.array { json in
                for tier in answer.cost.tiers {
                    json.object { CostReport.Tier.fields.write(tier, atItsEnd, into: &$0) }
                }
            }
        } read: { (value, _, answer) throws(FieldError) in
            let atItsEnd = FieldContext(nowNanoseconds: answer.round.monotonicNanoseconds)
            answer.cost.tiers = try [CostReport.Tier].elements(of: value) { (tier) throws(FieldError) in
                try CostReport.Tier.fields.read(tier, atItsEnd)
            }
        }
    }
}

extension CostReport.Tier {
    static let fields = Fields<CostReport.Tier>(of: CostReport.Tier(name: "", configuredIntervalNanoseconds: 0)) {
        Field("tier", \.name, "Which part of the sampling.")
        Field(
            "configured_interval_seconds", seconds: \.configuredIntervalNanoseconds,
            "Interval that was configured.")
        Field(
            .intervalSeconds, seconds: \.intervalNanoseconds,
            "Interval in force, longer where the limit demands it.")
        Field("round_count", \.rounds, "Rounds so far.")
        Field(.cpuSeconds, seconds: \.cpuNanoseconds, "CPU time of all rounds.")
        Field("last_cpu_seconds", seconds: \.lastCPUNanoseconds, "CPU time of the last round.").afterARound
        Field("last_wall_seconds", seconds: \.lastWallNanoseconds, "Wall time of the last round.").afterARound
        Field("read_files_count", \.filesRead, "Files read.")
        Field("read_bytes", \.bytesRead, "Bytes read.")
        Field(
            .ageSeconds, ageOf: \.lastRoundAtNanoseconds, "Age of the tier's last round when this round ended."
        ).afterARound
    }
}

extension Field where Record == CostReport.Tier {
    /// The same field, left out before the first round.
    fileprivate var afterARound: Field { present(where: { $0.rounds > 0 }) }
}
