import NUMATopology
import Testing

@testable import BalancingModel

@Suite struct DecisionTests {
    private let cpupid = CPUPIDLayout(maximumCPUCount: 8192)

    private func test(
        last: Int32, lastNode: Int, isYoung: Bool = false, hasGroup: Bool = true, here: UInt64 = 0, there: UInt64 = 0,
        faultsHere: UInt64 = 0, faultsThere: UInt64 = 0
    ) -> (moves: Bool, rule: DecisionRule) {
        GroupTest(
            tid: 1000, lastCPUPID: last, lastNode: lastNode, destination: 1, isYoung: isYoung, hasGroup: hasGroup,
            cpuHere: here, cpuThere: there, faultsHere: faultsHere, faultsThere: faultsThere
        ).verdict(cpupid)
    }

    /// The worked shared-fault decisions: the page on node 0, the faulting CPU on node 1, last touched by another task there.
    @Test(
        "A shared page goes where the group runs more for its faults",
        arguments: [
            (24000 as UInt64, 9000 as UInt64, true, DecisionRule.cpuMemRatio),
            (12000, 11000, false, .cpuMemRatio),
            (30000, 9000, true, .cpuRatio),
        ])
    func sharedPage(here: UInt64, there: UInt64, moves: Bool, rule: DecisionRule) {
        let other = cpupid.value(cpu: 2, tid: 1001)
        let verdict = test(
            last: other, lastNode: 1, here: here, there: there, faultsHere: 5000, faultsThere: 6000)
        #expect(verdict.moves == moves)
        #expect(verdict.rule == rule)
    }

    @Test("A page last touched from another node stays, once")
    func twoStage() {
        let other = cpupid.value(cpu: 0, tid: 1001)
        let verdict = test(last: other, lastNode: 0, here: 30000, there: 9000)
        #expect(verdict.rule == .twoStage)
        #expect(!verdict.moves)
        let own = cpupid.value(cpu: 2, tid: 1000)
        #expect(test(last: own, lastNode: 1).rule == .private)
        #expect(test(last: own, lastNode: 1).moves)
    }

    @Test("A young task takes what nobody or itself touched, and only that")
    func earlyLife() {
        #expect(test(last: cpupid.unset, lastNode: -1, isYoung: true).rule == .earlyLife)
        #expect(test(last: cpupid.value(cpu: 0, tid: 1000), lastNode: 0, isYoung: true).rule == .earlyLife)
        #expect(test(last: cpupid.value(cpu: 0, tid: 1001), lastNode: 0, isYoung: true).rule == .twoStage)
    }

    @Test("Without a group an untouched page comes")
    func noGroup() {
        #expect(test(last: cpupid.unset, lastNode: -1, hasGroup: false).rule == .noGroup)
        #expect(test(last: cpupid.value(cpu: 3, tid: 1001), lastNode: 1, hasGroup: false).moves)
    }

    @Test("Sums that overflow wrap as the kernel's do")
    func wraps() {
        let verdict = test(
            last: cpupid.value(cpu: 2, tid: 1001), lastNode: 1, here: UInt64.max, there: UInt64.max,
            faultsHere: UInt64.max, faultsThere: UInt64.max)
        // Three times 2^64 - 1 is 2^64 - 3.
        #expect(verdict == (true, .cpuRatio))
        let weighed = test(
            last: cpupid.value(cpu: 2, tid: 1001), lastNode: 1, here: UInt64.max - 2, there: UInt64.max,
            faultsHere: UInt64.max, faultsThere: UInt64.max)
        // (-3) (-1) 3 = 9, and (-1) (-1) 4 = 4.
        #expect(weighed == (true, .cpuMemRatio))
    }

