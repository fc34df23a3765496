import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

/// A reader, the host it reads, and a clock.
struct LedgerBench: ~Copyable {
    let root: ScriptedRoot
    var reader: LedgerReader
    var now: UInt64 = 0

    /// Observing began 500 ticks after boot.
    init(_ memory: MemoryRoot = .twoNodes, forkResetsMigrated: Bool = true) {
        root = ScriptedRoot(memory)
        reader = LedgerReader(
            root: root, units: HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100), startTicks: 500,
            forkResetsMigrated: forkResetsMigrated)
    }

    mutating func round(threadLimit: Int = 1000) {
        now += 5 * secondNanoseconds
        do {
            try reader.read(machine: .twoNodes, threadLimit: threadLimit, now: now)
        } catch {
            Issue.record("\(error)")
        }
    }

    func incident(_ kind: ProcessIncident) -> UInt64 { reader.incidents[kind] ?? 0 }
}

@Suite struct LedgerProcessTests {
    @Test func readsWhatTheKernelPrints() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, userTicks: 42, residentPages: 7, cpu: 3)
        task.faults = [(5, 1), (0, 9)]
        task.migrated = 12
        task.preferredNode = 1
        task.group = 77
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        let record = SnapshotAssembly.record(
            of: process, units: HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100),
            nodeByCPU: Machine.twoNodes.nodeByCPU(), onlineCPUs: Machine.twoNodes.onlineCPUs)
        #expect(record.identity == ProcessIdentity(pid: 10, startTimeTicks: 1000))
        #expect(record.uid == 1000)
        #expect(record.groupName == "work.service")
        #expect(record.residentBytes == 7 * 4096)
        #expect(record.cpuNanoseconds == 420_000_000)
        #expect(record.threadsByNode[node1] == 1)
        #expect(record.allowedCPUNodes == [node0])
        #expect(record.allowedMemoryNodes == [node0, node1])
        let ledger = try #require(record.ledger)
        #expect(ledger.privatePages[node0] == 5)
        #expect(ledger.sharedPages[node1] == 9)
        #expect(ledger.migratedPages == 12)
        #expect(ledger.groupIDs == [77])
        #expect(ledger.tasksByPreferredNode[node1] == 1)
        #expect(ledger.tasksOffPreferredNode == 0)
        #expect(ledger.scanSequence == 3)
        #expect(ledger.changePages == nil)
    }

    @Test func aKernelWithoutTheLedgerHasNoneRatherThanZeros() throws {
        var bench = LedgerBench()
        bench.root.change {
            $0.put(FakeTask(pid: 10))
            $0.addFile("/proc/10/sched", text: "work (10, #threads: 1)\n" + String(repeating: "-", count: 60) + "\n")
        }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        let record = SnapshotAssembly.record(
            of: process, units: bench.reader.units, nodeByCPU: Machine.twoNodes.nodeByCPU(),
            onlineCPUs: Machine.twoNodes.onlineCPUs)
        #expect(record.ledger == nil)
        #expect(bench.reader.groupTotals["work.service"].migratedPages == nil)
    }

    @Test func aProcessThatExitsLeaves() {
        var bench = LedgerBench()
        bench.root.change { $0.put(FakeTask(pid: 10)) }
        bench.round()
        bench.root.change { $0.remove("/proc/10") }
        bench.round()
        #expect(bench.reader.processes.isEmpty)
        #expect(bench.incident(.exitedDuringRead) == 0)
    }

    // It goes away as soon as this file has been read.
    @Test(arguments: ["stat", "status", "cgroup"])
    func aProcessThatExitsMidReadIsDroppedAndCounted(file: String) {
        var bench = LedgerBench()
        bench.root.change { $0.put(FakeTask(pid: 10)) }
        bench.root.after(reading: "/proc/10/\(file)") { $0.remove("/proc/10") }
        bench.round()
        #expect(bench.reader.processes.isEmpty)
        #expect(bench.incident(.exitedDuringRead) == 1)
    }

    @Test func aProcessThatExitsWhileItsThreadsAreReadIsDropped() {
        var bench = LedgerBench()
        let threads = [FakeTask(pid: 10), FakeTask(pid: 11), FakeTask(pid: 12)]
        bench.root.change { $0.put(threads[0], threads: threads) }
        bench.root.after(reading: "/proc/10/cgroup") {
            $0.remove("/proc/10/task"); $0.remove("/proc/10")
        }
        bench.round()
        #expect(bench.reader.processes.isEmpty)
        #expect(bench.incident(.exitedDuringRead) == 1)
    }

    @Test func aNumberUsedAgainIsAnotherProcess() throws {
        var bench = LedgerBench()
        var old = FakeTask(pid: 10, startTicks: 100, runtimeNanoseconds: 900)
        old.migrated = 50
        bench.root.change { [old] in $0.put(old) }
        bench.round()
        var new = FakeTask(pid: 10, command: "other", startTicks: 900, runtimeNanoseconds: 70)
        new.migrated = 8
        new.cgroup = "/system.slice/other.service"
        bench.root.change { [new] in $0.put(new) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(process.identity.startTimeTicks == 900)
        #expect(process.groupName == "other.service")
        #expect(process.cpuNanosecondsByNode?[node0] == 70)
        #expect(bench.incident(.pidReused) == 1)
        #expect(bench.incident(.executed) == 0)
        // The old one's past was before our time; all of the new one's is in it.
        #expect(bench.reader.groupTotals["work.service"].migratedPages == 0)
        #expect(bench.reader.groupTotals["other.service"].migratedPages == 8)
    }

    @Test func execKeepsTheCountersAndForgetsTheProgram() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, command: "sh", flags: 0x40_0040)
        task.migrated = 5
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        let before = try #require(bench.reader.processes[10])
        before.placement = PlacementRecord(method: .full, takenAtNanoseconds: 1)
        before.placementGap = nil
        task.flags = 0x40_0000
        task.command = "server"
        task.uid = 0
        task.migrated = 9
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(process === before)
        #expect(process.command == "server")
        #expect(process.uid == 0)
        #expect(process.placement == nil)
        #expect(process.placementGap == .notYet)
        #expect(bench.incident(.executed) == 1)
        #expect(bench.reader.groupTotals["work.service"].migratedPages == 9)
    }

    @Test func execByAnotherThreadCountsNothingTwice() {
        var bench = LedgerBench()
        var first = FakeTask(pid: 10, startTicks: 100, runtimeNanoseconds: 1000)
        var second = FakeTask(pid: 11, startTicks: 100, runtimeNanoseconds: 9000)
        first.migrated = 100
        second.migrated = 500
        bench.root.change { [first, second] in $0.put(first, threads: [first, second]) }
        bench.round()
        // The second becomes the first, with its own counters, and goes on.
        first.command = "new"
        first.migrated = 510
        first.runtimeNanoseconds = 9300
        bench.root.change { [first] in $0.put(first) }
        bench.round()
        #expect(bench.reader.groupTotals["work.service"].migratedPages == 10)
        #expect(bench.reader.processes[10]?.cpuNanosecondsByNode?[node0] == 300)
    }

    @Test func renamingLosesNothing() {
        var bench = LedgerBench()
        var first = FakeTask(pid: 10, startTicks: 100)
        var second = FakeTask(pid: 11, startTicks: 100)
        first.migrated = 100
        second.migrated = 500
        bench.root.change { [first, second] in $0.put(first, threads: [first, second]) }
        bench.round()
        first.command = "renamed"
        first.migrated = 130
        bench.root.change { [first, second] in $0.put(first, threads: [first, second]) }
        bench.round()
        #expect(bench.reader.groupTotals["work.service"].migratedPages == 30)
    }

    @Test func kernelThreadsAreCountedOnceAndHaveNoRecord() {
        var bench = LedgerBench()
        bench.root.change { root in
            for pid in 2...9 as ClosedRange<Int32> { root.put(FakeTask(pid: pid, flags: FakeTask.kernelThread)) }
        }
        for _ in 0..<24 { bench.round() }
        #expect(bench.reader.processes.isEmpty)
        #expect(bench.incident(.kernelThread) == 8)
        // At first sight, and then once in twelve rounds.
        for pid in 2...9 { #expect(bench.root.readCount("/proc/\(pid)/stat") <= 3) }
        #expect(bench.root.readCount("/proc/5/sched") == 0)
    }

    @Test func aNumberOfAKernelThreadThatComesToAProcessIsNoticed() {
        var bench = LedgerBench()
        bench.root.change { $0.put(FakeTask(pid: 5, flags: FakeTask.kernelThread)) }
        bench.round()
        bench.root.change { $0.put(FakeTask(pid: 5)) }
        for _ in 0..<12 { bench.round() }
        #expect(bench.reader.processes[5] != nil)
    }

    @Test func zombiesHaveNoThreadsAndNoMemory() throws {
        var bench = LedgerBench()
        bench.root.change { $0.put(FakeTask(pid: 10)) }
        bench.round()
        bench.root.change { $0.put(FakeTask(pid: 10, state: "Z")) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(process.isZombie)
        #expect(process.threads.isEmpty)
        #expect(process.placementGap == .exited)
        #expect(bench.incident(.threadExited) == 1)
    }

    @Test func aFirstThreadThatEndedDoesNotHideTheOthers() throws {
        var bench = LedgerBench()
        let first = FakeTask(pid: 10, state: "Z")
        var second = FakeTask(pid: 11)
        second.faults = [(4, 0), (0, 0)]
        bench.root.change { [second] in $0.put(first, threads: [first, second]) }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(!process.isZombie)
        #expect(process.threads[11]?.record.privatePages?[node0] == 4)
    }

    @Test(arguments: ["", "10", "10 (work)", "10 (work) S 1", "10 (work) S x 1 1 0\n", "\u{0}\u{0}"])
    func aDamagedStatIsCountedAndEndsNothing(text: String) {
        var bench = LedgerBench()
        bench.root.change {
            $0.put(FakeTask(pid: 10))
            $0.addFile("/proc/10/stat", text: text)
            $0.put(FakeTask(pid: 11))
        }
        bench.round()
        #expect(bench.reader.processes.keys.sorted() == [11])
        #expect(bench.incident(.malformed) == 1)
    }

    // What is refused, and what is still known of the process.
    @Test(arguments: ["status", "cgroup", "sched"])
    func aRefusedFileLeavesItsFieldsEmptyAndIsCountedOnce(file: String) throws {
        var bench = LedgerBench()
        bench.root.change {
            $0.put(FakeTask(pid: 10))
            $0.fail("/proc/10/\(file)", with: .permissionDenied)
        }
        bench.round()
        bench.now += LedgerReader.attributeLifetime
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(process.denied == [file])
        #expect(bench.incident(.permissionDenied) == 1)
        #expect((process.uid == nil) == (file == "status"))
        #expect((process.cgroupPath == nil) == (file == "cgroup"))
        #expect((process.threads[10]?.record.migratedPages == nil) == (file == "sched"))
        bench.root.change {
            $0.remove("/proc/10/\(file)")
            $0.put(FakeTask(pid: 10))
        }
        bench.now += LedgerReader.attributeLifetime
        bench.round()
        #expect(process.denied.isEmpty)
    }

    @Test func aHiddenProcessIsCountedOnceAndNotShown() {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10)
        task.migrated = 30
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        bench.root.change { $0.fail("/proc/10/stat", with: .notPermitted) }
        bench.round()
        bench.round()
        #expect(bench.reader.processes.isEmpty)
        #expect(bench.incident(.permissionDenied) == 1)
        bench.root.change { [task] in
            $0.remove("/proc/10")
            $0.put(task)
        }
        bench.round()
        #expect(bench.reader.processes[10] != nil)
        #expect(bench.reader.groupTotals["work.service"].migratedPages == 30)
    }

    @Test func attributesAreReadAgainOnceAMinute() {
        var bench = LedgerBench()
        bench.root.change { $0.put(FakeTask(pid: 10)) }
        for _ in 0..<24 { bench.round() }
        #expect(bench.root.readCount("/proc/10/status") == 2)
    }

    @Test func whatCannotBeListedStaysAsItWas() {
        var bench = LedgerBench()
        bench.root.change { $0.put(FakeTask(pid: 10)) }
        bench.round()
        bench.root.change { $0.fail("/proc", with: .ioError) }
        #expect(throws: ReadFailure.self) {
            try bench.reader.read(machine: .twoNodes, threadLimit: 100, now: 20 * secondNanoseconds)
        }
        #expect(bench.reader.processes[10] != nil)
    }
}
