import Glibc
import LinuxSystem
import Snapshots
import Synchronization
import Testing

@testable import Sampling

/// A live host on which some processes let no reader of their memory in.
private final class StuckHost: HostRoot {
    private let root: ScriptedRoot
    private let time: ManualTime
    private let latches: Mutex<[Int32: Latch]>
    /// How much time passes before it is known that a reader waits: more than any round waits for one.
    static let late: UInt64 = 20 * secondNanoseconds

    init(_ memory: MemoryRoot, _ time: ManualTime, stuck: [Int32]) {
        root = ScriptedRoot(memory, isLive: true)
        self.time = time
        latches = Mutex(Dictionary(uniqueKeysWithValues: stuck.map { ($0, Latch()) }))
    }

    var isLive: Bool { true }

    func change(_ body: (inout MemoryRoot) -> Void) { root.change(body) }
    func readCount(_ path: String) -> Int { root.readCount(path) }

    /// Lets the readers of a process go on, and no other reader wait.
    func release(_ pid: Int32) { latches.withLock { $0.removeValue(forKey: pid) }?.open() }
    func releaseAll() { latches.withLock { $0.keys.sorted() }.forEach(release) }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        let latch = latches.withLock { latches in
            latches.first { path == "/proc/\($0.key)/numa_maps" || path == "/proc/\($0.key)/maps" }?.value
        }
        if let latch {
            time.advance(byNanoseconds: Self.late)
            latch.wait()
        }
        try root.read(path, into: &buffer, limitBytes: limitBytes)
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] { try root.list(directory) }
    func linkTarget(_ path: String) throws(ReadFailure) -> String { try root.linkTarget(path) }
}

/// An engine on such a host. The readers that wait are let go with it.
private struct StuckBench: ~Copyable {
    let time = ManualTime(monotonicNanoseconds: 1000 * secondNanoseconds)
    let host: StuckHost
    let threads = ExpendableThreads(name: "stuck-test", limit: SamplingEngine.mostAbandonedThreads)
    var engine: SamplingEngine

    /// - Parameters:
    ///   - pids: The processes; the lowest is what sources are tried on.
    ///   - stuck: Those that let nobody in.
    init(_ pids: [Int32], stuck: [Int32]) {
        var memory = MemoryRoot.twoNodes
        memory.addFile("/proc/vmstat", text: "numa_hint_faults 1\n")
        for pid in pids {
            memory.put(FakeTask(pid: pid))
            memory.addFile(
                "/proc/\(pid)/numa_maps", text: "00400000 default anon=8 dirty=8 N0=5 N1=3 kernelpagesize_kB=4\n")
        }
        host = StuckHost(memory, time, stuck: stuck)
        engine = SamplingEngine(
            root: host, settings: SamplingSettings(), time: time, cost: FakeCost(), seed: 1, threads: threads)
    }

    deinit { host.releaseAll() }

    mutating func next() -> HostSnapshot {
        let due = engine.nextRoundAtNanoseconds
        if due > time.monotonicNanoseconds { time.advance(byNanoseconds: due - time.monotonicNanoseconds) }
        return engine.round()
    }

    /// Goes on with rounds until a condition holds, a hundred at most.
    mutating func rounds(until isReached: (HostSnapshot) -> Bool) throws -> HostSnapshot {
        for _ in 0..<100 {
            let snapshot = next()
            if isReached(snapshot) { return snapshot }
        }
        return try #require(nil, "not in a hundred rounds")
    }

    /// Goes on with rounds until one did not wait for a reading to end.
    mutating func roundsUntilLate() throws -> HostSnapshot {
        for _ in 0..<100 {
            let snapshot = next()
            if engine.placement.looksAt != nil { return snapshot }
        }
        return try #require(nil, "not in a hundred rounds")
    }

    /// Waits until no thread is left behind.
    func waitForThreads() {
        while threads.abandonedCount > 0 { sched_yield() }
    }
}

@Suite("Processes that let no reader in")
struct StuckProcessTests {
    @Test("the first round ends though the first process to be placed is stuck, and so do all that follow")
    func roundsGoOn() throws {
        var bench = StuckBench([10, 11], stuck: [10, 11])
        let first = bench.next()
        #expect(first.sequence == 1)
        #expect(first.processes.count == 2)
        #expect(first.host.processCount == 2)
        #expect(first.host.vmstat?.first?.value == 1)
        bench.host.change { root in
            root.addFile("/proc/vmstat", text: "numa_hint_faults 9\n")
            root.put(FakeTask(pid: 10, userTicks: 77))
        }
        let second = bench.next()
        #expect(second.host.vmstat?.first?.value == 9)
        #expect(second.process(pid: 10)?.cpuNanoseconds == 770_000_000)
        #expect(second.cost.tiers.prefix(2).map(\.rounds) == [2, 2])
    }

