import LinuxSystem
import NIOCore
import Synchronization

/// The open connections and what they share.
final class Connections: Sendable {
    /// What is told to every connection.
    enum Notice: Sendable {
        /// The server stops: finish what is under way.
        case shouldStop
        /// Who may see what has changed.
        case accessChanged(AccessPolicy)
        /// There is something to answer with.
        case firstRound
    }

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
        let table = ConnectionTable(
            limit: limits.connections, perUserLimit: limits.connectionsPerUser, kept: limits.connectionsKept)
        state = Mutex(State(table: table))
    }

    /// Makes room for a connection, closing another if need be.
    ///
    /// - Parameter descriptor: The connection's.
    /// - Returns: Its number in the table, or nothing if it must be refused.
    func admit(_ channel: any Channel, descriptor: Int32, peer: ConnectionTable.Peer) -> UInt64? {
        let mayGrow = hasDescriptors(besides: descriptor)
        let (id, evicted, count) = state.withLock { state -> (UInt64?, (any Channel)?, Int) in
            guard state.whenEmpty == nil else { return (nil, nil, state.table.count) }
            switch state.table.admit(peer, mayGrow: mayGrow) {
            case .refused: return (nil, nil, state.table.count)
            case .admitted(let id):
                state.channels[id] = channel
                return (id, nil, state.table.count)
            case .admittedInsteadOf(let victim, let id):
                state.channels[id] = channel
                return (id, state.channels.removeValue(forKey: victim), state.table.count)
            }
        }
        statistics.set(connections: count, of: self)
        if id == nil { statistics.count(.refused) }
        if let evicted {
            statistics.count(.evicted)
            evicted.close(promise: nil)
        }
        return id
    }

    /// Whether enough descriptors are left for the rest of the daemon. The limit may have been lowered since the start.
    private func hasDescriptors(besides descriptor: Int32) -> Bool {
        let limit = HostFacts.descriptorLimit
        let count = state.withLock { $0.table.count }
        // The kernel gives the lowest number that is free: far below the limit there is nothing to count.
        if count + ServerLimits.ownDescriptors + limits.descriptorsKept <= limit, Int(descriptor) < limit / 2 {
            return true
        }
        guard let open = HostFacts.openDescriptorCount else { return false }
        return open <= limit - limits.descriptorsKept
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
        statistics.set(connections: count, of: self)
        promise?.succeed()
    }

    // MARK: Shares

    /// Takes one of the places for streams.
    func beginStream(of peer: ConnectionTable.Peer) -> Bool {
        state.withLock { state in
            let own = state.streams[peer] ?? 0
            var hasRoom = state.streams.values.reduce(0, +) < limits.streams && own < limits.streamsPerProcess
            if peer.rank < .full {
                hasRoom =
                    hasRoom && sum(state.streams) { $0.rank < .full } < limits.limitedStreams
                    && sum(state.streams) { $0.userID == peer.userID } < limits.limitedStreamsPerUser
            }
            if hasRoom { state.streams[peer] = own + 1 }
            return hasRoom
        }
    }

    func endStream(of peer: ConnectionTable.Peer) {
        state.withLock { state in
            let own = state.streams[peer] ?? 0
            state.streams[peer] = own > 1 ? own - 1 : nil
        }
    }

    /// Whether a process may have another large answer made: not while a quarter of all the room is taken by those it has not
    /// read; of limited viewers those of all the user's processes count. Asked before the answer is made, which costs more
    /// than anything else a client can make us do.
    func mayAnswer(_ peer: ConnectionTable.Peer) -> Bool {
        state.withLock { state in
            guard peer.rank < .full else { return state.waitingBytes[peer] ?? 0 <= limits.waitingBytes / 4 }
            return sum(state.waitingBytes) { $0.userID == peer.userID } <= limits.waitingBytes / 4
                && sum(state.waitingBytes) { $0.rank < .full } <= limits.waitingBytes / 2
        }
    }

    /// Takes room for an answer that waits to be read. Small ones always fit: there are no more than connections. A
    /// large one that is the process's only one is let through, whatever its size, if the others leave room. Limited
    /// viewers have half of the room between them, and are not asked about the rest.
    func reserve(_ bytes: Int, for peer: ConnectionTable.Peer) -> Bool {
        state.withLock { state in
            let own = state.waitingBytes[peer] ?? 0
            let room = peer.rank < .full ? limits.waitingBytes / 2 : limits.waitingBytes
            let all = sum(state.waitingBytes) { peer.rank == .full || $0.rank < .full }
            let fits = all + bytes <= room || (own == 0 && all < room)
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

    private func sum(
        _ counts: [ConnectionTable.Peer: Int], where matches: (ConnectionTable.Peer) -> Bool
    ) -> Int {
        counts.reduce(0) { $0 + (matches($1.key) ? $1.value : 0) }
    }

    // MARK: All of them

    /// Tells every connection.
    func tell(_ notice: Notice) {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.pipeline.fireUserInboundEventTriggered(notice)
        }
    }

    /// Tells every connection to finish what it is doing.
    ///
    /// - Parameter whenEmpty: Succeeded when the last one is closed.
    func stop(whenEmpty promise: EventLoopPromise<Void>) {
        let isEmpty = state.withLock { state in
            state.whenEmpty = promise
            return state.channels.isEmpty
        }
        if isEmpty { promise.succeed() }
        tell(.shouldStop)
    }

    /// Closes what is still open.
    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.close(promise: nil)
        }
    }
}
