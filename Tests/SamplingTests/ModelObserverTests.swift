import BalancingModel
import HostReading
import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

/// An observer with a reader of ledgers, as the engine puts them together.
private struct ModelBench: ~Copyable {
    let root = ScriptedRoot(.twoNodes, isLive: true)
    var reader: LedgerReader
    var observer: ModelObserver
    var now: UInt64 = 100 * secondNanoseconds
    var counters: BalancingCounters? = BalancingCounters(hintFaults: 50, localHintFaults: 40, pagesMigrated: 5)

    init() {
        root.change { $0.addFile("/proc/sys/kernel/numa_balancing", text: "1\n") }
        let units = HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100)
        reader = LedgerReader(root: root, units: units, startTicks: 5000, forkResetsMigrated: true)
        observer = ModelObserver(root: root)
    }

    /// A round `seconds` after the last, with so many more hint faults counted.
    mutating func round(
        after seconds: UInt64 = 5, faults: UInt64 = 0, local: UInt64 = 0, migrated: UInt64 = 0,
        on machine: Machine = .twoNodes
    ) throws {
        now += seconds * secondNanoseconds
        counters?.hintFaults += faults
        counters?.localHintFaults += local
        counters?.pagesMigrated += migrated
        try reader.read(machine: machine, threadLimit: 1000, now: now)
        observer.observe(reader.processes, machine: machine, counters: counters, now: now)
    }

    func put(_ task: FakeTask) { root.change { $0.put(task) } }
}

@Suite struct ModelObserverTests {
    private func task(_ pid: Int32, _ first: UInt64, _ second: UInt64, sequence: Int = 3) -> FakeTask {
        var task = FakeTask(pid: pid)
        task.faults = [(first, 0), (second, 0)]
        task.scanSequence = sequence
        // Every change of the ledger takes CPU time.
        task.runtimeNanoseconds = 1_000_000 + first
        task.userTicks = first
        return task
    }

    @Test("One reading gives nothing; the second gives the interval between them")
    func needsTwo() throws {
        var bench = ModelBench()
        bench.put(task(10, 100, 20))
        try bench.round()
        #expect(bench.observer.record == nil)
        #expect(bench.observer.byProcess.isEmpty)
        bench.put(task(10, 80, 60, sequence: 3))
        try bench.round(faults: 80, local: 60, migrated: 0)
        let record = try #require(bench.observer.record)
        #expect(record.hintFaults == Estimate(observed: 80))
        #expect(record.localShare == 0.75)
        #expect(record.taskCount == 1)
        #expect(record.profile == "6.12.0")
        let activity = try #require(bench.observer.byProcess[10])
        #expect(activity.intervalNanoseconds == 5 * secondNanoseconds)
        // 80 = 100/2 + 30, 60 = 20/2 + 50.
        #expect(activity.faultedPages.value == 80)
        #expect(activity.faultedPages.error == 0)
        #expect(activity.faultedPagesByNode.map(\.pages.value) == [30, 50])
    }

    @Test("Groups and the host are the sums of their processes; what moved is added up over rounds")
    func sums() throws {
        var bench = ModelBench()
        for round in 0..<3 as Range<UInt64> {
            for pid in 10..<14 as Range<Int32> {
                var process = task(pid, 100 + round, 0)
                process.cgroup = pid < 12 ? "/system.slice/a.service" : "/system.slice/b.service"
                process.migrated = round * UInt64(pid)
                bench.put(process)
            }
            try bench.round(faults: 500, migrated: 46)
        }
        let host = try #require(bench.observer.record).activity
        #expect(host.migratedPages == Estimate(observed: 46))
        let groups = bench.observer.byGroup
        #expect(groups["a.service"]?.migratedPages.value == 21)
        #expect(groups["b.service"]?.migratedPages.value == 25)
        #expect(groups.values.reduce(0) { $0 + $1.faultedPages.value } == host.faultedPages.value)
        // The tasks run on node 0, and there is only one other.
        let moved = bench.observer.movedTotals
        #expect(moved["a.service"]?.map(\.pages) == [42])
        #expect(moved["b.service"]?.map { [$0.source, $0.target] } == [[node1, node0]])
    }

