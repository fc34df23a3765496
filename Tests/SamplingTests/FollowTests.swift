import BalancingModel
import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

@Suite struct PlacementWatchTests {
    @Test("A thread placed for a sequence is not read again before the next step")
    func placed() {
        var watch = PlacementWatch()
        #expect(watch.isDue(at: 4))
        watch.note(sequence: 4, hasChanged: false, hasRun: true)
        #expect(watch.isDue(at: 4))
        watch.note(sequence: 4, hasChanged: true, hasRun: true)
        #expect(!watch.isDue(at: 4))
        #expect(watch.isDue(at: 5))
        watch.note(sequence: 5, hasChanged: true, hasRun: true)
        #expect(!watch.isDue(at: 5))
    }

    @Test("A late thread is read until its ledger has changed within one sequence")
    func late() {
        var watch = PlacementWatch()
        watch.note(sequence: 4, hasChanged: true, hasRun: true)
        watch.note(sequence: 4, hasChanged: true, hasRun: true)
        watch.note(sequence: 5, hasChanged: false, hasRun: true)
        #expect(watch.isDue(at: 5))
        // The change may have been the placement for 5; the one for 6 may be due.
        watch.note(sequence: 6, hasChanged: true, hasRun: true)
        #expect(watch.isDue(at: 6))
        watch.note(sequence: 6, hasChanged: true, hasRun: true)
        #expect(!watch.isDue(at: 6))
    }

    @Test("A thread that does not run waits for the next step; an unknown sequence leaves nothing out")
    func idle() {
        var watch = PlacementWatch()
        watch.note(sequence: 4, hasChanged: false, hasRun: false)
        #expect(!watch.isDue(at: 4))
        #expect(watch.isDue(at: 5))
        #expect(watch.isDue(at: nil))
    }
}

@Suite struct FollowScheduleTests {
    @Test("Only hint faults are a reason to look")
    func trigger() {
        var schedule = FollowSchedule(now: 0)
        let first = schedule.note(hintFaults: 10, at: 1)
        let same = schedule.note(hintFaults: 10, at: 2)
        let more = schedule.note(hintFaults: 11, at: 3)
        let missing = schedule.note(hintFaults: nil, at: 4)
        let back = schedule.note(hintFaults: 12, at: 5)
        #expect([first, same, more, missing, back] == [false, false, true, false, false])
    }

    @Test("A minute without hint faults ends it, the next one begins it anew")
    func patience() {
        var schedule = FollowSchedule(now: 0)
        schedule.note(hintFaults: 10, at: 0)
        #expect(schedule.isArmed(at: 60 * secondNanoseconds))
        #expect(!schedule.isArmed(at: 61 * secondNanoseconds))
        schedule.note(hintFaults: 11, at: 100 * secondNanoseconds)
        #expect(schedule.isArmed(at: 160 * secondNanoseconds))
        #expect(!schedule.isArmed(at: 161 * secondNanoseconds))
    }

    @Test(
        "Looks never cost more than their share, whatever each one takes",
        arguments: [1, 300_000, 40_000_000] as [UInt64])
    func budget(costNanoseconds: UInt64) {
        var schedule = FollowSchedule(now: 0)
        var spent: UInt64 = 0
        for look in 1...2000 as ClosedRange<UInt64> {
            let now = look * secondNanoseconds / 2
            guard schedule.allowance(cpuShare: 0.0025, at: now) > 0 else { continue }
            schedule.charge(cpuNanoseconds: costNanoseconds)
            spent += costNanoseconds
        }
        #expect(spent > 0)
        #expect(Double(spent) <= 0.0025 * 1000e9 + Double(costNanoseconds))
    }
}

/// An engine on a host where one process of two threads is being balanced.
private struct FollowBench: ~Copyable {
    let root: ScriptedRoot
    let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
    let cost: FakeCost
    var engine: SamplingEngine
    var faults: UInt64 = 100
    var task = FakeTask(pid: 10, userTicks: 100)
    var sibling = FakeTask(pid: 11, userTicks: 100)

