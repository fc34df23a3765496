/// One reading of `/proc/<pid>/task/<tid>/sched`: what the sampled drive knows of a task at a time.
package struct LedgerSample: Hashable, Sendable {
    /// Any clock that does not go back, nanoseconds.
    package var timeNanoseconds: UInt64
    /// Thread id in the initial PID namespace.
    package var tid: Int32
    /// `mm->numa_scan_seq`.
    package var scanSequence: Int64
    /// `numa_pages_migrated`, base pages.
    package var pagesMigrated: UInt64
    /// `numa_preferred_nid`, -1 for none.
    package var preferredNode: Int32
    /// `current_node`.
    package var currentNode: Int32
    /// `numa_group_id`, 0 for none.
    package var groupID: Int32
    /// `se.nr_migrations`: how often the task changed its CPU; absent if not read.
    package var migrationCount: UInt64?
    /// `se.sum_exec_runtime`, nanoseconds; absent if not read.
    package var runtimeNanoseconds: UInt64?
    /// One per online node, ascending.
    package var nodes: [Node]
    /// What was faulted since it was placed last, in the order of ``nodes``; absent unless the iterator told.
    package var windows: [Window]?
    /// The memory's scan sequence when it was placed last (`numa_scan_seq` of the task); absent as well.
    package var placedSequence: Int64?
    /// `numa_scan_period` of the task, ms; absent as well, and before its first scan.
    package var scanPeriodMilliseconds: UInt32?

    /// The window that is open, of one node: base pages.
    package struct Window: Hashable, Sendable {
        package var privatePages: UInt64
        package var sharedPages: UInt64

        package init(privatePages: UInt64, sharedPages: UInt64) {
            self.privatePages = privatePages
            self.sharedPages = sharedPages
        }
    }

    /// One `numa_faults node=` line: averaged base pages.
    package struct Node: Hashable, Sendable {
        package var taskPrivate: UInt64
        package var taskShared: UInt64
        package var groupPrivate: UInt64
        package var groupShared: UInt64

        package init(taskPrivate: UInt64, taskShared: UInt64, groupPrivate: UInt64 = 0, groupShared: UInt64 = 0) {
            self.taskPrivate = taskPrivate
            self.taskShared = taskShared
            self.groupPrivate = groupPrivate
            self.groupShared = groupShared
        }
    }

    package init(
        timeNanoseconds: UInt64, tid: Int32, scanSequence: Int64, pagesMigrated: UInt64, preferredNode: Int32,
        currentNode: Int32, groupID: Int32, migrationCount: UInt64? = nil, runtimeNanoseconds: UInt64? = nil,
        nodes: [Node]
    ) {
        self.timeNanoseconds = timeNanoseconds
        self.tid = tid
        self.scanSequence = scanSequence
        self.pagesMigrated = pagesMigrated
        self.preferredNode = preferredNode
        self.currentNode = currentNode
        self.groupID = groupID
        self.migrationCount = migrationCount
        self.runtimeNanoseconds = runtimeNanoseconds
        self.nodes = nodes
    }

    /// A mark of a trace as a sample; nothing unless it has all that is needed.
    package init?(_ mark: BalancingEvent.LedgerMark, at time: UInt64) {
        guard let sequence = mark.scanSequence, let migrated = mark.pagesMigrated, let preferred = mark.preferredNode,
            !mark.nodes.isEmpty
        else { return nil }
        self.init(
            timeNanoseconds: time, tid: mark.tid, scanSequence: sequence, pagesMigrated: migrated,
            preferredNode: preferred, currentNode: mark.currentNode ?? -1, groupID: mark.groupID ?? 0,
            nodes: mark.nodes.map {
                Node(
                    taskPrivate: $0.taskPrivate, taskShared: $0.taskShared, groupPrivate: $0.groupPrivate,
                    groupShared: $0.groupShared)
            })
    }
}

extension LedgerSample {
    /// What is known of a task that was born while its process, or the host, was watched: its ledger began empty.
    package struct Birth: Hashable, Sendable {
        /// A time at which it was not there yet.
        package var afterNanoseconds: UInt64
        /// `mm->numa_scan_seq` at that time, 0 for a process that was not there either.
        package var scanSequence: Int64

        package init(afterNanoseconds: UInt64, scanSequence: Int64) {
            self.afterNanoseconds = afterNanoseconds
            self.scanSequence = scanSequence
        }
    }

    /// The counters of one kind each, private before shared, in the order of the nodes.
    var counters: [UInt64] { nodes.flatMap { [$0.taskPrivate, $0.taskShared] } }

    /// The reading that would have been taken just before a task was born.
    init(before sample: LedgerSample, birth: Birth) {
        self.init(
            timeNanoseconds: min(birth.afterNanoseconds, sample.timeNanoseconds), tid: sample.tid,
            scanSequence: min(birth.scanSequence, sample.scanSequence), pagesMigrated: 0, preferredNode: -1,
            currentNode: -1, groupID: 0, migrationCount: sample.migrationCount.map { _ in 0 },
            runtimeNanoseconds: sample.runtimeNanoseconds.map { _ in 0 },
            nodes: sample.nodes.map { _ in Node(taskPrivate: 0, taskShared: 0) })
        windows = sample.windows.map { $0.map { _ in Window(privatePages: 0, sharedPages: 0) } }
    }
}

/// How far `/proc/vmstat` counters went in an interval.
package struct SystemCounters: Hashable, Sendable {
    /// `numa_hint_faults`.
    package var hintFaults: UInt64
    /// `numa_hint_faults_local`.
    package var localHintFaults: UInt64
    /// `numa_pages_migrated`, base pages.
    package var pagesMigrated: UInt64

    package init(hintFaults: UInt64, localHintFaults: UInt64, pagesMigrated: UInt64) {
        self.hintFaults = hintFaults
        self.localHintFaults = localHintFaults
        self.pagesMigrated = pagesMigrated
    }
}
