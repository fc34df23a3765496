/// A pattern over the components of a cgroup path, as the rules of ``CgroupRule`` write it.
///
/// Components are divided by `/`. A pattern that begins with `/` fits at the start of a path only, any other wherever its
/// components follow each other. `<name>` stands for some text, and the name says of what kind:
///
/// | name | stands for |
/// |---|---|
/// | `<id>` | at least 12 hexadecimal digits |
/// | `<hash>` | exactly 64 hexadecimal digits |
/// | `<uid>`, `<job>` | a decimal number |
/// | `<sluid>` | `s` and 13 capital letters or digits |
/// | `<pod>` | letters, digits, `-` and `_` |
/// | `<unit>` | the name of a `.service`, `.scope`, `.mount`, `.socket` or `.swap` |
/// | `<slices>` | any number of components that end in `.slice` |
/// | any other | any text |
///
/// Text is at least one byte, and as short as what follows allows. A pattern has a few components with at most two captures
/// each, so a match takes time linear in the length of the path.
struct CgroupPattern: Sendable {
    /// What a pattern caught, by name; of `<slices>`, the last.
    typealias Captures = [String: String]

    private enum Piece: Sendable {
        case literal([UInt8])
        case capture(String)
    }

    private enum Component: Sendable {
        case pieces([Piece])
        /// Any number of slices; the last is the capture.
        case slices(String)
    }

    let isAnchored: Bool
    private let components: [Component]

    init(_ text: String) {
        isAnchored = text.hasPrefix("/")
        components = text.split(separator: "/").map { component in
            if component.hasPrefix("<"), component.hasSuffix("slices>") {
                return .slices(String(component.dropFirst().dropLast(2)))
            }
            return .pieces(Self.pieces(component))
        }
    }

    /// A text of literals and captures with what was caught put in.
    static func filled(_ template: String, _ captured: (String) -> String) -> String {
        pieces(template[...]).reduce(into: "") { text, piece in
            switch piece {
            case .literal(let literal): text += String(decoding: literal, as: UTF8.self)
            case .capture(let name): text += captured(name)
            }
        }
    }

    /// The literals and captures of one component.
    private static func pieces(_ text: Substring) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            if open > rest.startIndex { pieces.append(.literal(Array(rest[..<open].utf8))) }
            pieces.append(.capture(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.literal(Array(rest.utf8))) }
        return pieces
    }

    /// Matches the components from `start` on.
    ///
    /// - Returns: What was caught, and the index behind the last component that belongs to the match; nil for no match.
    func match(_ path: [String], from start: Int) -> (captures: Captures, end: Int)? {
        var captures: Captures = [:]
        var index = start
        for component in components {
            switch component {
            case .slices(let name):
                while index < path.count, path[index].hasSuffix(".slice") {
                    captures[name] = path[index]
                    index += 1
                }
            case .pieces(let pieces):
                guard index < path.count, Self.match(pieces[...], Array(path[index].utf8)[...], &captures)
                else { return nil }
                index += 1
            }
        }
        return index > start ? (captures, index) : nil
    }

    private static func match(
        _ pieces: ArraySlice<Piece>, _ text: ArraySlice<UInt8>, _ captures: inout Captures
    ) -> Bool {
        guard let first = pieces.first else { return text.isEmpty }
        let rest = pieces.dropFirst()
        switch first {
        case .literal(let literal):
            return text.starts(with: literal) && match(rest, text.dropFirst(literal.count), &captures)
        case .capture(let name):
            // Behind the last capture there is one literal or nothing: no need to try where it might begin.
            var ending: [UInt8] = []
            if rest.count == 1, case .literal(let literal)? = rest.first { ending = literal }
            guard !rest.isEmpty, ending.isEmpty else {
                let caught = text.dropLast(ending.count)
                guard text.suffix(ending.count).elementsEqual(ending), fits(caught, name) else { return false }
                captures[name] = String(decoding: caught, as: UTF8.self)
                return true
            }
            var end = text.startIndex
            while end < text.endIndex {
                end += 1
                guard fits(text[..<end], name), match(rest, text[end...], &captures) else { continue }
                captures[name] = String(decoding: text[..<end], as: UTF8.self)
                return true
            }
            return false
        }
    }

    /// Whether some text is of the kind a capture stands for.
    private static func fits(_ text: ArraySlice<UInt8>, _ name: String) -> Bool {
        guard !text.isEmpty else { return false }
        switch name {
        case "id": return text.count >= 12 && text.allSatisfy { Byte.hexDigit($0) <= 15 }
        case "hash": return text.count == 64 && text.allSatisfy { Byte.hexDigit($0) <= 15 }
        case "uid", "job": return text.allSatisfy(Byte.isDigit)
        case "sluid":
            return text.count == 14 && text.first == UInt8(ascii: "s")
                && text.dropFirst().allSatisfy { Byte.isDigit($0) || $0 &- UInt8(ascii: "A") < 26 }
        case "pod":
            return text.allSatisfy {
                Byte.isDigit($0) || Byte.isLetter($0) || $0 == Byte.minus || $0 == UInt8(ascii: "_")
            }
        case "unit": return isUnit(text)
        default: return true
        }
    }

    private static let unitEndings = [".service", ".scope", ".mount", ".socket", ".swap"].map { Array($0.utf8) }

    private static func isUnit(_ name: ArraySlice<UInt8>) -> Bool {
        unitEndings.contains { name.count > $0.count && name.suffix($0.count).elementsEqual($0) }
    }
}
