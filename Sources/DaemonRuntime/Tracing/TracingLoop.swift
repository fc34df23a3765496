import BalancingModel
import Insight
import LinuxSystem
import Sampling
import Snapshots
import Tracing

/// One trace from beginning to end, on a thread of its own: waiting for the kernel's buffers blocks.
actor TracingLoop {
    /// How a trace ended.
    enum End: Sendable, Equatable {
        /// It was told to.
        case asked
        /// It could not begin: why, and what to do. Trying again helps only when something was changed.
        case unavailable(reason: String, remedy: String)
        /// It broke off.
        case failed(reason: String)
    }

    /// What the loop works on and tells.
    struct Environment: Sendable {
        var backend: TracingBackend
        var exchange: TracingExchange
        var stories: StoryStore
        var reporter: EventReporter
        var time: any TimeSource
    }

    private let executor: ThreadExecutor
    private let environment: Environment

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    /// How long one wait for events lasts at most: what a shutdown or reload has to wait for.
    private static let pollNanoseconds: UInt64 = 200_000_000

    init(executor: ThreadExecutor, environment: Environment) {
        self.executor = executor
        self.environment = environment
    }

    /// Traces until the task is cancelled or the source fails; everything set up is removed before it returns.
    func run(_ settings: TracingSettings) async -> End {
        let machine: ReplayMachine
        let source: any LiveEventSource
        do throws(TraceSessionError) {
            machine = try environment.backend.machine()
            source = try environment.backend.open(settings.session)
        } catch {
            return .unavailable(
                reason: "cannot \(error.operation) \(error.subject): \(error.reason)", remedy: error.remedy ?? "")
        }
        let end = trace(source, machine, settings)
        for problem in source.stop() {
            environment.reporter.report(.tracingFailed, "Something of the trace is left behind: \(problem)")
        }
        return end
    }

    private func trace(
        _ source: any LiveEventSource, _ machine: ReplayMachine, _ settings: TracingSettings
    ) -> End {
        let time = environment.time
        var tracer = LiveTracer(
            machine: machine, capability: source.capability, settings: settings.tracer,
            nowNanoseconds: time.monotonicNanoseconds, matches: { NamePattern.matches($0, pattern: $1) })
        environment.exchange.begin()
        environment.stories.open(
            StoryNarrator(
                layout: machine.layout, profile: machine.profile,
                wallClockOffset: time.realtimeNanoseconds &- time.monotonicNanoseconds))
        defer {
            environment.exchange.end()
            environment.stories.close()
        }
        reportBeginning(source.capability)
        var batch: [BalancingEvent] = []
        var spent = SystemTime.threadCPUNanoseconds
        do throws(TraceSessionError) {
            if tracer.initialFilter != settings.session.filter { try source.setFilter(tracer.initialFilter) }
            while !Task.isCancelled {
                try source.poll(timeoutNanoseconds: Self.pollNanoseconds, into: &batch)
                let output = tracer.step(
                    LiveTracer.Input(
                        batch: batch, statistics: source.statistics, delivery: environment.exchange.take(),
                        nowNanoseconds: time.monotonicNanoseconds, cpuNanoseconds: SystemTime.threadCPUNanoseconds))
                switch output.filter {
                case .set(let filter, _): try source.setFilter(filter)
                case .add(let processes, _): try source.add(processes)
                case nil: break
                }
                publish(output)
                let now = SystemTime.threadCPUNanoseconds
                environment.exchange.spend(cpuNanoseconds: now - min(spent, now))
                spent = now
            }
        } catch {
            return .failed(reason: "\(error)")
        }
        publish(
            tracer.finish(nowNanoseconds: time.monotonicNanoseconds, cpuNanoseconds: SystemTime.threadCPUNanoseconds))
        return .asked
    }

    private func publish(_ output: LiveTracer.Output) {
        environment.stories.add(output.stories)
        if let record = output.record { environment.exchange.publish(record) }
        for notice in output.notices { report(notice) }
    }

    private func reportBeginning(_ capability: TraceCapability) {
        let missing = capability.missing.map { "\($0.name) (\($0.obstacle?.reason ?? "unknown"))" }
        environment.reporter.report(
            .tracingStarted,
            "Tracing at level \(capability.level.name.rawValue)"
                + (missing.isEmpty ? "" : "; not on this kernel: \(missing.joined(separator: ", "))"),
            fields: [
                ObservedEvent.Field("level", capability.level.name.rawValue),
                ObservedEvent.Field("mechanism", capability.mechanism.rawValue),
            ])
    }

    private func report(_ notice: LiveTracer.Notice) {
        switch notice {
        case .shedding(let from, let to, let rate):
            let kept = to == 0 ? "every process" : "one process in \(1 << to)"
            environment.reporter.report(
                to > from ? .tracingShed : .tracingRestored,
                "\(Int(min(rate, 1e12))) events a second: \(kept) is traced now",
                fields: [ObservedEvent.Field("shed_level", String(to))])
        case .lost(let count):
            environment.reporter.report(
                .tracingLost,
                "\(count) events were lost since tracing began; ledgers are taken from the kernel again. "
                    + "A larger BufferSize= or a lower MaxEventRate= helps",
                fields: [ObservedEvent.Field("lost_events", String(count))])
        }
    }
}
