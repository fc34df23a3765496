/// A table in the form people know from numactl's `numastat`: a label column, one column per node, a total.
///
/// Scripts parse that form, so it is reproduced to the column: values are megabytes with two decimals in columns of 15, or,
/// compact (`-c`), whole megabytes in columns as narrow as their widest cell. Checked against the real tool's output.
package struct NumastatTable: Sendable {
    /// One row: a label and a value per node, in megabytes; nil for what is not known. The total is the sum, where all are.
    package struct Row: Sendable {
        package var label: String
        package var megabytes: [Double?]

        package init(_ label: String, _ megabytes: [Double?]) {
            self.label = label
            self.megabytes = megabytes
        }

        var total: Double? { megabytes.reduce(0) { sum, value in sum.flatMap { sum in value.map { sum + $0 } } } }
    }

    /// What orders the rows (`-s`).
    package enum Order: Sendable, Equatable {
        case asGiven
        /// Largest total first.
        case byTotal
        /// Largest value of one node first.
        case byNode(Int)
    }

    /// Lines above the table.
    package var title: String
    /// The node numbers of the columns.
    package var nodes: [Int]
    package var rows: [Row]
    /// Heading of the label column; only the table of several processes has one.
    package var labelHeading = ""
    /// Whether a line of totals closes the table; such tables set the label apart by a rule of its own.
    package var hasTotals: Bool

    package init(title: String, nodes: [Int], rows: [Row], labelHeading: String = "", hasTotals: Bool) {
        self.title = title
        self.nodes = nodes
        self.rows = rows
        self.labelHeading = labelHeading
        self.hasTotals = hasTotals
    }

    /// How to lay it out: the letters of `numastat`.
    package struct Style: Sendable {
        /// `-c`: whole megabytes, narrow columns.
        package var isCompact = false
        /// `-z`: no rows and columns of zeros.
        package var skipsZeros = false
        /// `-s`.
        package var order = Order.asGiven

        package init() {}
    }

    /// The text of the table.
    package func text(_ style: Style) -> String {
        var rows = ordered(style.order)
        var columns = Array(nodes.indices)
        if style.skipsZeros {
            columns = columns.filter { column in rows.contains { $0.megabytes[column] != 0 } }
            rows = rows.filter { row in row.megabytes.contains { $0 != 0 } }
        }
        let totals = Row(
            "Total",
            nodes.indices.map { column in
                self.rows.reduce(0) { sum, row in sum.flatMap { sum in row.megabytes[column].map { sum + $0 } } }
            })

        let headings = columns.map { "Node \(nodes[$0])" } + ["Total"]
        func cells(_ row: Row) -> [String] {
            (columns.map { row.megabytes[$0] } + [row.total]).map { value in
                value.map { Self.number($0, decimals: style.isCompact ? 0 : 2) } ?? Quantity.unknown
            }
        }
        let body = rows.map(cells)
        let closing = hasTotals ? [cells(totals)] : []
        let widths = headings.indices.map { column in
            style.isCompact
                ? (body + closing).reduce(headings[column].utf8.count) { max($0, $1[column].utf8.count) } : 15
        }
        let labels = rows.map(\.label) + (hasTotals ? ["Total", labelHeading] : [])
        let longest = labels.reduce(0) { max($0, $1.utf8.count) }
        let labelWidth = style.isCompact ? longest + (hasTotals ? 0 : 1) : 16

        func line(_ label: String, _ cells: [String]) -> String {
            let gap = hasTotals ? "  " : " "
            let row = zip(cells, widths).map { Self.padded($0, to: $1, atEnd: false) }.joined(separator: " ")
            return Self.padded(String(label.prefix(labelWidth)), to: labelWidth, atEnd: true) + gap + row + "\n"
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        let labelRule = String(repeating: "-", count: labelWidth)
        var text = title.isEmpty ? "" : "\n" + title + "\n"
        text += line(labelHeading, headings)
        text += line(labelHeading.isEmpty ? "" : labelRule, rule)
        for (row, cells) in zip(rows, body) {
            text += line(row.label, cells)
        }
        for cells in closing {
            text += line(labelRule, rule)
            text += line("Total", cells)
        }
        return text
    }

    private func ordered(_ order: Order) -> [Row] {
        let key: (Row) -> Double
        switch order {
        case .asGiven:
            return rows
        case .byNode(let node):
            // Like the original, a node that does not exist means the total.
            guard let column = nodes.firstIndex(of: node) else { return ordered(.byTotal) }
            key = { $0.megabytes[column] ?? -1 }
        case .byTotal:
            key = { $0.total ?? -1 }
        }
        return rows.enumerated()
            .sorted { key($0.element) != key($1.element) ? key($0.element) > key($1.element) : $0.offset < $1.offset }
            .map(\.element)
    }

    static func padded(_ text: String, to width: Int, atEnd: Bool) -> String {
        let fill = String(repeating: " ", count: max(0, width - text.count))
        return atEnd ? text + fill : fill + text
    }

    /// A value with a fixed number of decimals, rounded as `printf` does: to the nearest, and exact ties to even.
    static func number(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        let scale = decimals == 0 ? 1.0 : 100.0
        let scaled = (value * scale).rounded(.toNearestOrEven)
        let whole = Int((scaled / scale).rounded(.towardZero))
        guard decimals > 0 else { return String(whole) }
        let rest = Int(scaled) - whole * 100
        return "\(whole)." + (rest < 10 ? "0" : "") + String(rest)
    }
}
