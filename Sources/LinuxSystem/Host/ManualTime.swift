import Synchronization

/// Clocks that stand still until they are told to advance: time for tests and for replays.
package final class ManualTime: TimeSource {
    private struct State {
        var elapsed: UInt64 = 0
        var nextID = 0
        var sleepers: [Int: (deadline: UInt64, continuation: CheckedContinuation<Void, any Error>)] = [:]
        /// Latches that threads wait for until an instant.
        var latches: [Int: Latch] = [:]
    }

    private let state = Mutex(State())
    private let monotonicStart: UInt64
    private let boottimeStart: UInt64
    private let realtimeStart: UInt64

    /// Clocks with the given readings, in nanoseconds.
    package init(
        monotonicNanoseconds: UInt64 = 0, boottimeNanoseconds: UInt64? = nil, realtimeNanoseconds: UInt64 = 0
    ) {
        monotonicStart = monotonicNanoseconds
        boottimeStart = boottimeNanoseconds ?? monotonicNanoseconds
        realtimeStart = realtimeNanoseconds
    }

    private var elapsed: UInt64 { state.withLock { $0.elapsed } }

    package var monotonicNanoseconds: UInt64 { monotonicStart + elapsed }
    package var boottimeNanoseconds: UInt64 { boottimeStart + elapsed }
    package var realtimeNanoseconds: UInt64 { realtimeStart + elapsed }

    /// How many tasks sleep: a test waits for its subject to sleep before it advances.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The earliest instant a task sleeps until, by the monotonic clock; nil when none sleeps.
    package var nextDeadlineNanoseconds: UInt64? { state.withLock { $0.sleepers.values.map(\.deadline).min() } }

    /// Lets time pass, and wakes who slept until then.
    package func advance(byNanoseconds nanoseconds: UInt64) {
        let (due, latches) = state.withLock { state in
            state.elapsed += nanoseconds
            let now = monotonicStart + state.elapsed
            let due = state.sleepers.filter { $0.value.deadline <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return (
                due.values.sorted { $0.deadline < $1.deadline }.map(\.continuation), Array(state.latches.values)
            )
        }
        for continuation in due { continuation.resume() }
        for latch in latches { latch.nudge() }
    }

    /// Nobody else could advance the clocks meanwhile: they advance by themselves.
    package func pause(nanoseconds: UInt64) { advance(byNanoseconds: nanoseconds) }

    package func wait(for latch: Latch, untilMonotonicNanoseconds deadline: UInt64) -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            state.latches[state.nextID] = latch
            return state.nextID
        }
        defer { state.withLock { $0.latches[id] = nil } }
        return latch.wait { monotonicNanoseconds >= deadline }
    }

    package func sleep(untilMonotonicNanoseconds deadline: UInt64) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    // A task cancelled by now has had its handler run, which found nothing.
                    if Task.isCancelled || deadline <= monotonicStart + state.elapsed { return true }
                    state.sleepers[id] = (deadline, continuation)
                    return false
                }
                if isOver { continuation.resume(with: Result { try Task.checkCancellation() }) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
