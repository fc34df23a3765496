import ArgumentParser
import Exposition
import History
import LinuxSystem
import TextOutput

/// `numawatch history [GROUP]`: what was.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "What was: the host or a group over a span of time.",
        discussion: """
            A line for each step, with the mean of figures and what counters grew by a second. In between stands what else is \
            known: spans without samples and why, changes of settings, events. What is not known is a dash.

            The daemon keeps the samples of each round for a day and those of each minute for a month ([History] of \
            numawatchd.conf). Times are UTC: \(HistoryInstant.forms).

            --metric samples a figure of your own, each --every, until it is interrupted: CMD runs as you, by “sh -c”, and the \
            first number it prints goes to $XDG_STATE_HOME/numawatch/metrics.db, a file of yours. The daemon runs nobody's \
            commands. “numawatch compare” judges by it.

            --json prints what /v1/history says, with counters as they stood; --csv a line for each figure of each step.
            """)

    @OptionGroup var options: HistoryOptions

    @Argument(help: "The name of a group as “numawatch groups” has it; the host without it.")
    var group: String?

    @OptionGroup var span: SpanOptions

    @Option(help: "The length of a step (30s, 5m, 1h), or “round”; without it, what fits some 60 lines.")
    var step: String?

    @Flag(name: .customLong("json"), help: "Print the JSON document instead of a table.")
    var isJSON = false

    @Flag(name: .customLong("csv"), help: "Print comma-separated values instead of a table.")
    var isCSV = false

    @Option(help: ArgumentHelp("Sample the number that this command prints.", valueName: "cmd"))
    var metric: String?

    @Option(help: "What the figure of --metric is called.")
    var name = "metric"

    @Option(help: "With --metric: the time between two samples.")
    var every = "5s"

    @Option(help: "With --metric: end after so many samples.")
    var count: Int?

    func validate() throws {
        if metric != nil {
            guard let span = HistoryInstant.span(every), span >= 1_000_000_000 else {
                throw ValidationError("--every wants a time from 1s on.")
            }
            guard !name.isEmpty, name.utf8.count <= 64 else {
                throw ValidationError("--name wants a name of at most 64 bytes.")
            }
        } else if count != nil {
            throw ValidationError("--count goes with --metric.")
        }
        if let count, count < 1 { throw ValidationError("--count wants a number of 1 or more.") }
        if isJSON, isCSV { throw ValidationError("--json and --csv exclude each other.") }
        if let step, step != "round" { _ = try Self.nanoseconds(step) }
    }

    private static func nanoseconds(_ text: String) throws -> UInt64 {
        guard let span = HistoryInstant.span(text), span >= 1_000_000_000, span <= 86_400_000_000_000,
            span % 1_000_000_000 == 0
        else { throw ValidationError("--step wants a time from 1s to 1d, or “round”.") }
        return span
    }

    func run() async throws {
        let output = CommandOutput.standard()
        if let metric {
            let sampling = MetricSampling(
                command: metric, name: name, intervalNanoseconds: HistoryInstant.span(every) ?? 5_000_000_000,
                count: count)
            return try await sampling.run(output)
        }
        let (since, until) = try span.instants(now: SystemTime().realtimeNanoseconds)
        var query = HistoryQuery(
            sinceNanoseconds: since, untilNanoseconds: until, stepNanoseconds: Self.fitting(until - since),
            scopes: group.map { .group($0) } ?? .host)
        if let step { query.stepNanoseconds = step == "round" ? nil : try Self.nanoseconds(step) }
        let range = try await options.source().range(query)
        if isJSON {
            return try output.write(HistoryAnswer.fields.document(HistoryAnswer(range), .timeless))
        }
        if let group, range.groups.isEmpty {
            throw CommandFailure(
                .negative, "The history has no group “\(group.terminalSafe)” in that time.",
                remedy: "“numawatch groups” lists those of now; others see their own alone.")
        }
        try output.write(isCSV ? HistoryCSV.text(range) : HistoryTable(range).text(output))
    }

    /// The step with which a span takes some 60 lines.
    static func fitting(_ span: UInt64) -> UInt64 {
        let steps: [UInt64] = [60, 300, 900, 3600, 14_400, 86_400].map { $0 * 1_000_000_000 }
        return steps.first { span / $0 <= 72 } ?? steps[steps.count - 1]
    }
}

/// A span of time, as options.
struct SpanOptions: ParsableArguments, Sendable {
    @Option(help: "The beginning of the span.")
    var since = "1h ago"

    @Option(help: "The end of the span.")
    var until = "now"

    func validate() throws {
        _ = try instants(now: UInt64.max / 2)
    }

    /// Nanoseconds since 1970.
    func instants(now: UInt64) throws -> (since: UInt64, until: UInt64) {
        let since = try Self.instant(self.since, "--since", now: now)
        let until = try Self.instant(self.until, "--until", now: now)
        guard since < until else { throw ValidationError("--since has to be earlier than --until.") }
        return (since, until)
    }

    static func instant(_ text: String, _ option: String, now: UInt64) throws -> UInt64 {
        guard let instant = HistoryInstant.any(text, now: now) else {
            throw ValidationError("\(option) “\(text)” is no time: \(HistoryInstant.forms).")
        }
        return instant
    }
}
