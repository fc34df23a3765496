/// Tells when one thread's ledger must be read so that it is not placed twice between two readings.
///
/// A thread is placed at most once for each step of its mm's scan sequence (`task_numa_placement`, 5.15 to 7.x), at its first
/// hint fault after the step that finds its retry gate open: most within milliseconds, some much later. What one placement
/// folded is exact; of two nobody can tell the parts (`WindowReconstruction`). The sequence is the mm's, so one thread shows
/// it for all. The others are read
///
/// - when the sequence has moved on, and
/// - at each look after that until their ledger has changed: then they have been placed for this sequence and cannot be
///   again before the next step.
///
/// A thread that did not run between two readings was not placed and waits for the next step.
///
/// Example: sequence 4 at 0 s, 5 at 0.5 s and 1 s, 6 at 1.5 s. Thread A's ledger has changed at 0.5 s: it is read at 0, 0.5
/// and 1.5 s. Thread B's has not: it is read at 1 s too, has changed, and is next read at 1.5 s.
package struct PlacementWatch: Sendable, Equatable {
    private var sequence: Int64?
    private var isLate = true
    private var ranSinceReading = true

    package init() {}

    /// Whether the thread must be read.
    ///
    /// - Parameter sequence: The mm's scan sequence now; nil if it cannot be told.
    package func isDue(at sequence: Int64?) -> Bool {
        guard let sequence, let known = self.sequence else { return true }
        return sequence != known || isLate && ranSinceReading
    }

    /// Takes a reading.
    ///
    /// - Parameters:
    ///   - sequence: `mm->numa_scan_seq` of the reading.
    ///   - hasChanged: Whether the ledger differs from that of the reading before; false for the first.
    ///   - hasRun: Whether the thread used CPU time since then.
    package mutating func note(sequence: Int64?, hasChanged: Bool, hasRun: Bool) {
        ranSinceReading = hasRun
        guard sequence == self.sequence else {
            // A late one may have been placed for the sequence before, and be due for this one.
            isLate = !hasChanged || isLate
            self.sequence = sequence
            return
        }
        if hasChanged { isLate = false }
    }
}
