import Snapshots
import TextOutput

/// The verdict of a group or the host with what it rests on: costs, gains, causes, what to do, what is not known.
extension TopModel {
    func cardLines(_ group: String?, _ context: TableContext) -> [StyledLine] {
        let sample = context.sample
        guard let verdicts = sample.verdicts else {
            return text("This daemon gives no verdict: it is older than this program, or its first verdict is to come.")
        }
        guard let entry = group.map({ verdicts.groups[$0] }) ?? verdicts.host else {
            return text("There is no verdict \(group.map { "of \($0)" } ?? "of this host") yet.")
        }
        let name = entry.title ?? entry.group ?? sample.status.hostName ?? "this host"
        var lines = [title(entry.record, name: name, sample)]
        lines.append(StyledLine(String(repeating: "-", count: columns), .faint))
        if let figures = entry.record.figures { lines += costs(figures) + gains(figures) + moves(figures) }
        lines += causes(entry.record) + sides(entry) + course(group)
        lines.append(StyledLine(String(repeating: "-", count: columns), .faint))
        return lines + advice(entry) + unknown(entry)
    }

    private func text(_ sentence: String) -> [StyledLine] {
        Fitting.wrap(sentence.terminalSafe, to: columns).map { StyledLine($0) }
    }

    /// A label, and a sentence in as many lines as it takes.
    private func labelled(_ label: String, _ sentence: String, source: FigureSource? = nil) -> [StyledLine] {
        let indent = 9
        let whole = sentence + (source.map { "   [\($0.rawValue)]" } ?? "")
        return Fitting.wrap(whole.terminalSafe, to: columns - indent).enumerated().map { index, part in
            var line = StyledLine(" ")
            line.add(index == 0 ? label : "", width: indent - 1, .leading, .heading)
            line.add(part)
            return line
        }
    }

    private func title(_ record: VerdictRecord, name: String, _ sample: LiveSample) -> StyledLine {
        var line = StyledLine(Fitting.cut(name.terminalSafe, to: columns * 3 / 10), .heading)
        line.add("  ")
        line.add(record.screenWord, record.role)
        if record.isSevere { line.add(", severely", .bad) }
        if let reason = record.reason { line.add(" (\(reason.words))") }
        // What is read begins nowhere: a verdict of the first round has an age of none.
        let age = sample.status.round.age(of: record.sinceNanoseconds)
        if record.sinceNanoseconds > 0 { line.add(" for \(Amount.time(Double(age) / 1e9))") }
        line.add("  confidence \(record.confidence.rawValue) \(record.confidencePoints)/4")
        return line
    }

    private func costs(_ figures: VerdictFigures) -> [StyledLine] {
        guard let cost = figures.cost else { return labelled("costs", "not known") }
        var sentence = "\(Self.percent(cost.total)) of its CPU time (\(Self.range(cost.total)))"
        if let cpus = figures.cpusUsed {
            let lost = String(fixed: cost.total.value * cpus, decimals: 1)
            sentence += ", \(lost) of \(String(fixed: cpus, decimals: 1)) CPUs"
        }
        let parts = [("arming", cost.armingRatio), ("faults", cost.faultRatio), ("moving pages", cost.moveRatio)]
            .compactMap { name, ratio in ratio.map { "\(name) \(String(fixed: $0 * 100, decimals: 1))%" } }
        return labelled("costs", sentence, source: cost.total.source)
            + (parts.isEmpty ? [] : labelled("", parts.joined(separator: ", ")))
    }

    private func gains(_ figures: VerdictFigures) -> [StyledLine] {
        var lines =
            figures.gain.map { labelled("gains", Self.range($0), source: $0.source) } ?? labelled("gains", "not known")
        guard let locality = figures.locality else { return lines + labelled("local", "not known") }
        var sentence =
            "\(Self.percent(locality, decimals: 0)) (\(Self.range(locality, decimals: 0))) of its CPU time on the node "
            + "of the memory in use"
        if let best = figures.bestLocality {
            sentence += ", best \(Self.percent(best, decimals: 0)) with today's threads"
        }
        if let trend = figures.trendPerMinute {
            let points = Column<GroupRecord>.trend(trend)
            sentence += points == "=" ? ", steady" : ", \(points) points a minute"
        }
        if let time = figures.convergesInNanoseconds { sentence += ", there in \(Amount.time(Double(time) / 1e9))" }
        lines += labelled("local", sentence, source: locality.source)
        return lines
    }

