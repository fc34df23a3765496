import Snapshots
import TextOutput

/// What observing costs: a part of `/v1/status`.
enum CostDocument {
    static let schema = Schema.object([
        .provenance,
        .required("cpu_limit_ratio", .number, "The configured limit of the daemon's CPU time; 1 is one CPU."),
        .required("cpu_ratio", .number, "Its CPU time over wall time since it started."),
        .required("cpu_seconds", .number, "Its CPU time."),
        .optional("resident_bytes", .integer, "Its resident memory."),
        .required("hold_limit_seconds", .number, "Longest time a process's mmap_lock may be held for a reading."),
        .required("hold_longest_seconds", .number, "The longest of the last hour."),
        .required("holds_over_limit_count", .integer, "How many were longer than the limit."),
        .required("placements_full_count", .integer, "Placements read in full."),
        .required("placements_sampled_count", .integer, "Placements estimated from a sample."),
        .required("placements_skipped_count", .integer, "Placements left out as too expensive."),
        .required(
            "abandoned_threads_count", .integer,
            "Threads left behind in readings of processes that keep their memory locked."),
        .required("abandoned_threads_limit", .integer, "With so many of them no placement is read."),
        .required("stuck_processes_count", .integer, "Processes whose memory is not looked at for that reason."),
        .optional("oldest_ledger_age_seconds", .number, "Age of the oldest task ledger in this round."),
        .optional("oldest_placement_age_seconds", .number, "Age of the oldest placement in this round."),
        .required(
            "tiers",
            .array(
                of: .object([
                    .required("tier", .string, "Which part of the sampling."),
                    .required("configured_interval_seconds", .number, "Interval that was configured."),
                    .required("interval_seconds", .number, "Interval in force, longer where the limit demands it."),
                    .required("round_count", .integer, "Rounds so far."),
                    .required("cpu_seconds", .number, "CPU time of all rounds."),
                    .optional("last_cpu_seconds", .number, "CPU time of the last round."),
                    .optional("last_wall_seconds", .number, "Wall time of the last round."),
                    .required("read_files_count", .integer, "Files read."),
                    .required("read_bytes", .integer, "Bytes read."),
                    .optional("age_seconds", .number, "Age of the tier's last round when this round ended."),
                ])), "By tier."),
        .required(
            "shortage_count", .integer,
            "Readings that failed for want of descriptors or memory; what was known before them stayed."),
        .required("incidents", .map(of: .integer), "What happened to processes while they were read, by kind."),
    ])

    static func write(_ snapshot: HostSnapshot, into json: inout JSONWriter) {
        let cost = snapshot.cost
        json.member("provenance", .reconstructed)
        json.member("cpu_limit_ratio", cost.cpuLimitShare)
        json.member("cpu_ratio", cost.cpuShare)
        json.member("cpu_seconds", seconds: cost.processCPUNanoseconds)
        if cost.residentBytes > 0 { json.member("resident_bytes", cost.residentBytes) }
        json.member("hold_limit_seconds", seconds: cost.maximumHoldNanoseconds)
        json.member("hold_longest_seconds", seconds: cost.longestHoldNanoseconds)
        json.member("holds_over_limit_count", cost.holdsOverBound)
        json.member("placements_full_count", cost.placementsRead)
        json.member("placements_sampled_count", cost.placementsSampled)
        json.member("placements_skipped_count", cost.placementsSkipped)
        json.member("abandoned_threads_count", cost.abandonedThreads)
        json.member("abandoned_threads_limit", cost.abandonedThreadLimit)
        json.member("stuck_processes_count", cost.stuckProcesses)
        json.member(ifPresent: "oldest_ledger_age_seconds", seconds: cost.oldestLedgerAgeNanoseconds)
        json.member(ifPresent: "oldest_placement_age_seconds", seconds: cost.oldestPlacementAgeNanoseconds)
        json.array("tiers") { json in
            for tier in cost.tiers {
                json.object { write(tier, nowNanoseconds: snapshot.monotonicNanoseconds, into: &$0) }
            }
        }
        json.member("shortage_count", cost.shortages)
        json.object("incidents") { json in
            for incident in ProcessIncident.allCases {
                json.member(incident.rawValue, cost.incidents[incident] ?? 0)
            }
        }
    }

    private static func write(_ tier: CostReport.Tier, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        json.member("tier", tier.name)
        json.member("configured_interval_seconds", seconds: tier.configuredIntervalNanoseconds)
        json.member("interval_seconds", seconds: tier.intervalNanoseconds)
        json.member("round_count", tier.rounds)
        json.member("cpu_seconds", seconds: tier.cpuNanoseconds)
        if tier.rounds > 0 {
            json.member("last_cpu_seconds", seconds: tier.lastCPUNanoseconds)
            json.member("last_wall_seconds", seconds: tier.lastWallNanoseconds)
        }
        json.member("read_files_count", tier.filesRead)
        json.member("read_bytes", tier.bytesRead)
        if tier.rounds > 0 {
            json.member(
                "age_seconds", seconds: RoundHeader.age(of: tier.lastRoundAtNanoseconds, now: nowNanoseconds))
        }
    }
}
