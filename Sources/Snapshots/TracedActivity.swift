package import BalancingModel
package import NUMATopology

/// What tracing saw of a host, a group or a process since it began: every fault counted, every decision compared.
package struct TracedActivity: Sendable, Equatable {
    /// Faults one rule settled, with one outcome.
    package struct Faults: Sendable, Equatable {
        package var rule: DecisionRule
        package var outcome: FaultOutcome
        package var count: UInt64

        package init(rule: DecisionRule, outcome: FaultOutcome, count: UInt64) {
            self.rule = rule
            self.outcome = outcome
            self.count = count
        }
    }

    /// Base pages moved from one node to another.
    package struct Move: Sendable, Equatable {
        package var source: NodeID
        package var target: NodeID
        package var pages: UInt64

        package init(source: NodeID, target: NodeID, pages: UInt64) {
            self.source = source
            self.target = target
            self.pages = pages
        }
    }

    /// How often the model was right.
    package struct Score: Sendable, Equatable {
        package var right: UInt64
        package var total: UInt64

        package init(right: UInt64 = 0, total: UInt64 = 0) {
            self.right = right
            self.total = total
        }

        /// Right per total; absent when nothing was compared.
        package var share: Double? { total == 0 ? nil : Double(right) / Double(total) }

        package mutating func add(_ isRight: Bool) {
            total += 1
            if isRight { right += 1 }
        }
    }

    /// Only what occurred, by rule and outcome in the order of their cases.
    package var faults: [Faults] = []
    /// Faults on pages of the faulting CPU's own node, of another, and of a node nobody told.
    package var localFaults: UInt64 = 0
    package var remoteFaults: UInt64 = 0
    package var unknownFaults: UInt64 = 0
    /// Base pages moved, all of them and by node where both nodes are known.
    package var migratedPages: UInt64 = 0
    package var moves: [Move] = []
    /// Decisions that were compared: all, and those on faults away from the local node.
    package var decisions = Score()
    package var remoteDecisions = Score()
    /// Decisions that were no test, because what they rest on was being resynchronised.
    package var resynchronisingDecisions: UInt64 = 0

    package init() {}

    package var faultCount: UInt64 { localFaults + remoteFaults + unknownFaults }
    /// Share of the faults whose place is known that were local when taken, before their pages moved: not locality. Absent when
    /// there were none.
    package var localShare: Double? {
        let known = localFaults + remoteFaults
        return known == 0 ? nil : Double(localFaults) / Double(known)
    }
}
