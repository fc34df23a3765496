import ArgumentParser
import Exposition
import History
import HistoryFiles
import LinuxSystem
import TextOutput

/// Where a command takes the past from: the daemon, or a file.
struct HistoryOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("socket"),
        help: ArgumentHelp("The daemon's socket.", valueName: "path"))
    var socketPath = DaemonClient.defaultSocketPath

    @OptionGroup var time: TimeoutOption

    @Option(
        name: .customLong("history"),
        help: ArgumentHelp(
            "Read this history instead of asking the daemon: this host's, or another's that was copied here.",
            valueName: "file"))
    var path: String?

    /// The history that these options name, with the user's own figures.
    func source() throws(CommandFailure) -> any HistorySource {
        try HistoryChoice.source(path: path, socketPath: socketPath, timeout: time.duration)
    }
}

/// The sources of the past.
enum HistoryChoice {
    /// - Parameter path: A file; nil for the daemon.
    /// - Throws: Where the file cannot be opened or is no history.
    static func source(
        path: String?, socketPath: String = DaemonClient.defaultSocketPath,
        timeout: Duration = DaemonClient.defaultTimeout
    ) throws(CommandFailure) -> any HistorySource {
        guard let path else {
            let history = SocketHistory(client: DaemonClient(socketPath: socketPath, timeout: timeout))
            guard let metrics = MetricSampling.path(), Output.isThere(metrics) else { return history }
            return HistoryWithMetrics(history: history, path: metrics)
        }
        do throws(DatabaseFailure) {
            return try HistoryFileReader(path: path)
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    init(_ failure: DatabaseFailure) {
        let status: ExitStatus =
            switch failure.kind {
            case .damaged, .otherVersion: .badData
            case .full, .readOnly: .cannotWrite
            case .unavailable, .other: .noInput
            }
        self.init(status, "\(failure)")
    }
}

/// The history as the daemon tells it.
struct SocketHistory: HistorySource {
    let client: DaemonClient

    func range(_ query: HistoryQuery) async throws -> HistoryRange {
        var query = query
        var range: HistoryRange?
        while true {
            let answer = try Self.read(try await client.get(Self.target(query)))
            if range == nil { range = answer.range } else { range?.append(answer.range) }
            guard let next = answer.nextSinceNanoseconds, next > query.sinceNanoseconds else { break }
            query.sinceNanoseconds = next
        }
        return range ?? HistoryRange(sinceNanoseconds: query.sinceNanoseconds, untilNanoseconds: query.untilNanoseconds)
    }

    static func target(_ query: HistoryQuery) -> String {
        typealias Parameter = HistoryEndpoint.Parameter
        var values: [(name: String, value: String)] = [
            (Parameter.since, HistoryInstant.text(query.sinceNanoseconds)),
            (Parameter.until, HistoryInstant.text(query.untilNanoseconds)),
            (Parameter.step, String((query.stepNanoseconds ?? 0) / 1_000_000_000)),
        ]
        switch query.scopes {
        case .all: values.append((Parameter.scopes, "all"))
        case .host: values.append((Parameter.scopes, "host"))
        case .group(let name): values.append((Parameter.group, name))
        }
        if let figures = query.figures {
            values.append((Parameter.figures, figures.map(\.rawValue).sorted().joined(separator: ",")))
        }
        return DocumentRequest(query: values).target(HistoryEndpoint.path)
    }

    static func read(_ bytes: [UInt8]) throws(CommandFailure) -> HistoryAnswer {
        do {
            return try HistoryAnswer.fields.read(JSONValue(parsing: bytes))
        } catch {
            throw CommandFailure(
                .software, "The daemon's answer is not what this version of numawatch expects: \(error).",
                remedy: "Restart numawatchd after an upgrade, so that both are of one version.")
        }
    }
}
