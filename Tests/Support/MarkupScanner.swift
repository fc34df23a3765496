/// Reads markup as strictly as XML wants it, which HTML of ours keeps to as well but for its empty elements: every element is
/// closed in its turn, every attribute is quoted and given once, every reference is known, and no name (`id`) is given twice.
package struct MarkupScanner {
    package struct Element: Equatable {
        package var name: String
        package var attributes: [String: String]
        /// Names of those around it, the outermost first.
        package var path: [String]
        /// Of it and of all within it, references resolved.
        package var text = ""
    }

    package private(set) var elements: [Element] = []
    /// What is wrong, with its place.
    package private(set) var problems: [String] = []

    private let bytes: [UInt8]
    private var position = 0
    private var open: [Int] = []
    private static let empty: Set<String> = ["meta", "link", "br", "hr", "img"]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        scan()
        if let last = open.last { problem("“\(elements[last].name)” is not closed") }
        var ids: Set<String> = []
        for element in elements {
            if let id = element.attributes["id"], !ids.insert(id).inserted { problems.append("the id “\(id)” twice") }
        }
    }

    package subscript(name: String) -> [Element] { elements.filter { $0.name == name } }

    private mutating func problem(_ text: String) { problems.append("at byte \(position): \(text)") }

    private mutating func scan() {
        while position < bytes.count, problems.count < 20 {
            if bytes[position] == UInt8(ascii: "<") { tag() } else { text() }
        }
    }

    private func upTo(_ end: String, from start: Int) -> Int? {
        bytes[start...].firstRange(of: Array(end.utf8))?.lowerBound
    }

    private mutating func text() {
        let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        let text = resolved(String(decoding: bytes[position..<end], as: UTF8.self))
        for index in open { elements[index].text += text }
        position = end
    }

    private mutating func resolved(_ text: String) -> String {
        guard text.contains("&") else { return text }
        let known = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"]
        let parts = text.split(separator: "&", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts[0])) { result, part in
            let pieces = part.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            if pieces.count == 2, let character = known[String(pieces[0])] {
                result += character + pieces[1]
            } else {
                problem("“&\(part.prefix(8))” is no reference")
            }
        }
    }

    private mutating func tag() {
        guard let end = upTo(">", from: position) else {
            problem("a tag has no end")
            position = bytes.count
            return
        }
        var body = String(decoding: bytes[position + 1..<end], as: UTF8.self)
        var next = end + 1
        defer { position = next }
        if body.hasPrefix("?") || body.hasPrefix("!") { return }
        if body.hasPrefix("/") {
            let name = String(body.dropFirst())
            if let last = open.popLast(), elements[last].name == name { return }
            return problem("“/\(name)” closes nothing")
        }
        let isClosed = body.hasSuffix("/")
        if isClosed { body.removeLast() }
        let name = String(body.prefix { $0 != " " && $0 != "\n" })
        let attributes = attributes(body.dropFirst(name.count))
        elements.append(Element(name: name, attributes: attributes, path: open.map { elements[$0].name }))
        guard !isClosed, !Self.empty.contains(name) else { return }
        open.append(elements.count - 1)
        // What is in these is no markup.
        if name == "script" || name == "style" {
            guard let close = upTo("</\(name)>", from: end) else { return problem("“\(name)” has no end") }
            elements[elements.count - 1].text = String(decoding: bytes[end + 1..<close], as: UTF8.self)
            open.removeLast()
            // The closing tag is passed over with the opening one.
            next = close + name.utf8.count + 3
        }
    }

    private mutating func attributes(_ text: Substring) -> [String: String] {
        var result: [String: String] = [:]
        var rest = text.drop { $0 == " " || $0 == "\n" }
        while !rest.isEmpty {
            guard let equals = rest.firstIndex(of: "=") else {
                problem("“\(rest)” has no value")
                return result
            }
            let name = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
            guard rest.first == "\"", let close = rest.dropFirst().firstIndex(of: "\"") else {
                problem("the value of “\(name)” is not quoted")
                return result
            }
            let value = resolved(String(rest[rest.index(after: rest.startIndex)..<close]))
            if result.updateValue(value, forKey: name) != nil { problem("“\(name)” twice") }
            rest = rest[rest.index(after: close)...].drop { $0 == " " || $0 == "\n" }
        }
        return result
    }
}
