/// One parameter a path takes in its query, and which values are right.
package struct QueryParameter: Sendable {
    package enum Form: Sendable {
        case integer(ClosedRange<Int>)
        case choice([String])
        case boolean
        /// Any text of at most so many bytes.
        case text(maximumBytes: Int)
    }

    package var name: String
    package var form: Form
    package var description: String

    package init(_ name: String, _ form: Form, _ description: String) {
        self.name = name
        self.form = form
        self.description = description
    }

    /// What a value must be, for the administrator.
    var expectation: String {
        switch form {
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let values): "one of " + values.joined(separator: ", ")
        case .boolean: "true or false"
        case .text(let maximum): "text of at most \(maximum) bytes"
        }
    }

    func accepts(_ value: String) -> Bool {
        switch form {
        case .integer(let range): Int(value).map(range.contains) ?? false
        case .choice(let values): values.contains(value)
        case .boolean: value == "true" || value == "false"
        case .text(let maximum): value.utf8.count <= maximum
        }
    }
}

/// A query that was checked against an endpoint's parameters.
package struct QueryValues: Sendable, Equatable {
    private var values: [String: String] = [:]

    package init() {}

    package subscript(text name: String) -> String? { values[name] }
    package subscript(integer name: String) -> Int? { values[name].flatMap { Int($0) } }
    package subscript(flag name: String) -> Bool? { values[name].map { $0 == "true" } }

    /// The names that lists take beside those of members.
    package enum Name {
        package static let sort = "sort"
        package static let order = "order"
        package static let filter = "filter"
        package static let limit = "limit"
        package static let node = "node"
        package static let percent = "percent"
    }

    /// Reads `a=1&b=x%20y`. Each parameter must be known, right, and given once.
    ///
    /// - Throws: 400 with the parameter and what it may be.
    package init(parsing query: Substring.UTF8View, for parameters: [QueryParameter]) throws(EndpointError) {
        guard !query.isEmpty else { return }
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(parts[0])
            let value = try parts.count > 1 ? Self.decode(parts[1]) : ""
            try take(name, value, for: parameters)
        }
    }

    /// Takes names and values as they are.
    ///
    /// - Throws: As ``init(parsing:for:)``.
    package init(
        _ pairs: [(name: String, value: String)], for parameters: [QueryParameter]
    ) throws(EndpointError) {
        for pair in pairs { try take(pair.name, pair.value, for: parameters) }
    }

    private mutating func take(
        _ name: String, _ value: String, for parameters: [QueryParameter]
    ) throws(EndpointError) {
        guard let parameter = parameters.first(where: { $0.name == name }) else {
            let known = parameters.map(\.name).joined(separator: ", ")
            throw EndpointError(
                status: 400, "The query parameter “\(name.prefix(64))” is not known here.",
                remedy: known.isEmpty ? "This path takes no query." : "Known are: \(known).")
        }
        guard values[name] == nil else {
            throw EndpointError(
                status: 400, "The query parameter \(name) is given twice.", remedy: "Give it once.")
        }
        guard parameter.accepts(value) else {
            throw EndpointError(
                status: 400, "The query parameter \(name) has a wrong value.",
                remedy: "It must be \(parameter.expectation).")
        }
        values[name] = value
    }

    /// Undoes percent encoding.
    private static func decode(_ text: Substring.UTF8View) throws(EndpointError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = text.index(index, offsetBy: 1, limitedBy: text.endIndex),
                    let low = text.index(index, offsetBy: 2, limitedBy: text.endIndex), low < text.endIndex,
                    let first = hexadecimalDigit(text[high]), let second = hexadecimalDigit(text[low])
                else {
                    throw EndpointError(
                        status: 400, "The query holds a broken percent escape.",
                        remedy: "Write % and two hexadecimal digits, or %25 for a percent sign.")
                }
                bytes.append(first << 4 | second)
                index = low
            default: bytes.append(text[index])
            }
            index = text.index(after: index)
        }
        guard let result = String(validating: bytes, as: UTF8.self) else {
            throw EndpointError(status: 400, "The query is not UTF-8.", remedy: "Encode it as UTF-8.")
        }
        return result
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
