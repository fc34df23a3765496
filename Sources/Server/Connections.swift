import NIOCore
import Synchronization

/// The open connections and what they share.
final class Connections: Sendable {
    /// Fired at every connection when the server stops.
    struct ShouldStop: Sendable {}

    private struct State {
        var table: ConnectionTable
        var channels: [UInt64: any Channel] = [:]
        var streams = 0
        var waitingBytes = 0
        var whenEmpty: EventLoopPromise<Void>?
    }

    private let state: Mutex<State>
    private let limits: ServerLimits
    private let statistics: ServerStatistics

    init(limits: ServerLimits, statistics: ServerStatistics) {
        self.limits = limits
        self.statistics = statistics
        let table = ConnectionTable(limit: limits.connections, perUserLimit: limits.connectionsPerUser)
        state = Mutex(State(table: table))
    }

    /// Makes room for a connection, closing an idle one if need be.
    ///
    /// - Returns: Its number, or nothing if it must be refused.
    func admit(_ channel: any Channel, peer: ConnectionTable.Peer) -> UInt64? {
        let (id, evicted, count) = state.withLock { state -> (UInt64?, (any Channel)?, Int) in
            guard state.whenEmpty == nil else { return (nil, nil, state.table.count) }
            switch state.table.admit(peer) {
            case .refused: return (nil, nil, state.table.count)
            case .admitted(let id):
                state.channels[id] = channel
                return (id, nil, state.table.count)
            case .admittedInsteadOf(let victim, let id):
                state.channels[id] = channel
                return (id, state.channels.removeValue(forKey: victim), state.table.count)
            }
        }
        statistics.set(connections: count)
        if id == nil { statistics.count(.refused) }
        if let evicted {
            statistics.count(.evicted)
            evicted.close(promise: nil)
        }
        return id
    }

    func set(_ id: UInt64, isBusy: Bool) {
        state.withLock { $0.table.set(id, isBusy: isBusy) }
    }

    func remove(_ id: UInt64) {
        let (count, promise) = state.withLock { state in
            state.table.remove(id)
            state.channels[id] = nil
            return (state.table.count, state.channels.isEmpty ? state.whenEmpty : nil)
        }
        statistics.set(connections: count)
        promise?.succeed()
    }

    /// Takes one of the places for streams.
    func beginStream() -> Bool {
        state.withLock { state in
            guard state.streams < limits.streams else { return false }
            state.streams += 1
            return true
        }
    }

    func endStream() {
        state.withLock { $0.streams -= 1 }
    }

    /// Takes room for an answer that waits to be read. One that is larger than all there is, is let through alone.
    func reserve(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.waitingBytes == 0 || state.waitingBytes + bytes <= limits.waitingBytes else { return false }
            state.waitingBytes += bytes
            return true
        }
    }

    func release(_ bytes: Int) {
        state.withLock { $0.waitingBytes -= bytes }
    }

    /// Tells every connection to finish what it is doing.
    ///
    /// - Parameter whenEmpty: Succeeded when the last one is closed.
    func stop(whenEmpty promise: EventLoopPromise<Void>) {
        let channels = state.withLock { state in
            state.whenEmpty = promise
            return Array(state.channels.values)
        }
        if channels.isEmpty { promise.succeed() }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(ShouldStop())
        }
    }

    /// Closes what is still open.
    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.close(promise: nil)
        }
    }
}
