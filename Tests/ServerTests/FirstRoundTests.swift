import NIOCore
import Snapshots
import Testing

@testable import Server

@Suite("Before the first round")
struct FirstRoundTests {
    private static let request = "GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n"

    @Test("a request waits for it and is then answered, with what was sent behind it")
    func waits() throws {
        let connection = try EmbeddedConnection(processCount: nil)
        try connection.send(Self.request + "GET /v1/processes/2 HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(try connection.output() == "")
        connection.advance(.seconds(9))
        connection.store.publish(TestServer.snapshot(processCount: 3))
        connection.tell(.firstRound)
        let output = try connection.output()
        #expect(output.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(output.contains("process-2"))
        #expect(!output.contains("503"))
        #expect(connection.isOpen)
    }

    @Test("a request is told so after a while, and the next at once; the connection stays")
    func givesUp() throws {
        let connection = try EmbeddedConnection(processCount: nil)
        try connection.send(Self.request)
        connection.advance(.seconds(10))
        #expect(try connection.output().hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        try connection.send(Self.request)
        #expect(try connection.output().hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(connection.isOpen)
    }

    @Test("health, and the description of all there is, do not wait")
    func needsNone() throws {
        let connection = try EmbeddedConnection(processCount: nil)
        try connection.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n")
        let output = try connection.output()
        #expect(output.contains("\"status\":\"starting\""))
        #expect(output.contains("HTTP/1.1 200 OK\r\n"))
    }

    @Test("a stop does not wait for it")
    func stop() throws {
        let connection = try EmbeddedConnection(processCount: nil)
        try connection.send(Self.request)
        connection.tell(.shouldStop)
        #expect(try connection.output().hasPrefix("HTTP/1.1 503 "))
        #expect(!connection.isOpen)
    }

    @Test("a client of a server that has just begun to listen gets its answer when the round has ended")
    func overSocket() async throws {
        let server = try await TestServer(processCount: nil)
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request)
        server.store.publish(TestServer.snapshot(processCount: 3))
        #expect(try await client.readAnswer().status == 200)
        try await server.stop()
    }
}
