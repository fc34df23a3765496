import BalancingModel
package import TextOutput

extension Story {
    /// Writes the story's members into an open object.
    package func write(into json: inout JSONWriter, narrator: StoryNarrator) {
        json.array("tids") { json in
            for tid in tasks { json.value(tid) }
        }
        json.member("told_count", told)
        json.member("judged_decision_count", verdicts.judged)
        json.member("wrong_decision_count", verdicts.wrong)
        json.array("rules") { json in
            for rule in rulesByCount {
                json.object { json in
                    json.member("rule", rule.rawValue)
                    json.member("kernel_function", rule.kernelFunction)
                    json.member("meaning", rule.meaning)
                    json.object("outcomes") { json in
                        for outcome in FaultOutcome.allCases { json.member(outcome.rawValue, counts[rule, outcome]) }
                    }
                }
            }
        }
        json.array("entries") { json in
            for entry in entries { json.object { entry.write(into: &$0, narrator: narrator) } }
        }
    }
}

extension StoryEntry {
    /// Writes the entry's members into an open object.
    package func write(into json: inout JSONWriter, narrator: StoryNarrator) {
        json.member("sequence", sequence)
        json.member("time", narrator.time(timeNanoseconds))
        json.member("trace_nanoseconds", timeNanoseconds)
        if tid > 0 {
            json.member("tid", tid)
            json.member("pid", process)
        }
        json.member("kind", kind)
        json.member("what", narrator.headline(self))
        json.member(ifPresent: "why", narrator.reason(self))
        guard case .fault(let fault) = what else { return }
        json.object("fault") { json in
            json.member("address", "0x" + String(fault.decision.address, radix: 16))
            json.member("rule", fault.decision.rule.rawValue)
            json.member("kernel_function", fault.decision.rule.kernelFunction)
            json.member("outcome", fault.outcome.rawValue)
            json.member("pages", fault.pages)
            json.member("predicted_target_node", fault.decision.target)
            json.member(ifPresent: "kernel_target_node", fault.answer)
            json.member("is_resynchronising", fault.decision.evidence.isResynchronising)
            json.array("quantities") { json in
                for quantity in fault.decision.quantities {
                    json.object { json in
                        json.member("name", quantity.name)
                        json.member("value", quantity.value)
                        json.member("provenance", quantity.provenance.rawValue)
                    }
                }
            }
        }
    }

    /// `fault`, `move`, `swap`, `stick`, `preferred`, `placement`, `group`, `exec`, `exit`, `resync`, `lost`.
    package var kind: String {
        switch what {
        case .fault: "fault"
        case .taskMove(let kind, _): kind.traceName
        case .preferred: "preferred"
        case .ledger(let change): change.cause.rawValue
        case .lost: "lost"
        }
    }
}
