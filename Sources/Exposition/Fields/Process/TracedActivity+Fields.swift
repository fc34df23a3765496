import BalancingModel
import NUMATopology
import Snapshots

extension TracedActivity {
    static let fields = Fields<TracedActivity>(of: TracedActivity()) {
        Field("fault_count", derived: { $0.faultCount }, "Traced hint faults since tracing began.")
        Field("local_fault_count", \.localFaults, "On pages of the faulting CPU's own node.")
        Field("remote_fault_count", \.remoteFaults, "On pages of another node.")
        Field("unknown_fault_count", \.unknownFaults, "On pages of a node nobody told.")
        Field(
            .localFaultRatio, derived: { $0.localShare },
            "Share of the faults whose place is known that were local when taken, before their pages moved; not locality."
        )
        Field(.migratedPages, \.migratedPages, "Base pages hint faults moved.")
        Field(.moves, \.moves, each: Move.fields, "Where these came from and went to.")
        Field("faults", \.faults, each: Faults.fields, "Faults by rule and outcome.")
        Field(
            .decisions, \.decisions, Score.fields, "The kernel's decisions against the model's predictions.")
        Field(
            "remote_decisions", \.remoteDecisions, Score.fields,
            "Of these, the ones on faults away from the local node.")
        Field(
            "resynchronising_decision_count", \.resynchronisingDecisions,
            "Decisions left out, because what they rest on is not known.")
    }
}

extension TracedActivity.Score {
    static let fields = Fields<TracedActivity.Score>(of: TracedActivity.Score()) {
        Field("right_count", \.right, "How often the kernel did what the model had predicted.")
        Field("compared_count", \.total, "How often they were compared.")
    }
}

extension TracedActivity.Move {
    static let fields = Fields<TracedActivity.Move>(
        of: TracedActivity.Move(source: NodeID(0), target: NodeID(0), pages: 0)
    ) {
        Field.move(from: \.source, to: \.target)
        Field(.pages, \.pages, "How many.")
    }
}

extension TracedActivity.Faults {
    static let fields = Fields<TracedActivity.Faults>(
        of: TracedActivity.Faults(rule: .local, outcome: .stayed, count: 0)
    ) {
        Field(.rule, \.rule, "The rule of the kernel's that decided.").shaped(.string)
        Field(.outcome, \.outcome, "What became of the page.")
        Field("count", \.count, "How many faults.")
    }
}

extension DecisionRule: FieldChoice {}
extension FaultOutcome: FieldChoice {}
