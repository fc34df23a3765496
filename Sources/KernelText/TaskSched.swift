/// `/proc/<pid>/task/<tid>/sched`: the scheduler's view of one task, and the kernel's NUMA fault ledger.
///
/// Needs `CONFIG_SCHED_DEBUG` up to 6.14. A header `comm (pid, #threads: n)`, a line of dashes, then `key : value` lines;
/// the NUMA block is last:
///
/// ```
/// numa_preferred_nid                           :                   -1
/// total_numa_faults                            :                 1398
/// current_node=0, numa_group_id=0
/// numa_faults node=0 task_private=571 task_shared=80 group_private=0 group_shared=0
/// ```
///
/// Times print as milliseconds with six decimals, which is exact nanoseconds. Lines are found by name; any others pass.
/// What is not printed is nil: a kernel without `CONFIG_NUMA_BALANCING` has no NUMA block, a kernel thread no
/// `mm->numa_scan_seq`. Reuse one value from task to task: ``parse(_:into:)`` keeps its buffer.
package struct TaskSched: Hashable, Sendable {
    /// One `numa_faults node=` line: the decayed fault counts of one node.
    package struct NodeFaults: Hashable, Sendable {
        package var node: Int
        /// `task_private`, pages, decayed.
        package var taskPrivate: UInt64
        /// `task_shared`
        package var taskShared: UInt64
        /// `group_private`; zero as well when the task has no group.
        package var groupPrivate: UInt64
        /// `group_shared`
        package var groupShared: UInt64

        package init(
            node: Int, taskPrivate: UInt64, taskShared: UInt64, groupPrivate: UInt64, groupShared: UInt64
        ) {
            self.node = node
            self.taskPrivate = taskPrivate
            self.taskShared = taskShared
            self.groupPrivate = groupPrivate
            self.groupShared = groupShared
        }
    }

    /// Where the command name lies in the bytes parsed; it may hold any byte. Nil when the text has no header.
    package var commRange: Range<Int>?
    /// The pid of the header, in the reader's PID namespace.
    package var pid: Int?
    /// `#threads`
    package var threadCount: Int?
    /// `se.exec_start`, run-queue clock.
    package var execStartNanoseconds: UInt64?
    /// `se.sum_exec_runtime`
    package var sumExecRuntimeNanoseconds: UInt64?
    /// `se.avg.load_sum`
    package var loadSum: UInt64?
    /// `se.nr_migrations`
    package var migrationCount: UInt64?
    /// `nr_switches`
    package var switchCount: UInt64?
    /// `nr_voluntary_switches`
    package var voluntarySwitchCount: UInt64?
    /// `nr_involuntary_switches`
    package var involuntarySwitchCount: UInt64?
    /// `policy`: `SCHED_NORMAL` is 0.
    package var policy: Int?
    /// `prio`
    package var priority: Int?
    /// `mm->numa_scan_seq`; nil for a task without memory map.
    package var scanSequence: Int?
    /// `numa_pages_migrated`
    package var pagesMigrated: UInt64?
    /// `numa_preferred_nid`; -1 is none.
    package var preferredNode: Int?
    /// `total_numa_faults`
    package var totalFaults: UInt64?
    /// `current_node`
    package var currentNode: Int?
    /// `numa_group_id`, a pid of the initial namespace; 0 is no group.
    package var groupID: Int?
    /// `numa_task_migrated`: only in some 6.16 release candidates.
    package var taskMigrated: UInt64?
    /// `numa_task_swapped`: only in some 6.16 release candidates.
    package var taskSwapped: UInt64?
    /// The `numa_faults` lines in the order printed, one per online node.
    package var faults: [NodeFaults] = []

    package init() {}

    /// Whether the task's counts do not add up to ``totalFaults``: the kernel prints without a lock, and this text was
    /// printed while placement ran. Such a sample must be dropped. False when there is no NUMA block.
    package var isTorn: Bool {
        guard let totalFaults else { return false }
        var sum: UInt64 = 0
        for entry in faults {
            let (with, first) = sum.addingReportingOverflow(entry.taskPrivate)
            let (both, second) = with.addingReportingOverflow(entry.taskShared)
            if first || second { return true }
            sum = both
        }
        return sum != totalFaults
    }

    /// Back to empty, keeping the buffer.
    package mutating func clear() {
        var buffer: [NodeFaults] = []
        swap(&buffer, &faults)
        buffer.removeAll(keepingCapacity: true)
        self = TaskSched()
        swap(&buffer, &faults)
    }
}
