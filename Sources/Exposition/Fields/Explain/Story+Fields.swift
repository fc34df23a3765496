import BalancingModel
package import Insight

/// A story with the one who can tell it.
package struct NarratedStory: Sendable {
    package var story: Story
    package var narrator: StoryNarrator

    package init(_ story: Story, narrator: StoryNarrator) {
        self.story = story
        self.narrator = narrator
    }

    package static let fields = Fields<NarratedStory>() {
        Field("tids", derived: { $0.story.tasks }, "The threads something is recorded of.")
        Field(
            "told_count", derived: { $0.story.told },
            "Things recorded of them, those no longer kept included.")
        Field(
            "judged_decision_count", derived: { $0.story.verdicts.judged },
            "Decisions compared with the kernel's: those whose answer and whose task's past are known.")
        Field(
            "wrong_decision_count", derived: { $0.story.verdicts.wrong },
            "Of these, those the kernel made otherwise than the model.")
        Field(
            "rules",
            derived: { told in told.story.rulesByCount.map { RuleCounts(rule: $0, counts: told.story.counts) } },
            each: RuleCounts.fields, "The rules that decided, the most frequent first.")
        Field(
            "entries",
            derived: { told in told.story.entries.map { NarratedEntry($0, narrator: told.narrator) } },
            each: NarratedEntry.fields, "What is kept, oldest first.")
    }
}

/// A story of a recording: what `numawatch explain --trace` says of it.
package struct RecordedStory: Sendable {
    /// As it was asked for.
    package var id: Int32
    /// The recording's path.
    package var trace: String
    package var told: NarratedStory

    package init(id: Int32, trace: String, told: NarratedStory) {
        self.id = id
        self.trace = trace
        self.told = told
    }

    package static let fields = Fields<RecordedStory>() {
        Field(.id, derived: { $0.id }, "The process or thread asked for.")
        Field("trace", derived: { $0.trace }, "The recording.")
        NarratedStory.fields.lifted(\.told)
    }
}

/// What became of the pages one rule decided on.
private struct RuleCounts: Sendable {
    var rule: DecisionRule
    var counts: StoryBook.RuleCounts

    static let fields = Fields<RuleCounts>() {
        Field(.rule, derived: { $0.rule.rawValue }, "The rule.")
        Field.kernelFunction { $0.rule }
        Field("meaning", derived: { $0.rule.meaning }, "What it says.")
        Field(
            "outcomes",
            derived: { entry in
                NamedValues(FaultOutcome.allCases.map { ($0.rawValue, entry.counts[entry.rule, $0]) })
            }, "Faults it decided, by what became of the page.")
    }
}

extension Field {
    fileprivate static func kernelFunction(_ rule: @escaping @Sendable (Record) -> DecisionRule) -> Field {
        Field("kernel_function", derived: { rule($0).kernelFunction }, "The function that holds it.")
    }
}

/// One thing that happened, with the one who can tell it.
package struct NarratedEntry: Sendable {
    let entry: StoryEntry
    let narrator: StoryNarrator

    init(_ entry: StoryEntry, narrator: StoryNarrator) {
        self.entry = entry
        self.narrator = narrator
    }

    static let fields = Fields<NarratedEntry>() {
        Field(.sequence, derived: { $0.entry.sequence }, "Counts everything recorded since tracing began.")
        Field(.time, derived: { $0.narrator.time($0.entry.timeNanoseconds) }, "When it happened, UTC.")
        Field("trace_nanoseconds", derived: { $0.entry.timeNanoseconds }, "The same on the trace's clock.")
        Field(
            .tid, derived: { $0.entry.tid > 0 ? $0.entry.tid : nil },
            "The thread; absent for what concerns all.")
        Field(.pid, derived: { $0.entry.tid > 0 ? $0.entry.process : nil }, "Its process.")
        Field(
            .kind, derived: { $0.entry.kind },
            "fault, move, swap, stick, preferred, placement, group, exec, exit, resync or lost.")
        Field("what", derived: { $0.narrator.headline($0.entry) }, "What happened.")
        Field(
            "why", derived: { $0.narrator.reason($0.entry) },
            "Which function and rule of the kernel's decided it, with the numbers.")
        Field("fault", derived: { $0.entry.fault }, StoryEntry.Fault.fields, "More of a fault.")
    }
}

extension StoryEntry {
    fileprivate var fault: Fault? { if case .fault(let fault) = what { fault } else { nil } }

    /// `fault`, `move`, `swap`, `stick`, `preferred`, `placement`, `group`, `exec`, `exit`, `resync`, `lost`.
    fileprivate var kind: String {
        switch what {
        case .fault: "fault"
        case .taskMove(let kind, _): kind.traceName
        case .preferred: "preferred"
        case .ledger(let change): change.cause.rawValue
        case .lost: "lost"
        }
    }
}

extension StoryEntry.Fault {
    fileprivate static let fields = Fields<StoryEntry.Fault>() {
        Field(
            .address, derived: { "0x" + String($0.decision.address, radix: 16) }, "The page, hexadecimal.")
        Field(.rule, derived: { $0.decision.rule.rawValue }, "The rule that decided.")
        Field.kernelFunction { $0.decision.rule }
        Field(.outcome, derived: { $0.outcome }, "What became of the page.")
        Field(.pages, derived: { $0.pages }, "Base pages.")
        Field(
            "predicted_target_node", derived: { $0.decision.target }, "Where the model moves it; -1: it stays.")
        Field("kernel_target_node", derived: { $0.answer }, "Where the kernel moves it; -1: it stays.")
        Field(
            "is_resynchronising", derived: { $0.decision.evidence.isResynchronising },
            "Whether not all of the task's past is known.")
        Field(
            "quantities", derived: { $0.decision.quantities }, each: Quantity.fields,
            "The numbers that entered.")
    }
}

extension Quantity {
    fileprivate static let fields = Fields<Quantity>() {
        Field(.name, derived: { $0.name }, "The kernel's name.")
        Field(
            .value, derived: { $0.value },
            "Its value; what the model assumes where its provenance is unknown.")
        Field(.provenance, derived: { $0.provenance }, "How it is known.")
    }
}

extension Quantity.Provenance: FieldChoice {}
