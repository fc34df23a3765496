import ArgumentParser
import Exposition
import History
import Insight
import LinuxSystem
import Report
import Snapshots
import TextOutput
import TraceReplay

/// `numawatch report`: a page to look at and to send to a colleague.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report as one page of HTML: verdicts, pictures, events, settings.",
        discussion: """
            Without a trace the report is of this host: its verdicts as they are, and what the daemon's history holds of the \
            time from --since to --until. With --root it is of a captured host, without time; with a trace it tells of the \
            recording who moved which pages by which rules, and of the machine what came with it or is named by --root.

            The page is one file: nothing is fetched from anywhere, and no script runs. It prints on paper, and is one column on a \
            phone. Two reports can be held against each other with numawatch compare.
            """)

    @Argument(help: "A recorded trace, as for numawatch replay; without one the report is of a host.")
    var trace: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The page; - is standard output.", valueName: "file"))
    var output = "-"

    @Option(help: "The beginning of the time that is shown.")
    var since = "24h ago"

    @Option(help: "The end of the time that is shown.")
    var until = "now"

    @Option(name: .customLong("socket"), help: ArgumentHelp("The daemon's socket.", valueName: "path"))
    var socketPath = DaemonClient.defaultSocketPath

    @OptionGroup var time: TimeoutOption

    @Flag(name: .customLong("local"), help: "Read this host directly, without a daemon: one reading, no time.")
    var isLocal = false

    @Option(
        name: .customLong("root"),
        help: ArgumentHelp(
            "Of a captured root instead, or what a trace was taken on: \(HostRoots.forms).", valueName: "path"))
    var rootPath: String?

    func validate() throws {
        let now = UInt64.max / 2
        guard try SpanOptions.instant(since, "--since", now: now) < SpanOptions.instant(until, "--until", now: now)
        else {
            throw ValidationError("--since has to be earlier than --until.")
        }
        guard !isLocal || rootPath == nil && trace == nil else {
            throw ValidationError("--local is this host: it goes with no --root and no trace.")
        }
        guard trace != "-" || rootPath != nil else {
            throw ValidationError("A trace from standard input needs --root: its machine cannot be looked for ahead.")
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        if self.output == "-", output.isTerminal {
            throw CommandFailure(
                .usage, "A page is not for a terminal.", remedy: "Name a file: numawatch report -o report.html")
        }
        var problem: String?
        let page = ReportPage.render(try await content(&problem))
        if self.output == "-" {
            try output.write(page)
        } else {
            do throws(SystemFailure) {
                try Output.replaceFile(self.output, with: page)
            } catch {
                throw CommandFailure(.cannotWrite, "\(error)")
            }
        }
        if let problem {
            CommandOutput.complain("\(problem); what was readable is in the report")
            throw ExitCode(ExitStatus.badData.rawValue)
        }
    }

    /// - Parameter problem: Why the trace could not be read to its end.
    func content(_ problem: inout String?) async throws -> ReportContent {
        let root = try rootPath.map { path throws(CommandFailure) in try HostRoots.open(path) }
        guard let trace else {
            if let root {
                return try await hostContent(
                    LocalSource(root: root), root, "the captured root \(rootPath ?? "")",
                    "A captured root stands still: there is no time to show.")
            }
            if isLocal {
                return try await hostContent(
                    LocalSource(root: HostRoots.live), HostRoots.live, "this host, without a daemon",
                    "There is one reading: figures over time need the daemon’s history.")
            }
            return try await liveContent()
        }
        let report = try replay(trace, root)
        problem = report.readFailure
        let name = trace == "-" ? "a recorded host" : String(trace.split(separator: "/").last ?? "a recorded host")
        var content: ReportContent
        if let root = root ?? TraceReplay.root(of: trace) {
            content = try await hostContent(
                LocalSource(root: root), root, "the root the trace was taken on",
                "A recording holds no history: what it tells is below.")
        } else {
            content = ReportContent(
                subject: name, absence: "The trace came without its host’s files: --root names them.")
        }
        TraceContent.set(report, &content)
        return content
    }

    /// Of this host, with what the daemon's history holds.
    private func liveContent() async throws -> ReportContent {
        let now = SystemTime().realtimeNanoseconds
        let client = DaemonClient(socketPath: socketPath, timeout: time.duration)
        let past = ReportPast(
            source: SocketHistory(client: client),
            sinceNanoseconds: try SpanOptions.instant(since, "--since", now: now),
            untilNanoseconds: try SpanOptions.instant(until, "--until", now: now))
        let pictures = try await past.pictures()
        return try await ReportGatherer(
            origin: "the daemon", source: client, root: HostRoots.live, past: pictures,
            minutes: try await past.minutes(pictures), nowNanoseconds: now
        ).content()
    }

    private func hostContent(
        _ source: any LiveSource, _ root: any HostRoot, _ origin: String, _ absence: String
    ) async throws -> ReportContent {
        try await ReportGatherer(
            origin: origin, source: source, root: root, past: .absent(absence), minutes: nil,
            nowNanoseconds: SystemTime().realtimeNanoseconds
        ).content()
    }

    private func replay(_ trace: String, _ root: (any HostRoot)?) throws -> ReplayReport {
        var options = TraceReplay.Options(path: trace)
        options.root = root
        var sink = NoSink()
        do throws(TraceReplay.Failure) {
            return try TraceReplay.run(options, sink: &sink)
        } catch {
            throw try ReplayCommand.failure(error)
        }
    }

    /// Takes everything and keeps nothing: the text is for nobody, it is the values that are wanted.
    private struct NoSink: ByteSink {
        mutating func write(_ bytes: Span<UInt8>) {}
    }
}
