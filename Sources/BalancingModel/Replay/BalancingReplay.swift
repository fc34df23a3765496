/// The kernel's automatic NUMA balancing, replayed from a stream of events (`kernel/sched/fair.c`, `mm/mempolicy.c`,
/// 5.15 to 7.x).
///
/// A hint fault appears as up to five events in the context of the faulting task: `misplaced` (the address),
/// `migrate_check` (the instant of the group test), `misplaced_ret` (the kernel's answer), `hint_fault` (what is
/// accounted) and `placement` (the ledger is folded). Events of different tasks interleave; within one task they are in
/// order. From them the replay keeps what the kernel keeps: per task a ledger of faults by node, shared and private,
/// averaged over scan passes; per group the sums of its members; scan sequence, period, preferred node.
///
/// For each `misplaced` it predicts the kernel's answer from what was known before the kernel answered. The inputs of the
/// decision that the kernel reports only with `hint_fault` (`last_cpupid`) are inputs all the same; its outcomes are not.
/// The group's sums are those at `migrate_check`: other members fold theirs while this fault is under way.
///
/// Two instants need care. The window counters of a fault are added after the placement the same fault may cause, so they
/// wait until the task's next event. And `placement` is also hit by a clone: whether it is a placement follows from the
/// retry gate and the scan sequence or, if these say no, from the task's next event.
///
/// Everything is a value in flat tables: replaying twice gives identical output.
package struct BalancingReplay: Sendable {
    package let profile: KernelProfile
    package let layout: NodeLayout
    package let options: ReplayOptions
    package internal(set) var counters = ReplayCounters()

    let isBlind: Bool
    /// Outcomes reported by `set_preferred` are followed.
    let followsSetPreferred: Bool
    let expectsPlacementEvents: Bool
    let expectsMigrateCheck: Bool
    /// Whether the births of tasks tell who shares memory with whom.
    let knowsSpaces: Bool
    /// Whether a thread that was not seen born was there before the stream.
    let knowsBirths: Bool
    /// Whether the scanner's events suffice to follow the scan sequence; if not, placements alone tell.
    let followsWalks: Bool
    let nodeCount: Int
    /// Whether the slow branch clears the locality counters; corrected by evidence.
    var clearsLocality: Bool
    /// Whether a fault was seen to enter `task_scan_max` twice: where the compiler has inlined the second call, its absence
    /// says nothing.
    var hasSeenSecondHit = false

    var index = ThreadIndex()
    var tasks: [TaskState] = []
    var freeTasks: [Int32] = []
    var spaces: [AddressSpace] = []
    var freeSpaces: [Int32] = []
    var groups: [GroupState] = []
    var freeGroups: [Int32] = []
    /// Eight regions' worth of counters for each task that ever faulted: `numa_faults`.
    var faults: [UInt64] = []
    var freeFaultBases: [Int] = []
    /// Two regions' worth for each group slot.
    var groupFaults: [UInt64] = []
    /// Thread running on each CPU; -1 before one was seen.
    var current: [Int32] = []
    /// Outcomes of ties somebody found out.
    var tieOracle: TieOracle
    /// What was concluded or guessed beyond that.
    var pointerOrder = PointerOrder()

    var queue = DecisionQueue()
    var changes: [LedgerChange] = []
    var periodChanges: [PeriodChange] = []
    var groupFacts: [GroupFact] = []
    /// Tasks that have exited and lose their ledger when the kernel frees them.
    var releases: [(time: UInt64, slot: Int32, tid: Int32)] = []
    var releaseHead = 0
    /// Whether the stream was seen to tell when the kernel frees a task.
    var tellsReleases = false
    /// CPUs whose events are missing from some time on up to a loss that is still to come.
    var cpusInGap: Set<Int32> = []
    /// Whether some tasks are in a gap, so that one that comes up unknown may be.
    var hasTasksInGap = false
    /// By process id, the slot of a task that has its address space; kept where marks name processes.
    var slotByProcess: [Int32: Int32] = [:]
    /// Some task is a vfork child whose parent waits.
    var hasVForks = false
    var now: UInt64 = 0
    /// Time of the first event.
    var firstTime: UInt64 = 0
    /// Positions of fast nodes that were seen to refuse pages for want of room.
    var nodesWithoutRoom: Set<Int> = []
    var clock: JiffyClock

    /// A replay with no task known.
    package init(profile: KernelProfile, layout: NodeLayout, options: ReplayOptions) {
        self.profile = profile
        self.layout = layout
        self.options = options
        isBlind = options.drive == .blind
        followsSetPreferred = options.drive == .shadow && options.kinds.contains(.setPreferred)
        expectsPlacementEvents = options.kinds.contains(.placement)
        expectsMigrateCheck = options.kinds.contains(.migrateCheck)
        knowsSpaces = options.kinds.contains(.newTask)
        knowsBirths = !options.kinds.isDisjoint(with: [.newTask, .fork])
        followsWalks =
            options.kinds.isSuperset(of: [.scanWork, .scanRange])
            && (!profile.switches.contains(.perVMAState) || options.kinds.contains(.skipVMA)
                || !options.kinds.contains(.placement))
        nodeCount = layout.count
        tieOracle = options.tieOracle
        clearsLocality = profile.switches.contains(.localityReset)
        clock = JiffyClock(tick: profile.tick)
        current = [Int32](repeating: -1, count: max(layout.cpuCount, 1))
    }

    /// Changes of scan periods kept for a caller that does not take them.
    static let periodChangeLimit = 1 << 14

    /// Takes the next event. Times should not fall; one that does counts as the latest time seen.
    package mutating func consume(_ event: BalancingEvent) {
        if now == 0 { firstTime = event.timeNanoseconds }
        now = max(now, event.timeNanoseconds)
        if releaseHead < releases.count { releaseDue() }
        switch event.payload {
        case .misplaced(let address):
            beginFault(tid: event.tid, cpu: event.cpu, address: address)
        case .migrateCheck(let source, let cpu):
            checkFault(tid: event.tid, source: source, cpu: cpu)
        case .misplacedReturn(let target):
            answerFault(tid: event.tid, target: target)
        case .hintFault(let lastCPUPID, let memNode, let pages, let flags, let jiffies):
            accountFault(
                tid: event.tid, cpu: event.cpu, lastCPUPID: lastCPUPID, memNode: memNode, pages: pages, flags: flags,
                jiffies: jiffies)
        case .placement:
            placementEvent(tid: event.tid, cpu: event.cpu, nil)
        case .measuredPlacement(let state):
            placementEvent(tid: event.tid, cpu: event.cpu, state)
        case .schedSwitch(let previous, let state, let next):
            switchTasks(cpu: event.cpu, previous: previous, state: state, next: next)
        case .migrateTask(let pid, let origin, let destination):
            moveTask(pid, from: origin, to: destination)
        case .scanWork(let jiffies):
            beginWalk(tid: event.tid, cpu: event.cpu, jiffies: jiffies)
        case .scanDone(let jiffies):
            endWalk(tid: event.tid, jiffies: jiffies)
        case .scanRange(let start, let end):
            walkRange(tid: event.tid, start: start, end: end)
        case .scanRangeReturn(let updated):
            walkRangeDone(tid: event.tid, updated: updated)
        case .skipVMA(let offset, let start, let end, let reason):
            walkSkip(tid: event.tid, offset: offset, start: start, end: end, reason: reason)
        case .skipCPUSet:
            break
        case .setPreferred(let node):
            setPreferredEvent(tid: event.tid, node: node)
        case .moveNUMA(let move), .stickNUMA(let move), .swapNUMA(let move):
            taskMoveEvent(move)
        case .newTask(let pid, let flags):
            createTask(parent: event.tid, child: pid, cloneFlags: flags)
        case .fork(let parent, let child):
            forkEvent(parent: parent, child: child)
        case .exec(let pid, let oldPID):
            execEvent(tid: pid, oldTID: oldPID)
        case .exit(let pid):
            exitTask(pid)
        case .free(let pid):
            freeTask(pid)
        case .migratePages, .vmstat:
            break
        case .mark(let mark):
            markEvent(mark)
        case .lostEvents(let count):
            loseEvents(count, cpu: event.cpu)
        }
    }

    /// Ends the stream: what is still open is completed as it stands.
    package mutating func finish() {
        for slot in tasks.indices where tasks[slot].tid > 0 {
            settle(slot, isCloning: false)
            abandonOpenFault(slot)
        }
        queue.completeAll()
    }

    /// Takes the next decision, in the order of `misplaced` events, if it is complete.
    package mutating func takeDecision() -> Decision? { queue.takeFirst() }

    /// Takes the ledger changes since the last call.
    package mutating func takeLedgerChanges() -> [LedgerChange] {
        guard !changes.isEmpty else { return [] }
        let taken = changes
        changes.removeAll(keepingCapacity: true)
        return taken
    }

    /// Forgets the ledger changes since the last call.
    package mutating func dropLedgerChanges() {
        if !changes.isEmpty { changes.removeAll(keepingCapacity: true) }
        if !periodChanges.isEmpty { periodChanges.removeAll(keepingCapacity: true) }
    }

    /// Takes the changes of scan periods since the last call.
    package mutating func takePeriodChanges() -> [PeriodChange] {
        guard !periodChanges.isEmpty else { return [] }
        let taken = periodChanges
        periodChanges.removeAll(keepingCapacity: true)
        return taken
    }

    /// Takes outcomes of ties that lie before it: what a look ahead committed to (``TieLookAhead/commit(before:)``).
    package mutating func learn(_ outcomes: [TieFact]) { tieOracle.append(outcomes) }

    /// Hands the facts about groups since the last call to a solver.
    package mutating func drainGroupFacts(into solver: inout TieSolver) {
        guard !groupFacts.isEmpty else { return }
        for fact in groupFacts { solver.consume(fact) }
        groupFacts.removeAll(keepingCapacity: true)
    }

    /// Takes the facts about groups since the last call.
    package mutating func takeGroupFacts() -> [GroupFact] {
        guard !groupFacts.isEmpty else { return [] }
        let taken = groupFacts
        groupFacts.removeAll(keepingCapacity: true)
        return taken
    }

    // MARK: Tables

    /// Index of a counter in a task's table: region 0 faults, 1 CPU shares, 2 and 3 the same of the current window.
    @inline(__always)
    func entry(_ base: Int, region: Int, node: Int, isPrivate: Int) -> Int {
        base + 2 * (region * nodeCount + node) + isPrivate
    }

    /// Whether the table entry of a slot still belongs to a thread.
    @inline(__always)
    func isAlive(_ slot: Int) -> Bool { slot >= 0 && tasks[slot].tid > 0 }

    @inline(__always)
    mutating func noteRunning(_ slot: Int, tid: Int32, cpu: Int32) {
        let cpu = Int(cpu)
        guard cpu >= 0, cpu < current.count else { return }
        if current[cpu] != tid { current[cpu] = tid }
        if tasks[slot].cpu != Int32(cpu) || !tasks[slot].isRunning { startRunning(slot, cpu: Int32(cpu)) }
    }
}
