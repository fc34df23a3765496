/// One event of the hint-fault stream, as the kernel reported it: the vocabulary between the readers of traces and the
/// model.
///
/// Readers (ftrace text, ring-buffer pages, recordings) produce these; the model consumes them. An event carries only
/// what the kernel printed; what a level of tracing does not report is absent.
package struct BalancingEvent: Sendable, Equatable {
    /// Trace clock, nanoseconds (ftrace text prints microseconds; the last three digits are then zero).
    package var timeNanoseconds: UInt64
    /// The task in whose context the event fired (`common_pid`): the thread id in the initial PID namespace.
    package var tid: Int32
    /// The CPU in the record.
    package var cpu: Int32
    package var payload: Payload

    package init(timeNanoseconds: UInt64, tid: Int32, cpu: Int32, payload: Payload) {
        self.timeNanoseconds = timeNanoseconds
        self.tid = tid
        self.cpu = cpu
        self.payload = payload
    }

    /// What happened. Case names follow the events' names in the trace; argument names follow the kernel's.
    package enum Payload: Sendable, Equatable {
        /// `numawatch:hint_fault`, entry of `task_numa_fault`.
        case hintFault(lastCPUPID: Int32, memNode: Int32, pages: Int32, flags: FaultFlags, jiffies: UInt64?)
        /// `numawatch:misplaced`, entry of `mpol_misplaced`.
        case misplaced(address: UInt64)
        /// `numawatch:misplaced_ret`: the target node, or -1 to leave the page where it is.
        case misplacedReturn(target: Int32)
        /// `numawatch:migrate_check`, entry of `should_numa_migrate_memory`.
        case migrateCheck(source: Int32, cpu: Int32)
        /// `numawatch:placement`, entry of `task_scan_max`.
        case placement
        /// The same with what the kernel is about to reckon with. Indirect: it is large, and rare.
        indirect case measuredPlacement(PlacementState)
        /// `numawatch:scan_work`, entry of `task_numa_work`.
        case scanWork(jiffies: UInt64?)
        /// `numawatch:scan_done`, return of `task_numa_work`.
        case scanDone(jiffies: UInt64?)
        /// `numawatch:scan_range`, entry of `change_prot_numa`.
        case scanRange(start: UInt64, end: UInt64)
        /// `numawatch:scan_range_ret`: base PTEs armed.
        case scanRangeReturn(updatedPages: UInt64)
        /// `numawatch:set_preferred`, entry of `sched_setnuma`.
        case setPreferred(node: Int32)
        /// `sched:sched_move_numa`.
        case moveNUMA(TaskMove)
        /// `sched:sched_stick_numa`.
        case stickNUMA(TaskMove)
        /// `sched:sched_swap_numa`.
        case swapNUMA(TaskMove)
        /// `sched:sched_skip_vma_numa`.
        case skipVMA(scanOffset: UInt64, start: UInt64, end: UInt64, reason: SkipReason)
        /// `sched:sched_skip_cpuset_numa`.
        case skipCPUSet(pid: Int32)
        /// `sched:sched_migrate_task`.
        case migrateTask(pid: Int32, originCPU: Int32, destinationCPU: Int32)
        /// `sched:sched_switch`. `previousState` is the first letter printed (`R`, `S`, `D`, `Z`, `X`…).
        case schedSwitch(previous: Int32, previousState: UInt8, next: Int32)
        /// `sched:sched_process_fork`.
        case fork(parent: Int32, child: Int32)
        /// `sched:sched_process_exec`, where it was recorded.
        case exec(pid: Int32, oldPID: Int32)
        /// `sched:sched_process_exit`.
        case exit(pid: Int32)
        /// `sched:sched_process_free`, in the context of any task: the kernel drops what is left of a dead one.
        case free(pid: Int32)
        /// `task:task_newtask`; the context task is the parent.
        case newTask(pid: Int32, cloneFlags: UInt64)
        /// `migrate:mm_migrate_pages`; `reason` 5 (or its text `numa_misplaced`) is a hint-fault migration.
        case migratePages(succeeded: UInt64, failed: UInt64, isNUMAMisplaced: Bool)
        /// A `SCHED` mark: the kernel's own ledger of one task, written up to 0.2 s after it was read.
        ///
        /// Indirect: it is five times the size of any other payload, and rare.
        indirect case mark(LedgerMark)
        /// A `VMSTAT` mark: the `numa_*` lines of `/proc/vmstat`.
        case vmstat([VmstatCounter])
        /// The trace says that `count` events of this CPU were lost (absent: an unknown number). Count 0 stands where a
        /// gap opens: from there on events may be missing, and the loss that says how many follows.
        case lostEvents(count: UInt64?)
    }

    /// What `task_numa_placement` reads of a task (`kernel/sched/fair.c`, 6.1 and 6.12): its CPU share since the last
    /// placement, and by what that is divided among the nodes.
    package struct PlacementState: Hashable, Sendable {
        /// `se.exec_start`: the scheduler's clock when it last looked at the task, nanoseconds.
        package var execStartNanoseconds: UInt64
        /// `se.sum_exec_runtime`: CPU time, nanoseconds.
        package var sumExecRuntimeNanoseconds: UInt64
        /// `se.avg.load_sum`, which stands in for the CPU time at the first placement.
        package var loadSum: UInt64
        /// `last_task_numa_placement`: `exec_start` at the last placement; 0 before the first.
        package var lastPlacementNanoseconds: UInt64
        /// `last_sum_exec_runtime`: CPU time at the last placement, nanoseconds.
        package var lastSumExecRuntimeNanoseconds: UInt64
        /// `numa_faults_locality[]`, base pages since the scan period was last fitted.
        package var remotePages: UInt64
        package var localPages: UInt64
        package var failedPages: UInt64

        package init(
            execStartNanoseconds: UInt64, sumExecRuntimeNanoseconds: UInt64, loadSum: UInt64,
            lastPlacementNanoseconds: UInt64, lastSumExecRuntimeNanoseconds: UInt64, remotePages: UInt64,
            localPages: UInt64, failedPages: UInt64
        ) {
            self.execStartNanoseconds = execStartNanoseconds
            self.sumExecRuntimeNanoseconds = sumExecRuntimeNanoseconds
            self.loadSum = loadSum
            self.lastPlacementNanoseconds = lastPlacementNanoseconds
            self.lastSumExecRuntimeNanoseconds = lastSumExecRuntimeNanoseconds
            self.remotePages = remotePages
            self.localPages = localPages
            self.failedPages = failedPages
        }

        /// The numbers in the order of the properties.
        package init(_ number: (Int) -> UInt64) {
            self.init(
                execStartNanoseconds: number(0), sumExecRuntimeNanoseconds: number(1), loadSum: number(2),
                lastPlacementNanoseconds: number(3), lastSumExecRuntimeNanoseconds: number(4),
                remotePages: number(5), localPages: number(6), failedPages: number(7))
        }

        /// The numbers in the order of the properties.
        package var numbers: [UInt64] {
            [
                execStartNanoseconds, sumExecRuntimeNanoseconds, loadSum, lastPlacementNanoseconds,
                lastSumExecRuntimeNanoseconds, remotePages, localPages, failedPages,
            ]
        }

        /// The CPU share of the time since the last placement, Q16 (`numa_get_avg_runtime`).
        package var share: UInt64 {
            guard lastPlacementNanoseconds != 0 else { return (loadSum << 16) / (UInt64(LoadAverage.maximum) &+ 1) }
            // The kernel tests the difference as a signed number: clocks of CPUs may be apart.
            let period = Int64(bitPattern: execStartNanoseconds &- lastPlacementNanoseconds)
            let run = sumExecRuntimeNanoseconds &- lastSumExecRuntimeNanoseconds
            return (run << 16) / (UInt64(max(0, period)) &+ 1)
        }
    }

    /// Fields of `sched_move_numa`, `sched_stick_numa` and `sched_swap_numa`.
    package struct TaskMove: Sendable, Equatable {
        package var pid: Int32
        package var groupID: Int32
        package var sourceCPU: Int32
        package var sourceNode: Int32
        /// The task to swap with; 0 when there is none (always 0 for a move).
        package var otherPID: Int32
        package var otherGroupID: Int32
        /// -1 when there is none.
        package var destinationCPU: Int32
        package var destinationNode: Int32

        package init(
            pid: Int32, groupID: Int32, sourceCPU: Int32, sourceNode: Int32, otherPID: Int32, otherGroupID: Int32,
            destinationCPU: Int32, destinationNode: Int32
        ) {
            self.pid = pid
            self.groupID = groupID
            self.sourceCPU = sourceCPU
            self.sourceNode = sourceNode
            self.otherPID = otherPID
            self.otherGroupID = otherGroupID
            self.destinationCPU = destinationCPU
            self.destinationNode = destinationNode
        }
    }

    /// `NUMAB_SKIP_*`: why the scanner passed a VMA by.
    package enum SkipReason: UInt8, Sendable, CaseIterable {
        case unsuitable = 0
        case sharedReadOnly = 1
        case inaccessible = 2
        case scanDelay = 3
        case pidInactive = 4
        case ignorePID = 5
        case sequenceCompleted = 6
        /// A reason this version does not know.
        case unknown = 255
    }

    /// One `name value` pair of a `VMSTAT` mark.
    package struct VmstatCounter: Sendable, Equatable {
        package var name: String
        package var value: UInt64

        package init(name: String, value: UInt64) {
            self.name = name
            self.value = value
        }
    }

    /// The lines of `/proc/<pid>/task/<tid>/sched` in a `SCHED` mark. Everything but the task may be absent.
    package struct LedgerMark: Sendable, Equatable {
        package var tid: Int32
        /// The process it is a thread of, where the reader knows.
        package var processID: Int32?
        /// Written when a recording began, for every thread there was: with marks like this, those that follow tell the
        /// past of threads older than the recording.
        package var isStart = false
        /// How long the reading took, where that is known: the ledger is of some moment in that time before the event's.
        package var readingNanoseconds: UInt64 = 0
        package var cpu: Int32?
        package var sumExecRuntimeNanoseconds: UInt64?
        package var scanSequence: Int64?
        package var pagesMigrated: UInt64?
        package var preferredNode: Int32?
        package var totalFaults: UInt64?
        package var currentNode: Int32?
        package var groupID: Int32?
        /// What the group's object lies by in the kernel's memory, where the iterator tells: no address, but of two groups the
        /// one with the larger lies higher.
        package var groupOrder: UInt64?
        package var nodes: [NodeFaults]

        package init(tid: Int32) {
            self.tid = tid
            self.nodes = []
        }

        /// One `numa_faults node=` line.
        package struct NodeFaults: Sendable, Equatable {
            package var node: Int32
            package var taskPrivate: UInt64
            package var taskShared: UInt64
            package var groupPrivate: UInt64
            package var groupShared: UInt64

            package init(
                node: Int32, taskPrivate: UInt64, taskShared: UInt64, groupPrivate: UInt64, groupShared: UInt64
            ) {
                self.node = node
                self.taskPrivate = taskPrivate
                self.taskShared = taskShared
                self.groupPrivate = groupPrivate
                self.groupShared = groupShared
            }
        }
    }
}

/// `TNF_*` (`include/linux/sched/numa_balancing.h`): what a hint fault found.
package struct FaultFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `TNF_MIGRATED`: the page was moved to the target.
    package static let migrated = FaultFlags(rawValue: 0x01)
    /// `TNF_NO_GROUP`: the entry was not writable; the fault does not form groups.
    package static let noGroup = FaultFlags(rawValue: 0x02)
    /// `TNF_SHARED`: the page is mapped by more than one shared mapping.
    package static let shared = FaultFlags(rawValue: 0x04)
    /// `TNF_FAULT_LOCAL`: before any migration the page was on the node of the faulting CPU.
    package static let faultLocal = FaultFlags(rawValue: 0x08)
    /// `TNF_MIGRATE_FAIL`: a target was chosen, but isolating or moving the page failed.
    package static let migrateFail = FaultFlags(rawValue: 0x10)
}
