import Synchronization

/// Where the newest snapshot is published: the sampler replaces it, readers copy the reference and never wait for a round.
package final class SnapshotStore: Sendable {
    private struct State {
        var snapshot: HostSnapshot?
        var waiters: [UInt64: AsyncStream<HostSnapshot>.Continuation] = [:]
        var nextWaiter: UInt64 = 0
    }

    /// Whether a process is still wholly a user's, as ``ProcessRecord/ownerUID`` says it was when it was read.
    package typealias OwnershipCheck = @Sendable (_ pid: Int32, _ uid: UInt32) -> Bool

    private let state = Mutex(State())
    /// Asked when an answer is narrowed to what a user may see: a process may have become another's since the round. Nil
    /// where there is nobody to ask; then the snapshot is believed.
    package let stillOwns: OwnershipCheck?

    package init(stillOwns: OwnershipCheck? = nil) {
        self.stillOwns = stillOwns
    }

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

    /// Returns once there is a snapshot, or the task is cancelled.
    package func waitForFirst() async {
        // Taken before the current one is looked at, so that none falls between.
        var updates = updates().makeAsyncIterator()
        if current == nil { _ = await updates.next(isolation: #isolation) }
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
