import NUMATopology
import Testing

@testable import BalancingModel

@Suite struct PlacementTests {
    private let cpupid = CPUPIDLayout(maximumCPUCount: 8192)

    /// A replay in the state of the worked placement: two nodes, no group, a window of 726 pages.
    private func workedReplay() -> (BalancingReplay, Int) {
        var replay = BalancingReplay(
            profile: TestMachine.profile(), layout: TestMachine.twoNodes, options: ReplayOptions(drive: .blind))
        replay.consume(.init(timeNanoseconds: 1, tid: 9, cpu: 0, payload: .misplaced(address: 0)))
        replay.consume(
            .init(
                timeNanoseconds: 2, tid: 9, cpu: 0,
                payload: .hintFault(
                    lastCPUPID: cpupid.unset, memNode: 0, pages: 0, flags: .faultLocal, jiffies: 4_294_900_000)))
        let slot = replay.index.slot(9)
        let base = replay.tasks[slot].faultBase
        let values: [(region: Int, node: Int, shared: UInt64, personal: UInt64)] = [
            (0, 0, 100, 901), (0, 1, 41, 300), (1, 0, 2000, 15001), (1, 1, 801, 4999), (2, 0, 30, 120),
            (2, 1, 64, 512), (3, 0, 44, 150), (3, 1, 50, 482),
        ]
        for value in values {
            replay.faults[replay.entry(base, region: value.region, node: value.node, isPrivate: 0)] = value.shared
            replay.faults[replay.entry(base, region: value.region, node: value.node, isPrivate: 1)] = value.personal
        }
        replay.tasks[slot].totalFaults = 1342
        replay.tasks[slot].remotePages = 346
        replay.tasks[slot].localPages = 380
        replay.tasks[slot].scanPeriod = 1000
        replay.tasks[slot].lastPlacementNanoseconds = 1_000_000_000
        replay.tasks[slot].lastPlacementRuntime = 0
        replay.tasks[slot].runtime = 2_500_000_000
        replay.tasks[slot].isRunning = false
        replay.clock = JiffyClock(tick: TickRate(ticksPerSecond: 250))
        replay.now = 11_000_000_000
        replay.spaces[Int(replay.tasks[slot].mm)].scanSequence = 1
        return (replay, slot)
    }

    /// A placement event with the task's clocks and counters is believed, whatever switches and faults have shown.
    @Test func measuredPlacement() {
        var (replay, slot) = workedReplay()
        // The worked replay is blind, and the counters depend on outcomes: only the share is taken, a quarter as there.
        var (expected, _) = workedReplay()
        expected.tasks[slot].remotePages = 5
        expected.place(slot)
        let state = BalancingEvent.PlacementState(
            execStartNanoseconds: 17_000_000_000, sumExecRuntimeNanoseconds: 5_500_000_000, loadSum: 1,
            lastPlacementNanoseconds: 7_000_000_000, lastSumExecRuntimeNanoseconds: 3_000_000_000,
            remotePages: 346, localPages: 380, failedPages: 0)
        replay.tasks[slot].runtime = 9_000_000_000
        replay.tasks[slot].remotePages = 5
        replay.tasks[slot].isLocalityUnknown = true
        replay.tasks[slot].fault.phase = .accounted
        replay.tasks[slot].fault.counts = true
        replay.tasks[slot].fault.jiffies = 4_294_900_000
        replay.tasks[slot].fault.accountedTime = replay.now
        replay.consume(.init(timeNanoseconds: 11_000_000_000, tid: 9, cpu: 0, payload: .measuredPlacement(state)))
        #expect(replay.tasks[slot].fault.isPlaced)
        let base = replay.tasks[slot].faultBase
        #expect(replay.faults[base..<base + 16] == expected.faults[base..<base + 16])
        #expect(replay.tasks[slot].isLocalityUnknown)
    }

