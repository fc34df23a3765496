/// What is asked of a history.
package struct HistoryQuery: Sendable, Equatable {
    /// Whom it is asked of.
    package enum Scopes: Sendable, Equatable {
        case all
        /// The host and its nodes.
        case host
        /// One group, by its name.
        case group(String)
    }

    /// Nanoseconds since 1970: samples later than the first and not later than the second.
    package var sinceNanoseconds: UInt64
    package var untilNanoseconds: UInt64
    /// The length of a step, a multiple of a second; nil for the rounds as they were.
    package var stepNanoseconds: UInt64?
    package var scopes: Scopes
    /// Nil for all.
    package var figures: Set<HistoryFigure>?

    /// The step of blocks for comparisons, and of what is kept for long.
    package static let minuteNanoseconds: UInt64 = 60_000_000_000

    package init(
        sinceNanoseconds: UInt64, untilNanoseconds: UInt64, stepNanoseconds: UInt64? = Self.minuteNanoseconds,
        scopes: Scopes = .all, figures: Set<HistoryFigure>? = nil
    ) {
        self.sinceNanoseconds = sinceNanoseconds
        self.untilNanoseconds = untilNanoseconds
        self.stepNanoseconds = stepNanoseconds
        self.scopes = scopes
        self.figures = figures
    }
}

/// What a history holds of a span of time. All scopes have the same times.
package struct HistoryRange: Sendable, Equatable {
    package var hostName: String?
    package var sinceNanoseconds: UInt64
    package var untilNanoseconds: UInt64
    /// Nil for the rounds as they were.
    package var stepNanoseconds: UInt64?
    /// The ends of the steps that have samples, ascending, nanoseconds since 1970. A step without any is not in it.
    package var times: [UInt64]
    package var series: [HistorySeries]
    /// Ascending. They may begin before the span, and end after it.
    package var gaps: [HistoryGap]
    /// How settings stood at the beginning (then with a time at or before it), and each change in the span; ascending by time.
    package var settings: [HistorySetting]
    /// Ascending by time.
    package var events: [HistoryEvent]

    package init(sinceNanoseconds: UInt64, untilNanoseconds: UInt64, stepNanoseconds: UInt64? = nil) {
        self.sinceNanoseconds = sinceNanoseconds
        self.untilNanoseconds = untilNanoseconds
        self.stepNanoseconds = stepNanoseconds
        times = []
        series = []
        gaps = []
        settings = []
        events = []
    }

    package subscript(scope: HistoryScope) -> HistorySeries? { series.first { $0.scope == scope } }

    package var host: HistorySeries? { self[.host] }

    /// Of nodes, ascending.
    package var nodes: [HistorySeries] {
        series.compactMap { series in if case .node(let id) = series.scope { (id, series) } else { nil } }
            .sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Of groups, in the order of their names.
    package var groups: [HistorySeries] {
        series.filter { if case .group = $0.scope { true } else { false } }
            .sorted { ($0.scope.name ?? "") < ($1.scope.name ?? "") }
    }

    package var metrics: [HistorySeries] {
        series.filter { if case .metric = $0.scope { true } else { false } }
            .sorted { ($0.scope.name ?? "") < ($1.scope.name ?? "") }
    }
}

/// A source of ranges: a file, or a daemon.
package protocol HistorySource: Sendable {
    func range(_ query: HistoryQuery) async throws -> HistoryRange
}
