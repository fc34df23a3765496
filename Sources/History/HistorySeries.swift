/// One figure of a scope at all times of a range.
package struct HistoryColumn: Sendable, Equatable {
    /// One for each time of the range; not a number where it is not known.
    package var values: [Double]
    /// The one before the range, for what counters grew by first.
    package var before: Before?

    package struct Before: Sendable, Equatable {
        /// Nanoseconds since 1970.
        package var wallClockNanoseconds: UInt64
        package var value: Double

        package init(wallClockNanoseconds: UInt64, value: Double) {
            self.wallClockNanoseconds = wallClockNanoseconds
            self.value = value
        }
    }

    package init(values: [Double] = [], before: Before? = nil) {
        self.values = values
        self.before = before
    }

    /// - Returns: Nil where it is not known.
    package subscript(place: Int) -> Double? {
        guard values.indices.contains(place), !values[place].isNaN else { return nil }
        return values[place]
    }

    /// Those that are known, in their order.
    package var known: [Double] { values.filter { !$0.isNaN } }

    package static func == (left: HistoryColumn, right: HistoryColumn) -> Bool {
        left.before == right.before && left.values.count == right.values.count
            && zip(left.values, right.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    }
}

/// The figures of one scope in a range.
package struct HistorySeries: Sendable, Equatable {
    package var scope: HistoryScope
    /// Of groups alone.
    package var group: HistoryGroup?
    package var columns: [HistoryKey: HistoryColumn]

    package init(scope: HistoryScope, group: HistoryGroup? = nil, columns: [HistoryKey: HistoryColumn] = [:]) {
        self.scope = scope
        self.group = group
        self.columns = columns
    }

    package subscript(figure: HistoryFigure) -> HistoryColumn? { columns[HistoryKey(figure)] }

    /// The value of a key at a place: zero for a node that is missing where the total is known.
    ///
    /// - Returns: Nil where it is not known.
    package func value(_ key: HistoryKey, at place: Int) -> Double? {
        if let value = columns[key]?[place] { return value }
        return key.node != nil && columns[HistoryKey(key.figure)]?[place] != nil ? 0 : nil
    }

    /// The keys of a figure that are by node, in the order of the nodes.
    package func keys(byNode figure: HistoryFigure) -> [HistoryKey] {
        columns.keys.filter { $0.figure == figure && $0.node != nil }.sorted()
    }

    /// Whether it was seen at a place at all.
    package func isPresent(at place: Int) -> Bool { columns.values.contains { $0[place] != nil } }
}
