/// Lays text out in columns for a terminal.
///
/// Each column is as wide as its widest cell. Where the table is wider than the limit, columns marked as flexible give
/// way, the widest first, down to their minimum; what no longer fits is cut and ends in `…`. Trailing spaces are not
/// written.
package struct TableFormatter: Sendable {
    /// One column.
    package struct Column: Sendable {
        package var title: String
        package var alignment: Alignment
        /// Cells may be cut down to `minimumWidth` where the table would be too wide.
        package var isFlexible: Bool
        /// Columns of the terminal, not bytes.
        package var minimumWidth: Int

        package init(
            _ title: String, _ alignment: Alignment = .leading, isFlexible: Bool = false, minimumWidth: Int = 8
        ) {
            self.title = title
            self.alignment = alignment
            self.isFlexible = isFlexible
            self.minimumWidth = max(1, minimumWidth)
        }
    }

    /// Which side of the column a cell keeps to. Numbers read best with `.trailing`.
    package enum Alignment: Sendable {
        case leading
        case trailing
    }

    /// The widest line to write, in terminal columns; nil for no limit.
    package var widthLimit: Int?
    /// Spaces before each line.
    package var indent: Int
    /// Spaces between columns.
    package var gap: Int
    private let columns: [Column]
    private var rows: [[String]] = []

    package init(columns: [Column], widthLimit: Int? = nil, indent: Int = 0, gap: Int = 2) {
        self.columns = columns
        self.widthLimit = widthLimit
        self.indent = max(0, indent)
        self.gap = max(1, gap)
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row. Missing cells are empty; cells beyond the last column are ignored; control characters are escaped.
    package mutating func add(_ cells: [String]) {
        var row = cells.prefix(columns.count).map(\.terminalSafe)
        row.append(contentsOf: repeatElement("", count: columns.count - row.count))
        rows.append(row)
    }

    /// The table as lines of text, each ended by a newline; the header line is left out where every title is empty.
    package func render(into output: inout [UInt8]) {
        let widths = fittedWidths()
        if columns.contains(where: { !$0.title.isEmpty }) {
            appendLine(columns.map(\.title), widths: widths, into: &output)
        }
        for row in rows {
            appendLine(row, widths: widths, into: &output)
        }
    }

    /// The table as a string; see `render(into:)`.
    package func render() -> String {
        var bytes: [UInt8] = []
        render(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func fittedWidths() -> [Int] {
        var widths = columns.map { Self.width(of: $0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index], Self.width(of: cell))
            }
        }
        guard let widthLimit else { return widths }
        var excess = indent + widths.reduce(0, +) + gap * max(0, columns.count - 1) - widthLimit
        while excess > 0 {
            let shrinkable = columns.indices.filter {
                columns[$0].isFlexible && widths[$0] > columns[$0].minimumWidth
            }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func appendLine(_ cells: [String], widths: [Int], into output: inout [UInt8]) {
        let start = output.count
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
        for (index, cell) in cells.enumerated() {
            if index > 0 { output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: gap)) }
            let text = Self.cut(cell, to: widths[index])
            let padding = repeatElement(UInt8(ascii: " "), count: max(0, widths[index] - Self.width(of: text)))
            if columns[index].alignment == .trailing { output.append(contentsOf: padding) }
            output.append(text: text)
            if columns[index].alignment == .leading { output.append(contentsOf: padding) }
        }
        while output.count > start, output.last == UInt8(ascii: " ") { output.removeLast() }
        output.append(UInt8(ascii: "\n"))
    }

    /// The terminal columns a string takes: combining marks none, wide East Asian characters and emoji two.
    package static func width(of text: String) -> Int {
        var width = 0
        for scalar in text.unicodeScalars {
            width += Self.width(of: scalar)
        }
        return width
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }

    private static func cut(_ text: String, to limit: Int) -> String {
        guard width(of: text) > limit else { return text }
        var result = ""
        var used = 0
        for character in text {
            let next = width(of: String(character))
            if used + next > limit - 1 { break }
            result.append(character)
            used += next
        }
        return result + "…"
    }
}
