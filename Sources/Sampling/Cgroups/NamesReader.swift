import HostReading
package import LinuxSystem
package import Snapshots

/// A line of a names file that cannot be used, or a file that cannot be read.
package struct NamesProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package var file: String
    /// Counted from 1; nil where the problem is the whole file's.
    package var line: Int?
    /// What is wrong, and what to write instead.
    package var message: String

    package var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(message)" }
}

/// Reads what an administrator calls pods, containers and jobs: `names.d/*.map` and `names.d/*.conf`.
///
/// ```
/// # what it is, its id as the engine has it, a name
/// pod 36b6d6be-73b1-065a-f369-b3985edafa09 = shop/checkout-7d9f
/// container 4bab9517f3e8 = shop/db
/// job 4711 = climate run 12
/// ```
///
/// Blank lines and lines that begin with `#` or `;` are left out. A container's id may be cut to 12 bytes or more. Files
/// are read in the order of their names; a later line counts. A line that cannot be used is a problem of its own: the
/// others are used.
package struct NamesReader {
    package private(set) var names = GivenNames()
    package private(set) var problems: [NamesProblem] = []

    /// A host has some thousands of containers at most.
    static let fileLimitBytes = 4 << 20
    /// A name is shown in tables and is a label of metrics.
    static let longestNameBytes = 256

    /// Reads the files of a root. Directories that are not there have none.
    package init(_ root: any HostRoot, directories: [String] = NameFiles.directories) {
        for directory in directories {
            do throws(ReadFailure) {
                for name in try root.list(directory) where NameFiles.isOne(name) {
                    readFile("\(directory)/\(name)", root)
                }
            } catch {
                note(error, directory)
            }
        }
    }

    private mutating func readFile(_ path: String, _ root: any HostRoot) {
        do throws(ReadFailure) {
            parse(try root.readBytes(path, limitBytes: Self.fileLimitBytes), file: path)
        } catch {
            note(error, path)
        }
    }

    private mutating func note(_ failure: ReadFailure, _ path: String) {
        switch failure.kind {
        case .missing, .gone: break
        case .tooLarge:
            problems.append(
                NamesProblem(file: path, message: "is larger than \(Self.fileLimitBytes) bytes; this is another file"))
        case .permission, .wrongType, .io, .stuck:
            problems.append(
                NamesProblem(
                    file: path,
                    message: "\(failure); make it readable for the service's user"))
        }
    }

    private mutating func parse(_ bytes: [UInt8], file: String) {
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard let message = take(line) else { continue }
            problems.append(NamesProblem(file: file, line: index + 1, message: message))
        }
    }

    /// Takes one line over.
    ///
    /// - Returns: What is wrong with it; nil for nothing.
    private mutating func take(_ line: ArraySlice<UInt8>) -> String? {
        guard let text = String(validating: line, as: UTF8.self) else {
            return "is not valid UTF-8; save the file as UTF-8"
        }
        let content = Self.trimmed(text[...])
        guard let first = content.first, first != "#", first != ";" else { return nil }
        guard let equals = content.firstIndex(of: "=") else {
            return "expected “pod UID = NAME”, “container ID = NAME” or “job ID = NAME”; there is no ="
        }
        let words = content[..<equals].split(whereSeparator: \.isWhitespace)
        let name = Self.trimmed(content[content.index(after: equals)...])
        guard words.count == 2 else {
            return "expected a kind and an id in front of the =, as in “container 4bab9517f3e8 = shop/db”"
        }
        guard let subject = GivenNames.Subject(rawValue: String(words[0])) else {
            let known = GivenNames.Subject.allCases.map(\.rawValue).joined(separator: ", ")
            return "unknown kind “\(words[0])”; known kinds: \(known)"
        }
        guard !name.isEmpty else { return "there is no name behind the =; write one, or remove the line" }
        guard name.utf8.count <= Self.longestNameBytes else {
            return "the name is longer than \(Self.longestNameBytes) bytes; write a shorter one"
        }
        guard name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            return "the name holds a control character; remove it"
        }
        names.give(String(name), to: subject, String(words[1]))
        return nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
