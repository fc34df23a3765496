import BalancingModel
import NUMATopology
import Snapshots

/// Counts of one process or group, as faults come in.
struct LiveTally: Sendable {
    private var faults = [UInt64](repeating: 0, count: DecisionRule.allCases.count * FaultOutcome.allCases.count)
    private var moves: [Pair: UInt64] = [:]
    private var activity = TracedActivity()
    /// Time of the last fault, nanoseconds.
    private(set) var lastNanoseconds: UInt64 = 0

    private struct Pair: Hashable {
        var source: Int32
        var target: Int32
    }

    mutating func add(_ decision: Decision, _ fault: ObservedFault) {
        let outcome = fault.outcome(of: decision)
        faults[decision.rule.position * FaultOutcome.allCases.count + outcome.position] += 1
        lastNanoseconds = max(lastNanoseconds, decision.timeNanoseconds)
        if decision.sourceNode < 0 || decision.cpuNode < 0 {
            activity.unknownFaults += 1
        } else if decision.isRemote {
            activity.remoteFaults += 1
        } else {
            activity.localFaults += 1
        }
        if outcome == .migrated, let hint = fault.hint {
            activity.migratedPages += hint.pages
            if decision.sourceNode >= 0, hint.memNode >= 0 {
                moves[Pair(source: decision.sourceNode, target: hint.memNode), default: 0] += hint.pages
            }
        }
        guard let answer = fault.answer else { return }
        if decision.evidence.isResynchronising {
            activity.resynchronisingDecisions += 1
        } else {
            activity.decisions.add(answer == decision.target)
            if decision.isRemote { activity.remoteDecisions.add(answer == decision.target) }
        }
    }

    /// The counts as they are published.
    var record: TracedActivity {
        var record = activity
        for rule in DecisionRule.allCases {
            for outcome in FaultOutcome.allCases {
                let count = faults[rule.position * FaultOutcome.allCases.count + outcome.position]
                if count > 0 { record.faults.append(.init(rule: rule, outcome: outcome, count: count)) }
            }
        }
        record.moves = moves.compactMap { pair, pages in
            guard let source = NodeID(kernel: pair.source), let target = NodeID(kernel: pair.target) else { return nil }
            return TracedActivity.Move(source: source, target: target, pages: pages)
        }.sorted { ($0.source, $0.target) < ($1.source, $1.target) }
        return record
    }
}

extension NodeID {
    /// A node number as the kernel prints it; nothing for -1 or one no kernel has.
    fileprivate init?(kernel number: Int32) {
        guard number >= 0, Int(number) <= NodeSet.numberLimit else { return nil }
        self.init(Int(number))
    }
}
