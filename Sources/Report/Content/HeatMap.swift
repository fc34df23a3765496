/// Figures of nodes over time, a row for each node.
package struct HeatMap: Sendable, Equatable {
    /// One figure of all nodes.
    package struct Strip: Sendable, Equatable {
        package enum Unit: Sendable, Equatable {
            /// 0 to 1.
            case share
            case bytes
            case perSecond
        }

        package var title: String
        package var unit: Unit
        package var rows: [Row]

        package init(title: String, unit: Unit, rows: [Row]) {
            self.title = title
            self.unit = unit
            self.rows = rows
        }
    }

    package struct Row: Sendable, Equatable {
        package var label: String
        /// One for each column; nil where there is no data.
        package var values: [Double?]

        package init(label: String, values: [Double?]) {
            self.label = label
            self.values = values
        }
    }

    /// The first column begins, and the last ends: seconds since 1970.
    package var startSeconds: UInt64
    package var endSeconds: UInt64
    package var strips: [Strip]
    /// When something happened: seconds since 1970.
    package var marks: [UInt64]

    package init(startSeconds: UInt64, endSeconds: UInt64, strips: [Strip], marks: [UInt64] = []) {
        self.startSeconds = startSeconds
        self.endSeconds = max(startSeconds + 1, endSeconds)
        self.strips = strips
        self.marks = marks
    }

    package var columnCount: Int { strips.flatMap(\.rows).map(\.values.count).max() ?? 0 }

    /// As many columns together as it takes to have at most so many: the largest value of each, so that no peak is lost.
    ///
    /// Example: 1440 minutes in at most 480 columns are three minutes a column; one of them without data does not hide the
    /// other two.
    package func pooled(to limit: Int) -> HeatMap {
        let count = columnCount
        guard count > limit, limit > 0 else { return self }
        let size = (count + limit - 1) / limit
        var result = self
        for strip in strips.indices {
            for row in strips[strip].rows.indices {
                let values = strips[strip].rows[row].values
                result.strips[strip].rows[row].values = stride(from: 0, to: values.count, by: size).map { start in
                    values[start..<min(start + size, values.count)].compactMap { $0 }.max()
                }
            }
        }
        return result
    }
}
