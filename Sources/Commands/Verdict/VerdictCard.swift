import Drawing
import Exposition
import NUMATopology
import Report
import Snapshots
import TextOutput

/// A verdict as a card of plain text, 80 columns wide or as wide as the terminal where that is narrower:
///
///     postgresql.service   HURTING  since 14:18 (14 min)   confidence medium (2 of 4)
///     --------------------------------------------------------------------------------
///      costs   6.8 % of its CPU time (3.9-16.1 %), 2.1 of 31 CPUs   [assumed]
///              arming 0.4 %   faults 1.9 %   moving pages 4.5 %
///      gains   -0.1-0.8 %   [sampled]
///      …
struct VerdictCard {
    private let entry: VerdictEntry
    private let round: RoundHeader
    private var record: VerdictRecord { entry.record }

    /// Where the text of a line begins, behind its label.
    private static let indent = 9

    init(_ entry: VerdictEntry, round: RoundHeader) {
        self.entry = entry
        self.round = round
    }

    /// What the card says, before it is laid out: the report says the same.
    var content: VerdictCardContent {
        let age = round.age(of: record.sinceNanoseconds)
        // Hours and minutes stand at bytes 11 to 15.
        let since = round.wallClockNanoseconds.subtractingSaturated(
            RoundHeader.age(of: record.sinceNanoseconds, now: round.monotonicNanoseconds))
        let clock = String(UTCTime.text(nanoseconds: since).dropFirst(11).prefix(5))
        return VerdictCardContent(
            name: name, word: record.verdict.word.uppercased() + (record.isSevere ? " severely" : ""),
            tone: Self.tone(record.verdict), reason: record.reason?.words,
            since: "since \(clock) UTC (\(Quantity.time(nanoseconds: age)))",
            confidence: record.verdict == .cannotTell
                ? nil : "confidence \(record.confidence.rawValue) (\(record.confidencePoints) of 4)",
            lines: lines, advice: entry.advice, unknown: entry.unknown.map { "\($0.what); \($0.remedy)" },
            evidence: VerdictExplanation(entry).table)
    }

    func text(_ output: CommandOutput) -> String {
        let content = content
        let width = min(output.widthLimit ?? 80, 80)
        let rule = String(repeating: "-", count: width) + "\n"
        var text = heading(content, output) + "\n" + rule
        for line in content.lines { text += Self.wrapped(line.label, line.text.terminalSafe, width: width) }
        var below = ""
        for (index, advice) in content.advice.enumerated() { below += Self.advice(advice, index + 1, width: width) }
        for unknown in content.unknown { below += Self.wrapped("unknown", unknown.terminalSafe, width: width) }
        return text + (below.isEmpty ? "" : rule + below)
    }

    // MARK: Heading

    private var name: String {
        switch entry.scope {
        case .host: "host"
        case .group: entry.title ?? entry.group ?? Quantity.unknown
        case .process: "\(entry.pid.map(String.init) ?? Quantity.unknown) \(entry.command ?? "")"
        }
    }

    private func heading(_ content: VerdictCardContent, _ output: CommandOutput) -> String {
        var text = output.styled(content.name.terminalSafe, .heading)
        text += "   " + output.styled(content.word, Self.emphasis(record.verdict))
        if let reason = content.reason { text += " (\(reason))" }
        text += "  \(content.since)"
        if let confidence = content.confidence { text += "  \(confidence)" }
        return text
    }

    static func tone(_ verdict: Verdict) -> Palette.Tone {
        switch verdict {
        case .helping, .converged: .good
        case .hurting: .bad
        case .settled, .neutral, .cannotTell: .warning
        case .inactive: .faint
        }
    }

    static func emphasis(_ verdict: Verdict) -> CommandOutput.Emphasis {
        switch tone(verdict) {
        case .good: .good
        case .bad: .bad
        case .warning: .warning
        case .plain, .faint: .faint
        }
    }

    // MARK: Figures

    private typealias Line = VerdictCardContent.Line

    private var lines: [Line] {
        var lines: [Line] = []
        if let figures = record.figures {
            lines += costs(figures)
            if let gain = figures.gain {
                lines.append(Line(label: "gains", text: "\(range(gain, of: nil))   [\(gain.source.rawValue)]"))
            }
            lines += memory(figures)
            if let moved = moves(figures) { lines.append(Line(label: "moved", text: moved)) }
        }
        for (index, finding) in record.findings.enumerated() {
            let letter = finding.detection.letter.map { "\($0)  " } ?? ""
            lines.append(
                Line(
                    label: index == 0 ? "why" : "",
                    text: "\(letter)\(finding.detection.words): \(finding.sentence), for "
                        + Quantity.time(nanoseconds: round.age(of: finding.sinceNanoseconds))))
        }
        if !entry.gainingGroups.isEmpty {
            lines.append(Line(label: "gain", text: Self.names(entry.gainingGroups)))
        }
        if !entry.payingGroups.isEmpty { lines.append(Line(label: "pay", text: Self.names(entry.payingGroups))) }
        return lines
    }

