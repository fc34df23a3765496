/// Who is connected, and who has to go when there is no more room.
///
/// A client that opens connections and leaves them idle must not keep others out, nor may it push out a client that has
/// just connected and not yet sent its request. So, when the table or a user's share of it is full, the newcomer takes
/// the place of an idle connection of the user who has most of them, and of that user's process which has most of them,
/// the one idle for longest; but never of another process that has no more than its own. A client with a thousand
/// connections thereby pushes out its own.
///
/// When none is idle, some client may keep all of its connections busy by not reading its answers. A process that has
/// more than a quarter of the places loses its oldest connection to a newcomer from another process; otherwise the
/// newcomer is refused.
///
/// Example: 4 places; process 10 has three idle connections, process 11 one. Process 12 connects: the oldest of process
/// 10 is closed.
struct ConnectionTable {
    struct Peer: Hashable {
        var userID: UInt32
        var processID: Int32
    }

    enum Admission: Equatable {
        case admitted(id: UInt64)
        /// Admitted; the other connection is out of the table and must be closed.
        case admittedInsteadOf(UInt64, id: UInt64)
        case refused
    }

    private struct Entry {
        var peer: Peer
        var isBusy = false
        /// Grows with each change from busy to idle: the smallest has been idle for longest.
        var idleSince: UInt64
    }

    private let limit: Int
    private let perUserLimit: Int
    private var entries: [UInt64: Entry] = [:]
    private var nextID: UInt64 = 1
    private var clock: UInt64 = 0

    init(limit: Int, perUserLimit: Int) {
        self.limit = limit
        self.perUserLimit = perUserLimit
    }

    var count: Int { entries.count }

    /// A new connection. O(connections) when full, else O(connections) for the user's share.
    mutating func admit(_ peer: Peer) -> Admission {
        var victim: UInt64?
        if entries.values.count(where: { $0.peer.userID == peer.userID }) >= perUserLimit {
            victim = connectionToGive(up: { $0.userID == peer.userID }, for: peer, places: perUserLimit)
            if victim == nil { return .refused }
        } else if entries.count >= limit {
            victim = connectionToGive(up: { _ in true }, for: peer, places: limit)
            if victim == nil { return .refused }
        }
        if let victim { entries[victim] = nil }
        let id = nextID
        nextID += 1
        clock += 1
        entries[id] = Entry(peer: peer, idleSince: clock)
        return victim.map { .admittedInsteadOf($0, id: id) } ?? .admitted(id: id)
    }

    /// A request has come, or its answer is complete.
    mutating func set(_ id: UInt64, isBusy: Bool) {
        clock += 1
        entries[id]?.isBusy = isBusy
        entries[id]?.idleSince = clock
    }

    mutating func remove(_ id: UInt64) {
        entries[id] = nil
    }

    private func connectionToGive(up matches: (Peer) -> Bool, for newcomer: Peer, places: Int) -> UInt64? {
        var byUser: [UInt32: Int] = [:]
        var byPeer: [Peer: Int] = [:]
        let candidates = entries.filter { matches($0.value.peer) }
        for entry in candidates.values {
            byUser[entry.peer.userID, default: 0] += 1
            byPeer[entry.peer, default: 0] += 1
        }
        func rank(_ entry: Entry) -> (Int, Int, UInt64) {
            (byUser[entry.peer.userID] ?? 0, byPeer[entry.peer] ?? 0, UInt64.max - entry.idleSince)
        }
        let own = byPeer[newcomer] ?? 0
        let idle = candidates.filter { entry in
            !entry.value.isBusy && (entry.value.peer == newcomer || byPeer[entry.value.peer] ?? 0 > own)
        }
        if let victim = idle.max(by: { rank($0.value) < rank($1.value) }) { return victim.key }
        let hogs = candidates.filter { entry in
            entry.value.peer != newcomer && byPeer[entry.value.peer] ?? 0 > max(1, own, places / 4)
        }
        return hogs.max { rank($0.value) < rank($1.value) }?.key
    }
}
