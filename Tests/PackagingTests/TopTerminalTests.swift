import Foundation
import RecordedRounds
import Testing

/// `numawatch top` in a real terminal, with a daemon whose rounds are always the same: what it shows is what the pure pictures
/// of `LiveViewTests/Golden` are.
@Suite(
    "top in a terminal", .serialized,
    .enabled(if: Command.path(of: "tmux") != nil, "tmux is missing: Debian package tmux"))
struct TopTerminalTests {
    private static var numawatch: String { "\(RunningDaemon.directory)/numawatch" }

    private static func golden(_ name: String) throws -> String {
        try text(of: "\(repository)/Tests/LiveViewTests/Golden/\(name).txt")
    }

    /// Top with the recorded rounds 1 to 3 behind it.
    private func start(_ session: TerminalSession, _ arguments: String = "") async throws -> RecordedDaemon {
        let daemon = try await RecordedDaemon(path: "\(session.directory.path)/s")
        session.command("'\(Self.numawatch)' top --socket \(daemon.path) \(arguments)")
        for round in 1...3 {
            daemon.show(round: round)
            let time = "14:32:\(["05", "10", "15"][round - 1]) UTC"
            #expect(session.waitFor(time), "\(session.screen)")
        }
        return daemon
    }

    @Test(
        "keys open the screens, and each is its golden picture",
        arguments: [("xterm-256color", ""), ("vt100", ""), ("xterm-256color", "1")])
    func screens(_ type: String, _ noColour: String) async throws {
        let session = try TerminalSession(columns: 80, rows: 24, type: type, environment: ["NO_COLOR": noColour])
        let daemon = try await start(session)
        defer { withExtendedLifetime(daemon) {} }
        #expect(session.waitForScreen(try Self.golden("overview")), "\(session.screen)")
        for (keys, name) in [("2", "groups"), ("6", "events"), ("1v", "verdict"), ("1?", "help")] {
            session.type(keys)
            #expect(session.waitForScreen(try Self.golden(name)), "\(name):\n\(session.screen)")
            session.press("Escape")
        }
        // Colours are there, and only where they may be; nothing is told by them alone.
        let styled = session.styledScreen
        // 30 to 37 are colours, 38 begins one of more; 39 is the terminal's own.
        let colours = ["\u{1b}[3", ";3"].contains { start in (0...8).contains { styled.contains("\(start)\($0)") } }
        #expect(colours == (type == "xterm-256color" && noColour.isEmpty), "\(session.styledScreen.debugDescription)")
        session.type("1")
        session.press("Enter")
        #expect(session.waitFor("processes of postgresql@16-main.service") && session.waitFor("812 postgres"))
        session.press("Down")
        session.press("Up")
        session.type("/812")
        session.press("Enter", "Enter")
        #expect(session.waitFor("threads of 812") && session.waitFor("814 postgres"), "\(session.screen)")
        session.press("Down", "Enter")
        #expect(session.waitFor("should_numa_migrate_memory"), "\(session.screen)")
        session.type("q")
        #expect(session.waitForPrompt())
    }

    @Test("another size is another golden picture", arguments: [(132, 50), (60, 16)])
    func sizes(_ columns: Int, _ rows: Int) async throws {
        let session = try TerminalSession(columns: columns, rows: rows, type: "xterm-256color")
        let daemon = try await start(session)
        defer { withExtendedLifetime(daemon) {} }
        #expect(session.waitForScreen(try Self.golden("overview-\(columns)x\(rows)")), "\(session.screen)")
        // A storm of sizes, one of them too small, leaves the picture of the last.
        for step in 0..<20 { session.resize(columns: 40 + 7 * step, rows: 8 + step) }
        session.resize(columns: 80, rows: 24)
        #expect(session.waitForScreen(try Self.golden("overview")), "\(session.screen)")
        session.type("q")
        #expect(session.waitForPrompt())
    }

