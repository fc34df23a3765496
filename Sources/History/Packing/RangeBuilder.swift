/// Puts samples together to a range: rounds as they were, or steps of a time.
///
/// Samples come in the order of time. A step has the mean of levels (over the rounds in which they were known; of a node that
/// is missing where the total is known, over those of the total), the last of counters and codes, and all detections.
package struct RangeBuilder: HistorySink {
    private struct Column {
        var key: HistoryKey
        var scope: Int
        var kind: HistoryFigure.Kind
        var scale: Double
        /// For each step up to the last one with a value: what is added up, or the last value.
        var values: [Double] = []
        /// Rounds that are in it; of counters and codes none.
        var weights: [Float] = []
        var before: HistoryColumn.Before?

        /// - Returns: How much room it took.
        @inline(__always) mutating func add(_ steps: Int64, at step: Int, weight: Float) -> Int {
            let isLevel = kind == .level
            if values.count <= step {
                let missing = step - values.count
                if missing > 0 {
                    values.append(contentsOf: repeatElement(.nan, count: missing))
                    if isLevel { weights.append(contentsOf: repeatElement(0, count: missing)) }
                }
                values.append(isLevel ? Double(steps) * Double(weight) : Double(steps))
                if isLevel { weights.append(weight) }
                return missing + 1
            }
            switch kind {
            case .counter, .code: values[step] = Double(steps)
            case .mask:
                let before = values[step]
                values[step] = Double((before.isNaN ? 0 : Int64(before)) | steps)
            case .level:
                let before = values[step]
                values[step] = (before.isNaN ? 0 : before) + Double(steps) * Double(weight)
                weights[step] += weight
            }
            return 0
        }
    }

    /// How scopes and keys are called by number.
    package struct Names: Sendable {
        package var scopes: [Int: (scope: HistoryScope, group: HistoryGroup?)]
        package var keys: [Int: HistoryKey]

        package init(scopes: [Int: (scope: HistoryScope, group: HistoryGroup?)], keys: [Int: HistoryKey]) {
            self.scopes = scopes
            self.keys = keys
        }
    }

    private let query: HistoryQuery
    private let names: Names
    private let stepMilliseconds: UInt64
    private var columns: [Column] = []
    /// By the numbers of scope and key.
    private var places: [UInt64: Int] = [:]

    /// The steps that have samples: their ends, or the rounds', milliseconds.
    private var times: [UInt64] = []
    /// Of the block that is added: the step of each round; -1 before the range, -2 behind it or not to be shown.
    private var steps: [Int] = []
    private var blockTimes: [UInt64] = []
    /// What of a block counts: a minute that is one sample is as many rounds.
    private var weight: Float = 1
    /// Samples from here on are not shown: the clock was set back, and they were again.
    package var shownUntilMilliseconds = UInt64.max

    private static let outside = -2
    private static let earlier = -1

    package init(_ query: HistoryQuery, names: Names) {
        self.query = query
        self.names = names
        stepMilliseconds = (query.stepNanoseconds ?? 0) / 1_000_000
    }

    /// How many values it holds.
    package private(set) var valueCount = 0

    /// The end of the last step that has samples, nanoseconds since 1970; nil without any.
    package var lastNanoseconds: UInt64? { times.last.map { $0 * 1_000_000 } }

    /// Of the next block: how many rounds each of its samples stands for.
    package mutating func weigh(_ rounds: Int) { weight = Float(max(1, rounds)) }

    package mutating func begin(times blockTimes: [UInt64]) {
        self.blockTimes = blockTimes
        steps.removeAll(keepingCapacity: true)
        for time in blockTimes {
            let nanoseconds = time * 1_000_000
            if time >= shownUntilMilliseconds || nanoseconds > query.untilNanoseconds {
                steps.append(Self.outside)
            } else if nanoseconds <= query.sinceNanoseconds {
                steps.append(Self.earlier)
            } else {
                let end = stepMilliseconds == 0 ? time : (time / stepMilliseconds + 1) * stepMilliseconds
                if let last = times.last, end <= last {
                    // What comes late belongs to the step that is open.
                    steps.append(times.count - 1)
                } else {
                    times.append(end)
                    steps.append(times.count - 1)
                }
            }
        }
    }

    package mutating func column(scope: Int, key: Int) -> Int? {
        // Both are less than a file has room for.
        let both = UInt64(truncatingIfNeeded: scope) << 32 | UInt64(truncatingIfNeeded: key)
        if let place = places[both] { return place }
        guard let name = names.keys[key], names.scopes[scope] != nil, query.figures?.contains(name.figure) ?? true
        else {
            return nil
        }
        let description = name.figure.description
        columns.append(Column(key: name, scope: scope, kind: description.kind, scale: description.scale))
        places[both] = columns.count - 1
        return columns.count - 1
    }

    package mutating func add(_ steps: Int64, at places: Range<Int>, to column: Int) {
        for place in places {
            let step = self.steps[place]
            if step >= 0 {
                valueCount += columns[column].add(steps, at: step, weight: weight)
            } else if step == Self.earlier, columns[column].kind == .counter {
                columns[column].before = HistoryColumn.Before(
                    wallClockNanoseconds: blockTimes[place] * 1_000_000,
                    value: Double(steps) / columns[column].scale)
            }
        }
    }

    /// Adds a minute that is not packed yet.
    package mutating func add(_ minute: HistoryMinute, number: (HistoryScope) -> Int?, key: (HistoryKey) -> Int?) {
        begin(times: minute.times)
        for (scope, content) in minute.scopes {
            guard let scopeNumber = number(scope) else { continue }
            for (name, values) in content.columns {
                guard let keyNumber = key(name), let place = column(scope: scopeNumber, key: keyNumber) else {
                    continue
                }
                for round in 0..<values.count where values[round] != HistoryMinute.unknown {
                    add(values[round], at: round..<round + 1, to: place)
                }
            }
        }
    }

    /// The range, without its facts.
    package consuming func finish() -> HistoryRange {
        var range = HistoryRange(
            sinceNanoseconds: query.sinceNanoseconds, untilNanoseconds: query.untilNanoseconds,
            stepNanoseconds: query.stepNanoseconds)
        range.times = times.map { $0 * 1_000_000 }
        var totals: [[Int]: Int] = [:]
        var figures: [HistoryFigure: Int] = [:]
        func number(_ figure: HistoryFigure) -> Int {
            if let number = figures[figure] { return number }
            figures[figure] = figures.count
            return figures.count - 1
        }
        for (index, column) in columns.enumerated() where column.key.node == nil && column.kind == .level {
            totals[[column.scope, number(column.key.figure)]] = index
        }
        var series: [Int: HistorySeries] = [:]
        for index in columns.indices {
            let column = columns[index]
            guard let name = names.scopes[column.scope] else { continue }
            var values: [Double]
            if column.kind == .level {
                let total = column.key.node == nil ? nil : totals[[column.scope, number(column.key.figure)]]
                let weights = total.map { columns[$0].weights } ?? column.weights
                values = column.values.enumerated().map { place, sum in
                    let weight = place < weights.count ? Double(weights[place]) : 0
                    return weight > 0 ? sum / weight / column.scale : .nan
                }
            } else {
                values = column.values.map { $0 / column.scale }
            }
            // Only before the range: nothing of it is shown.
            guard !values.isEmpty else { continue }
            values.append(contentsOf: repeatElement(.nan, count: times.count - values.count))
            series[column.scope, default: HistorySeries(scope: name.scope, group: name.group)]
                .columns[column.key] = HistoryColumn(values: values, before: column.before)
        }
        range.series = series.sorted { $0.key < $1.key }.map(\.value)
        return range
    }
}
