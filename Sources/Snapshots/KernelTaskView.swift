package import NUMATopology

/// What the kernel reckons with for one thread and no file shows: the iterator does.
package struct KernelTaskView: Sendable, Equatable {
    /// The state as `ps` writes it: `R`, `S`, `D`, `T`, `t`, `X`, `Z`, `I`.
    package var state: String?
    /// `numa_scan_period`: run time between two scans of its process that it asks for, ms; 0 before its first.
    package var scanPeriodMilliseconds: UInt32?
    /// Run time that it has until it asks for the next scan, nanoseconds: `node_stamp`, the scan period and its run time. Absent
    /// before its first scan.
    package var nextScanRunNanoseconds: UInt64?
    /// Pages faulted since it was placed last, by node, private and shared: the window that is open. Absent where the ledger
    /// could not be read whole.
    package var windowPrivatePages: NodeValues<UInt64>?
    package var windowSharedPages: NodeValues<UInt64>?
    /// `numa_scan_seq` of the task: its process's scan sequence when it was placed last.
    package var placedSequence: Int64?
    /// `numa_faults_locality`: faults on other nodes and on its own since its scan period was set last, and pages that failed to
    /// move.
    package var remoteFaults: UInt64?
    package var localFaults: UInt64?
    package var failedPages: UInt64?

    package init() {}
}

/// One NUMA group of the kernel: threads that fault on the same pages, and are placed together.
package struct NUMAGroupRecord: Sendable, Equatable {
    /// `gid`: a thread's number in the initial PID namespace, which may have ended.
    package var id: Int32
    /// The same for as long as the group lives, and no address. Of two groups of equally many tasks the kernel leaves a task
    /// with the one whose identity is larger.
    package var identity: UInt64
    /// `nr_tasks`
    package var taskCount: Int?
    /// `active_nodes`: nodes that use the group's memory much.
    package var activeNodeCount: Int?
    /// `total_faults`, pages, decayed.
    package var totalFaults: UInt64?
    /// Decayed faults by the node of the memory, private and shared together.
    package var pages: NodeValues<UInt64>?
    /// The same weighted by run time, by the node of the CPU that faulted: what of the group's use came from where.
    package var cpuFaults: NodeValues<UInt64>?

    package init(id: Int32, identity: UInt64) {
        self.id = id
        self.identity = identity
    }
}

extension NUMAGroupRecord {
    /// The share of each node in ``cpuFaults``; absent where there are none.
    package var cpuShares: [(node: NodeID, share: Double)]? {
        guard let cpuFaults, cpuFaults.total > 0 else { return nil }
        let total = Double(cpuFaults.total)
        return cpuFaults.nodes.map { ($0, Double(cpuFaults[$0]) / total) }
    }
}
