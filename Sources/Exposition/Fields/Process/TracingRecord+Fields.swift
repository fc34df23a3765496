import BalancingModel
import Snapshots

extension TracingRecord {
    /// For `/v1/model`.
    static let fields = Fields<TracingRecord>(of: TracingRecord()) {
        standing
        whileRunning(progress)
        whileRunning(figures)
    }

    /// For `/v1/status`.
    static let stateFields = Fields<TracingRecord>(of: TracingRecord()) {
        standing
        whileRunning(progress)
    }

    @FieldList<TracingRecord>
    private static var standing: [Field<TracingRecord>] {
        Field(.state, \.stateName, "Whether hint faults are traced.")
        Field(.reason, \.reason, "Why they cannot be.")
        Field(.remedy, \.remedy, "What to do about it.")
    }

    @FieldList<TracingRecord>
    private static var progress: [Field<TracingRecord>] {
        Field("level", \.level, "How much is seen.")
            .shaped(.choice(["full", "faults", "accounting", "outcomes", "none"]))
        Field("scope", \.scope, "What is traced.")
        Field("lag_seconds", seconds: \.lagNanoseconds, "How far the judged model is behind the kernel.")
        Field("event_count", \.events, "Events read.")
        Field("events_per_second", tenths: \.eventsPerSecond, "Events read a second.")
        Field("lost_event_count", \.lostEvents, "Events the kernel could not keep.")
        Field(
            "shed_level", \.shedding.level,
            "How often the traced processes were halved to keep within the rate.")
    }

    @FieldList<TracingRecord>
    private static var figures: [Field<TracingRecord>] {
        Field("running_seconds", ageOf: \.startedAtNanoseconds, "Since tracing began.")
        Field("missed_probe_hit_count", \.missedProbeHits, "Hits of probes the kernel could not handle.")
        Field(
            "kernel_fault_count", \.kernelFaults, "Hint faults the kernel counted between two looks at /proc/vmstat.")
        Field("seen_fault_count", \.tracedFaults, "Hint faults in the trace between the same looks.")
        Field("shed_process_count", \.shedding.processes, "Processes left out to keep within the rate.")
        Field("shed_seconds", seconds: \.shedding.nanoseconds, "Time during which some were left out.")
        Field(.cpuSeconds, seconds: \.cpuNanoseconds, "CPU time of the thread that traces.")
        Field("missing", \.missing, each: Missing.fields, "What is not seen here.")
        Field(.host, \.activity, TracedActivity.fields, "Everything traced.")
        Field("agreement_by_rule", \.agreementByRule, each: RuleScore.fields, "The score by rule.")
        Field("ledger_readings", ledgerReadings, "The kernel's ledgers of tasks against the model's.")
        Field(
            "tasks_by_standing",
            get: { record in NamedValues(zip(TaskStanding.allCases, record.tasksByStanding).map { ($0.name, $1) }) },
            set: { record, counts in record.tasksByStanding = counts.values.map(\.value) },
            "Tasks by how much of their past the model knows.")
        Field("placement_count", \.placements, "Times a task's window was folded into its averages.")
        Field("tie_count", \.ties, "Meetings of NUMA groups of equal size.")
        Field("guessed_tie_count", \.guessedTies, "Of these, the ones nothing observed settled in time.")
    }

    @FieldList<TracingRecord>
    private static var ledgerReadings: [Field<TracingRecord>] {
        Field("values", \.ledgerValues, TracedActivity.Score.fields, "The per-node averages.")
        Field(.preferredNode, \.ledgerPreferred, TracedActivity.Score.fields, "The preferred node.")
        Field(.group, \.ledgerGroup, TracedActivity.Score.fields, "The NUMA group.")
        Field("resynchronising_count", \.resynchronisingReadings, "Readings taken over instead of compared.")
    }

    /// The same fields, left out unless it runs.
    private static func whileRunning(_ fields: [Field<TracingRecord>]) -> [Field<TracingRecord>] {
        fields.map { $0.present(where: { $0.state == .running }) }
    }
}

/// The state, as documents take it apart.
extension TracingRecord {
    fileprivate enum StateName: String, FieldChoice {
        case off, unavailable, running
    }

    fileprivate var stateName: StateName {
        get {
            switch state {
            case .off: .off
            case .unavailable: .unavailable
            case .running: .running
            }
        }
        set {
            switch newValue {
            case .off: state = .off
            case .unavailable: state = .unavailable(reason: "", remedy: "")
            case .running: state = .running
            }
        }
    }

    fileprivate var reason: String? {
        get { if case .unavailable(let reason, _) = state { reason } else { nil } }
        set { state = .unavailable(reason: newValue ?? "", remedy: remedy ?? "") }
    }

    fileprivate var remedy: String? {
        get { if case .unavailable(_, let remedy) = state, !remedy.isEmpty { remedy } else { nil } }
        set { state = .unavailable(reason: reason ?? "", remedy: newValue ?? "") }
    }
}

extension TracingRecord.Missing {
    static let fields = Fields<TracingRecord.Missing>(of: TracingRecord.Missing(event: "", lost: "")) {
        Field("event", \.event, "What this kernel does not tell.")
        Field("lost", \.lost, "What that costs.")
    }
}

extension TracingRecord.RuleScore {
    static let fields = Fields<TracingRecord.RuleScore>(
        of: TracingRecord.RuleScore(rule: .local, score: TracedActivity.Score())
    ) {
        Field(.rule, \.rule, "The rule the model saw at work.").shaped(.string)
        Field(.decisions, \.score, TracedActivity.Score.fields, "How often the kernel agreed.")
    }
}
