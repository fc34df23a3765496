/// What observing costs: the daemon's account of its own reading.
package struct CostReport: Sendable, Equatable {
    /// One tier's account since the daemon started.
    package struct Tier: Sendable, Equatable {
        /// `host`, `ledger`, `placement`, `domains` or `follow`.
        package var name: String
        /// It is for looks between rounds, which publish nothing.
        package var isBetweenRounds = false
        /// The interval that was configured, nanoseconds.
        package var configuredIntervalNanoseconds: UInt64
        /// The interval in force: longer than configured when the CPU limit demands it.
        package var intervalNanoseconds: UInt64
        package var rounds: UInt64
        /// CPU time of all rounds, nanoseconds.
        package var cpuNanoseconds: UInt64
        /// CPU time of the last round.
        package var lastCPUNanoseconds: UInt64
        /// Wall time of the last round.
        package var lastWallNanoseconds: UInt64
        package var filesRead: UInt64
        package var bytesRead: UInt64
        /// Monotonic time of the last round's end; 0 before the first.
        package var lastRoundAtNanoseconds: UInt64

        package init(name: String, configuredIntervalNanoseconds: UInt64) {
            self.name = name
            self.configuredIntervalNanoseconds = configuredIntervalNanoseconds
            self.intervalNanoseconds = configuredIntervalNanoseconds
            self.rounds = 0
            self.cpuNanoseconds = 0
            self.lastCPUNanoseconds = 0
            self.lastWallNanoseconds = 0
            self.filesRead = 0
            self.bytesRead = 0
            self.lastRoundAtNanoseconds = 0
        }
    }

    package var tiers: [Tier] = []
    /// The limit the daemon keeps, as a share of one CPU (0.01 is 1 %).
    package var cpuLimitShare: Double = 0.01
    /// CPU time of the whole process over wall time since start.
    package var cpuShare: Double = 0
    /// CPU time of the whole process, nanoseconds.
    package var processCPUNanoseconds: UInt64 = 0
    package var residentBytes: UInt64 = 0
    /// The configured bound of one hold of a target's `mmap_lock`, nanoseconds.
    package var maximumHoldNanoseconds: UInt64 = 10_000_000
    /// The longest single call that walked a target's page tables in the last hour, nanoseconds.
    package var longestHoldNanoseconds: UInt64 = 0
    /// Calls that took longer than the bound.
    package var holdsOverBound: UInt64 = 0
    /// Placements read in full, estimated from a sample, and left out because both would cost too much.
    package var placementsRead: UInt64 = 0
    package var placementsSampled: UInt64 = 0
    package var placementsSkipped: UInt64 = 0
    /// Threads left behind in calls that wait for a process which keeps its memory locked; each ends when the kernel lets it.
    package var abandonedThreads: Int = 0
    /// With so many left behind no placement is read.
    package var abandonedThreadLimit: Int = 0
    /// Processes whose placement is not read because they keep their memory locked.
    package var stuckProcesses: Int = 0
    /// Age of the oldest ledger and placement in the snapshot, nanoseconds.
    package var oldestLedgerAgeNanoseconds: UInt64?
    package var oldestPlacementAgeNanoseconds: UInt64?
    /// Readings that failed for want of descriptors or memory. They say nothing of the host: what was known stayed.
    package var shortages: UInt64 = 0
    /// Things that happened to processes while they were read, by kind; see ``ProcessIncident``.
    package var incidents: [ProcessIncident: UInt64] = [:]

    package init() {}
}

/// What can happen to a process while it is observed. Each is handled and counted, none is an error.
package enum ProcessIncident: String, Sendable, Hashable, CaseIterable {
    case exitedDuringRead = "exited-during-read"
    case pidReused = "pid-reused"
    case executed
    case threadStarted = "thread-started"
    case threadExited = "thread-exited"
    case permissionDenied = "permission-denied"
    case kernelThread = "kernel-thread"
    case malformed
    case tornLedger = "torn-ledger"
}
