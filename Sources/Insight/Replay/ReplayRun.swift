package import BalancingModel
import TextOutput
package import Tracing

/// One replay of a trace: feeds the model, compares it with the kernel, collects the report's figures, and writes the
/// line formats as it goes.
///
/// Memory is bounded whatever the length of the trace: by the tasks and groups alive, and by the limits that
/// ``TaskFigures`` and ``PageSketch`` state.
package struct ReplayRun: Sendable {
    /// What is written while the replay runs.
    package enum Lines: String, Sendable, CaseIterable {
        case none
        /// One line for each `misplaced` event: time, tid, address, predicted target or -1, rule; tab separated.
        case decisions
        /// One line for each change of a task's ledger: time, tid, preferred node, total faults, group id, and
        /// `private,shared` of each online node, ascending; tab separated.
        case ledger
    }

    /// One thing the model said, with what the kernel had said of it.
    enum Result: Sendable {
        case fault(Decision, ObservedFault)
        case ledger(LedgerChange)
        /// A mark was compared: whether values, preferred node and group agreed with it.
        case mark(tid: Int32, values: Bool, preferred: Bool, group: Bool)
    }

    package let machine: ReplayMachine
    package let drive: ReplayDrive
    package let lines: Lines
    /// Finished lines, for the caller to write and remove.
    package var output: [UInt8] = []

    package private(set) var faults: FaultFigures
    package private(set) var scans = ScanFigures()
    package private(set) var pages = PageSketch()
    package private(set) var tasks = TaskFigures()
    package private(set) var agreement = DecisionAgreement()
    package private(set) var marks: LedgerAgreement
    /// Marks whose count of migrated pages the model had in the time the mark was under way.
    package private(set) var markedPages = LedgerAgreement.Score()
    /// Marks that were not compared because their task was being resynchronised.
    package private(set) var resynchronisingMarks: UInt64 = 0
    package private(set) var vmstat = VmstatCheck()
    /// Groups when the trace ended.
    package private(set) var groups: [GroupLedger] = []
    package var counters: ReplayCounters { model.counters }

    /// Decisions and ledger changes since they were last taken, where somebody wants them one by one.
    var results: [Result] = []
    private let keepsResults: Bool
    private var model: BalancingReplay
    private var filter = BlindFilter()
    private var log = FaultLog()
    private var fractionDigits: UInt8 = 6
    /// Of each task the latest moves, for marks that are under way. Decisions may come later than marks: one that is open
    /// holds back those after it.
    private var recentMoves: [Int32: [(time: UInt64, pages: UInt64)]] = [:]
    /// Moves kept per task at most; with more of them in 0.2 s a mark is compared more strictly than need be.
    private static let recentMoveLimit = 4096

    /// Whether the drive can tell how often there was an outcome: a blind one takes each decision as done, and never sees that
    /// the kernel failed to move a page.
    package func tells(_ outcome: FaultOutcome) -> Bool { drive != .blind || outcome != .failed }

    /// - Parameters:
    ///   - kinds: What the trace holds.
    ///   - startsUnknown: ``ReplayOptions/startsUnknown``: the trace begins with the ledgers of the threads there were.
    package init(
        machine: ReplayMachine, drive: ReplayDrive, kinds: EventKinds, oracle: TieOracle, startsUnknown: Bool = false,
        lines: Lines = .none
    ) {
        var options = ReplayOptions(
            drive: drive, kinds: drive == .blind ? BlindFilter.kinds(kinds) : kinds, tieOracle: oracle)
        options.startsUnknown = startsUnknown
        if startsUnknown { options.adoptionQuietNanoseconds = LedgerAgreement.markDelayNanoseconds }
        self.init(machine: machine, options: options, lines: lines, keepsResults: false)
    }

    /// - Parameters:
    ///   - options: Of the model.
    ///   - keepsResults: For a stream without end: results are kept until they are taken, and nothing is kept of tasks.
    init(machine: ReplayMachine, options: ReplayOptions, lines: Lines = .none, keepsResults: Bool) {
        self.keepsResults = keepsResults
        drive = options.drive
        self.machine = machine
        self.lines = lines
        faults = FaultFigures(nodes: machine.layout.count)
        marks = LedgerAgreement(layout: machine.layout)
        model = BalancingReplay(profile: machine.profile, layout: machine.layout, options: options)
    }

    /// Takes the next record of the trace.
    package mutating func consume(_ record: TraceRecord) {
        fractionDigits = record.stamp.fractionDigits
        observe(record)
        follow(record.event)
    }

    /// Takes the next event of a live stream, or one that the trace does not hold.
    mutating func consume(_ event: BalancingEvent) {
        observe(TraceRecord(event: event, stamp: TraceStamp(nanoseconds: event.timeNanoseconds, fractionDigits: 9)))
        follow(event)
    }

    private mutating func follow(_ event: BalancingEvent) {
        var isTest = true
        var judgesPages = true
        if case .mark(let mark) = event.payload {
            judgesPages = model.knowsPagesMigrated(of: mark.tid)
            // Of a task that is gone the last states are kept.
            isTest = model.judges(markOf: mark.tid) || model.standing(of: mark.tid) == nil && marks.knows(mark.tid)
            // Older states are not kept.
            if mark.readingNanoseconds > LedgerAgreement.markDelayNanoseconds { isTest = false }
        }
        let isFault = if case .hintFault = event.payload { true } else { false }
        let pagesBefore = isFault ? model.pagesMigrated(of: event.tid) : 0
        if drive == .shadow {
            model.consume(event)
        } else if let kept = filter.filter(event) {
            model.consume(kept)
        }
        if isFault {
            let pages = model.pagesMigrated(of: event.tid) &- pagesBefore
            if pages > 0 { remember(pages, of: event.tid, at: event.timeNanoseconds) }
        }
        takeResults()
        if case .mark(let mark) = event.payload {
            if isTest {
                score(mark, judgesPages: judgesPages, at: event.timeNanoseconds)
            } else {
                resynchronisingMarks += 1
            }
        }
    }

    /// Ends the trace.
    package mutating func finish() {
        model.finish()
        takeResults()
        groups = model.groupLedgers()
    }

    // MARK: Streams without end

    /// Replaces what is known about ties.
    mutating func learn(_ outcomes: [TieFact]) { model.learn(outcomes) }

    /// Some tasks go on unseen.
    mutating func beginGap(where isUnseen: (Int32) -> Bool) { model.beginGap(where: isUnseen) }

    /// What they did unseen is over.
    mutating func endGap(where isUnseen: (Int32) -> Bool) { model.endGap(where: isUnseen) }

    /// Forgets tasks that are gone although no exit of theirs was seen.
    mutating func forgetLost(unless isThere: (Int32) -> Bool) {
        for tid in model.forgetLost(unless: isThere) {
            marks.forget(tid)
            recentMoves[tid] = nil
        }
    }

    /// Tasks by how much the model has of them.
    var tasksByStanding: [Int] { model.tasksByStanding() }

    /// A task's ledger as the model has it.
    func ledger(of tid: Int32) -> LedgerChange? { model.state(of: tid) }

    /// The groups there are now.
    func currentGroups() -> [GroupLedger] { model.groupLedgers() }

    // MARK: What the kernel said

    private mutating func observe(_ record: TraceRecord) {
        let event = record.event
        switch event.payload {
        case .misplaced: log.begin(tid: event.tid, stamp: record.stamp)
        case .misplacedReturn(let target): log.update(event.tid) { $0.answer = target }
        case .migrateCheck(let source, _): log.update(event.tid) { $0.source = source }
        case .hintFault(_, let memNode, let pages, let flags, _):
            log.update(event.tid) { fault in
                fault.hint = ObservedFault.Hint(
                    memNode: memNode, pages: UInt64(max(0, pages)), flags: flags,
                    nanoseconds: event.timeNanoseconds)
            }
            log.end(event.tid)
            vmstat.note(event)
            return
        case .scanWork, .scanDone, .scanRange, .scanRangeReturn, .skipVMA: scans.note(event)
        case .newTask, .exec: pages.note(event)
        case .exit(let pid):
            pages.note(event)
            scans.note(event)
            log.end(pid)
            recentMoves[pid] = nil
            // A reading under way may still come; a stream without end cannot keep every thread that ever was.
            if keepsResults { marks.forget(pid) }
        case .lostEvents: scans.note(event)
        default: break
        }
        vmstat.note(event)
    }

    // MARK: What the model said

    private mutating func takeResults() {
        while let decision = model.takeDecision() { take(decision) }
        for change in model.takeLedgerChanges() { take(change) }
    }

    private mutating func take(_ decision: Decision) {
        let stamp = TraceStamp(nanoseconds: decision.timeNanoseconds, fractionDigits: fractionDigits)
        let fault = log.takeFirst() ?? ObservedFault(stamp: stamp, tid: decision.tid)
        if lines == .decisions { write(decision, fault.stamp) }
        faults.add(decision, fault, machine.layout, isBlind: drive == .blind)
        agreement.add(decision, answer: fault.answer)
        var moved: UInt64 = 0
        if let hint = fault.hint {
            if drive == .blind ? decision.target >= 0 : hint.flags.contains(.migrated) { moved = hint.pages }
        }
        if keepsResults {
            results.append(.fault(decision, fault))
        } else {
            tasks.add(decision, answer: fault.answer, migratedPages: moved)
        }
        if moved > 0, let hint = fault.hint {
            pages.moved(
                address: decision.address, tid: decision.tid, from: decision.sourceNode,
                to: drive == .blind ? decision.target : hint.memNode, at: decision.timeNanoseconds)
        }
    }

    private mutating func remember(_ pages: UInt64, of tid: Int32, at time: UInt64) {
        var moves = recentMoves.removeValue(forKey: tid) ?? []
        if moves.count >= 64, moves.count & 63 == 0 {
            moves.removeAll { $0.time &+ LedgerAgreement.markDelayNanoseconds < time }
            if moves.count >= Self.recentMoveLimit { moves.removeFirst(moves.count - Self.recentMoveLimit + 64) }
        }
        moves.append((time, pages))
        recentMoves[tid] = moves
    }

    private mutating func take(_ change: LedgerChange) {
        if lines == .ledger { write(change) }
        marks.note(change)
        if keepsResults {
            results.append(.ledger(change))
        } else {
            tasks.note(change)
        }
    }

    private mutating func score(_ mark: BalancingEvent.LedgerMark, judgesPages: Bool, at time: UInt64) {
        let before = (marks.values.right, marks.preferred, marks.group)
        marks.score(mark, at: time)
        if keepsResults {
            results.append(
                .mark(
                    tid: mark.tid, values: mark.nodes.isEmpty || marks.values.right > before.0,
                    preferred: mark.preferredNode == nil || marks.preferred.right > before.1.right,
                    group: mark.groupID == nil || marks.group.right > before.2.right))
        }
        guard let kernel = mark.pagesMigrated, judgesPages else { return }
        let now = model.pagesMigrated(of: mark.tid)
        // The file was read up to 0.2 s ago: moves since then may be in it or not.
        var least = now
        for move in recentMoves[mark.tid] ?? []
        where move.time &+ LedgerAgreement.markDelayNanoseconds > time {
            least -= min(least, move.pages)
        }
        markedPages.add(kernel >= least && kernel <= now)
    }

    // MARK: Lines

    private mutating func write(_ decision: Decision, _ stamp: TraceStamp) {
        stamp.append(to: &output)
        output.append(0x09)
        output.append(decimal: decision.tid)
        output.append(text: "\t0x")
        output.append(hexadecimal: decision.address)
        output.append(0x09)
        output.append(decimal: decision.target)
        output.append(0x09)
        output.append(text: decision.rule.rawValue)
        output.append(0x0a)
    }

    private mutating func write(_ change: LedgerChange) {
        TraceStamp(nanoseconds: change.timeNanoseconds, fractionDigits: fractionDigits).append(to: &output)
        output.append(0x09)
        output.append(decimal: change.tid)
        output.append(0x09)
        output.append(decimal: change.preferredNode)
        output.append(0x09)
        output.append(decimal: change.totalFaults)
        output.append(0x09)
        output.append(decimal: change.groupID)
        for node in change.nodes {
            output.append(0x09)
            output.append(decimal: node.privateFaults)
            output.append(UInt8(ascii: ","))
            output.append(decimal: node.sharedFaults)
        }
        output.append(0x0a)
    }
}
