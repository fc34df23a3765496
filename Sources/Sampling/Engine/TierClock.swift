import NUMATopology
import Snapshots

/// When one tier is due, and its account.
struct TierClock: Sendable {
    private(set) var account: CostReport.Tier
    private var nextAt: UInt64 = 0

    /// - Parameter isBetweenRounds: What it times publishes nothing.
    init(_ name: String, intervalNanoseconds: UInt64, isBetweenRounds: Bool = false) {
        account = CostReport.Tier(name: name, configuredIntervalNanoseconds: intervalNanoseconds)
        account.isBetweenRounds = isBetweenRounds
    }

    func isDue(at now: UInt64) -> Bool { now >= nextAt }

    /// When it is due next.
    var dueAt: UInt64 { nextAt }

    /// Puts another interval in force; the next round moves with it, but never into the past.
    mutating func setInterval(configured: UInt64, inForce: UInt64) {
        account.configuredIntervalNanoseconds = configured
        guard inForce != account.intervalNanoseconds else { return }
        account.intervalNanoseconds = inForce
        if account.rounds > 0 { nextAt = account.lastRoundAtNanoseconds.addingSaturated(inForce) }
    }

    /// Moves what is due before a whole interval after `now` to its end.
    mutating func postpone(from now: UInt64) {
        nextAt = max(nextAt, now.addingSaturated(account.intervalNanoseconds))
    }

    /// Counts a round that began at `now`.
    mutating func finish(
        now: UInt64, wallNanoseconds: UInt64, cpuNanoseconds: UInt64, filesRead: UInt64, bytesRead: UInt64
    ) {
        account.rounds += 1
        account.lastRoundAtNanoseconds = now
        account.lastWallNanoseconds = wallNanoseconds
        account.lastCPUNanoseconds = cpuNanoseconds
        account.cpuNanoseconds = account.cpuNanoseconds.addingSaturated(cpuNanoseconds)
        account.filesRead = filesRead
        account.bytesRead = bytesRead
        // From when it was due, so that rounds do not drift; but rounds that were missed are not made up for.
        nextAt = max(nextAt, 1).addingSaturated(account.intervalNanoseconds)
        if nextAt <= now { nextAt = now.addingSaturated(account.intervalNanoseconds) }
    }
}
