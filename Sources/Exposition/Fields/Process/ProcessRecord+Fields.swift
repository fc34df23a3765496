import Snapshots

extension ProcessRecord {
    static let fields = Fields<ProcessRecord>(
        of: ProcessRecord(identity: ProcessIdentity(pid: 0, startTimeTicks: 0), command: "", groupName: "")
    ) {
        Field(.pid, \.identity.pid, "The process's number.")
        Field(
            "start_time_ticks", \.identity.startTimeTicks,
            "When it started, clock ticks after boot; with pid, its identity.")
        Field("parent_pid", \.parentPID, "Its parent.")
        Field(.uid, \.uid, "Its real user.")
        Field(.command, \.command, "Its name, as the kernel keeps it (15 bytes).")
        Field(.group, \.groupName, "Its systemd unit, container or cgroup.")
        Field("cgroup", \.cgroupPath, "The path of its cgroup.")
        Field(.threadCount, \.threadCount, "Its threads.")
        Field(.residentBytes, \.residentBytes, "Its resident memory.")
        Field(.cpuSeconds, seconds: \.cpuNanoseconds, "User and system time since it started.")
        Field.cpuByNode(
            \.cpuNanosecondsByNode, byNode: "By the node the threads were last seen on.",
            "CPU time since the daemon first saw it.")
        Field.nodeChanges(
            of: \.cpuNanosecondsByNode, uncertain: \.uncertainCPUNanoseconds, \.threadNodeChanges)
        Field.locality(\.locality)
        Field.threadsByNode(\.threadsByNode)
        Field("allowed_cpu_nodes", \.allowedCPUNodes, "Nodes of the CPUs it may run on.")
        Field("allowed_memory_nodes", \.allowedMemoryNodes, "Nodes it may take memory from.")
        Field("used_memory_nodes", derived: { $0.placement?.bytes.nodes }, "Nodes its memory is on.")
        Field(.ledger, \.ledger, LedgerSummary.fields, "The kernel's NUMA fault ledger.")
        Field(
            "scans", \.scans, ScanSummary.fields,
            "What the kernel reckons with for its threads; only with the iterator.")
        Field.threadsByState(\.threadsByState)
        Field(
            "next_scan_in_seconds", until: \.nextScanAtNanoseconds,
            "Time until it may be scanned again; 0 where it may be now. Absent without the iterator.")
        Field(
            "numa_groups", \.numaGroups, each: NUMAGroupRecord.fields,
            "The NUMA groups its threads are in; only with the iterator.")
        Field(.model, \.model, ModelledActivity.fields, "What balancing did to it in the last interval.")
        Field(.traced, \.traced, TracedActivity.fields, "What tracing saw of it.")
        Field(.placement, \.placement, PlacementRecord.fields, "Where its memory is.")
        Field("placement_gap", \.placementGap, "Why there is no (newer) placement.")
        Field("denied", \.denied, "Its files that may not be read.")
    }
}

extension ThreadRecord {
    static let fields = Fields<ThreadRecord>(
        of: ThreadRecord(tid: 0, command: "", cpu: nil, node: nil, cpuNanoseconds: 0, readAtNanoseconds: 0)
    ) {
        Field(.tid, \.tid, "The thread's number.")
        Field(.command, \.command, "Its name.")
        Field(.cpu, \.cpu, "The CPU it is on, or was on last.")
        Field(.numaNode, \.node, "The node of that CPU.")
        Field(.preferredNode, \.preferredNode, "The node the kernel prefers for it.")
        Field("numa_group_id", \.groupID, "Its NUMA group; 0 for none.")
        Field(.cpuSeconds, seconds: \.cpuNanoseconds, "Its CPU time.")
        Field(.privatePagesByNode, \.privatePages, "Private hint-fault pages, decayed.")
        Field(.sharedPagesByNode, \.sharedPages, "Shared hint-fault pages, decayed.")
        Field(
            .migratedPages, \.migratedPages,
            "Pages its hint faults moved; absent before Linux 5.18, where a task begins with the count of its parent.")
        Field(
            "kernel", \.kernel, KernelTaskView.fields, "What the kernel reckons with for it; only with the iterator.")
        Field(.ageSeconds, ageOf: \.readAtNanoseconds, "Age of the reading.")
    }
}

extension ProcessAnswer {
    static let fields = Fields<ProcessAnswer>(
        of: ProcessAnswer(
            round: RoundHeader(),
            ProcessRecord(identity: ProcessIdentity(pid: 0, startTimeTicks: 0), command: "", groupName: ""))
    ) {
        RoundHeader.fields.lifted(\.round)
        ProcessRecord.fields.lifted(\.process)
        Field(
            "threads", parts: \.threads, set: { $0.process.threads = $1 }, each: ThreadRecord.fields,
            isRequired: false, "Its threads; absent where none could be read.")
    }
}

extension ProcessesAnswer {
    static let fields = Fields<ProcessesAnswer>(
        of: ProcessesAnswer(round: RoundHeader(), matchedCount: 0, processes: [])
    ) {
        RoundHeader.fields.lifted(\.round)
        Field.counts(matched: \.matchedCount, listed: \.listedCount)
        Field("processes", \.processes, each: ProcessRecord.fields, "The processes.")
    }
}

extension Field {
    /// What lists have in common.
    static func counts(matched: Path<Int>, listed: Path<Int>) -> [Field] {
        [
            Field("matched_count", matched, "How many matched the filter."),
            Field("listed_count", listed, "How many of them are listed here."),
        ]
    }
}
