import BalancingModel
import NUMATopology
import Snapshots
import TextOutput

/// How tracing stands, and what it saw of the host, a group or a process.
enum TracingDocument {
    private static let score = Schema.object([
        .required("right_count", .integer, "How often the kernel did what the model had predicted."),
        .required("compared_count", .integer, "How often they were compared."),
    ])

    static let activity = Schema.object([
        .required("fault_count", .integer, "Traced hint faults since tracing began."),
        .required("local_fault_count", .integer, "On pages of the faulting CPU's own node."),
        .required("remote_fault_count", .integer, "On pages of another node."),
        .required("unknown_fault_count", .integer, "On pages of a node nobody told."),
        .optional("local_ratio", .number, "Share of the faults whose place is known that were local."),
        .required("migrated_pages", .integer, "Base pages hint faults moved."),
        .required(
            "moves",
            .array(
                of: .object([
                    .required("source_node", .integer, "Where they were."),
                    .required("target_node", .integer, "Where they are now."),
                    .required("pages", .integer, "How many."),
                ])), "Where these came from and went to."),
        .required(
            "faults",
            .array(
                of: .object([
                    .required("rule", .string, "The rule of the kernel's that decided."),
                    .required("outcome", .choice(FaultOutcome.allCases.map(\.rawValue)), "What became of the page."),
                    .required("count", .integer, "How many faults."),
                ])), "Faults by rule and outcome."),
        .required("decisions", score, "The kernel's decisions against the model's predictions."),
        .required("remote_decisions", score, "Of these, the ones on faults away from the local node."),
        .required(
            "resynchronising_decision_count", .integer, "Decisions left out, because what they rest on is not known."),
    ])

    private static let stateFields: [Schema.Field] = [
        .required("state", .choice(["off", "unavailable", "running"]), "Whether hint faults are traced."),
        .optional("reason", .string, "Why they cannot be."),
        .optional("remedy", .string, "What to do about it."),
        .optional("level", .choice(["full", "faults", "accounting", "outcomes", "none"]), "How much is seen."),
        .optional("scope", .string, "What is traced."),
        .optional("lag_seconds", .number, "How far the judged model is behind the kernel."),
        .optional("event_count", .integer, "Events read."),
        .optional("events_per_second", .number, "Events read a second."),
        .optional("lost_event_count", .integer, "Events the kernel could not keep."),
        .optional("shed_level", .integer, "How often the traced processes were halved to keep within the rate."),
    ]

    /// For `/v1/status`.
    static let state = Schema.object(stateFields)

    /// For `/v1/model`.
    static let full = Schema.object(
        stateFields + [
            .optional("running_seconds", .number, "Since tracing began."),
            .optional("missed_probe_hit_count", .integer, "Hits of probes the kernel could not handle."),
            .optional(
                "kernel_fault_count", .integer, "Hint faults the kernel counted between two looks at /proc/vmstat."),
            .optional("seen_fault_count", .integer, "Hint faults in the trace between the same looks."),
            .optional("shed_process_count", .integer, "Processes left out to keep within the rate."),
            .optional("shed_seconds", .number, "Time during which some were left out."),
            .optional("cpu_seconds", .number, "CPU time of the thread that traces."),
            .optional(
                "missing",
                .array(
                    of: .object([
                        .required("event", .string, "What this kernel does not tell."),
                        .required("lost", .string, "What that costs."),
                    ])), "What is not seen here."),
            .optional("host", activity, "Everything traced."),
            .optional(
                "agreement_by_rule",
                .array(
                    of: .object([
                        .required("rule", .string, "The rule the model saw at work."),
                        .required("decisions", score, "How often the kernel agreed."),
                    ])), "The score by rule."),
            .optional(
                "ledger_readings",
                .object([
                    .required("values", score, "The per-node averages."),
                    .required("preferred_node", score, "The preferred node."),
                    .required("group", score, "The NUMA group."),
                    .required("resynchronising_count", .integer, "Readings taken over instead of compared."),
                ]), "The kernel's ledgers of tasks against the model's."),
            .optional(
                "tasks_by_standing", .map(of: .integer), "Tasks by how much of their past the model knows."),
            .optional("placement_count", .integer, "Times a task's window was folded into its averages."),
            .optional("tie_count", .integer, "Meetings of NUMA groups of equal size."),
            .optional("guessed_tie_count", .integer, "Of these, the ones nothing observed settled in time."),
        ])

