import Snapshots
import TextOutput

/// The kernel's fault ledger: a part of processes and groups.
enum LedgerDocument {
    static let schema = Schema.object([
        .provenance,
        .required("task_count", .integer, "Tasks whose ledger was read."),
        .required("private_pages_by_node", .byNode, "Private hint-fault pages: the kernel's decayed averages."),
        .required("shared_pages_by_node", .byNode, "Shared hint-fault pages: the kernel's decayed averages."),
        .optional("change_pages_by_node", .byNode, "Change of their sum since the previous round."),
        .optional(
            "migrated_pages", .integer,
            "Pages moved by hint faults of the tasks since they started; absent before Linux 5.18, where a task begins with the "
                + "count of its parent."),
        .required("tasks_by_preferred_node", .byNode, "Tasks by the node the kernel prefers for them."),
        .required("tasks_without_preferred_node_count", .integer, "Tasks without one."),
        .optional(
            "tasks_off_preferred_node_count", .integer,
            "Tasks that are on another node than it, of those that could be read; absent where only others may be."),
        .required("numa_group_ids", .array(of: .integer), "NUMA groups the tasks are in."),
        .optional("scan_sequence", .integer, "Completed scans of the process's memory."),
    ])

    static func write(_ ledger: LedgerSummary, into json: inout JSONWriter) {
        json.member("provenance", .kernel)
        json.member("task_count", ledger.taskCount)
        json.member("private_pages_by_node", ledger.privatePages)
        json.member("shared_pages_by_node", ledger.sharedPages)
        json.member(ifPresent: "change_pages_by_node", ledger.changePages)
        json.member(ifPresent: "migrated_pages", ledger.migratedPages)
        json.member("tasks_by_preferred_node", ledger.tasksByPreferredNode)
        json.member("tasks_without_preferred_node_count", ledger.tasksWithoutPreferredNode)
        json.member(ifPresent: "tasks_off_preferred_node_count", ledger.tasksOffPreferredNode)
        json.array("numa_group_ids") { json in
            for id in ledger.groupIDs { json.value(id) }
        }
        json.member(ifPresent: "scan_sequence", ledger.scanSequence)
    }
}
