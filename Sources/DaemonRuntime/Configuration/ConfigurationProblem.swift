/// One thing wrong with a configuration file: where, what, and what to write instead.
///
/// Printed as `file:line:column: what; remedy`, the form compilers use, so that editors can jump to it.
package struct ConfigurationProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// The file, or the directory of drop-ins, exists but could not be read. `reason` says why, errno included.
        case unreadable(reason: String)
        /// What the path names is a directory, a device, a pipe or a socket.
        case notAFile
        /// The file is larger than the loader accepts.
        case tooLarge(limitBytes: Int)
        /// A byte that does not belong to any UTF-8 sequence.
        case notUTF8
        /// A control character, such as NUL, in the text.
        case controlCharacter(UInt32)
        /// A line that starts with `[` but is not `[Section]`.
        case malformedSection
        /// A section this program does not have.
        case unknownSection(name: String, suggestion: String?)
        /// An assignment in front of the first section.
        case assignmentOutsideSection(key: String)
        /// A line that is neither a section, nor a comment, nor `Key=value`.
        case missingEquals(text: String)
        /// `=value` with nothing in front of it.
        case emptyKey
        /// A key this section does not have. `otherSection` is the section that has it.
        case unknownKey(section: String, key: String, suggestion: String?, otherSection: String?)
        /// A value that could not be understood, or is out of range.
        case badValue(key: String, value: String, problem: ConfigurationValueProblem.Kind)
        /// Values that are each acceptable but contradict one another.
        case contradiction(String)
    }

    package var file: String
    /// Nil where the problem concerns the file as a whole.
    package var position: ConfigurationPosition?
    package var kind: Kind

    package init(file: String, position: ConfigurationPosition?, kind: Kind) {
        self.file = file
        self.position = position
        self.kind = kind
    }

    package var description: String {
        guard let position else { return "\(file): \(kind.message)" }
        return "\(file):\(position.line):\(position.column): \(kind.message)"
    }
}

extension ConfigurationProblem.Kind {
    /// What is wrong, then the remedy.
    package var message: String {
        switch self {
        case .unreadable(let reason):
            "cannot be read: \(reason); make it readable for the service's user, or remove it"
        case .notAFile:
            "is a directory, a device, a pipe or a socket, not a regular file; remove it, or name a file"
        case .tooLarge(let limitBytes):
            "is larger than \(limitBytes) bytes; a configuration file is a few kilobytes, so this is another file"
        case .notUTF8:
            "this byte is not valid UTF-8; save the file as UTF-8"
        case .controlCharacter(let value):
            "control character U+\(String(value, radix: 16, uppercase: true)) is not allowed; remove it"
        case .malformedSection:
            "a section is written [Name] on a line of its own; complete or remove this line"
        case .unknownSection(let name, let suggestion):
            "unknown section [\(name)]; "
                + (suggestion.map { "did you mean [\($0)]?" }
                    ?? "known sections: \(ConfigurationTable.sectionNames.map { "[\($0)]" }.joined(separator: " "))")
        case .assignmentOutsideSection(let key):
            "\(key)= stands in front of the first section; "
                + (ConfigurationTable.keys.first { $0.name == key }.map { "put it below [\($0.section)]" }
                    ?? "put it below a section such as [\(ConfigurationTable.sectionNames[0])]")
        case .missingEquals(let text):
            "expected Key=value, found “\(text)”; add the =, or start the line with # to make it a comment"
        case .emptyKey:
            "there is no key in front of the =; write Key=value"
        case .unknownKey(let section, let key, let suggestion, let otherSection):
            "unknown key \(key)= in section [\(section)]; "
                + (otherSection.map { "\(key)= belongs in [\($0)]" } ?? suggestion.map { "did you mean \($0)=?" }
                    ?? "known keys: \(ConfigurationTable.names(in: section).map { "\($0)=" }.joined(separator: " "))")
        case .badValue(let key, let value, let problem):
            "\(key)=\(value): \(problem.message)"
        case .contradiction(let message):
            message
        }
    }
}

/// Why the text behind a key is not a value for it, and how far into the text the trouble starts.
package struct ConfigurationValueProblem: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Not the form this key takes; `expected` describes it with an example.
        case malformed(expected: String)
        /// A number with a unit that is not known.
        case unknownUnit(String, known: [String])
        /// A number too large to represent.
        case overflow
        /// Understood, but outside what the key allows.
        case outOfRange(allowed: String)
        /// A word that is not one of the choices.
        case notAChoice(choices: [String], suggestion: String?)
    }

    package var kind: Kind
    /// Offset, in Unicode scalars, of the first character that is wrong.
    package var offset: Int

    package init(_ kind: Kind, at offset: Int = 0) {
        self.kind = kind
        self.offset = offset
    }
}

extension ConfigurationValueProblem.Kind {
    package var message: String {
        switch self {
        case .malformed(let expected):
            "expected \(expected)"
        case .unknownUnit(let unit, let known):
            "unknown unit “\(unit)”; use one of \(known.joined(separator: ", "))"
        case .overflow:
            "the number is too large to represent; use a smaller one"
        case .outOfRange(let allowed):
            "out of range; allowed: \(allowed)"
        case .notAChoice(let choices, let suggestion):
            "expected one of \(choices.joined(separator: ", "))"
                + (suggestion.map { "; did you mean \($0)?" } ?? "")
        }
    }
}

/// Everything wrong with a configuration, in the order the files were read. Never empty.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package var problems: [ConfigurationProblem]

    package init(problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    /// One line per problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
