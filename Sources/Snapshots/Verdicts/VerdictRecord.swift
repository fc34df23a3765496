/// What is judged of one scope after a round.
package struct VerdictRecord: Sendable, Equatable {
    package var verdict: Verdict
    package var reason: VerdictReason?
    /// Monotonic time since when it is so, nanoseconds.
    package var sinceNanoseconds: UInt64
    /// 0 to 4: a point each for a measured cost, a measured share of remote accesses, an exact and recent placement, and
    /// intervals that are far from each other.
    package var confidencePoints: Int
    /// The time that was judged, nanoseconds.
    package var windowNanoseconds: UInt64
    /// It hurts, and takes a twentieth of the CPU time or more.
    package var isSevere: Bool
    /// What holds of it, in the order of the cases.
    package var findings: [DetectionFinding]
    /// Absent for what hardly ran.
    @Shared package var figures: VerdictFigures?

    package init(_ verdict: Verdict, reason: VerdictReason? = nil, sinceNanoseconds: UInt64 = 0) {
        self.verdict = verdict
        self.reason = reason
        self.sinceNanoseconds = sinceNanoseconds
        confidencePoints = 0
        windowNanoseconds = 0
        isSevere = false
        findings = []
    }
}

extension VerdictRecord {
    package var confidence: VerdictConfidence { VerdictConfidence(points: confidencePoints) }

    /// The letters of tables: of the detections that hold, B for memory bound by policy, N where nothing can be told.
    package var why: String {
        var letters: [Character] = []
        for finding in findings {
            if let letter = finding.detection.letter, !letters.contains(letter) { letters.append(letter) }
        }
        if reason == .policy { letters.append("B") }
        if reason == .givenUp, !letters.contains("G") { letters.append("G") }
        if verdict == .cannotTell { letters.append("N") }
        return String(letters)
    }

    package func finding(_ detection: Detection) -> DetectionFinding? {
        findings.first { $0.detection == detection }
    }
}

/// What is judged of the host, and what the daemon has counted.
package struct HostVerdict: Sendable, Equatable {
    package var record: VerdictRecord
    /// Groups that gain, the largest gain first, and those that pay more than they can gain, the largest loss first.
    package var gainingGroups: [String]
    package var payingGroups: [String]
    /// How often each detection has begun since the daemon started, on the host or one of its groups.
    package var detectionsBegun: [Detection: UInt64]

    package init(_ record: VerdictRecord) {
        self.record = record
        gainingGroups = []
        payingGroups = []
        detectionsBegun = [:]
    }
}
