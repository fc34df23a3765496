import Report
import Snapshots
import TextOutput

/// Every figure of a verdict, with what it rests on: `numawatch verdict --explain`.
struct VerdictExplanation {
    private let entry: VerdictEntry

    init(_ entry: VerdictEntry) {
        self.entry = entry
    }

    func text(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("FIGURE"), .init("VALUE", .trailing), .init("LOW", .trailing), .init("HIGH", .trailing),
                .init("RESTS ON"), .init("MEANS", isFlexible: true, minimumWidth: 20),
            ], widthLimit: output.widthLimit)
        for row in rows { table.add(row) }
        return table.render()
    }

    /// The same for the report.
    var table: ReportTable {
        ReportTable(
            "Figures of this verdict",
            columns: [
                .init("Figure"), .init("Value", isNumber: true), .init("Low", isNumber: true),
                .init("High", isNumber: true), .init("Rests on"), .init("Means"),
            ], rows: entry.record.figures == nil ? [] : rows)
    }

    private var rows: [[String]] {
        let record = entry.record
        let window = Quantity.time(nanoseconds: record.windowNanoseconds)
        var rows: [[String]] = [["window", window, "", "", "", "time that was judged"]]
        guard let figures = record.figures else { return rows }
        rows.append(bounded("local", figures.locality, "CPU time share times memory share, by node"))
        rows.append(bounded("best local", figures.bestLocality, "with the threads as they are, and free memory"))
        rows.append(bounded("cost", figures.cost?.total, "of the CPU time"))
        rows.append(part("  arming", figures.cost?.armingRatio, figures.cost))
        rows.append(part("  faults", figures.cost?.faultRatio, figures.cost))
        rows.append(part("  moving", figures.cost?.moveRatio, figures.cost))
        rows.append(bounded("gain", figures.gain, "of the CPU time: waiting × change of the local share × slower"))
        rows.append(bounded("kept", figures.kept, "of the moves, not undone"))
        rows += amounts(figures)
        return rows
    }

    private func amounts(_ figures: VerdictFigures) -> [[String]] {
        let cost = figures.cost?.total.source
        let trend = figures.trendPerMinute.map { $0 * 100 }
        var rows: [[String]] = []
        rows.append(number("efficiency", figures.efficiency, 2, .sampled, "pages made local per page moved"))
        rows.append(
            number("pay-back", figures.paybackLineFills, 0, cost, "line fills from afar that a move has to save"))
        rows.append(number("trend", trend, 2, figures.locality?.source, "points of the local share a minute"))
        rows.append(rate("moved", figures.movedPagesPerSecond, .counters, "pages a second"))
        rows.append(rate("faults", figures.hintFaultsPerSecond, figures.counterSource, "hint faults a second"))
        rows.append(rate("armed", figures.armedPagesPerSecond, figures.counterSource, "pages a second"))
        rows.append(number("CPUs", figures.cpusUsed, 2, .counters, "in use"))
        let policy = figures.policyRatio == nil ? nil : Quantity.percent(figures.policyRatio)
        rows.append(single("policy", policy, .placement, "of its memory that balancing leaves alone"))
        rows.append(number("scan period", figures.scanPeriodMilliseconds, 0, .model, "ms between scans of a task"))
        return rows
    }

    private func number(
        _ name: String, _ value: Double?, _ decimals: Int, _ source: FigureSource?, _ meaning: String
    ) -> [String] {
        single(name, value.map { String(fixed: $0, decimals: decimals) }, source, meaning)
    }

    private func rate(_ name: String, _ value: Double?, _ source: FigureSource?, _ meaning: String) -> [String] {
        single(name, value == nil ? nil : Quantity.rate(value), source, meaning)
    }

    private func bounded(_ name: String, _ ratio: BoundedRatio?, _ meaning: String) -> [String] {
        [
            name, Quantity.percent(ratio?.value, decimals: 1), Quantity.percent(ratio?.low, decimals: 1),
            Quantity.percent(ratio?.high, decimals: 1), ratio?.source.rawValue ?? Quantity.unknown, meaning,
        ]
    }

    private func part(_ name: String, _ value: Double?, _ cost: BalancingCost?) -> [String] {
        single(name, value.map { Quantity.percent($0, decimals: 1) }, cost?.total.source, "of the CPU time")
    }

    private func single(_ name: String, _ value: String?, _ source: FigureSource?, _ meaning: String) -> [String] {
        [
            name, value ?? Quantity.unknown, "", "",
            value == nil ? Quantity.unknown : source?.rawValue ?? Quantity.unknown,
            meaning,
        ]
    }
}
