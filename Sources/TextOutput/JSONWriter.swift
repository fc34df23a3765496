/// Writes one JSON document (RFC 8259) into a byte buffer, value by value, without building a tree.
///
/// Commas, indentation and escaping are the writer's business; the order of keys is the caller's. What the caller may
/// get wrong (a value without a key inside an object, an end without a beginning) is a mistake in our own code and
/// traps.
///
/// ```
/// var json = JSONWriter()
/// json.object { json in
///     json.member("node", 0)
///     json.array("cpus") { $0.value(1); $0.value(2) }
/// }
/// // {"node":0,"cpus":[1,2]}
/// ```
package struct JSONWriter: Sendable {
    /// What has been written since the last `drain`.
    package private(set) var bytes: [UInt8] = []

    /// Two spaces per level and one member per line when true; no white space at all when false.
    package let isIndented: Bool
    private var levels: [Level] = []
    private var keyIsWaiting = false
    private var rootIsWritten = false

    private struct Level {
        var isObject: Bool
        var isEmpty = true
    }

    package init(isIndented: Bool = false) {
        self.isIndented = isIndented
    }

    // MARK: Structure

    /// Writes an object whose members `body` writes.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        begin(isObject: true)
        body(&self)
        end(isObject: true)
    }

    /// Writes an array whose elements `body` writes.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        begin(isObject: false)
        body(&self)
        end(isObject: false)
    }

    /// Writes a member whose value is an object.
    package mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    /// Writes a member whose value is an array.
    package mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        array(body)
    }

    /// Writes a member's name; the next value is its value.
    package mutating func key(_ name: String) {
        precondition(levels.last?.isObject == true && !keyIsWaiting, "a key belongs into an object, before a value")
        separate()
        bytes.append(jsonString: name)
        bytes.append(UInt8(ascii: ":"))
        if isIndented { bytes.append(UInt8(ascii: " ")) }
        keyIsWaiting = true
    }

    /// Writes a member's name that was made ready before.
    package mutating func key(_ key: JSONKey) {
        precondition(levels.last?.isObject == true && !keyIsWaiting, "a key belongs into an object, before a value")
        separate()
        bytes.append(contentsOf: key.bytes)
        if isIndented { bytes.append(UInt8(ascii: " ")) }
        keyIsWaiting = true
    }

    // MARK: Values

    package mutating func value(_ value: String) {
        beginValue()
        bytes.append(jsonString: value)
    }

    package mutating func value(_ value: Bool) {
        beginValue()
        bytes.append(text: value ? "true" : "false")
    }

    package mutating func value(_ value: some BinaryInteger) {
        beginValue()
        bytes.append(decimal: value)
    }

    /// The shortest digits that read back as the same number; `null` for what JSON cannot say (NaN, infinities).
    package mutating func value(_ value: Double) {
        beginValue()
        bytes.append(text: value.isFinite ? value.description : "null")
    }

    /// A number with a fixed count of digits after the point; `null` for NaN and infinities.
    package mutating func value(_ value: Double, decimals: Int) {
        beginValue()
        if value.isFinite { bytes.append(fixed: value, decimals: decimals) } else { bytes.append(text: "null") }
    }

    package mutating func null() {
        beginValue()
        bytes.append(text: "null")
    }

    package mutating func member(_ name: String, _ value: String) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: String, _ value: some BinaryInteger) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: String, _ value: Double) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: String, _ value: Double, decimals: Int) {
        key(name)
        self.value(value, decimals: decimals)
    }

    /// Writes a member only where there is a value: what is missing is absent, never zero.
    package mutating func member(ifPresent name: String, _ value: String?) {
        if let value { member(name, value) }
    }

    /// Writes a member only where there is a value: what is missing is absent, never zero.
    package mutating func member(ifPresent name: String, _ value: (some BinaryInteger)?) {
        if let value { member(name, value) }
    }

    /// Writes a member only where there is a value: what is missing is absent, never zero.
    package mutating func member(ifPresent name: String, _ value: Double?) {
        if let value { member(name, value) }
    }

    /// Writes a member only where there is a value: what is missing is absent, never zero.
    package mutating func member(ifPresent name: String, _ value: Bool?) {
        if let value { member(name, value) }
    }

    // MARK: Hand-over

    /// Hands what has been written to `sink` and forgets it, so that a long document needs little memory.
    package mutating func drain(into sink: inout some ByteSink) throws(ByteSinkError) {
        try sink.write(bytes.span)
        bytes.removeAll(keepingCapacity: true)
    }

    // MARK: Inside

    private mutating func begin(isObject: Bool) {
        beginValue()
        bytes.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        levels.append(Level(isObject: isObject))
    }

    private mutating func end(isObject: Bool) {
        precondition(!keyIsWaiting, "a key without a value")
        guard let level = levels.popLast(), level.isObject == isObject else {
            preconditionFailure("an end without its beginning")
        }
        if !level.isEmpty { newLine() }
        bytes.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    private mutating func beginValue() {
        if keyIsWaiting {
            keyIsWaiting = false
        } else if levels.isEmpty {
            precondition(!rootIsWritten, "a document is one value")
            rootIsWritten = true
        } else {
            precondition(levels.last?.isObject == false, "a value in an object needs a key")
            separate()
        }
    }

    private mutating func separate() {
        let index = levels.count - 1
        if levels[index].isEmpty {
            levels[index].isEmpty = false
        } else {
            bytes.append(UInt8(ascii: ","))
        }
        newLine()
    }

    private mutating func newLine() {
        guard isIndented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * levels.count))
    }
}

extension [UInt8] {
    /// Appends a text as a string of JSON.
    ///
    /// Beside what RFC 8259 demands, every character is escaped that a terminal or an editor would act on: the document
    /// stays the same to a parser, and safe to look at.
    package mutating func append(jsonString text: String) {
        append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                append(UInt8(ascii: "\\"))
                append(UInt8(ascii: scalar))
            case "\n": append(text: "\\n")
            case "\r": append(text: "\\r")
            case "\t": append(text: "\\t")
            case let scalar where scalar.isUnsafe: for unit in scalar.utf16 { append(escapeOf: unit) }
            case let scalar where scalar.isASCII: append(UInt8(ascii: scalar))
            default: append(contentsOf: scalar.utf8)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escapeOf unit: UInt16) {
        append(text: "\\u")
        for shift in [12, 8, 4, 0] { append(hexadecimal: UInt64(unit >> UInt16(shift)) & 0xf) }
    }
}

/// A member's name as it is written: quoted and escaped once, for names that are written again and again.
package struct JSONKey: Sendable {
    fileprivate let bytes: [UInt8]

    package init(_ name: String) {
        var bytes: [UInt8] = []
        bytes.append(jsonString: name)
        self.bytes = bytes + [UInt8(ascii: ":")]
    }
}
