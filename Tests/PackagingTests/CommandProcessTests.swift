import Foundation
import Testing

/// A mount namespace of its own, without /proc.
private let unmountingProc = "exec unshare --mount sh -c 'umount -l /proc && exec \"$@\"' sh"
private let canUnmountProc = (try? Command("/bin/sh", ["-c", "\(unmountingProc) true"]))?.status == 0

/// Both programs as processes: where their output goes wrong, and where the host lacks what they need.
@Suite("The programs as processes")
struct CommandProcessTests {
    private static var numawatch: String { "\(RunningDaemon.directory)/numawatch" }
    private static var numawatchd: String { "\(RunningDaemon.directory)/numawatchd" }

    private func shell(_ command: String) throws -> Command { try Command("/bin/sh", ["-c", command]) }

    @Test(
        "output that cannot be written is an error of either program, whatever it prints",
        arguments: [
            ("numawatch", "help", 73), ("numawatch", "--help", 73), ("numawatch", "--version", 73),
            ("numawatch", "help status", 73), ("numawatch", "nodes --help", 73),
            ("numawatch", "--generate-completion-script bash", 73), ("numawatch", "nodes --local", 73),
            ("numawatch", "metrics --local", 73), ("numawatch", "doctor --local --json", 73),
            ("numawatchd", "--help", 1), ("numawatchd", "--version", 1), ("numawatchd", "--print-config", 1),
            ("numawatchd", "--print-config=manual", 1), ("numawatchd", "--config /dev/null --check-config", 1),
        ])
    func fullDevice(_ program: String, _ arguments: String, _ status: Int32) throws {
        let path = "\(RunningDaemon.directory)/\(program)"
        let result = try shell("'\(path)' \(arguments) >/dev/full")
        #expect(result.status == status, "\(result.output)")
        #expect(result.output.contains("\(program): cannot write to standard output: "), "\(result.output)")
        // A reader that has had enough is no error.
        #expect(try shell("{ '\(path)' \(arguments); echo status $? >&2; } | true").output == "status 0\n")
    }

    @Test(
        "a closed standard output is an error, and nothing else is taken for it", arguments: ["help", "nodes --local"])
    func closedOutput(_ arguments: String) throws {
        let result = try shell("'\(Self.numawatch)' \(arguments) >&-")
        #expect(result.status == 73)
        #expect(result.output == "numawatch: cannot write to standard output: Bad file descriptor\n")
        // With standard error closed, no complaint may end up in the archive that is being written.
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/a.tar"
        #expect(try shell("'\(Self.numawatch)' snapshot --processes -o '\(path)' 0<&- >&- 2>&-").status == 0)
        #expect(try Command(Self.numawatch, ["nodes", "--root", path]).status == 0)
    }

    @Test(
        "without /proc each says so and ends", .enabled(if: canUnmountProc, "needs root to unmount /proc for itself"),
        arguments: [("numawatch", "status", 66), ("numawatch", "ps --local", 66), ("numawatchd", "", 69)])
    func withoutProc(_ program: String, _ arguments: String, _ status: Int32) throws {
        let result = try shell("\(unmountingProc) '\(RunningDaemon.directory)/\(program)' \(arguments)")
        #expect(result.status == status)
        #expect(result.output.hasPrefix("\(program): cannot read /proc/self: "), "\(result.output)")
        #expect(result.output.contains("mount -t proc proc /proc"))
    }

    @Test("a daemon that stands still is given up, and the sentence says what to do")
    func stoppedDaemon() throws {
        let directory = try TemporaryDirectory()
        let socket = "\(directory.path)/s"
        let daemon = try RunningDaemon(["--config", "/dev/null", "--socket", socket])
        #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
        // The first request after the start waits for what it needs, too.
        #expect(try Command(Self.numawatch, ["status", "--socket", socket]).status == 0)
        daemon.signal(SIGSTOP)
        defer { daemon.signal(SIGCONT) }
        for verb in ["status", "ps", "metrics"] {
            let result = try Command(Self.numawatch, [verb, "--socket", socket, "--timeout", "0.5"])
            #expect(result.status == 69)
            #expect(result.output.contains("did not answer") && result.output.contains("--timeout"))
        }
    }

    @Test(
        "a configuration that is a pipe, a directory or a device is refused at once",
        .timeLimit(.minutes(1)), arguments: ["mkfifo", "mkdir", "ln -s /dev/zero"])
    func oddConfiguration(_ make: String) throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/c"
        #expect(try shell("\(make) '\(path)'").status == 0)
        let result = try Command(Self.numawatchd, ["--config", path, "--check-config"])
        #expect(result.status == 78)
        #expect(result.output.contains("not a regular file"), "\(result.output)")
    }

    @Test("a wrong root is refused by both programs")
    func wrongRoot() throws {
        let directory = try TemporaryDirectory()
        let shown = try Command(Self.numawatch, ["nodes", "--root", directory.path])
        #expect(shown.status == 66)
        #expect(shown.output.contains("\(directory.path) holds no /proc and no /sys"))
        let run = try Command(Self.numawatchd, ["--config", "/dev/null", "--root", directory.path])
        #expect(run.status == 69)
        #expect(run.output.contains("\(directory.path) holds no /proc and no /sys"))
    }

    @Test("an archive appears whole or not at all, and replaces nothing but files")
    func snapshot() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/a.tar.bz2"
        #expect(try Command(Self.numawatch, ["snapshot", "-o", path]).status == 0)
        #expect(try Command(Self.numawatch, ["nodes", "--root", path]).status == 0)
        #expect(try directory.files == ["a.tar.bz2"])
        #expect(try Command(Self.numawatch, ["snapshot", "-o", "/dev/full"]).status == 73)
        #expect(try shell("test -c /dev/full").status == 0)
        #expect(try Command(Self.numawatch, ["snapshot", "-o", "\(directory.path)/none/a.tar"]).status == 73)
        #expect(try directory.files == ["a.tar.bz2"])
    }

    @Test("what a command line echoes cannot act on the terminal")
    func echoes() throws {
        for arguments in [
            ["\u{1b}[31mx"], ["nodes", "--root", "/no\u{9b}\u{202e}where"], ["show", "1", "\u{1b}]0;x\u{7}"],
        ] {
            let result = try Command(Self.numawatch, arguments)
            #expect(result.status != 0)
            #expect(result.output.unicodeScalars.allSatisfy { $0 == "\n" || !$0.properties.generalCategory.isHidden })
        }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isHidden: Bool { self == .control || self == .format }
}
