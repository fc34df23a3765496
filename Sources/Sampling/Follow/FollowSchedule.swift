/// Decides whether ledgers are looked at between two rounds, and how much that may cost.
///
/// Placement happens inside hint faults, so where `numa_hint_faults` of `/proc/vmstat` stands still no ledger changes. One
/// such reading (26 µs) comes before each look, and where no hint fault was counted for ``patienceNanoseconds`` not even
/// that: on a host without balancing, or with nothing to balance, there are only the rounds, which notice when it begins.
///
/// Cost. Looks have a credit of their own: a fixed share of the CPU limit, so that with any number of processes they cannot
/// lengthen the rounds. A look goes on while there is credit; what it spends beyond it is paid for by the next ones, which
/// then do not happen. What is missed shows as wider bounds in the model, never as a wrong figure. Example: with a limit of
/// 1 % and a quarter of it for looks each 500 ms, one may take 1.25 ms, about 80 readings of a thread.
package struct FollowSchedule: Sendable, Equatable {
    private var hintFaults: UInt64?
    private var lastFaultAt: UInt64
    private var creditNanoseconds = 0.0
    private var creditedAt: UInt64

    /// How long after the last hint fault to keep looking: the longest scan period by default.
    package static let patienceNanoseconds: UInt64 = 60_000_000_000
    /// Credit of so much time may be saved for a look that is dearer than others.
    static let savedNanoseconds = 2e9

    /// - Parameter now: When observing began, nanoseconds: the first minute is watched whatever happens.
    package init(now: UInt64) {
        lastFaultAt = now
        creditedAt = now
    }

    /// Whether there is anything to look at.
    package func isArmed(at now: UInt64) -> Bool {
        now - min(lastFaultAt, now) <= Self.patienceNanoseconds
    }

    /// Takes the count of hint faults, of a round or for a look.
    ///
    /// - Parameter hintFaults: `numa_hint_faults`; nil if it cannot be read: then nothing is followed.
    /// - Returns: Whether there were any since the count before.
    @discardableResult
    package mutating func note(hintFaults: UInt64?, at now: UInt64) -> Bool {
        defer { self.hintFaults = hintFaults }
        guard let hintFaults, let before = self.hintFaults, hintFaults != before else { return false }
        lastFaultAt = now
        return true
    }

    /// CPU time a look may take now, nanoseconds; 0 if there is no credit.
    ///
    /// - Parameter cpuShare: What looks may use, as a share of one CPU.
    mutating func allowance(cpuShare: Double, at now: UInt64) -> UInt64 {
        let earned = Double(now - min(creditedAt, now)) * max(cpuShare, 0)
        creditedAt = max(creditedAt, now)
        creditNanoseconds = min(creditNanoseconds + earned, Self.savedNanoseconds * max(cpuShare, 0))
        return creditNanoseconds > 0 ? UInt64(creditNanoseconds) : 0
    }

    /// Charges a look.
    mutating func charge(cpuNanoseconds: UInt64) {
        creditNanoseconds -= Double(cpuNanoseconds)
    }
}
