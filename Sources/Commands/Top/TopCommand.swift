import ArgumentParser
import Exposition
import LinuxSystem
import LiveView
import Snapshots

/// `numawatch top`: the live view.
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "The live view: what balancing does now, the verdict first.",
        discussion: """
            On a terminal it draws until “q”; “?” shows the keys. Into a pipe, with --once, --json or TERM=dumb it prints \
            pictures or documents one after the other.

            The character after a figure is its kind: none is counted by the kernel, ~ estimated, m modelled, ? older than \
            three intervals. What is not known is a dash. Times are UTC. docs/top.md describes the screens.

            “t” and “T” step through the daemon's history, “J” jumps, --at begins with a moment of it.
            """)

    @OptionGroup var source: SourceOptions

    @Option(
        name: [.customShort("d"), .long], help: "At least so many seconds between pictures; without it, every round.")
    var delay: Double?

    @Option(name: [.customShort("n"), .long], help: "End after so many pictures.")
    var count: Int?

    @Flag(help: "Print one picture and end.")
    var once = false

    @Option(help: "Only groups, processes and threads that match this regular expression.")
    var filter: String?

    @Option(help: "The screen to begin with: \(View.numbered.map(\.name).joined(separator: ", ")).")
    var screen = View.overview.name

    func validate() throws {
        if let delay, !delay.isFinite || delay < 0.1 || delay > 86_400 {
            throw ValidationError("--delay wants seconds from 0.1 to 86400.")
        }
        if let count, count < 1 { throw ValidationError("--count wants a number of 1 or more.") }
        if once, count != nil { throw ValidationError("--once and --count exclude each other.") }
        if let filter, (try? Regex(filter)) == nil {
            throw ValidationError("--filter “\(filter)” is no regular expression.")
        }
        guard View.numbered.contains(where: { $0.name == screen }) else {
            throw ValidationError("--screen is one of \(View.numbered.map(\.name).joined(separator: ", ")).")
        }
    }

    /// Rounds that are made here are as far apart as those of a daemon that nobody configured.
    private static let localInterval = 5.0

    func run() async throws {
        let output = CommandOutput.standard()
        let file = TopSettingsFile()
        var (settings, problem) = file.read()
        if let filter { settings.filter = filter }
        let isInteractive =
            output.isTerminal && Terminal.isTerminal(Terminal.standardInput) && !once && !source.isJSON
            && HostFacts.environmentVariable("TERM") != "dumb"
        let size = Self.size(isInteractive)
        let view = View.numbered.first { $0.name == screen } ?? .overview
        let start = try source.at.map { try SpanOptions.instant($0, "--at", now: SystemTime().realtimeNanoseconds) }
        var model = TopModel(
            columns: size.columns, rows: size.rows, settings: settings,
            pageSizeBytes: UInt64(HostFacts.pageSizeBytes), view: view)
        let isHere = source.isLocal || source.rootPath != nil
        let interval = delay ?? (isHere ? Self.localInterval : 0)
        var feed = TopFeed(
            // Beside a moment of the past stands what is live, where there is a daemon.
            source: try await start == nil || source.historyPath != nil ? source.source() : source.daemon,
            root: try source.rootPath.map { path throws(CommandFailure) in try HostRoots.open(path) } ?? HostRoots.live,
            intervalNanoseconds: UInt64(interval * 1e9))
        if !isHere {
            feed.history = TopHistory(source: try source.pastSource())
            model.hasHistory = true
        }
        if let start {
            try await show(start, &model, feed)
        } else {
            // What is wrong at the start ends the command: there is no picture that could stay.
            _ = model.take(.sample(try await feed.sample(model.needs)))
        }
        if let problem { _ = model.take(.note(problem)) }
        guard isInteractive else { return try await print(&model, &feed, output) }
        let mailbox = TopMailbox(needs: model.needs)
        let terminal: TopScreen
        do throws(SystemFailure) {
            terminal = try TopScreen(mailbox: mailbox, settingsFile: file)
        } catch {
            throw CommandFailure(.unavailable, "\(error)")
        }
        let asking = Task { [feed] in
            var feed = feed
            await feed.run(mailbox)
        }
        defer {
            mailbox.finish()
            asking.cancel()
        }
        if let signal = try await terminal.run(model, count: count) { TerminalEvents.end(by: signal) }
    }

    /// Shows a moment of the past.
    private func show(_ instant: UInt64, _ model: inout TopModel, _ feed: TopFeed) async throws {
        switch await feed.find(.at(instant)) {
        case .note(let text)?: throw CommandFailure(.unknown, text)
        case let input?:
            _ = model.take(input)
            guard !model.isLive else { throw CommandFailure(.unknown, "Nothing is recorded of that time.") }
        case nil: break
        }
    }

    /// Pictures or documents, one after the other.
    private func print(_ model: inout TopModel, _ feed: inout TopFeed, _ output: CommandOutput) async throws {
        // Into a pipe one picture is enough, where nobody says how many.
        let isOne = once || count == nil && !output.isTerminal
        var left = isOne ? 1 : count ?? .max
        let time = SystemTime()
        while true {
            if source.isJSON {
                if let sample = model.shown { try output.write(TopDocument.bytes(of: sample)) }
            } else {
                try output.write(model.frame().text)
            }
            left -= 1
            guard left > 0 else { return }
            while true {
                try await time.sleep(
                    untilMonotonicNanoseconds: time.monotonicNanoseconds + TopFeed.lookNanoseconds / 4)
                guard let input = await feed.look(model.needs) else { continue }
                if case .gone(let reason, _) = input { throw CommandFailure(.unavailable, reason) }
                _ = model.take(input)
                break
            }
        }
    }

    /// The terminal's size; 80 by 24 for what is none, or what COLUMNS and LINES say.
    private static func size(_ isInteractive: Bool) -> (columns: Int, rows: Int) {
        if isInteractive, let size = Terminal.size(Terminal.standardOutput), size.rows > 0 { return size }
        func number(_ name: String) -> Int? {
            HostFacts.environmentVariable(name).flatMap { Int($0) }.flatMap { (1...10_000).contains($0) ? $0 : nil }
        }
        return (number("COLUMNS") ?? 80, number("LINES") ?? 24)
    }
}
