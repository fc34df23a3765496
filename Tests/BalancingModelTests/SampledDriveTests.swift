import FixtureSupport
import Testing

@testable import BalancingModel

@Suite struct SampledDriveTests {
    @Test("One placement between two readings tells its window exactly")
    func exactWindow() {
        let windows = WindowReconstruction(before: [901, 100, 300, 41], after: [571, 80, 662, 85], sequenceSteps: 0)
        #expect(windows.placements == 1...1)
        let pages = windows.pages(before: 901, after: 571)
        #expect(pages.value == 120)
        #expect(pages.lowest == 120)
        #expect(pages.highest == 120)
        #expect(windows.pages(before: 100, after: 80).value == 30)
        #expect(windows.pages(before: 300, after: 662).value == 512)
        #expect(windows.pages(before: 41, after: 85).value == 64)
    }

    @Test("A ledger that stands still was not folded, unless the sequence went on")
    func standsStill() {
        #expect(WindowReconstruction(before: [5, 6], after: [5, 6], sequenceSteps: 0).placements == 0...0)
        let open = WindowReconstruction(before: [5, 6], after: [5, 6], sequenceSteps: 1)
        #expect(open.placements.contains(0))
        #expect(open.pages(before: 5, after: 5).lowest == 0)
    }

    @Test("A counter that fell tells how often it was halved at least; one that fell faster was cleared")
    func halvings() {
        let three = WindowReconstruction(before: [1000, 0], after: [130, 9], sequenceSteps: 5)
        #expect(three.placements.lowerBound == 3)
        #expect(!three.wasCleared)
        let cleared = WindowReconstruction(before: [1000, 0], after: [0, 3], sequenceSteps: 0)
        #expect(cleared.wasCleared)
        #expect(cleared.pages(before: 1000, after: 0).value == 0)
        #expect(cleared.pages(before: 0, after: 3).value == 3)
    }

    @Test("Whatever was folded lies within the bounds", arguments: 0..<50)
    func bounds(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let before = (0..<8).map { _ in UInt64.random(in: 0...5000, using: &random) }
        var counters = before
        var folded = [UInt64](repeating: 0, count: 8)
        let count = Int.random(in: 1...6, using: &random)
        for _ in 0..<count {
            for index in counters.indices {
                let pages = Bool.random(using: &random) ? 0 : UInt64.random(in: 0...3000, using: &random)
                counters[index] = counters[index] - counters[index] / 2 + pages
                folded[index] += pages
            }
        }
        let windows = WindowReconstruction(before: before, after: counters, sequenceSteps: Int64(count))
        #expect(windows.placements.contains(count))
        for index in counters.indices {
            let pages = windows.pages(before: before[index], after: counters[index])
            // Every halving rounds up by less than one page, which doubles back to less than one for each earlier window.
            let slack = Double(1 << count)
            #expect(pages.lowest <= Double(folded[index]) + 1)
            #expect(pages.highest + slack >= Double(folded[index]))
            #expect(pages.lowest <= pages.value && pages.value <= pages.highest)
        }
    }

    @Test("Extreme counters and sequences give an estimate, not a trap")
    func extremes() {
        for steps in [Int64.min, -1, 0, 1, 63, Int64.max] {
            let windows = WindowReconstruction(before: [UInt64.max, 0], after: [0, UInt64.max], sequenceSteps: steps)
            #expect(windows.pages(before: UInt64.max, after: 0).lowest >= 0)
            #expect(windows.pages(before: 0, after: UInt64.max).highest >= 0)
        }
    }

    private func sample(
        _ time: UInt64, tid: Int32 = 7, sequence: Int64, migrated: UInt64 = 0, preferred: Int32 = 0, node: Int32 = 0,
        group: Int32 = 0, _ nodes: [(UInt64, UInt64)], groupNodes: [(UInt64, UInt64)] = [(0, 0), (0, 0)]
    ) -> LedgerSample {
        LedgerSample(
            timeNanoseconds: time, tid: tid, scanSequence: sequence, pagesMigrated: migrated, preferredNode: preferred,
            currentNode: node, groupID: group,
            nodes: zip(nodes, groupNodes).map {
                .init(taskPrivate: $0.0, taskShared: $0.1, groupPrivate: $1.0, groupShared: $1.1)
            })
    }

    private func drive(_ layout: NodeLayout = TestMachine.twoNodes) -> SampledDrive {
        SampledDrive(profile: TestMachine.profile(), layout: layout)
    }

    @Test("The first reading of a task says nothing yet")
    func firstReading() {
        var drive = drive()
        drive.observe(sample(1, sequence: 3, migrated: 50, [(10, 0), (0, 0)]))
        let interval = drive.closeInterval(nil)
        #expect(interval.tasks.isEmpty)
        #expect(interval.pagesMigrated.value == 0)
        #expect(drive.taskCount == 1)
    }

