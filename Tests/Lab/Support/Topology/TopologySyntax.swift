/// The lines of a topology file: sections and `Key=value`, as in systemd's files and in ours.
///
/// White space around lines, keys and values does not count; lines that begin with `#` or `;` are comments. Values are
/// not continued: a key that may have several values is written several times. A section may stand several times, and
/// each time is another one (`[Node]`).
struct TopologySyntax {
    /// One `Key=value`.
    struct Assignment: Equatable {
        var key: String
        var value: String
        var line: Int
        var keyColumn: Int
        var valueColumn: Int
    }

    /// A heading and what stands below it.
    struct Section: Equatable {
        var name: String
        var line: Int
        var assignments: [Assignment] = []
    }

    private(set) var sections: [Section] = []

    /// Reads a whole file.
    ///
    /// - Throws: The first mistake.
    init(file: String, text: String) throws(TopologyProblem) {
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let content = Self.trimmed(line)
            guard let first = content.first, first != "#", first != ";" else { continue }
            let column = line.distance(from: line.startIndex, to: content.startIndex) + 1
            if first == "[" {
                guard content.last == "]", content.count > 2 else {
                    throw TopologyProblem(file: file, line: number, column: column, "a section is written [Name]")
                }
                sections.append(Section(name: String(content.dropFirst().dropLast()), line: number))
                continue
            }
            guard let equals = content.firstIndex(of: "=") else {
                throw TopologyProblem(
                    file: file, line: number, column: column, "expected Key=value, a [Section] or a # comment")
            }
            guard !sections.isEmpty else {
                throw TopologyProblem(file: file, line: number, column: column, "stands in front of the first section")
            }
            let value = Self.trimmed(content[content.index(after: equals)...])
            sections[sections.count - 1].assignments.append(
                Assignment(
                    key: String(Self.trimmed(content[..<equals])), value: String(value), line: number,
                    keyColumn: column,
                    valueColumn: line.distance(from: line.startIndex, to: value.startIndex) + 1))
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