    init(_ settings: SamplingSettings = SamplingSettings(), step: UInt64 = 1000) {
        root = ScriptedRoot(.twoNodes, isLive: true)
        cost = FakeCost(step: step)
        engine = SamplingEngine(root: root, settings: settings, time: time, cost: cost, seed: 1)
        root.change { $0.addFile("/proc/sys/kernel/numa_balancing", text: "1\n") }
        task.faults = [(1000, 0), (0, 0)]
        sibling.faults = [(400, 0), (0, 0)]
        write()
    }

    /// Lets both threads run and the kernel count some hint faults.
    mutating func write(hintFaults: UInt64 = 50) {
        faults += hintFaults
        task.runtimeNanoseconds += 1_000_000
        sibling.runtimeNanoseconds += 1_000_000
        task.userTicks += 1
        let (first, second, count) = (task, sibling, faults)
        root.change { root in
            root.put(first, threads: [first, second])
            root.addFile(
                "/proc/vmstat",
                text: "numa_hint_faults \(count)\nnuma_hint_faults_local \(count / 2)\nnuma_pages_migrated 0\n")
        }
    }

    /// Lets a task be placed: its ledger halves, and its window comes on top.
    mutating func place(_ pages: UInt64, sibling siblingPages: UInt64? = nil) {
        let before = (task.faults[0].private, sibling.faults[0].private)
        task.faults[0].private = before.0 - before.0 / 2 + pages
        if let siblingPages { sibling.faults[0].private = before.1 - before.1 / 2 + siblingPages }
    }

    /// Lets the engine do what is due next.
    mutating func next() -> HostSnapshot? {
        let due = engine.nextDueAtNanoseconds
        if due > time.monotonicNanoseconds { time.advance(byNanoseconds: due - time.monotonicNanoseconds) }
        return engine.advance()
    }

    /// Runs looks until a round is published.
    mutating func round() -> HostSnapshot {
        while true {
            if let snapshot = next() { return snapshot }
        }
    }
}

@Suite struct FollowingEngineTests {
    @Test("Two placements between rounds are told apart by a look, and the round's figures are exact")
    func exact() throws {
        var bench = FollowBench()
        _ = bench.round()
        // The first sequence a thread is seen at may be one it was placed for already.
        bench.place(300, sibling: 100)
        bench.write()
        #expect(bench.next() == nil)
        bench.task.scanSequence += 1
        bench.sibling.scanSequence += 1
        bench.place(700, sibling: 50)
        bench.write(hintFaults: 750)
        #expect(bench.next() == nil)
        bench.task.scanSequence += 1
        bench.sibling.scanSequence += 1
        bench.place(90)
        bench.write(hintFaults: 90)
        let model = try #require(bench.round().process(pid: 10)?.model)
        #expect(model.faultedPages.value == 300 + 100 + 700 + 50 + 90)
        #expect(model.faultedPages.lowest == model.faultedPages.value)
    }

