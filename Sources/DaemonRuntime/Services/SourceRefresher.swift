import LinuxSystem
import Snapshots
import Synchronization

/// Has the sampler's thread try the sources again for clients that ask how they stand now.
///
/// However many ask, there is one attempt at a time; and however long the thread is busy, nobody waits longer than
/// ``patienceNanoseconds``: then what was known before is the answer, with its age.
final class SourceRefresher: Sendable {
    private struct State {
        var isTrying = false
        var waiters: [UInt64: AsyncStream<[SourceStatus]>.Continuation] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let attempt: @Sendable () async -> [SourceStatus]
    private let time: any TimeSource
    private let state = Mutex(State())

    static let patienceNanoseconds: UInt64 = 2_000_000_000

    /// - Parameter attempt: Tries them, on the sampler's thread.
    init(time: any TimeSource, attempt: @escaping @Sendable () async -> [SourceStatus]) {
        self.attempt = attempt
        self.time = time
    }

    /// The sources as they are now; nil where the sampler's thread did not come to it.
    func fresh() async -> [SourceStatus]? {
        let (answers, answer) = AsyncStream.makeStream(of: [SourceStatus].self, bufferingPolicy: .bufferingNewest(1))
        let (id, isFirst) = state.withLock { state in
            defer {
                state.nextWaiter += 1
                state.isTrying = true
            }
            state.waiters[state.nextWaiter] = answer
            return (state.nextWaiter, !state.isTrying)
        }
        if isFirst { Task { self.tell(await self.attempt()) } }
        let deadline = time.monotonicNanoseconds + Self.patienceNanoseconds
        let limit = Task { [time] in
            try? await time.sleep(untilMonotonicNanoseconds: deadline)
            answer.finish()
        }
        defer {
            limit.cancel()
            state.withLock { _ = $0.waiters.removeValue(forKey: id) }
        }
        var iterator = answers.makeAsyncIterator()
        return await iterator.next(isolation: #isolation)
    }

    private func tell(_ sources: [SourceStatus]) {
        let waiters = state.withLock { state in
            state.isTrying = false
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.yield(sources) }
    }
}