    @Test("Decisions come in the order of misplaced events, however the faults overlap")
    func order() {
        var script = Script()
        let unset = cpupid.unset
        script.add(10, 0, .misplaced(address: 1))
        script.add(11, 2, .misplaced(address: 2))
        script.add(11, 2, .hintFault(lastCPUPID: unset, memNode: 1, pages: 1, flags: .faultLocal, jiffies: nil))
        script.add(12, 1, .misplaced(address: 3))
        script.add(10, 0, .migrateCheck(source: 1, cpu: 0))
        script.add(10, 0, .hintFault(lastCPUPID: unset, memNode: 0, pages: 1, flags: .migrated, jiffies: nil))
        script.add(12, 1, .hintFault(lastCPUPID: unset, memNode: 0, pages: 1, flags: .faultLocal, jiffies: nil))
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind))
        #expect(outcome.decisions.map(\.address) == [1, 2, 3])
        #expect(outcome.decisions.map(\.target) == [0, -1, -1])
        #expect(outcome.decisions.map(\.rule) == [.earlyLife, .local, .local])
        #expect(outcome.decisions.map(\.isRemote) == [true, false, false])
    }

    @Test("A fault that was never accounted had been sent off, if the group test was asked")
    func abandoned() {
        var script = Script()
        script.add(10, 0, .misplaced(address: 1))
        script.add(10, 0, .migrateCheck(source: 1, cpu: 0))
        script.add(10, 0, .misplaced(address: 2))
        script.add(10, 0, .misplaced(address: 3))
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind))
        #expect(outcome.decisions.map(\.target) == [0, -1, -1])
        #expect(outcome.decisions.map(\.rule) == [.unaccounted, .policy, .policy])
    }

    @Test("Before 5.14 a fault that was never accounted may have been one on a locked huge page: it is no test")
    func abandonedHugePage() {
        var script = Script()
        script.add(10, 0, .misplaced(address: 1))
        script.add(10, 0, .migrateCheck(source: 1, cpu: 0))
        script.add(10, 0, .misplaced(address: 2))
        func isTest(_ release: KernelRelease) -> Bool? {
            let outcome = Outcome.of(
                script.events, profile: TestMachine.profile(release), options: ReplayOptions(drive: .shadow))
            #expect(outcome.decisions.first?.rule == .unaccounted)
            return outcome.decisions.first.map { !$0.evidence.isResynchronising }
        }
        #expect(isTest(KernelRelease(5, 10, 262)) == false)
        #expect(isTest(KernelRelease(6, 1, 192)) == true)
    }

    @Test(
        "A local page is local, also where the kernel asks the group test for it, as the built-in policy did before 5.15",
        arguments: [KernelRelease(5, 10, 262), KernelRelease(6, 12, 117)])
    func testedLocally(release: KernelRelease) {
        var script = Script()
        let other = cpupid.value(cpu: 2, tid: 11)
        script.fault(10, cpu: 0, last: other, node: 0, check: 0, flags: .faultLocal)
        let outcome = Outcome.of(
            script.events, profile: TestMachine.profile(release), options: ReplayOptions(drive: .shadow))
        #expect(outcome.decisions.map(\.rule) == [.local])
        #expect(outcome.decisions.map(\.target) == [-1])
        #expect(outcome.decisions.map(\.isRemote) == [false])
    }

    @Test("A remote page whose policy never asks stays")
    func policy() {
        var script = Script()
        script.fault(10, cpu: 0, last: cpupid.unset, node: 1)
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind))
        #expect(outcome.decisions.map(\.rule) == [.policy])
        #expect(outcome.decisions.map(\.target) == [-1])
    }

    @Test("Under a balancing bind policy a local page is tested but does not move")
    func bindLocal() {
        var script = Script()
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, check: 0, flags: .faultLocal)
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind))
        #expect(outcome.decisions.map(\.target) == [-1])
    }

    @Test("No page goes to a node without memory, from 6.9 on")
    func memoryless() {
        let layout = TestMachine.layout(rows: [[10, 20], [20, 10]], memoryless: [1])
        var script = Script()
        script.fault(10, cpu: 2, last: cpupid.unset, node: 0, check: 0)
        let options = ReplayOptions(drive: .blind)
        let new = Outcome.of(script.events, layout: layout, options: options)
        #expect(new.decisions.map(\.rule) == [.memoryless])
        let old = Outcome.of(
            script.events, layout: layout, profile: TestMachine.profile(KernelRelease(6, 1, 192)), options: options)
        #expect(old.decisions.map(\.target) == [1])
    }

    @Test("Decisions that nothing completes are given up instead of kept for ever")
    func boundedQueue() {
        var replay = BalancingReplay(
            profile: TestMachine.profile(), layout: TestMachine.twoNodes, options: ReplayOptions(drive: .shadow))
        replay.consume(.init(timeNanoseconds: 1, tid: 7, cpu: 0, payload: .misplaced(address: 1)))
        var taken = 0
        for index in 0..<(2 * DecisionQueue.limit) {
            replay.consume(
                .init(timeNanoseconds: 2, tid: 8, cpu: 2, payload: .misplaced(address: UInt64(index))))
            while replay.takeDecision() != nil { taken += 1 }
        }
        #expect(taken > DecisionQueue.limit / 2)
        replay.finish()
        while replay.takeDecision() != nil { taken += 1 }
        #expect(taken == 2 * DecisionQueue.limit + 1)
    }

    @Test("Every quantity of a decision says how it is known")
    func provenance() throws {
        var script = Script()
        script.fault(10, cpu: 0, last: cpupid.unset, node: 1, check: 1)
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind))
        let quantities = try #require(outcome.decisions.first).quantities
        #expect(quantities.first { $0.name == "last_cpupid" }?.provenance == .observed)
        // Of a task that was there before the stream nobody knows it.
        #expect(quantities.first { $0.name == "numa_scan_seq" }?.provenance == .unknown)
        let unknown = Decision(timeNanoseconds: 0, tid: 1, cpu: 0, address: 0).quantities
        #expect(unknown.first { $0.name == "last_cpupid" }?.provenance == .unknown)
    }

    @Test("What rests on a past that is not known is not said to be modelled", arguments: DecisionRule.allCases)
    func pastUnknown(rule: DecisionRule) {
        var decision = Decision(timeNanoseconds: 0, tid: 1, cpu: 0, address: 0)
        decision.rule = rule
        decision.evidence.isResynchronising = true
        #expect(decision.quantities.allSatisfy { $0.provenance == .unknown })
        decision.evidence.isResynchronising = false
        decision.cpuNode = 0
        #expect(decision.quantities.filter { $0.provenance == .observed }.map(\.name) == ["cpu_nid"])
    }

    /// Node 1 is slow memory without CPUs; node 0 is too small for free promotion.
    private func tieringOutcome(waitMilliseconds: UInt64, memoryBytes: UInt64) -> [Decision] {
        let machine = Machine(
            nodes: [
                .init(id: NodeID(0), cpus: CPUSet([0, 1]), memoryBytes: memoryBytes),
                .init(id: NodeID(1), cpus: CPUSet(), memoryBytes: 1 << 34),
            ], distances: nil, possibleCPUs: CPUSet([0, 1]), onlineCPUs: CPUSet([0, 1]))
        let layout = NodeLayout(machine: machine, topTierNodes: NodeSet([NodeID(0)]))
        var profile = TestMachine.profile()
        profile.mode = .memoryTiering
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.pass(10, cpu: 0)
        script.wait(milliseconds: waitMilliseconds)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 1, check: 1)
        return Outcome.of(script.events, layout: layout, profile: profile, options: ReplayOptions(drive: .blind))
            .decisions
    }

    @Test("A page of slow memory touched soon after arming is promoted; later only where there is room")
    func tiering() {
        #expect(tieringOutcome(waitMilliseconds: 500, memoryBytes: 1 << 28).map(\.target) == [0])
        #expect(tieringOutcome(waitMilliseconds: 1500, memoryBytes: 1 << 28).map(\.rule) == [.tieringStay])
        #expect(tieringOutcome(waitMilliseconds: 1500, memoryBytes: 1 << 34).map(\.rule) == [.tieringPromote])
    }
}
