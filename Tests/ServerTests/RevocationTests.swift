import Exposition
import Glibc
import NIOCore
import Testing

@testable import Server

@Suite("When the access rules change")
struct RevocationTests {
    private static let request = "GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n"
    private static let closed = AccessPolicy(ownUserID: 990, groupID: 900, othersMayRead: false)
    private static let opened = AccessPolicy(ownUserID: 990, groupID: 900, othersMayRead: true)

    @Test("an idle connection of somebody who may no longer read is closed")
    func idle() throws {
        let connection = try EmbeddedConnection(viewer: .limited(uid: 1))
        try connection.send(Self.request)
        #expect(try connection.output().hasPrefix("HTTP/1.1 200 OK\r\n"))
        connection.tell(.accessChanged(Self.opened))
        #expect(connection.isOpen)
        connection.tell(.accessChanged(Self.closed))
        #expect(!connection.isOpen)
    }

    @Test("so is one with an answer under way, one whose request has begun, and one that waits for the first round")
    func busy() throws {
        let answering = try EmbeddedConnection(viewer: .limited(uid: 1), peerReads: false)
        try answering.send(Self.request)
        let receiving = try EmbeddedConnection(viewer: .limited(uid: 1))
        try receiving.send("GET /v1/status HTTP/1.1\r\ncontent-length: 5\r\n\r\nab")
        let waiting = try EmbeddedConnection(viewer: .limited(uid: 1), processCount: nil)
        try waiting.send(Self.request)
        for connection in [answering, receiving, waiting] {
            #expect(connection.isOpen)
            connection.tell(.accessChanged(Self.closed))
            #expect(!connection.isOpen)
        }
        #expect(answering.connections.mayAnswer(EmbeddedConnection.peer))
    }

    @Test("a member of the group, root and the daemon's user go on")
    func stays() throws {
        // User 1 is the daemon's own here.
        let connection = try EmbeddedConnection(viewer: .all)
        connection.tell(.accessChanged(AccessPolicy(ownUserID: 1, groupID: nil, othersMayRead: false)))
        #expect(connection.isOpen)
        connection.tell(.accessChanged(Self.opened))
        // It sees less from now on, so it has to connect again.
        #expect(!connection.isOpen)
    }

    @Test("over a socket, kept connections and event streams end, and who comes anew is refused")
    func overSocket() async throws {
        let server = try await TestServer()
        let kept = try await RawClient.connect(server.path)
        try await kept.send(Self.request)
        #expect(try await kept.readAnswer().status == 200)
        let stream = try await RawClient.connect(server.path)
        try await stream.send("GET /v1/events?rounds=true HTTP/1.1\r\nhost: x\r\n\r\n")
        _ = try await stream.read(through: "\r\n\r\n")
        // The tests' own user is somebody else from now on; root always stays.
        server.update(othersMayRead: false, ownUserID: 4_000_000)
        if getuid() != 0 {
            #expect(await kept.readToEnd() == "")
            #expect(await stream.readToEnd() == "")
            let refused = try await RawClient.connect(server.path)
            try await refused.send(Self.request)
            #expect(try await refused.readAnswer().status == 403)
        } else {
            try await kept.send(Self.request)
            #expect(try await kept.readAnswer().status == 200)
        }
        try await server.stop()
    }
}
