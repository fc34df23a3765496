import Testing

@testable import Server

@Suite("The table of connections")
struct ConnectionTableTests {
    private func peer(_ user: UInt32, _ process: Int32) -> ConnectionTable.Peer {
        ConnectionTable.Peer(userID: user, processID: process)
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
}
