package import NUMATopology

/// Who a process is: a pid alone may be used again, pid and start time may not.
package struct ProcessIdentity: Hashable, Sendable {
    package var pid: Int32
    /// Field 22 of `/proc/<pid>/stat`: clock ticks after boot.
    package var startTimeTicks: UInt64

    package init(pid: Int32, startTimeTicks: UInt64) {
        self.pid = pid
        self.startTimeTicks = startTimeTicks
    }
}

/// What is known of one user process after a round. Absent: not read (yet, or not permitted: see ``denied``).
package struct ProcessRecord: Sendable, Equatable {
    package var identity: ProcessIdentity
    package var parentPID: Int32
    /// The real user.
    package var uid: UInt32?
    /// The user whose process it is and nobody else's: the real, the effective and the saved one, where they are alike.
    /// Absent for a process that acts as one user for another, as one of a set-user-ID program does.
    package var ownerUID: UInt32?
    /// The command name as the kernel keeps it (at most 15 bytes; may hold any character, escape on output).
    package var command: String
    /// The path of the cgroup (v2, else the systemd or memory hierarchy of v1).
    package var cgroupPath: String?
    /// What metrics label the process with: systemd unit, container scope or cgroup. See ``GroupRecord/name``.
    package var groupName: String
    /// What the group is, and whose.
    @Shared package var groupIdentity: GroupIdentity
    /// The cgroup of version 2 that all processes of the group are in or below; absent where there is none.
    package var groupCgroupPath: String?
    /// The step of the group's job it belongs to.
    package var jobStep: String?
    package var threadCount: Int
    /// Resident memory, bytes: field 24 of `stat`.
    package var residentBytes: UInt64
    /// User and system time since start, nanoseconds (clock-tick resolution).
    package var cpuNanoseconds: UInt64
    /// CPU time of the process's threads by the node they were last seen on, nanoseconds, since the daemon first saw the process.
    /// An estimate: a thread's time since the last round counts on the node it is on now. Absent until a thread of it was read
    /// twice, or from its birth.
    package var cpuNanosecondsByNode: NodeValues<UInt64>?
    /// Of it, what may have been spent on other nodes: time of threads that changed their CPU between two readings.
    package var uncertainCPUNanoseconds: UInt64 = 0
    /// How often a thread was found on another node than before, since the daemon first saw the process.
    package var threadNodeChanges: UInt64 = 0
    /// The CPU time of late; where it was read only once, of all its life on the nodes its threads are on now. Absent where
    /// nothing of it is known.
    @Shared package var recentCPU: RecentCPUTime?
    /// The share of that which was spent on the node of the memory in use; see ``Locality``.
    package var locality: BoundedRatio?
    /// Threads by the node of the CPU they are on now; those that could not be read are unlocated.
    package var threadsByNode: NodeValues<Int>
    /// The nodes of the CPUs the process may run on (`Cpus_allowed`); absent as well where an online one's node is not known.
    package var allowedCPUNodes: NodeSet?
    /// The nodes it may take memory from (`Mems_allowed`).
    package var allowedMemoryNodes: NodeSet?
    /// The kernel's fault ledger, summed over the threads.
    @Shared package var ledger: LedgerSummary?
    /// The NUMA groups its threads are in as the kernel has them, by identity; absent without the iterator.
    package var numaGroups: [NUMAGroupRecord]?
    /// What the kernel reckons with for its threads; absent without the iterator.
    @Shared package var scans: ScanSummary?
    /// Threads by their state, as `ps` writes it; absent without the iterator.
    @Shared package var threadsByState: [String: Int]?
    /// From when on it may be scanned again (`mm->numa_next_scan`), monotonic nanoseconds: one of its threads that asks then does
    /// it. Absent without the iterator, and until a second round has shown how long a tick is.
    package var nextScanAtNanoseconds: UInt64?
    /// Thread by thread; empty unless the ledger is read.
    package var threads: [ThreadRecord]
    /// When it was last found that no thread has run since it was read, monotonic nanoseconds; absent where they were read
    /// in the last round, or never stood still for one.
    package var unchangedAtNanoseconds: UInt64?
    /// What balancing did to it in the last interval, by the model.
    @Shared package var model: ModelledActivity?
    /// What tracing saw of it; absent unless it is traced.
    @Shared package var traced: TracedActivity?
    /// Whether balancing helps or hurts it; absent unless it had 2 s of CPU time lately.
    @Shared package var verdict: VerdictRecord?
    /// Where its memory is.
    @Shared package var placement: PlacementRecord?
    /// Why there is no placement, or no newer one.
    package var placementGap: PlacementGap?
    /// Files of this process that may not be read, by name (`numa_maps`, `sched`…).
    package var denied: [String]

    package init(identity: ProcessIdentity, command: String, groupName: String) {
        self.identity = identity
        self.parentPID = 0
        self.command = command
        self.groupName = groupName
        self.groupIdentity = GroupIdentity()
        self.threadCount = 0
        self.residentBytes = 0
        self.cpuNanoseconds = 0
        self.threadsByNode = NodeValues()
        self.threads = []
        self.denied = []
    }
}

