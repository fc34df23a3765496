/// What a name may not do to whoever reads it. A process, a unit or a cgroup may hold any character in its name, and so may
/// what a client sent.
///
/// One routine escapes for each kind of reader, and all of them mean the same characters:
///
/// * a terminal and the journal: `terminalSafe`, as `\n`, `\t` or `\u{1b}`;
/// * JSON: `JSONWriter`, as `\u001b`, which means the same character to every parser;
/// * metrics: the text formats know no escape but for the backslash, the quote and the newline. What a store scrapes holds
///   the name to the byte; only `numawatch metrics` on a terminal escapes it, by `terminalSafeLines`.
extension Unicode.Scalar {
    /// Whether it does something else than take its place in a line: C0 and C1 controls, marks that turn the direction of
    /// writing, other invisible format characters, separators of lines and paragraphs.
    package var isUnsafe: Bool {
        if isASCII { return value < 0x20 || value == 0x7f }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension String {
    /// The string fit for one cell or line of a terminal: characters that could act on it are written as `\n`, `\t` or `\u{…}`.
    package var terminalSafe: String { escaped(keepingNewlines: false) }

    /// The same of a text of several lines, which stay lines.
    package var terminalSafeLines: String { escaped(keepingNewlines: true) }

    private func escaped(keepingNewlines: Bool) -> String {
        guard unicodeScalars.contains(where: { $0.isUnsafe && !(keepingNewlines && $0 == "\n") }) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: (keepingNewlines ? "\n" : "\\n").unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case let scalar where scalar.isUnsafe:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
