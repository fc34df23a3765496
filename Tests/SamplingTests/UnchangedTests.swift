import BalancingModel
import Glibc
import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

/// A host made up whose processes have clocks, or none, with all that is made of its ledgers.
private struct UnchangedBench: ~Copyable {
    let root: ScriptedRoot
    var reader: LedgerReader
    var observer: ModelObserver
    var now: UInt64 = 100 * secondNanoseconds
    var counters = BalancingCounters(hintFaults: 0, localHintFaults: 0, pagesMigrated: 0)

    init() {
        var memory = MemoryRoot.twoNodes
        memory.addFile("/proc/sys/kernel/numa_balancing", text: "1\n")
        memory.addFile("/proc/self/schedstat", text: "1 0 1\n")
        root = ScriptedRoot(memory, isLive: true)
        reader = LedgerReader(
            root: root, units: HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100), startTicks: 500,
            forkResetsMigrated: true)
        observer = ModelObserver(root: root)
    }

    /// - Returns: The files below `/proc/PID` that were read, each as often as it was.
    @discardableResult
    mutating func round(machine: Machine = .twoNodes) throws -> [String] {
        now += 5 * secondNanoseconds
        counters.hintFaults += 40
        counters.localHintFaults += 30
        _ = root.takeReads()
        try reader.read(machine: machine, threadLimit: 100_000, now: now)
        let reads = root.takeReads()
        observer.observe(reader.processes, machine: machine, counters: counters, now: now)
        return reads.filter { $0.key.hasPrefix("/proc/") && $0.key.split(separator: "/").count > 2 }
            .flatMap { Array(repeating: $0.key, count: $0.value) }.sorted()
    }

    /// What is published of the processes, with the times at which it is true.
    func records() -> [(record: ProcessRecord, held: [UInt64])] {
        reader.processes.values.sorted { $0.identity.pid < $1.identity.pid }.map { process in
            var record = SnapshotAssembly.record(
                of: process, units: reader.units, nodeByCPU: Machine.twoNodes.nodeByAnyCPU(),
                onlineCPUs: Machine.twoNodes.onlineCPUs)
            let held = record.threads.map(record.heldNanoseconds)
            record.unchangedAtNanoseconds = nil
            for index in record.threads.indices { record.threads[index].readAtNanoseconds = 0 }
            return (record, held)
        }
    }
}

/// Processes that live, run, fault, are placed and end as chance will have it.
private struct History {
    struct Process {
        var tasks: [FakeTask]
        /// Of threads that have ended.
        var pastNanoseconds: UInt64 = 0
        var runNanoseconds: UInt64 { tasks.reduce(pastNanoseconds) { $0 + $1.runtimeNanoseconds } }
    }

