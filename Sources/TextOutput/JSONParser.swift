/// Reads the text of ``JSONValue``. Recursive, as deep as the limits allow.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    private var values = 0

    static func document(_ bytes: [UInt8], _ limits: JSONLimits) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, limits: limits)
        guard bytes.count <= limits.bytes else { throw parser.error(.tooLong(limitBytes: limits.bytes)) }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.error(.trailing) }
        return value
    }

    private init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private func error(_ problem: JSONError.Problem) -> JSONError { JSONError(problem: problem, offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func require(_ byte: UInt8) throws(JSONError) {
        guard take(byte) else { throw error(.expected("“\(Character(Unicode.Scalar(byte)))”")) }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= limits.depth else { throw error(.tooDeep(limit: limits.depth)) }
        values += 1
        guard values <= limits.values else { throw error(.tooManyValues(limit: limits.values)) }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth))
        case UInt8(ascii: "["): return .array(try array(depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return .number(try number())
        default: throw error(.expected("a value"))
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw error(.expected("a value")) }
        position += text.utf8.count
        return value
    }

    private mutating func object(_ depth: Int) throws(JSONError) -> JSONObject {
        position += 1
        var members = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) { return members }
        // Few names are compared one by one; many, of maps of the kernel's counters, are looked up.
        var known: Set<String> = []
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error(.expected("a name")) }
            let start = position
            let name = try string()
            if members.count == 16 { known = Set(members.keys) }
            let isKnown = members.count < 16 ? members.has(name) : !known.insert(name).inserted
            guard !isKnown else { throw JSONError(problem: .repeatedName(name), offset: start) }
            skipSpace()
            try require(UInt8(ascii: ":"))
            members.append(name, try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { throw error(.expected("“,” or “}”")) }
        }
    }

    private mutating func array(_ depth: Int) throws(JSONError) -> [JSONValue] {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw error(.expected("“,” or “]”")) }
        }
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if next == UInt8(ascii: "\"") {
            // Most strings have no escapes: they are taken as they are.
            guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
                throw error(.badString)
            }
            position += 1
            return text
        }
        var text = Array(bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else { throw error(.badString) }
                return text
            case 0..<0x20: throw error(.badString)
            case UInt8(ascii: "\\"): try escape(into: &text)
            default: text.append(byte)
            }
        }
        throw error(.expected("the end of a string"))
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let escape = next else { throw error(.badString) }
        position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            var number = UInt32(unit)
            if UTF16.isLeadSurrogate(unit) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw error(.badString) }
                let second = try hexadecimal()
                guard UTF16.isTrailSurrogate(second) else { throw error(.badString) }
                number = 0x1_0000 + (number & 0x3ff) << 10 + UInt32(second) & 0x3ff
            }
            guard let scalar = Unicode.Scalar(number) else { throw error(.badString) }
            text.append(contentsOf: scalar.utf8)
        default: throw error(.badString)
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw error(.badString)
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    // MARK: Numbers

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    private mutating func number() throws(JSONError) -> String {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let isZeroFirst = next == UInt8(ascii: "0")
        let whole = digits()
        guard whole == 1 || whole > 1 && !isZeroFirst else { throw error(.badNumber) }
        if take(UInt8(ascii: ".")) {
            guard digits() > 0 else { throw error(.badNumber) }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
            guard digits() > 0 else { throw error(.badNumber) }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
