package import BalancingModel
import Synchronization

/// Where the sampler and the thread that traces meet: ledger readings and processes go one way, what tracing saw the other.
///
/// Neither waits for the other; each takes what the other left last.
package final class TracingExchange: Sendable {
    /// What a round of sampling left for the tracer.
    package struct Delivery: Sendable {
        /// `SCHED` marks with the time each was read, ascending.
        package var readings: [BalancingEvent] = []
        /// Readings that were dropped because nobody took them.
        package var droppedReadings: UInt64 = 0
        /// The processes of the last round; nil if none has ended since the last delivery.
        package var processes: [ProcessRecord]?
        /// `numa_hint_faults` of `/proc/vmstat`, with the monotonic time it was read at.
        package var hintFaults: (count: UInt64, readAtNanoseconds: UInt64)?

        package init() {}
    }

    /// Readings that wait at most: four rounds of 16,000 threads.
    private static let readingLimit = 1 << 16

    private struct State {
        var isActive = false
        var delivery = Delivery()
        var record: TracingRecord?
        var spentCPUNanoseconds: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    // MARK: The sampler's side

    /// Whether somebody traces, so that readings are wanted.
    package var isActive: Bool { state.withLock { $0.isActive } }

    /// Leaves the readings of one round.
    package func leave(readings: [BalancingEvent]) {
        state.withLock { state in
            guard state.isActive else { return }
            let room = Self.readingLimit - min(state.delivery.readings.count, Self.readingLimit)
            state.delivery.readings += readings.prefix(room)
            state.delivery.droppedReadings += UInt64(max(0, readings.count - room))
        }
    }

    /// Leaves what a round found.
    package func leave(processes: [ProcessRecord], hintFaults: UInt64?, readAtNanoseconds: UInt64) {
        state.withLock { state in
            guard state.isActive else { return }
            state.delivery.processes = processes
            state.delivery.hintFaults = hintFaults.map { ($0, readAtNanoseconds) }
        }
    }

    /// How tracing stands; nothing if nobody ever said.
    package var record: TracingRecord? { state.withLock { $0.record } }

    /// CPU time spent on tracing since the daemon started, nanoseconds: it has a limit of its own, and must not make the
    /// sampler's intervals longer.
    package var spentCPUNanoseconds: UInt64 { state.withLock { $0.spentCPUNanoseconds } }

    // MARK: The tracer's side

    /// Notes CPU time spent.
    package func spend(cpuNanoseconds: UInt64) {
        state.withLock { $0.spentCPUNanoseconds &+= cpuNanoseconds }
    }

    /// Begins: readings are wanted from now on.
    package func begin() {
        state.withLock { state in
            state.isActive = true
            state.delivery = Delivery()
        }
    }

    /// Ends: nothing is wanted any more.
    package func end() {
        state.withLock { state in
            state.isActive = false
            state.delivery = Delivery()
        }
    }

    /// Takes what was left.
    package func take() -> Delivery {
        state.withLock { state in
            let delivery = state.delivery
            state.delivery = Delivery()
            return delivery
        }
    }

    /// Publishes how tracing stands, for the next snapshot.
    package func publish(_ record: TracingRecord) {
        state.withLock { $0.record = record }
    }
}
