import Snapshots

extension LedgerSummary {
    static let fields = Fields<LedgerSummary>(
        of: {
            var ledger = LedgerSummary()
            ledger.migratedPages = nil
            return ledger
        }()
    ) {
        Field.provenance(.kernel)
        Field(.taskCount, \.taskCount, "Tasks whose ledger was read.")
        Field(
            .privatePagesByNode, \.privatePages, "Private hint-fault pages: the kernel's decayed averages.")
        Field(.sharedPagesByNode, \.sharedPages, "Shared hint-fault pages: the kernel's decayed averages.")
        Field("change_pages_by_node", \.changePages, "Change of their sum since the previous round.")
        Field(
            .migratedPages, \.migratedPages,
            "Pages moved by hint faults of the tasks since they started; absent before Linux 5.18, where a task begins with the "
                + "count of its parent.")
        Field(
            "tasks_by_preferred_node", \.tasksByPreferredNode, "Tasks by the node the kernel prefers for them.")
        Field("tasks_without_preferred_node_count", \.tasksWithoutPreferredNode, "Tasks without one.")
        Field(
            .tasksOffPreferredNodeCount, \.tasksOffPreferredNode,
            "Tasks that are on another node than it, of those that could be read; absent where only others may be.")
        Field("numa_group_ids", \.groupIDs, "NUMA groups the tasks are in.")
        Field("scan_sequence", \.scanSequence, "Completed scans of the process's memory.")
    }
}