    var generator: SplitMix64
    var processes: [Int32: Process] = [:]
    private var nextTID: Int32 = 1000
    private var startTicks: UInt64 = 600

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        for pid: Int32 in 10..<16 { begin(pid) }
    }

    private mutating func chance(_ one: Int, in all: Int) -> Bool {
        Int.random(in: 0..<all, using: &generator) < one
    }

    private mutating func newTask(_ tid: Int32, in process: Int32) -> FakeTask {
        startTicks += 1
        var task = FakeTask(pid: tid, startTicks: startTicks)
        task.runtimeNanoseconds = UInt64.random(in: 1...900, using: &generator)
        task.cgroup = "/system.slice/unit\(process % 3).service"
        return task
    }

    private mutating func begin(_ pid: Int32) {
        processes[pid] = Process(tasks: [newTask(pid, in: pid)])
    }

    mutating func step() {
        for pid in processes.keys.sorted() {
            if chance(1, in: 20) {
                processes[pid] = nil
                // The number may come back at once.
                if chance(1, in: 2) { begin(pid) }
            } else if chance(1, in: 2) {
                run(pid)
            }
        }
        if processes.count < 6, let free = (10..<40).first(where: { processes[$0] == nil }) { begin(free) }
    }

    private mutating func run(_ pid: Int32) {
        guard var process = processes[pid] else { return }
        if chance(1, in: 6) {
            nextTID += 1
            process.tasks.append(newTask(nextTID, in: pid))
            process.tasks[process.tasks.count - 1].scanSequence = process.tasks[0].scanSequence
        }
        if process.tasks.count > 1, chance(1, in: 8) {
            process.pastNanoseconds += process.tasks.removeLast().runtimeNanoseconds
        }
        let steps = chance(1, in: 2)
        var hasRun = false
        for index in process.tasks.indices where chance(1, in: 2) || index == process.tasks.count - 1 && !hasRun {
            hasRun = true
            process.tasks[index].runtimeNanoseconds += UInt64.random(in: 1...5_000_000, using: &generator)
            process.tasks[index].userTicks += chance(1, in: 3) ? 1 : 0
            process.tasks[index].cpu = Int.random(in: 0..<4, using: &generator)
            if steps {
                for node in 0..<2 {
                    let half = process.tasks[index].faults[node].`private` >> 1
                    process.tasks[index].faults[node].`private` = half + UInt64.random(in: 0...60, using: &generator)
                }
                process.tasks[index].preferredNode = Int.random(in: 0..<2, using: &generator)
                process.tasks[index].migrated += UInt64.random(in: 0...9, using: &generator)
            }
        }
        if steps { for index in process.tasks.indices { process.tasks[index].scanSequence += 1 } }
        process.tasks[0].residentPages += 1
        processes[pid] = process
    }

    func put(in root: ScriptedRoot, clocks: Bool) {
        root.change { memory in
            for pid: Int32 in 10..<40 { memory.remove("/proc/\(pid)") }
            for (pid, process) in processes {
                let all = process.tasks.map(\.userTicks).reduce(0, +)
                memory.put(process.tasks[0], threads: process.tasks.count > 1 ? process.tasks : [])
                var leader = process.tasks[0]
                leader.userTicks = all
                memory.addFile("/proc/\(pid)/stat", text: leader.stat(threads: process.tasks.count))
            }
        }
        if clocks { root.setRunNanoseconds(processes.mapValues(\.runNanoseconds)) }
    }
}

@Suite("Processes that did not run are not read")
struct UnchangedTests {
    @Test(
        "what is published is the same as if everything were read in each round", arguments: [1, 2, 3, 4] as [UInt64])
    func sameFigures(seed: UInt64) throws {
        var history = History(seed: seed)
        var sparing = UnchangedBench()
        var thorough = UnchangedBench()
        var (few, many) = (0, 0)
        for _ in 0..<80 {
            history.put(in: sparing.root, clocks: true)
            history.put(in: thorough.root, clocks: false)
            few += try sparing.round().count
            many += try thorough.round().count
            let (left, right) = (sparing.records(), thorough.records())
            #expect(left.map(\.record) == right.map(\.record))
            #expect(left.allSatisfy { $0.held.allSatisfy { $0 == sparing.now } })
            #expect(sparing.observer.byProcess == thorough.observer.byProcess)
            #expect(sparing.observer.byGroup == thorough.observer.byGroup)
            #expect(sparing.observer.record == thorough.observer.record)
            #expect(sparing.reader.incidents == thorough.reader.incidents)
            for unit in 0..<3 {
                let name = "unit\(unit).service"
                #expect(sparing.reader.groupTotals[name] == thorough.reader.groupTotals[name])
            }
            history.step()
        }
        #expect(few * 2 < many * 3 / 2)
    }

    private func bench(_ tasks: [FakeTask]) throws -> UnchangedBench {
        var bench = UnchangedBench()
        bench.root.change { $0.put(tasks[0], threads: tasks.count > 1 ? tasks : []) }
        bench.root.setRunNanoseconds([tasks[0].pid: 7])
        #expect(try bench.round() != [])
        return bench
    }

