import TextOutput

/// What a piece of text is, for a terminal that can tell it by looks. None of it is said by looks alone.
package enum Role: Sendable, Equatable, CaseIterable {
    case plain, heading, good, warning, bad, faint
    /// The chosen line of a list; a `>` before it says the same.
    case selected
}

/// A line of text in pieces, each with its role.
///
/// Text comes from processes and units, which may hold any character: it is made fit for a terminal here, where it becomes part
/// of a picture, and nowhere later.
package struct StyledLine: Sendable, Equatable, ExpressibleByStringLiteral {
    package struct Piece: Sendable, Equatable {
        package var text: String
        package var role: Role
    }

    package private(set) var pieces: [Piece] = []

    package init() {}

    package init(_ text: String, _ role: Role = .plain) {
        add(text, role)
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    /// Columns of the terminal.
    package var width: Int { pieces.reduce(0) { $0 + TableFormatter.width(of: $1.text) } }

    package var text: String { pieces.map(\.text).joined() }

    /// Adds a piece, with what a terminal would act on escaped.
    package mutating func add(_ text: String, _ role: Role = .plain) {
        guard !text.isEmpty else { return }
        pieces.append(Piece(text: text.terminalSafe, role: role))
    }

    /// Adds a piece in so many columns: cut, or filled with spaces.
    mutating func add(_ text: String, width: Int, _ alignment: TableFormatter.Alignment, _ role: Role = .plain) {
        let safe = Fitting.cut(text.terminalSafe, to: width)
        let padding = String(repeating: " ", count: max(0, width - TableFormatter.width(of: safe)))
        add(alignment == .leading ? safe + padding : padding + safe, role)
    }

    /// Adds spaces up to a column; at least one where the line is there already.
    package mutating func fill(to column: Int) {
        add(String(repeating: " ", count: max(1, column - width)))
    }

    /// The same line with another role throughout.
    package func with(role: Role) -> StyledLine {
        var line = self
        for index in line.pieces.indices { line.pieces[index].role = role }
        return line
    }
}

/// Text in a given number of columns.
package enum Fitting {
    /// The text in at most so many columns; one that was cut ends in `…`.
    package static func cut(_ text: String, to width: Int) -> String {
        guard TableFormatter.width(of: text) > width else { return text }
        guard width > 0 else { return "" }
        var result = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            let next = TableFormatter.width(of: String(scalar))
            if used + next > width - 1 { break }
            result.append(scalar)
            used += next
        }
        return String(result) + "…"
    }

    /// A sentence in lines of so many columns, broken at spaces; a longer word is cut into pieces.
    package static func wrap(_ text: String, to width: Int) -> [String] {
        let width = max(8, width)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: true) {
            var word = String(word)
            while true {
                let room = line.isEmpty ? width : width - TableFormatter.width(of: line) - 1
                if TableFormatter.width(of: word) <= room {
                    line += line.isEmpty ? word : " " + word
                    break
                }
                if !line.isEmpty {
                    lines.append(line)
                    line = ""
                    continue
                }
                var head = ""
                var used = 0
                while let first = word.first {
                    let next = TableFormatter.width(of: String(first))
                    if used + next > width { break }
                    head.append(first)
                    used += next
                    word.removeFirst()
                }
                // A character wider than the line: there is none, as the line has eight columns.
                lines.append(head)
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
