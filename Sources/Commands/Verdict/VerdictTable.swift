import Report
import Snapshots
import TextOutput

/// Verdicts as a table, those that matter first.
struct VerdictTable {
    private let entries: [VerdictEntry]

    /// - Parameter entries: What hardly ran, and of which there is nothing to tell, is only counted.
    init(_ entries: [VerdictEntry]) {
        self.entries = entries
    }

    func text(_ output: CommandOutput) -> String {
        guard !entries.isEmpty else { return "" }
        var table = TableFormatter(
            columns: [
                .init(entries.first?.scope == .process ? "PROCESS" : "GROUP", isFlexible: true, minimumWidth: 16),
                .init("VERDICT"), .init("SURE"), .init("COST", .trailing), .init("LOCAL", .trailing),
                .init("BEST", .trailing), .init("KEPT", .trailing), .init("MOVE/s", .trailing), .init("RSS", .trailing),
                .init("WHY"),
            ], widthLimit: output.widthLimit)
        let rows = rows
        for row in rows { table.add(row) }
        let rest = entries.count - rows.count
        let note = rest > 0 ? "\(rest) more hardly ran.\n" : ""
        return (rows.isEmpty ? "" : table.render()) + note
    }

    /// The same for the report; absent where there is nothing to tell.
    var table: ReportTable? {
        let rows = rows
        guard !rows.isEmpty else { return nil }
        let rest = entries.count - rows.count
        return ReportTable(
            "Verdicts of groups, those that matter first" + (rest > 0 ? "; \(rest) more hardly ran" : ""),
            columns: [
                .init("Group"), .init("Verdict"), .init("Sure"), .init("Cost", isNumber: true),
                .init("Local", isNumber: true), .init("Best", isNumber: true), .init("Kept", isNumber: true),
                .init("Moves/s", isNumber: true), .init("Resident", isNumber: true), .init("Why"),
            ], rows: rows)
    }

    /// Those of which there is something to tell, in their order.
    var sorted: [VerdictEntry] {
        entries.filter { $0.record.figures != nil || !$0.record.findings.isEmpty }
            .sorted { Self.rank($0) < Self.rank($1) }
    }

    private var rows: [[String]] {
        sorted.map { entry in
            let figures = entry.record.figures
            return [
                Self.name(entry), entry.record.verdict.word,
                entry.record.verdict == .cannotTell ? Quantity.unknown : entry.record.confidence.rawValue,
                Quantity.percent(figures?.cost?.total.value, decimals: 1),
                Quantity.percent(figures?.locality?.value), Quantity.percent(figures?.bestLocality?.value),
                Quantity.percent(figures?.kept?.value), Quantity.rate(figures?.movedPagesPerSecond),
                Quantity.bytes(entry.residentBytes), entry.record.why,
            ]
        }
    }

    private static func name(_ entry: VerdictEntry) -> String {
        if let pid = entry.pid { return "\(pid) \(entry.command ?? "")" }
        return entry.title ?? entry.group ?? Quantity.unknown
    }

    /// What hurts first, the most expensive first.
    private static func rank(_ entry: VerdictEntry) -> (Int, Double, String) {
        let order: [Verdict] = [.hurting, .helping, .cannotTell, .settled, .neutral, .inactive, .converged]
        let cost = (entry.record.figures?.cost?.total.value ?? 0) * (entry.record.figures?.cpusUsed ?? 0)
        return (order.firstIndex(of: entry.record.verdict) ?? order.count, -cost, name(entry))
    }
}
