import NUMATopology
import Snapshots
import TextOutput

/// A process, as an element of `/v1/processes` and, with its threads, as `/v1/processes/{pid}`.
enum ProcessDocument {
    static let fields: [Schema.Field] =
        [
            .required("pid", .integer, "The process's number."),
            .required("start_time_ticks", .integer, "When it started, clock ticks after boot; with pid, its identity."),
            .required("parent_pid", .integer, "Its parent."),
            .optional("uid", .integer, "Its real user."),
            .required("command", .string, "Its name, as the kernel keeps it (15 bytes)."),
            .required("group", .string, "Its systemd unit, container or cgroup."),
            .optional("cgroup", .string, "The path of its cgroup."),
            .required("thread_count", .integer, "Its threads."),
            .required("resident_bytes", .integer, "Its resident memory."),
            .required("cpu_seconds", .number, "User and system time since it started."),
            .cpuByNode("By the node the threads were last seen on.", "CPU time since the daemon first saw it."),
        ] + Schema.Field.threadsByNode + [
            .optional("allowed_cpu_nodes", .nodeNumbers, "Nodes of the CPUs it may run on."),
            .optional("allowed_memory_nodes", .nodeNumbers, "Nodes it may take memory from."),
            .optional("used_memory_nodes", .nodeNumbers, "Nodes its memory is on."),
            .optional("ledger", LedgerDocument.schema, "The kernel's NUMA fault ledger."),
            .optional("model", ModelDocument.activity, "What balancing did to it in the last interval."),
            .optional("traced", TracingDocument.activity, "What tracing saw of it."),
            .optional("placement", PlacementDocument.schema, "Where its memory is."),
            .optional(
                "placement_gap", .choice(PlacementGap.allCases.map(\.rawValue)), "Why there is no (newer) placement."),
            .required("denied", .array(of: .string), "Its files that may not be read."),
        ]

    static let threadSchema = Schema.object([
        .required("tid", .integer, "The thread's number."),
        .required("command", .string, "Its name."),
        .optional("cpu", .integer, "The CPU it is on, or was on last."),
        .optional("numa_node", .integer, "The node of that CPU."),
        .optional("preferred_node", .integer, "The node the kernel prefers for it."),
        .optional("numa_group_id", .integer, "Its NUMA group; 0 for none."),
        .required("cpu_seconds", .number, "Its CPU time."),
        .optional("private_pages_by_node", .byNode, "Private hint-fault pages, decayed."),
        .optional("shared_pages_by_node", .byNode, "Shared hint-fault pages, decayed."),
        .optional("migrated_pages", .integer, "Pages its hint faults moved."),
        .required("age_seconds", .number, "Age of the reading."),
    ])

    static let detailSchema = Schema.object(
        RoundHeader.fields + fields + [
            .optional("threads", .array(of: threadSchema), "Its threads; absent where none could be read.")
        ])

    static func write(_ process: ProcessRecord, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        json.member("pid", process.identity.pid)
        json.member("start_time_ticks", process.identity.startTimeTicks)
        json.member("parent_pid", process.parentPID)
        json.member(ifPresent: "uid", process.uid)
        json.member("command", process.command)
        json.member("group", process.groupName)
        json.member(ifPresent: "cgroup", process.cgroupPath)
        json.member("thread_count", process.threadCount)
        json.member("resident_bytes", process.residentBytes)
        json.member("cpu_seconds", seconds: process.cpuNanoseconds)
        json.member(cpuTimeByNode: process.cpuNanosecondsByNode)
        json.member(threadsByNode: process.threadsByNode)
        json.member(ifPresent: "allowed_cpu_nodes", process.allowedCPUNodes)
        json.member(ifPresent: "allowed_memory_nodes", process.allowedMemoryNodes)
        json.member(ifPresent: "used_memory_nodes", process.placement?.bytes.nodes)
        if let ledger = process.ledger {
            json.object("ledger") { LedgerDocument.write(ledger, into: &$0) }
        }
        if let model = process.model {
            json.object("model") { ModelDocument.write(model, into: &$0) }
        }
        if let traced = process.traced {
            json.object("traced") { TracingDocument.write(traced, into: &$0) }
        }
        if let placement = process.placement {
            json.object("placement") {
                PlacementDocument.write(placement, nowNanoseconds: nowNanoseconds, into: &$0)
            }
        }
        json.member(ifPresent: "placement_gap", process.placementGap?.rawValue)
        json.array("denied") { json in
            for name in process.denied { json.value(name) }
        }
    }

    static func writeDetail(
        _ process: ProcessRecord, of snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter
    ) {
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        write(process, nowNanoseconds: nowNanoseconds, into: &json)
        guard !process.threads.isEmpty || process.threadsByNode.unlocated == 0 else { return }
        json.array("threads") { json in
            for thread in process.threads {
                json.object { write(thread, of: process, nowNanoseconds: nowNanoseconds, into: &$0) }
            }
        }
    }

    private static func write(
        _ thread: ThreadRecord, of process: ProcessRecord, nowNanoseconds: UInt64, into json: inout JSONWriter
    ) {
        json.member("tid", thread.tid)
        json.member("command", thread.command)
        json.member(ifPresent: "cpu", thread.cpu)
        json.member(ifPresent: "numa_node", thread.node?.rawValue)
        json.member(ifPresent: "preferred_node", thread.preferredNode?.rawValue)
        json.member(ifPresent: "numa_group_id", thread.groupID)
        json.member("cpu_seconds", seconds: thread.cpuNanoseconds)
        json.member(ifPresent: "private_pages_by_node", thread.privatePages)
        json.member(ifPresent: "shared_pages_by_node", thread.sharedPages)
        json.member(ifPresent: "migrated_pages", thread.migratedPages)
        json.member(
            "age_seconds", seconds: RoundHeader.age(of: process.heldNanoseconds(thread), now: nowNanoseconds))
    }
}
