/// Where in a configuration file something stands. Both numbers count from 1; the column counts Unicode scalars, which
/// is what editors jump to.
package struct ConfigurationPosition: Hashable, Comparable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.line, lhs.column) < (rhs.line, rhs.column)
    }
}

/// A piece of text cut out of a configuration file that still knows where each of its characters came from.
///
/// A value may run over several lines (a backslash at the end of a line continues it), so one position is not enough:
/// every run of characters from one line is a segment with its own position.
package struct ConfigurationText: Sendable, Equatable {
    private struct Segment: Sendable, Equatable {
        var start: Int
        var position: ConfigurationPosition
    }

    /// The characters, with leading and trailing white space removed.
    private(set) var scalars: [Unicode.Scalar]
    private var segments: [Segment]

    init(position: ConfigurationPosition) {
        self.scalars = []
        self.segments = [Segment(start: 0, position: position)]
    }

    /// A text that starts at the first column of the first line: a command-line argument, a test.
    package init(_ string: String) {
        self.init(position: ConfigurationPosition(line: 1, column: 1))
        self.scalars = Array(string.unicodeScalars)
    }

    package var string: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    package var isEmpty: Bool { scalars.isEmpty }

    /// Where the character `offset` scalars into the text stands in its file. An offset at the end names the place
    /// right behind the last character.
    package func position(at offset: Int) -> ConfigurationPosition {
        let segment = segments.last { $0.start <= offset } ?? segments[0]
        return ConfigurationPosition(
            line: segment.position.line, column: segment.position.column + max(0, offset - segment.start))
    }

    /// Appends a run of characters that starts at `position`; one space joins it to what came before it.
    mutating func append(_ run: ArraySlice<Unicode.Scalar>, at position: ConfigurationPosition) {
        if scalars.isEmpty {
            segments = [Segment(start: 0, position: position)]
        } else {
            scalars.append(" ")
            segments.append(Segment(start: scalars.count, position: position))
        }
        scalars.append(contentsOf: run)
    }

    /// The words of the text, split at white space, each with the offset of its first character.
    func words() -> [(offset: Int, word: String)] {
        var words: [(offset: Int, word: String)] = []
        var start: Int?
        for (index, scalar) in scalars.enumerated() {
            if scalar.properties.isWhitespace {
                if let first = start { words.append((first, string(first..<index))) }
                start = nil
            } else if start == nil {
                start = index
            }
        }
        if let first = start { words.append((first, string(first..<scalars.count))) }
        return words
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }
}
