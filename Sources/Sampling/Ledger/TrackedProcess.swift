import BalancingModel
import LinuxSystem
import NUMATopology
import Snapshots

/// One thread as it was last read.
struct TrackedThread {
    /// With the thread id it names the thread: ids are used again.
    var startTicks: UInt64
    var record: ThreadRecord
    /// The sum of the ledger's two columns, by node.
    var faults = NodeValues<Int64>()
    /// The group's columns of the ledger, by node.
    var groupPrivate = NodeValues<UInt64>()
    var groupShared = NodeValues<UInt64>()
    /// `mm->numa_scan_seq`.
    var scanSequence: Int64?
    /// `current_node`: where it was when its ledger was read.
    var ledgerNode: NodeID?
    /// `se.nr_migrations`.
    var migrationCount: UInt64?
    /// The same when its CPU was read: another number, and it may have gone to another node since. Nil where it is not known.
    var migrationCountAtNode: UInt64?
    /// When its ledger must be read again.
    var watch = PlacementWatch()
    /// What the iterator's record of it was when it was taken; nil where its figures are of `/proc`.
    var sweepMark: UInt64?
    /// The NUMA group it is in, as the iterator tells groups apart.
    var groupIdentity: UInt64?
    /// For the first reading of a thread that was born while we watched: since when its ledger grew.
    var birth: LedgerSample.Birth?
    /// Where its CPU time came from: readings of two different counters must not be subtracted.
    var timeSource: TimeSource

    enum TimeSource {
        /// `se.sum_exec_runtime` of `sched`.
        case exact
        /// The clock ticks of the thread's own `stat`.
        case thread
        /// The clock ticks of the process's `stat`, which hold those of threads that have exited.
        case process
    }
}

/// One user process across rounds.
final class TrackedProcess {
    let identity: ProcessIdentity
    /// Monotonic time it was first seen, nanoseconds.
    let firstSeenAt: UInt64
    /// Whether it started after we did: then all its counters belong to our time.
    let isBornSinceStart: Bool

    // From `stat`, each round.
    var parentPID: Int32 = 0
    var command = ""
    var flags: UInt64 = 0
    var isZombie = false
    var threadCount = 0
    var residentPages: UInt64 = 0
    /// Where its first thread has ended and others go on: one that has the memory, and shows the cgroup.
    var livingThread: Int32?
    var cpuTicks: UInt64 = 0

    // From `status` and `cgroup`, on first sight, after exec, and now and then.
    var uid: UInt32?
    var effectiveUID: UInt32?
    /// See ``ProcessRecord/ownerUID``.
    var ownerUID: UInt32?
    var cgroupPath: String?
    var groupName = GroupNames.none
    @Shared var groupIdentity = GroupIdentity()
    /// The cgroup of version 2 that the group is; nil where what it is was told from another hierarchy.
    var groupCgroupPath: String?
    var jobStep: String?
    var allowedCPUs: CPUSet?
    /// The node of all CPUs it may run on; nil where they are on several, or on ones that are not known.
    var onlyCPUNode: NodeID?
    var allowedMemoryNodes: NodeSet?
    var attributesReadAt: UInt64?

    // From `task/*`.
    var threads: [Int32: TrackedThread] = [:]
    /// Threads that are there, but could not be read.
    var unreadThreadCount = 0
    /// Absent until there was an interval to count in.
    var cpuNanosecondsByNode: NodeValues<UInt64>?
    /// Of it, what may have been spent on other nodes.
    var uncertainCPUNanoseconds: UInt64 = 0
    /// How often a thread was found on another node than before.
    var threadNodeChanges: UInt64 = 0
    /// The same of late: what was used before counts half in the next round in which one of its threads ran.
    @Shared var recentCPU: RecentCPUTime?
    /// Whether that round has begun: by what its threads ran for, as ticks are too coarse to tell.
    var fadesCPUTime = false
    var ledgerReadAt: UInt64?
    /// The sum of the faults at the end of the previous round the process was read in.
    var previousFaults: NodeValues<Int64>?
    var faultChange: NodeValues<Int64>?
    /// Whether it ran between its last two readings.
    var wasActive = true
    /// Its run time just before it was last read whole; nil where something of that reading has to be made up for.
    var runNanoseconds: UInt64?
    /// The same at the last look between rounds.
    var runNanosecondsAtLook: UInt64?
    /// When it was last found not to have run since then, monotonic nanoseconds.
    private(set) var unchangedAt: UInt64?
    /// From when on it may be scanned again, as the iterator tells; see ``ProcessRecord/nextScanAtNanoseconds``.
    var nextScanAt: UInt64?
    /// Set when it called exec while it had other threads; see ``ExecBaseline``.
    @Shared var execBaseline: ExecBaseline?

