import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

@Suite struct LedgerThreadTests {
    @Test func threadsComeAndGo() throws {
        var bench = LedgerBench()
        let first = FakeTask(pid: 10)
        bench.root.change { $0.put(first, threads: [first, FakeTask(pid: 11)]) }
        bench.round()
        #expect(bench.incident(.threadStarted) == 0)
        bench.root.change { $0.put(first, threads: [first, FakeTask(pid: 12), FakeTask(pid: 13)]) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(process.threads.keys.sorted() == [10, 12, 13])
        #expect(bench.incident(.threadStarted) == 2)
        #expect(bench.incident(.threadExited) == 1)
        bench.root.change { $0.put(first) }
        bench.round()
        #expect(process.threads.keys.sorted() == [10])
        #expect(bench.incident(.threadExited) == 3)
    }

    @Test func aThreadThatExitsMidReadIsDroppedAlone() throws {
        var bench = LedgerBench()
        let first = FakeTask(pid: 10)
        bench.root.change { $0.put(first, threads: [first, FakeTask(pid: 11), FakeTask(pid: 12)]) }
        bench.round()
        bench.root.after(reading: "/proc/10/task/11/stat") { $0.remove("/proc/10/task/11") }
        bench.round()
        #expect(bench.reader.processes[10]?.threads.keys.sorted() == [10, 12])
        #expect(bench.incident(.threadExited) == 1)
        #expect(bench.incident(.exitedDuringRead) == 0)
    }

    @Test func totalsOfGroupsOnlyGrowAndKeepThoseOfTasksThatExited() throws {
        var bench = LedgerBench()
        var generator = SplitMix64(seed: 8)
        var alive: [Int32: FakeTask] = [1: FakeTask(pid: 1, startTicks: 10, runtimeNanoseconds: 9000)]
        var truth: UInt64 = 0
        var time: UInt64 = 0
        var next: Int32 = 100
        var last: UInt64 = 0
        bench.root.change { [alive] in $0.put(alive[1]!, threads: Array(alive.values)) }
        bench.round()
        for round in 0..<60 {
            for tid in alive.keys.sorted() where tid != 1 && UInt64.random(in: 0..<4, using: &generator) == 0 {
                alive[tid] = nil
            }
            for tid in alive.keys.sorted() {
                let pages = UInt64.random(in: 0...50, using: &generator)
                alive[tid]?.migrated += pages
                truth += pages
                let ran = UInt64.random(in: 0...700, using: &generator)
                alive[tid]?.runtimeNanoseconds += ran
                time += ran
            }
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                next += 1
                var task = FakeTask(pid: next, startTicks: 1000 + UInt64(round))
                task.migrated = UInt64.random(in: 0...20, using: &generator)
                truth += task.migrated
                task.runtimeNanoseconds = UInt64.random(in: 0...700, using: &generator)
                time += task.runtimeNanoseconds
                alive[next] = task
            }
            bench.root.change { [alive] root in
                root.put(alive[1]!, threads: alive.values.sorted { $0.pid < $1.pid })
            }
            bench.round()
            let total = bench.reader.groupTotals["work.service"]
            let pages = try #require(total.migratedPages)
            #expect(pages >= last)
            #expect(pages == truth)
            #expect(total.cpuNanosecondsByNode?.total == time)
            last = pages
        }
        bench.root.change { $0.remove("/proc/1") }
        bench.round()
        #expect(bench.reader.groupTotals["work.service"].migratedPages == truth)
        #expect(bench.reader.groupTotals["work.service"].cpuNanosecondsByNode?.total == time)
    }

    @Test func beforeForkResetTheCounterAChildsInheritanceIsNotCounted() {
        var bench = LedgerBench(forkResetsMigrated: false)
        var parent = FakeTask(pid: 10)
        parent.migrated = 40
        bench.root.change { [parent] in $0.put(parent) }
        bench.round()
        var child = FakeTask(pid: 11, startTicks: 2000)
        child.migrated = 40
        bench.root.change { [child] in $0.put(child) }
        bench.round()
        child.migrated = 43
        bench.root.change { [child] in $0.put(child) }
        bench.round()
        #expect(bench.reader.groupTotals["work.service"].migratedPages == 3)
    }

