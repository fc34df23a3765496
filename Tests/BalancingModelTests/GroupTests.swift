import Testing

@testable import BalancingModel

@Suite struct GroupTests {
    private let cpupid = CPUPIDLayout(maximumCPUCount: 8192)
    private static let thread: UInt64 = 0x10f00

    /// Three threads of one process on CPUs 0, 2 and 3.
    private func threads() -> Script {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        for tid in 11...13 as ClosedRange<Int32> {
            script.add(10, 1, .newTask(pid: tid, cloneFlags: Self.thread))
            script.add(0, tid - 10, .schedSwitch(previous: 0, previousState: UInt8(ascii: "R"), next: tid))
        }
        return script
    }

    private func groupIDs(_ script: Script, oracle: TieOracle = TieOracle()) -> [Int32: Int32] {
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind, tieOracle: oracle))
        return outcome.changes.reduce(into: [:]) { $0[$1.tid] = $1.groupID }
    }

    private func oracle(_ events: [BalancingEvent]) -> TieOracle {
        var foresight = TraceForesight()
        for event in events { foresight.note(event) }
        var ahead = TieLookAhead(profile: TestMachine.profile(), layout: TestMachine.twoNodes, foresight: foresight)
        for event in events { ahead.consume(event) }
        return ahead.oracle()
    }

    private func mark(_ tid: Int32, gid: Int32) -> BalancingEvent.Payload {
        var mark = BalancingEvent.LedgerMark(tid: tid)
        mark.groupID = gid
        return .mark(mark)
    }

    @Test("A shared fault makes a group, joined or not")
    func creates() {
        var script = threads()
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 99), node: 0, flags: .faultLocal)
        #expect(groupIDs(script) == [11: 11])
    }

    @Test("Read-only and private faults make none")
    func createsNot() {
        var script = threads()
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 12), node: 0, flags: [.faultLocal, .noGroup])
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 11), node: 0, flags: .faultLocal)
        script.fault(11, cpu: 1, last: cpupid.unset, node: 0, flags: .faultLocal)
        #expect(groupIDs(script).isEmpty)
    }

    @Test("The smaller group joins the larger, never the reverse")
    func larger() {
        var script = threads()
        // 12 has a group; 11 meets it and 12 meets 11: whichever wins the tie, they end up together. 13 is alone and joins
        // the two; that they do not join 13 instead shows in the id.
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 0, tid: 99), node: 1, flags: .faultLocal)
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 12), node: 0, flags: .faultLocal)
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 1, tid: 11), node: 1, flags: .faultLocal)
        script.fault(13, cpu: 3, last: cpupid.value(cpu: 2, tid: 12), node: 1, flags: .faultLocal)
        let ids = Set(groupIDs(script).values)
        #expect(ids == [11] || ids == [12])
    }

    @Test("A fitting task of another address space without a shared page is a collision: the fault counts private")
    func collision() throws {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(1, 0, .newTask(pid: 20, cloneFlags: 0))
        script.fault(20, cpu: 2, last: cpupid.value(cpu: 0, tid: 99), node: 1, flags: .faultLocal)
        script.fault(10, cpu: 0, last: cpupid.value(cpu: 2, tid: 20), node: 0, flags: .faultLocal)
        var replay = BalancingReplay(
            profile: TestMachine.profile(), layout: TestMachine.twoNodes, options: ReplayOptions(drive: .blind))
        var isPrivate: [Bool] = []
        for event in script.events {
            replay.consume(event)
            if case .hintFault = event.payload {
                isPrivate.append(replay.tasks[replay.index.slot(event.tid)].fault.isPrivate)
            }
        }
        // The first stops earlier, for want of a candidate, and stays shared. The second met a group of equal size: private
        // if its own lay below, shared if it stopped at the tie.
        #expect(isPrivate.first == false)
        #expect(replay.counters.joins == 0)
    }

    @Test("A page mapped by several joins across address spaces")
    func sharedMapping() {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(1, 0, .newTask(pid: 20, cloneFlags: 0))
        for _ in 0..<2 {
            script.fault(20, cpu: 2, last: cpupid.value(cpu: 0, tid: 10), node: 1, flags: [.faultLocal, .shared])
            script.fault(10, cpu: 0, last: cpupid.value(cpu: 2, tid: 20), node: 0, flags: [.faultLocal, .shared])
        }
        #expect(Set(groupIDs(script).values).count == 1)
    }

    @Test("A group's sums are those of its members, and go when they go")
    func sums() {
        var script = threads()
        for tid in [11, 12, 13] as [Int32] {
            for _ in 0..<tid { script.fault(tid, cpu: tid - 10, last: cpupid.unset, node: 0, flags: []) }
        }
        script.pass(11, cpu: 1)
        for _ in 0..<3 {
            for tid in [11, 12, 13] as [Int32] {
                let other = tid == 13 ? 11 : tid + 1
                script.fault(tid, cpu: tid - 10, last: cpupid.value(cpu: other - 10, tid: other), node: 0)
                script.add(tid, tid - 10, .placement)
            }
            script.pass(11, cpu: 1)
        }
        var replay = BalancingReplay(
            profile: TestMachine.profile(KernelRelease(6, 1, 192)), layout: TestMachine.twoNodes,
            options: ReplayOptions(drive: .blind))
        for event in script.events { replay.consume(event) }
        let group = Int(replay.tasks[replay.index.slot(11)].group)
        #expect(replay.groups[group].memberCount == 3)
        #expect(replay.groups[group].totalFaults > 0)
        let members = [11, 12, 13].map { replay.index.slot($0) }
        #expect(members.reduce(0) { $0 &+ replay.tasks[$1].totalFaults } == replay.groups[group].totalFaults)
        for tid in [11, 12, 13] as [Int32] {
            replay.consume(.init(timeNanoseconds: script.time, tid: tid, cpu: tid - 10, payload: .exit(pid: tid)))
            replay.consume(
                .init(
                    timeNanoseconds: script.time, tid: tid, cpu: tid - 10,
                    payload: .schedSwitch(previous: tid, previousState: UInt8(ascii: "X"), next: 0)))
        }
        #expect(replay.groups[group].memberCount == 3)
        replay.consume(.init(timeNanoseconds: script.time + 1_000_000_000, tid: 1, cpu: 0, payload: .vmstat([])))
        #expect(replay.groups[group].memberCount == 0)
        #expect(replay.groups[group].totalFaults == 0)
        #expect(replay.groupFaults.allSatisfy { $0 == 0 })
    }

    @Test("A printed group id settles the tie before it", arguments: [11 as Int32, 12])
    func lookAhead(survivor: Int32) {
        var script = threads()
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 0, tid: 99), node: 1, flags: .faultLocal)
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 12), node: 0, flags: .faultLocal)
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 1, tid: 11), node: 1, flags: .faultLocal)
        script.wait(milliseconds: 1000)
        script.add(1, 0, mark(11, gid: survivor))
        script.add(1, 0, mark(12, gid: survivor))
        let ids = groupIDs(script, oracle: oracle(script.events))
        #expect(ids[11] == survivor)
        #expect(ids[12] == survivor)
    }

    @Test("A later id settles a chain of ties it depends on", arguments: [11 as Int32, 12, 13])
    func lookAheadThroughChain(survivor: Int32) {
        var script = threads()
        for tid in [11, 12, 13] as [Int32] {
            script.fault(tid, cpu: tid - 10, last: cpupid.value(cpu: 0, tid: 99), node: 0)
        }
        for (tid, other) in [(11, 12), (12, 13), (13, 11), (12, 11), (13, 12), (11, 13)] as [(Int32, Int32)] {
            script.fault(tid, cpu: tid - 10, last: cpupid.value(cpu: other - 10, tid: other), node: 0)
        }
        script.wait(milliseconds: 1000)
        script.add(1, 0, mark(13, gid: survivor))
        let ids = groupIDs(script, oracle: oracle(script.events))
        #expect(ids == [11: survivor, 12: survivor, 13: survivor])
    }

    @Test(
        "Ties between groups of equal size are settled by where the marks of the start say the groups lie, without a guess",
        arguments: [true, false])
    func locatedAtStart(isFirstHigher: Bool) {
        var script = threads()
        for tid in [11, 12] as [Int32] {
            script.fault(tid, cpu: tid - 10, last: cpupid.value(cpu: 0, tid: 99), node: 0)
        }
        for tid in [11, 12] as [Int32] {
            var located = BalancingEvent.LedgerMark(tid: tid)
            located.groupID = tid
            located.groupOrder = (tid == 11) == isFirstHigher ? 900 : 100
            script.add(1, 0, .mark(located))
        }
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 12), node: 0)
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 1, tid: 11), node: 0)
        let options = ReplayOptions(drive: .blind, tieOracle: oracle(script.events))
        for options in [options, ReplayOptions(drive: .blind)] {
            let outcome = Outcome.of(script.events, options: options)
            #expect(outcome.counters.guessedTies == 0)
            #expect(outcome.counters.ties > 0)
        }
        let survivor: Int32 = isFirstHigher ? 11 : 12
        #expect(groupIDs(script, oracle: oracle(script.events)) == [11: survivor, 12: survivor])
        #expect(groupIDs(script, oracle: TieOracle()) == [11: survivor, 12: survivor])
    }

    @Test("What two explanations dispute is doubtful, what was observed is not")
    func doubt() {
        var script = threads()
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 0, tid: 99), node: 1, flags: .faultLocal)
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 12), node: 0, flags: .faultLocal)
        #expect(oracle(script.events).doubtfulCount == 1)
        let options = ReplayOptions(drive: .blind, tieOracle: oracle(script.events))
        #expect(Outcome.of(script.events, options: options).counters.guessedTies == 1)
        script.wait(milliseconds: 1000)
        script.add(1, 0, mark(11, gid: 12))
        #expect(oracle(script.events).doubtfulCount == 0)
    }

    @Test("Ties decided on the way, a fixed time behind the events, are followed as if all had been known before")
    func commitsOnTheWay() {
        var script = threads()
        for (tid, other) in [(11, 99), (12, 99), (13, 99), (11, 12), (12, 13), (13, 11), (12, 11)] as [(Int32, Int32)] {
            script.fault(tid, cpu: tid - 10, last: cpupid.value(cpu: other - 10, tid: other), node: 0)
        }
        script.wait(milliseconds: 1000)
        script.add(1, 0, mark(12, gid: 12))
        script.wait(milliseconds: 4000)
        script.add(1, 0, .vmstat([]))
        let lag: UInt64 = 2_000_000_000
        var ahead = TieLookAhead(
            profile: TestMachine.profile(), layout: TestMachine.twoNodes, foresight: TraceForesight(kinds: .all))
        var replay = BalancingReplay(
            profile: TestMachine.profile(), layout: TestMachine.twoNodes, options: ReplayOptions(drive: .blind))
        var waiting = script.events[...]
        var learned = 0
        for event in script.events {
            ahead.consume(event)
            guard event.timeNanoseconds > lag else { continue }
            let horizon = event.timeNanoseconds - lag
            let outcomes = ahead.commit(before: horizon)
            learned += outcomes.count
            replay.learn(outcomes)
            while let next = waiting.first, next.timeNanoseconds < horizon {
                replay.consume(next)
                waiting.removeFirst()
            }
        }
        #expect(waiting.count == 1)
        #expect(learned > 0)
        #expect(replay.counters.guessedTies == 0)
        let whole = groupIDs(script, oracle: oracle(script.events))
        #expect(replay.state(of: 12)?.groupID == 12)
        for tid in [11, 12, 13] as [Int32] { #expect(replay.state(of: tid)?.groupID == whole[tid]) }
    }
}
