import ArgumentParser
import Exposition
import History
import HistoryFiles
import LinuxSystem
import TextOutput

/// `numawatch history --metric CMD`: samples a figure of the user's own, beside the daemon's history.
///
/// The command runs as the user who typed it, by `sh -c`, and its figures go to a file of that user's. The daemon never runs a
/// command, and takes no figures from anybody.
struct MetricSampling {
    var command: String
    var name: String
    var intervalNanoseconds: UInt64
    var count: Int?

    /// `$XDG_STATE_HOME/numawatch/metrics.db`, else below `~/.local/state`; nil where neither says where.
    static func path(environment: (String) -> String? = HostFacts.environmentVariable) -> String? {
        let home = environment("HOME").flatMap { $0.hasPrefix("/") ? $0 + "/.local/state" : nil }
        // Relative paths are to be ignored (XDG Base Directory Specification).
        let state = environment("XDG_STATE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (state ?? home).map { $0 + "/numawatch/metrics.db" }
    }

    /// Samples until it is interrupted, or has enough.
    func run(_ output: CommandOutput) async throws {
        guard let path = Self.path(), let slash = path.lastIndex(of: "/") else {
            throw CommandFailure(
                .cannotWrite, "Neither $XDG_STATE_HOME nor $HOME says where figures are to be kept.")
        }
        let file: MetricsFile
        do {
            try Output.makeDirectories(String(path[..<slash]))
            file = try MetricsFile(writing: path)
        } catch let failure as DatabaseFailure {
            throw CommandFailure(failure)
        } catch {
            throw CommandFailure(.cannotWrite, "\(error)")
        }
        let time = SystemTime()
        var next = time.monotonicNanoseconds
        var taken = 0
        while taken < count ?? .max {
            let result: ShellCommand.Result
            do throws(SystemFailure) { result = try ShellCommand.run(command) } catch {
                throw CommandFailure(.noInput, "\(error)")
            }
            let now = time.realtimeNanoseconds
            if let value = Self.value(result) {
                do throws(DatabaseFailure) { try file.add(value, name: name, at: now) } catch {
                    throw CommandFailure(error)
                }
                try output.write("\(UTCTime.text(nanoseconds: now))  \(name.terminalSafe)  \(value)\n")
            } else {
                // Not known, and so not there: the step has none.
                CommandOutput.complain(
                    result.status == 0
                        ? "\(UTCTime.text(nanoseconds: now)): the command printed no number"
                        : "\(UTCTime.text(nanoseconds: now)): the command ended with status \(result.status)")
            }
            taken += 1
            next += intervalNanoseconds
            if taken < count ?? .max { try await time.sleep(untilMonotonicNanoseconds: next) }
        }
    }

    /// The first number in what a command printed; nil where there is none, or the command failed.
    static func value(_ result: ShellCommand.Result) -> Double? {
        guard result.status == 0 else { return nil }
        let words = String(decoding: result.output, as: UTF8.self).split(whereSeparator: {
            $0.isWhitespace || $0 == ","
        })
        return words.lazy.compactMap { Double($0) }.first { $0.isFinite }
    }
}

/// A history with the user's own figures in it, where the user has any.
struct HistoryWithMetrics: HistorySource {
    let history: any HistorySource
    let path: String

    func range(_ query: HistoryQuery) async throws -> HistoryRange {
        var range = try await history.range(query)
        guard case .all = query.scopes, query.figures?.contains(.value) ?? true else { return range }
        try HistoryFileReader(path: path).addMetrics(to: &range)
        return range
    }
}
