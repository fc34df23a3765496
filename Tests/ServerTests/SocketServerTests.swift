import LinuxSystem
import Logging
import NIOCore
import Server
import Snapshots
import Testing

@Suite("Over a real socket")
struct SocketServerTests {
    private static func request(_ target: String, method: String = "GET", _ more: String = "") -> String {
        "\(method) \(target) HTTP/1.1\r\nhost: localhost\r\n\(more)\r\n"
    }

    @Test("a connection is kept for several requests, of both methods")
    func keepAlive() async throws {
        let server = try await TestServer()
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/v1/status"))
        let first = try await client.readAnswer()
        #expect(first.status == 200)
        #expect(first.headers["content-type"] == "application/json")
        #expect(first.headers["numawatch-api"] == "1")
        #expect(first.body.hasPrefix("{\"sequence\":1,") && first.body.hasSuffix("}\n"))
        try await client.send(Self.request("/v1/status", method: "HEAD"))
        let head = try await client.readAnswer(hasBody: false)
        #expect(head.status == 200)
        #expect(head.headers["content-length"] == String(first.body.utf8.count))
        try await client.send(Self.request("/v1/nowhere"))
        #expect(try await client.readAnswer().status == 404)
        try await client.send(Self.request("/v1/status", method: "DELETE"))
        let wrong = try await client.readAnswer()
        #expect(wrong.status == 405)
        #expect(wrong.headers["allow"] == "GET, HEAD")
        try await client.send(Self.request("/metrics", "accept: application/openmetrics-text\r\nconnection: close\r\n"))
        let text = await client.readToEnd()
        #expect(text.hasSuffix("# EOF\n"))
        #expect(text.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
        try await server.stop()
    }

