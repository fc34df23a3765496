import NUMATopology
import Snapshots

/// What the iterator shows and no file does.
extension KernelTaskView {
    static let fields = Fields<KernelTaskView>(of: KernelTaskView()) {
        Field.provenance(.kernel)
        Field(.state, \.state, "Its state, as ps writes it: R, S, D, T, t, X, Z, I.")
        Field(
            "scan_period_milliseconds", \.scanPeriodMilliseconds,
            "numa_scan_period: run time between two scans that it asks for; 0 before its first.")
        Field(
            "next_scan_run_seconds", seconds: \.nextScanRunNanoseconds, "Run time until it asks for the next scan.")
        Field(
            "placed_scan_sequence", \.placedSequence,
            "numa_scan_seq of the thread: the completed scans of its process when it was placed last.")
        Field(
            "window_private_pages_by_node", \.windowPrivatePages,
            "Private pages faulted since it was placed last, by node: not in the ledger yet.")
        Field("window_shared_pages_by_node", \.windowSharedPages, "The same of shared pages.")
        Field(
            "local_fault_count", \.localFaults,
            "numa_faults_locality: pages faulted since its scan period was set last that were local when taken; not locality."
        )
        Field("remote_fault_count", \.remoteFaults, "The same of pages on other nodes.")
        Field("failed_page_count", \.failedPages, "Pages that could not be moved since then.")
    }
}

extension NUMAGroupRecord {
    static let fields = Fields<NUMAGroupRecord>(of: NUMAGroupRecord(id: 0, identity: 0)) {
        Field.provenance(.kernel)
        Field("numa_group_id", \.id, "gid: the number of the thread that began it, which may have ended.")
        Field(.taskCount, \.taskCount, "Threads in it.")
        Field("active_node_count", \.activeNodeCount, "Nodes whose CPUs use its memory much (active_nodes).")
        Field("faulted_pages", \.totalFaults, "Hint-fault pages of all its threads, decayed.")
        Field("faulted_pages_by_node", \.pages, "The same by the node of the memory.")
        Field(
            "cpu_ratio_by_node", derived: { $0.cpuShares.map { NamedValues($0.map { ("\($0)", $1) }) } },
            "By the node of the CPU that faulted: the share of the group's use of memory that came from there.")
        Field(
            "cpu_faults_by_node", \.cpuFaults, "The same as the kernel keeps it: faults weighted by run time, decayed.")
    }
}

extension ScanSummary {
    static let fields = Fields<ScanSummary>(of: ScanSummary()) {
        Field.provenance(.kernel)
        Field(.threadCount, \.threadCount, "Threads that have a scan period.")
        Field(
            "shortest_period_milliseconds", \.shortestPeriodMilliseconds,
            "The shortest run time between two scans that one of them asks for.")
        Field("longest_period_milliseconds", \.longestPeriodMilliseconds, "The longest.")
        Field(
            "window_private_pages_by_node", \.openPrivatePages,
            "Private pages faulted since each was placed last, by node: not in the ledger yet.")
        Field("window_shared_pages_by_node", \.openSharedPages, "The same of shared pages.")
    }
}

extension Field {
    /// Threads by their state, where it is known.
    static func threadsByState(_ path: Path<[String: Int]?>) -> Field {
        Field(
            "threads_by_state",
            find: { record in
                record[keyPath: path].map { states in
                    NamedValues(states.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
                }
            },
            set: { record, states in
                record[keyPath: path] = Dictionary(
                    states.values.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
            }, "Threads by their state, as ps writes it; absent without the iterator.")
    }
}