    private func moves(_ figures: VerdictFigures) -> [StyledLine] {
        func rate(_ what: String, _ amount: Double?) -> String? { amount.map { "\(what) \(Amount.count($0))/s" } }
        var parts = [
            rate("armed", figures.armedPagesPerSecond), rate("faults", figures.hintFaultsPerSecond),
            rate("moved", figures.movedPagesPerSecond),
        ].compactMap { $0 }
        if let kept = figures.kept { parts.append("kept \(Self.percent(kept, decimals: 0))") }
        if let efficiency = figures.efficiency {
            parts.append("\(String(fixed: efficiency, decimals: 2)) made local for each moved")
        }
        var lines = parts.isEmpty ? [] : labelled("pages", parts.joined(separator: ", "), source: figures.kept?.source)
        if let fills = figures.paybackLineFills {
            lines += labelled("pays", "a moved page pays after \(Amount.count(fills)) line fills from it")
        }
        return lines
    }

    private func causes(_ record: VerdictRecord) -> [StyledLine] {
        record.findings.enumerated().flatMap { index, finding in
            labelled(index == 0 ? "why" : "", "\(finding.detection.letter ?? " ")  \(finding.sentence)")
        }
    }

    /// Of the host: who gains and who pays, since one setting serves all.
    private func sides(_ entry: VerdictEntry) -> [StyledLine] {
        [("gain:", entry.gainingGroups), ("pay:", entry.payingGroups)].flatMap { label, names in
            names.isEmpty ? [] : labelled(label, names.prefix(5).joined(separator: ", "))
        }
    }

    /// How local share and cost went in the samples that are kept.
    private func course(_ group: String?) -> [StyledLine] {
        guard let place, place > 0 else { return [] }
        let samples = ring.samples[...place].suffix(max(10, columns - 34))
        let figures = samples.map { sample in
            (group.map { sample.verdicts?.groups[$0] } ?? sample.verdicts?.host)?.record.figures
        }
        guard let first = samples.first, let last = samples.last else { return [] }
        func row(_ label: String, _ shares: [Double?]) -> [StyledLine] {
            guard let highest = shares.compactMap({ $0 }).max(), let newest = shares.last else { return [] }
            var line = StyledLine(" ")
            line.add(label, width: 8, .leading, .heading)
            line.add(Clock.time(first.wallClockNanoseconds) + " ", .faint)
            line.add(shares.map { Self.level($0, of: max(highest, 1e-9)) }.joined())
            line.add(" " + Clock.time(last.wallClockNanoseconds), .faint)
            line.add("  " + Figure.percent(newest, decimals: label == "cost%" ? 1 : 0).text)
            return [line]
        }
        return row("local%", figures.map { $0?.locality?.value }) + row("cost%", figures.map { $0?.cost?.total.value })
    }

    /// A height as a character: a space is unknown, `.` up to a third of the highest, `:` two thirds, `|` more.
    private static func level(_ share: Double?, of highest: Double) -> String {
        guard let share else { return " " }
        return share * 3 <= highest ? "." : share * 3 <= 2 * highest ? ":" : "|"
    }

    private func advice(_ entry: VerdictEntry) -> [StyledLine] {
        entry.advice.enumerated().flatMap { index, advice in
            var lines = labelled(index == 0 ? "DO" : "", "\(index + 1) \(advice.title)")
            // A command is never broken: what is too long is cut here, and y shows it.
            lines += advice.commands.map { StyledLine("           " + $0, .good) }
            if !advice.expected.isEmpty { lines += labelled("", "expect: \(advice.expected)") }
            if !advice.limit.isEmpty { lines += labelled("", "but: \(advice.limit)") }
            return lines
        }
    }

    private func unknown(_ entry: VerdictEntry) -> [StyledLine] {
        entry.unknown.enumerated().flatMap { index, unknown in
            labelled(index == 0 ? "UNKNOWN" : "", "\(unknown.what): \(unknown.remedy)")
        }
    }
}

/// The letters of the column WHY: of detections, and the two that verdicts have beside them.
enum WhyLetter {
    static let all: [(letter: Character, meaning: String)] =
        Detection.allCases.compactMap { detection in detection.letter.map { ($0, detection.words) } }
        + [("B", "bound by policy"), ("N", "nothing known")]

    static var legend: String { "WHY: " + all.map { "\($0.letter) \($0.meaning)" }.joined(separator: ", ") }
}
