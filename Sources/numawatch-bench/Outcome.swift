import TextOutput

/// A benchmark's figures, ready to be shown.
struct Outcome {
    let name: String
    let unit: Benchmark.Unit
    let baselineName: String
    let target: Benchmark.Target?
    let note: String
    let runs: Int
    /// Of the subject, in the unit; the best is the fastest turn.
    let median: Double
    let best: Double
    /// Of the baseline, in the unit.
    let baselineMedian: Double
    /// CPU time of the subject to that of the baseline: 2 is twice as slow.
    let ratio: Double

    init(_ benchmark: Benchmark, _ workload: Workload, _ measurement: Measurement) {
        name = benchmark.name
        unit = benchmark.unit
        baselineName = benchmark.baselineName
        target = benchmark.target
        note = workload.note
        runs = measurement.subject.count
        func figure(_ nanoseconds: Double, _ amount: Double) -> Double {
            switch benchmark.unit {
            // Bytes a nanosecond are GB/s, faults a nanosecond thousand millions a second.
            case .megabytes, .millionFaults, .millionEvents: amount / nanoseconds * 1000
            case .milliseconds: nanoseconds / amount / 1_000_000
            }
        }
        median = figure(Measurement.median(measurement.subject), workload.amount)
        best = figure(measurement.subject.min() ?? .nan, workload.amount)
        baselineMedian = figure(Measurement.median(measurement.baseline), workload.baselineAmount)
        ratio =
            workload.comparesPerUnit
            ? measurement.ratio(subjectAmount: workload.amount, baselineAmount: workload.baselineAmount)
            : measurement.ratio()
    }

    /// `pass` or `miss`, by the median; nothing without a target.
    var verdict: String {
        guard let target else { return "" }
        return target.isMet(by: median) ? "pass" : "miss"
    }

    private var targetText: String {
        switch target {
        case .atLeast(let bound): "≥ \(Self.number(bound))"
        case .atMost(let bound): "≤ \(Self.number(bound))"
        case nil: ""
        }
    }

    /// Three or four digits that matter, down to a millionth.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : value >= 0.01 ? 4 : 6
        return String(fixed: value, decimals: decimals)
    }

    // MARK: Output

    static func table(_ outcomes: [Outcome]) -> String {
        var table = TableFormatter(columns: [
            .init("BENCHMARK"), .init("RATIO", .trailing), .init("TO"), .init("MEDIAN", .trailing),
            .init("BEST", .trailing), .init("BASELINE", .trailing), .init("UNIT"), .init("TARGET", .trailing),
            .init(""), .init("INPUT"),
        ])
        for outcome in outcomes {
            table.add([
                outcome.name, number(outcome.ratio), outcome.baselineName, number(outcome.median), number(outcome.best),
                number(outcome.baselineMedian), outcome.unit.rawValue, outcome.targetText, outcome.verdict,
                outcome.note,
            ])
        }
        return table.render()
    }

    func write(into json: inout JSONWriter) {
        json.member("name", name)
        json.member("unit", unit.rawValue)
        json.member("runs", runs)
        json.member("cpu_ratio", ratio)
        json.member("baseline", baselineName)
        json.member("median", median)
        json.member("best", best)
        json.member("baseline_median", baselineMedian)
        switch target {
        case .atLeast(let bound): json.member("at_least", bound)
        case .atMost(let bound): json.member("at_most", bound)
        case nil: break
        }
        json.member(ifPresent: "is_met", target.map { $0.isMet(by: median) })
        json.member("input", note)
    }
}
