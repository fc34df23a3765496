import NIOCore
import Synchronization

/// The open connections and what they share.
final class Connections: Sendable {
    /// Fired at every connection when the server stops.
    struct ShouldStop: Sendable {}

    private struct State {
        var table: ConnectionTable
        var channels: [UInt64: any Channel] = [:]
        var streams: [ConnectionTable.Peer: Int] = [:]
        var waitingBytes: [ConnectionTable.Peer: Int] = [:]
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
    func beginStream(of peer: ConnectionTable.Peer) -> Bool {
        state.withLock { state in
            let own = state.streams[peer] ?? 0
            guard state.streams.values.reduce(0, +) < limits.streams, own < limits.streamsPerProcess else {
                return false
            }
            state.streams[peer] = own + 1
            return true
        }
    }

    func endStream(of peer: ConnectionTable.Peer) {
        state.withLock { state in
            let own = state.streams[peer] ?? 0
            state.streams[peer] = own > 1 ? own - 1 : nil
        }
    }

    /// Whether a process may have another large answer made: not while a quarter of all the room is taken by those it has not
    /// read. Asked before the answer is made, which costs more than anything else a client can make us do.
    func mayAnswer(_ peer: ConnectionTable.Peer) -> Bool {
        state.withLock { $0.waitingBytes[peer] ?? 0 <= limits.waitingBytes / 4 }
    }

    /// Takes room for an answer that waits to be read. Small ones always fit: there are no more than connections. A
    /// large one that is the process's only one is let through, whatever its size, if the others leave room.
    func reserve(_ bytes: Int, for peer: ConnectionTable.Peer) -> Bool {
        state.withLock { state in
            let own = state.waitingBytes[peer] ?? 0
            let others = state.waitingBytes.values.reduce(0, +) - own
            let fits = own + others + bytes <= limits.waitingBytes || (own == 0 && others < limits.waitingBytes)
            guard bytes <= limits.pieceBytes || fits else { return false }
            state.waitingBytes[peer] = own + bytes
            return true
        }
    }

    func release(_ bytes: Int, of peer: ConnectionTable.Peer) {
        state.withLock { state in
            let rest = (state.waitingBytes[peer] ?? 0) - bytes
            state.waitingBytes[peer] = rest > 0 ? rest : nil
        }
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
