import Testing

@testable import Server

@Suite("The table of connections")
struct ConnectionTableTests {
    private func peer(
        _ user: UInt32, _ process: Int32, _ rank: ConnectionTable.Rank = .full
    ) -> ConnectionTable.Peer {
        ConnectionTable.Peer(userID: user, processID: process, rank: rank)
    }

    private func id(_ admission: ConnectionTable.Admission) -> UInt64? {
        switch admission {
        case .admitted(let id), .admittedInsteadOf(_, let id): id
        case .refused: nil
        }
    }

    @Test("admits while there is room")
    func room() {
        var table = ConnectionTable(limit: 2, perUserLimit: 2)
        #expect(table.admit(peer(1, 10)) == .admitted(id: 1))
        #expect(table.admit(peer(1, 10)) == .admitted(id: 2))
        table.remove(1)
        #expect(table.admit(peer(1, 10)) == .admitted(id: 3))
        #expect(table.count == 2)
    }

    @Test("when full, the process with most connections gives one up, the one idle for longest")
    func eviction() {
        var table = ConnectionTable(limit: 4, perUserLimit: 4)
        let few = table.admit(peer(1, 11))
        for _ in 0..<3 { _ = table.admit(peer(1, 10)) }
        #expect(few == .admitted(id: 1))
        #expect(table.admit(peer(1, 12)) == .admittedInsteadOf(2, id: 5))
        // Number 3 was used since, so 4 has been idle for longer.
        table.set(3, isBusy: true)
        table.set(3, isBusy: false)
        #expect(table.admit(peer(1, 10)) == .admittedInsteadOf(4, id: 6))
        #expect(table.count == 4)
    }

    @Test("a thousand connections of one client never push out another's")
    func flood() {
        var table = ConnectionTable(limit: 16, perUserLimit: 12)
        let victim = id(table.admit(peer(2, 20)))
        let sameUser = id(table.admit(peer(1, 11)))
        for _ in 0..<1000 {
            if case .admittedInsteadOf(let gone, _) = table.admit(peer(1, 10)) {
                #expect(gone != victim && gone != sameUser)
            }
            #expect(table.count <= 16)
        }
        #expect(table.admit(peer(3, 30)) != .refused)
    }

    @Test("a client whose connections are all busy does not push out another's idle one")
    func busyFlood() {
        var table = ConnectionTable(limit: 8, perUserLimit: 8)
        for _ in 0..<7 {
            if let id = id(table.admit(peer(1, 10))) { table.set(id, isBusy: true) }
        }
        let victim = id(table.admit(peer(1, 11)))
        #expect(table.admit(peer(1, 10)) == .refused)
        if let victim { table.set(victim, isBusy: true) }
        #expect(table.admit(peer(1, 10)) == .refused)
    }

    @Test("one user has a share only, and is told so when all of it is busy")
    func share() {
        var table = ConnectionTable(limit: 4, perUserLimit: 2)
        for _ in 0..<2 {
            if let id = id(table.admit(peer(1, 10))) { table.set(id, isBusy: true) }
        }
        #expect(table.admit(peer(1, 10)) == .refused)
        #expect(table.admit(peer(2, 20)) == .admitted(id: 3))
    }

    @Test("a process that keeps a large part of the places busy gives one up to another process, not to itself")
    func hog() {
        var table = ConnectionTable(limit: 8, perUserLimit: 6)
        for _ in 0..<6 {
            if let id = id(table.admit(peer(1, 10))) { table.set(id, isBusy: true) }
        }
        #expect(table.admit(peer(1, 10)) == .refused)
        #expect(table.admit(peer(1, 11)) == .admittedInsteadOf(1, id: 7))
        for process in [20, 21] as [Int32] {
            if let id = id(table.admit(peer(2, process))) { table.set(id, isBusy: true) }
        }
        table.set(7, isBusy: true)
        #expect(table.admit(peer(3, 30)) == .admittedInsteadOf(2, id: 10))
    }

    @Test("busy connections stay, and when all are busy newcomers are refused")
    func busy() {
        var table = ConnectionTable(limit: 2, perUserLimit: 2)
        _ = table.admit(peer(1, 10))
        _ = table.admit(peer(2, 20))
        table.set(1, isBusy: true)
        #expect(table.admit(peer(3, 30)) == .admittedInsteadOf(2, id: 3))
        table.set(3, isBusy: true)
        #expect(table.admit(peer(4, 40)) == .refused)
    }