    @Test("a document that has to be waited for is answered whole, and others are answered meanwhile")
    func later() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (found, find) = AsyncStream.makeStream(of: [SourceStatus].self)
        let server = try await TestServer(presentSources: {
            ask.yield()
            return await found.first { _ in true }
        })
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/v1/sources") + Self.request("/healthz"))
        for await _ in asked { break }
        let other = try await RawClient.connect(server.path)
        try await other.send(Self.request("/v1/status"))
        #expect(try await other.readAnswer().status == 200)
        find.yield([SourceStatus(name: "a", path: "/a", state: .readable, purpose: "p", lostWithout: "l")])
        let answer = try await client.readAnswer()
        #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
        #expect(answer.headers["content-length"] == String(answer.body.utf8.count))
        #expect(answer.body.contains("\"source\":\"a\"") && answer.body.hasSuffix("]}\n"))
        // The connection goes on behind it.
        #expect(try await client.readAnswer().body.contains("\"status\":\"ok\""))
        await client.close()
        await other.close()
        try await server.stop()
    }

    @Test("HTTP/1.0 gets its answer and the end, or is kept if it asks")
    func http10() async throws {
        let server = try await TestServer()
        let client = try await RawClient.connect(server.path)
        try await client.send("GET /healthz HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
        #expect(try await client.readAnswer().headers["connection"] == "keep-alive")
        try await client.send("GET /healthz HTTP/1.0\r\n\r\n")
        let text = await client.readToEnd()
        #expect(text.hasPrefix("HTTP/1.0 200 OK\r\n"))
        #expect(text.contains("\"status\":\"ok\""))
        try await server.stop()
    }

    @Test("hundreds of requests sent at once are answered in order")
    func pipelining() async throws {
        let server = try await TestServer(processCount: 500)
        let client = try await RawClient.connect(server.path)
        try await client.send((1...500).map { Self.request("/v1/processes/\($0)") }.joined())
        for pid in 1...500 {
            let answer = try await client.readAnswer()
            #expect(answer.status == 200 && answer.body.contains("\"pid\":\(pid),"))
        }
        await client.close()
        try await server.stop()
    }

    @Test("a client that has finished sending still gets a long answer")
    func halfClose() async throws {
        let server = try await TestServer(processCount: 3000)
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/v1/processes"))
        try await client.finishSending()
        let text = await client.readToEnd()
        #expect(text.hasSuffix("]}\n"))
        #expect(text.contains("process-3000"))
        try await server.stop()
    }

    @Test("curl reads it", .enabled(if: TestServer.curl != nil, "curl is not here"))
    func curl() async throws {
        let server = try await TestServer(processCount: 3000)
        let status = try await server.curl("--fail", "http://localhost/v1/status")
        #expect(status.status == 0)
        #expect(status.output.contains("\"version\":\"test\""))
        let processes = try await server.curl("--fail", "http://localhost/v1/processes?limit=2&sort=pid")
        #expect(processes.output.contains("\"matched_count\":3000,\"listed_count\":2,"))
        let missing = try await server.curl("--fail", "http://localhost/v1/nowhere")
        #expect(missing.status == 22)
        try await server.stop()
    }

    @Test("one client's 1,000 connections do not keep another from being answered")
    func thousandConnections() async throws {
        let server = try await TestServer()
        var idle: [RawClient] = []
        for number in 1...1000 {
            let client = try await RawClient.connect(server.path)
            // Some have begun a request and never finish it.
            if number % 2 == 0 { try? await client.send("GET /v1/sta") }
            idle.append(client)
            guard number % 250 == 0 else { continue }
            let other = try await RawClient.connect(server.path)
            try await other.send(Self.request("/healthz"))
            #expect(try await other.readAnswer().status == 200)
            await other.close()
            if TestServer.curl != nil {
                #expect(try await server.curl("--fail", "http://localhost/healthz").status == 0)
            }
        }
        for client in idle { await client.close() }
        try await server.stop()
    }

    @Test("clients that never read do not keep others from being answered")
    func neverReading() async throws {
        let server = try await TestServer(processCount: 5000)
        var stuck: [RawClient] = []
        for _ in 0..<10 {
            let client = try await RawClient.connect(server.path, reads: false)
            try await client.send(String(repeating: Self.request("/v1/processes"), count: 20))
            stuck.append(client)
        }
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/v1/status"))
        #expect(try await client.readAnswer().status == 200)
        for client in stuck { await client.close() }
        try await server.stop()
    }

    @Test("answers that wait to be read have a bound for all clients together")
    func waitingBound() async throws {
        var limits = ServerLimits()
        limits.waitingBytes = 1 << 20
        let server = try await TestServer(limits: limits, processCount: 5000)
        let stuck = try await RawClient.connect(server.path, reads: false)
        try await stuck.send(Self.request("/v1/processes"))
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/v1/processes"))
        let busy = try await client.readAnswer()
        #expect(busy.status == 503)
        #expect(busy.headers["retry-after"] == "1")
        try await stuck.startReading()
        #expect(try await stuck.readAnswer().body.contains("process-5000"))
        try await client.send(Self.request("/v1/processes"))
        #expect(try await client.readAnswer().status == 200)
        try await server.stop()
    }

    @Test("too many connections that are all busy: the next is told so")
    func full() async throws {
        var limits = ServerLimits(connections: 4)
        limits.streams = 4
        limits.streamsPerProcess = 4
        let server = try await TestServer(limits: limits)
        var streams: [RawClient] = []
        for _ in 0..<3 {
            let client = try await RawClient.connect(server.path)
            try await client.send(Self.request("/v1/events"))
            _ = try await client.read(through: "\r\n\r\n")
            streams.append(client)
        }
        let refused = try await RawClient.connect(server.path)
        let text = await refused.readToEnd()
        #expect(text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(text.contains("\"remedy\""))
        for client in streams { await client.close() }
        try await server.stop()
    }

    // MARK: Events

    @Test("events come as they happen, and the stream ends properly when the server stops")
    func events() async throws {
        let server = try await TestServer()
        server.log.post(kind: "earlier", message: "m", wallClockNanoseconds: 0)
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/v1/events?after=0"))
        let head = try await client.read(through: "\r\n\r\n")
        #expect(head.contains("transfer-encoding: chunked\r\n"))
        #expect(head.contains("content-type: application/x-ndjson\r\n"))
        #expect(try await client.read(through: "}\n").contains("\"kind\":\"earlier\""))
        server.log.post(kind: "later", message: "m", wallClockNanoseconds: 0)
        #expect(try await client.read(through: "}\n").contains("\"kind\":\"later\""))
        server.beginStopping()
        #expect(await client.readToEnd().hasSuffix("0\r\n\r\n"))
        try await server.stop()
    }

    @Test("only so many follow the events, and a place is free again when one leaves")
    func streamPlaces() async throws {
        var limits = ServerLimits()
        limits.streamsPerProcess = 1
        let server = try await TestServer(limits: limits)
        let first = try await RawClient.connect(server.path)
        try await first.send(Self.request("/v1/events?rounds=true"))
        _ = try await first.read(through: "\r\n\r\n")
        let second = try await RawClient.connect(server.path)
        try await second.send(Self.request("/v1/events"))
        #expect(try await second.readAnswer().status == 503)
        await first.close()
        var status = 503
        // The server learns of the end by itself; until then the answer is the same.
        while status == 503 {
            try await second.send(Self.request("/v1/events?after=0&follow=false", "connection: keep-alive\r\n"))
            let head = try await second.read(through: "\r\n\r\n")
            status = head.hasPrefix("HTTP/1.1 200") ? 200 : 503
            if status == 503 { _ = try await second.read(through: "}\n") }
        }
        #expect(try await second.read(through: "0\r\n\r\n") == "0\r\n\r\n")
        try await server.stop()
    }

    // MARK: Sockets and stopping

    @Test("a listening socket that was passed is served, and its file is left")
    func passedSocket() async throws {
        let server = try await TestServer(socket: { path in
            .passed(descriptor: try UnixListener(path: path).releaseDescriptor())
        })
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/healthz", "connection: close\r\n"))
        #expect(await client.readToEnd().hasPrefix("HTTP/1.1 200 OK\r\n"))
        server.beginStopping()
        let path = server.path
        #expect(TestServer.fileExists(path))
        try await server.stop()
    }

    @Test("a stale socket is replaced, and ours is gone after the stop")
    func staleSocket() async throws {
        let server = try await TestServer(prepare: { path in
            // Bound, then closed without removing the file, as by a process that died.
            let listener = try UnixListener(path: path)
            _ = consume listener
        })
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/healthz"))
        #expect(try await client.readAnswer().status == 200)
        let path = server.path
        try await server.stop()
        #expect(!TestServer.fileExists(path))
    }

    @Test("a socket that answers, and a file that is none, are left alone")
    func foreignFiles() async throws {
        let server = try await TestServer()
        let path = server.path
        await #expect(throws: SystemFailure.self) {
            _ = try await TestServer(socket: { _ in .path(path, mode: 0o600, groupID: nil) })
        }
        let client = try await RawClient.connect(path)
        try await client.send(Self.request("/healthz"))
        #expect(try await client.readAnswer().status == 200)
        try await server.stop()
        await #expect(throws: SystemFailure.self) {
            _ = try await TestServer(prepare: TestServer.createFile)
        }
    }

    @Test("answers under way are finished when the server stops")
    func gracefulStop() async throws {
        let server = try await TestServer(processCount: 5000)
        let client = try await RawClient.connect(server.path, reads: false)
        try await client.send(Self.request("/v1/processes"))
        // An answer to somebody else: the first request was taken before.
        let other = try await RawClient.connect(server.path)
        try await other.send(Self.request("/healthz"))
        _ = try await other.readAnswer()
        server.beginStopping()
        try await client.startReading()
        #expect(await client.readToEnd().hasSuffix("]}\n"))
        #expect(await other.readToEnd() == "")
        try await server.stop()
    }

    @Test("a client that never reads does not hold up the stop")
    func boundedStop() async throws {
        var limits = ServerLimits()
        limits.shutdownTimeout = .milliseconds(50)
        let server = try await TestServer(limits: limits, processCount: 5000)
        let client = try await RawClient.connect(server.path, reads: false)
        try await client.send(Self.request("/v1/processes"))
        try await server.stop()
        #expect(!TestServer.fileExists(server.path))
        // What was on its way comes, and then the end: the answer was cut off. A channel that has seen the end reads no more.
        try? await client.startReading()
        let text = await client.readToEnd()
        #expect(!text.hasSuffix("]}\n"))
        await client.close()
    }

    // MARK: Files that go

    /// A log that a test reads.
    private final class Lines: Sendable {
        private let stream: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() {
            (stream, continuation) = AsyncStream.makeStream(of: String.self)
        }

        var logger: Logger {
            let continuation = continuation
            return Logger(label: "test") { _ in Handler(continuation: continuation) }
        }

        /// The next lines that are warnings or worse.
        func next(_ count: Int = 1) async -> [String] {
            var lines: [String] = []
            for await line in stream {
                lines.append(line)
                if lines.count == count { break }
            }
            return lines
        }

        private struct Handler: LogHandler {
            let continuation: AsyncStream<String>.Continuation
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.warning
            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }
            func log(event: LogEvent) { continuation.yield("\(event.message)") }
        }
    }

    private static var watchful: ServerLimits {
        var limits = ServerLimits()
        limits.fileCheckInterval = .milliseconds(5)
        return limits
    }

    @Test("a socket that was removed is bound anew and answers; who was connected stays")
    func removedSocket() async throws {
        let lines = Lines()
        let server = try await TestServer(limits: Self.watchful, logger: lines.logger)
        let kept = try await RawClient.connect(server.path)
        try await kept.send(Self.request("/healthz"))
        #expect(try await kept.readAnswer().status == 200)
        for _ in 0..<2 {
            TestServer.remove(server.path)
            #expect(await lines.next().first?.contains("is bound anew") == true)
            let client = try await RawClient.connect(server.path)
            try await client.send(Self.request("/healthz"))
            #expect(try await client.readAnswer().status == 200)
        }
        try await kept.send(Self.request("/healthz"))
        #expect(try await kept.readAnswer().status == 200)
        let path = server.path
        try await server.stop()
        #expect(!TestServer.fileExists(path))
    }

    @Test("a file in its place is left alone and told of once, and the socket is bound anew when it is gone")
    func replacedSocket() async throws {
        let lines = Lines()
        let server = try await TestServer(limits: Self.watchful, logger: lines.logger)
        TestServer.replace(server.path)
        #expect(await lines.next().first?.contains("cannot be bound anew") == true)
        #expect(TestServer.fileExists(server.path))
        TestServer.remove(server.path)
        // The next line there is: the complaint was not repeated.
        #expect(await lines.next().first?.contains("is bound anew") == true)
        let client = try await RawClient.connect(server.path)
        try await client.send(Self.request("/healthz"))
        #expect(try await client.readAnswer().status == 200)
        try await server.stop()
    }

    @Test("of a socket that was passed it is said once, with the remedy, that its file is gone")
    func removedPassedSocket() async throws {
        let lines = Lines()
        let server = try await TestServer(
            limits: Self.watchful,
            socket: { .passed(descriptor: try UnixListener(path: $0).releaseDescriptor()) }, logger: lines.logger)
        TestServer.remove(server.path)
        #expect(await lines.next().first?.contains("systemctl restart numawatch.socket") == true)
        #expect(!TestServer.fileExists(server.path))
        try await server.stop()
    }
}