    @Test("Readings between rounds make one interval, whose placements are told apart")
    func collects() throws {
        var bench = ModelBench()
        bench.put(task(10, 1000, 0))
        try bench.round()
        bench.put(task(10, 600, 0))
        try bench.round(faults: 100)
        bench.put(task(10, 310, 0, sequence: 4))
        bench.now += secondNanoseconds
        let seen = bench.reader.look(now: bench.now) { true }
        #expect(seen.map(\.identity.pid) == [10])
        bench.observer.collect(seen, now: bench.now)
        bench.put(task(10, 205, 0, sequence: 5))
        try bench.round(faults: 60)
        let activity = try #require(bench.observer.byProcess[10])
        // 310 = 600/2 + 10, 205 = 155 + 50; from 600 and 205 alone it could be 55 to 110.
        #expect(activity.faultedPages.value == 60)
        #expect(activity.faultedPages.error == 0)
    }

    @Test("A thread that is gone still counts with what was read of it")
    func gone() throws {
        var bench = ModelBench()
        bench.put(task(10, 1000, 0))
        bench.put(task(20, 5, 0))
        try bench.round()
        bench.put(task(10, 600, 0))
        bench.now += secondNanoseconds
        let seen = bench.reader.look(now: bench.now) { true }
        bench.observer.collect(seen, now: bench.now)
        bench.root.change { $0.remove("/proc/10") }
        try bench.round(faults: 100)
        #expect(bench.observer.byProcess[10]?.faultedPages.value == 100)
        #expect(bench.observer.record?.taskCount == 1)
        try bench.round()
        #expect(bench.observer.byProcess[10] == nil)
    }

    @Test("Without vmstat, or where it went back, faults are the tasks' with their bounds")
    func withoutCounters() throws {
        var bench = ModelBench()
        bench.put(task(10, 1000, 0))
        try bench.round()
        bench.counters = nil
        bench.put(task(10, 600, 0))
        try bench.round()
        var record = try #require(bench.observer.record)
        #expect(record.hintFaults.provenance == .modelled)
        #expect(record.hintFaults.value == 100)
        #expect(record.localShare == nil)
        bench.counters = BalancingCounters(hintFaults: 1, localHintFaults: 0, pagesMigrated: 0)
        try bench.round()
        bench.counters = BalancingCounters(hintFaults: 0, localHintFaults: 0, pagesMigrated: 0)
        try bench.round()
        record = try #require(bench.observer.record)
        #expect(record.hintFaults.provenance == .modelled)
    }

    @Test("Where a node loses its last CPU the model begins anew, as the kernel's distances and placement do")
    func nodeWithoutCPUs() throws {
        var bench = ModelBench()
        bench.put(task(10, 1000, 0))
        try bench.round()
        bench.put(task(10, 600, 0))
        try bench.round(faults: 100)
        #expect(bench.observer.byProcess[10]?.faultedPages.value == 100)
        bench.root.change { files in
            files.addFile("/sys/devices/system/cpu/online", text: "0-1\n")
            files.addFile("/sys/devices/system/node/node1/cpulist", text: "\n")
        }
        var changed = Machine.twoNodes
        changed.nodes[1].cpus = []
        changed.onlineCPUs = [0, 1]
        bench.put(task(10, 400, 0))
        try bench.round(faults: 100, on: changed)
        #expect(bench.observer.byProcess[10] == nil)
        // 300 = 400/2 + 100.
        bench.put(task(10, 300, 0))
        try bench.round(faults: 100, on: changed)
        #expect(bench.observer.byProcess[10]?.faultedPages.value == 100)
    }

    @Test("A host whose kernel or nodes cannot be told has no model")
    func unknownHost() throws {
        var bench = ModelBench()
        bench.root.change { $0.remove("/proc/sys/kernel/osrelease") }
        bench.put(task(10, 1000, 0))
        try bench.round()
        bench.put(task(10, 600, 0))
        try bench.round()
        #expect(bench.observer.record == nil)
        #expect(bench.observer.byGroup.isEmpty)
    }
}
