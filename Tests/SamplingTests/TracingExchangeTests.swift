import BalancingModel
import LinuxSystem
import Snapshots
import Testing

@testable import Sampling

/// Where the sampler and the tracer meet.
@Suite struct TracingExchangeTests {
    private func root(_ tasks: [FakeTask]) -> ScriptedRoot {
        var memory = MemoryRoot.twoNodes
        for task in tasks { memory.put(task) }
        memory.addFile("/proc/vmstat", text: "numa_hint_faults 123\n")
        return ScriptedRoot(memory, isLive: true)
    }

    private func task() -> FakeTask {
        var task = FakeTask(pid: 42)
        task.faults = [(5, 6), (7, 8)]
        task.group = 42
        task.preferredNode = 1
        task.migrated = 9
        return task
    }

    @Test func leavesEachReadingWithItsTimeWhileSomebodyTraces() throws {
        let exchange = TracingExchange()
        let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
        var engine = SamplingEngine(
            root: root([task()]), settings: SamplingSettings(), time: time, cost: FakeCost(step: 1000), seed: 1,
            tracing: exchange)
        _ = engine.round()
        #expect(exchange.take().readings.isEmpty)
        exchange.begin()
        time.advance(byNanoseconds: 5 * secondNanoseconds)
        _ = engine.round()
        let delivery = exchange.take()
        #expect(delivery.processes?.map(\.identity.pid) == [42])
        #expect(delivery.hintFaults?.count == 123)
        #expect(delivery.readings.count == 1)
        let reading = try #require(delivery.readings.first)
        #expect(reading.timeNanoseconds == 105 * secondNanoseconds)
        guard case .mark(let mark) = reading.payload else {
            Issue.record("no mark")
            return
        }
        #expect(mark.tid == 42)
        #expect(mark.processID == 42)
        #expect(mark.groupID == 42)
        #expect(mark.preferredNode == 1)
        #expect(mark.pagesMigrated == 9)
        #expect(mark.scanSequence == 3)
        #expect(
            mark.nodes == [
                .init(node: 0, taskPrivate: 5, taskShared: 6, groupPrivate: 0, groupShared: 0),
                .init(node: 1, taskPrivate: 7, taskShared: 8, groupPrivate: 0, groupShared: 0),
            ])
        #expect(exchange.take().readings.isEmpty)
        exchange.end()
        time.advance(byNanoseconds: 5 * secondNanoseconds)
        _ = engine.round()
        #expect(exchange.take().processes == nil)
    }

    @Test func putsWhatWasTracedIntoTheRecordsOfThoseItIsAbout() {
        let exchange = TracingExchange()
        var record = TracingRecord()
        record.state = .running
        record.level = "full"
        var activity = TracedActivity()
        activity.localFaults = 7
        record.processes = [42: activity, 43: activity]
        record.groups = [.init(name: "work.service", activity: activity), .init(name: "gone", activity: activity)]
        exchange.publish(record)
        var engine = SamplingEngine(
            root: root([task()]), settings: SamplingSettings(),
            time: ManualTime(monotonicNanoseconds: 100 * secondNanoseconds), cost: FakeCost(step: 1000), seed: 1,
            tracing: exchange)
        let snapshot = engine.round()
        #expect(snapshot.process(pid: 42)?.traced?.localFaults == 7)
        #expect(snapshot.groups.first { $0.name == "work.service" }?.traced?.localFaults == 7)
        // Nothing about single processes is left where everybody may look.
        #expect(snapshot.tracing?.processes.isEmpty == true)
        #expect(snapshot.tracing?.groups.isEmpty == true)
        #expect(snapshot.sources.last?.name == "tracing")
        #expect(snapshot.sources.last?.isReadable == true)
    }

    @Test func lengthensNoIntervalForWhatTracingCosts() {
        let exchange = TracingExchange()
        let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
        let cost = FakeCost(step: 1000)
        var engine = SamplingEngine(
            root: root([task()]), settings: SamplingSettings(), time: time, cost: cost, seed: 1, tracing: exchange)
        var snapshot = engine.round()
        for _ in 0..<20 {
            time.advance(byNanoseconds: 5 * secondNanoseconds)
            cost.spend(4 * secondNanoseconds)
            exchange.spend(cpuNanoseconds: 4 * secondNanoseconds)
            snapshot = engine.round()
        }
        #expect(snapshot.cost.tiers[0].intervalNanoseconds == 5 * secondNanoseconds)
        cost.spend(50 * secondNanoseconds)
        time.advance(byNanoseconds: 5 * secondNanoseconds)
        snapshot = engine.round()
        #expect(snapshot.cost.tiers[0].intervalNanoseconds > 5 * secondNanoseconds)
    }

    @Test func dropsReadingsNobodyTakes() {
        let exchange = TracingExchange()
        exchange.begin()
        let event = BalancingEvent(timeNanoseconds: 1, tid: 1, cpu: -1, payload: .placement)
        for _ in 0..<3 { exchange.leave(readings: Array(repeating: event, count: 40_000)) }
        let delivery = exchange.take()
        #expect(delivery.readings.count == 1 << 16)
        #expect(delivery.droppedReadings == 120_000 - 65_536)
    }
}
