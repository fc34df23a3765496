import LinuxSystem
import Snapshots
import Testing

@testable import Sampling

@Suite struct SamplerLoopTests {
    private struct Bench {
        let store = SnapshotStore()
        let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
        let root: ScriptedRoot
        let loop: SamplerLoop

        init() throws {
            var memory = MemoryRoot.twoNodes
            memory.put(FakeTask(pid: 10, userTicks: 5))
            memory.addFile("/proc/sys/kernel/numa_balancing", text: "1\n")
            memory.addFile(
                "/proc/vmstat", text: "numa_hint_faults 7\nnuma_hint_faults_local 3\nnuma_pages_migrated 0\n")
            root = ScriptedRoot(memory, isLive: true)
            loop = SamplerLoop(
                executor: try ThreadExecutor(name: "sampler-test"), store: store,
                engine: SamplingEngine(
                    root: root, settings: SamplingSettings(), time: time, cost: FakeCost(step: 1000), seed: 1),
                time: time)
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