    @Test func aTornLedgerIsReadOnceMore() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10)
        task.faults = [(7, 0), (0, 0)]
        bench.root.change { [task] in $0.put(task) }
        bench.root.queue("/proc/10/sched", task.sched(total: 99))
        bench.round()
        #expect(bench.reader.processes[10]?.threads[10]?.record.privatePages?[node0] == 7)
        #expect(bench.incident(.tornLedger) == 0)
    }

    @Test func aLedgerTornTwiceIsNotUsedAndTheLastOneStays() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, runtimeNanoseconds: 1000)
        task.faults = [(7, 0), (0, 0)]
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        task.faults = [(1, 0), (1, 0)]
        task.runtimeNanoseconds = 1700
        bench.root.queue("/proc/10/sched", task.sched(total: 99), task.sched(total: 98))
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(process.threads[10]?.record.privatePages?[node0] == 7)
        #expect(bench.incident(.tornLedger) == 1)
        // Only the ledger is torn: the time is good.
        #expect(process.cpuNanosecondsByNode?[node0] == 1700)
        #expect(process.faultChange == NodeValues())
    }

    // Cut at every byte, and damaged in its numbers.
    @Test func aDamagedLedgerNeverEndsARound() {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10)
        task.faults = [(7, 0), (0, 3)]
        let whole = Array(task.sched().utf8)
        bench.root.change { [task] in $0.put(task) }
        for length in whole.indices {
            bench.root.change { $0.addFile("/proc/10/sched", Array(whole[..<length])) }
            bench.round()
            #expect(bench.reader.processes[10] != nil)
        }
        for number in ["18446744073709551615", "18446744073709551616", "-1", "x", ""] {
            let text = task.sched().replacing("task_private=7", with: "task_private=\(number)")
            bench.root.change { $0.addFile("/proc/10/sched", text: text) }
            bench.round()
            #expect(bench.reader.processes[10] != nil)
        }
    }

    @Test func theLargestNumbersDoNotTrap() throws {
        var bench = LedgerBench()
        let huge = UInt64.max
        var tasks: [FakeTask] = []
        for pid in 10...12 as ClosedRange<Int32> {
            var task = FakeTask(pid: pid, userTicks: huge / 2, startTicks: 600, residentPages: .max)
            task.faults = [(huge, 0), (0, 0)]
            task.migrated = huge
            tasks.append(task)
        }
        bench.root.change { [tasks] in $0.put(tasks[0], threads: tasks) }
        bench.round()
        tasks[0].faults = [(0, 0), (0, huge)]
        bench.root.change { [tasks] in $0.put(tasks[0], threads: tasks) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        let record = SnapshotAssembly.record(
            of: process, units: bench.reader.units, nodeByCPU: Machine.twoNodes.nodeByCPU(),
            onlineCPUs: Machine.twoNodes.onlineCPUs)
        #expect(record.ledger?.migratedPages == huge)
        #expect(record.residentBytes == huge)
        let groups = SnapshotAssembly.groups(of: [record, record], totals: bench.reader.groupTotals)
        #expect(groups.first?.residentBytes == huge)
    }

    @Test func nodesThatCannotBeAreLeftOut() throws {
        var bench = LedgerBench()
        let task = FakeTask(pid: 10)
        let text = task.sched().replacing("node=1 ", with: "node=99999999 ")
        bench.root.change {
            $0.put(task)
            $0.addFile("/proc/10/sched", text: text.replacing(": -1\n", with: ": 5000\n"))
        }
        bench.round()
        #expect(bench.reader.processes[10]?.threads[10]?.record.preferredNode == nil)
    }

    @Test func cpuTimeCountsOnTheNodeTheThreadIsOnNow() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, startTicks: 100, cpu: 0, runtimeNanoseconds: 5000)
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        task.runtimeNanoseconds = 5600
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        task.runtimeNanoseconds = 6600
        task.cpu = 3
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        // What it used before it was first seen is nobody's.
        #expect(process.cpuNanosecondsByNode?[node0] == 600)
        #expect(process.cpuNanosecondsByNode?[node1] == 1000)
    }

    @Test func clockTicksOfAProcessAndOfItsThreadAreNotMixed() throws {
        var bench = LedgerBench()
        func put(_ process: FakeTask, _ threads: [FakeTask]) {
            bench.root.change { root in
                root.put(process, threads: threads)
                for path in root.paths where path.hasSuffix("/sched") { root.remove(path) }
            }
        }
        let first = FakeTask(pid: 10, userTicks: 10, startTicks: 100)
        put(first, [first, FakeTask(pid: 11, userTicks: 500, startTicks: 100)])
        bench.round()
        // The second has exited: the process's own `stat` holds its 500 ticks as well.
        put(FakeTask(pid: 10, userTicks: 510, startTicks: 100), [])
        bench.round()
        // Nothing could be counted: unknown, not zero.
        #expect(bench.reader.processes[10]?.cpuNanosecondsByNode == nil)
    }

    @Test func theChangeOfFaultsIsThatSinceThePreviousRound() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10)
        task.faults = [(100, 20), (0, 0)]
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        task.faults = [(50, 10), (30, 0)]
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        let change = try #require(bench.reader.processes[10]?.faultChange)
        #expect(change[node0] == -60)
        #expect(change[node1] == 30)
    }

    @Test func aCopyWithoutThreadDirectoriesHasProcessesAllTheSame() throws {
        var bench = LedgerBench()
        bench.root.change {
            let first = FakeTask(pid: 10)
            $0.put(first, threads: [first, FakeTask(pid: 11)])
            $0.remove("/proc/10/task")
        }
        bench.round()
        #expect(bench.reader.processes[10]?.threads.isEmpty == true)
        #expect(bench.reader.processes[10]?.threadCount == 2)
    }

    @Test func refusedThreadsLeaveTheProcess() throws {
        var bench = LedgerBench()
        bench.root.change {
            let first = FakeTask(pid: 10)
            $0.put(first, threads: [first, FakeTask(pid: 11)])
            $0.fail("/proc/10/task", with: .permissionDenied)
        }
        bench.round()
        bench.round()
        #expect(bench.reader.processes[10]?.denied == ["task"])
        #expect(bench.incident(.permissionDenied) == 1)
    }

    @Test func aboveTheThreadLimitProcessesTakeTurnsAndTheBusyComeMoreOften() {
        var bench = LedgerBench()
        for round in 0..<60 {
            bench.root.change { root in
                for pid in 10..<40 as Range<Int32> {
                    // The first five run all the time.
                    root.put(FakeTask(pid: pid, userTicks: pid < 15 ? UInt64(round) : 0))
                }
            }
            bench.round(threadLimit: 6)
            #expect(bench.reader.threadsRead == 6)
        }
        let reads = (10..<40).map { bench.root.readCount("/proc/\($0)/sched") }
        #expect(reads.allSatisfy { $0 >= 4 })
        #expect(reads[..<5].min()! > 2 * reads[5...].max()!)
    }

    @Test func aProcessLargerThanTheLimitIsStillRead() {
        var bench = LedgerBench()
        bench.root.change { root in
            let threads = (10..<60).map { FakeTask(pid: $0) } as [FakeTask]
            root.put(threads[0], threads: threads)
            root.put(FakeTask(pid: 100))
        }
        for _ in 0..<4 { bench.round(threadLimit: 1) }
        #expect(bench.reader.processes[10]?.threads.count == 50)
        #expect(bench.reader.processes[100]?.threads.count == 1)
    }

    @Test(
        "Where tasks begin with their parents' counts, pages moved by a thread, a process and a group are unknown",
        arguments: [
            ("5.10.0-46-amd64", nil, [nil, nil]), ("5.17.15", nil, [nil, nil]), ("5.18.0", 43, [3, 40]),
            ("6.12.0-fake", 43, [3, 40]), ("", 43, [3, 40]),
        ] as [(String, UInt64?, [UInt64?])])
    func inheritedCounts(release: String, migrated: UInt64?, ofThreads: [UInt64?]) throws {
        var root = MemoryRoot.twoNodes
        root.addFile("/proc/sys/kernel/osrelease", text: release + "\n")
        // Both threads have moved 40 pages or inherited them: nothing tells.
        var threads = [FakeTask(pid: 10), FakeTask(pid: 11)]
        (threads[0].migrated, threads[1].migrated) = (3, 40)
        root.put(threads[0], threads: threads)
        var engine = SamplingEngine(
            root: root, settings: SamplingSettings(),
            time: ManualTime(monotonicNanoseconds: 100 * secondNanoseconds), cost: FakeCost(), seed: 1)
        let snapshot = engine.collectOnce()
        let process = try #require(snapshot.processes.first)
        #expect(process.ledger?.taskCount == 2)
        #expect(process.ledger?.migratedPages == migrated)
        #expect(snapshot.groups.first?.ledger?.migratedPages == migrated)
        #expect(process.threads.map(\.migratedPages) == ofThreads)
        // The rest of its ledger is known.
        #expect(process.threads.allSatisfy { $0.privatePages != nil })
    }
}