    /// Ways to end it: what is typed, or the signal sent; what the shell says of its status.
    static let waysToEnd: [(name: String, keys: String?, status: Int)] = [
        ("q", "q", 0), ("INT", "C-c", 130), ("TERM", nil, 143), ("HUP", nil, 129), ("QUIT", nil, 131),
        ("ILL", nil, 132),
        ("TRAP", nil, 133), ("SEGV", nil, 139), ("ABRT", nil, 134),
    ]

    @Test("the terminal is left as it was found, however top ends", arguments: waysToEnd, ["xterm-256color", "vt100"])
    func ends(_ end: (name: String, keys: String?, status: Int), _ type: String) async throws {
        let session = try TerminalSession(columns: 80, rows: 24, type: type)
        // A trap is not to leave a file.
        session.command("ulimit -c 0; stty -a > before; clear; echo the text before")
        #expect(session.waitForPrompt())
        let modes = session.modes
        let daemon = try await RecordedDaemon(path: "\(session.directory.path)/s")
        defer { withExtendedLifetime(daemon) {} }
        session.command("sh -c 'echo $$ > pid; exec \"\(Self.numawatch)\" top --socket \(daemon.path)'")
        #expect(session.waitFor("HURTING"), "\(session.screen)")
        if let keys = end.keys {
            session.press(keys)
        } else {
            let pid = try #require(Int32(try session.directory.read("pid").trimmingCharacters(in: .newlines)))
            #expect(try Command("/bin/sh", ["-c", "kill -\(end.name) \(pid)"]).status == 0)
        }
        #expect(session.waitForPrompt(), "\(session.screen)")
        // Typed apart: of what follows on the same line a shell runs nothing once Ctrl-C has ended the first.
        session.command("echo status $?; stty -a > after; echo ended")
        #expect(session.waitFor("status \(end.status)\nended"), "\(session.screen)")
        #expect(try session.directory.read("before") == session.directory.read("after"))
        #expect(session.modes == modes)
        // A vt100 has one screen only: there the picture stays above.
        if type != "vt100" {
            #expect(session.screen.contains("the text before"))
            #expect(!session.screen.contains("HURTING"))
        }
    }

    @Test("Ctrl-Z gives the terminal to the shell as it was, and fg takes it back")
    func suspending() async throws {
        let session = try TerminalSession(columns: 80, rows: 24, type: "xterm-256color")
        session.command("stty -a > before; echo go")
        #expect(session.waitFor("go") && session.waitForPrompt())
        let daemon = try await start(session)
        defer { withExtendedLifetime(daemon) {} }
        let before = try Self.golden("overview")
        #expect(session.waitForScreen(before))
        session.press("C-z")
        #expect(session.waitFor("Stopped"), "\(session.screen)")
        session.command("stty -a > meanwhile; echo here")
        #expect(session.waitFor("here") && session.waitForPrompt())
        #expect(session.modes == "0 1")
        session.resize(columns: 60, rows: 16)
        session.command("fg")
        #expect(session.waitForScreen(try Self.golden("overview-60x16")), "\(session.screen)")
        session.resize(columns: 80, rows: 24)
        #expect(session.waitForScreen(before), "\(session.screen)")
        session.type("q")
        #expect(session.waitForPrompt())
        session.command("stty -a > after; echo done")
        #expect(session.waitFor("done") && session.waitForPrompt())
        #expect(try session.directory.read("before") == session.directory.read("meanwhile"))
        #expect(try session.directory.read("before") == session.directory.read("after"))
    }

