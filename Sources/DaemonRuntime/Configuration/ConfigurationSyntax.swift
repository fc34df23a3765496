/// The syntax of systemd's configuration files, read into assignments that know where they stand.
///
/// What `systemd.syntax(7)` says and this reader does:
///
/// * white space around lines, keys and values does not count; empty lines are skipped;
/// * a line whose first character is `#` or `;` is a comment, also between continued lines;
/// * `[Section]` opens a section, which may be opened again later;
/// * `Key=value`; a backslash at the end of the line continues the value on the next line, joined by one space.
///
/// Where systemd logs and goes on, this reader records a problem: a setting that was not understood is a setting the
/// administrator believes to be in force.
struct ConfigurationSyntax {
    /// One `Key=value`.
    struct Assignment: Equatable {
        var section: String
        var key: String
        var keyPosition: ConfigurationPosition
        var value: ConfigurationText
    }

    /// A section heading, so that unknown ones can be refused where they stand.
    struct Heading: Equatable {
        var name: String
        var position: ConfigurationPosition
    }

    enum Statement: Equatable {
        case heading(Heading)
        case assignment(Assignment)
    }

    private(set) var statements: [Statement] = []
    private(set) var problems: [ConfigurationProblem] = []

    private let file: String
    /// The section in force; nil in front of the first heading and below one that could not be read.
    private var section: String?
    /// Below a heading that could not be read, keys are skipped: one problem is enough for one mistake.
    private var isSectionUnreadable = false
    /// The assignment whose line ended in a backslash.
    private var open: Assignment?
    private var isOpenDropped = false

    /// Reads a whole file. O(bytes).
    init(file: String, bytes: [UInt8]) {
        self.file = file
        guard let text = String(validating: bytes, as: UTF8.self) else {
            problems.append(
                ConfigurationProblem(file: file, position: Self.firstInvalidUTF8(bytes), kind: .notUTF8))
            return
        }
        var scalars = Array(text.unicodeScalars)[...]
        // A byte order mark, which some editors write, is not part of the text.
        if scalars.first == "\u{FEFF}" { scalars = scalars.dropFirst() }
        var lineNumber = 1
        for line in scalars.split(separator: "\n", omittingEmptySubsequences: false) {
            read(line: line.last == "\r" ? line.dropLast() : line, number: lineNumber)
            lineNumber += 1
        }
        close()
    }

    private mutating func report(_ kind: ConfigurationProblem.Kind, line: Int, column: Int) {
        problems.append(
            ConfigurationProblem(file: file, position: ConfigurationPosition(line: line, column: column), kind: kind))
    }

    private mutating func read(line: ArraySlice<Unicode.Scalar>, number: Int) {
        func column(_ index: Int) -> Int { index - line.startIndex + 1 }
        if let bad = line.firstIndex(where: { ($0.value < 0x20 && $0 != "\t") || $0.value == 0x7F }) {
            report(.controlCharacter(line[bad].value), line: number, column: column(bad))
            return
        }
        var text = line.trimmed
        if let first = text.first, first == "#" || first == ";" { return }

        let continues = text.last == "\\"
        if continues { text = text.dropLast().trimmed }

        if open != nil || isOpenDropped {
            if !text.isEmpty {
                open?.value.append(
                    text, at: ConfigurationPosition(line: number, column: column(text.startIndex)))
            }
            if !continues { close() }
            return
        }
        guard let first = text.first else { return }
        if first == "[" {
            readHeading(text, line: number, column: column(text.startIndex))
        } else {
            readAssignment(text, line: number, column: column, continues: continues)
        }
    }

    private mutating func readHeading(_ text: ArraySlice<Unicode.Scalar>, line: Int, column: Int) {
        let name = text.dropFirst().dropLast()
        guard text.count > 2, text.last == "]", !name.contains(where: { $0 == "[" || $0 == "]" }) else {
            report(.malformedSection, line: line, column: column)
            section = nil
            isSectionUnreadable = true
            return
        }
        let heading = Heading(
            name: String(scalars: name), position: ConfigurationPosition(line: line, column: column + 1))
        section = heading.name
        isSectionUnreadable = false
        statements.append(.heading(heading))
    }

    private mutating func readAssignment(
        _ text: ArraySlice<Unicode.Scalar>, line: Int, column: (Int) -> Int, continues: Bool
    ) {
        isOpenDropped = continues
        guard let equals = text.firstIndex(of: "=") else {
            report(.missingEquals(text: String(scalars: text.prefix(40))), line: line, column: column(text.startIndex))
            return
        }
        let key = text[..<equals].trimmed
        guard !key.isEmpty else {
            report(.emptyKey, line: line, column: column(text.startIndex))
            return
        }
        let keyPosition = ConfigurationPosition(line: line, column: column(key.startIndex))
        guard let section else {
            if !isSectionUnreadable {
                report(
                    .assignmentOutsideSection(key: String(scalars: key)), line: keyPosition.line,
                    column: keyPosition.column)
            }
            return
        }
        let value = text[(equals + 1)...].trimmed
        let position = ConfigurationPosition(line: line, column: column(value.isEmpty ? equals + 1 : value.startIndex))
        var assignment = Assignment(
            section: section, key: String(scalars: key), keyPosition: keyPosition,
            value: ConfigurationText(position: position))
        if !value.isEmpty { assignment.value.append(value, at: position) }
        if continues {
            open = assignment
        } else {
            statements.append(.assignment(assignment))
        }
    }

    private mutating func close() {
        if let open { statements.append(.assignment(open)) }
        open = nil
        isOpenDropped = false
    }

    /// The position of the first byte that no UTF-8 sequence explains. O(bytes).
    private static func firstInvalidUTF8(_ bytes: [UInt8]) -> ConfigurationPosition {
        var position = ConfigurationPosition(line: 1, column: 1)
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" {
                position.line += 1
                position.column = 1
            } else {
                position.column += 1
            }
        }
        return position
    }
}

extension ArraySlice<Unicode.Scalar> {
    /// The slice without white space at either end, indices kept.
    fileprivate var trimmed: Self {
        var slice = self
        while let first = slice.first, first.properties.isWhitespace { slice = slice.dropFirst() }
        while let last = slice.last, last.properties.isWhitespace { slice = slice.dropLast() }
        return slice
    }
}

extension String {
    fileprivate init(scalars: ArraySlice<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
