import BalancingModel
import FixtureSupport
import HostReading
import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import TaskIterator
import Testing

@testable import Sampling

@Suite("Ledgers by the iterator")
struct IteratorTests {
    private static func workers(_ count: Int32 = 3) -> [FakeTask] {
        (0..<count).map { index in
            var task = FakeTask(pid: 100 + index)
            task.runtimeNanoseconds = 1_000_000 + UInt64(index)
            task.faults = [(private: 40, shared: 8), (private: UInt64(index), shared: 0)]
            task.migrated = 7
            task.preferredNode = 0
            return task
        }
    }

    @Test("the next scan is asked for when a thread has run for its period longer than its stamp says")
    func nextScan() throws {
        var bench = IteratorBench()
        let workers = Self.workers()
        bench.put([workers]) { $0.set(.nodeStamp, 2_000_000) }
        try bench.round()
        #expect(bench.thread(100, of: 100)?.record.kernel?.nextScanRunNanoseconds == 1_001_000_000)
        let record = SnapshotAssembly.record(
            of: try #require(bench.reader.processes[100]), units: bench.reader.units,
            nodeByCPU: Machine.twoNodes.nodeByCPU(), onlineCPUs: Machine.twoNodes.onlineCPUs)
        #expect(record.scans?.threadCount == 3 && record.scans?.shortestPeriodMilliseconds == 1000)
        // One that was never scanned has no stamp.
        bench.put([workers])
        bench.reader.readAllAgain()
        try bench.round()
        #expect(bench.thread(100, of: 100)?.record.kernel?.scanPeriodMilliseconds == 1000)
        #expect(bench.thread(100, of: 100)?.record.kernel?.nextScanRunNanoseconds == nil)
    }

    @Test("from when on a process may be scanned is told from the second round on, which shows how long a tick is")
    func nextScanOfProcess() throws {
        var bench = IteratorBench()
        var task = Self.workers(1)[0]
        bench.put([[task]]) { record in
            record.timeNanoseconds = 10_000_000_000
            record.jiffies = 1_000
            record.set(.nextScan, 3_350)
        }
        try bench.round()
        #expect(bench.reader.processes[100]?.nextScanAt == nil)
        task.runtimeNanoseconds += 1_000_000
        bench.put([[task]]) { record in
            record.timeNanoseconds = 15_000_000_000
            record.jiffies = 2_250
            record.set(.nextScan, 3_350)
        }
        try bench.round()
        // 1,100 ticks of 4 ms.
        #expect(bench.reader.processes[100]?.nextScanAt == 19_400_000_000)
    }

    @Test("states and NUMA groups are added up for a unit, and are unknown without the iterator")
    func unitSums() throws {
        var bench = IteratorBench()
        var workers = Self.workers(2)
        workers[1].state = "R"
        for index in workers.indices { workers[index].group = 100 }
        bench.put([workers])
        try bench.round()
        func record() throws -> ProcessRecord {
            SnapshotAssembly.record(
                of: try #require(bench.reader.processes[100]), units: bench.reader.units,
                nodeByCPU: Machine.twoNodes.nodeByCPU(), onlineCPUs: Machine.twoNodes.onlineCPUs,
                numaGroups: bench.reader.numaGroups)
        }
        let process = try record()
        #expect(process.threadsByState == ["R": 1, "S": 1])
        let unit = try #require(SnapshotAssembly.groups(of: [process], totals: GroupTotals()).first)
        #expect(unit.threadsByState == ["R": 1, "S": 1])
        // Both threads are in one group, which counts once.
        #expect(unit.cpuFaults?[NodeID(0)] == 40 && unit.cpuFaults?[NodeID(1)] == 5)
        bench.root.change { $0.remove(TaskIteratorFile.mounted) }
        for index in workers.indices { workers[index].runtimeNanoseconds += 1_000_000 }
        bench.root.change { [workers] in $0.put(workers[0], threads: workers) }
        bench.root.setRunNanoseconds([100: 9_000_000])
        try bench.round()
        let without = try record()
        #expect(without.threadsByState == nil && without.nextScanAtNanoseconds == nil && without.numaGroups == nil)
    }