    @Test("two users with one unread answer for each of their processes do not keep root out")
    func lockOut() {
        var table = ConnectionTable(limit: 64, perUserLimit: 48, kept: 8)
        var pid: Int32 = 100
        func flood() {
            for user in [1000, 1001] as [UInt32] {
                for _ in 0..<48 {
                    pid += 1
                    if let id = id(table.admit(peer(user, pid, .limited))) { table.set(id, isBusy: true) }
                }
            }
        }
        flood()
        // Eight places are nobody's but root's.
        #expect(table.count == 56)
        for number in 1...20 {
            let admission = table.admit(peer(0, Int32(number)))
            #expect(admission != .refused)
            if let id = id(admission) { table.set(id, isBusy: true) }
            flood()
        }
        #expect(table.count == 64)
    }

    @Test("when all is full, a limited user with most connections makes room, the one unread for longest")
    func lowerRankFirst() {
        var table = ConnectionTable(limit: 6, perUserLimit: 6)
        _ = table.admit(peer(0, 1))
        for process in 2...4 as ClosedRange<Int32> { _ = table.admit(peer(1000, process, .limited)) }
        for process in 5...6 as ClosedRange<Int32> { _ = table.admit(peer(1001, process, .limited)) }
        for id in [3, 2, 4] as [UInt64] { table.set(id, isBusy: true) }
        // Connection 3 has been busy for longest, and root's own idle one is older than all.
        #expect(table.admit(peer(7, 7)) == .admittedInsteadOf(3, id: 7))
        // An idle one of the user goes before a busy one.
        table.remove(6)
        _ = table.admit(peer(0, 9))
        table.set(4, isBusy: false)
        #expect(table.admit(peer(7, 8)) == .admittedInsteadOf(4, id: 9))
    }

    @Test("who is refused anyway makes room first; who is limited never takes a place of those who are not")
    func ranks() {
        var table = ConnectionTable(limit: 3, perUserLimit: 3)
        _ = table.admit(peer(0, 1))
        _ = table.admit(peer(1000, 2, .limited))
        _ = table.admit(peer(1001, 3, .denied))
        #expect(table.admit(peer(1000, 4, .limited)) == .admittedInsteadOf(3, id: 4))
        _ = table.admit(peer(0, 5))
        _ = table.admit(peer(0, 6))
        #expect(table.admit(peer(1002, 7, .limited)) == .refused)
        #expect(table.admit(peer(1002, 7, .denied)) == .refused)
    }

    @Test("a user with more than an equal share in busy connections gives one up, however many processes it has")
    func hogByUser() {
        var table = ConnectionTable(limit: 8, perUserLimit: 6)
        for process in 1...6 as ClosedRange<Int32> {
            if let id = id(table.admit(peer(1000, process))) { table.set(id, isBusy: true) }
        }
        for process in 7...8 as ClosedRange<Int32> {
            if let id = id(table.admit(peer(1001, process))) { table.set(id, isBusy: true) }
        }
        #expect(table.admit(peer(1002, 9)) == .admittedInsteadOf(1, id: 9))
        // Users with as many as each other do not take the same place in turn.
        table.set(9, isBusy: true)
        #expect(table.admit(peer(1001, 10)) == .admittedInsteadOf(2, id: 10))
        table.set(10, isBusy: true)
        #expect(table.admit(peer(1002, 11)) == .admittedInsteadOf(3, id: 11))
        table.set(11, isBusy: true)
        #expect(table.admit(peer(1002, 12)) == .refused)
    }

    @Test("where there are no descriptors for another, one has to go whatever the limit")
    func mayNotGrow() {
        var table = ConnectionTable(limit: 8, perUserLimit: 8)
        #expect(table.admit(peer(1, 1), mayGrow: false) == .refused)
        _ = table.admit(peer(1, 1))
        _ = table.admit(peer(2, 2, .limited))
        #expect(table.admit(peer(3, 3), mayGrow: false) == .admittedInsteadOf(2, id: 3))
        #expect(table.count == 2)
    }
}
