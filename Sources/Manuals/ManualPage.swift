/// A manual page, as blocks of plain text.
///
/// ``roff`` is what man(1) reads (the macros of man(7)). Text is plain: whatever means something to roff is escaped, so that
/// a page can be made from any table. Example: the paragraph `.conf files: a-b` becomes `\&.conf files: a\-b`.
package struct ManualPage: Sendable {
    package enum Block: Sendable, Equatable {
        /// `NAME`, `OPTIONS`.
        case section(String)
        case subsection(String)
        case paragraph(String)
        /// Something that is explained: an option, a key, a file.
        case term(String, String)
        /// Lines as they are.
        case example(String)
    }

    package let name: String
    package let section: Int
    /// Half a sentence, for `apropos`.
    package let summary: String
    package private(set) var blocks: [Block] = []

    package init(_ name: String, section: Int, _ summary: String) {
        self.name = name
        self.section = section
        self.summary = summary
    }

    package mutating func add(_ blocks: Block...) { self.blocks += blocks }

    package mutating func add(_ blocks: [Block]) { self.blocks += blocks }

    /// The pages to read beside this one.
    package mutating func seeAlso(_ pages: [String]) {
        add(.section("SEE ALSO"), .paragraph(pages.filter { $0 != "\(name)(\(section))" }.joined(separator: ", ")))
    }

    package var fileName: String { "\(name).\(section)" }

    /// - Parameter version: Of numawatch, for the foot of the page.
    package func roff(version: String) -> String {
        var text = """
            .\\" Made by numawatch-manuals from the tables of the programs.
            .TH \(name.uppercased()) \(section) "" "numawatch \(version)" "numawatch"
            .nh
            .ad l
            .SH NAME
            \(Self.escaped(name)) \\- \(Self.escaped(summary))

            """
        for block in blocks {
            switch block {
            case .section(let title): text += ".SH \(Self.escaped(title))\n"
            case .subsection(let title): text += ".SS \(Self.escaped(title))\n"
            case .paragraph(let words): text += ".PP\n\(Self.escaped(words))\n"
            case .term(let term, let words):
                text += ".TP\n.B \(Self.argument(term))\n\(Self.escaped(words.isEmpty ? " " : words))\n"
            case .example(let lines): text += ".PP\n.nf\n.RS 4\n\(Self.escaped(lines))\n.RE\n.fi\n"
            }
        }
        return text
    }

    /// Text that roff prints as it is.
    static func escaped(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var result = ""
            // At the start of a line these would be a request.
            if line.first == "." || line.first == "'" { result = "\\&" }
            for character in line {
                switch character {
                case "\\": result += "\\e"
                // Else a hyphen is printed, which nobody can paste into a shell.
                case "-": result += "\\-"
                case "\t": result += "    "
                default: result.append(character)
                }
            }
            return result
        }.joined(separator: "\n")
    }

    /// The same within the line of a request, where a double quote would end an argument.
    private static func argument(_ text: String) -> String {
        "\"" + escaped(text).replacing("\"", with: "\\(dq") + "\""
    }
}