    @Test("nothing of one that sleeps is read but once a minute what others can change")
    func sleeping() throws {
        var bench = try bench([FakeTask(pid: 10)])
        var reads: [[String]] = []
        for _ in 0..<24 { reads.append(try bench.round()) }
        #expect(Set(reads) == [[], ["/proc/10/cgroup", "/proc/10/stat", "/proc/10/status"]])
        #expect(reads.count { $0.isEmpty } == 22)
        #expect(bench.reader.processes[10]?.wasActive == false)
    }

    @Test("of a member of a NUMA group the ledger is read then too: the others change the group's columns")
    func numaGroup() throws {
        var bench = try bench([FakeTask(pid: 10, group: 5), FakeTask(pid: 11, group: 5), FakeTask(pid: 12)])
        var ledgers: [String] = []
        for _ in 0..<12 { ledgers += try bench.round().filter { $0.hasSuffix("/sched") } }
        #expect(ledgers == ["/proc/10/task/10/sched", "/proc/10/task/11/sched", "/proc/10/task/12/sched"])
    }

    @Test("of one that ran, only the ledgers of the threads that ran are read")
    func oneThreadRan() throws {
        var tasks = [FakeTask(pid: 12), FakeTask(pid: 13), FakeTask(pid: 14)]
        var bench = try bench(tasks)
        tasks[1].runtimeNanoseconds += 1
        tasks[1].faults = [(9, 0), (0, 0)]
        for index in tasks.indices { tasks[index].scanSequence = 4 }
        bench.root.change { [tasks] in $0.put(tasks[0], threads: tasks) }
        bench.root.setRunNanoseconds([12: 8])
        let reads = try bench.round().filter { $0.hasSuffix("/sched") }
        #expect(reads == ["/proc/12/task/13/sched"])
        let threads = try #require(bench.reader.processes[12]?.threads)
        #expect(threads.values.allSatisfy { $0.scanSequence == 4 && $0.record.readAtNanoseconds == bench.now })
        #expect(threads[13]?.record.privatePages?[node0] == 9)
    }

    @Test("a thread that sleeps and is renamed by another has its new name within a minute")
    func renamed() throws {
        var tasks = [FakeTask(pid: 12), FakeTask(pid: 13)]
        var bench = try bench(tasks)
        tasks[1].command = "renamed"
        for round in 1...12 {
            tasks[0].runtimeNanoseconds += 1
            bench.root.change { [tasks] in $0.put(tasks[0], threads: tasks) }
            bench.root.setRunNanoseconds([12: 7 + UInt64(round)])
            try bench.round()
        }
        #expect(bench.reader.processes[12]?.threads[13]?.record.command == "renamed")
    }

    @Test("a process whose first thread has ended has the memory, the user and the cgroup that the others show")
    func firstThreadEnded() throws {
        var first = FakeTask(pid: 12, state: "Z", residentPages: 0, cgroup: "/")
        first.uid = 0
        let second = FakeTask(pid: 13, residentPages: 500)
        var bench = UnchangedBench()
        bench.root.change { [first] root in
            root.put(first, threads: [first, second])
            root.addFile("/proc/12/task/13/status", text: second.status)
            root.addFile("/proc/12/task/13/cgroup", text: "0::\(second.cgroup)\n")
        }
        try bench.round()
        let process = try #require(bench.reader.processes[12])
        #expect(process.residentPages == 500)
        #expect(process.groupName == "work.service")
        #expect(process.uid == 1000)
        #expect(process.placementSubject.directory == "task/13/")
        #expect(!process.isZombie)
        // A copy that lacks the thread's files has those of the process.
        var copy = UnchangedBench()
        copy.root.change { [first] in $0.put(first, threads: [first, second]) }
        try copy.round()
        #expect(copy.reader.processes[12]?.residentPages == 500)
        #expect(copy.reader.processes[12]?.uid == 0)
    }

    @Test("what could not be read whole is read again, though it did not run")
    func incomplete() throws {
        var bench = try bench([FakeTask(pid: 12)])
        bench.root.setRunNanoseconds([12: 8])
        let torn = FakeTask(pid: 12).sched(total: 5)
        bench.root.queue("/proc/12/sched", torn, torn)
        try bench.round()
        #expect(bench.reader.incidents[.tornLedger] == 1)
        #expect(try bench.round().contains("/proc/12/sched"))
        #expect(try bench.round() == [])
    }

