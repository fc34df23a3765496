/// Who is connected, and who has to go when there is no more room.
///
/// Clients are not alike: root, the daemon's own user and members of its group watch the host, others see a part of it.
/// So the first kind always gets in. Some places are kept for it, and when all are taken the newcomer of a higher rank
/// takes the place of one of a lower: of the user who has most connections, an idle one before a busy one, the one that
/// has been so for longest.
///
/// Among equals, a client that opens connections and leaves them idle must not keep others out, nor may it push out a
/// client that has just connected and not yet sent its request. So, when the table or a user's share of it is full, the
/// newcomer takes the place of an idle connection of the user who has most of them, and of that user's process which has
/// most of them, the one idle for longest; but never of a user, or another process of its own user, that has no more than
/// itself. A client with a thousand connections thereby pushes out its own.
///
/// When none is idle, some client may keep all of its connections busy by not reading its answers. That is counted by
/// user, since a user may have any number of processes: one who has more than an equal share of the places loses the
/// connection that has been busy for longest to another user. Between processes of one user, one that has more than a
/// quarter of the places loses its oldest. Otherwise the newcomer is refused.
///
/// Example: 4 places; process 10 has three idle connections, process 11 one. Process 12 connects: the oldest of process
/// 10 is closed. Example: 256 places, all taken by 256 processes of two users who read nothing. Root connects: the
/// connection of theirs that has gone unread for longest is closed.
struct ConnectionTable {
    /// What a client is let see, and so how much it matters; ascending.
    enum Rank: Int, Comparable, CaseIterable {
        /// Refused as soon as it has asked.
        case denied
        /// Sees the host's totals and what is its own.
        case limited
        /// Sees everything.
        case full

        static func < (first: Rank, second: Rank) -> Bool { first.rawValue < second.rawValue }
    }

    struct Peer: Hashable {
        var userID: UInt32
        var processID: Int32
        var rank = Rank.full
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
        /// Grows with each change between busy and idle: the smallest has been what it is for longest.
        var unchangedSince: UInt64
    }

    private let limit: Int
    private let perUserLimit: Int
    /// Places that only those have who see everything.
    private let kept: Int
    private var entries: [UInt64: Entry] = [:]
    private var nextID: UInt64 = 1
    private var clock: UInt64 = 0

    init(limit: Int, perUserLimit: Int, kept: Int = 0) {
        self.limit = limit
        self.perUserLimit = perUserLimit
        self.kept = kept
    }

    var count: Int { entries.count }

    /// A new connection. O(connections).
    ///
    /// - Parameter mayGrow: False where there is no room for another whatever the limit says: one has to go for it.
    mutating func admit(_ peer: Peer, mayGrow: Bool = true) -> Admission {
        let places = mayGrow ? limit : min(limit, entries.count)
        var victim: UInt64?
        if entries.values.count(where: { $0.peer.userID == peer.userID }) >= perUserLimit {
            victim = connectionToGive(up: { $0.userID == peer.userID }, for: peer, places: perUserLimit)
            if victim == nil { return .refused }
        } else if entries.count >= places {
            victim = connectionToGive(up: { $0.rank <= peer.rank }, for: peer, places: places)
            if victim == nil { return .refused }
        } else if peer.rank < .full, entries.values.count(where: { $0.peer.rank < .full }) >= limit - kept {
            victim = connectionToGive(up: { $0.rank <= peer.rank }, for: peer, places: limit - kept)
            if victim == nil { return .refused }
        }
        if let victim { entries[victim] = nil }
        let id = nextID
        nextID += 1
        clock += 1
        entries[id] = Entry(peer: peer, unchangedSince: clock)
        return victim.map { .admittedInsteadOf($0, id: id) } ?? .admitted(id: id)
    }

    /// A request has come, or its answer is complete.
    mutating func set(_ id: UInt64, isBusy: Bool) {
        clock += 1
        entries[id]?.isBusy = isBusy
        entries[id]?.unchangedSince = clock
    }

    mutating func remove(_ id: UInt64) {
        entries[id] = nil
    }

    private func connectionToGive(up matches: (Peer) -> Bool, for newcomer: Peer, places: Int) -> UInt64? {
        let candidates = entries.filter { matches($0.value.peer) }
        let shares = Shares(candidates.values.lazy.map(\.peer), newcomer)
        if let lowest = candidates.values.map(\.peer.rank).min(), lowest < newcomer.rank {
            return candidates.filter { $0.value.peer.rank == lowest }
                .max { shares.worth($0.value) < shares.worth($1.value) }?.key
        }
        let idle = candidates.filter { !$0.value.isBusy && shares.mayTakeIdle(of: $0.value.peer) }
        if let victim = idle.max(by: { shares.worth($0.value) < shares.worth($1.value) }) { return victim.key }
        let hogs = candidates.filter { shares.mayTakeBusy(of: $0.value.peer, places: places) }
        return hogs.max { shares.worth($0.value) < shares.worth($1.value) }?.key
    }

    /// Who has how many connections, seen from a newcomer of the same rank.
    private struct Shares {
        private let newcomer: Peer
        private var byUser: [UInt32: Int] = [:]
        private var byPeer: [Peer: Int] = [:]

        init(_ peers: some Sequence<Peer>, _ newcomer: Peer) {
            self.newcomer = newcomer
            for peer in peers {
                byUser[peer.userID, default: 0] += 1
                byPeer[peer, default: 0] += 1
            }
        }

        /// The most worth closing: of the user with most, idle, of the process with most, unchanged for longest.
        func worth(_ entry: Entry) -> (Int, Int, Int, UInt64) {
            (
                byUser[entry.peer.userID] ?? 0, entry.isBusy ? 0 : 1, byPeer[entry.peer] ?? 0,
                UInt64.max - entry.unchangedSince
            )
        }

        func mayTakeIdle(of peer: Peer) -> Bool {
            guard peer.userID == newcomer.userID else { return has(peer.userID) > has(newcomer.userID) }
            return peer == newcomer || has(peer) > has(newcomer)
        }

        func mayTakeBusy(of peer: Peer, places: Int) -> Bool {
            guard peer.userID == newcomer.userID else {
                let users = byUser.count + (byUser[newcomer.userID] == nil ? 1 : 0)
                // One more than the newcomer: else two users would take the same place from each other in turn.
                return has(peer.userID) > max(has(newcomer.userID) + 1, places / users)
            }
            return peer != newcomer && has(peer) > max(1, has(newcomer), places / 4)
        }

        private func has(_ user: UInt32) -> Int { byUser[user] ?? 0 }
        private func has(_ peer: Peer) -> Int { byPeer[peer] ?? 0 }
    }
}
