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

    @Test("The solver counts ids that nothing explains, and does not give up")
    func contradiction() {
        var solver = TieSolver()
        solver.consume(.contact(time: 1, tid: 5, other: 0, canJoin: false, node: -1))
        solver.consume(.observed(time: 2, tid: 5, gid: 77, toleranceNanoseconds: 1))
        solver.consume(.observed(time: 3, tid: 5, gid: 5, toleranceNanoseconds: 1))
        #expect(solver.contradictionCount == 1)
        #expect(solver.hypothesisCount == 1)
    }

    @Test("The number of hypotheses stays bounded")
    func boundedHypotheses() {
        var solver = TieSolver()
        for tid in 1...64 as ClosedRange<Int32> {
            solver.consume(.contact(time: UInt64(tid), tid: tid, other: 0, canJoin: false, node: -1))
        }
        for tid in stride(from: 1 as Int32, to: 64, by: 2) {
            solver.consume(.contact(time: 100 + UInt64(tid), tid: tid, other: tid + 1, canJoin: true, node: -1))
        }
        #expect(solver.hypothesisCount <= 1024)
        #expect(solver.tieCount >= 32)
    }

    @Test("Groups and tasks that are gone leave nothing behind, and ids used again are told apart")
    func recycling() {
        var solver = TieSolver()
        for round in 0..<400 as Range<UInt64> {
            let time = round * 1000
            for tid in 1...3 as ClosedRange<Int32> {
                solver.consume(.contact(time: time + UInt64(tid), tid: tid, other: 0, canJoin: false, node: -1))
            }
            solver.consume(.contact(time: time + 10, tid: 1, other: 2, canJoin: true, node: -1))
            solver.consume(.contact(time: time + 11, tid: 2, other: 1, canJoin: true, node: -1))
            let survivor: Int32 = round % 2 == 0 ? 1 : 2
            solver.consume(.observed(time: time + 20, tid: 1, gid: survivor, toleranceNanoseconds: 1))
            for tid in 1...3 as ClosedRange<Int32> { solver.consume(.left(time: time + 30, tid: tid)) }
        }
        #expect(solver.hypothesisCount <= 64)
        #expect(solver.contradictionCount == 0)
        let even = GroupKey(gid: 1, createdAtNanoseconds: 398_001)
        #expect(solver.solution().isHigher(even, than: GroupKey(gid: 2, createdAtNanoseconds: 398_002)) == true)
        let odd = GroupKey(gid: 1, createdAtNanoseconds: 399_001)
        #expect(solver.solution().isHigher(odd, than: GroupKey(gid: 2, createdAtNanoseconds: 399_002)) == false)
    }

    @Test("Known orders chain, and make an unknown one likelier")
    func pointerOrder() {
        let keys = (0..<4).map { GroupKey(gid: Int32($0), createdAtNanoseconds: UInt64($0)) }
        var order = PointerOrder()
        #expect(order.isHigher(keys[0], than: keys[1]) == nil)
        #expect(order.likelihood(keys[0], isHigherThan: keys[1]) == 0.5)
        order.note(keys[0], isHigherThan: keys[1])
        order.note(keys[1], isHigherThan: keys[2])
        #expect(order.isHigher(keys[0], than: keys[2]) == true)
        #expect(order.isHigher(keys[2], than: keys[0]) == false)
        #expect(order.likelihood(keys[0], isHigherThan: keys[3]) > 0.5)
        #expect(order.likelihood(keys[2], isHigherThan: keys[3]) < 0.5)
        let far = GroupKey(gid: 9, createdAtNanoseconds: 9, homeNode: 1)
        let near = GroupKey(gid: 8, createdAtNanoseconds: 8, homeNode: 0)
        #expect(order.likelihood(far, isHigherThan: near) > 0.8)
        #expect(order.likelihood(near, isHigherThan: far) < 0.2)
        order.note(keys[2], isHigherThan: keys[0])
        #expect(order.isHigher(keys[0], than: keys[2]) == true)
    }
}
