/// One task as the model keeps it: `struct task_struct`'s NUMA fields, its clock, and the fault it is in.
struct TaskState: Sendable {
    var tid: Int32
    /// Slot of the address space, -1 for none.
    var mm: Int32 = -1
    /// Slot of the group, -1 for none.
    var group: Int32 = -1
    /// Position of `numa_preferred_nid`, -1 for none.
    var preferred: Int32 = -1
    var scanSequence: Int32 = 0
    var scanPeriod: UInt32
    var scanPeriodMaximum: UInt32 = 0
    /// `numa_migrate_retry`, jiffies.
    var retryJiffies: UInt64 = 0
    var lastPlacementNanoseconds: UInt64 = 0
    var lastPlacementRuntime: UInt64 = 0
    /// `numa_faults` exists.
    var hasFaults = false
    /// Part of the fault table, or -1 while it has none.
    var faultBase = -1
    var totalFaults: UInt64 = 0
    /// `numa_faults_locality[]`: remote, local, failed.
    var remotePages: UInt64 = 0
    var localPages: UInt64 = 0
    var failedPages: UInt64 = 0
    var pagesMigrated: UInt64 = 0
    /// ``pagesMigrated`` lacks what an ancestor had counted unseen, until a mark tells it (``KernelSwitches/forkKeepsCounters``).
    var inheritsUnknownCount = false
    /// When ``pagesMigrated`` grew last.
    var movedAt: UInt64 = 0

    /// Last CPU seen on, -1 if never.
    var cpu: Int32 = -1
    var isRunning = false
    var runningSince: UInt64 = 0
    /// CPU time since first seen, nanoseconds.
    var runtime: UInt64 = 0
    var load = LoadAverage()

    var isThread = false
    var isExiting = false
    /// Its last switch away was seen: it will not run again under this id.
    var isDead = false
    /// The address space it left when it exited, for the thread that takes over its id.
    var lastSpace: Int32 = -1
    /// A vfork child that has not yet let its parent go on.
    var vforkParent: Int32 = -1
    /// How much of the kernel's state of this task the model has.
    var standing = TaskStanding.followed
    /// It is in a gap: what is seen of it is a part only, and nothing is taken over before the gap ends.
    var isInGap = false
    /// It was there before the stream began, and no ledger tells its past: it was started from nothing.
    var isOlder = false
    /// `numa_faults_locality[]` holds what nobody saw, until the kernel clears it: without ``KernelSwitches/localityReset`` it
    /// does not after a migration has failed, and goes on adding.
    var isLocalityUnknown = false
    /// Whether it has seen its mm's current scan sequence is unknown, until its first placement.
    var isSequenceUnknown = false
    /// Placements until the CPU shares, which nothing prints, no longer depend on what was not seen.
    var unsettledPlacements: UInt8 = 0
    /// The process, where a mark told; 0 if unknown.
    var process: Int32 = 0
    /// Whether its membership rests on an unsettled tie.
    var isGroupUncertain = false

    var fault = FaultInProgress()
    var walk = ScanWalk()

    /// Whether a decision that weighs the group's shares cannot be judged by this task's part in them.
    var isUnsettled: Bool { standing != .followed || unsettledPlacements > 0 || isOlder }

    init(tid: Int32, scanPeriod: UInt32) {
        self.tid = tid
        self.scanPeriod = scanPeriod
    }
}

/// The hint fault a task is in, from `misplaced` until its next event shows that it is over.
struct FaultInProgress: Sendable {
    enum Phase: UInt8, Sendable {
        /// None.
        case none
        /// `misplaced` was seen.
        case open
        /// `hint_fault` was seen; the window counters are not updated yet, because a placement comes first.
        case accounted
    }

