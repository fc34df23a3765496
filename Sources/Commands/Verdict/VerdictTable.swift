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
        let shown = entries.filter { $0.record.figures != nil || !$0.record.findings.isEmpty }
        let sorted = shown.sorted { Self.rank($0) < Self.rank($1) }
        var table = TableFormatter(
            columns: [
                .init(entries.first?.scope == .process ? "PROCESS" : "GROUP", isFlexible: true, minimumWidth: 16),
                .init("VERDICT"), .init("SURE"), .init("COST", .trailing), .init("LOCAL", .trailing),
                .init("BEST", .trailing), .init("KEPT", .trailing), .init("MOVE/s", .trailing), .init("RSS", .trailing),
                .init("WHY"),
            ], widthLimit: output.widthLimit)
        for entry in sorted {
            let figures = entry.record.figures
            table.add([
                Self.name(entry), entry.record.verdict.word,
                entry.record.verdict == .cannotTell ? Quantity.unknown : entry.record.confidence.rawValue,
                Quantity.percent(figures?.cost?.total.value, decimals: 1),
                Quantity.percent(figures?.locality?.value), Quantity.percent(figures?.bestLocality?.value),
                Quantity.percent(figures?.kept?.value), Quantity.rate(figures?.movedPagesPerSecond),
                Quantity.bytes(entry.residentBytes), entry.record.why,
            ])
        }
        let rest = entries.count - shown.count
        let note = rest > 0 ? "\(rest) more hardly ran.\n" : ""
        return (sorted.isEmpty ? "" : table.render()) + note
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
