import Comparison
import History
import Report
import Snapshots
import TextOutput

/// A comparison for people.
///
///     A  db7, 13:00:00 to 13:30:00 UTC, 30 blocks of 60 s
///     B  db7, 14:00:00 to 14:30:00 UTC, 30 blocks of 60 s
///
///     kernel.numa_balancing  1 -> 0
///
///     HOST             A        B       B - A   95 % INTERVAL
///     hint faults   41,200/s      0   -41,200/s  -43,100 to -39,300/s  fell
struct ComparisonText {
    private let comparison: Comparison
    /// Figures that did not change are left out.
    private let onlyChanges: Bool

    init(_ comparison: Comparison, onlyChanges: Bool) {
        self.comparison = comparison
        self.onlyChanges = onlyChanges
    }

    func text(_ output: CommandOutput) -> String {
        var text = side("A", comparison.before) + side("B", comparison.after) + "\n"
        text += judgement + "\n"
        text += settings + "\n"
        let verdicts = verdictTable(output)
        if !verdicts.isEmpty { text += output.styled("Verdicts", .heading) + "\n" + verdicts + "\n" }
        text += output.styled("Figures", .heading) + "\n" + figures(output)
        return text + legend
    }

    // MARK: Head

    private func side(_ letter: String, _ side: ComparisonSide) -> String {
        let spans = side.spans.map { span in
            let until = ReportTime.text(span.untilSeconds)
            let isSameDay = ReportTime.text(span.sinceSeconds).prefix(10) == until.prefix(10)
            return "\(ReportTime.text(span.sinceSeconds)) to \(isSameDay ? String(until.dropFirst(11)) : until)"
        }.joined(separator: ", ")
        let head =
            "\(letter)  \((side.hostName ?? "a host").terminalSafe), \(spans) UTC, "
            + "\(side.blockCount) blocks of \(Quantity.time(Double(side.blockSeconds)))\n"
        return head + side.remarks.map { "   \($0.terminalSafe)\n" }.joined()
    }

    /// One sentence: by the user's own figures, where there are any; else by what balancing costs and gains.
    private var judgement: String {
        let own = comparison.rows.filter { $0.subject.kind == "metric" }
        guard own.isEmpty else { return own.map(sentence).joined() }
        let host = ComparisonSide.Subject(kind: "host", name: nil)
        guard let cost = comparison.row(host, HistoryFigure.cost.rawValue), cost.difference != nil else {
            return
                "Whether it helped cannot be said: neither side knows what balancing cost. A figure of your own tells: "
                + "numawatch history --metric.\n"
        }
        return sentence(cost)
            + "That is what balancing takes by numawatch's reckoning, not how fast your work is: a figure of your own tells, "
            + "numawatch history --metric.\n"
    }

    private func sentence(_ row: Comparison.Row) -> String {
        let name = Self.name(row)
        let amount = ComparedAmount(unit: row.unit)
        guard let difference = row.difference else {
            return
                "Of \(name) one side knows too little: at least \(MeanEstimate.leastBlocks) blocks are needed on each.\n"
        }
        let interval = "\(amount.signed(difference.low)) to \(amount.signed(difference.high))"
        return switch row.finding {
        case .rose, .fell:
            "\(name) \(row.finding.rawValue) by \(amount.text(abs(difference.value))), from "
                + "\(amount.text(row.before?.mean)) to \(amount.text(row.after?.mean)) (95 % interval \(interval)).\n"
        case .perhaps, .same, .unknown:
            "\(name): no change that can be told from chance (\(amount.signed(difference.value)), 95 % interval "
                + "\(interval)).\n"
        }
    }

    static func name(_ row: Comparison.Row) -> String {
        if row.subject.kind == "metric" { return (row.subject.name ?? "metric").terminalSafe }
        return HistoryFigure(rawValue: row.name).map(ComparedFigures.words) ?? row.name.terminalSafe
    }

    private var settings: String {
        guard !comparison.settings.isEmpty else { return "Settings: none differs.\n" }
        return comparison.settings.map { setting in
            let (before, after) = (setting.before ?? Quantity.unknown, setting.after ?? Quantity.unknown)
            return "\(setting.name.terminalSafe)  \(before.terminalSafe) -> \(after.terminalSafe)\n"
        }.joined()
    }

    // MARK: Tables

    private func verdictTable(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [.init("", isFlexible: true, minimumWidth: 12), .init("A"), .init("B")],
            widthLimit: output.widthLimit)
        func words(_ share: ComparisonSide.VerdictShare?) -> String {
            share.map { "\($0.verdict.word), \(Quantity.percent($0.share)) of the time" } ?? Quantity.unknown
        }
        for entry in comparison.verdicts
        where !onlyChanges || Self.differ(entry.before, entry.after) {
            table.add([Self.name(entry.subject), words(entry.before), words(entry.after)])
        }
        return table.isEmpty ? "" : table.render()
    }

    /// Whether both are known, and are not the same.
    private static func differ(_ one: ComparisonSide.VerdictShare?, _ other: ComparisonSide.VerdictShare?) -> Bool {
        guard let one, let other else { return false }
        return one.verdict != other.verdict
    }

    static func name(_ subject: ComparisonSide.Subject) -> String {
        switch subject.kind {
        case "host": "host"
        case "node": "node \(subject.name ?? "")"
        default: subject.name ?? Quantity.unknown
        }
    }

    private func figures(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("", isFlexible: true, minimumWidth: 12), .init("FIGURE", isFlexible: true, minimumWidth: 12),
                .init("A", .trailing), .init("B", .trailing), .init("B - A", .trailing),
                .init("95 % INTERVAL", .trailing), .init(""),
            ], widthLimit: output.widthLimit)
        var subject: ComparisonSide.Subject?
        for row in comparison.rows {
            if onlyChanges, row.finding == .same || row.finding == .unknown { continue }
            let amount = ComparedAmount(unit: row.unit)
            let interval = row.difference.map { "\(amount.signed($0.low)) to \(amount.signed($0.high))" }
            let isFirst = row.subject != subject
            subject = row.subject
            table.add([
                isFirst ? Self.name(row.subject) : "", row.subject.kind == "metric" ? "value" : Self.name(row),
                amount.text(row.before?.mean), amount.text(row.after?.mean), amount.signed(row.difference?.value),
                interval ?? Quantity.unknown, Self.mark(row.finding),
            ])
        }
        return table.isEmpty ? "Nothing changed that can be told from chance.\n" : table.render()
    }

    private static func mark(_ finding: Comparison.Finding) -> String {
        switch finding {
        case .rose, .fell: finding.rawValue
        case .perhaps: "perhaps"
        case .same, .unknown: ""
        }
    }

    private var legend: String {
        """

        rose, fell: stands out from all that was compared; perhaps: outside of its own interval, as one in twenty is by
        chance. Intervals are of means of blocks, whose likeness with their neighbours is reckoned with (docs/compare.md).

        """
    }
}
