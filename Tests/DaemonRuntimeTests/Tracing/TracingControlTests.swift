import BalancingModel
import Insight
import LinuxSystem
import NUMATopology
import Snapshots
import Synchronization
import Testing
import Tracing

@testable import DaemonRuntime

/// Starting, stopping and failing of traces, with a source that plays a script.
@Suite("Tracing as the configuration wants it")
struct TracingControlTests {
    /// What the daemon does to its source, and what that gives.
    private final class Script: Sendable {
        struct State {
            var batches: [[BalancingEvent]] = []
            var statistics = TraceStatistics()
            var openError: TraceSessionError?
            /// Thrown once the batches are used up.
            var pollError: TraceSessionError?
            var opened: [TraceSessionConfiguration] = []
            var filters: [TraceFilter] = []
            var added: [Set<Int32>] = []
            var stops = 0
            /// What was published when the source was stopped.
            var recordAtStop: TracingRecord?
            var leftovers: [TraceSessionError] = []
            var cleanings = 0
        }

        let state = Mutex(State())
        let exchange = TracingExchange()
        let stories = StoryStore()

        func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
        var now: State { state.withLock { $0 } }
    }

    private final class ScriptedSource: LiveEventSource {
        let script: Script
        let capability = TraceCapability(
            mechanism: .kprobes, directory: "/t", events: [], obstacle: nil, kinds: .all)
        var statistics: TraceStatistics { script.now.statistics }

        init(_ script: Script) { self.script = script }

        func poll(timeoutNanoseconds: UInt64, into batch: inout [BalancingEvent]) throws(TraceSessionError) {
            batch = script.state.withLock { $0.batches.isEmpty ? [] : $0.batches.removeFirst() }
            if batch.isEmpty, let error = script.now.pollError { throw error }
        }

        func setFilter(_ filter: TraceFilter) throws(TraceSessionError) {
            script.change { $0.filters.append(filter) }
        }

        func add(_ processes: Set<Int32>) throws(TraceSessionError) {
            script.change { $0.added.append(processes) }
        }

        func stop() -> [TraceSessionError] {
            let record = script.exchange.record
            script.change {
                $0.stops += 1
                $0.recordAtStop = record
            }
            return []
        }
    }

    private let probe = ReporterProbe()
    private let script = Script()

    private func control(_ settings: TracingSettings) -> TracingControl {
        let script = script
        let backend = TracingBackend(
            open: { configuration throws(TraceSessionError) in
                script.change { $0.opened.append(configuration) }
                if let error = script.now.openError { throw error }
                return ScriptedSource(script)
            },
            clean: {
                script.change { $0.cleanings += 1 }
                return script.now.leftovers
            },
            machine: {
                ReplayMachine(
                    layout: NodeLayout(machine: machine(nodes: 2)),
                    profile: KernelProfile(release: KernelRelease(6, 12, 107)), facts: [])
            })
        // A record at each step: the clock of these tests stands at an hour.
        probe.time.advance(byNanoseconds: 3_600_000_000_000)
        return TracingControl(
            environment: TracingLoop.Environment(
                backend: backend, exchange: script.exchange, stories: script.stories, reporter: probe.reporter,
                time: probe.time),
            settings: settings)
    }

    private func settings(_ text: String) throws -> TracingSettings {
        try load(text).tracingSettings
    }

    /// Runs a control until `body` has seen enough.
    private func run(_ control: TracingControl, _ body: (AsyncStream<ObservedEvent>) async -> Void) async throws {
        let events = probe.log.stream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await control.run() }
            await body(events)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func wait(_ events: AsyncStream<ObservedEvent>, for kind: DaemonEvent) async -> ObservedEvent? {
        for await event in events where event.kind == kind.rawValue { return event }
        return nil
    }

    private func faults(_ count: Int) -> [BalancingEvent] {
        SyntheticTrace(
            SyntheticTrace.Shape(faults: count, tasks: 8, nodes: 2, cpusPerNode: 1, threadsPerProcess: 4)
        ).map(\.event)
    }

    @Test("off, it opens nothing, but removes what an earlier daemon left")
    func off() async throws {
        let control = control(try settings(""))
        let first = script.exchange.record
        #expect(first?.state == .off)
        script.change { $0.leftovers = [TraceSessionError(.refused, "remove", "the instance", reason: "busy")] }
        try await run(control) { events in
            #expect(await wait(events, for: .tracingFailed)?.message.contains("the instance: busy") == true)
        }
        #expect(script.now.cleanings == 1)
        #expect(script.now.opened.isEmpty)
        #expect(!script.exchange.isActive)
    }

