import Testing

@testable import BalancingModel

/// Tasks of whose past nothing is known, and how they come back.
@Suite struct ResyncTests {
    private let cpupid = TestMachine.profile().cpupid

    private func replay(startsUnknown: Bool = true) -> BalancingReplay {
        var options = ReplayOptions(drive: .shadow)
        options.startsUnknown = startsUnknown
        return BalancingReplay(
            profile: TestMachine.profile(KernelRelease(6, 1, 100)), layout: TestMachine.twoNodes, options: options)
    }

    private func feed(_ replay: inout BalancingReplay, _ script: inout Script) -> [Decision] {
        var decisions: [Decision] = []
        for event in script.events {
            replay.consume(event)
            while let decision = replay.takeDecision() { decisions.append(decision) }
        }
        script.events = []
        return decisions
    }

    private func mark(_ tid: Int32, process: Int32? = nil, group: Int32 = 0, faults: UInt64, sequence: Int64 = 9)
        -> BalancingEvent.LedgerMark
    {
        var mark = BalancingEvent.LedgerMark(tid: tid)
        mark.processID = process
        mark.preferredNode = 0
        mark.groupID = group
        mark.scanSequence = sequence
        mark.nodes = [
            .init(node: 0, taskPrivate: faults, taskShared: 0, groupPrivate: faults, groupShared: 0),
            .init(node: 1, taskPrivate: 0, taskShared: 0, groupPrivate: 0, groupShared: 0),
        ]
        return mark
    }

    /// A private local fault, and the placement that follows it.
    private func place(_ script: inout Script, _ tid: Int32) {
        script.fault(tid, cpu: 0, last: cpupid.unset, node: 0, pages: 20, flags: .faultLocal)
        script.add(tid, 0, .placement)
        script.fault(tid, cpu: 0, last: cpupid.unset, node: 0, pages: 1, flags: .faultLocal)
    }

    /// The reader may have been stopped between reading and looking at its clock.
    @Test(arguments: [(1_000_000, TaskStanding.adopted), (500_000_000, .lost)] as [(UInt64, TaskStanding)])
    func aReadingThatMayBeOlderThanAPlacementIsNotTakenOver(took: UInt64, standing: TaskStanding) {
        var options = ReplayOptions(drive: .shadow)
        options.startsUnknown = true
        options.adoptionQuietNanoseconds = 5_000_000
        var replay = BalancingReplay(
            profile: TestMachine.profile(KernelRelease(6, 1, 100)), layout: TestMachine.twoNodes, options: options)
        var script = Script()
        place(&script, 10)
        script.wait(milliseconds: 100)
        var mark = mark(10, faults: 900)
        mark.readingNanoseconds = took
        script.add(1, 0, .mark(mark))
        _ = feed(&replay, &script)
        #expect(replay.counters.placements == 1)
        #expect(replay.standing(of: 10) == standing)
    }

    /// What a fault would have come to is not known if its end was lost.
    @Test func aFaultThatIsOpenWhenEventsAreLostIsNoTest() throws {
        var replay = replay(startsUnknown: false)
        var script = Script()
        script.add(10, 0, .misplaced(address: 4096))
        script.add(10, 0, .migrateCheck(source: 1, cpu: 0))
        script.add(10, 0, .misplacedReturn(target: -1))
        script.add(0, 0, .lostEvents(count: 5))
        let decisions = feed(&replay, &script)
        let decision = try #require(decisions.first)
        #expect(decision.rule == .unaccounted)
        #expect(decision.evidence.isResynchronising)
    }

