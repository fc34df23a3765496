package import ArgumentParser
import History
import LinuxSystem

/// Where a command takes its figures from: the daemon, this host read directly, or a captured root.
package struct SourceOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("socket"),
        help: ArgumentHelp("The daemon's socket.", valueName: "path"))
    package var socketPath = DaemonClient.defaultSocketPath

    @OptionGroup package var time: TimeoutOption

    @Flag(name: .customLong("local"), help: "Read this host directly, without a daemon.")
    package var isLocal = false

    @Option(
        name: .customLong("root"),
        help: ArgumentHelp(
            "Read a captured root instead: \(HostRoots.forms).", valueName: "path"))
    package var rootPath: String?

    @Option(
        name: .customLong("at"),
        help: ArgumentHelp("What was then, from the history: \(HistoryInstant.forms).", valueName: "time"))
    package var at: String?

    @Option(
        name: .customLong("history"),
        help: ArgumentHelp("With --at: read this history instead of asking the daemon.", valueName: "file"))
    package var historyPath: String?

    @Flag(name: .customLong("json"), help: "Print the JSON document instead of a table.")
    package var isJSON = false

    package init() {}

    package func validate() throws {
        if let at {
            if isLocal || rootPath != nil {
                throw ValidationError("--at takes what was from the history; --local and --root read what is.")
            }
            _ = try SpanOptions.instant(at, "--at", now: UInt64.max / 2)
        } else if historyPath != nil {
            throw ValidationError("--history needs --at, which says what is asked of it.")
        }
        if isLocal, rootPath != nil {
            throw ValidationError("--local and --root exclude each other: a captured root is not this host.")
        }
        if socketPath.utf8.count > 107 {
            throw ValidationError("--socket: a Unix socket's path has at most 107 bytes.")
        }
    }

    /// The source these options name.
    ///
    /// - Throws: ``CommandFailure`` where nothing is recorded of the time that was asked for.
    func source() async throws -> any LiveSource {
        if let at {
            let now = SystemTime().realtimeNanoseconds
            return try await PastSource(try pastSource(), at: try SpanOptions.instant(at, "--at", now: now))
        }
        if let rootPath {
            return LocalSource(root: try HostRoots.open(rootPath))
        }
        return isLocal
            ? LocalSource(root: HostRoots.live) : DaemonClient(socketPath: socketPath, timeout: time.duration)
    }
}

extension SourceOptions {
    var daemon: DaemonClient { DaemonClient(socketPath: socketPath, timeout: time.duration) }

    /// Where the past is.
    func pastSource() throws(CommandFailure) -> any HistorySource {
        try HistoryChoice.source(path: historyPath, socketPath: socketPath, timeout: time.duration)
    }
}

/// How long the daemon may take to answer.
package struct TimeoutOption: ParsableArguments, Sendable {
    @Option(
        name: .customLong("timeout"),
        help: ArgumentHelp("How long the daemon may take to answer; a stream, to begin.", valueName: "seconds"))
    package var timeout = 5.0

    package init() {}

    package func validate() throws {
        // A day: longer is a mistake, and arithmetic on it has bounds.
        guard timeout >= 0.01, timeout <= 86_400 else {
            throw ValidationError("--timeout wants seconds from 0.01 to 86400.")
        }
    }

    package var duration: Duration { .seconds(timeout) }
}