    @Test("Moved pages are exact, and between two nodes so are their ends")
    func moves() throws {
        var drive = drive()
        drive.observe(sample(0, sequence: 3, migrated: 50, node: 1, [(10, 0), (0, 0)]))
        drive.observe(sample(2_000_000_000, sequence: 4, migrated: 170, preferred: 1, node: 1, [(5, 0), (120, 0)]))
        let interval = drive.closeInterval(nil)
        let task = try #require(interval.tasks.first)
        #expect(task.pagesMigrated == Estimate(observed: 120))
        let move = try #require(task.moves.first)
        #expect(task.moves.count == 1)
        #expect(move.sourceNode == 0)
        #expect(move.targetNode == 1)
        #expect(move.pages.value == 120)
        #expect(move.pages.error == 0)
        #expect(task.modelledPreferredNode == 1)
        #expect(task.scanPeriodMilliseconds?.value == 2000)
    }

    @Test("Among more nodes the parts of the moved pages sum up to all of them")
    func movesAmongMany() throws {
        var drive = drive(TestMachine.ring)
        let zero: [(UInt64, UInt64)] = [(0, 0), (30, 0), (0, 0), (10, 0)]
        drive.observe(sample(0, sequence: 3, node: 1, zero, groupNodes: zero))
        drive.observe(sample(9, sequence: 4, migrated: 100, node: 2, zero, groupNodes: zero))
        let task = try #require(drive.closeInterval(nil).tasks.first)
        #expect(abs(task.moves.reduce(0) { $0 + $1.pages.value } - 100) < 1e-9)
        #expect(task.moves.allSatisfy { $0.sourceNode != $0.targetNode })
        #expect(task.moves.allSatisfy { $0.pages.provenance == .modelled })
    }

    @Test("With vmstat the total is observed and the tasks' pages sum up to it within their bounds")
    func reconciles() {
        var drive = drive()
        for tid in [7, 8] as [Int32] {
            drive.observe(sample(0, tid: tid, sequence: 1, [(1800, 0), (0, 0)]))
            drive.observe(sample(1_000_000_000, tid: tid, sequence: 1, [(1000, 0), (0, 0)]))
        }
        // What was in the windows when the drive began was not counted: the first placements cannot be compared.
        #expect(!drive.closeInterval(SystemCounters(hintFaults: 9, localHintFaults: 9, pagesMigrated: 0)).isReconciled)
        for tid in [7, 8] as [Int32] {
            drive.observe(sample(3_000_000_000, tid: tid, sequence: 3, [(1250, 0), (0, 0)]))
        }
        let counted = SystemCounters(hintFaults: 2100, localHintFaults: 2000, pagesMigrated: 9)
        let interval = drive.closeInterval(counted)
        #expect(interval.hintFaults == Estimate(observed: 2100))
        #expect(interval.pagesMigrated == Estimate(observed: 9))
        #expect(interval.isReconciled)
        let folded = interval.tasks.reduce(0) { $0 + $1.foldedPages.value }
        // Nine of the windows' pages were faulted before the counting of the second interval.
        #expect(folded <= 2109.5)
        #expect(interval.tasks.allSatisfy { $0.foldedPages.lowest <= $0.foldedPages.value })
        #expect(interval.localShare.map { abs($0 - 2000.0 / 2100) < 1e-9 } == true)
    }

    @Test("Without vmstat the total is the tasks' with their bounds, and no local share is made up")
    func withoutCounters() {
        var drive = drive()
        drive.observe(sample(0, sequence: 1, [(1000, 0), (0, 0)]))
        drive.observe(sample(2_000_000_000, sequence: 2, [(700, 0), (0, 0)]))
        let interval = drive.closeInterval(nil)
        #expect(interval.hintFaults.provenance == .modelled)
        #expect(interval.hintFaults.lowest <= 200 && interval.hintFaults.highest >= 200)
        #expect(interval.localShare == nil)
        #expect(!interval.isReconciled)
    }

    @Test("Huge pages fold more pages than there were faults: nothing is forced together")
    func hugePages() {
        var drive = drive()
        drive.observe(sample(0, sequence: 1, [(0, 0), (0, 0)]))
        drive.observe(sample(2_000_000_000, sequence: 2, [(51200, 0), (0, 0)]))
        let interval = drive.closeInterval(SystemCounters(hintFaults: 100, localHintFaults: 100, pagesMigrated: 0))
        #expect(!interval.isReconciled)
        #expect(interval.tasks.first?.foldedPages.value == 51200)
    }