    @Test("a stuck process is marked, read once and left alone for its life; the others are placed")
    func marked() throws {
        var bench = StuckBench([9, 10, 11], stuck: [10])
        let snapshot = try bench.rounds { $0.process(pid: 10)?.placementGap == .stuck }
        #expect(snapshot.process(pid: 10)?.placement == nil)
        #expect(snapshot.cost.abandonedThreads == 1)
        #expect(snapshot.cost.abandonedThreadLimit == 4)
        #expect(snapshot.cost.stuckProcesses == 1)
        let later = try bench.rounds { $0.process(pid: 11)?.placement != nil && $0.process(pid: 9)?.placement != nil }
        #expect(later.process(pid: 10)?.placementGap == .stuck)

        // Its thread comes back, and it runs another program: it is the same process none the less.
        bench.host.release(10)
        bench.waitForThreads()
        bench.host.change { $0.put(FakeTask(pid: 10, command: "executed")) }
        let reads = bench.host.readCount("/proc/10/numa_maps")
        for _ in 0..<30 { _ = bench.next() }
        let last = bench.next()
        #expect(last.cost.abandonedThreads == 0)
        #expect(last.process(pid: 10)?.placementGap == .stuck)
        #expect(last.process(pid: 10)?.command == "executed")
        #expect(bench.host.readCount("/proc/10/numa_maps") == reads)

        // Another process under the number is another process.
        bench.host.change { $0.put(FakeTask(pid: 10, startTicks: 2000)) }
        let reused = try bench.rounds { $0.process(pid: 10)?.placement != nil }
        #expect(reused.cost.stuckProcesses == 0)
    }

    @Test("a reading that is only late is taken in a later round")
    func late() throws {
        var bench = StuckBench([9, 10], stuck: [10])
        let first = try bench.roundsUntilLate()
        #expect(first.process(pid: 10)?.placementGap == .notYet)
        bench.host.release(10)
        // The clock stands still until the reader has come to its end: it is never overdue.
        while bench.engine.placement.looksAt != nil {
            bench.engine.settlePlacement(bench.time.monotonicNanoseconds)
        }
        let snapshot = try bench.rounds { $0.process(pid: 10)?.placement != nil }
        #expect(snapshot.cost.stuckProcesses == 0)
        #expect(snapshot.cost.abandonedThreads == 0)
    }

    @Test("one look that finds a reading overdue marks nothing: the daemon itself may have been stopped")
    func oneLook() throws {
        var bench = StuckBench([9, 10], stuck: [10])
        _ = try bench.roundsUntilLate()
        bench.time.advance(byNanoseconds: 3600 * secondNanoseconds)
        let first = bench.engine.placement.look(at: bench.time.monotonicNanoseconds)
        #expect(first == nil)
        bench.time.advance(byNanoseconds: PlacementDesk.lookInterval)
        let second = bench.engine.placement.look(at: bench.time.monotonicNanoseconds)
        let settled = try #require(second)
        #expect(settled.identity.pid == 10)
        guard case .stuck = settled.outcome else {
            Issue.record("\(settled.outcome)")
            return
        }
    }

    @Test("a reading is looked at between rounds, which publishes nothing")
    func looks() throws {
        var bench = StuckBench([9, 10], stuck: [10])
        _ = try bench.roundsUntilLate()
        // The reader let much time pass, so rounds are due; after them, looks.
        while bench.engine.nextRoundAtNanoseconds <= bench.time.monotonicNanoseconds { _ = bench.engine.round() }
        while let looksAt = bench.engine.placement.looksAt {
            #expect(bench.engine.nextDueAtNanoseconds <= looksAt)
            bench.time.advance(byNanoseconds: looksAt - bench.time.monotonicNanoseconds)
            let published = bench.engine.advance()
            #expect(published == nil)
        }
        #expect(bench.engine.placement.stuck.map(\.pid) == [10])
        let snapshot = bench.next()
        #expect(snapshot.process(pid: 10)?.placementGap == .stuck)
    }

    @Test("with four threads left behind no placement is begun until one comes back, and a source says so")
    func exhausted() throws {
        let stuck: [Int32] = [10, 11, 12, 13, 14]
        var bench = StuckBench([9] + stuck, stuck: stuck)
        let snapshot = try bench.rounds { $0.cost.abandonedThreads == 4 }
        #expect(snapshot.cost.stuckProcesses == 4)
        let source = try #require(snapshot.sources.first { $0.name == "placement" })
        #expect(!source.isReadable)
        #expect(source.remedy != nil)
        for _ in 0..<30 { _ = bench.next() }
        let later = bench.next()
        #expect(later.cost.stuckProcesses == 4, "the fifth is not tried")

        bench.host.releaseAll()
        bench.waitForThreads()
        let after = try bench.rounds { snapshot in snapshot.processes.count { $0.placement != nil } == 2 }
        #expect(after.cost.stuckProcesses == 4)
        #expect(after.sources.first { $0.name == "placement" }?.isReadable == true)
    }

    @Test("a command names the stuck ones and shows the rest")
    func command() {
        var bench = StuckBench([9, 10, 11, 12], stuck: [10, 11])
        let snapshot = bench.engine.collectOnce()
        #expect(snapshot.processes.filter { $0.placementGap == .stuck }.map(\.identity.pid) == [10, 11])
        #expect(snapshot.processes.filter { $0.placement != nil }.map(\.identity.pid) == [9, 12])
        #expect(snapshot.cost.abandonedThreads == 2)
        // A second time nobody waits for them.
        let again = bench.engine.collectOnce()
        #expect(again.cost.abandonedThreads == 2)
        #expect(again.cost.stuckProcesses == 2)
    }

    @Test("the CPU time of a reading on another thread is charged to the tier and to the figures")
    func cpuTime() throws {
        let bench = StuckBench([10], stuck: [])
        var engine = SamplingEngine(
            root: bench.host, settings: SamplingSettings(), time: bench.time, cost: FakeCost(step: 1000), seed: 1,
            threads: bench.threads)
        let snapshot = engine.round()
        let placement = try #require(snapshot.process(pid: 10)?.placement)
        #expect(placement.costNanoseconds == 1000)
        let tier = try #require(snapshot.cost.tiers.first { $0.name == "placement" })
        // Two looks at the clock by the round itself around the two of the reading, and the reading's own thousand.
        #expect(tier.cpuNanoseconds == 4000)
    }
}
