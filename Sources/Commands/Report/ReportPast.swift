import Comparison
import History
import Report

/// What a report asks of the history.
struct ReportPast {
    let source: any HistorySource
    let sinceNanoseconds: UInt64
    let untilNanoseconds: UInt64

    /// Columns that pictures are made of; they put together what is more than they have room for.
    private static let columns: UInt64 = 1440
    private static let second: UInt64 = 1_000_000_000

    /// Only these figures are asked for: a day of all of them would be very much.
    private static let figures: Set<HistoryFigure> =
        Set(ComparedFigures.host + ComparedFigures.node + ComparedFigures.group).union([
            .verdict, .reason, .movedPagesPerSecond, .localNode, .trafficBytesPerSecond, .localTrafficBytesPerSecond,
            .value,
        ])

    /// The range for the pictures; or why there is none.
    func pictures() async throws -> ReportPart<HistoryRange> {
        // Whole seconds, five at least: the daemon's rounds are not closer, usually.
        let step = max(5, (untilNanoseconds - sinceNanoseconds) / Self.second / Self.columns)
        do {
            let range = try await range(step: step * Self.second)
            guard !range.times.isEmpty else {
                let gap = range.gaps.first.map { ": \($0.words)" } ?? ""
                return .absent("The daemon’s history holds nothing of this time\(gap).")
            }
            return .value(range)
        } catch let failure as CommandFailure where failure.status == .negative {
            return .absent("The daemon keeps no history: Enabled=yes in [History] of numawatchd.conf.")
        }
    }

    /// The same in steps of a minute: the blocks of comparisons.
    func minutes(_ pictures: ReportPart<HistoryRange>) async throws -> HistoryRange? {
        guard let range = pictures.value else { return nil }
        if range.stepNanoseconds == HistoryQuery.minuteNanoseconds { return range }
        return try await self.range(step: HistoryQuery.minuteNanoseconds)
    }

    private func range(step: UInt64) async throws -> HistoryRange {
        try await source.range(
            HistoryQuery(
                sinceNanoseconds: sinceNanoseconds, untilNanoseconds: untilNanoseconds, stepNanoseconds: step,
                scopes: .all, figures: Self.figures))
    }
}
