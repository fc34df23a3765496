package import BalancingModel

/// The events of the hint-fault stream that readers of traces know, named as in the trace.
package enum TraceEventKind: UInt8, Sendable, CaseIterable, Hashable {
    // The most frequent first: the reader of text looks names up in this order.
    case hintFault
    case misplaced
    case misplacedReturn
    case schedSwitch
    case migrateCheck
    case migratePages
    case migrateTask
    case newTask
    case fork
    case exit
    case free
    case exec
    case placement
    case scanWork
    case scanDone
    case scanRange
    case scanRangeReturn
    case setPreferred
    case moveNUMA
    case stickNUMA
    case swapNUMA
    case skipVMA
    case skipCPUSet
    /// `tracing_mark_write`: a text some program wrote to `trace_marker`.
    case mark
    /// `print`: the same, as `trace-cmd report` and `perf script` name it.
    case print

    /// The event's name without its group.
    package var name: String {
        switch self {
        case .hintFault: "hint_fault"
        case .misplaced: "misplaced"
        case .misplacedReturn: "misplaced_ret"
        case .schedSwitch: "sched_switch"
        case .migrateCheck: "migrate_check"
        case .migratePages: "mm_migrate_pages"
        case .migrateTask: "sched_migrate_task"
        case .newTask: "task_newtask"
        case .fork: "sched_process_fork"
        case .exit: "sched_process_exit"
        case .free: "sched_process_free"
        case .exec: "sched_process_exec"
        case .placement: "placement"
        case .scanWork: "scan_work"
        case .scanDone: "scan_done"
        case .scanRange: "scan_range"
        case .scanRangeReturn: "scan_range_ret"
        case .setPreferred: "set_preferred"
        case .moveNUMA: "sched_move_numa"
        case .stickNUMA: "sched_stick_numa"
        case .swapNUMA: "sched_swap_numa"
        case .skipVMA: "sched_skip_vma_numa"
        case .skipCPUSet: "sched_skip_cpuset_numa"
        case .mark: "tracing_mark_write"
        case .print: "print"
        }
    }

    /// What the model calls the kinds of this event.
    package var eventKinds: EventKinds {
        switch self {
        case .hintFault: .hintFault
        case .misplaced: .misplaced
        case .misplacedReturn: .misplacedReturn
        case .schedSwitch: .schedSwitch
        case .migrateCheck: .migrateCheck
        case .migratePages: .migratePages
        case .migrateTask: .migrateTask
        case .newTask: .newTask
        case .fork: .fork
        case .exit: .exit
        case .free: .free
        case .exec: .exec
        case .placement: .placement
        case .scanWork, .scanDone: .scanWork
        case .scanRange, .scanRangeReturn: .scanRange
        case .setPreferred: .setPreferred
        case .moveNUMA, .stickNUMA, .swapNUMA: .taskMoves
        case .skipVMA: .skipVMA
        case .skipCPUSet: []
        case .mark, .print: [.marks, .vmstat]
        }
    }

    /// Whether it is an event of the kernel's own: one that is switched on shows every time it happens. A probe may sit on a
    /// function whose callers have it inlined.
    package var isTracepoint: Bool { !["numawatch", "ftrace"].contains(group) }

    /// The event's group where it has a fixed one.
    package var group: String {
        switch self {
        case .hintFault, .misplaced, .misplacedReturn, .migrateCheck, .placement, .scanWork, .scanDone, .scanRange,
            .scanRangeReturn, .setPreferred:
            "numawatch"
        case .moveNUMA, .stickNUMA, .swapNUMA, .skipVMA, .skipCPUSet, .migrateTask, .schedSwitch, .fork, .exec, .exit,
            .free:
            "sched"
        case .newTask: "task"
        case .migratePages: "migrate"
        case .mark, .print: "ftrace"
        }
    }
}
