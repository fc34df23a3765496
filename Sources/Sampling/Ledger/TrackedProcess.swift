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
    /// `mm->numa_scan_seq`.
    var scanSequence: Int64?
    /// Whether CPU time came from `sched` (nanoseconds) or `stat` (clock ticks): the two must not be subtracted.
    var hasExactTime: Bool
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
    var cpuTicks: UInt64 = 0

    // From `status` and `cgroup`, on first sight, after exec, and now and then.
    var uid: UInt32?
    var cgroupPath: String?
    var groupName = GroupNames.none
    var allowedCPUs: CPUSet?
    var allowedMemoryNodes: NodeSet?
    var attributesReadAt: UInt64?

    // From `task/*`.
    var threads: [Int32: TrackedThread] = [:]
    var cpuNanosecondsByNode = NodeValues<UInt64>()
    var ledgerReadAt: UInt64?
    /// The sum of the faults at the end of the previous round the process was read in.
    var previousFaults: NodeValues<Int64>?
    var faultChange: NodeValues<Int64>?
    var wasActive = true

    // Placement.
    var placement: PlacementRecord?
    var placementGap: PlacementGap? = .notYet
    var holdHistory: HoldHistory?
    var mappingCount: Int?

    /// Files that may not be read, ascending.
    var denied: [String] = []

    init(identity: ProcessIdentity, firstSeenAt: UInt64, isBornSinceStart: Bool) {
        self.identity = identity
        self.firstSeenAt = firstSeenAt
        self.isBornSinceStart = isBornSinceStart
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

    /// What belongs to the program rather than the process: gone after exec.
    func forgetProgram() {
        placement = nil
        placementGap = .notYet
        holdHistory = nil
        mappingCount = nil
        attributesReadAt = nil
    }
}

/// The names processes are grouped under.
enum GroupNames {
    /// Processes outside any group, and those whose group cannot be told.
    static let none = "-"
}