extension ProcessRecord {
    /// Until when a thread's figures are known to be true, monotonic nanoseconds: its reading, or later if it did not run
    /// after that.
    package func heldNanoseconds(_ thread: ThreadRecord) -> UInt64 {
        max(thread.readAtNanoseconds, unchangedAtNanoseconds ?? 0)
    }
}

/// The kernel's fault ledger of a process or group: sums over tasks of `/proc/<pid>/task/<tid>/sched`.
///
/// The kernel halves the averages at every placement, so the figures are decayed, not totals since start.
package struct LedgerSummary: Sendable, Equatable {
    /// Tasks whose ledger was read in the last pass over the process.
    package var taskCount: Int
    /// Private hint-fault pages per node, decayed (`task_private`).
    package var privatePages: NodeValues<UInt64>
    /// Shared hint-fault pages per node, decayed (`task_shared`).
    package var sharedPages: NodeValues<UInt64>
    /// Change of the sum of both since the previous round; negative while averages decay. Absent in the first round.
    package var changePages: NodeValues<Int64>?
    /// Pages moved by hint faults of the tasks since they started (`numa_pages_migrated`). Absent on kernels before 5.18: there
    /// a task begins with the count of the one it was forked from, and its own is not to be told.
    package var migratedPages: UInt64?
    /// Tasks by preferred node (`numa_preferred_nid`).
    package var tasksByPreferredNode: NodeValues<Int>
    /// Tasks without a preferred node.
    package var tasksWithoutPreferredNode: Int
    /// Tasks that have a preferred node and are on another one now: at least so many, where not all could be read. Absent
    /// where those that could be read are not displaced, and others may be.
    package var tasksOffPreferredNode: Int?
    /// The NUMA groups the tasks are in (`numa_group_id`), ascending, 0 left out.
    package var groupIDs: [Int32]
    /// The process's completed scans (`mm->numa_scan_seq`).
    package var scanSequence: Int64?

    package init() {
        taskCount = 0
        privatePages = NodeValues()
        sharedPages = NodeValues()
        migratedPages = 0
        tasksByPreferredNode = NodeValues()
        tasksWithoutPreferredNode = 0
        groupIDs = []
    }
}

/// One thread.
package struct ThreadRecord: Sendable, Equatable {
    package var tid: Int32
    package var command: String
    /// The CPU it is on, or was on last; absent where `stat` does not say.
    package var cpu: Int32?
    package var node: NodeID?
    package var cpuNanoseconds: UInt64
    /// `numa_preferred_nid`; absent for -1 and where the ledger is not readable.
    package var preferredNode: NodeID?
    /// `numa_group_id`, 0 for none; absent where the ledger is not readable.
    package var groupID: Int32?
    /// The ledger's columns; absent where it is not readable.
    package var privatePages: NodeValues<UInt64>?
    package var sharedPages: NodeValues<UInt64>?
    /// `numa_pages_migrated`; as published, absent before 5.18 too: see ``LedgerSummary/migratedPages``.
    package var migratedPages: UInt64?
    /// What the kernel reckons with for it; absent without the iterator.
    @Shared package var kernel: KernelTaskView?
    /// Monotonic time of the ledger reading, nanoseconds; see ``ProcessRecord/heldNanoseconds(_:)``.
    package var readAtNanoseconds: UInt64

    package init(
        tid: Int32, command: String, cpu: Int32?, node: NodeID?, cpuNanoseconds: UInt64, readAtNanoseconds: UInt64
    ) {
        self.tid = tid
        self.command = command
        self.cpu = cpu
        self.node = node
        self.cpuNanoseconds = cpuNanoseconds
        self.readAtNanoseconds = readAtNanoseconds
    }
}
