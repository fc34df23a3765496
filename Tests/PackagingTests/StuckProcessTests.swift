import Foundation
import Testing

/// A process that keeps its memory locked, as any user can make one: `Fixtures/attacks/hold-mmap-lock.c`.
///
/// Everything it holds up goes on when it ends.
private final class LockHolder {
    /// What `reason` says where there is none.
    struct Unavailable: Error {
        let reason: String
    }

    /// What should be possible wherever tests run, and was not.
    struct Failure: Error {
        let reason: String
    }

    let pid: Int32
    private let process = Process()
    private let input = Pipe()

    /// - Parameter mebibytes: Memory in small pages that it has beside.
    init(in directory: TemporaryDirectory, mebibytes: Int = 0) throws {
        let program = "\(directory.path)/hold-mmap-lock"
        if !FileManager.default.fileExists(atPath: program) {
            guard let compiler = Self.compiler else { throw Unavailable(reason: "no C compiler") }
            let source = "\(repository)/Tests/Fixtures/attacks/hold-mmap-lock.c"
            let result = try Command(compiler, ["-O1", "-pthread", "-o", program, source])
            guard result.status == 0 else { throw Failure(reason: "it is not compiled: \(result.output)") }
        }
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [String(mebibytes)]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // One line, or the end of the output where it could not be done.
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard line.hasPrefix("pid "), let pid = Int32(line.dropFirst(4).prefix { $0 != "\n" }) else {
            process.waitUntilExit()
            guard process.terminationStatus == 77 else {
                throw Failure(reason: "it ended with \(process.terminationStatus)")
            }
            throw Unavailable(reason: "a FUSE file system cannot be mounted here")
        }
        self.pid = pid
    }

    deinit { end() }

    /// Lets the lock go and ends the process.
    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private static var compiler: String? {
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return directories.flatMap { directory in ["cc", "clang"].map { "\(directory)/\($0)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Why there is none on this host; nil where there is, and where it fails for another reason, which fails the tests.
    static let obstacle: String? = {
        do {
            try LockHolder(in: TemporaryDirectory()).end()
            return nil
        } catch {
            return (error as? Unavailable)?.reason
        }
    }()
}

@Suite(
    "A process that keeps its memory locked",
    .disabled(if: LockHolder.obstacle != nil, "\(LockHolder.obstacle ?? "")"), .serialized, .timeLimit(.minutes(5)))
struct StuckProcessTests {
    private let directory: TemporaryDirectory
    private let holder: LockHolder

    init() throws {
        directory = try TemporaryDirectory()
        holder = try LockHolder(in: directory)
    }

    private func get(_ path: String, _ socket: String) throws -> String {
        let result = try Command(
            try #require(Command.path(of: "curl")),
            ["--silent", "--fail", "--max-time", "10", "--unix-socket", socket, "http://numawatch\(path)"])
        try #require(result.status == 0, "\(path): \(result.output)")
        return result.output
    }

    /// Returns when the daemon has told of so many rounds.
    private func wait(forRounds count: Int, _ socket: String) throws {
        let curl = try #require(Command.path(of: "curl"))
        let ask = "\(curl) --silent --no-buffer --unix-socket \(socket) 'http://numawatch/v1/events?rounds=true'"
        let result = try Command("/bin/sh", ["-c", "\(ask) | head -n \(count)"])
        try #require(result.output.split(separator: "\n").count == count, "\(result.output)")
    }

    private func rounds(_ socket: String) throws -> [String: Int] {
        let text = try get("/v1/status", socket)
        let status = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let cost = try #require(status?["cost"] as? [String: Any])
        let tiers = try #require(cost["tiers"] as? [[String: Any]])
        return Dictionary(
            tiers.map { ($0["tier"] as? String ?? "", $0["round_count"] as? Int ?? 0) }, uniquingKeysWith: max)
    }

    @Test("the daemon gets ready, goes on, says which it is, and ends when asked; so does the next")
    func daemon() throws {
        try directory.write("a.conf", "[Sampling]\nHostInterval=1s\nLedgerInterval=1s\nCPULimit=100%\n")
        for start in 1...2 {
            let socket = "\(directory.path)/s\(start)"
            let daemon = try RunningDaemon(["--config", "\(directory.path)/a.conf", "--socket", socket])
            #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
            #expect(daemon.waitFor("Process \(holder.pid) keeps its memory locked"), "\(daemon.lines)")
            let process = try get("/v1/processes/\(holder.pid)", socket)
            #expect(process.contains("\"placement_gap\":\"stuck\""), "\(process)")
            #expect(!process.contains("\"placement\":"))
            let before = try rounds(socket)
            #expect(try get("/v1/events?after=0&follow=false", socket).contains("process-stuck"))
            let metrics = try get("/metrics", socket)
            #expect(metrics.contains("\nnumawatch_abandoned_threads 1\n"))
            #expect(metrics.contains("\nnumawatch_stuck_processes 1\n"))
            // The others are placed, and rounds of both kinds come.
            try wait(forRounds: 3, socket)
            let after = try rounds(socket)
            for tier in ["host", "ledger", "placement"] {
                #expect(try #require(after[tier]) >= #require(before[tier]) + 2, "\(tier)")
            }
            #expect(try get("/v1/processes/\(daemon.process.processIdentifier)", socket).contains("\"placement\":"))

            daemon.signal(SIGTERM)
            #expect(daemon.waitFor("Stopped"), "\(daemon.lines)")
            #expect(daemon.end() == 0)
        }
    }

    // What the command shows none the less.
    @Test(
        "commands that read this host themselves name it on standard error, show the rest, and end well",
        arguments: [
            (["ps", "--local", "--json"], "\"processes\""), (["groups", "--local", "--json"], "\"groups\""),
            (["numastat", "-p", "hold-mmap-lock"], "(hold-mmap-lock)"),
            (["snapshot", "--numa-maps", "-o", "-"], "proc/vmstat"),
        ] as [([String], String)])
    func command(arguments: [String], shown: String) throws {
        let result = try Command("\(RunningDaemon.directory)/numawatch", arguments)
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains(shown))
        #expect(
            result.output.contains("/proc/\(holder.pid)/") || result.output.contains("process \(holder.pid) "),
            "\(result.output.prefix(2000))")
        #expect(result.output.contains("keeps its memory locked"))
    }

    @Test("numastat shows the other of two processes, and ends well")
    func numastat() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        let result = try Command(
            "\(RunningDaemon.directory)/numawatch", ["numastat", "-p", "\(holder.pid)", "-p", "\(own)"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("\(own) ("), "\(result.output)")
        #expect(result.output.contains("/proc/\(holder.pid)/numa_maps: the process keeps its memory locked"))
    }
}
