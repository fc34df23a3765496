import LinuxSystem
import Snapshots
import Synchronization
import Testing

@testable import Sampling

@Suite struct SamplerLoopTests {
    private struct Bench {
        let store = SnapshotStore()
        let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
        let root: ScriptedRoot
        let loop: SamplerLoop

        init(time loopTime: (any TimeSource)? = nil) throws {
            let loopTime = loopTime ?? time
            var memory = MemoryRoot.twoNodes
            memory.put(FakeTask(pid: 10, userTicks: 5))
            memory.addFile("/proc/sys/kernel/numa_balancing", text: "1\n")
            memory.addFile(
                "/proc/vmstat", text: "numa_hint_faults 7\nnuma_hint_faults_local 3\nnuma_pages_migrated 0\n")
            root = ScriptedRoot(memory, isLive: true)
            loop = SamplerLoop(
                executor: try ThreadExecutor(name: "sampler-test"), store: store,
                engine: SamplingEngine(
                    root: root, settings: SamplingSettings(), time: loopTime, cost: FakeCost(step: 1000), seed: 1),
                time: loopTime)
        }

        /// Wakes the loop each time it sleeps, just when it wanted, until a condition holds.
        func advance(until isReached: () -> Bool) async {
            while !isReached() {
                if let deadline = time.nextDeadlineNanoseconds, deadline > time.monotonicNanoseconds {
                    time.advance(byNanoseconds: deadline - time.monotonicNanoseconds)
                } else {
                    await Task.yield()
                }
            }
        }
    }

    @Test("Rounds are published one after the other, looks in between are not")
    func publishes() async throws {
        let bench = try Bench()
        let running = Task { await bench.loop.run() }
        await bench.advance { (bench.store.current?.sequence ?? 0) >= 3 }
        let snapshot = try #require(bench.store.current)
        let follow = try #require(snapshot.cost.tiers.first { $0.name == "follow" })
        // The rounds are 5 s apart, the looks half a second: several of them came before the third round.
        #expect(follow.rounds >= 2)
        #expect(snapshot.process(pid: 10) != nil)
        running.cancel()
        await running.value
    }

    @Test("Sources are tried again when settings are applied, and when they are asked for and old")
    func triesSourcesAgain() async throws {
        let bench = try Bench()
        let running = Task { await bench.loop.run() }
        await bench.advance { (bench.store.current?.sequence ?? 0) >= 1 }
        let path = "/proc/schedstat"
        func isReadable(_ sources: [SourceStatus]) -> Bool? { sources.first { $0.path == path }?.isReadable }
        let first = try #require(bench.store.current)
        #expect(isReadable(first.sources) == false)
        #expect(first.sources.allSatisfy { $0.triedAtNanoseconds == first.monotonicNanoseconds })

        // Young ones are given as they are known.
        bench.root.change { $0.addFile(path, text: "version 16\ntimestamp 1\n") }
        #expect(isReadable(await bench.loop.presentSources()) == false)
        await bench.advance { bench.time.monotonicNanoseconds >= first.monotonicNanoseconds + 5 * secondNanoseconds }
        let second = await bench.loop.presentSources()
        #expect(isReadable(second) == true)
        #expect(second.allSatisfy { $0.triedAtNanoseconds ?? 0 > first.monotonicNanoseconds })

        // And the next rounds publish what was found; a reload waits for nothing.
        bench.root.change { $0.remove(path) }
        await bench.loop.apply(SamplingSettings())
        let sequence = try #require(bench.store.current).sequence
        await bench.advance { (bench.store.current?.sequence ?? 0) > sequence }
        #expect(isReadable(try #require(bench.store.current).sources) == false)
        running.cancel()
        await running.value
    }

    @Test("Settings are in force from the next round on")
    func applies() async throws {
        let bench = try Bench()
        let running = Task { await bench.loop.run() }
        await bench.advance { (bench.store.current?.sequence ?? 0) >= 1 }
        var settings = SamplingSettings()
        settings.hostInterval = .seconds(60)
        settings.ledgerInterval = .seconds(60)
        await bench.loop.apply(settings)
        let before = try #require(bench.store.current).sequence
        await bench.advance { (bench.store.current?.sequence ?? 0) >= before + 2 }
        let tiers = try #require(bench.store.current).cost.tiers
        #expect(tiers[0].configuredIntervalNanoseconds == 60 * secondNanoseconds)
        #expect(tiers[0].intervalNanoseconds == 60 * secondNanoseconds)
        running.cancel()
        await running.value
    }

    /// A host on which everything takes too long: a minute passes between any two looks at the clock.
    private final class LateTime: TimeSource {
        private let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
        private let sleeps = Mutex(0)
        /// After so many the loop is ended, so that a test cannot hang.
        static let mostSleeps = 5_000

        var hasEnded: Bool { sleeps.withLock { $0 >= Self.mostSleeps } }

        var monotonicNanoseconds: UInt64 {
            time.advance(byNanoseconds: 60 * secondNanoseconds)
            return time.monotonicNanoseconds
        }
        var boottimeNanoseconds: UInt64 { time.boottimeNanoseconds }
        var realtimeNanoseconds: UInt64 { time.realtimeNanoseconds }
        func pause(nanoseconds: UInt64) { time.pause(nanoseconds: nanoseconds) }
        func wait(for latch: Latch, untilMonotonicNanoseconds deadline: UInt64) -> Bool {
            time.wait(for: latch, untilMonotonicNanoseconds: deadline)
        }
        func sleep(untilMonotonicNanoseconds deadline: UInt64) async throws {
            sleeps.withLock { $0 += 1 }
            if hasEnded { throw CancellationError() }
            try Task.checkCancellation()
        }
    }

    @Test("Settings get through to a loop that is always late")
    func appliesWhileLate() async throws {
        let time = LateTime()
        let bench = try Bench(time: time)
        let running = Task { await bench.loop.run() }
        while bench.store.current == nil { await Task.yield() }
        var settings = SamplingSettings()
        settings.ledgerInterval = .seconds(60)
        await bench.loop.apply(settings)
        try #require(!time.hasEnded, "the loop let nobody in")
        let before = try #require(bench.store.current).sequence
        while (bench.store.current?.sequence ?? 0) < before + 2, !time.hasEnded { await Task.yield() }
        let tier = try #require(bench.store.current?.cost.tiers.first { $0.name == "ledger" })
        #expect(tier.configuredIntervalNanoseconds == 60 * secondNanoseconds)
        running.cancel()
        await running.value
    }

    @Test("A loop that is cancelled ends, also in its sleep")
    func ends() async throws {
        let bench = try Bench()
        let running = Task { await bench.loop.run() }
        await bench.advance { bench.store.current != nil }
        running.cancel()
        await running.value
        #expect(bench.store.current?.sequence == 1)
    }
}
