package import Snapshots

/// What the daemon concludes of balancing, to be found by whom it is about.
package struct Verdicts: Sendable, Equatable {
    /// As it was answered.
    package let answer: VerdictAnswer
    package let groups: [String: VerdictEntry]
    package let processes: [Int32: VerdictEntry]

    package var host: VerdictEntry? { answer.host }

    package init(_ answer: VerdictAnswer) {
        self.answer = answer
        groups = Dictionary(
            answer.groups.compactMap { entry in entry.group.map { ($0, entry) } },
            uniquingKeysWith: { first, _ in first })
        processes = Dictionary(
            answer.processes.compactMap { entry in entry.pid.map { ($0, entry) } },
            uniquingKeysWith: { first, _ in first })
    }
}

extension VerdictRecord {
    /// As a word on a screen: what calls for a look is in capitals.
    var screenWord: String {
        switch verdict {
        case .hurting, .helping, .inactive: verdict.word.uppercased()
        case .converged, .settled, .neutral, .cannotTell: verdict.word
        }
    }

    var role: Role {
        switch verdict {
        case .hurting: .bad
        case .helping, .converged: .good
        case .inactive, .cannotTell: .warning
        case .settled, .neutral: .plain
        }
    }

    /// Share of the CPU time that is lost: what it costs less what it gains. A gain that is not known counts as none.
    var lostRatio: Double? {
        figures?.cost.map { $0.total.value - (figures?.gain?.value ?? 0) }
    }
}

extension VerdictReason {
    /// `does not fit`
    var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}

extension BoundedRatio {
    var mark: Figure.Mark {
        switch source {
        case .trace, .counters: .none
        case .model: .modelled
        case .account, .placement, .sample, .stacks, .calibrated, .firmware, .assumed, .sampled: .estimated
        }
    }
}
