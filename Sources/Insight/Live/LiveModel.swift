package import BalancingModel
import NUMATopology
package import Snapshots

/// The shadow model on a live stream: it predicts each decision of the kernel before the outcome, keeps score, and goes on
/// for as long as the stream does, in bounded memory.
///
/// Ties between groups of equal size cannot be decided when they happen: only a group id printed later tells who won. A
/// recorded trace is read twice for that. A live stream is delayed instead: events pass two readers, of which the first
/// looks ahead (``TieLookAhead``) and the second is judged (``ReplayRun``) with what the first has found out by then. Up to
/// the first open tie the second follows at once, apart from the time late events may take to come in; there it waits
/// until the ledger has been read, at most ``LiveSettings/maximumLagNanoseconds`` and ``LiveSettings/maximumEvents``. Then
/// the tie is decided as is likeliest.
///
/// Example: at 10.0 s threads 1 and 2, each in a group of its own, meet. The first reader now has two explanations. Events
/// from 10.0 s on wait. At 12.3 s the ledger of thread 1 is read and says group 2: one explanation is left, and all that
/// waited is judged with it.
///
/// Tasks that were there before tracing began, or whose events were lost, come back by the ledger: see ``TaskStanding``.
package struct LiveModel: Sendable {
    package let settings: LiveSettings
    private var run: ReplayRun
    private var ahead: TieLookAhead
    private var delay: EventDelay
    private var directory = ProcessDirectory()
    private var total = LiveTally()
    private var processes: [Int32: LiveTally] = [:]
    private var groups: [String: LiveTally] = [:]

    /// Ties before this time are decided, so that events before it may be judged.
    private var decidedNanoseconds: UInt64 = 0
    private var newestNanoseconds: UInt64 = 0
    private var eventCount: UInt64 = 0
    private var lostEvents: UInt64 = 0
    private var lossMarks: UInt64 = 0
    /// Events judged before their tie was settled, because they could not wait longer.
    package private(set) var hurriedEvents: UInt64 = 0
    /// Ledger readings of times the events have not come to.
    private var readings = TimeLine<BalancingEvent>()
    /// Beginnings and ends of gaps the first reader has not come to, and those the second has not.
    private var gapsAhead = TimeLine<GapEdge>()
    private var gaps = TimeLine<GapEdge>()
    /// What is to be told of tasks and pages, since it was last taken.
    private var stories: [StoryEntry] = []

    /// - Parameters:
    ///   - machine: The machine, and the kernel with its settings.
    ///   - kinds: What the stream holds when it happens.
    package init(machine: ReplayMachine, kinds: EventKinds, settings: LiveSettings = LiveSettings()) {
        self.settings = settings
        var options = ReplayOptions(drive: .shadow, kinds: kinds)
        options.startsUnknown = settings.tasksHavePast
        options.adoptionQuietNanoseconds = settings.adoptionQuietNanoseconds
        run = ReplayRun(machine: machine, options: options, keepsResults: true)
        ahead = TieLookAhead(profile: machine.profile, layout: machine.layout, live: options)
        delay = EventDelay(limit: settings.maximumEvents)
    }

    // MARK: Input

    /// Takes an event. Events may be late by ``LiveSettings/reorderNanoseconds``.
    package mutating func consume(_ event: BalancingEvent) {
        if delay.isFull { makeRoom() }
        if case .mark = event.payload {} else { eventCount += 1 }
        if case .lostEvents(let count) = event.payload {
            if count != 0 { lossMarks += 1 }
            lostEvents = lostEvents.addingSaturated(count ?? 1)
        }
        // Known before either reader comes to it: a gap asks for the process of every task there is.
        if case .newTask(let pid, let flags) = event.payload {
            directory.born(pid, parent: event.tid, cloneFlags: flags)
        }
        delay.append(event)
        newestNanoseconds = max(newestNanoseconds, event.timeNanoseconds)
    }

    /// Takes a ledger reading. While the buffers are read, the sampler goes on: a reading may be far ahead of the events, and
    /// waits until they have come to its time.
    package mutating func consume(reading: BalancingEvent) {
        readings.insert(reading, at: reading.timeNanoseconds)
    }

    /// Lets time pass: judges what has waited long enough.
    ///
    /// - Parameter now: The clock of the events, nanoseconds; no event of an earlier time than that less
    ///   ``LiveSettings/reorderNanoseconds`` is to come.
    package mutating func advance(to now: UInt64) {
        newestNanoseconds = max(newestNanoseconds, now)
        while let reading = readings.next(through: now) { consume(reading) }
        lookAhead(until: now - min(now, settings.reorderNanoseconds))
        let deadline = now - min(now, settings.maximumLagNanoseconds)
        let settled = ahead.openSince(now: delay.aheadNanoseconds) ?? .max
        decide(before: max(settled, deadline))
        while let oldest = delay.oldestNanoseconds, oldest < decidedNanoseconds, judgeNext() {
            if oldest >= settled { hurriedEvents += 1 }
        }
        // Where nothing comes any more, a gap does not wait.
        if delay.count == 0 { enterGaps(through: now - min(now, settings.reorderNanoseconds)) }
    }

    /// Ends the stream: everything is judged.
    package mutating func finish() {
        while let reading = readings.next(through: .max) { consume(reading) }
        lookAhead(until: .max)
        decide(before: .max)
        while judgeNext() {}
        enterGaps(through: .max)
        run.finish()
        takeResults()
    }

    /// Takes what a round of sampling knows of processes at a time, and forgets tasks that are gone.
    package mutating func update(_ records: [ProcessRecord], at now: UInt64) {
        directory.update(records, at: now, past: delay.oldestNanoseconds ?? newestNanoseconds)
        guard !records.isEmpty else { return }
        let directory = directory
        run.forgetLost { directory.isListed($0) }
        ahead.forgetLost { directory.isListed($0) }
        if processes.count > LiveSettings.processLimit / 2 {
            let oldest = newestNanoseconds - min(newestNanoseconds, 60_000_000_000)
            processes = processes.filter { directory.isListed($0.key) || $0.value.lastNanoseconds > oldest }
        }
    }

    /// From a moment on some tasks go on unseen. Each reader loses their track when it comes to that moment: what happened
    /// before was seen, though it may not have come in yet.
    ///
    /// - Parameters:
    ///   - time: The clock of the events, nanoseconds; if later ones were judged already, it is now.
    ///   - unseen: Processes of which events may be missing from then on.
    package mutating func beginGap(at time: UInt64, of unseen: UnseenProcesses) {
        gapsAhead.insert(.begin(unseen), at: time)
        gaps.insert(.begin(unseen), at: time)
    }

    /// From a moment on everything of these tasks is seen, or nothing: what was taken over in the gap counts no more.
    package mutating func endGap(at time: UInt64, of unseen: UnseenProcesses) {
        gapsAhead.insert(.end(unseen), at: time)
        gaps.insert(.end(unseen), at: time)
    }

    private mutating func enterGaps(through time: UInt64) {
        while let edge = gaps.next(through: time) { edge.enter(&run, directory) }
    }

    private mutating func enterGapsAhead(through time: UInt64) {
        while let edge = gapsAhead.next(through: time) { edge.enter(&ahead, directory) }
    }

    // MARK: The two readers

    private mutating func lookAhead(until time: UInt64) {
        while let event = delay.nextAhead(until: time) {
            enterGapsAhead(through: event.timeNanoseconds)
            ahead.consume(event)
        }
    }

    /// Decides the ties before a time, as far as the first reader has come.
    private mutating func decide(before time: UInt64) {
        let end = min(time, delay.aheadNanoseconds &+ 1)
        guard end > decidedNanoseconds else { return }
        decidedNanoseconds = end
        run.learn(ahead.commit(before: end))
    }

    /// Judges the oldest event of a full line, whether its ties are settled or not.
    private mutating func makeRoom() {
        guard let oldest = delay.oldestNanoseconds else { return }
        // The line may hold less than what may still be overtaken.
        if delay.judgedPosition == delay.aheadPosition { lookAhead(until: oldest) }
        if oldest >= decidedNanoseconds {
            hurriedEvents += 1
            decide(before: oldest &+ LiveSettings.hurryNanoseconds)
        }
        judgeNext()
    }

    @discardableResult
    private mutating func judgeNext() -> Bool {
        guard let event = delay.nextJudged() else { return false }
        enterGaps(through: event.timeNanoseconds)
        note(event)
        run.consume(event)
        takeResults()
        return true
    }

    private mutating func note(_ event: BalancingEvent) {
        switch event.payload {
        case .exit(let pid): directory.exited(pid)
        case .moveNUMA(let move): tell(move.pid, event, .taskMove(.moved, move))
        case .stickNUMA(let move): tell(move.pid, event, .taskMove(.stuck, move))
        case .swapNUMA(let move):
            tell(move.pid, event, .taskMove(.swapped, move))
            tell(move.otherPID, event, .taskMove(.swapped, move))
        case .setPreferred(let node): tell(event.tid, event, .preferred(node))
        case .lostEvents(let count): if count != 0 { tell(0, event, .lost(count)) }
        default: break
        }
    }

    private mutating func tell(_ tid: Int32, _ event: BalancingEvent, _ what: StoryEntry.What) {
        guard settings.tellsStories else { return }
        stories.append(
            StoryEntry(
                timeNanoseconds: event.timeNanoseconds, tid: tid, process: directory.process(of: tid), what: what))
    }

    private mutating func takeResults() {
        guard !run.results.isEmpty else { return }
        for result in run.results {
            switch result {
            case .fault(let decision, let fault): take(decision, fault)
            case .ledger(let change):
                guard settings.tellsStories, change.cause != .birth, change.cause != .preferred else { continue }
                stories.append(
                    StoryEntry(
                        timeNanoseconds: change.timeNanoseconds, tid: change.tid,
                        process: directory.process(of: change.tid), what: .ledger(change)))
            case .mark: break
            }
        }
        run.results.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ decision: Decision, _ fault: ObservedFault) {
        total.add(decision, fault)
        let process = directory.process(of: decision.tid)
        if processes[process] != nil || processes.count < LiveSettings.processLimit {
            processes[process, default: LiveTally()].add(decision, fault)
        }
        var group = directory.group(ofProcess: process)
        if groups[group] == nil, groups.count >= LiveSettings.groupLimit { group = LiveSettings.otherGroups }
        groups[group, default: LiveTally()].add(decision, fault)
        guard settings.tellsStories else { return }
        stories.append(
            StoryEntry(
                timeNanoseconds: decision.timeNanoseconds, tid: decision.tid, process: process,
                what: .fault(
                    StoryEntry.Fault(
                        decision: decision, outcome: fault.outcome(of: decision), answer: fault.answer,
                        pages: fault.hint?.pages ?? 0, memoryNode: fault.hint?.memNode))))
    }

    // MARK: Output

    /// Takes what is to be told since the last call.
    package mutating func takeStories() -> [StoryEntry] {
        guard !stories.isEmpty else { return [] }
        let taken = stories
        stories.removeAll(keepingCapacity: true)
        return taken
    }

    /// The model's part of what is published.
    package func fill(_ record: inout TracingRecord) {
        record.events = eventCount
        record.lostEvents = lostEvents
        record.lossMarks = lossMarks
        record.lagNanoseconds = lagNanoseconds
        record.activity = total.record
        record.agreementByRule = DecisionRule.allCases.compactMap { rule in
            let score = run.agreement.byRule[rule.position]
            guard score.total > 0 else { return nil }
            return TracingRecord.RuleScore(rule: rule, score: TracedActivity.Score(score))
        }
        record.work = work
        record.ledgerValues = TracedActivity.Score(run.marks.values)
        record.ledgerPreferred = TracedActivity.Score(run.marks.preferred)
        record.ledgerGroup = TracedActivity.Score(run.marks.group)
        record.resynchronisingReadings = run.resynchronisingMarks
        record.tasksByStanding = run.tasksByStanding
        record.placements = run.counters.placements
        record.ties = run.counters.ties
        record.guessedTies = run.counters.guessedTies
        record.groups = groups.map { TracingRecord.Group(name: $0.key, activity: $0.value.record) }
            .sorted { $0.name < $1.name }
        record.processes = processes.mapValues(\.record)
    }

    /// What the kernel's work took, by the events around it.
    private var work: TracedWork {
        let (faults, scans) = (run.faults, run.scans)
        var work = TracedWork()
        work.armedPages = scans.updatedPages
        work.scanNanoseconds = scans.nanoseconds
        work.longestScanNanoseconds = scans.longestNanoseconds
        work.longScans = scans.longScans
        work.stayingFaults = faults.accountedFaults - min(faults.movingFaults, faults.accountedFaults)
        work.stayingNanoseconds =
            faults.handlingNanoseconds - min(faults.movingNanoseconds, faults.handlingNanoseconds)
        work.movedPages = faults.movingPages
        work.movingNanoseconds = faults.movingNanoseconds
        return work
    }

    /// How far the judged model is behind, nanoseconds; 0 when nothing waits.
    package var lagNanoseconds: UInt64 {
        guard let oldest = delay.oldestNanoseconds, newestNanoseconds > oldest else { return 0 }
        return newestNanoseconds - oldest
    }

    /// Events that wait.
    package var waitingEvents: Int { delay.count }
    /// Everything the judged replay counted.
    package var judged: ReplayRun { run }
    /// A task's ledger as the model has it.
    package func ledger(of tid: Int32) -> LedgerChange? { run.ledger(of: tid) }
    /// The process of a thread, for all that is known.
    package func process(of tid: Int32) -> Int32 { directory.process(of: tid) }
}

extension TracedActivity.Score {
    fileprivate init(_ score: LedgerAgreement.Score) {
        self.init(right: score.right, total: score.total)
    }
}
