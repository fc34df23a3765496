/// A JSON document that was read (RFC 8259): a tree of values, members in the order of the text.
///
/// Strict: what the RFC does not allow is no value, and no name occurs twice in an object. See ``init(parsing:limits:)``.
package enum JSONValue: Equatable, Sendable {
    case object(JSONObject)
    case array([JSONValue])
    case string(String)
    /// The digits as they are in the text: no number is rounded before someone says what it is to be.
    case number(String)
    case boolean(Bool)
    case null

    /// Reads a document.
    ///
    /// - Parameter limits: What a document may demand of its reader.
    /// - Throws: Where the bytes are no document, or one beyond the limits.
    package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self = try JSONParser.document(bytes, limits)
    }

    /// A member of an object; nil where it has none of the name, or this is no object.
    package subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    package var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    package var text: String? { if case .string(let text) = self { text } else { nil } }
    package var number: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }
}

/// The members of an object in the order of the text.
package struct JSONObject: Equatable, Sendable {
    private var names: [String] = []
    private var members: [JSONValue] = []

    package init() {}

    package var count: Int { names.count }
    package var isEmpty: Bool { names.isEmpty }
    package var keys: [String] { names }
    package var values: [JSONValue] { members }

    /// - Complexity: O(members).
    package subscript(name: String) -> JSONValue? { names.firstIndex(of: name).map { members[$0] } }

    /// A member at a place in the order.
    package subscript(position: Int) -> (name: String, value: JSONValue) { (names[position], members[position]) }

    func has(_ name: String) -> Bool { names.contains(name) }

    mutating func append(_ name: String, _ value: JSONValue) {
        names.append(name)
        members.append(value)
    }

    /// Objects are alike whatever the order of their members.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.names.allSatisfy { left[$0] == right[$0] }
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> AnyIterator<(name: String, value: JSONValue)> {
        var position = 0
        return AnyIterator {
            guard position < count else { return nil }
            defer { position += 1 }
            return self[position]
        }
    }

    package var underestimatedCount: Int { count }
}

/// What a document may demand of its reader.
package struct JSONLimits: Sendable {
    /// Values within values. Our documents have ten levels at most.
    package var depth = 64
    /// Length of the text. 256 MiB: a host of a hundred thousand processes comes to half of it.
    package var bytes = 256 << 20
    /// Values in all, each of which takes some fifty bytes: an empty array has two characters.
    package var values = 1 << 24

    package init() {}
}

/// Why a text is no JSON document.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        /// Another character than these should be here, or none.
        case expected(String)
        /// A name is there twice in one object.
        case repeatedName(String)
        /// A string is not UTF-8, holds a bare control character, or an escape that means nothing.
        case badString
        /// Digits that are no number of JSON.
        case badNumber
        /// A whole value, and then more.
        case trailing
        case tooDeep(limit: Int)
        case tooLong(limitBytes: Int)
        case tooManyValues(limit: Int)
    }

    package var problem: Problem
    /// Bytes before it.
    package var offset: Int

    package var description: String {
        let what =
            switch problem {
            case .expected(let what): "\(what) is expected"
            case .repeatedName(let name): "the name “\(String(name.prefix(64)).terminalSafe)” is there twice"
            case .badString: "a string is damaged"
            case .badNumber: "a number is damaged"
            case .trailing: "something follows the document"
            case .tooDeep(let limit): "values are nested deeper than \(limit)"
            case .tooLong(let limit): "it is longer than \(limit) bytes"
            case .tooManyValues(let limit): "it has more than \(limit) values"
            }
        return "no JSON document, at byte \(offset): \(what)"
    }
}