    // Placement.
    @Shared var placement: PlacementRecord? { didSet { record = nil } }
    var placementGap: PlacementGap? = .notYet { didSet { if placementGap != oldValue { record = nil } } }
    /// Monotonic time of the last attempt, successful or not, nanoseconds.
    var placementTriedAt: UInt64?
    /// Its run time and resident pages when the last attempt began, and when the placement was taken.
    var placementAttempt: PlacementBasis?
    var placementBasis: PlacementBasis?
    var holdHistory: HoldHistory?
    var mappingCount: Int?

    /// Files that may not be read, ascending.
    var denied: [String] = [] { didSet { record = nil } }

    /// What was published of it, for as long as that stays true.
    var record: ProcessRecord?

    // Between rounds.
    /// When the threads were listed last, monotonic nanoseconds, and the mm's scan sequence then.
    private(set) var threadsListedAt: UInt64?
    private(set) var listedSequence: Int64?
    /// When its scan sequence was last seen to have moved on.
    var steppedAt: UInt64 = 0

    init(identity: ProcessIdentity, firstSeenAt: UInt64, isBornSinceStart: Bool) {
        self.identity = identity
        self.firstSeenAt = firstSeenAt
        self.isBornSinceStart = isBornSinceStart
    }

    /// It was read.
    func noteRead(at now: UInt64) {
        unchangedAt = nil
        ledgerReadAt = now
    }

    /// None of its threads has run since they were read: everything that only they change is as it was.
    func noteUnchanged(at now: UInt64) {
        unchangedAt = now
        ledgerReadAt = now
        threadsListedAt = now
        wasActive = false
        let change = previousFaults.map { _ in NodeValues<Int64>() }
        if faultChange != change {
            faultChange = change
            record = nil
        }
    }

    /// The iterator's next records of its threads are taken whatever they say.
    func forgetSweeps() {
        for tid in threads.keys { threads[tid]?.sweepMark = nil }
    }

    func noteListing(at now: UInt64, sequence: Int64?) {
        threadsListedAt = now
        listedSequence = sequence
    }

    /// Notes a refusal.
    ///
    /// - Returns: Whether it is new.
    func deny(_ file: String) -> Bool {
        guard !denied.contains(file) else { return false }
        denied.append(file)
        denied.sort()
        return true
    }

    func allow(_ file: String) {
        if !denied.isEmpty { denied.removeAll { $0 == file } }
    }

    /// Takes over what its `cgroup` file says.
    func assign(_ home: CgroupHome) {
        cgroupPath = home.path
        groupName = home.groupName
        $groupIdentity = home.$groupIdentity
        groupCgroupPath = home.groupCgroupPath
        jobStep = home.jobStep
    }

    /// What belongs to the program rather than the process: gone after exec.
    func forgetProgram() {
        nextScanAt = nil
        if threads.count > 1 { execBaseline = ExecBaseline(threads.values.map(\.record)) }
        // Another program has other memory: where the last one ran says nothing of it.
        recentCPU = nil
        placement = nil
        placementTriedAt = nil
        placementBasis = nil
        placementGap = .notYet
        holdHistory = nil
        mappingCount = nil
        attributesReadAt = nil
    }
}

/// What a placement rests on: while neither changes, the process has moved nothing.
struct PlacementBasis: Equatable {
    var runNanoseconds: UInt64
    var residentPages: UInt64
}

/// What had been counted when a process with several threads called exec.
///
/// The thread that calls it becomes the process's only one and takes the number and start time of the first, but keeps its
/// own counters. Which one it was is not shown; counting on from the largest never counts twice.
struct ExecBaseline: Equatable {
    var migratedPages: UInt64?
    var cpuNanoseconds: UInt64

    init(_ threads: [ThreadRecord]) {
        migratedPages = threads.compactMap(\.migratedPages).max()
        cpuNanoseconds = threads.map(\.cpuNanoseconds).max() ?? 0
    }
}

/// The names processes are grouped under.
enum GroupNames {
    /// Processes outside any group, and those whose group cannot be told.
    static let none = "-"
}