    @Test(
        "The share of CPU time is the kernel's, Q16",
        arguments: [
            // 2.5 s of 10 s, and of nothing if the clock ran backwards; at first the load sum of a task that always ran.
            (17_000_000_000, 7_000_000_000, 16_383), (6_000_000_000, 7_000_000_000, 2_500_000_000 << 16),
            (17_000_000_000, 0, 65_534),
        ] as [(UInt64, UInt64, UInt64)])
    func measuredShare(now: UInt64, last: UInt64, share: UInt64) {
        let state = BalancingEvent.PlacementState(
            execStartNanoseconds: now, sumExecRuntimeNanoseconds: 5_500_000_000, loadSum: 47_742,
            lastPlacementNanoseconds: last, lastSumExecRuntimeNanoseconds: 3_000_000_000, remotePages: 0,
            localPages: 0, failedPages: 0)
        #expect(state.share == share)
    }

    @Test("One placement folds the worked window as the kernel does")
    func workedPlacement() {
        var (replay, slot) = workedReplay()
        replay.place(slot)
        let base = replay.tasks[slot].faultBase
        func values(_ region: Int) -> [UInt64] {
            (0..<2).flatMap { node in
                (0..<2).map { replay.faults[replay.entry(base, region: region, node: node, isPrivate: $0)] }
            }
        }
        #expect(values(0) == [80, 571, 85, 662])
        #expect(values(1) == [1991, 10881, 1527, 13361])
        #expect(values(2) == [0, 0, 0, 0])
        #expect(replay.tasks[slot].totalFaults == 1398)
        #expect(replay.tasks[slot].preferred == 1)
        #expect(replay.tasks[slot].scanSequence == 1)
        #expect(replay.tasks[slot].fault.windowShared == 94)
        #expect(replay.tasks[slot].fault.windowPrivate == 632)
    }

    @Test("The period after the worked placement is 1100 ms")
    func workedPeriod() {
        var (replay, slot) = workedReplay()
        replay.place(slot)
        replay.updateScanPeriod(slot)
        #expect(replay.tasks[slot].scanPeriod == 1100)
        #expect(replay.tasks[slot].localPages == 0)
    }

    @Test("A failed migration doubles the period; only newer kernels forget it", arguments: [true, false])
    func slowBranch(forgets: Bool) {
        var (replay, slot) = workedReplay()
        replay.clearsLocality = forgets
        replay.place(slot)
        replay.tasks[slot].failedPages = 1
        replay.updateScanPeriod(slot)
        #expect(replay.tasks[slot].scanPeriod == 2000)
        #expect(replay.tasks[slot].failedPages == (forgets ? 0 : 1))
        #expect(replay.tasks[slot].localPages == (forgets ? 0 : 380))
    }

