import NUMATopology

/// The rounds of one minute in columns: what is packed together.
package struct HistoryMinute: Sendable, Equatable {
    package struct Scope: Sendable, Equatable {
        package var group: HistoryGroup?
        /// One for each round up to the last one the scope was in; ``unknown`` where there was none.
        package var columns: [HistoryKey: [Int64]] = [:]
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
                known.columns[value.key, default: []].place(value.steps, at: place)
            }
            scopes[scope.scope] = known
        }
    }

    /// The value of a key in a round.
    package func value(_ key: HistoryKey, of scope: HistoryScope, at place: Int) -> Int64? {
        guard let column = scopes[scope]?.columns[key], place < column.count, column[place] != Self.unknown else {
            return nil
        }
        return column[place]
    }

    /// The minute as one sample at its end, as it is kept for long: the mean of levels, the last of counters and codes, all
    /// detections that held.
    package var average: HistoryMinute {
        var average = HistoryMinute()
        guard let last = times.last else { return average }
        average.times = [last]
        average.scopes = scopes.mapValues { scope in
            var one = Scope(group: scope.group)
            for (key, column) in scope.columns {
                // A node that is missing where the total is known has nothing.
                let totals = key.node == nil ? nil : scope.columns[HistoryKey(key.figure)]
                if let steps = key.figure.kind.summary(column, totals: totals) { one.columns[key] = [steps] }
            }
            return one
        }
        return average
    }
}

extension HistoryFigure.Kind {
    /// One value for several.
    fileprivate func summary(_ column: [Int64], totals: [Int64]?) -> Int64? {
        let unknown = HistoryMinute.unknown
        switch self {
        case .counter, .code: return column.last { $0 != unknown }
        case .mask:
            let known = column.filter { $0 != unknown }
            return known.isEmpty ? nil : known.reduce(0, |)
        case .level:
            var sum = 0.0
            var count = 0
            for steps in column where steps != unknown {
                sum += Double(steps)
                count += 1
            }
            if let totals {
                count = totals.count { $0 != unknown }
            }
            return count == 0 ? nil : Int64(saturated: (sum / Double(count)).rounded())
        }
    }
}

extension [Int64] {
    /// Sets the value at a place at or behind the end.
    fileprivate mutating func place(_ value: Int64, at place: Int) {
        while count < place { append(HistoryMinute.unknown) }
        if count == place { append(value) } else { self[place] = value }
    }
}
