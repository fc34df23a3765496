import FixtureSupport
import NIOCore
import Testing

@testable import Server

@Suite("What is not a proper request")
struct MalformedRequestTests {
    @Test(
        "is answered with the right status in JSON, then closed",
        arguments: [
            ("\r\n\r\nhello\r\n\r\n", 400),
            ("GET\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\n: empty\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
            ("\u{16}\u{3}\u{1}\u{0}\u{5}", 400),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
            ("GET / HTTP/9.9\r\n\r\n", 505),
            ("GET /" + String(repeating: "a", count: 5000) + " HTTP/1.1\r\n\r\n", 414),
            ("GET /" + String(repeating: "a", count: 9000), 431),
            ("GET / HTTP/1.1\r\nx: " + String(repeating: "a", count: 9000), 431),
            ("GET / HTTP/1.1\r\n" + String(repeating: "x: a\r\n", count: 65), 431),
            ("GET / HTTP/1.1\r\n" + String(repeating: "x: \(String(repeating: "a", count: 4000))\r\n", count: 5), 431),
            ("GET / HTTP/1.1\r\ncontent-length: 5000\r\n\r\n", 413),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1400\r\n" + String(repeating: "a", count: 5120), 413),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        ])
    func malformed(text: String, status: Int) throws {
        let connection = try EmbeddedConnection()
        try connection.send(text)
        let output = try connection.output()
        #expect(output.hasPrefix("HTTP/1.1 \(status) ") || output.hasPrefix("HTTP/1.0 \(status) "), "\(output)")
        #expect(output.contains("\"error\":{\"status\":\(status)"))
        #expect(output.contains("connection: close\r\n"))
        #expect(!connection.isOpen)
    }

    @Test(
        "a target may name the host, as clients of a proxy do",
        arguments: [
            ("http://localhost/healthz", "/healthz"), ("HTTP://a:80/v1/status?x=1", "/v1/status?x=1"),
            ("http://a", "/"),
            ("http://a?x=1", "/?x=1"), ("/http://a", "/http://a"), ("*", "*"), ("http:/", "http:/"),
        ])
    func absoluteForm(target: String, origin: String) {
        #expect(HTTPConnectionHandler.originForm(target) == origin)
    }

    @Test("is answered on a kept connection, too, after the good ones before")
    func afterGood() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n\u{1}\u{2}\r\n\r\n")
        let output = try connection.output()
        #expect(output.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(output.contains("HTTP/1.1 400 Bad Request\r\n"))
        #expect(!connection.isOpen)
    }

    @Test("random bytes are answered, waited for, or closed, never a crash", arguments: 0..<200)
    func randomBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let connection = try EmbeddedConnection()
        let pieces = [
            "GET ", "/v1/status", " HTTP/1.1\r\n", "\r\n", "a: b\r\n", "content-length: 3\r\n", "?", "%", "HEAD ",
        ]
        for _ in 0..<20 where connection.isOpen {
            if generator.next() % 2 == 0 {
                try connection.send(pieces[Int(generator.next() % UInt64(pieces.count))])
            } else {
                let bytes = (0..<generator.next() % 40).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                try connection.send(bytes: bytes)
            }
        }
        connection.advance(.seconds(200))
        #expect(!connection.isOpen)
    }

    @Test("a request cut off at any byte is waited for, then sent away", arguments: 0..<48)
    func truncated(length: Int) throws {
        let connection = try EmbeddedConnection()
        let request = Array("GET /v1/status?x=%20 HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8)
        try connection.send(bytes: Array(request.prefix(length)))
        #expect(try connection.output() == "")
        #expect(connection.isOpen)
        connection.advance(.seconds(10))
        #expect(!connection.isOpen)
    }

    /// A small generator with known values for a seed.

}
