package import ArgumentParser

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

    @Flag(name: .customLong("json"), help: "Print the JSON document instead of a table.")
    package var isJSON = false

    package init() {}

    package func validate() throws {
        if isLocal, rootPath != nil {
            throw ValidationError("--local and --root exclude each other: a captured root is not this host.")
        }
        if socketPath.utf8.count > 107 {
            throw ValidationError("--socket: a Unix socket's path has at most 107 bytes.")
        }
    }

    /// The source these options name.
    func source() throws -> any LiveSource {
        if let rootPath {
            return LocalSource(root: try HostRoots.open(rootPath))
        }
        return isLocal
            ? LocalSource(root: HostRoots.live) : DaemonClient(socketPath: socketPath, timeout: time.duration)
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
