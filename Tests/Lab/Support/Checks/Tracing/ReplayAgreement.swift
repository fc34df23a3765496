import BalancingModel
import Insight

/// How far replays of one trace agreed with the kernel, as a line of the lab's table has it.
///
/// ```
/// shadow: 9123 of 9123 decisions, 2087 of 2087 remote, 64 of 64 marks; blind: 9123 of 9123 decisions, …
/// ```
package struct ReplayAgreement: Sendable, Hashable, CustomStringConvertible {
    /// What agreed, of how many.
    package struct Score: Sendable, Hashable, CustomStringConvertible {
        package var right: UInt64
        package var total: UInt64

        package init(right: UInt64, total: UInt64) {
            self.right = right
            self.total = total
        }

        init(_ score: LedgerAgreement.Score) {
            self.init(right: score.right, total: score.total)
        }

        package var description: String { "\(right) of \(total)" }
        /// Right per total; none where there was nothing to compare.
        package var share: Double? { total == 0 ? nil : Double(right) / Double(total) }
    }

    /// Of one drive.
    package struct Scores: Sendable, Hashable, CustomStringConvertible {
        package var decisions: Score
        /// Those away from the local node.
        package var remote: Score
        /// Ledgers of tasks, by node.
        package var marks: Score

        package var description: String { "\(decisions) decisions, \(remote) remote, \(marks) marks" }
        package var all: [Score] { [decisions, remote, marks] }
    }

    /// With the kernel's answers taken over after each decision.
    package var shadow: Scores
    /// With the model's own.
    package var blind: Scores

    package init(shadow: Scores, blind: Scores) {
        self.shadow = shadow
        self.blind = blind
    }

    package var description: String { "shadow: \(shadow); blind: \(blind)" }

    /// Reads what ``description`` has written.
    package init?(parsing text: String) {
        let drives = text.split(separator: ";").compactMap(Self.scores)
        guard drives.count == 2, drives[0].0 == "shadow", drives[1].0 == "blind" else { return nil }
        self.init(shadow: drives[0].1, blind: drives[1].1)
    }

    private static func scores(_ text: Substring) -> (Substring, Scores)? {
        let words = text.split { ": ,".contains($0) }
        // shadow 9 of 9 decisions 2 of 2 remote 4 of 4 marks
        guard words.count == 13, words[4] == "decisions", words[8] == "remote", words[12] == "marks" else { return nil }
        let scores = [1, 5, 9].compactMap { start -> Score? in
            guard let right = UInt64(words[start]), let total = UInt64(words[start + 2]) else { return nil }
            return Score(right: right, total: total)
        }
        guard scores.count == 3 else { return nil }
        return (words[0], Scores(decisions: scores[0], remote: scores[1], marks: scores[2]))
    }
}

extension ReplayAgreement.Scores {
    init(_ run: ReplayRun) {
        self.init(
            decisions: .init(run.agreement.overall), remote: .init(run.agreement.remote),
            marks: .init(run.marks.values))
    }
}
