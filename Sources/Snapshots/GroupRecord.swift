/// All processes of one systemd unit, container or cgroup. The group, never the pid, is what metrics label.
package struct GroupRecord: Sendable, Equatable {
    /// The unit's name (`postgresql.service`), container scope, or cgroup path; `-` for processes outside any.
    package var name: String
    /// What it is, and whose.
    package var identity: GroupIdentity
    /// What an administrator calls it.
    package var title: String?
    /// Steps of the job its processes are in, ascending; none for what is no job.
    package var jobSteps: [String]
    /// Its processes now, ascending; none in a round of the past.
    package var pids: [Int32]
    /// How many there were, in a round of the past: the history keeps no numbers of processes.
    package var pastProcessCount: Int?
    package var threadCount: Int
    package var residentBytes: UInt64
    /// CPU time since the daemon started by the node the thread was on when it was read, tasks that have exited included.
    /// Absent until a thread of it was read twice, or from its birth.
    package var cpuNanosecondsByNode: NodeValues<UInt64>?
    /// Of it, what may have been spent on other nodes: time of threads that changed their CPU between two readings.
    package var uncertainCPUNanoseconds: UInt64 = 0
    /// How often a thread of it was found on another node than before, since the daemon started.
    package var threadNodeChanges: UInt64 = 0
    /// The share of its CPU time of late that was spent on the node of the memory in use; see ``Locality``. Absent where not
    /// enough of it is known.
    package var locality: BoundedRatio?
    /// Threads by the node of the CPU they are on now; those that could not be read are unlocated.
    package var threadsByNode: NodeValues<Int>
    /// Whether its processes ever belonged to other users than now. Its own totals began anew then; what others count of it
    /// by its name did not.
    package var hasChangedOwner = false
    /// The sum of the processes' ledgers; absent when none could be read.
    package var ledger: LedgerSummary?
    /// What the kernel reckons with for its threads; absent without the iterator.
    package var scans: ScanSummary?
    /// Threads by their state, as `ps` writes it; absent without the iterator.
    package var threadsByState: [String: Int]?
    /// The faults of the NUMA groups its threads are in by the node of the CPU that faulted, each group once: see
    /// ``NUMAGroupRecord/cpuFaults``. Absent without the iterator.
    package var cpuFaults: NodeValues<UInt64>?
    /// What balancing did to it in the last interval, by the model.
    package var model: ModelledActivity?
    /// What tracing saw of it; absent unless it is traced.
    package var traced: TracedActivity?
    /// Whether balancing helps or hurts it; absent where nothing judges.
    @Shared package var verdict: VerdictRecord?
    /// Pages its tasks moved, by source and target, added up since the daemon started: modelled.
    package var movedTotals: [MovedTotal]
    /// Pages moved by hint faults of the group's tasks since the daemon started, tasks that have exited included; absent
    /// where nobody has watched from a start on, and until a ledger of it was read. What the tasks alive moved is in the
    /// ledger.
    package var migratedPagesTotal: UInt64?
    /// Its memory by class and node, see ``memorySource``; absent when nothing could be read.
    package var bytesByClass: [MemoryClass: NodeValues<UInt64>]?
    /// Where ``bytesByClass`` comes from; absent with it.
    package var memorySource: GroupMemorySource?
    /// Monotonic time of the oldest reading in what cgroups account for, nanoseconds; absent where nothing is from there.
    package var accountTakenAtNanoseconds: UInt64?
    /// `memory.current` of its cgroups, in all; absent where they have no account.
    package var currentBytes: UInt64?
    /// The kernel's counters of NUMA balancing and tiering for its cgroups, by the kernel's names (6.12 and later).
    package var kernelCounters: [String: UInt64]?
    /// The memory by policy of the processes that were read in full; absent when none was.
    package var bytesByPolicy: [String: NodeValues<UInt64>]?
    /// Memory of the others that were placed: a sample does not tell policies.
    package var unknownPolicyBytes: UInt64 = 0
    /// Half the width of the 95 % confidence interval of the bytes per node, where samples are among them.
    package var halfWidth95Bytes: NodeValues<UInt64>?
    /// Processes whose placement is in the sums, and those whose is missing.
    package var placedProcessCount: Int
    package var unplacedProcessCount: Int

    package init(name: String) {
        self.name = name
        self.identity = GroupIdentity()
        self.jobSteps = []
        self.pids = []
        self.movedTotals = []
        self.threadCount = 0
        self.residentBytes = 0
        self.threadsByNode = NodeValues()
        self.placedProcessCount = 0
        self.unplacedProcessCount = 0
    }
}

extension GroupRecord {
    package var processCount: Int { pastProcessCount ?? pids.count }

    /// Its memory by node, all classes together; absent when nothing could be read.
    package var bytes: NodeValues<UInt64>? {
        bytesByClass.map { $0.values.reduce(into: NodeValues()) { $0 += $1 } }
    }

    /// Where ``bytesByClass`` comes from: the kernel's own sum or reading, a sum of readings in which what is shared was
    /// taken off, or one with samples among them.
    package var memoryProvenance: Provenance {
        if halfWidth95Bytes != nil { return .estimated }
        if case .cgroup = memorySource { return .kernel }
        return placedProcessCount > 1 ? .reconstructed : .kernel
    }
}