    @Test("A task that was there before the stream goes from lost over two marks to followed")
    func threeSteps() throws {
        var replay = replay()
        var script = Script()
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, pages: 20, flags: .faultLocal)
        _ = feed(&replay, &script)
        #expect(replay.standing(of: 10) == .lost)
        script.add(1, 0, .mark(mark(10, faults: 900)))
        _ = feed(&replay, &script)
        #expect(replay.standing(of: 10) == .adopted)
        #expect(replay.state(of: 10)?.totalFaults == 900)
        // The window held 100 faults nobody saw, and 20 that were: the kernel has 570 after this, the model 470.
        script.add(10, 0, .placement)
        _ = feed(&replay, &script)
        script.wait(milliseconds: 2000)
        place(&script, 10)
        _ = feed(&replay, &script)
        #expect(replay.standing(of: 10) == .reopened)
        script.add(1, 0, .mark(mark(10, faults: 570)))
        _ = feed(&replay, &script)
        #expect(replay.standing(of: 10) == .followed)
        #expect(replay.state(of: 10)?.totalFaults == 570)
        #expect(replay.counters.resyncs == 2)
    }

    @Test("What rests on an unknown past is no test of the model, what does not is")
    func exclusion() throws {
        var replay = replay()
        var script = Script()
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 1, check: 1, target: 0, flags: .migrated)
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        let decisions = feed(&replay, &script)
        #expect(decisions.map(\.rule) == [.local, .earlyLife])
        #expect(decisions.map(\.evidence.isResynchronising) == [false, true])
        var agreement = DecisionAgreement()
        for decision in decisions { agreement.add(decision, answer: decision.observedTarget) }
        #expect(agreement.overall.total == 1)
        #expect(agreement.resynchronising.total == 1)
    }

    @Test("A task born in the stream is followed at once, unless its parent is unknown")
    func births() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .newTask(pid: 11, cloneFlags: 0x10100))
        _ = feed(&replay, &script)
        #expect(replay.standing(of: 1) == .lost)
        #expect(replay.standing(of: 10) == .reopened)
        script.add(1, 0, .mark(mark(10, faults: 0, sequence: 0)))
        script.add(10, 0, .newTask(pid: 12, cloneFlags: 0x10100))
        _ = feed(&replay, &script)
        #expect(replay.standing(of: 10) == .followed)
        #expect(replay.standing(of: 12) == .followed)
        #expect(self.replay(startsUnknown: false).standing(of: 10) == nil)
    }

    /// A shell that was there before the trace forks, which sets its mm's sequence back; its own is what it saw before.
    @Test("The first placement of an older task does not tell of a pass of its mm")
    func firstPlacement() {
        var replay = replay(startsUnknown: false)
        var script = Script()
        script.add(10, 0, .newTask(pid: 11, cloneFlags: 0x120_0000))
        place(&script, 10)
        _ = feed(&replay, &script)
        #expect(replay.counters.placements == 1)
        #expect(replay.counters.unexpectedPlacements == 0)
        #expect(replay.state(of: 10)?.scanSequence == 0)
    }

    @Test("Without ledgers at its start a trace tells nothing of older tasks, and their decisions are no test")
    func olderTasks() {
        var replay = replay(startsUnknown: false)
        var script = Script()
        script.add(10, 0, .newTask(pid: 11, cloneFlags: 0))
        for tid in [Int32(10), 11] {
            script.fault(tid, cpu: 0, last: cpupid.unset, node: 1, check: 1, target: 0, flags: .migrated)
        }
        script.add(10, 0, .mark(mark(10, faults: 900)))
        let decisions = feed(&replay, &script)
        #expect(decisions.map(\.evidence.isResynchronising) == [true, false])
        // Its mark is neither a test nor taken over.
        #expect(!replay.judges(markOf: 10))
        #expect(replay.judges(markOf: 11))
        #expect(replay.state(of: 10)?.totalFaults == 0)
    }

    @Test("Until its next placement the age of a task that was taken over is unknown, where it decides")
    func age() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .mark(mark(10, faults: 900)))
        // From another node: a young task takes its own page at once, an old one waits for a second fault.
        let own = cpupid.value(cpu: 2, tid: 10)
        script.fault(10, cpu: 0, last: own, node: 1, check: 1, target: 0, flags: .migrated)
        // From this node both take it.
        script.fault(10, cpu: 0, last: cpupid.value(cpu: 0, tid: 10), node: 1, check: 1, target: 0, flags: .migrated)
        place(&script, 10)
        script.fault(10, cpu: 0, last: own, node: 1, check: 1, target: -1)
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        let decisions = feed(&replay, &script).filter { $0.sourceNode == 1 }
        #expect(decisions.map(\.rule) == [.twoStage, .private, .twoStage])
        #expect(decisions.map(\.evidence.isResynchronising) == [true, false, false])
    }

    /// Linux 6.1 keeps the locality counters after a failed migration, and CPU shares are divided by their sum.
    @Test(
        "CPU shares of a task that was taken over settle once its locality counters are known",
        arguments: [false, true])
    func settling(hasFailed: Bool) {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .mark(mark(10, faults: 900)))
        if hasFailed {
            let own = cpupid.value(cpu: 0, tid: 10)
            script.fault(10, cpu: 0, last: own, node: 1, check: 1, target: 0, flags: .migrateFail)
        }
        for _ in 0..<12 {
            script.wait(milliseconds: 2000)
            place(&script, 10)
        }
        _ = feed(&replay, &script)
        #expect(replay.counters.placements == 12)
        let task = replay.tasks[replay.index.slot(10)]
        #expect(task.isLocalityUnknown == hasFailed)
        #expect(task.unsettledPlacements == (hasFailed ? 8 : 0))
    }

    @Test("Marks tell which threads share memory, so that they form groups")
    func processes() {
        var replay = replay()
        var script = Script()
        for tid in Int32(20)...21 { script.add(1, 0, .mark(mark(tid, process: 20, faults: 10))) }
        script.fault(21, cpu: 2, last: cpupid.unset, node: 1, flags: .faultLocal)
        script.add(21, 2, .scanWork(jiffies: script.jiffies))
        // 20 finds 21's page while that runs: it shares the address space.
        for tid in [Int32(21), 20] {
            let last = tid == 20 ? cpupid.value(cpu: 2, tid: 21) : cpupid.value(cpu: 0, tid: 20)
            script.fault(tid, cpu: tid == 20 ? 0 : 2, last: last, node: 1, flags: tid == 20 ? [] : .faultLocal)
        }
        script.fault(20, cpu: 0, last: cpupid.value(cpu: 2, tid: 21), node: 0, flags: .faultLocal)
        script.add(20, 0, .scanWork(jiffies: script.jiffies))
        _ = feed(&replay, &script)
        let groups = replay.groupLedgers()
        #expect(groups.count == 1)
        #expect(groups.first?.members == [20, 21])
    }

    @Test("A group's shares are judged again once its members' shares no longer rest on what was not seen")
    func settling() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .mark(mark(20, process: 20, group: 20, faults: 10)))
        _ = feed(&replay, &script)
        var unsettled: [Int32] = []
        for round in 0..<10 {
            script.wait(milliseconds: 3000)
            script.pass(20, cpu: 0)
            place(&script, 20)
            script.fault(20, cpu: 0, last: cpupid.value(cpu: 0, tid: 99), node: 1, check: 1, flags: [])
            script.add(20, 0, .scanWork(jiffies: script.jiffies))
            if round < 2 { script.add(1, 0, .mark(mark(20, process: 20, group: 20, faults: 10))) }
            unsettled += feed(&replay, &script).filter(\.isRemote).map(\.evidence.unsettledMembers)
        }
        #expect(unsettled.first == 1)
        #expect(unsettled.last == 0)
        #expect(unsettled == unsettled.sorted(by: >))
    }

    @Test("Tasks that vanished unseen are forgotten, others stay")
    func forgetting() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(1, 0, .mark(mark(10, faults: 5)))
        script.fault(30, cpu: 1, last: cpupid.unset, node: 0, flags: .faultLocal)
        _ = feed(&replay, &script)
        replay.forgetLost { $0 == 1 }
        #expect(replay.standing(of: 30) == nil)
        #expect(replay.standing(of: 1) == .lost)
        #expect(replay.standing(of: 10) != nil)
    }
}