    @Test("A placement comes before the fault that causes it")
    func windowOrder() throws {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        for _ in 0..<5 { script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal) }
        script.pass(10, cpu: 0)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.add(10, 0, .placement)
        script.add(10, 0, .placement)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        let outcome = Outcome.of(
            script.events, profile: TestMachine.profile(KernelRelease(6, 1, 192)),
            options: ReplayOptions(drive: .blind))
        let placement = try #require(outcome.changes.first { $0.cause == .placement })
        #expect(placement.totalFaults == 5)
        #expect(
            placement.nodes == [.init(privateFaults: 5, sharedFaults: 0), .init(privateFaults: 0, sharedFaults: 0)])
        #expect(placement.preferredNode == 0)
        #expect(outcome.counters.placements == 1)
        #expect(outcome.counters.unexpectedPlacements == 0)
    }

    @Test("The hit of a clone is no placement")
    func cloneHit() {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.add(10, 0, .placement)
        script.add(10, 0, .newTask(pid: 11, cloneFlags: 0x10f00))
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind))
        #expect(outcome.counters.placements == 0)
    }

    @Test("A placement the model did not expect tells of a sequence it had missed")
    func unexpectedPlacement() throws {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.add(10, 0, .placement)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        let outcome = Outcome.of(script.events, options: ReplayOptions(drive: .blind))
        #expect(outcome.counters.unexpectedPlacements == 1)
        let placement = try #require(outcome.changes.first)
        #expect(placement.totalFaults == 1)
        #expect(placement.scanSequence == 1)
    }

    @Test("Without placement events the retry time and the scan sequence decide")
    func gate() {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.pass(10, cpu: 0)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.pass(10, cpu: 0)
        // 1300 ms of period by now: the next try is 20 ticks away.
        script.wait(milliseconds: 60)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.wait(milliseconds: 400)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        let outcome = Outcome.of(
            script.events, profile: TestMachine.profile(KernelRelease(6, 1, 192)),
            options: ReplayOptions(drive: .blind, kinds: EventKinds.all.subtracting(.placement)))
        #expect(outcome.counters.placements == 2)
        #expect(outcome.changes.map(\.totalFaults) == [1, 3])
    }

    @Test("The shadow drive follows the kernel's preferred node and counts where it differs")
    func shadowPreferred() {
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.pass(10, cpu: 0)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.add(10, 0, .placement)
        script.add(10, 0, .setPreferred(node: 1))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        let profile = TestMachine.profile(KernelRelease(6, 1, 192))
        let shadow = Outcome.of(script.events, profile: profile, options: ReplayOptions(drive: .shadow))
        #expect(shadow.changes.last?.preferredNode == 1)
        #expect(shadow.counters.preferredMisses == 1)
        let blind = Outcome.of(script.events, profile: profile, options: ReplayOptions(drive: .blind))
        #expect(blind.changes.last?.preferredNode == 0)
    }

    // MARK: Preferred node of a group

    private func preferred(_ layout: NodeLayout, groupFaults: [UInt64]) -> Int {
        var replay = BalancingReplay(
            profile: TestMachine.profile(), layout: layout, options: ReplayOptions(drive: .blind))
        replay.groups.append(GroupState(gid: 5, createdAt: 0))
        replay.groupFaults = [UInt64](repeating: 0, count: 4 * layout.count)
        for (node, faults) in groupFaults.enumerated() {
            replay.groupFaults[replay.entry(0, region: 0, node: node, isPrivate: 0)] = faults
        }
        replay.groups[0].totalFaults = groupFaults.reduce(0, +)
        var task = TaskState(tid: 5, scanPeriod: 1000)
        task.group = 0
        replay.tasks.append(task)
        return replay.preferredNode(0)
    }

    @Test("On a direct machine a group prefers the node of most faults, the lowest of equals")
    func direct() {
        #expect(preferred(TestMachine.twoNodes, groupFaults: [10, 20]) == 1)
        #expect(preferred(TestMachine.twoNodes, groupFaults: [20, 20]) == 0)
        #expect(preferred(TestMachine.twoNodes, groupFaults: [0, 0]) == -1)
    }

    @Test("In a ring the faults of neighbours count half")
    func mesh() {
        #expect(TestMachine.ring.topologyType == .gluelessMesh)
        // 0: 100 + (0 + 40)/2; 2: 90 + (90 + 40)... node 3 has neighbours 2 and 0.
        #expect(preferred(TestMachine.ring, groupFaults: [100, 0, 90, 40]) == 3)
        #expect(preferred(TestMachine.ring, groupFaults: [100, 0, 0, 0]) == 0)
    }

    @Test("Behind a backplane the board of most faults wins first, then its node")
    func backplane() {
        #expect(TestMachine.backplane.topologyType == .backplane)
        #expect(preferred(TestMachine.backplane, groupFaults: [100, 0, 60, 70]) == 3)
        #expect(preferred(TestMachine.backplane, groupFaults: [100, 40, 60, 70]) == 0)
    }

    @Test("A task without a group prefers the nearest node with CPUs")
    func memoryOnlyNode() {
        let layout = TestMachine.layout(rows: [[10, 20, 40], [20, 10, 20], [40, 20, 10]], cpuLess: [2])
        #expect(layout.nearestTakingPart(to: 2) == 1)
        #expect(preferred(layout, groupFaults: [1, 1, 9]) == 1)
    }

    @Test("Where nodes without CPUs count, as before 5.18, one may be preferred, and distances reach to the farthest")
    func memoryOnlyNodePreferred() {
        let rows = [[10, 20, 40], [20, 10, 20], [40, 20, 10]]
        let layout = TestMachine.layout(rows: rows, cpuLess: [2], countsMemoryOnlyNodes: true)
        #expect(layout.nearestTakingPart(to: 2) == 2)
        #expect(preferred(layout, groupFaults: [1, 1, 9]) == 2)
        #expect(layout.largestDistance == 40)
        #expect(TestMachine.layout(rows: rows, cpuLess: [2]).largestDistance == 20)
    }
}