    /// The members of ``state``.
    static func writeState(_ tracing: TracingRecord, into json: inout JSONWriter) {
        switch tracing.state {
        case .off: json.member("state", "off")
        case .unavailable(let reason, let remedy):
            json.member("state", "unavailable")
            json.member("reason", reason)
            if !remedy.isEmpty { json.member("remedy", remedy) }
        case .running:
            json.member("state", "running")
            json.member(ifPresent: "level", tracing.level)
            json.member("scope", tracing.scope)
            json.member("lag_seconds", seconds: tracing.lagNanoseconds)
            json.member("event_count", tracing.events)
            json.member("events_per_second", tracing.eventsPerSecond, decimals: 1)
            json.member("lost_event_count", tracing.lostEvents)
            json.member("shed_level", tracing.shedding.level)
        }
    }

    /// The members of ``full``.
    static func write(_ tracing: TracingRecord, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        writeState(tracing, into: &json)
        guard tracing.state == .running else { return }
        json.member("running_seconds", seconds: RoundHeader.age(of: tracing.startedAtNanoseconds, now: nowNanoseconds))
        json.member("missed_probe_hit_count", tracing.missedProbeHits)
        json.member(ifPresent: "kernel_fault_count", tracing.kernelFaults)
        json.member(ifPresent: "seen_fault_count", tracing.tracedFaults)
        json.member("shed_process_count", tracing.shedding.processes)
        json.member("shed_seconds", seconds: tracing.shedding.nanoseconds)
        json.member("cpu_seconds", seconds: tracing.cpuNanoseconds)
        json.array("missing") { json in
            for missing in tracing.missing {
                json.object { json in
                    json.member("event", missing.event)
                    json.member("lost", missing.lost)
                }
            }
        }
        json.object("host") { write(tracing.activity, into: &$0) }
        json.array("agreement_by_rule") { json in
            for entry in tracing.agreementByRule {
                json.object { json in
                    json.member("rule", entry.rule.rawValue)
                    write("decisions", entry.score, into: &json)
                }
            }
        }
        json.object("ledger_readings") { json in
            write("values", tracing.ledgerValues, into: &json)
            write("preferred_node", tracing.ledgerPreferred, into: &json)
            write("group", tracing.ledgerGroup, into: &json)
            json.member("resynchronising_count", tracing.resynchronisingReadings)
        }
        json.object("tasks_by_standing") { json in
            for (standing, count) in zip(TaskStanding.allCases, tracing.tasksByStanding) {
                json.member(standing.name, count)
            }
        }
        json.member("placement_count", tracing.placements)
        json.member("tie_count", tracing.ties)
        json.member("guessed_tie_count", tracing.guessedTies)
    }

    /// The members of ``activity``.
    static func write(_ activity: TracedActivity, into json: inout JSONWriter) {
        json.member("fault_count", activity.faultCount)
        json.member("local_fault_count", activity.localFaults)
        json.member("remote_fault_count", activity.remoteFaults)
        json.member("unknown_fault_count", activity.unknownFaults)
        json.member(ifPresent: "local_ratio", activity.localShare)
        json.member("migrated_pages", activity.migratedPages)
        json.array("moves") { json in
            for move in activity.moves {
                json.object { json in
                    json.member("source_node", move.source.rawValue)
                    json.member("target_node", move.target.rawValue)
                    json.member("pages", move.pages)
                }
            }
        }
        json.array("faults") { json in
            for entry in activity.faults {
                json.object { json in
                    json.member("rule", entry.rule.rawValue)
                    json.member("outcome", entry.outcome.rawValue)
                    json.member("count", entry.count)
                }
            }
        }
        write("decisions", activity.decisions, into: &json)
        write("remote_decisions", activity.remoteDecisions, into: &json)
        json.member("resynchronising_decision_count", activity.resynchronisingDecisions)
    }

    private static func write(_ name: String, _ score: TracedActivity.Score, into json: inout JSONWriter) {
        json.object(name) { json in
            json.member("right_count", score.right)
            json.member("compared_count", score.total)
        }
    }
}