    @Test("Where no hint fault was counted a look reads nothing but vmstat")
    func nothingHappens() {
        var bench = FollowBench()
        _ = bench.round()
        let before = bench.root.readCount("/proc/10/task/10/sched")
        let counted = bench.root.readCount("/proc/vmstat")
        for _ in 0..<4 { #expect(bench.next() == nil) }
        #expect(bench.root.readCount("/proc/10/task/10/sched") == before)
        #expect(bench.root.readCount("/proc/vmstat") == counted + 4)
    }

    @Test("A look reads of a thread that was placed only the first one's sequence")
    func fewReadings() {
        var bench = FollowBench()
        _ = bench.round()
        bench.place(300, sibling: 100)
        bench.write()
        #expect(bench.next() == nil)
        let before = bench.root.readCount("/proc/10/task/11/sched")
        for _ in 0..<5 {
            bench.write()
            #expect(bench.next() == nil)
        }
        #expect(bench.root.readCount("/proc/10/task/11/sched") == before)
    }

    @Test("A host without hint faults is left alone between rounds after a minute")
    func quiet() {
        var bench = FollowBench()
        var looks = 0
        var snapshot = bench.round()
        for _ in 0..<14 { snapshot = bench.round() }
        while bench.next() == nil { looks += 1 }
        #expect(looks == 0)
        #expect(snapshot.sequence == 15)
        // A round notices when it begins.
        bench.write()
        _ = bench.round()
        #expect(bench.next() == nil)
    }

    @Test("Without balancing, on one node, or with an interval as long as the rounds' there are no looks")
    func switchedOff() {
        var settings = SamplingSettings()
        settings.followInterval = .seconds(5)
        var bench = FollowBench(settings)
        _ = bench.round()
        bench.write()
        #expect(bench.next() != nil)
        var off = FollowBench()
        off.root.change { $0.addFile("/proc/sys/kernel/numa_balancing", text: "0\n") }
        _ = off.round()
        off.write()
        #expect(off.next() != nil)
    }

    @Test("A shorter scan period of the kernel shortens the interval, down to a tenth of a second")
    func shortPeriod() {
        for (milliseconds, expected) in [(4000, 500), (600, 300), (10, 100)] as [(Int, UInt64)] {
            var bench = FollowBench()
            bench.root.change {
                $0.addFile("/sys/kernel/debug/sched/numa_balancing/scan_period_min_ms", text: "\(milliseconds)\n")
            }
            let first = bench.round()
            #expect(bench.engine.nextDueAtNanoseconds - first.monotonicNanoseconds == expected * 1_000_000)
        }
    }

    @Test("Looks that cost too much are left out until their share has paid for them")
    func costly() throws {
        // Each look at the clock takes 3 ms of CPU time: a look costs more than ten times its share.
        let step: UInt64 = 3_000_000
        var bench = FollowBench(step: step)
        var snapshot = bench.round()
        let start = bench.time.monotonicNanoseconds
        for _ in 0..<400 {
            bench.write()
            if let next = bench.next() { snapshot = next }
        }
        let follow = try #require(snapshot.cost.tiers.first { $0.name == "follow" })
        let elapsed = Double(bench.time.monotonicNanoseconds - start)
        #expect(follow.rounds > 300)
        #expect(follow.cpuNanoseconds >= 10 * step)
        // Two seconds' credit may have been saved, and the last look may cost more than there was.
        #expect(Double(follow.cpuNanoseconds) <= 0.0025 * (elapsed + 2e9) + Double(10 * step))
        #expect(snapshot.cost.tiers[1].intervalNanoseconds == 5 * secondNanoseconds)
    }

    @Test("A process born between rounds is met by a look, and all its ledger shows is of the interval")
    func newProcess() throws {
        var bench = FollowBench()
        _ = bench.round()
        var child = FakeTask(pid: 30, userTicks: 5, startTicks: 1 << 40)
        child.faults = [(40, 0), (2, 0)]
        child.scanSequence = 1
        let born = child
        bench.root.change { $0.put(born) }
        bench.write()
        #expect(bench.next() == nil)
        let model = try #require(bench.round().process(pid: 30)?.model)
        #expect(model.faultedPages.value == 42)
        #expect(model.faultedPages.highest == 42)
    }

    @Test("A process that exits or becomes another between looks is left to the round")
    func vanishing() throws {
        var bench = FollowBench()
        _ = bench.round()
        bench.write()
        bench.root.change { $0.remove("/proc/10/stat") }
        #expect(bench.next() == nil)
        var other = FakeTask(pid: 10, userTicks: 1, startTicks: 2000)
        other.faults = [(7, 0), (0, 0)]
        let successor = other
        bench.root.change { $0.put(successor) }
        #expect(bench.next() == nil)
        let snapshot = bench.round()
        #expect(snapshot.process(pid: 10)?.identity.startTimeTicks == 2000)
        #expect(snapshot.cost.incidents[.pidReused] == 1)
    }
}
