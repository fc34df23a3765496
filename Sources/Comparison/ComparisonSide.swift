package import History
import NUMATopology
package import Snapshots

/// One of the two things that are compared: spans of a host's history, summed up to what a comparison needs.
///
/// A report holds its own, so that two reports can be compared without the histories they came from.
package struct ComparisonSide: Sendable, Equatable {
    /// Whom a figure is about.
    package struct Subject: Sendable, Hashable {
        /// `host`, `node`, `group` or `metric`.
        package var kind: String
        package var name: String?

        package init(kind: String, name: String?) {
            self.kind = kind
            self.name = name
        }

        package init(_ scope: HistoryScope) { self.init(kind: scope.kind, name: scope.name) }
    }

    package struct Figure: Sendable, Equatable {
        package var subject: Subject
        /// As ``HistoryFigure`` names it.
        package var name: String
        package var unit: ComparedUnit
        package var estimate: MeanEstimate

        package init(subject: Subject, name: String, unit: ComparedUnit, estimate: MeanEstimate) {
            self.subject = subject
            self.name = name
            self.unit = unit
            self.estimate = estimate
        }
    }

    /// How much of the time a verdict held.
    package struct VerdictShare: Sendable, Equatable {
        package var subject: Subject
        package var verdict: Verdict
        /// Of the blocks that have a verdict, more than 0 to 1.
        package var share: Double

        package init(subject: Subject, verdict: Verdict, share: Double) {
            self.subject = subject
            self.verdict = verdict
            self.share = share
        }
    }

    /// Seconds since 1970.
    package struct Span: Sendable, Equatable {
        package var sinceSeconds: UInt64
        package var untilSeconds: UInt64

        package init(sinceSeconds: UInt64, untilSeconds: UInt64) {
            self.sinceSeconds = sinceSeconds
            self.untilSeconds = untilSeconds
        }
    }

    package var hostName: String?
    package var spans: [Span]
    package var blockSeconds: UInt64
    /// Blocks with any data.
    package var blockCount: Int
    /// How settings stood at the end, by name.
    package var settings: [String: String]
    /// Sentences: settings that changed within the side, and times of which nothing is known.
    package var remarks: [String]
    package var verdicts: [VerdictShare]
    package var figures: [Figure]

    package init(hostName: String?, blockSeconds: UInt64) {
        self.hostName = hostName
        self.blockSeconds = blockSeconds
        spans = []
        blockCount = 0
        settings = [:]
        remarks = []
        verdicts = []
        figures = []
    }

    /// Sums up ranges of one host's history, each read with the same step: that is a block.
    package init(_ ranges: [HistoryRange]) {
        let step = ranges.first?.stepNanoseconds ?? HistoryQuery.minuteNanoseconds
        self.init(hostName: ranges.compactMap(\.hostName).last, blockSeconds: step / 1_000_000_000)
        spans = ranges.map {
            Span(
                sinceSeconds: $0.sinceNanoseconds / 1_000_000_000, untilSeconds: $0.untilNanoseconds / 1_000_000_000)
        }
        blockCount = ranges.reduce(0) { $0 + $1.times.count }
        for range in ranges { settings.merge(range.settingsAtEnd) { _, newer in newer } }
        remarks = ranges.flatMap(Self.remarks) + Self.differences(ranges)
        var scopes: [HistoryScope] = []
        for series in ranges.flatMap(\.series) where !scopes.contains(series.scope) { scopes.append(series.scope) }
        for scope in scopes.sorted(by: Self.isBefore) { add(scope, ranges, step: step) }
    }

    private mutating func add(_ scope: HistoryScope, _ ranges: [HistoryRange], step: UInt64) {
        let subject = Subject(scope)
        // A group that changed hands is two scopes of one name: the first, which is longer known, stands for it.
        guard !figures.contains(where: { $0.subject == subject }) else { return }
        for figure in ComparedFigures.figures(of: scope) {
            let runs = ranges.flatMap { range -> [[Double]] in
                guard let series = range[scope] else { return [] }
                return Self.runs(range.figures(HistoryKey(figure), of: series), times: range.times, step: step)
            }
            guard let estimate = MeanEstimate(runs: runs) else { continue }
            figures.append(
                Figure(
                    subject: subject, name: figure.rawValue, unit: ComparedFigures.unit(of: figure),
                    estimate: estimate))
        }
        var counts: [Verdict: Int] = [:]
        for range in ranges {
            guard let series = range[scope] else { continue }
            for place in range.times.indices { series.verdict(at: place).map { counts[$0, default: 0] += 1 } }
        }
        let all = counts.values.reduce(0, +)
        for verdict in Verdict.allCases {
            guard let count = counts[verdict] else { continue }
            verdicts.append(VerdictShare(subject: subject, verdict: verdict, share: Double(count) / Double(all)))
        }
    }

    /// Values that follow each other without a gap.
    static func runs(_ values: [Double?], times: [UInt64], step: UInt64) -> [[Double]] {
        var runs: [[Double]] = []
        var last: UInt64?
        for (value, time) in zip(values, times) {
            guard let value else {
                last = nil
                continue
            }
            // Rounds are not quite even: half a step more is no gap.
            if let last, time > last, time - last <= step + step / 2 {
                runs[runs.count - 1].append(value)
            } else {
                runs.append([value])
            }
            last = time
        }
        return runs
    }

    private static func remarks(_ range: HistoryRange) -> [String] {
        range.settingChanges.map { change in
            "\(change.name) changed from \(change.before ?? "-") to \(change.after ?? "-") within it, at "
                + clock(change.atNanoseconds)
        }
            + range.gaps.map { gap in
                let since = max(gap.sinceNanoseconds, range.sinceNanoseconds)
                let until = min(gap.untilNanoseconds, range.untilNanoseconds)
                return "no data from \(clock(since)) to \(clock(until)): \(gap.words)"
            }
    }

    /// Spans that are to be one side and were not set alike.
    private static func differences(_ ranges: [HistoryRange]) -> [String] {
        guard let first = ranges.first?.settingsAtEnd else { return [] }
        var names: Set<String> = []
        for range in ranges.dropFirst() {
            for (name, value) in range.settingsAtEnd where first[name] != nil && first[name] != value {
                names.insert(name)
            }
        }
        return names.sorted().map { "\($0) is not the same in all its spans" }
    }

    private static func clock(_ nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000 % 86_400
        func two(_ number: UInt64) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) UTC"
    }

    private static func isBefore(_ one: HistoryScope, _ other: HistoryScope) -> Bool {
        func rank(_ scope: HistoryScope) -> (Int, Int, String) {
            switch scope {
            case .metric(let name): (0, 0, name)
            case .host: (1, 0, "")
            case .node(let node): (2, node.rawValue, "")
            case .group(let name, _): (3, 0, name)
            }
        }
        return rank(one) < rank(other)
    }
}
