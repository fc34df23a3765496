import Comparison
import History
import RecordedRounds
import Snapshots
import Testing
import TextOutput

/// Two sides held against each other.
@Suite struct ComparisonTests {
    private typealias Subject = ComparisonSide.Subject
    private static let host = Subject(kind: "host", name: nil)

    private static func side(_ change: (inout MadeUpHistory.Shape) -> Void) -> ComparisonSide {
        var shape = MadeUpHistory.Shape()
        shape.minutes = 60
        change(&shape)
        return ComparisonSide([MadeUpHistory.range(shape)])
    }

    @Test("Balancing turned off shows: moves, faults and cost fall, each with its interval, and the setting is named")
    func realChange() throws {
        let before = Self.side { $0.seed = 1 }
        let after = Self.side {
            $0.seed = 2
            $0.offSince = 0
        }
        let comparison = Comparison(before, after)
        for (name, mean) in [("numa_pages_migrated", 18_700.0), ("numa_hint_faults", 41_200), ("cost_ratio", 0.029)] {
            let row = try #require(comparison.row(Self.host, name))
            #expect(row.finding == .fell, "\(row)")
            let difference = try #require(row.difference)
            #expect(difference.low < -mean * 0.8 && difference.high < -mean * 0.6 && difference.low > -mean * 1.4)
            #expect(row.after?.mean == 0)
        }
        #expect(comparison.settings == [.init(name: "kernel.numa_balancing", before: "1", after: "0")])
        let verdict = try #require(comparison.verdicts.first { $0.subject == Self.host })
        #expect(verdict.before?.verdict == .hurting && verdict.after?.verdict == .inactive)
    }

    @Test("Where nothing changed nothing stands out, but once in a hundred comparisons")
    func nullChange() {
        var shown = 0
        for seed: UInt64 in 1...20 {
            let comparison = Comparison(Self.side { $0.seed = seed }, Self.side { $0.seed = seed + 1000 })
            #expect(comparison.rows.count > 40 && comparison.settings.isEmpty)
            if comparison.rows.contains(where: { $0.finding == .rose || $0.finding == .fell }) { shown += 1 }
        }
        #expect(shown <= 1, "\(shown) of 20")
    }

    @Test(
        "Of the essay's four probabilities one stands out, two may be chance, one is none; the user's own figure is judged by itself"
    )
    func holm() {
        func figure(_ name: String, _ mean: Double, kind: String = "host") -> ComparisonSide.Figure {
            ComparisonSide.Figure(
                subject: Subject(kind: kind, name: kind == "host" ? nil : "own"), name: name, unit: .count,
                estimate: MeanEstimate(blockCount: 100, mean: mean, standardError: 1, degrees: 1e6))
        }
        // Distances of the mean, in errors of the difference, whose tails are 0.001, 0.004, 0.03, 0.6.
        let root = 2.0.squareRoot()
        let means = [("a", 3.2906 * root), ("b", 2.8782 * root), ("c", 2.1701 * root), ("d", 0.5244 * root)]
        var before = ComparisonSide(hostName: "one", blockSeconds: 60)
        var after = before
        before.figures = means.map { figure($0.0, 0) } + [figure("own", 0, kind: "metric")]
        after.figures = means.map { figure($0.0, $0.1) } + [figure("own", -2.3264 * root, kind: "metric")]
        let findings = Comparison(before, after).rows.map(\.finding)
        #expect(findings == [.rose, .perhaps, .perhaps, .same, .fell])
    }

    @Test("What one side does not know is unknown, not zero")
    func unknown() throws {
        let before = Self.side { $0.nodes = 2 }
        var after = before
        after.figures.removeAll { $0.name == "cost_ratio" }
        after.figures.append(
            .init(
                subject: Self.host, name: "promoted", unit: .count,
                estimate: MeanEstimate(blockCount: 2, mean: 1, standardError: nil, degrees: 1)))
        let comparison = Comparison(before, after)
        let cost = try #require(comparison.row(Self.host, "cost_ratio"))
        #expect(cost.before != nil && cost.after == nil && cost.difference == nil && cost.finding == .unknown)
        let promoted = try #require(comparison.row(Self.host, "promoted"))
        #expect(promoted.before == nil && promoted.finding == .unknown)
    }