    var phase: Phase = .none
    var hasCheck = false
    /// `task_numa_fault` goes on beyond its first tests.
    var counts = false
    var gateIsOpen = false
    /// The mm's scan sequence was another than the task's when the fault was accounted.
    var sequenceDiffered = false
    var isPlaced = false
    /// A placement event the model did not expect waits for the task's next event, which tells whether it was a clone.
    var isHeld = false
    var isPrivate = false
    var countsLocal = false
    var ticket: UInt64 = 0
    /// Positions.
    var cpuNode: Int32 = -1
    var checkSource: Int32 = -1
    var checkNode: Int32 = -1
    var memoryNode: Int32 = -1
    var accountNode: Int32 = -1
    var pages: UInt64 = 0
    var failedPages: UInt64 = 0
    var migratedPages: UInt64 = 0
    var jiffies: UInt64 = 0
    /// When it was accounted.
    var accountedTime: UInt64 = 0
    /// Entries of `task_scan_max` seen since `hint_fault`.
    var placementHits: UInt32 = 0
    /// What the kernel was about to reckon with at the first of them, where the stream tells.
    var measured: MeasuredPlacement?
    /// Pages of the closed window, for the period controller.
    var windowShared: UInt64 = 0
    var windowPrivate: UInt64 = 0
    /// Predicted preferred node of the placement, -2 for none.
    var predictedPreferred: Int32 = -2
}

/// What a placement event tells of the kernel's reckoning: ``BalancingEvent/PlacementState`` as it is needed.
struct MeasuredPlacement: Sendable {
    /// Of CPU time, Q16.
    var share: UInt64
    var remotePages: UInt64
    var localPages: UInt64
    var failedPages: UInt64
}

/// A scan in progress in one task (`task_numa_work`).
struct ScanWalk: Sendable {
    var isActive = false
    /// Something was armed or skipped: the gate let the scan through.
    var hasBegun = false
    var isForced = false
    /// A VMA was passed by for its inactive threads, so a forced restart may follow.
    var hasSkippedInactive = false
    var endsWithRange = false
    var jiffies: UInt64 = 0
    var remainingPages: Int64 = 0
    var remainingVirtualPages: Int64 = 0
    var rangeStart: UInt64 = 0
    /// End of the last VMA or range met.
    var position: UInt64 = 0
    var highestEnd: UInt64 = 0
}

/// One address space: `struct mm_struct`'s NUMA fields.
struct AddressSpace: Sendable {
    /// Tasks of the model that use it; `mm_users` but for readers of its maps.
    var users: Int32 = 1
    var scanSequence: Int32 = 0
    /// How many passes there were before the stream began is unknown: the sequence counts from its beginning.
    var isSequenceUnknown = false
    /// `numa_scan_offset`.
    var scanOffset: UInt64 = 0
    /// `numa_next_scan`, jiffies.
    var nextScan: UInt64 = 0
    /// Sequence steps already taken on a placement's evidence while a walk was open.
    var creditedSteps: Int32 = 0
    /// Walks open in any of its tasks.
    var openWalks: Int32 = 0
    /// End of the highest VMA a whole pass met; it stays for the life of an mm.
    var highestEnd: UInt64 = 0
    /// Scans since the last pass that armed and passed by nothing.
    var silentWalks: Int32 = 0
    /// Pages armed in the pass under way.
    var passPages: UInt64 = 0
    /// What the scanner armed lately; kept with memory tiering only.
    var armed: [ArmedRange] = []
    /// Resident base pages as far as scans show them; 0 if unknown.
    var residentPages: UInt64 = 0
}

/// A NUMA group: `struct numa_group`. Its arrays are in the replay's group table.
struct GroupState: Sendable {
    /// `gid`: the thread that created it.
    var gid: Int32
    /// When it was created; with the gid it names the group for good.
    var createdAt: UInt64
    /// Position of the node of the CPU it was created on, -1 if unknown.
    var homeNode: Int32 = -1
    /// `nr_tasks`, which is also `refcount` but for transient holders. 0 when the slot is free.
    var memberCount: Int32 = 1
    var activeNodes: Int32 = 1
    var maximumCPUFaults: UInt64 = 0
    var totalFaults: UInt64 = 0
    /// Members whose part in the sums is not known in full.
    var unsettledMembers: Int32 = 0
    /// Where it lies among the others, where the iterator told: of two the one with the larger lies higher.
    var order: UInt64?

    var key: GroupKey { GroupKey(gid: gid, createdAtNanoseconds: createdAt, homeNode: homeNode) }
}