    @Test("once it is proved no file of a thread is read, and the ledgers are those of /proc")
    func replacesFiles() throws {
        var bench = IteratorBench()
        var workers = Self.workers()
        bench.put([workers])
        try bench.round()
        #expect(bench.reader.sweeper.isProved)
        let without = IteratorBench()
        var plain = LedgerReader(
            root: without.root, units: bench.reader.units, startTicks: 500, forkResetsMigrated: true)
        without.put([workers])
        without.root.change { $0.remove(TaskIteratorFile.mounted) }
        try plain.read(machine: .twoNodes, threadLimit: 1000, now: bench.now)
        for (tid, thread) in try #require(plain.processes[100]).threads {
            let found = bench.thread(tid, of: 100)
            var ours = try #require(found).record
            #expect(ours.kernel?.scanPeriodMilliseconds == 1000)
            ours.kernel = nil
            #expect(ours == thread.record)
        }
        for index in workers.indices { workers[index].runtimeNanoseconds += 5_000_000 }
        workers[1].faults[1].private = 21
        bench.put([workers])
        #expect(try bench.round() == ["/proc/100/stat"])
        #expect(bench.thread(101, of: 100)?.record.privatePages?[NodeID(1)] == 21)
    }

    @Test("without one nothing is other than before, and the source says how to have it")
    func absent() throws {
        var bench = IteratorBench()
        bench.put([Self.workers()])
        bench.root.change { $0.remove(TaskIteratorFile.mounted) }
        #expect(try bench.round().contains("/proc/100/task/101/sched"))
        #expect(bench.thread(101, of: 100)?.record.kernel == nil)
        let source = try #require(bench.reader.sweeper.source)
        #expect(source.state == .notApplicable(reason: "it is not switched on"))
        #expect(source.remedy?.contains("systemctl enable --now numawatch-iterator") == true)
    }

    @Test("what is switched on later is found within a minute, and at once when the sources are asked for")
    func found() throws {
        var bench = IteratorBench()
        let workers = Self.workers()
        bench.put([workers])
        bench.root.change { $0.remove(TaskIteratorFile.mounted) }
        try bench.round()
        bench.put([workers])
        var rounds = 0
        while !bench.reader.sweeper.isProved, rounds < 20 {
            rounds += 1
            try bench.round()
        }
        #expect(rounds <= 12)
        var other = IteratorBench()
        other.put([workers])
        other.root.change { $0.remove(TaskIteratorFile.mounted) }
        try other.round()
        other.put([workers])
        other.reader.sweeper.retry()
        try other.round()
        #expect(other.reader.sweeper.isProved)
    }

    @Test("a pin of another version is not used, and a restart of its unit is the remedy")
    func version() throws {
        var bench = IteratorBench()
        bench.put([Self.workers()]) { $0.version = 9 }
        #expect(try bench.round().contains("/proc/100/task/101/sched"))
        let source = try #require(bench.reader.sweeper.source)
        guard case .malformed(let reason) = source.state else {
            Issue.record("\(source.state)")
            return
        }
        #expect(reason.contains("version"))
        #expect(source.remedy == TaskIteratorSource.restart)
    }

    @Test("one that may not be read is told with its errno, and one that went away is missed without harm")
    func refused() throws {
        var bench = IteratorBench()
        var workers = Self.workers()
        bench.put([workers])
        try bench.round()
        #expect(bench.reader.sweeper.isProved)
        bench.root.change { $0.fail(TaskIteratorFile.mounted, with: .permissionDenied) }
        workers[2].runtimeNanoseconds += 1
        workers[2].faults[0].private = 99
        bench.root.change { $0.put(workers[0], threads: workers) }
        bench.root.setRunNanoseconds([100: 5])
        #expect(try bench.round().contains("/proc/100/task/102/sched"))
        #expect(bench.thread(102, of: 100)?.record.privatePages?[NodeID(0)] == 99)
        #expect(bench.thread(102, of: 100)?.record.kernel == nil)
        #expect(bench.reader.sweeper.source?.state == .unavailable(errno: 13, errnoName: "EACCES"))
    }

    @Test("one that says of a sleeping thread what /proc does not say is not used, and tells what differs")
    func wrong() throws {
        var bench = IteratorBench()
        bench.put([Self.workers()]) { $0.set(.pagesMigrated, 8) }
        try bench.round()
        #expect(!bench.reader.sweeper.isProved)
        guard case .failed(let reason) = try #require(bench.reader.sweeper.source).state else {
            Issue.record("it is used")
            return
        }
        #expect(reason.contains("numa_pages_migrated 7, the iterator 8"), "\(reason)")
        for _ in 0..<15 { try bench.round() }
        #expect(!bench.reader.sweeper.isProved)
    }

    @Test("one that no sleeping thread speaks for is not used yet")
    func undecided() throws {
        var bench = IteratorBench()
        var workers = Self.workers()
        for index in workers.indices { workers[index].state = "R" }
        bench.put([workers])
        #expect(try bench.round().contains("/proc/100/task/101/sched"))
        #expect(bench.reader.sweeper.state == .unproved)
        #expect(bench.reader.sweeper.source?.isReadable == false)
    }

    @Test("a sweep that arrives in pieces which end within records is put together", arguments: [7, 400])
    func pieces(_ offset: Int) throws {
        // More than one piece of 32 KiB, of records whose length does not divide it.
        var bench = IteratorBench()
        let workers = Self.workers(200)
        bench.put([workers])
        try bench.round()
        #expect(bench.reader.processes[100]?.threads.values.count { $0.sweepMark != nil } == 200)
        bench.root.change { memory in
            let bytes = (try? memory.readBytes(TaskIteratorFile.mounted)) ?? []
            memory.addFile(TaskIteratorFile.mounted, Array(bytes.dropLast(offset)))
        }
        try bench.round()
        #expect(bench.reader.sweeper.isProved == (offset == 400))
    }

    @Test("a torn record's ledger is read from /proc, and the own ledgers where the iterator may not read them")
    func fallsBackByThread() throws {
        var bench = IteratorBench()
        var workers = Self.workers()
        bench.put([workers])
        try bench.round()
        for index in workers.indices { workers[index].runtimeNanoseconds += 1 }
        workers[1].faults[0].shared = 3
        bench.put([workers]) { record in
            if record.tid == 101 { record.set(.totalFaults, 1) }
        }
        #expect(try bench.round() == ["/proc/100/stat", "/proc/100/task/101/sched"])
        #expect(bench.thread(101, of: 100)?.record.sharedPages?[NodeID(0)] == 3)
        #expect(bench.thread(101, of: 100)?.record.kernel?.windowPrivatePages == nil)
        for index in workers.indices { workers[index].runtimeNanoseconds += 1 }
        bench.put([workers]) { record in
            record.taskFaults = []
            record.isWithoutTaskFaults = true
        }
        #expect(
            try bench.round() == ["/proc/100/stat"] + (100...102).map { "/proc/100/task/\($0)/sched" })
        #expect(bench.thread(100, of: 100)?.record.privatePages?[NodeID(0)] == 40)
        #expect(bench.thread(100, of: 100)?.record.kernel?.scanPeriodMilliseconds == 1000)
    }

    @Test("threads come and go: those the sweep has are taken, and a process it has in part is read from /proc")
    func comingAndGoing() throws {
        var bench = IteratorBench()
        let workers = Self.workers(3)
        bench.put([workers])
        try bench.round()
        bench.put([Array(workers[..<2])])
        bench.root.setRunNanoseconds([100: 1])
        try bench.round()
        #expect(bench.reader.processes[100]?.threads.keys.sorted() == [100, 101])
        #expect(bench.reader.incidents[.threadExited] == 1)
        // One is born after the sweep.
        bench.root.change { $0.put(workers[0], threads: workers) }
        bench.root.setRunNanoseconds([100: 2])
        #expect(try bench.round().contains("/proc/100/task/102/sched"))
        #expect(bench.reader.processes[100]?.threads.count == 3)
    }

    @Test("the columns of a group that others changed are taken of a thread that sleeps")
    func groups() throws {
        var bench = IteratorBench()
        var workers = Self.workers(2)
        for index in workers.indices { workers[index].group = 100 }
        bench.put([workers])
        try bench.round()
        let group = try #require(bench.reader.numaGroups[6400])
        #expect(group.id == 100 && group.taskCount == 2 && group.activeNodeCount == 1)
        #expect(group.cpuFaults?[NodeID(0)] == 40 && group.cpuFaults?[NodeID(1)] == 5)
        bench.put([workers]) { $0.groupFaults = [9, 1, 0, 0, 30, 10, 0, 5] }
        try bench.round()
        #expect(bench.thread(100, of: 100)?.groupShared[NodeID(0)] == 9)
        for index in workers.indices { workers[index].group = 0 }
        bench.put([workers])
        try bench.round()
        #expect(bench.reader.numaGroups.isEmpty)
    }

    @Test("with open windows what was faulted is exact, folded or not, and without looks")
    func windows() throws {
        var bench = IteratorBench()
        var task = Self.workers(1)[0]
        task.faults = [(private: 100, shared: 0), (private: 0, shared: 0)]
        bench.put([[task]], windows: [100: [0, 30, 0, 0]])
        try bench.round()
        // Not placed, and 12 pages more in the window.
        task.runtimeNanoseconds += 1_000_000
        bench.put([[task]], windows: [100: [0, 40, 2, 0]])
        try bench.round()
        let first = try #require(bench.observer.byProcess[100]).faultedPages
        #expect(first.value == 12 && first.error == 0)
        // Placed once with 60 pages in its window, of which 42 had been counted; 5 since.
        task.runtimeNanoseconds += 1_000_000
        task.scanSequence += 1
        task.faults = [(private: 50 + 55, shared: 0), (private: 0, shared: 5)]
        bench.put([[task]], windows: [100: [0, 5, 0, 0]])
        try bench.round()
        let second = try #require(bench.observer.byProcess[100])
        #expect(second.faultedPages.value == 60 - 42 + 5 && second.faultedPages.error == 0)
        #expect(second.scanPeriodMilliseconds?.value == 1000 && second.scanPeriodMilliseconds?.error == 0)
    }

    @Test("a placement whose window made up for what was halved away is seen by the task's own sequence")
    func standingStill() throws {
        var bench = IteratorBench()
        var task = Self.workers(1)[0]
        task.faults = [(private: 100, shared: 0), (private: 0, shared: 0)]
        bench.put([[task]], windows: [100: [0, 0, 0, 0]])
        try bench.round()
        task.runtimeNanoseconds += 1_000_000
        task.scanSequence += 1
        bench.put([[task]], windows: [100: [0, 0, 0, 0]])
        try bench.round()
        let pages = try #require(bench.observer.byProcess[100]).faultedPages
        #expect(pages.value == 50 && pages.error == 0)
    }

    @Test("the view from another PID namespace has other numbers: the iterator is not used")
    func namespace() throws {
        var memory = MemoryRoot.twoNodes
        memory.addLink("/proc/self/ns/pid", target: "pid:[4026532200]")
        var bench = IteratorBench(memory)
        bench.put([Self.workers()])
        try bench.round()
        #expect(!bench.reader.sweeper.isProved)
        guard case .notApplicable(let reason) = try #require(bench.reader.sweeper.source).state else {
            Issue.record("it is used")
            return
        }
        #expect(reason.contains("PID namespace"))
    }

    @Test("readings for a tracer tell where the group lies")
    func tracing() throws {
        var bench = IteratorBench()
        var workers = Self.workers(1)
        workers[0].group = 100
        bench.put([workers])
        try bench.round()
        bench.reader.readingClock = ManualTime()
        try bench.round()
        let marks = bench.reader.takeReadings().compactMap { event in
            if case .mark(let mark) = event.payload { mark } else { nil }
        }
        #expect(marks.map(\.groupOrder) == [6400])
        #expect(marks.first?.totalFaults == 48)
    }
}
