import Exposition
import History
import NUMATopology
import Snapshots
import TextOutput

/// The text of `numawatch history`: a line for each step, and between the lines what else is known.
struct HistoryTable {
    private let range: HistoryRange

    init(_ range: HistoryRange) {
        self.range = range
    }

    func text(_ output: CommandOutput) -> String {
        guard let series = range.host ?? range.groups.max(by: { presence($0) < presence($1) }) else {
            let gaps = range.gaps.map { "  " + Self.text($0) + "\n" }.joined()
            return "Nothing is recorded in that time.\n" + gaps
        }
        let lines = lines(series, output)
        var facts = facts
        var text = output.styled(lines.heading, .heading) + "\n"
        for (place, line) in lines.rows.enumerated() {
            while let fact = facts.first, fact.time < range.times[lines.places[place]] {
                text += output.styled(fact.text.terminalSafe, .warning) + "\n"
                facts.removeFirst()
            }
            text += line + "\n"
        }
        for fact in facts { text += output.styled(fact.text.terminalSafe, .warning) + "\n" }
        return text
    }

    private func presence(_ series: HistorySeries) -> Int { range.times.indices.count { series.isPresent(at: $0) } }

    // MARK: Lines

    private func lines(_ series: HistorySeries, _ output: CommandOutput) -> (
        heading: String, rows: [String], places: [Int]
    ) {
        let isHost = series.scope == .host
        var table = TableFormatter(
            columns: [
                .init(range.times.first.map { String(UTCTime.text(nanoseconds: $0).prefix(10)) } ?? "TIME"),
                .init("VERDICT"), .init("COST", .trailing), .init("GAIN", .trailing), .init("LOCAL", .trailing),
                .init("BEST", .trailing), .init("KEPT", .trailing), .init("MOVED/s", .trailing),
            ]
                + (isHost
                    ? [.init("FAULTS/s", .trailing), .init("ARMED/s", .trailing)]
                    : [
                        .init("CPUS", .trailing), .init("RSS", .trailing), .init("MEMORY", isFlexible: true),
                        .init("THREADS"),
                    ]) + [.init("WHY")], widthLimit: output.widthLimit)
        let moved = range.figures(HistoryKey(isHost ? .hostMigratedPages : .migratedPages), of: series)
        let faults = range.figures(HistoryKey(.hintFaults), of: series)
        let armed = range.figures(HistoryKey(.armedPages), of: series)
        let cpus = range.figures(HistoryKey(.cpuSeconds), of: series)
        var places: [Int] = []
        var day = range.times.first.map { $0 / 86_400_000_000_000 }
        for place in range.times.indices where series.isPresent(at: place) {
            let time = range.times[place]
            let text = UTCTime.text(nanoseconds: time)
            // Another day says so; the first one is in the heading.
            let isNew = day != time / 86_400_000_000_000
            day = time / 86_400_000_000_000
            let clock = String(text.dropFirst(11).prefix(8))
            table.add(
                [
                    isNew ? "\(text.prefix(10)) \(clock)" : clock,
                    series.verdict(at: place)?.word ?? Quantity.unknown,
                    percent(series, .cost, .costSource, place), percent(series, .gain, .gainSource, place),
                    percent(series, .locality, .localitySource, place),
                    percent(series, .bestLocality, .bestLocalitySource, place),
                    percent(series, .kept, .keptSource, place), rate(moved[place]),
                ]
                    + (isHost
                        ? [rate(faults[place]), rate(armed[place])]
                        : [
                            cpus[place].map { String(fixed: $0, decimals: 2) } ?? Quantity.unknown,
                            Quantity.bytes(series[.residentBytes]?[place].map { UInt64($0) }),
                            byNode(series, .memoryBytes, place) { Quantity.bytes(UInt64($0)) },
                            byNode(series, .threads, place) { String(fixed: $0, decimals: 0) },
                        ]) + [why(series, place)])
            places.append(place)
        }
        let rendered = table.render().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return (rendered.first ?? "", Array(rendered.dropFirst().prefix(places.count)), places)
    }

