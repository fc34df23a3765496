import ArgumentParser
import Testing

@testable import Commands

/// The time limits here are those of the requests: short where one is to run out, long where none may.
@Suite("Asking the daemon", .timeLimit(.minutes(1)))
struct DaemonClientTests {
    private static let refusal = #"{"error":{"status":503,"message":"No round yet.","remedy":"Ask again."}}"#

    private func failure(_ steps: [ScriptedDaemon.Step], timeout: Duration = .seconds(30)) async throws
        -> CommandFailure?
    {
        let daemon = try await ScriptedDaemon(steps)
        let client = DaemonClient(socketPath: daemon.path, timeout: timeout)
        return await #expect(throws: CommandFailure.self) { try await client.get("/v1/status") }
    }

    @Test(
        "a daemon that stands still is given up when the time is over, with what to do",
        arguments: [
            ScriptedDaemon.Step.silence, .bytes("HTTP/1.1 200 OK\r\n"),
            .bytes("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
        ])
    func standstill(_ step: ScriptedDaemon.Step) async throws {
        let failure = try await failure([step], timeout: .milliseconds(300))
        #expect(failure?.status == .unavailable)
        #expect(failure?.message == "The daemon did not answer /v1/status within 0.3 s.")
        #expect(failure?.remedy?.contains("--timeout") == true && failure?.remedy?.contains("systemctl") == true)
    }

    @Test(
        "a connection that ends early, or speaks another language, is told in words",
        arguments: [
            ScriptedDaemon.Step.cut, .last(""), .last("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
            .last("220 mail.example ESMTP\r\n"), .last("HTTP/1.1 200"),
        ])
    func early(_ step: ScriptedDaemon.Step) async throws {
        let failure = try await failure([step])
        #expect(failure?.status == .unavailable)
        #expect(failure?.message.hasPrefix("The daemon closed the connection before its answer to /v1/status") == true)
        #expect(failure?.message.contains("descriptor") == false)
        #expect(failure?.remedy != nil)
    }

    @Test("documents of another version are not read, with what to do", arguments: ["2", "0", "1.1", "\u{1b}[31m"])
    func otherVersion(_ version: String) async throws {
        let failure = try await failure([
            .last("HTTP/1.1 200 OK\r\nnumawatch-api: \(version)\r\ncontent-length: 2\r\n\r\n{}")
        ])
        #expect(failure?.status == .unavailable)
        #expect(failure?.description.contains("\u{1b}") == false)
        if version != "\u{1b}[31m" {
            #expect(failure?.message.hasPrefix("The daemon's documents have version \(version), ") == true)
            #expect(failure?.remedy?.contains("same version") == true)
        }
    }

    @Test("an answer that names the version it reads, or none, is read", arguments: ["numawatch-api: 1\r\n", ""])
    func sameVersion(_ header: String) async throws {
        let daemon = try await ScriptedDaemon([.last("HTTP/1.1 200 OK\r\n\(header)content-length: 2\r\n\r\n{}")])
        let client = DaemonClient(socketPath: daemon.path, timeout: .seconds(30))
        #expect(try await client.get("/v1/status") == Array("{}".utf8))
    }

    @Test("a daemon that says “not yet” is asked again until it has an answer")
    func notYet() async throws {
        let daemon = try await ScriptedDaemon([
            .answer("503 Service Unavailable", Self.refusal), .answer("503 Service Unavailable", "busy"),
            .answer("200 OK", "{}"),
        ])
        let client = DaemonClient(socketPath: daemon.path, timeout: .seconds(30))
        #expect(try await client.get("/v1/status") == Array("{}".utf8))
        #expect(daemon.requestCount == 3)
        var lines: [String] = []
        let stream = try await ScriptedDaemon([
            .answer("503 Service Unavailable", Self.refusal), .answer("200 OK", "a\nb\n"),
        ])
        try await DaemonClient(socketPath: stream.path, timeout: .seconds(30)).lines("/v1/events") {
            lines.append(String(decoding: $0, as: UTF8.self))
        }
        #expect(lines == ["a", "b"])
    }

    @Test("its own words are passed on where it says “not yet” until the time is over")
    func neverReady() async throws {
        let failure = try await failure(
            [.answer("503 Service Unavailable", Self.refusal)], timeout: .seconds(5))
        #expect(failure == CommandFailure(.unavailable, "No round yet.", remedy: "Ask again."))
    }

    @Test("any other refusal is final")
    func refusal() async throws {
        let daemon = try await ScriptedDaemon([.answer("404 Not Found", Self.refusal), .answer("200 OK", "{}")])
        let client = DaemonClient(socketPath: daemon.path)
        let failure = await #expect(throws: CommandFailure.self) { try await client.get("/v1/status") }
        #expect(failure?.status == .negative)
        #expect(daemon.requestCount == 1)
    }

    @Test("a stream has the time to begin, and then as long as it likes")
    func stream() async throws {
        struct Enough: Error {}
        let daemon = try await ScriptedDaemon([
            .bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\none\n\r\n")
        ])
        let client = DaemonClient(socketPath: daemon.path, timeout: .seconds(30))
        await #expect(throws: Enough.self) {
            try await client.lines("/v1/events") { line in
                #expect(line == Array("one".utf8))
                throw Enough()
            }
        }
        let silent = try await ScriptedDaemon([.silence])
        let failure = await #expect(throws: CommandFailure.self) {
            try await DaemonClient(socketPath: silent.path, timeout: .milliseconds(200)).lines("/v1/events") { _ in }
        }
        #expect(failure?.message.contains("within 0.2 s") == true)
    }

    @Test("a socket that is missing, or that nobody listens on, is told at once")
    func absent() async throws {
        let gone = try await ScriptedDaemon([.silence]).path
        let failure = await #expect(throws: CommandFailure.self) {
            try await DaemonClient(socketPath: gone).get("/v1/status")
        }
        #expect(failure?.status == .unavailable)
        #expect(failure?.message.contains("not running") == true)
    }

    @Test("only sensible time limits are taken", arguments: ["0", "-1", "nan", "inf", "1e9", "x"])
    func timeouts(_ text: String) {
        #expect(throws: (any Error).self) { try NumawatchCommand.parseAsRoot(["status", "--timeout=\(text)"]) }
    }
}