    @Test("A group's ledger speaks for its members' preferred node")
    func groupPreferred() {
        var drive = drive()
        let group: [(UInt64, UInt64)] = [(10, 10), (500, 0)]
        drive.observe(sample(0, sequence: 1, group: 9, [(100, 0), (0, 0)], groupNodes: group))
        drive.observe(sample(9, sequence: 1, preferred: 1, group: 9, [(100, 0), (0, 0)], groupNodes: group))
        #expect(drive.closeInterval(nil).tasks.first?.modelledPreferredNode == 1)
    }

    @Test("A reading of other nodes than the machine's, or an old one, is left out")
    func badReadings() {
        var drive = drive()
        drive.observe(sample(5, sequence: 1, [(1, 0)], groupNodes: [(0, 0)]))
        #expect(drive.taskCount == 0)
        drive.observe(sample(5, sequence: 1, [(1, 0), (0, 0)]))
        drive.observe(sample(5, sequence: 9, [(1, 0), (0, 0)]))
        #expect(drive.closeInterval(nil).tasks.isEmpty)
        drive.forget(7)
        #expect(drive.taskCount == 0)
    }

    /// Polls the replay of a stream as the daemon polls a kernel, and compares with what the stream held.
    @Test("Polled often enough, a replayed stream's faults and moves come out within two per cent", arguments: 0..<4)
    func againstReplay(seed: Int) {
        let profile = TestMachine.profile(KernelRelease(6, 1, 192))
        let tids: [Int32] = [11, 12, 13]
        var random = SeededGenerator(seed: UInt64(seed))
        var script = Script()
        var truth: [(folded: UInt64, moved: UInt64)] = []
        var replay = BalancingReplay(
            profile: profile, layout: TestMachine.twoNodes, options: ReplayOptions(drive: .shadow))
        var drive = SampledDrive(profile: profile, layout: TestMachine.twoNodes)
        var waiting: [Int32: UInt64] = [:]
        var intervals: [IntervalEstimate] = []
        func flush() {
            for event in script.events { replay.consume(event) }
            script.events.removeAll()
        }
        script.add(1, 0, .newTask(pid: 11, cloneFlags: 0))
        script.add(11, 0, .newTask(pid: 12, cloneFlags: 0x10f00))
        script.add(11, 0, .newTask(pid: 13, cloneFlags: 0x10f00))
        for _ in 0..<20 {
            var moved: UInt64 = 0
            for tid in tids {
                for _ in 0..<Int.random(in: 1...60, using: &random) {
                    let comes = Bool.random(using: &random)
                    script.fault(
                        tid, cpu: tid - 11, last: 0x1f_ffff, node: (tid - 11) / 2,
                        check: comes ? 1 - (tid - 11) / 2 : nil, target: comes ? (tid - 11) / 2 : -1,
                        flags: comes ? .migrated : .faultLocal)
                    waiting[tid, default: 0] += 1
                    moved += comes ? 1 : 0
                }
            }
            script.wait(milliseconds: 500)
            script.pass(11, cpu: 0)
            var folded: UInt64 = 0
            for tid in tids {
                folded += waiting[tid] ?? 0
                waiting[tid] = 1
                script.fault(tid, cpu: tid - 11, last: 0x1f_ffff, node: (tid - 11) / 2, flags: .faultLocal)
                script.add(tid, tid - 11, .placement)
                script.add(tid, tid - 11, .placement)
                script.add(tid, tid - 11, .misplaced(address: 0))
            }
            flush()
            for tid in tids {
                guard let state = replay.state(of: tid) else { continue }
                drive.observe(
                    LedgerSample(
                        timeNanoseconds: script.time, tid: tid, scanSequence: Int64(state.scanSequence),
                        pagesMigrated: state.pagesMigrated, preferredNode: state.preferredNode,
                        currentNode: (tid - 11) / 2,
                        groupID: state.groupID,
                        nodes: state.nodes.map { .init(taskPrivate: $0.privateFaults, taskShared: $0.sharedFaults) }),
                    birth: .init(afterNanoseconds: 0, scanSequence: 0))
            }
            truth.append((folded, moved))
            intervals.append(drive.closeInterval(nil))
        }
        // Windows of at most 60 pages now and then equal what halving takes away: only the bounds know of such.
        let close = zip(intervals, truth).dropFirst().count { interval, truth in
            abs(interval.hintFaults.value - Double(truth.folded)) <= 0.02 * Double(truth.folded)
        }
        #expect(close >= 17)
        for (interval, truth) in zip(intervals, truth).dropFirst() {
            let folded = Double(truth.folded)
            #expect(interval.hintFaults.lowest <= folded && folded <= interval.hintFaults.highest)
            #expect(interval.pagesMigrated.value == Double(truth.moved))
            #expect(interval.tasks.count == 3)
        }
    }
}