    @Test("off, it says that nobody knows of an earlier trace where it may not look, and that is no event")
    func unsearched() async throws {
        let control = control(try settings(""))
        script.change {
            $0.leftovers = [
                TraceSessionError(.unavailable, "list", "/t/instances", errno: 13, reason: "Permission denied"),
                TraceSessionError(.refused, "remove", "the instance", reason: "busy"),
            ]
        }
        try await run(control) { events in
            var iterator = events.makeAsyncIterator()
            let first = await iterator.next()
            #expect(first?.message.contains("the instance: busy") == true)
        }
        let source = try #require(script.exchange.record?.source)
        #expect(
            source.state
                == .notApplicable(
                    reason: "off in the configuration; whether an earlier trace was left behind is not known: "
                        + "cannot list /t/instances: Permission denied"))
    }

    @Test("on, it traces with the configured buffers until it is turned off, and then nothing is left")
    func lifecycle() async throws {
        let events = faults(2000)
        script.change { $0.batches = [Array(events.prefix(900)), Array(events.dropFirst(900))] }
        let control = control(
            try settings("[Tracing]\nEnabled=yes\nBufferSize=1M\nWakeUpPercent=25\nProcesses=1000 7\n"))
        try await run(control) { stream in
            #expect(await wait(stream, for: .tracingStarted)?.message == "Tracing at level full")
            #expect(script.exchange.isActive)
            // Off while it waits for events.
            while !script.now.batches.isEmpty { await Task.yield() }
            var off = TracingSettings()
            off.isEnabled = false
            control.apply(off)
            #expect(await wait(stream, for: .tracingStopped) != nil)
        }
        let state = script.now
        #expect(state.opened.map(\.bufferBytesPerCPU) == [1 << 20])
        #expect(state.opened.map(\.wakeUpPercent) == [25])
        #expect(state.filters.first == TraceFilter(scope: .processes([7, 1000])))
        #expect(state.stops == 1)
        let record = try #require(state.recordAtStop)
        #expect(record.state == .running)
        #expect(record.activity.faultCount == 2000)
        #expect(record.level == "full")
        #expect(script.exchange.record?.state == .off)
        #expect(!script.exchange.isActive)
        #expect(script.stories.read { _, _ in true } == nil)
    }

    @Test("what stands in the way is told with its remedy, and published")
    func unavailable() async throws {
        script.change {
            $0.openError = TraceSessionError(
                .unavailable, "trace", "/sys/kernel/tracing", errno: 1, reason: "not permitted",
                remedy: "grant CAP_SYS_ADMIN")
        }
        let control = control(try settings("[Tracing]\nEnabled=yes\n"))
        try await run(control) { events in
            let event = await wait(events, for: .tracingUnavailable)
            #expect(
                event?.message
                    == "Tracing is not possible: cannot trace /sys/kernel/tracing: not permitted; "
                    + "grant CAP_SYS_ADMIN. Sampling goes on")
        }
        let record = try #require(script.exchange.record)
        #expect(
            record.state
                == .unavailable(
                    reason: "cannot trace /sys/kernel/tracing: not permitted", remedy: "grant CAP_SYS_ADMIN"))
        // Asked for and not had: the doctor says NO.
        #expect(record.source.state == .failed(reason: "cannot trace /sys/kernel/tracing: not permitted"))
        #expect(record.source.remedy == "grant CAP_SYS_ADMIN")
    }

    @Test("a trace that breaks off is cleaned up and begins anew after a minute")
    func brokenOff() async throws {
        script.change {
            $0.pollError = TraceSessionError(.refused, "read", "per_cpu/cpu0", errno: 5, reason: "EIO")
        }
        let control = control(try settings("[Tracing]\nEnabled=yes\n"))
        try await run(control) { events in
            #expect(await wait(events, for: .tracingFailed)?.message.contains("per_cpu/cpu0: EIO") == true)
            while probe.time.sleeperCount == 0 { await Task.yield() }
            #expect(script.now.stops == 1)
            script.change { $0.pollError = nil }
            probe.time.advance(byNanoseconds: 60_000_000_000)
            #expect(await wait(events, for: .tracingStarted) != nil)
        }
        #expect(script.now.opened.count == 2)
        #expect(script.now.stops == 2)
    }

    @Test("stories can be read while it traces, and ledger readings reach the model")
    func readings() async throws {
        let events = faults(400)
        script.change { $0.batches = [events] }
        let control = control(try settings("[Tracing]\nEnabled=yes\n"))
        let tid = try #require(events.first { if case .misplaced = $0.payload { true } else { false } }?.tid)
        try await run(control) { stream in
            _ = await wait(stream, for: .tracingStarted)
            var mark = BalancingEvent.LedgerMark(tid: 99_999)
            mark.nodes = [.init(node: 0, taskPrivate: 5, taskShared: 0, groupPrivate: 0, groupShared: 0)]
            mark.processID = 99_999
            script.exchange.leave(
                readings: [BalancingEvent(timeNanoseconds: 1, tid: 99_999, cpu: -1, payload: .mark(mark))])
            while script.stories.read({ book, _ in book.knows(tid) }) != true { await Task.yield() }
            // A record is published for each second that passes.
            while script.exchange.record?.resynchronisingReadings != 1 {
                probe.time.advance(byNanoseconds: 2_000_000_000)
                await Task.yield()
            }
        }
        let record = try #require(script.now.recordAtStop)
        #expect(record.resynchronisingReadings == 1)
        #expect(record.tasksByStanding.reduce(0, +) >= 1)
    }
}
