import LinuxSystem
import Logging
import ServiceLifecycle
import Snapshots
import Synchronization
import Tracing

/// Starts and stops traces as the configuration says, and says how tracing stands. Without tracing it costs nothing: the
/// thread exists only while there is a trace.
final class TracingControl: Service {
    private let environment: TracingLoop.Environment
    private let wanted: AsyncStream<TracingSettings>
    private let want: AsyncStream<TracingSettings>.Continuation
    private let latest: Mutex<TracingSettings>
    /// Why it could not be looked for what an earlier daemon left behind.
    private let unsearched = Mutex<String?>(nil)

    /// After a trace broke off, the next attempt waits so long.
    private static let retryNanoseconds: UInt64 = 60_000_000_000

    /// - Parameter settings: What to begin with.
    init(environment: TracingLoop.Environment, settings: TracingSettings) {
        self.environment = environment
        latest = Mutex(settings)
        // Of several changes only the last counts.
        (wanted, want) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        want.yield(settings)
        publish(.off)
    }

    /// Puts other settings in force: a trace that runs with others ends first.
    func apply(_ settings: TracingSettings) {
        let hasChanged = latest.withLock { latest in
            defer { latest = settings }
            return latest != settings
        }
        if hasChanged { want.yield(settings) }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.follow() }
    }

    private func follow() async {
        clean()
        var running: Task<Void, Never>?
        for await settings in wanted {
            await Self.end(running)
            running = nil
            if settings.isEnabled {
                running = Task { await self.trace(settings) }
            } else {
                publish(.off)
            }
        }
        await Self.end(running)
    }

    /// Removes what an earlier daemon left behind, and says what is left of it all the same.
    private func clean() {
        for problem in environment.backend.clean() {
            guard problem.kind == .unavailable else {
                environment.reporter.report(
                    .tracingFailed, "An earlier daemon's trace cannot be removed: \(problem)")
                continue
            }
            // As a rule there is none: the unit alone has not the rights to make one. So this is no event.
            let reason = "cannot \(problem.operation) \(problem.subject): \(problem.reason)"
            unsearched.withLock { $0 = reason }
            environment.reporter.logger.info(
                "Whether an earlier daemon left a trace behind is not known: \(reason)")
            publish(.off)
        }
    }

    private static func end(_ task: Task<Void, Never>?) async {
        task?.cancel()
        await task?.value
    }

    /// Traces until cancelled; a trace that broke off begins anew after a while.
    private func trace(_ settings: TracingSettings) async {
        while !Task.isCancelled {
            switch await traceOnce(settings) {
            case .asked:
                environment.reporter.report(.tracingStopped, "Tracing has ended; nothing of it is left")
                return
            case .unavailable(let reason, let remedy):
                publish(.unavailable(reason: reason, remedy: remedy))
                environment.reporter.report(
                    .tracingUnavailable,
                    "Tracing is not possible: \(reason)\(remedy.isEmpty ? "" : "; \(remedy)"). Sampling goes on",
                    fields: [ObservedEvent.Field("reason", reason)])
                return
            case .failed(let reason):
                publish(.unavailable(reason: reason, remedy: "it is tried again"))
                environment.reporter.report(
                    .tracingFailed, "Tracing broke off and is tried again in a minute: \(reason)")
            }
            do {
                try await environment.time.sleep(
                    untilMonotonicNanoseconds: environment.time.monotonicNanoseconds + Self.retryNanoseconds)
            } catch {
                return
            }
        }
    }

    private func traceOnce(_ settings: TracingSettings) async -> TracingLoop.End {
        do throws(SystemFailure) {
            let loop = TracingLoop(executor: try ThreadExecutor(name: "tracer"), environment: environment)
            return await loop.run(settings)
        } catch {
            return .failed(reason: "\(error)")
        }
    }

    private func publish(_ state: TracingRecord.State) {
        var record = TracingRecord()
        record.state = state
        record.unsearched = unsearched.withLock { $0 }
        record.triedAtNanoseconds = environment.time.monotonicNanoseconds
        environment.exchange.publish(record)
    }
}
