/// How a stream of events drives the model.
package enum ReplayDrive: String, Sendable, CaseIterable {
    /// The kernel's outcomes are adopted once the model's prediction has been compared with them.
    case shadow
    /// Whatever reveals a decision is ignored; the model's own outcome stands in.
    case blind
}

/// Kinds of events a trace may lack; each one missing lowers the level of the replay.
package struct EventKinds: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let misplaced = EventKinds(rawValue: 1 << 0)
    package static let misplacedReturn = EventKinds(rawValue: 1 << 1)
    package static let hintFault = EventKinds(rawValue: 1 << 2)
    /// `hint_fault` carries `j=`.
    package static let faultJiffies = EventKinds(rawValue: 1 << 3)
    package static let migrateCheck = EventKinds(rawValue: 1 << 4)
    package static let placement = EventKinds(rawValue: 1 << 5)
    package static let scanWork = EventKinds(rawValue: 1 << 6)
    package static let scanRange = EventKinds(rawValue: 1 << 7)
    package static let setPreferred = EventKinds(rawValue: 1 << 8)
    package static let taskMoves = EventKinds(rawValue: 1 << 9)
    package static let skipVMA = EventKinds(rawValue: 1 << 10)
    package static let migrateTask = EventKinds(rawValue: 1 << 11)
    package static let schedSwitch = EventKinds(rawValue: 1 << 12)
    package static let newTask = EventKinds(rawValue: 1 << 13)
    package static let fork = EventKinds(rawValue: 1 << 14)
    package static let exit = EventKinds(rawValue: 1 << 15)
    package static let migratePages = EventKinds(rawValue: 1 << 16)
    package static let marks = EventKinds(rawValue: 1 << 17)
    package static let vmstat = EventKinds(rawValue: 1 << 18)
    package static let exec = EventKinds(rawValue: 1 << 19)
    package static let free = EventKinds(rawValue: 1 << 20)

    /// Every kind with its name in a trace, in order.
    package static let named: [(name: String, kind: EventKinds)] = [
        ("misplaced", .misplaced), ("misplaced_ret", .misplacedReturn), ("hint_fault", .hintFault),
        ("hint_fault j=", .faultJiffies), ("migrate_check", .migrateCheck), ("placement", .placement),
        ("scan_work", .scanWork), ("scan_range", .scanRange), ("set_preferred", .setPreferred),
        ("sched_move_numa/stick/swap", .taskMoves), ("sched_skip_vma_numa", .skipVMA),
        ("sched_migrate_task", .migrateTask), ("sched_switch", .schedSwitch), ("task_newtask", .newTask),
        ("sched_process_fork", .fork), ("sched_process_exit", .exit), ("mm_migrate_pages", .migratePages),
        ("SCHED", .marks), ("VMSTAT", .vmstat), ("sched_process_exec", .exec), ("sched_process_free", .free),
    ]

    /// All kinds.
    package static let all = EventKinds(rawValue: (1 << 21) - 1)

    /// The kinds an event shows to be there.
    package init(of payload: BalancingEvent.Payload) {
        switch payload {
        case .hintFault(_, _, _, _, let jiffies): self = jiffies == nil ? .hintFault : [.hintFault, .faultJiffies]
        case .misplaced: self = .misplaced
        case .misplacedReturn: self = .misplacedReturn
        case .migrateCheck: self = .migrateCheck
        case .placement, .measuredPlacement: self = .placement
        case .scanWork, .scanDone: self = .scanWork
        case .scanRange, .scanRangeReturn: self = .scanRange
        case .setPreferred: self = .setPreferred
        case .moveNUMA, .stickNUMA, .swapNUMA: self = .taskMoves
        case .skipVMA: self = .skipVMA
        case .skipCPUSet: self = []
        case .migrateTask: self = .migrateTask
        case .schedSwitch: self = .schedSwitch
        case .fork: self = .fork
        case .exec: self = .exec
        case .exit: self = .exit
        case .free: self = .free
        case .newTask: self = .newTask
        case .migratePages: self = .migratePages
        case .mark: self = .marks
        case .vmstat: self = .vmstat
        case .lostEvents: self = []
        }
    }
}

/// What a replay is told besides the events.
package struct ReplayOptions: Sendable {
    package var drive: ReplayDrive
    /// What the trace holds; a kind that never occurs must not be waited for.
    package var kinds: EventKinds
    /// Which of two groups of equal size lies higher in the kernel's memory, as far as somebody found out.
    package var tieOracle: TieOracle
    /// Whether facts about groups are recorded for a ``TieSolver``.
    package var recordsGroupFacts = false
    /// Whether the past of a task the stream did not see born is told by the next marks. If not, it starts from nothing, and
    /// where births are in the stream its decisions are no test of the model.
    package var startsUnknown = false
    /// A mark is adopted only if the task's ledger was not folded so shortly before, because it may have been read before
    /// that; 0 where marks come seldom and any is welcome.
    package var adoptionQuietNanoseconds: UInt64 = 0

    package init(drive: ReplayDrive, kinds: EventKinds = .all, tieOracle: TieOracle = TieOracle()) {
        self.drive = drive
        self.kinds = kinds
        self.tieOracle = tieOracle
    }
}