    private func costs(_ figures: VerdictFigures) -> [Line] {
        guard let cost = figures.cost else { return [] }
        var text = range(cost.total, of: " of \(entry.scope == .host ? "the" : "its") CPU time")
        if let used = figures.cpusUsed {
            text +=
                ", \(String(fixed: cost.total.value * used, decimals: 2)) of \(String(fixed: used, decimals: 1)) CPUs"
        }
        text += "   [\(cost.total.source.rawValue)]"
        var lines = [Line(label: "costs", text: text)]
        if let arming = cost.armingRatio, let faults = cost.faultRatio, let moves = cost.moveRatio, cost.total.high > 0
        {
            lines.append(
                Line(
                    label: "",
                    text: "arming \(percent(arming))   faults \(percent(faults))   moving pages \(percent(moves))"))
        }
        return lines
    }

    private func memory(_ figures: VerdictFigures) -> [Line] {
        guard let locality = figures.locality else { return [] }
        var text = range(locality, of: nil)
        if let best = figures.bestLocality { text += ", \(percent(best.value)) at best" }
        if let trend = figures.trendPerMinute, abs(trend) >= 0.001 {
            text += ", \(trend > 0 ? "+" : "")\(String(fixed: trend * 100, decimals: 1)) points a minute"
        }
        if let time = figures.convergesInNanoseconds { text += ", there in \(Quantity.time(nanoseconds: time))" }
        text += "   [\(locality.source.rawValue)]"
        var lines = [Line(label: "local", text: text)]
        if let bytes = figures.bytesByNode, let time = figures.cpuNanosecondsByNode, let located = time.whereLocated {
            lines.append(
                Line(
                    label: "",
                    text: "memory by node \(Quantity.bytesByNode(bytes)); CPU time by node \(Self.shares(located))"))
        }
        return lines
    }

    private func moves(_ figures: VerdictFigures) -> String? {
        var parts: [String] = []
        if let rate = figures.movedPagesPerSecond { parts.append("\(Quantity.rate(rate)) pages/s") }
        if let kept = figures.kept { parts.append("kept \(percent(kept.value)) [\(kept.source.rawValue)]") }
        if let efficiency = figures.efficiency {
            parts.append("\(String(fixed: efficiency, decimals: 2)) made local for each")
        }
        if let episode = figures.episode, let before = episode.localityBefore, let after = episode.localityAfter {
            let lasted = RoundHeader.age(of: episode.beganAtNanoseconds, now: episode.lastMoveAtNanoseconds)
            parts.append(
                "\(Quantity.count(UInt64(saturated: episode.movedPages.rounded()))) in "
                    + "\(Quantity.time(nanoseconds: lasted)) until "
                    + "\(Quantity.time(nanoseconds: round.age(of: episode.lastMoveAtNanoseconds))) ago: local "
                    + "\(percent(before)), then \(percent(after))")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    // MARK: Text

    /// `6.8 % (5.9-7.8 %)`; the bounds left out where they are one number.
    private func range(_ ratio: BoundedRatio, of whole: String?) -> String {
        let value = percent(ratio.value) + (whole ?? "")
        let (low, high) = (Self.digits(ratio.low), Self.digits(ratio.high))
        return low == high ? value : "\(value) (\(low) to \(high) %)"
    }

    private func percent(_ ratio: Double) -> String { Self.digits(ratio) + " %" }

    private static func digits(_ ratio: Double) -> String {
        let text = String(fixed: ratio * 100, decimals: abs(ratio) < 0.0995 ? 1 : 0)
        return text == "-0.0" ? "0.0" : text
    }

    private static func shares(_ amounts: NodeValues<UInt64>) -> String {
        let total = Double(max(amounts.total, 1))
        return amounts.nodes.map { "\($0):\(String(fixed: Double(amounts[$0]) / total * 100, decimals: 0)) %" }
            .joined(separator: " ")
    }

    private static func names(_ names: [String]) -> String {
        let most = 4
        return names.prefix(most).joined(separator: ", ")
            + (names.count > most ? " and \(names.count - most) more" : "")
    }

    private static func advice(_ advice: Advice, _ number: Int, width: Int) -> String {
        var text = wrapped(number == 1 ? "do" : "", "\(number) \(advice.title.terminalSafe)", width: width, hanging: 2)
        // Commands are there to be copied: a line each, whatever its length.
        for command in advice.commands {
            text += String(repeating: " ", count: indent + 4) + command.terminalSafe + "\n"
        }
        text += wrapped("", "  expect: \(advice.expected.terminalSafe)", width: width, hanging: 4)
        return text + wrapped("", "  limit: \(advice.limit.terminalSafe)", width: width, hanging: 4)
    }

    /// A label and text behind it, broken at spaces.
    private static func wrapped(_ label: String, _ text: String, width: Int, hanging: Int = 0) -> String {
        var result = ""
        var line = " " + label + String(repeating: " ", count: max(1, indent - 1 - label.count))
        var isEmpty = true
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !isEmpty, line.count + 1 + word.count > width {
                result += trimmed(line) + "\n"
                line = String(repeating: " ", count: indent + hanging)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return result + trimmed(line) + "\n"
    }

    /// Without spaces at its end.
    private static func trimmed(_ line: String) -> Substring {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return line
    }
}
