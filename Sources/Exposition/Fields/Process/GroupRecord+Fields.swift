import Snapshots

extension GroupRecord {
    static let fields = Fields<GroupRecord>(of: GroupRecord(name: "")) {
        Field(.group, \.name, "The systemd unit, container or cgroup; - for processes outside any.")
        Field(.kind, \.identity.kind, "What it is, by the name of its cgroup; none for processes outside any.")
            .shaped(
                .choice(["job", "container", "machine", "pod", "user-unit", "unit", "slice", "path", "none"]))
        Field("title", \.title, "What an administrator calls it, from /etc/numawatch/names.d.")
        Field(
            "owner_uid", \.identity.ownerUID,
            "The user whose manager or session its cgroup lies below, or whose job it is.")
        Field(
            "engine", \.identity.engine,
            "Who made the container: docker, libpod, cri-containerd, crio, lxc, machine and more.")
        Field("container", \.identity.containerID, "The container's id or name.")
        Field("pod_uid", \.identity.podUID, "The Kubernetes pod.")
        Field("pod_quality_of_service", \.identity.podQualityOfService, "Its class.")
            .shaped(.choice(["guaranteed", "burstable", "besteffort"]))
        Field("job", \.identity.job, "The Slurm job.")
        Field(
            "job_steps", find: { $0.jobSteps.isEmpty ? nil : $0.jobSteps }, set: { $0.jobSteps = $1 },
            "Steps of it that have processes here.")
        Field("pids", \.pids, "Its processes.")
        Field(.threadCount, \.threadCount, "Their threads.")
        Field(
            .residentBytes, \.residentBytes, "Their resident memory; what they share counts once per process.")
        Field.cpuByNode(
            \.cpuNanosecondsByNode, byNode: "By node; exited threads included.",
            "CPU time since the daemon first saw them.")
        Field.nodeChanges(
            of: \.cpuNanosecondsByNode, uncertain: \.uncertainCPUNanoseconds, \.threadNodeChanges)
        Field.locality(\.locality)
        Field.threadsByNode(\.threadsByNode)
        Field(.ledger, \.ledger, LedgerSummary.fields, "The sum of the kernel's NUMA fault ledgers.")
        Field(
            "scans", \.scans, ScanSummary.fields,
            "What the kernel reckons with for their threads; only with the iterator.")
        Field.threadsByState(\.threadsByState)
        Field(
            "cpu_faults_by_node", \.cpuFaults,
            "Hint faults of the NUMA groups their threads are in by the node of the CPU that faulted, decayed and weighted by run "
                + "time; only with the iterator.")
        Field(
            "migrated_pages_total", \.migratedPagesTotal,
            "Pages its hint faults moved since the daemon started, exited tasks included; the ledger has those of the "
                + "tasks alive.")
        Field(.traced, \.traced, TracedActivity.fields, "What tracing saw of it.")
        Field(
            "kernel_counters", counterFields, where: { $0.kernelCounters != nil },
            "NUMA balancing and moves between tiers in memory.stat of its cgroups; Linux 6.12 and later.")
        Field(
            "current_bytes", \.currentBytes,
            "memory.current of its cgroups: all that is charged, also to the kernel.")
        Field(.placement, placementFields, where: { $0.bytesByClass != nil }, "Where its memory is.")
        Field("placed_process_count", \.placedProcessCount, "Processes whose placement is in the sums.")
        Field("unplaced_process_count", \.unplacedProcessCount, "Processes whose placement is missing.")
    }

    @FieldList<GroupRecord>
    private static var counterFields: [Field<GroupRecord>] {
        Field.provenance(.kernel)
        Field(
            .counters,
            get: { group in
                NamedValues((group.kernelCounters ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            },
            set: { group, counters in
                group.kernelCounters = Dictionary(
                    counters.values.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
            }, "By the kernel's names, since the cgroup was made.")
    }

    @FieldList<GroupRecord>
    private static var placementFields: [Field<GroupRecord>] {
        Field.provenance(\.memoryProvenance)
        Field(
            .source, \.sourceName,
            "cgroup: memory.numa_stat, each page once, page cache included, huge pages from the mappings. "
                + "mappings: of the processes; what they share under a name counts once.")
        Field(.ageSeconds, ageOf: \.accountTakenAtNanoseconds, "Age of the cgroup's figures.")
        Field(
            "repeated_bytes", positive: \.repeatedBytes, "Memory that counts once for each process that maps it.")
        Field.classes({ $0.bytesByClass ?? [:] }, set: { $0.bytesByClass = $1 }, "By kind of memory.")
        Field.policies(\.bytesByPolicy, "By memory policy, of processes read in full.")
        Field(
            "unknown_policy_bytes", positive: \.unknownPolicyBytes,
            "Memory of processes that were sampled, which does not tell its policy.")
        Field(.halfWidth95BytesByNode, \.halfWidth95Bytes, "Half the 95 % confidence interval of the sum.")
    }
}

/// Where a group's memory figures come from, as documents take it apart.
extension GroupRecord {
    fileprivate enum SourceName: String, FieldChoice {
        case cgroup, mappings
    }

    fileprivate var sourceName: SourceName {
        get { if case .cgroup? = memorySource { .cgroup } else { .mappings } }
        // How many cgroups there are is in no document.
        set { memorySource = newValue == .cgroup ? .cgroup(count: 1) : .mappings(sharedBytes: 0) }
    }

    fileprivate var repeatedBytes: UInt64 {
        get { if case .mappings(let shared)? = memorySource { shared } else { 0 } }
        set { memorySource = .mappings(sharedBytes: newValue) }
    }
}

extension GroupsAnswer {
    static let fields = Fields<GroupsAnswer>(of: GroupsAnswer(round: RoundHeader(), matchedCount: 0, groups: [])) {
        RoundHeader.fields.lifted(\.round)
        Field.counts(matched: \.matchedCount, listed: \.listedCount)
        Field(.groups, \.groups, each: GroupRecord.fields, "The groups.")
    }
}