    @Test("Spans of one side are put together; what was set otherwise within, and what is missing, is remarked")
    func sides() throws {
        var shape = MadeUpHistory.Shape()
        shape.minutes = 60
        shape.gap = 20..<25
        shape.offSince = 40
        let whole = MadeUpHistory.range(shape)
        let side = ComparisonSide([whole])
        #expect(side.hostName == "db7" && side.blockSeconds == 60 && side.blockCount == 55)
        #expect(side.settings["kernel.numa_balancing"] == "0")
        #expect(side.remarks.contains("kernel.numa_balancing changed from 1 to 0 within it, at 13:40:00 UTC"))
        #expect(side.remarks.contains("no data from 13:20:00 UTC to 13:26:00 UTC: daemon stopped"))
        // A counter is not told over a gap, nor at the first minute, which has none before it.
        let faults = try #require(side.figure(Self.host, "numa_hint_faults"))
        #expect(faults.estimate.blockCount == 53 && faults.unit == .perSecond)
        let shares = side.verdicts.filter { $0.subject == Self.host }
        #expect(abs(shares.reduce(0) { $0 + $1.share } - 1) < 1e-9 && shares.count == 2)
        let two = ComparisonSide([whole, whole])
        #expect(two.blockCount == 110 && two.spans.count == 2)
        #expect(two.figure(Self.host, "cost_ratio")?.estimate.blockCount == 110)
    }

    @Test("A side that is written and read again is the same, whatever names it holds")
    func roundTrip() throws {
        let side = Self.side { $0.gap = 3..<5 }
        var json = JSONWriter()
        side.write(to: &json)
        var read = try ComparisonSide(reading: try JSONValue(parsing: json.bytes))
        #expect(read.figures.contains { $0.subject.name == RecordedRounds.hostile })
        #expect(read.settings == side.settings && read.remarks == side.remarks && read.spans == side.spans)
        #expect(read.figures.count == side.figures.count)
        for (one, other) in zip(read.figures, side.figures) {
            #expect(one.subject == other.subject && one.name == other.name && one.unit == other.unit)
            #expect(one.estimate.mean == other.estimate.mean && one.estimate.blockCount == other.estimate.blockCount)
            #expect(one.estimate.standardError == other.estimate.standardError)
        }
        read.figures = side.figures
        read.verdicts = side.verdicts
        #expect(read == side)
    }

    @Test(
        "A document that is no side says what is wrong with it",
        arguments: [
            ("{}", "no figures of a report"),
            (#"{"format":"numawatch-comparison-side","version":2}"#, "another version"),
            (
                #"{"format":"numawatch-comparison-side","version":1,"figures":[{"scope":"host","figure":"x","unit":"count"}]}"#,
                "“x” has no mean"
            ),
            (
                #"{"format":"numawatch-comparison-side","version":1,"figures":[{"figure":"x","unit":"count","mean":1,"blocks":1}]}"#,
                "whom it is about"
            ),
            (
                #"{"format":"numawatch-comparison-side","version":1,"figures":[{"scope":"host","figure":"x","unit":"count","mean":1,"blocks":9,"standard_error":-1}]}"#,
                "an error that is none"
            ),
            (#"{"format":"numawatch-comparison-side","version":1,"spans":[{}]}"#, "since_seconds"),
        ])
    func damaged(_ text: String, _ problem: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        let error = #expect(throws: ComparisonSide.FormatError.self) { try ComparisonSide(reading: value) }
        #expect(error?.description.contains(problem) ?? false, "\(error?.description ?? "none")")
    }

    @Test("Every figure that is compared has a unit that it can be written in, and words for people")
    func table() {
        for figure in ComparedFigures.host + ComparedFigures.node + ComparedFigures.group {
            #expect(ComparedFigures.words(figure) != figure.rawValue, "\(figure)")
            if figure.kind == .counter { #expect(ComparedFigures.unit(of: figure) != .count, "\(figure)") }
        }
    }

    @Test(
        "The plan's phases follow each other, and what counts of A and B has one middle: what drifts evenly cancels out"
    )
    func plan() {
        let plan = AlternatingPlan(before: "1", after: "0", startSeconds: 1000)
        let phases = plan.phases
        #expect(phases.map(\.value) == ["1", "0", "0", "1"] && String(phases.map(\.letter)) == "ABBA")
        for (one, next) in zip(phases, phases.dropFirst()) { #expect(one.endSeconds == next.startSeconds) }
        func middle(_ letter: Character) -> Double {
            let own = phases.filter { $0.letter == letter }
            let length = own.reduce(0) { $0 + Double($1.endSeconds - $1.countedSeconds) }
            return own.reduce(0) {
                $0 + Double($1.endSeconds + $1.countedSeconds) / 2 * Double($1.endSeconds - $1.countedSeconds)
            } / length
        }
        #expect(middle("A") == middle("B"))
        #expect(plan.endSeconds == 1000 + 3600)
    }
}
