/// What `/v1/triage` and `numawatch triage` show.
package struct TriageAnswer: Sendable, Equatable {
    package var round: RoundHeader
    /// Of the entries, those with a mismatch, and those of which too little is known.
    package var mismatchCount: Int
    package var unknownCount: Int
    /// Mismatches first.
    package var entries: [TriageEntry]

    package init(round: RoundHeader, entries: [TriageEntry]) {
        self.round = round
        self.entries = entries
        mismatchCount = entries.count { $0.state == .mismatch }
        unknownCount = entries.count { $0.state == .unknown }
    }
}
