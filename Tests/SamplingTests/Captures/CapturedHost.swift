import BalancingModel
import FixtureSupport
import HostReading
import NUMATopology
import Synchronization
import TraceReplay
import Tracing

/// A capture, read once for all tests of it: its events, and what settles ties between groups.
struct Capture {
    let profile: KernelProfile
    let layout: NodeLayout
    let kinds: EventKinds
    let oracle: TieOracle
    let events: [BalancingEvent]

    init(_ name: String) throws {
        let host = try BalancingHost.read(from: Fixture.archive("traces/\(name)").root)
        profile = host.profile
        layout = host.layout
        let file = FileTrace(path: Fixture.directory + "/traces/\(name).trace.xz", isReopenable: true)
        var reader = try TraceReader(file)
        var batch: [TraceRecord] = []
        var all: [BalancingEvent] = []
        var survey = TraceSurvey()
        var foresight = TraceForesight()
        while reader.next(into: &batch) {
            for record in batch {
                all.append(record.event)
                survey.note(record.event)
                foresight.note(record.event)
            }
        }
        var pass = TieLookAhead(profile: profile, layout: layout, foresight: foresight)
        for event in all { pass.consume(event) }
        kinds = survey.kinds
        oracle = pass.oracle()
        events = all
    }
}

/// A host as the trace tells it: the shadow drive's ledgers are the kernel's (the replay's own tests show that), and
/// `/proc/vmstat`, the processes, and each task's CPU are counted from the events. It answers what the daemon would read
/// at any instant, and keeps the truth of what happened since.
struct CapturedHost {
    /// What happened to one task since the truth was last taken.
    struct Truth {
        /// Base pages folded into its ledger, by node, private and shared together.
        var folded: [Double]
        var pagesMigrated: UInt64 = 0
        /// By source and target node.
        var moves: [[Int32]: Double] = [:]
        var placements = 0

        var total: Double { folded.reduce(0, +) }
    }

    private var replay: BalancingReplay
    let layout: NodeLayout
    private var cpus: [Int32: Int32] = [:]
    private var migrations: [Int32: UInt64] = [:]
    private var pagesMigrated: [Int32: UInt64] = [:]
    private var ledgers: [Int32: [LedgerChange.NodeShare]] = [:]
    private var checkedSource: [Int32: Int32] = [:]
    private var alive: Set<Int32> = []
    /// The process of each task: tasks that share memory.
    private(set) var process: [Int32: Int32] = [:]
    private(set) var hintFaults: UInt64 = 0
    private(set) var localHintFaults: UInt64 = 0
    private(set) var totalPagesMigrated: UInt64 = 0
    private var truth: [Int32: Truth] = [:]
    private var groups: [Int32: GroupLedger]?

    init(_ capture: Capture) {
        layout = capture.layout
        replay = BalancingReplay(
            profile: capture.profile, layout: capture.layout,
            options: ReplayOptions(drive: .shadow, kinds: capture.kinds, tieOracle: capture.oracle))
    }

    /// Threads by process.
    var threads: [Int32: [Int32]] {
        Dictionary(grouping: alive.sorted()) { process[$0] ?? $0 }
    }

    mutating func takeTruth() -> [Int32: Truth] {
        defer { truth = [:] }
        return truth
    }

    mutating func consume(_ event: BalancingEvent) {
        replay.consume(event)
        groups = nil
        if event.tid > 0 { cpus[event.tid] = event.cpu }
        switch event.payload {
        case .newTask(let pid, let flags): bear(pid, parent: event.tid, sharesMemory: flags & 0x100 != 0)
        case .exit(let pid): alive.remove(pid)
        case .schedSwitch(_, _, let next): cpus[next] = event.cpu
        case .migrateTask(let pid, let origin, let destination):
            cpus[pid] = destination
            if origin != destination { migrations[pid, default: 0] += 1 }
        case .misplaced:
            hintFaults += 1
            checkedSource[event.tid] = nil
        case .migrateCheck(let source, _): checkedSource[event.tid] = source
        case .hintFault(_, let node, let pages, let flags, _):
            if flags.contains(.faultLocal) { localHintFaults += 1 }
            if flags.contains(.migrated) { move(event.tid, to: node, UInt64(pages)) }
        default: break
        }
        for change in replay.takeLedgerChanges() {
            if change.cause == .placement { fold(change) }
            ledgers[change.tid] = change.nodes
        }
        while replay.takeDecision() != nil {}
        _ = replay.takePeriodChanges()
    }

    private mutating func bear(_ pid: Int32, parent: Int32, sharesMemory: Bool) {
        if process[parent] == nil { process[parent] = parent }
        process[pid] = sharesMemory ? process[parent] : pid
        alive.formUnion([pid, parent])
        ledgers[pid] = nil
        migrations[pid] = 0
        pagesMigrated[pid] = 0
    }

    private mutating func move(_ tid: Int32, to target: Int32, _ pages: UInt64) {
        let none = none
        totalPagesMigrated += pages
        pagesMigrated[tid, default: 0] += pages
        truth[tid, default: none].pagesMigrated += pages
        truth[tid, default: none].moves[[checkedSource[tid] ?? -1, target], default: 0] += Double(pages)
    }

    private mutating func fold(_ change: LedgerChange) {
        let none = none
        let before = ledgers[change.tid]
        truth[change.tid, default: none].placements += 1
        for (node, share) in change.nodes.enumerated() {
            let (personal, shared) = (before?[node].privateFaults ?? 0, before?[node].sharedFaults ?? 0)
            truth[change.tid, default: none].folded[node] +=
                Double(share.privateFaults + share.sharedFaults) - Double(personal - personal / 2)
                - Double(shared - shared / 2)
        }
    }

    private var none: Truth { Truth(folded: Array(repeating: 0, count: layout.count)) }

    /// What `/proc/<pid>/task/<tid>/sched` would show.
    mutating func read(_ tid: Int32, at time: UInt64) -> LedgerSample? {
        guard let state = replay.state(of: tid) else { return nil }
        let groups = groups ?? Dictionary(replay.groupLedgers().map { ($0.groupID, $0) }) { first, _ in first }
        self.groups = groups
        let group = groups[state.groupID]
        return LedgerSample(
            timeNanoseconds: time, tid: tid, scanSequence: Int64(state.scanSequence),
            pagesMigrated: pagesMigrated[tid] ?? 0, preferredNode: state.preferredNode,
            currentNode: layout.number(layout.position(ofCPU: Int(cpus[tid] ?? -1))), groupID: state.groupID,
            migrationCount: migrations[tid] ?? 0,
            nodes: state.nodes.enumerated().map { node, share in
                LedgerSample.Node(
                    taskPrivate: share.privateFaults, taskShared: share.sharedFaults,
                    groupPrivate: group?.nodes[node].privateFaults ?? 0,
                    groupShared: group?.nodes[node].sharedFaults ?? 0)
            })
    }
}
