/// A task's ledger after a change: what `/proc/<pid>/task/<tid>/sched` would print.
package struct LedgerChange: Hashable, Sendable {
    /// What changed it.
    package enum Cause: String, Sendable, CaseIterable {
        case birth
        case placement
        case preferred
        case group
        case exec
        case exit
        /// Adopted from a mark after events were lost.
        case resync
    }

    /// Time of the event, nanoseconds of the trace clock.
    package var timeNanoseconds: UInt64
    package var tid: Int32
    package var cause: Cause
    /// `numa_preferred_nid`, a node number or -1.
    package var preferredNode: Int32
    /// `total_numa_faults`.
    package var totalFaults: UInt64
    /// `numa_group_id`, 0 for none.
    package var groupID: Int32
    /// `mm->numa_scan_seq`.
    package var scanSequence: Int32
    /// `numa_pages_migrated`.
    package var pagesMigrated: UInt64
    /// `numa_scan_period` as modelled, milliseconds.
    package var scanPeriodMilliseconds: UInt32 = 0
    /// Per online node, ascending: (private, shared) of the averaged faults.
    package var nodes: [NodeShare]

    /// One node's averaged faults of one task.
    package struct NodeShare: Hashable, Sendable {
        package var privateFaults: UInt64
        package var sharedFaults: UInt64

        package init(privateFaults: UInt64, sharedFaults: UInt64) {
            self.privateFaults = privateFaults
            self.sharedFaults = sharedFaults
        }
    }
}

/// A change of a task's scan period, as the model computes it; the kernel prints it nowhere.
package struct PeriodChange: Hashable, Sendable {
    package var timeNanoseconds: UInt64
    package var tid: Int32
    package var beforeMilliseconds: UInt32
    package var afterMilliseconds: UInt32
}

/// A NUMA group's ledger.
package struct GroupLedger: Hashable, Sendable {
    /// `numa_group_id`.
    package var groupID: Int32
    /// When it was created, nanoseconds of the trace clock.
    package var createdAtNanoseconds: UInt64
    /// Thread ids, ascending.
    package var members: [Int32]
    /// Nodes that run more than a third of what the busiest does.
    package var activeNodes: Int
    package var totalFaults: UInt64
    /// One per online node, ascending.
    package var nodes: [Node]
    /// Whether the membership of some member rests on a tie nothing observed settles.
    package var isUncertain: Bool

    /// One node's part.
    package struct Node: Hashable, Sendable {
        package var privateFaults: UInt64
        package var sharedFaults: UInt64
        /// CPU share of the members, Q16, averaged as the faults are.
        package var cpuShare: UInt64
    }
}

/// What a replay did, in numbers.
package struct ReplayCounters: Hashable, Sendable {
    package var misplacedCalls: UInt64 = 0
    package var accountedFaults: UInt64 = 0
    package var localFaults: UInt64 = 0
    /// Base pages moved by hint faults.
    package var pagesMigrated: UInt64 = 0
    package var pagesFailed: UInt64 = 0
    package var updatedPages: UInt64 = 0
    package var placements: UInt64 = 0
    /// Placements the kernel made that the model did not expect, or the reverse: its scan sequence was off.
    package var unexpectedPlacements: UInt64 = 0
    package var groupsCreated: UInt64 = 0
    package var joins: UInt64 = 0
    /// Joins or refusals between groups of equal size.
    package var ties: UInt64 = 0
    /// Of these, the ones nothing observed settles.
    package var guessedTies: UInt64 = 0
    package var preferredPredictions: UInt64 = 0
    package var preferredMisses: UInt64 = 0
    package var inferredExecs: UInt64 = 0
    package var lostEventMarks: UInt64 = 0
    package var resyncs: UInt64 = 0

    package init() {}
}
