import TextOutput

/// One picture: rows of cells, as many as the terminal has. Whatever is put into it, it never grows.
package struct Frame: Sendable, Equatable {
    /// What stands in one place of the terminal.
    package struct Cell: Sendable, Equatable {
        /// One character with its marks; empty in the second column of a wide one.
        package var text: String
        package var role: Role

        static let blank = Cell(text: " ", role: .plain)
    }

    package let columns: Int
    package let rows: Int
    package private(set) var cells: [[Cell]]

    /// An empty picture.
    package init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
        cells = Array(repeating: Array(repeating: .blank, count: self.columns), count: self.rows)
    }

    /// Marks above and below one character that are kept: a terminal draws any number, over the lines around.
    private static let markLimit = 2

    /// Puts a line into a row. What does not fit is cut, and its last column then is `…`.
    package mutating func put(_ line: StyledLine, row: Int) {
        guard row >= 0, row < rows else { return }
        var column = 0
        var marks = 0
        let isCut = line.width > columns
        let limit = isCut ? columns - 1 : columns
        writing: for piece in line.pieces {
            for scalar in piece.text.unicodeScalars {
                let width = TableFormatter.width(of: String(scalar))
                if width == 0 {
                    // Variation selectors change how wide a terminal draws what is before them.
                    guard column > 0, marks < Self.markLimit, !scalar.properties.isVariationSelector else { continue }
                    marks += 1
                    let last = cells[row][column - 1].text.isEmpty ? column - 2 : column - 1
                    cells[row][last].text.unicodeScalars.append(scalar)
                    continue
                }
                guard column + width <= limit else { break writing }
                marks = 0
                cells[row][column] = Cell(text: String(scalar), role: piece.role)
                if width == 2 { cells[row][column + 1] = Cell(text: "", role: piece.role) }
                column += width
            }
        }
        if isCut { cells[row][column] = Cell(text: "…", role: line.pieces.last?.role ?? .plain) }
        // The chosen line is one across the terminal.
        if let role = line.pieces.first?.role, role == .selected, !isCut {
            for rest in column..<columns { cells[row][rest].role = role }
        }
    }

    /// The rows as text, without the spaces at their ends.
    package var lines: [String] {
        cells.map { row in
            var text = row.map(\.text).joined()
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    /// The picture as text, each row ended by a newline.
    package var text: String { lines.map { $0 + "\n" }.joined() }

    /// The same for a terminal that knows ASCII alone: lines as `+-|`, other characters as a dot.
    package var inASCII: Frame {
        var frame = self
        for row in 0..<rows {
            for column in 0..<columns where !cells[row][column].text.utf8.allSatisfy({ $0 < 0x80 }) {
                frame.cells[row][column].text = Self.ascii(cells[row][column].text)
            }
            // The second half of a wide character has a column to itself.
            for column in 0..<columns where cells[row][column].text.isEmpty { frame.cells[row][column].text = "." }
        }
        return frame
    }

    private static func ascii(_ text: String) -> String {
        switch text {
        case "─", "━", "–", "—": "-"
        case "│", "┃": "|"
        case "┌", "┐", "└", "┘", "├", "┤", "┬", "┴", "┼": "+"
        case "“", "”": "\""
        case "→": ">"
        default: "."
        }
    }
}
