import NIOCore
import Testing

@testable import Server

@Suite("A connection's time")
struct ConnectionTimeTests {
    private static let request = "GET /v1/processes HTTP/1.1\r\nhost: x\r\n\r\n"

    @Test("a request whose head does not end in time gets 408, however it trickles in")
    func neverFinishes() throws {
        let connection = try EmbeddedConnection()
        let text = Array("GET /v1/status HTTP/1.1\r\nhost: aaaaaaaaaaaaaaaa".utf8)
        for second in 0..<10 {
            #expect(connection.isOpen)
            try connection.send(bytes: [text[second]])
            connection.advance(.seconds(1))
        }
        #expect(try connection.output().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(!connection.isOpen)
    }

    @Test("a client that connects and says nothing is sent away")
    func saysNothing() throws {
        let connection = try EmbeddedConnection()
        connection.advance(.milliseconds(9_999))
        #expect(connection.isOpen)
        connection.advance(.milliseconds(1))
        #expect(!connection.isOpen)
    }

    @Test("a request whose body does not come gets 408")
    func bodyMissing() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /v1/status HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
        connection.advance(.seconds(9))
        #expect(connection.isOpen)
        connection.advance(.seconds(1))
        #expect(try connection.output().hasPrefix("HTTP/1.1 408 "))
        #expect(!connection.isOpen)
    }

    @Test("between requests there is more time, and its end is silent")
    func idle() throws {
        let connection = try EmbeddedConnection()
        try connection.send(Self.request)
        #expect(try connection.output().hasPrefix("HTTP/1.1 200 OK\r\n"))
        connection.advance(.seconds(74))
        try connection.send(Self.request)
        #expect(try connection.output().hasPrefix("HTTP/1.1 200 OK\r\n"))
        connection.advance(.seconds(75))
        #expect(try connection.output() == "")
        #expect(!connection.isOpen)
    }

    @Test("a client that does not take its answer is closed, and its room is free again", arguments: [1, 5000])
    func neverReads(processCount: Int) throws {
        var limits = ServerLimits()
        limits.waitingBytes = 4
        let connection = try EmbeddedConnection(limits: limits, processCount: processCount, peerReads: false)
        try connection.send(Self.request)
        connection.advance(.seconds(9))
        #expect(connection.isOpen)
        #expect(!connection.connections.mayAnswer(EmbeddedConnection.peer))
        connection.advance(.seconds(1))
        #expect(!connection.isOpen)
        #expect(connection.connections.mayAnswer(EmbeddedConnection.peer))
    }

    @Test("a client that is told there is no room is told so once a second, however much it has sent ahead")
    func rest() throws {
        var limits = ServerLimits()
        limits.waitingBytes = 8
        let connection = try EmbeddedConnection(limits: limits, processCount: 5000)
        let other = ConnectionTable.Peer(userID: 7, processID: 7)
        #expect(connection.connections.reserve(8, for: other))
        try connection.send(String(repeating: Self.request, count: 6))
        #expect(try connection.output().hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(connection.statistics.answerCount == 1)
        connection.advance(.seconds(1))
        #expect(connection.statistics.answerCount == 2)
        connection.connections.release(8, of: other)
        connection.advance(.seconds(1))
        #expect(connection.statistics.answerCount == 6)
    }

    @Test("the next request waits until the answer before was taken")
    func backPressure() throws {
        let connection = try EmbeddedConnection(peerReads: false)
        for _ in 0..<100 { try connection.send(Self.request) }
        #expect(connection.statistics.answerCount == 1)
    }
}