    private func percent(
        _ series: HistorySeries, _ figure: HistoryFigure, _ source: HistoryFigure, _ place: Int
    ) -> String {
        guard let value = series[figure]?[place] else { return Quantity.unknown }
        let from = series[source]?[place].flatMap { FigureSource(historyCode: $0) }
        // Counted by the kernel or by tracing: no mark.
        let mark = from == .counters || from == .trace ? "" : from == .model ? "m" : "~"
        return String(fixed: value * 100, decimals: 1) + "%" + mark
    }

    private func rate(_ perSecond: Double?) -> String {
        perSecond.map { String(fixed: $0, decimals: $0 < 10 ? 1 : 0) } ?? Quantity.unknown
    }

    private func byNode(
        _ series: HistorySeries, _ figure: HistoryFigure, _ place: Int, _ text: (Double) -> String
    ) -> String {
        guard series[figure]?[place] != nil else { return Quantity.unknown }
        let parts = series.keys(byNode: figure).compactMap { key -> String? in
            guard let node = key.node, let value = series.value(key, at: place), value > 0 else { return nil }
            return "\(node):\(text(value))"
        }
        return parts.isEmpty ? "0" : parts.joined(separator: " ")
    }

    private func why(_ series: HistorySeries, _ place: Int) -> String {
        guard let verdict = series.verdict(at: place) else { return "" }
        var record = VerdictRecord(verdict, reason: series.reason(at: place))
        record.findings = (series.detections(at: place) ?? []).map { DetectionFinding($0) }
        return record.why
    }

    // MARK: Between the lines

    /// What else is known, by the time before which it stands.
    private var facts: [(time: UInt64, text: String)] {
        var facts: [(time: UInt64, text: String)] = range.gaps.map { ($0.untilNanoseconds, Self.text($0)) }
        facts += range.settingChanges.map { change in
            (
                change.atNanoseconds,
                "  \(Self.clock(change.atNanoseconds))  \(change.name) was \(change.before ?? "not readable"), is "
                    + "\(change.after ?? "not readable")"
            )
        }
        facts += range.events.filter { isShown($0) }.map {
            ($0.wallClockNanoseconds, "  \(Self.clock($0.wallClockNanoseconds))  \($0.message)")
        }
        return facts.sorted { $0.time < $1.time }
    }

    /// Of a group's history, what is about the group.
    private func isShown(_ event: HistoryEvent) -> Bool {
        guard range.host == nil, let name = range.groups.first?.scope.name else { return true }
        return event.group == name
    }

    /// `  no data 14:02:10 to 14:07:15: daemon stopped`
    static func text(_ gap: HistoryGap) -> String {
        "  no data \(clock(gap.sinceNanoseconds)) to \(clock(gap.untilNanoseconds)): \(gap.words)"
            + (gap.detail.map { " (\($0))" } ?? "")
    }

    private static func clock(_ time: UInt64) -> String {
        String(UTCTime.text(nanoseconds: time).dropFirst(11).prefix(8))
    }
}

/// The lines of `--csv`: a figure of a step each, counters as what they grew by a second.
enum HistoryCSV {
    static func text(_ range: HistoryRange) -> String {
        var text = "time,scope,name,owner_uid,figure,numa_node,target_node,value\n"
        for series in range.series {
            let owner: UInt32? = if case .group(_, let owner) = series.scope { owner } else { nil }
            let scope = [series.scope.kind, field(series.scope.name ?? ""), owner.map { "\($0)" } ?? ""]
                .joined(separator: ",")
            for key in series.columns.keys.sorted() {
                let name = key.figure.rawValue + (key.figure.kind == .counter ? "_per_second" : "")
                for (place, value) in range.figures(key, of: series).enumerated() {
                    guard let value else { continue }
                    let shown = key.figure.word(value) ?? "\(value)"
                    text += "\(UTCTime.text(nanoseconds: range.times[place])),\(scope),\(name),"
                    text += "\(key.node?.description ?? ""),\(key.target?.description ?? ""),\(shown)\n"
                }
            }
        }
        return text
    }

    /// As RFC 4180 has it; what a spreadsheet would take for a formula is text.
    static func field(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@".contains($0) } ?? false
        let safe = (isFormula ? "'" : "") + text
        guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