    @Test("another shape of the machine, and a tracer that begins, have everything read")
    func everythingAnew() throws {
        var bench = try bench([FakeTask(pid: 12)])
        #expect(try bench.round() == [])
        var machine = Machine.twoNodes
        machine.nodes[1].cpus = [3]
        machine.nodes[0].cpus = [0, 1, 2]
        #expect(try bench.round(machine: machine).contains("/proc/12/sched"))
        #expect(try bench.round(machine: machine) == [])
        bench.reader.readingClock = ManualTime()
        #expect(try bench.round(machine: machine).contains("/proc/12/sched"))
        #expect(bench.reader.takeReadings().count == 1)
    }

    @Test("another process with the same number is not taken for it")
    func reusedNumber() throws {
        var bench = try bench([FakeTask(pid: 10, command: "old")])
        bench.root.change { $0.put(FakeTask(pid: 10, command: "new", startTicks: 2000)) }
        bench.root.setRunNanoseconds([10: 6])
        try bench.round()
        #expect(bench.reader.processes[10]?.command == "new")
    }

    @Test("the clock of a real process stands still while it sleeps and goes on when it runs; of none there is none")
    func realClock() throws {
        let own = try #require(DirectoryRoot.live.processRunNanoseconds(getpid()))
        var sum: UInt64 = 0
        while sum < 1_000_000 { sum += 1 }
        #expect(try #require(DirectoryRoot.live.processRunNanoseconds(getpid())) > own)
        #expect(DirectoryRoot.live.processRunNanoseconds(Int32.max) == nil)
        #expect(try DirectoryRoot("/proc/self").processRunNanoseconds(getpid()) == nil)
    }
}

@Suite("When free memory is given back")
struct HeapReturnTests {
    private func dueRounds(_ threadCounts: [Int]) -> [Int] {
        var heap = HeapReturn()
        return threadCounts.enumerated().compactMap { heap.isDue(threadCount: $1) ? $0 + 1 : nil }
    }

    @Test("after the second round, for what starting took")
    func start() {
        #expect(dueRounds([50, 50, 50, 50]) == [2])
    }

    @Test("after a quarter of many threads is gone, and once more when the snapshot with them is gone as well")
    func fall() {
        #expect(dueRounds([2000, 2000, 1900, 1400, 1400, 1390]) == [2, 4, 5])
        #expect(dueRounds([2000, 2000, 1600, 1200, 900, 800]) == [2, 4, 5, 6])
        #expect(dueRounds([250, 250, 100, 60]) == [2])
    }

    @Test("now and then, whatever happens")
    func regular() {
        #expect(dueRounds(Array(repeating: 10, count: 250)) == [2, 122, 242])
    }
}

@Suite("The longest hold is one of the last hour")
struct RecentLongestTests {
    private static let minute: UInt64 = 60 * secondNanoseconds

    @Test("one is shown for an hour at least, and for an hour and a half at most")
    func window() {
        var longest = RecentLongest()
        #expect(longest.value(at: 0) == 0)
        longest.note(1026, at: 10 * Self.minute)
        longest.note(5, at: 40 * Self.minute)
        #expect(longest.value(at: 70 * Self.minute) == 1026)
        #expect(longest.value(at: 89 * Self.minute) == 1026)
        #expect(longest.value(at: 90 * Self.minute) == 5)
        longest.note(7, at: 91 * Self.minute)
        #expect(longest.value(at: 91 * Self.minute) == 7)
    }

    @Test("after a pause of hours nothing is left, and a clock that stands or goes back changes nothing")
    func pause() {
        var longest = RecentLongest()
        longest.note(9, at: 100 * Self.minute)
        #expect(longest.value(at: 100 * Self.minute) == 9)
        #expect(longest.value(at: 20 * Self.minute) == 9)
        #expect(longest.value(at: 900 * Self.minute) == 0)
    }
}
