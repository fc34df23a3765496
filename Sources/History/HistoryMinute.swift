import NUMATopology

/// The rounds of one minute in columns: what is packed together.
package struct HistoryMinute: Sendable, Equatable {
    package struct Scope: Sendable, Equatable {
        package var group: HistoryGroup?
        /// One for each round up to the last one the scope was in; ``unknown`` where there was none.
        package var columns: [HistoryKey: Column] = [:]
    }

    /// A figure in the rounds of the minute. Most do not change within it, and take no room for each round.
    package struct Column: Sendable, Equatable {
        /// The value in all rounds from ``start`` on, as long as there are no others.
        private var value: Int64 = HistoryMinute.unknown
        private var start: Int32 = 0
        private var end: Int32 = 0
        /// All values, once they are several.
        private var values: [Int64] = []

        package init() {}

        /// A column of one value in one round.
        init(_ value: Int64) { set(value, at: 0) }

        /// Rounds up to the last one in which it was known.
        package var count: Int { values.isEmpty ? Int(end) : values.count }

        /// ``HistoryMinute/unknown`` where it was not known.
        package subscript(place: Int) -> Int64 {
            if values.isEmpty { return place >= Int(start) && place < Int(end) ? value : HistoryMinute.unknown }
            return place < values.count ? values[place] : HistoryMinute.unknown
        }

        /// Sets the value in a round at or behind the end.
        mutating func set(_ new: Int64, at place: Int) {
            if values.isEmpty {
                if end == 0 {
                    (value, start, end) = (new, Int32(place), Int32(place + 1))
                    return
                }
                if new == value, place == Int(end) {
                    end += 1
                    return
                }
                values = (0..<Int(end)).map { self[$0] }
            }
            while values.count < place { values.append(HistoryMinute.unknown) }
            if values.count == place { values.append(new) } else { values[place] = new }
        }
    }

    /// Stands for a figure that is not known.
    package static let unknown = Int64.min
    /// More rounds than that are not kept in one minute, however short the interval.
    package static let roundLimit = 240

    /// Ends of rounds, milliseconds since 1970, ascending.
    package private(set) var times: [UInt64] = []
    package private(set) var scopes: [HistoryScope: Scope] = [:]

    package init() {}

    package var isEmpty: Bool { times.isEmpty }

    package mutating func add(_ round: HistoryRound) {
        let place = times.count
        times.append(round.wallClockNanoseconds / 1_000_000)
        for scope in round.scopes {
            var known = scopes[scope.scope] ?? Scope()
            // Nothing else may hold the columns while they grow.
            scopes[scope.scope] = nil
            known.group = scope.group
            for value in scope.values where value.steps != Self.unknown {
                var steps = value.steps
                if value.key.figure.isSlow, let held = known.columns[value.key]?[max(0, place - 1)],
                    held != Self.unknown
                {
                    steps = held
                }
                known.columns[value.key, default: Column()].set(steps, at: place)
            }
            scopes[scope.scope] = known
        }
    }

    /// The value of a key in a round.
    package func value(_ key: HistoryKey, of scope: HistoryScope, at place: Int) -> Int64? {
        guard let value = scopes[scope]?.columns[key]?[place], value != Self.unknown else { return nil }
        return value
    }

    /// Makes one sample of the minute, as it is kept for long: the mean of levels, the last of counters and codes, all detections
    /// that held.
    package mutating func condense() {
        guard let last = times.last else { return }
        let rounds = times.count
        times = [last]
        for scope in scopes.keys {
            guard var content = scopes.removeValue(forKey: scope) else { continue }
            // Totals last: those of a node are divided by the rounds in which the total was known.
            for key in content.columns.keys.sorted().reversed() {
                guard let column = content.columns[key] else { continue }
                let totals = key.node == nil ? nil : content.columns[HistoryKey(key.figure)]
                content.columns[key] = key.figure.kind.summary(column, totals: totals, rounds: rounds).map {
                    Column($0)
                }
            }
            scopes[scope] = content
        }
    }
}

extension HistoryFigure.Kind {
    /// One value for several.
    fileprivate func summary(
        _ column: HistoryMinute.Column, totals: HistoryMinute.Column?, rounds: Int
    ) -> Int64? {
        let unknown = HistoryMinute.unknown
        var last: Int64?
        var mask: Int64 = 0
        var sum = 0.0
        var count = 0
        for place in 0..<rounds {
            if let totals, totals[place] != unknown { count += 1 }
            let steps = column[place]
            guard steps != unknown else { continue }
            last = steps
            if totals == nil { count += 1 }
            if self == .mask { mask |= steps }
            sum += Double(steps)
        }
        switch self {
        case .counter, .code: return last
        case .mask: return last == nil ? nil : mask
        case .level: return last == nil || count == 0 ? nil : Int64(saturated: (sum / Double(count)).rounded())
        }
    }
}
