import Foundation
import Testing

/// An attack on a daemon, or another program that is read line by line. It ends with the test, or when it is told to.
private final class Attack {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread: [UInt8] = []

    init(_ words: String..., program: String = Attack.program) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    static var program: String { "\(RunningDaemon.directory)/numawatch-attack" }

    /// The next line it prints; nil at its end.
    func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { return nil }
            unread += data
        }
    }

    func goOn() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

    /// Lets it end, and waits for that.
    func end() throws {
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

/// A daemon that lets other users in.
private struct OpenDaemon {
    let daemon: RunningDaemon
    let socket: String
    let configuration: String
    private let directory: TemporaryDirectory

    static let settings = """
        [Sampling]
        HostInterval=500ms
        LedgerInterval=500ms
        CPULimit=100%
        [Server]
        SocketMode=0666

        """

    init(by command: [String] = []) throws {
        directory = try TemporaryDirectory()
        socket = "\(directory.path)/s"
        configuration = "\(directory.path)/a.conf"
        try directory.write("a.conf", Self.settings + "Socket=\(socket)\nOthersMayRead=yes\n")
        daemon = try RunningDaemon(["--config", configuration], by: command)
        #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
    }

    /// Lets nobody in any more who is neither root nor in the group.
    func revoke() throws {
        try directory.write("a.conf", Self.settings + "Socket=\(socket)\nOthersMayRead=no\n")
        daemon.signal(SIGHUP)
    }

    /// What a user is answered; empty when refused.
    func get(_ target: String, as user: UInt32 = 0) throws -> String {
        let result = try Command(Attack.program, ["get", socket, target, String(user)])
        return result.status == 0 ? result.output : ""
    }

    /// How many of so many requests of root are answered.
    func answered(_ target: String, of count: Int) throws -> Int? {
        let result = try Command(Attack.program, ["ask", socket, target, String(count), "0"])
        return Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// `RssAnon:` of `/proc/PID/status`, MiB.
    func anonymousMebibytes() throws -> Int {
        let status = try text(of: "/proc/\(daemon.process.processIdentifier)/status")
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) >> 10
    }

    /// Follows the rounds: a line for each.
    func rounds() throws -> Attack {
        try Attack(
            "--silent", "--no-buffer", "--unix-socket", socket, "http://numawatch/v1/events?rounds=true",
            program: try #require(Command.path(of: "curl")))
    }

    /// Waits for the end of so many rounds.
    func wait(forRounds count: Int) throws {
        let rounds = try rounds()
        for _ in 0..<count { #expect(rounds.line() != nil) }
    }

    func stop() {
        daemon.signal(SIGTERM)
        #expect(daemon.waitFor("Stopped"), "\(daemon.lines)")
        #expect(daemon.end() == 0)
    }
}

/// What users of the host can do to the daemon without a privilege, and what it must not come to.
@Suite("Attacks", .serialized, .timeLimit(.minutes(5)))
struct AttackTests {
    private static let isRoot = getuid() == 0
    private static let needsRoot: Comment = "other users' processes can be made by root only"
    /// Users nobody is on a test machine.
    private static let (mallory, oscar): (UInt32, UInt32) = (62_003, 62_004)

    @Test("a storm of unread requests does not stay in memory, and root is answered", .enabled(if: isRoot, needsRoot))
    func bloat() throws {
        let open = try OpenDaemon()
        try open.wait(forRounds: 3)
        for _ in 0..<3 {
            let storm = try Command(Attack.program, ["bloat", open.socket, "190", String(Self.mallory)])
            #expect(storm.status == 0, "\(storm.output)")
            // Not all of a storm is over at its end: what is left of it must be bounded, too.
            #expect(try open.anonymousMebibytes() <= 64)
            #expect(try open.answered("/v1/status", of: 20) == 20)
        }
        var after = try open.anonymousMebibytes()
        for _ in 0..<20 where after > 32 {
            try open.wait(forRounds: 2)
            after = try open.anonymousMebibytes()
        }
        #expect(after <= 32)
        open.stop()
    }

    @Test("two users with a connection for each of 256 processes do not keep root out", .enabled(if: isRoot, needsRoot))
    func lockOut() throws {
        let open = try OpenDaemon()
        // The second keeps the event loop as busy as it can be: there are fewer requests for it to answer meanwhile.
        for (target, count) in [("/openapi.json", 5), ("/v1/processes", 2)] {
            let flood = try Attack("unread", open.socket, target, "256", String(Self.mallory), String(Self.oscar))
            #expect(flood.line() == "ready")
            for path in ["/v1/status", "/metrics", "/v1/processes"] {
                #expect(try open.answered(path, of: count) == count, "\(path)")
            }
            try flood.end()
        }
        open.stop()
    }

    @Test("who may no longer read loses its connections and streams with the reload", .enabled(if: isRoot, needsRoot))
    func revocation() throws {
        let open = try OpenDaemon()
        let holder = try Attack("hold", open.socket, String(Self.mallory))
        #expect(holder.line() == "holding")
        try open.revoke()
        #expect(holder.line() == "stream closed")
        #expect(holder.line() == "connection closed")
        #expect(try open.get("/v1/status", as: Self.mallory) == "")
        #expect(try open.get("/v1/status") != "")
        try holder.end()
        open.stop()
    }

    @Test(
        "run out of descriptors, it takes nothing for a change, keeps running, and answers when there are some again",
        arguments: [30, 64])
    func descriptors(limit: Int) throws {
        let prlimit = try #require(Command.path(of: "prlimit"), "prlimit(1) of util-linux is not here")
        let open = try OpenDaemon()
        let rounds = try open.rounds()
        #expect(rounds.line() != nil)
        let pid = String(open.daemon.process.processIdentifier)
        let lowered = try Command(prlimit, ["--pid", pid, "--nofile=\(limit):4096"])
        try #require(lowered.status == 0, "\(lowered.output)")
        let crowd = try Attack("connect", open.socket, "100")
        #expect(crowd.line() == "ready")
        // All that can be had is taken, and the rounds go on.
        for _ in 0..<8 { #expect(rounds.line() != nil) }
        try crowd.end()
        _ = try Command(prlimit, ["--pid", pid, "--nofile=1024:4096"])
        #expect(try open.answered("/v1/status", of: 20) == 20)
        open.stop()
        let wrong = open.daemon.lines.filter {
            $0.contains("rebuilt") || $0.contains("Topology changed")
                || $0.contains("cannot be read (E")
                    && ($0.contains("EMFILE") || $0.contains("ENFILE"))
        }
        #expect(wrong == [])
    }

    @Test("a process that becomes another user's is not shown to the one it had", .enabled(if: isRoot, needsRoot))
    func changedUser() throws {
        let open = try OpenDaemon()
        let secret = try Attack("setuid", String(Self.mallory))
        let pid = try #require(secret.line())
        try open.wait(forRounds: 3)
        #expect(try open.get("/v1/processes/\(pid)", as: Self.mallory).contains("rootsecret"))
        try secret.goOn()
        #expect(secret.line() == "changed")
        // At once: not after a round, still less after a minute.
        #expect(try open.get("/v1/processes/\(pid)", as: Self.mallory) == "")
        for target in ["/v1/processes", "/v1/groups", "/metrics"] {
            #expect(!(try open.get(target, as: Self.mallory)).contains("rootsecret"), "\(target)")
        }
        #expect(try open.get("/v1/processes/\(pid)").contains("rootsecret"))
        try open.wait(forRounds: 3)
        #expect(try open.get("/v1/processes/\(pid)").contains("\"uid\":0"))
        try secret.end()
        open.stop()
    }

    @Test("processes with every kind of name leave documents, metrics and log readable")
    func hostileNames() throws {
        let open = try OpenDaemon()
        let names = try Attack("names")
        #expect(names.line() == "ready")
        try open.wait(forRounds: 3)
        for target in ["/v1/processes", "/v1/groups"] {
            let document = try open.get(target)
            #expect(throws: Never.self, "\(target)") {
                try JSONSerialization.jsonObject(with: Data(document.utf8))
            }
        }
        #expect(try open.get("/v1/processes").contains("<script>"))
        let metrics = try open.get("/metrics").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        for line in metrics {
            #expect(line.hasPrefix("#") || line.hasPrefix("numawatch_"), "\(line)")
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 32 && !(127..<160).contains($0.value) }, "\(line)")
        }
        try names.end()
        open.stop()
        for line in open.daemon.lines {
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 32 }, "\(line)")
        }
    }

    @Test("more connections than there are descriptors for are not promised, and that is said")
    func cappedConnections() throws {
        let prlimit = try #require(Command.path(of: "prlimit"), "prlimit(1) of util-linux is not here")
        let directory = try TemporaryDirectory()
        try directory.write("a.conf", "[Server]\nMaxConnections=512\n")
        let daemon = try RunningDaemon(
            ["--config", "\(directory.path)/a.conf", "--socket", "\(directory.path)/s"], by: [prlimit, "--nofile=200"])
        #expect(daemon.waitFor("at most 136 clients are served at once"), "\(daemon.lines)")
        #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
        daemon.signal(SIGTERM)
        #expect(daemon.end() == 0)
    }

    @Test("descriptors 0 to 2 that were closed at start are open on /dev/null")
    func standardDescriptors() throws {
        let directory = try TemporaryDirectory()
        let socket = "\(directory.path)/s"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "exec \(RunningDaemon.directory)/numawatchd --socket \(socket) <&- >&- 2>&-",
        ]
        try process.run()
        defer { process.terminate() }
        // It is asked until it listens; the test has a limit of time.
        while try Command(Attack.program, ["get", socket, "/v1/status", "0"]).status != 0, process.isRunning {}
        for number in 0...2 {
            let target = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(process.processIdentifier)/fd/\(number)")
            #expect(target == "/dev/null")
        }
    }
}
