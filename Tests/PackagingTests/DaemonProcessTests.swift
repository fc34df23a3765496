import Foundation
import Testing

/// The built daemon, running. It ends with the test.
final class RunningDaemon {
    let process = Process()
    private let errors = Pipe()
    private var unread: [UInt8] = []
    private(set) var lines: [String] = []

    /// Where the programs of this build are: beside the tests.
    static var directory: String {
        // The test bundle is an executable of the build's directory; its tool is started with the bundle's path.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).resolvingSymlinksInPath().deletingLastPathComponent().path
    }

    /// - Parameter command: A command that runs it, such as `prlimit` with its options: it takes the program's words last.
    init(_ arguments: [String], by command: [String] = []) throws {
        let words = command + ["\(Self.directory)/numawatchd"] + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        // As started by hand: no service manager, no journal.
        process.environment = ProcessInfo.processInfo.environment.filter {
            !["NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "JOURNAL_STREAM"].contains($0.key)
        }
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// Reads the log up to a line that contains `text`.
    ///
    /// - Returns: Whether there was one before the daemon ended.
    func waitFor(_ text: String) -> Bool {
        while true {
            while let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeSubrange(...end)
                lines.append(line)
                if line.contains(text) { return true }
            }
            let data = errors.fileHandleForReading.availableData
            if data.isEmpty { return false }
            unread += data
        }
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end and returns the exit status; nil when a signal ended it.
    func end() -> Int32? {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }
}

@Suite("The daemon as a process", .serialized)
struct DaemonProcessTests {
    @Test(
        "it serves on a private socket, survives a refused reload and ends cleanly on SIGTERM and SIGINT",
        arguments: [SIGTERM, SIGINT])
    func lifecycle(_ stopSignal: Int32) throws {
        let directory = try TemporaryDirectory()
        let socket = "\(directory.path)/s"
        try directory.write("a.conf", "[Log]\nLevel=info\n")
        let daemon = try RunningDaemon(["--config", "\(directory.path)/a.conf", "--socket", socket])
        #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")

        let health = try Command(
            try #require(Command.path(of: "curl")),
            ["--silent", "--fail", "--unix-socket", socket, "http://numawatch/healthz"])
        #expect(health.status == 0)
        #expect(health.output.contains("\"status\":\"ok\""))
        let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        try directory.write("a.conf", "[Log]\nLevel=loud\n")
        daemon.signal(SIGHUP)
        #expect(daemon.waitFor("a.conf:2:7: Level=loud"), "\(daemon.lines)")
        try directory.write("a.conf", "[Log]\nLevel=debug\n")
        daemon.signal(SIGHUP)
        #expect(daemon.waitFor("Configuration read again: Level=debug (was info)"), "\(daemon.lines)")

        daemon.signal(stopSignal)
        #expect(daemon.waitFor("Stopped"), "\(daemon.lines)")
        #expect(daemon.end() == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test("a name that cannot be used is told of with file and line, at start and at reload, and stops nothing")
    func names() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.conf", "[Log]\nLevel=info\n")
        try directory.write("names.d/pods.map", "pod ab-12 = shop/db\npods ab-12 = shop/db\n")
        let check = try Command(
            "\(RunningDaemon.directory)/numawatchd", ["--check-config", "--config", "\(directory.path)/a.conf"])
        #expect(check.status == 78)
        #expect(check.output.contains("\(directory.path)/names.d/pods.map:2: unknown kind “pods”"))

        let daemon = try RunningDaemon(["--config", "\(directory.path)/a.conf", "--socket", "\(directory.path)/s"])
        #expect(daemon.waitFor("/names.d/pods.map:2: unknown kind “pods”"), "\(daemon.lines)")
        #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
        try directory.write("names.d/pods.map", "\n\npod ab-12\n")
        daemon.signal(SIGHUP)
        #expect(daemon.waitFor("/names.d/pods.map:3: expected “pod UID = NAME”"), "\(daemon.lines)")
        #expect(daemon.waitFor("Configuration read again"), "\(daemon.lines)")
        daemon.signal(SIGTERM)
        #expect(daemon.end() == 0)
    }

    @Test("asked to trace, it traces or says what is in the way; it samples either way, and leaves nothing behind")
    func tracing() throws {
        let directory = try TemporaryDirectory()
        let socket = "\(directory.path)/s"
        try directory.write("a.conf", "[Tracing]\nEnabled=yes\n")
        let daemon = try RunningDaemon(["--config", "\(directory.path)/a.conf", "--socket", socket])
        // Which of the two comes first is open.
        #expect(daemon.waitFor("Tracing "), "\(daemon.lines)")
        let told = try #require(daemon.lines.last)
        #expect(told.contains("Tracing at level ") || told.contains("Tracing is not possible: "), "\(told)")
        if !daemon.lines.contains(where: { $0.contains("Ready: ") }) {
            #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
        }
        let health = try Command(
            try #require(Command.path(of: "curl")),
            ["--silent", "--fail", "--unix-socket", socket, "http://numawatch/healthz"])
        #expect(health.status == 0)

        try directory.write("a.conf", "[Tracing]\nEnabled=no\n")
        daemon.signal(SIGHUP)
        if told.contains("Tracing at level ") {
            #expect(daemon.waitFor("Tracing has ended; nothing of it is left"), "\(daemon.lines)")
            #expect(!FileManager.default.fileExists(atPath: "/sys/kernel/tracing/instances/numawatch"))
        }
        daemon.signal(SIGTERM)
        #expect(daemon.end() == 0)
    }

    @Test("a socket somebody answers on is left alone, one left behind is replaced")
    func sockets() throws {
        let directory = try TemporaryDirectory()
        let socket = "\(directory.path)/s"
        let first = try RunningDaemon(["--socket", socket])
        #expect(first.waitFor("Ready: "))
        let second = try RunningDaemon(["--socket", socket])
        #expect(second.waitFor("another process answers there"), "\(second.lines)")
        #expect(second.end() == 1)
        first.signal(SIGKILL)
        #expect(first.end() == nil)
        #expect(FileManager.default.fileExists(atPath: socket))
        let third = try RunningDaemon(["--socket", socket])
        #expect(third.waitFor("Ready: "), "\(third.lines)")
        third.signal(SIGTERM)
        #expect(third.end() == 0)
    }

    @Test(
        "it exits with the status its help promises",
        arguments: [
            (["--help"], 0, "Usage: numawatchd"), (["--version"], 0, "numawatchd "), (["--nonsense"], 64, "--nonsense"),
            (["--root=/nonexistent"], 69, "/nonexistent"),
            (["--check-config", "--config=/nonexistent.conf"], 78, "/nonexistent.conf: cannot be read"),
        ] as [([String], Int32, String)])
    func exitStatus(_ arguments: [String], _ status: Int32, _ text: String) throws {
        let result = try Command("\(RunningDaemon.directory)/numawatchd", arguments)
        #expect(result.status == status)
        #expect(result.output.contains(text), "\(result.output)")
    }

    @Test("every problem of a configuration is printed with its place, and the exit status is 78")
    func refusedConfiguration() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.conf", "[Log]\nLevel=loud\n[Sampling]\nHostIntervall=5s\n")
        try directory.write("a.conf.d/1.conf", "[Server]\nMaxConnections=many\n")
        let file = "\(directory.path)/a.conf"
        let result = try Command("\(RunningDaemon.directory)/numawatchd", ["--config", file])
        #expect(result.status == 78)
        for text in ["\(file):2:7: ", "\(file):4:1: ", "did you mean HostInterval=?", "\(file).d/1.conf:2:16: "] {
            #expect(result.output.contains(text), "\(result.output)")
        }
    }

    @Test("the shipped configuration is what the built daemon prints")
    func printedConfiguration() throws {
        let result = try Command("\(RunningDaemon.directory)/numawatchd", ["--print-config=file"])
        #expect(result.output == (try text(of: "\(repository)/config/numawatchd.conf")))
    }
}
