import Snapshots
import TextOutput

/// A group, as an element of `/v1/groups`.
enum GroupDocument {
    static let fields: [Schema.Field] =
        [
            .required("group", .string, "The systemd unit, container or cgroup; - for processes outside any."),
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
                "placement",
                .object([
                    .provenance,
                    .required("classes", PlacementDocument.classes, "By kind of memory."),
                    .optional("policies", PlacementDocument.policies, "By memory policy."),
                    .optional("half_width_95_bytes_by_node", .byNode, "Half the 95 % confidence interval of the sum."),
                ]), "Where its memory is."),
            .required("placed_process_count", .integer, "Processes whose placement is in the sums."),
            .required("unplaced_process_count", .integer, "Processes whose placement is missing."),
        ]

    static func write(_ group: GroupRecord, into json: inout JSONWriter) {
        json.member("group", group.name)
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
        if let classes = group.bytesByClass {
            json.object("placement") { json in
                json.member("provenance", group.halfWidth95Bytes == nil ? Provenance.kernel : .estimated)
                PlacementDocument.write(classes: classes, into: &json)
                if let policies = group.bytesByPolicy { PlacementDocument.write(policies: policies, into: &json) }
                json.member(ifPresent: "half_width_95_bytes_by_node", group.halfWidth95Bytes)
            }
        }
        json.member("placed_process_count", group.placedProcessCount)
        json.member("unplaced_process_count", group.unplacedProcessCount)
    }
}
