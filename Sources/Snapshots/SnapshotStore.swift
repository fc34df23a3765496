import Synchronization

/// Where the newest snapshot is published: the sampler replaces it, readers copy the reference and never wait for a round.
package final class SnapshotStore: Sendable {
    private struct State {
        var snapshot: HostSnapshot?
        var waiters: [UInt64: AsyncStream<HostSnapshot>.Continuation] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// The newest snapshot; absent before the first round has ended.
    package var current: HostSnapshot? {
        state.withLock { $0.snapshot }
    }

    /// Replaces the snapshot and tells whoever follows.
    package func publish(_ snapshot: HostSnapshot) {
        let continuations = state.withLock { state in
            state.snapshot = snapshot
            return Array(state.waiters.values)
        }
        for continuation in continuations {
            continuation.yield(snapshot)
        }
    }

    /// Every snapshot from now on. A reader that is too slow misses rounds; it never holds them up.
    package func updates() -> AsyncStream<HostSnapshot> {
        let (stream, continuation) = AsyncStream.makeStream(of: HostSnapshot.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.nextWaiter
            state.nextWaiter += 1
            state.waiters[id] = continuation
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                _ = state.waiters.removeValue(forKey: id)
            }
        }
        return stream
    }
}