    @Test("a daemon that is killed leaves the last picture and a banner, and is found again when it is back")
    func killedDaemon() throws {
        let session = try TerminalSession(columns: 80, rows: 24, type: "xterm-256color")
        let socket = "\(session.directory.path)/s"
        let arguments = ["--config", "/dev/null", "--socket", socket]
        let first = try RunningDaemon(arguments)
        #expect(first.waitFor("Ready: "), "\(first.lines)")
        session.command("'\(Self.numawatch)' top --socket \(socket)")
        #expect(session.waitFor("LIVE"), "\(session.screen)")
        first.signal(SIGKILL)
        #expect(session.waitFor("-- daemon gone since"), "\(session.screen)")
        #expect(session.screen.contains("GONE") && session.screen.contains("VERDICT"))
        let second = try RunningDaemon(arguments)
        #expect(second.waitFor("Ready: "), "\(second.lines)")
        #expect(session.waitFor { $0.contains("LIVE") && !$0.contains("daemon gone") }, "\(session.screen)")
        session.type("q")
        #expect(session.waitForPrompt())
    }

    @Test("what is set is remembered, and what is wrong in the file is told of")
    func settings() async throws {
        let session = try TerminalSession(columns: 80, rows: 24, type: "xterm-256color")
        let daemon = try await start(session)
        defer { withExtendedLifetime(daemon) {} }
        session.type("Srss")
        session.press("Enter")
        #expect(session.waitFor("by RSS"), "\(session.screen)")
        session.type("q")
        #expect(session.waitForPrompt())
        #expect(try session.directory.read("config/numawatch/top.conf").contains("sort.overview = RSS\n"))
        try session.directory.write("config/numawatch/top.conf", "sort.overview = MOVE/s\nunits = ells\n")
        session.command("clear; '\(Self.numawatch)' top --socket \(daemon.path)")
        #expect(session.waitFor("top.conf:2: units is one of bytes, pages, percent"), "\(session.screen)")
        #expect(session.screen.contains("by MOVE/s"))
        session.type("q")
        #expect(session.waitForPrompt())
    }

    @Test("into a pipe, once, as JSON, and on a terminal that can do nothing, it prints and ends")
    func withoutTerminal() async throws {
        let directory = try TemporaryDirectory()
        let daemon = try await RecordedDaemon(path: "\(directory.path)/s")
        defer { withExtendedLifetime(daemon) {} }
        let arguments = ["top", "--socket", daemon.path]
        let environment = ["XDG_CONFIG_HOME": directory.path, "COLUMNS": "80", "LINES": "24"]
        let piped = try Command(Self.numawatch, arguments, environment: environment)
        #expect(piped.status == 0)
        #expect(piped.output == (try Command(Self.numawatch, arguments + ["--once"], environment: environment).output))
        #expect(piped.output.split(separator: "\n", omittingEmptySubsequences: false).count == 25)
        #expect(!piped.output.contains("\u{1b}"))
        let json = try Command(Self.numawatch, arguments + ["--json", "--once"], environment: environment)
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let names = try #require(document?.keys.sorted())
        #expect(names == ["events", "groups", "model", "nodes", "status", "verdict"])

        let session = try TerminalSession(columns: 80, rows: 30, type: "dumb")
        session.command("'\(Self.numawatch)' top --socket \(daemon.path) -n 1; echo status $?")
        #expect(session.waitFor("status 0"), "\(session.screen)")
        #expect(session.screen.contains("HURTING"))
        // A terminal that nobody has described is refused with what to do.
        session.command("clear; TERM=nonsense '\(Self.numawatch)' top --socket \(daemon.path); echo status $?")
        #expect(session.waitFor("status 64"), "\(session.screen)")
        #expect(session.screen.contains("--once"))
    }

    @Test("without a daemon it says so and ends, and wrong arguments are refused")
    func refusals() throws {
        let result = try Command(Self.numawatch, ["top", "--socket", "/nonexistent/s"])
        #expect(result.status == 69)
        #expect(result.output.contains("The daemon is not running"))
        for arguments in [["-n", "0"], ["-d", "0"], ["--filter", "("], ["--screen", "x"], ["--once", "-n", "2"]] {
            #expect(try Command(Self.numawatch, ["top"] + arguments).status == 64)
        }
    }
}
