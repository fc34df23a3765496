import Snapshots
import TextOutput

/// A group, as an element of `/v1/groups`.
enum GroupDocument {
    static let fields: [Schema.Field] =
        [
            .required("group", .string, "The systemd unit, container or cgroup; - for processes outside any."),
            .required(
                "kind", .choice(["job", "container", "machine", "pod", "user-unit", "unit", "slice", "path", "none"]),
                "What it is, by the name of its cgroup; none for processes outside any."),
            .optional("title", .string, "What an administrator calls it, from /etc/numawatch/names.d."),
            .optional(
                "owner_uid", .integer, "The user whose manager or session its cgroup lies below, or whose job it is."),
            .optional(
                "engine", .string,
                "Who made the container: docker, libpod, cri-containerd, crio, lxc, machine and more."),
            .optional("container", .string, "The container's id or name."),
            .optional("pod_uid", .string, "The Kubernetes pod."),
            .optional("pod_quality_of_service", .choice(["guaranteed", "burstable", "besteffort"]), "Its class."),
            .optional("job", .string, "The Slurm job."),
            .optional("job_steps", .array(of: .string), "Steps of it that have processes here."),
            .required("pids", .array(of: .integer), "Its processes."),
            .required("thread_count", .integer, "Their threads."),
            .required("resident_bytes", .integer, "Their resident memory; what they share counts once per process."),
            .cpuByNode("By node; exited threads included.", "CPU time since the daemon first saw them."),
        ] + Schema.Field.threadsByNode + [
            .optional("ledger", LedgerDocument.schema, "The sum of the kernel's NUMA fault ledgers."),
            .optional(
                "migrated_pages_total", .integer,
                "Pages its hint faults moved since the daemon started, exited tasks included; the ledger has those of the "
                    + "tasks alive."),
            .optional("traced", TracingDocument.activity, "What tracing saw of it."),
            .optional(
                "kernel_counters",
                .object([
                    .provenance,
                    .required("counters", .map(of: .integer), "By the kernel's names, since the cgroup was made."),
                ]), "NUMA balancing and moves between tiers in memory.stat of its cgroups; Linux 6.12 and later."),
            .optional(
                "current_bytes", .integer, "memory.current of its cgroups: all that is charged, also to the kernel."),
            .optional(
                "placement",
                .object([
                    .provenance,
                    .required(
                        "source", .choice(["cgroup", "mappings"]),
                        "cgroup: memory.numa_stat, each page once, page cache included, huge pages from the mappings. "
                            + "mappings: of the processes; what they share under a name counts once."),
                    .optional("age_seconds", .number, "Age of the cgroup's figures."),
                    .optional("repeated_bytes", .integer, "Memory that counts once for each process that maps it."),
                    .required("classes", PlacementDocument.classes, "By kind of memory."),
                    .optional("policies", PlacementDocument.policies, "By memory policy, of processes read in full."),
                    .optional(
                        "unknown_policy_bytes", .integer,
                        "Memory of processes that were sampled, which does not tell its policy."),
                    .optional("half_width_95_bytes_by_node", .byNode, "Half the 95 % confidence interval of the sum."),
                ]), "Where its memory is."),
            .required("placed_process_count", .integer, "Processes whose placement is in the sums."),
            .required("unplaced_process_count", .integer, "Processes whose placement is missing."),
        ]

    static func write(_ group: GroupRecord, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        json.member("group", group.name)
        write(group.identity, of: group, into: &json)
        json.array("pids") { json in
            for pid in group.pids { json.value(pid) }
        }
        json.member("thread_count", group.threadCount)
        json.member("resident_bytes", group.residentBytes)
        json.member(cpuTimeByNode: group.cpuNanosecondsByNode)
        json.member(threadsByNode: group.threadsByNode)
        if let ledger = group.ledger {
            json.object("ledger") { LedgerDocument.write(ledger, into: &$0) }
        }
        json.member(ifPresent: "migrated_pages_total", group.migratedPagesTotal)
        if let traced = group.traced {
            json.object("traced") { TracingDocument.write(traced, into: &$0) }
        }
        if let counters = group.kernelCounters {
            json.object("kernel_counters") { json in
                json.member("provenance", .kernel)
                json.object("counters") { json in
                    for (name, value) in counters.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
                }
            }
        }
        json.member(ifPresent: "current_bytes", group.currentBytes)
        if let classes = group.bytesByClass {
            json.object("placement") { json in
                writeSource(of: group, nowNanoseconds: nowNanoseconds, into: &json)
                PlacementDocument.write(classes: classes, into: &json)
                if let policies = group.bytesByPolicy { PlacementDocument.write(policies: policies, into: &json) }
                if group.unknownPolicyBytes > 0 { json.member("unknown_policy_bytes", group.unknownPolicyBytes) }
                json.member(ifPresent: "half_width_95_bytes_by_node", group.halfWidth95Bytes)
            }
        }
        json.member("placed_process_count", group.placedProcessCount)
        json.member("unplaced_process_count", group.unplacedProcessCount)
    }

    private static func write(_ identity: GroupIdentity, of group: GroupRecord, into json: inout JSONWriter) {
        json.member("kind", identity.kind)
        json.member(ifPresent: "title", group.title)
        json.member(ifPresent: "owner_uid", identity.ownerUID)
        json.member(ifPresent: "engine", identity.engine)
        json.member(ifPresent: "container", identity.containerID)
        json.member(ifPresent: "pod_uid", identity.podUID)
        json.member(ifPresent: "pod_quality_of_service", identity.podQualityOfService)
        json.member(ifPresent: "job", identity.job)
        guard !group.jobSteps.isEmpty else { return }
        json.array("job_steps") { json in
            for step in group.jobSteps { json.value(step) }
        }
    }

    private static func writeSource(of group: GroupRecord, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        json.member("provenance", group.memoryProvenance)
        json.member("source", (group.memorySource ?? .mappings(sharedBytes: 0)).name)
        if let takenAt = group.accountTakenAtNanoseconds {
            json.member("age_seconds", seconds: RoundHeader.age(of: takenAt, now: nowNanoseconds))
        }
        if case .mappings(let shared) = group.memorySource, shared > 0 { json.member("repeated_bytes", shared) }
    }
}
