import TextOutput

/// `docs/truth.md`: what was counted, and what was published of it.
///
/// A run renews the lines of its kernels and seeds; others stay as they are.
package struct TruthDocument: Sendable, Hashable {
    /// A line of one of the tables.
    package struct Line: Sendable, Hashable {
        package var cells: [String]

        package init(cells: [String]) { self.cells = cells }

        var kernel: String { cells[0] }
        var seed: String { cells[1] }
        /// Without the text around it.
        func number(_ column: Int) -> Double? { Double(cells[column].prefix { "+-.0123456789".contains($0) }) }
    }

    /// A line per kernel, seed and state of balancing.
    package private(set) var counts: [Line] = []
    /// A line per kernel and seed.
    package private(set) var times: [Line] = []
    /// Likewise.
    package private(set) var costs: [Line] = []

    /// Where it lies.
    package static let path = PackageTable.repository + "/docs/truth.md"

    package static let countColumns = [
        "kernel", "seed", "balancing", "accesses", "local, %", "fills local, %", "kernel/user, %", "balancing, %",
        "armed", "faults", "moved", "local faults, %", "published, %", "bounds", "error, points", "truth within",
    ]
    package static let timeColumns = [
        "kernel", "seed", "on, s", "off, s", "on − off, %", "noise, %", "time says", "verdict", "named right",
        "sign agrees",
    ]
    package static let costColumns = [
        "kernel", "seed", "arming, %", "faulting, %", "moving, %", "on − off, %", "published, %", "bounds",
        "per page armed", "per fault", "per page moved",
    ]
    private static let unknown = "-"

    /// Reads the tables of a document; of another text, nothing.
    package init(parsing text: String = "") {
        for line in text.split(separator: "\n") where line.hasPrefix("| ") && line.hasSuffix(" |") {
            let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false)
                .map(String.init)
            guard KernelSeries(release: cells[0]) != nil else { continue }
            switch cells.count {
            case Self.countColumns.count: counts.append(Line(cells: cells))
            case Self.timeColumns.count: times.append(Line(cells: cells))
            case Self.costColumns.count: costs.append(Line(cells: cells))
            default: break
            }
        }
    }

    /// Puts rows in the place of the lines of the same series and seeds.
    package mutating func renew(_ rows: [TruthRow]) {
        for row in rows {
            let series = KernelSeries(release: row.kernel)
            func isOld(_ line: Line) -> Bool {
                line.seed == row.seed && KernelSeries(release: line.kernel) == series
            }
            counts.removeAll(where: isOld)
            times.removeAll(where: isOld)
            costs.removeAll(where: isOld)
            counts += [("on", row.on), ("off", row.off)].compactMap { Self.counts(row, $0, $1) }
            times.append(Self.times(row))
            costs.append(Self.costs(row))
        }
        counts = Self.sorted(counts)
        times = Self.sorted(times)
        costs = Self.sorted(costs)
    }

    /// By kernel, then as the seeds are listed; on before off.
    private static func sorted(_ lines: [Line]) -> [Line] {
        func order(_ line: Line) -> (Int, Int) {
            (
                KernelSeries(release: line.kernel).flatMap(KernelSeries.allCases.firstIndex) ?? 0,
                TruthSeed.all.firstIndex { $0.name == line.seed } ?? TruthSeed.all.count
            )
        }
        return lines.enumerated().sorted { first, second in
            let (one, other) = (order(first.element), order(second.element))
            return (one.0, one.1, first.offset) < (other.0, other.1, second.offset)
        }.map(\.element)
    }

    // MARK: Cells

    /// Of several runs the mean; of what was published the run that is farthest from the truth.
    private static func counts(_ row: TruthRow, _ balancing: String, _ runs: [TruthRow.Run]) -> Line? {
        guard let first = runs.first else { return nil }
        func mean(_ value: (TruthRow.Run) -> Double?) -> Double? { TruthRow.mean(runs.compactMap(value)) }
        func counter(_ name: String) -> String {
            mean { row in row.lines.counters[name].map { Double($0) } }.map { decimal($0, 0) } ?? unknown
        }
        let worst = runs.max { abs($0.error ?? 0) < abs($1.error ?? 0) } ?? first
        let locality = worst.publication.locality
        return Line(cells: [
            row.kernel, row.seed, balancing, "\(first.figures.accesses)",
            percent(mean(\.figures.localShare)), percent(mean(\.figures.localFillShare)),
            percent(mean(\.figures.kernelShare)), percent(mean(\.figures.balancingShare)),
            counter("numa_pte_updates"), counter("numa_hint_faults"), counter("numa_pages_migrated"),
            percent(mean(\.lines.localFaultShare)),
            locality.map { percent($0.ratio) + ($0.isPublished ? "" : "*") } ?? unknown,
            locality.map { "\(percent($0.low))–\(percent($0.high))" } ?? unknown,
            worst.error.map { ($0 < 0 ? "-" : "+") + decimal(abs($0) * 100, 1) } ?? unknown,
            answer(runs.contains { $0.isWithinBounds == false } ? false : worst.isWithinBounds),
        ])
    }

    private static func times(_ row: TruthRow) -> Line {
        let seed = TruthSeed.all.first { $0.name == row.seed }
        let verdicts = row.verdicts
        return Line(cells: [
            row.kernel, row.seed,
            TruthRow.mean(row.on.map(\.figures.seconds)).map { decimal($0, 3) } ?? unknown,
            TruthRow.mean(row.off.map(\.figures.seconds)).map { decimal($0, 3) } ?? unknown,
            row.timeDifference.map { ($0 < 0 ? "-" : "+") + decimal(abs($0) * 100, 1) } ?? unknown,
            row.timeNoise.map { decimal($0 * 100, 1) } ?? unknown, row.sign?.rawValue ?? unknown,
            verdicts.isEmpty ? unknown : verdicts.joined(separator: ", "),
            answer(verdicts.isEmpty ? nil : seed.map { $0.verdicts.isSuperset(of: verdicts) }),
            answer(row.isSignRight),
        ])
    }

    /// Of the runs with balancing on: what its parts take, and each in instructions for one page.
    private static func costs(_ row: TruthRow) -> Line {
        func share(_ work: TruthFigures.Work) -> String {
            percent(TruthRow.mean(row.on.compactMap { $0.figures.share(of: work) }))
        }
        func each(_ work: TruthFigures.Work, _ count: (TruthRow.Run) -> UInt64?) -> String {
            let counts = row.on.compactMap(count)
            let all = counts.reduce(0, +)
            guard counts.count == row.on.count, all > 0 else { return unknown }
            let instructions = row.on.reduce(UInt64(0)) { $0 + $1.figures.instructions[work, default: 0] }
            return decimal(Double(instructions) / Double(all), 0)
        }
        let cost = row.on.compactMap(\.publication.cost).max { $0.ratio < $1.ratio }
        return Line(cells: [
            row.kernel, row.seed, share(.arming), share(.faulting), share(.moving), percent(row.kernelDifference),
            percent(cost?.ratio), cost.map { "\(percent($0.low))–\(percent($0.high))" } ?? unknown,
            each(.arming) { $0.lines.counters["numa_pte_updates"] },
            each(.faulting) { $0.figures.entries[.faulting, default: 0] },
            each(.moving) { $0.lines.counters["numa_pages_migrated"] },
        ])
    }

    private static func answer(_ value: Bool?) -> String { value.map { $0 ? "yes" : "NO" } ?? unknown }

    private static func percent(_ share: Double?) -> String { share.map { decimal($0 * 100, 1) } ?? unknown }

    private static func decimal(_ value: Double, _ digits: Int) -> String {
        var bytes: [UInt8] = []
        bytes.append(fixed: value, decimals: digits)
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Text

    /// The document.
    package func text() -> String {
        var text = Self.head
        text += "\n| seed | threads and data |\n| --- | --- |\n"
        for seed in TruthSeed.all { text += "| \(seed.name) | \(seed.summary) |\n" }
        text += "\n## What was counted, and what was published\n\n"
        text += Self.table(Self.countColumns, counts)
        text += "\n\(summary)\n"
        text += "\n## What it would have cost\n\n\(Self.timeHead)\n"
        text += Self.table(Self.timeColumns, times)
        text += "\n## What the kernel does for it\n\n\(Self.costHead)\n"
        text += Self.table(Self.costColumns, costs)
        text += "\n\(gaps)\n"
        return text
    }

    /// The tables, for a terminal.
    package var tables: String {
        [(Self.countColumns, counts), (Self.timeColumns, times), (Self.costColumns, costs)]
            .map { Self.table($0, $1) }.joined(separator: "\n")
    }

    /// CPU time of the emulator's threads, which holds the latency of fills where these have one.
    package static func threadTimes(_ rows: [TruthRow]) -> String {
        func seconds(_ runs: [TruthRow.Run]) -> String {
            runs.map { decimal(Double($0.figures.threadNanoseconds) / 1e9, 2) }.joined(separator: " ")
        }
        let lines = rows.map { Line(cells: [$0.kernel, $0.seed, seconds($0.on), seconds($0.off)]) }
        return "\n" + table(["kernel", "seed", "emulator's CPU time on, s", "off, s"], lines)
    }

    private static func table(_ columns: [String], _ lines: [Line]) -> String {
        var text = "| " + columns.joined(separator: " | ") + " |\n"
        text += "|" + String(repeating: " --- |", count: columns.count) + "\n"
        for line in lines { text += "| " + line.cells.joined(separator: " | ") + " |\n" }
        return text
    }

    /// How many of the figures hold; those that do not are named.
    package var summary: String {
        let errorColumn = 14
        let withinColumn = 15
        let staying = counts.filter { line in TruthSeed.all.contains { $0.name == line.seed && $0.threadsStay } }
        let judged = staying.filter { $0.number(errorColumn) != nil }
        let far = judged.filter { abs($0.number(errorColumn) ?? 0) > Self.allowedPoints }
        let bounded = counts.filter { $0.cells[withinColumn] != Self.unknown }
        let outside = bounded.filter { $0.cells[withinColumn] == "NO" }
        func names(_ lines: [Line]) -> String {
            let names = lines.map { "\($0.seed) with balancing \($0.cells[2]) on \($0.kernel)" }
            return names.isEmpty ? "." : "; not: \(names.joined(separator: ", "))."
        }
        return "Where threads stay, published locality is within 5 points of the truth in "
            + "\(judged.count - far.count) of \(judged.count) lines\(names(far))\n\n"
            + "The truth, by accesses and by line fills, is within the published bounds in "
            + "\(bounded.count - outside.count) of \(bounded.count) lines\(names(outside))"
    }

    private static let allowedPoints = 5.0

    /// What there is no line of.
    package var gaps: String {
        var missing: [String] = []
        for series in TruthMatrix.kernels {
            let made = Set(times.filter { KernelSeries(release: $0.kernel) == series }.map(\.seed))
            let names = TruthSeed.all.map(\.name).filter { !made.contains($0) }
            if !names.isEmpty { missing.append("on \(series.rawValue): \(names.joined(separator: ", "))") }
        }
        return missing.isEmpty
            ? "All seeds were run on all kernels." : "Not run: \(missing.joined(separator: "; "))."
    }
}
