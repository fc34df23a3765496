/// Scores decisions against the kernel's answers: overall, away from the local node, and by rule.
package struct DecisionAgreement: Sendable {
    package private(set) var overall = LedgerAgreement.Score()
    package private(set) var remote = LedgerAgreement.Score()
    /// By rule, in the order of ``DecisionRule/allCases``.
    package private(set) var byRule: [LedgerAgreement.Score]
    /// Decisions without an answer to compare with.
    package private(set) var unanswered: UInt64 = 0
    /// Decisions left out because what they rest on was not known: they are no test. How many of them were right all the
    /// same, and how many there were.
    package private(set) var resynchronising = LedgerAgreement.Score()

    package init() {
        byRule = Array(repeating: LedgerAgreement.Score(), count: DecisionRule.allCases.count)
    }

    /// Scores a decision.
    ///
    /// - Parameters:
    ///   - decision: The prediction.
    ///   - answer: What the kernel answered; by default what the decision itself has seen.
    package mutating func add(_ decision: Decision, answer: Int32?) {
        guard let answer else {
            unanswered += 1
            return
        }
        guard !decision.evidence.isResynchronising else {
            resynchronising.add(decision.target == answer)
            return
        }
        let isRight = decision.target == answer
        overall.add(isRight)
        if decision.isRemote { remote.add(isRight) }
        byRule[decision.rule.position].add(isRight)
    }
}

extension DecisionRule {
    /// Place in ``allCases``.
    package var position: Int {
        switch self {
        case .local: 0
        case .policy: 1
        case .memoryless: 2
        case .tieringPromote: 3
        case .tieringStay: 4
        case .slowNodeUnset: 5
        case .earlyLife: 6
        case .twoStage: 7
        case .private: 8
        case .noGroup: 9
        case .cpuRatio: 10
        case .cpuMemRatio: 11
        case .unaccounted: 12
        case .unknown: 13
        }
    }
}
