import BalancingModel
package import NUMATopology
package import Snapshots
package import TextOutput

/// A value that a member of a document can have.
package protocol FieldValue: Sendable {
    static var schema: Schema { get }

    /// Writes it as the next value.
    func write(into json: inout JSONWriter)

    /// Reads it.
    ///
    /// - Throws: What is expected instead.
    init(reading value: JSONValue) throws(FieldError)
}

extension FieldValue where Self: FixedWidthInteger {
    package static var schema: Schema { .integer }

    package func write(into json: inout JSONWriter) { json.value(self) }

    package init(reading value: JSONValue) throws(FieldError) {
        guard case .number(let digits) = value, let number = Self(digits) else {
            throw FieldError(expected: "a whole number from \(Self.min) to \(Self.max)")
        }
        self = number
    }
}

extension Int: FieldValue {}
extension Int32: FieldValue {}
extension Int64: FieldValue {}
extension UInt16: FieldValue {}
extension UInt32: FieldValue {}
extension UInt64: FieldValue {}

extension Double: FieldValue {
    package static var schema: Schema { .number }

    package func write(into json: inout JSONWriter) { json.value(self) }

    package init(reading value: JSONValue) throws(FieldError) {
        guard let number = value.number, number.isFinite else { throw FieldError(expected: "a number") }
        self = number
    }
}

extension Bool: FieldValue {
    package static var schema: Schema { .boolean }

    package func write(into json: inout JSONWriter) { json.value(self) }

    package init(reading value: JSONValue) throws(FieldError) {
        guard case .boolean(let flag) = value else { throw FieldError(expected: "true or false") }
        self = flag
    }
}

extension String: FieldValue {
    package static var schema: Schema { .string }

    package func write(into json: inout JSONWriter) { json.value(self) }

    package init(reading value: JSONValue) throws(FieldError) {
        guard case .string(let text) = value else { throw FieldError(expected: "a string") }
        self = text
    }
}

extension Array: FieldValue where Element: FieldValue {
    package static var schema: Schema { .array(of: Element.schema) }

    package func write(into json: inout JSONWriter) {
        json.array { json in
            for element in self { element.write(into: &json) }
        }
    }

    package init(reading value: JSONValue) throws(FieldError) {
        self = try Self.elements(of: value) { (element) throws(FieldError) in try Element(reading: element) }
    }
}

extension Array {
    /// The elements of an array, each read by `read`.
    static func elements(
        of value: JSONValue, _ read: (JSONValue) throws(FieldError) -> Element
    ) throws(FieldError) -> [Element] {
        guard case .array(let values) = value else { throw FieldError(expected: "an array") }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            do throws(FieldError) {
                elements.append(try read(value))
            } catch {
                throw error.inside("\(index)")
            }
        }
        return elements
    }
}

/// A value with a fixed set of names.
package protocol FieldChoice: FieldValue, CaseIterable {
    /// As documents say it.
    var fieldName: String { get }
}

extension FieldChoice {
    package static var schema: Schema { .choice(allCases.map(\.fieldName)) }

    package func write(into json: inout JSONWriter) { json.value(fieldName) }

    package init(reading value: JSONValue) throws(FieldError) {
        guard let choice = Self.allCases.first(where: { $0.fieldName == value.text }) else {
            throw FieldError(expected: "one of " + Self.allCases.map(\.fieldName).joined(separator: ", "))
        }
        self = choice
    }
}

extension FieldChoice where Self: RawRepresentable, RawValue == String {
    package var fieldName: String { rawValue }
}

extension Provenance: FieldChoice {
    package static let allCases: [Provenance] = [.kernel, .reconstructed, .modelled, .estimated, .assumed]
    package var fieldName: String { description }
}

extension HostNote.Kind: FieldChoice {}
extension DeviceRecord.Kind: FieldChoice {}
extension PlacementGap: FieldChoice {}
extension MemoryRegion: FieldChoice {}
extension TopologyType: FieldChoice {}

// MARK: Nodes

extension NodeID: FieldValue {
    package static var schema: Schema { .integer }

    package func write(into json: inout JSONWriter) { json.value(rawValue) }

    package init(reading value: JSONValue) throws(FieldError) {
        guard case .number(let digits) = value, let node = Self(reading: digits) else {
            throw FieldError(expected: "the number of a node")
        }
        self = node
    }

    /// Nil for a number that no node can have.
    init?(reading digits: String) {
        guard let number = Int(digits), number >= 0, number <= NodeSet.numberLimit else { return nil }
        self.init(number)
    }
}

extension NumberSet: FieldValue where Member == NodeID {
    package static var schema: Schema { .array(of: .integer) }

    package func write(into json: inout JSONWriter) { Array(self).write(into: &json) }

    package init(reading value: JSONValue) throws(FieldError) {
        self.init(try [NodeID](reading: value))
    }
}

extension NodeValues: FieldValue where Value: FieldValue {
    /// An object whose names are node numbers. A node that is not there has nothing. What is unlocated is not in it; a
    /// document that may have such amounts says so beside it.
    package static var schema: Schema { .map(of: .integer) }

    package func write(into json: inout JSONWriter) {
        json.object { json in
            for node in nodes { json.member(String(node.rawValue), self[node]) }
        }
    }

    package init(reading value: JSONValue) throws(FieldError) {
        self.init()
        try JSONObject.read(value) { (name, member) throws(FieldError) in
            guard let node = NodeID(reading: name) else { throw FieldError(expected: "the number of a node") }
            self[node] = try Value(reading: member)
        }
    }
}

// MARK: Maps

extension JSONObject {
    /// Reads an object whose names are data.
    static func read(
        _ value: JSONValue, _ read: (String, JSONValue) throws(FieldError) -> Void
    ) throws(FieldError) {
        guard case .object(let members) = value else { throw FieldError(expected: "an object") }
        for (name, member) in members {
            do throws(FieldError) {
                try read(name, member)
            } catch {
                throw error.inside(name)
            }
        }
    }
}

/// Figures under names that are data, such as the kernel's counters, in their order.
struct NamedValues<Value: FieldValue>: FieldValue {
    var values: [(name: String, value: Value)]

    static var schema: Schema { .map(of: Value.schema) }

    init(_ values: [(name: String, value: Value)]) {
        self.values = values
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            for (name, value) in values {
                json.key(name)
                value.write(into: &json)
            }
        }
    }

    init(reading value: JSONValue) throws(FieldError) {
        values = []
        try JSONObject.read(value) { (name, member) throws(FieldError) in
            values.append((name, try Value(reading: member)))
        }
    }
}

// MARK: Time

/// A time span, in documents in seconds.
struct Seconds: FieldValue {
    var nanoseconds: UInt64

    static var schema: Schema { .number }

    init(_ nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    func write(into json: inout JSONWriter) { json.value(Double(nanoseconds) / 1e9) }

    init(reading value: JSONValue) throws(FieldError) {
        guard let seconds = value.number, seconds >= 0 else { throw FieldError(expected: "a number of seconds") }
        nanoseconds = UInt64(saturated: (seconds * 1e9).rounded())
    }
}
