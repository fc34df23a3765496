import BalancingModel

/// The `name=value` fields of one event, read with the help of its schema.
struct FieldReader {
    /// Bits of the value; for words `start << 32 | end`, offsets in the line.
    private var values = InlineArray<10, UInt64>(repeating: 0)
    private var found: UInt32 = 0

    /// Reads the fields of `line` from `offset` on.
    ///
    /// - Returns: false if a field's value is not what the schema says, or a required field is missing.
    @inline(__always)
    mutating func read(_ line: Span<UInt8>, from start: Int, _ schema: borrowing EventSchema) -> Bool {
        var offset = start
        var expected = 0
        let count = schema.fields.count
        while found != schema.all {
            TextScanner.skipBlanks(line, &offset)
            var name = PackedName()
            var isField = false
            while offset < line.count {
                let byte = line[offset]
                if byte == UInt8(ascii: "=") {
                    isField = true
                    offset += 1
                    break
                }
                if TextScanner.isBlank(byte) { break }
                name.append(byte)
                offset += 1
            }
            guard isField else {
                if offset >= line.count { break }
                continue
            }
            var index = expected
            if index >= count || schema.fields[index].name != name {
                index = 0
                while index < count, schema.fields[index].name != name { index += 1 }
            }
            guard index < count, found & (1 << UInt32(truncatingIfNeeded: index)) == 0 else {
                while offset < line.count, !TextScanner.isBlank(line[offset]) { offset += 1 }
                continue
            }
            guard readValue(line, &offset, schema, index) else { return false }
            found |= 1 << UInt32(truncatingIfNeeded: index)
            expected = index + 1
        }
        return found & schema.required == schema.required
    }

    @inline(__always)
    private mutating func readValue(
        _ line: Span<UInt8>, _ offset: inout Int, _ schema: borrowing EventSchema, _ index: Int
    ) -> Bool {
        switch schema.fields[index].value {
        case .number:
            guard let value = TextScanner.number(line, &offset), Self.isEnd(line, offset) else { return false }
            values[index] = value
        case .bareHexadecimal:
            if TextScanner.matches(line, at: offset, "0x") { offset += 2 }
            guard let value = TextScanner.hexadecimal(line, &offset), Self.isEnd(line, offset) else { return false }
            values[index] = value
        case .word:
            let start = offset
            while offset < line.count, !TextScanner.isBlank(line[offset]) { offset += 1 }
            guard offset > start else { return false }
            values[index] = UInt64(start) << 32 | UInt64(offset)
        case .command:
            guard let end = Self.endOfCommand(line, offset, schema.fields[index].terminator) else { return false }
            offset = end
        case .path:
            let terminator = schema.fields[index].terminator
            var end = line.count - terminator.count
            while end >= offset, !TextScanner.matches(line, at: end, terminator) { end -= 1 }
            guard end >= offset else { return false }
            offset = end
        }
        return true
    }

    @inline(__always)
    private static func isEnd(_ line: Span<UInt8>, _ offset: Int) -> Bool {
        offset >= line.count || TextScanner.isBlank(line[offset]) || line[offset] == UInt8(ascii: ",")
    }

    /// Where a command name ends: it has at most 15 bytes, so the last place within these where the next field's name
    /// stands; a longer one (some programs print more) ends at the first place behind.
    private static func endOfCommand(_ line: Span<UInt8>, _ start: Int, _ terminator: [UInt8]) -> Int? {
        var offset = start + 15
        while offset >= start {
            if TextScanner.matches(line, at: offset, terminator) { return offset }
            offset -= 1
        }
        offset = start + 16
        while offset < line.count {
            if TextScanner.matches(line, at: offset, terminator) { return offset }
            offset += 1
        }
        return nil
    }

    // MARK: Values

    func has(_ index: Int) -> Bool {
        found & (1 << UInt32(index)) != 0
    }

    func unsigned(_ index: Int) -> UInt64 { values[index] }

    /// A 32-bit signed number, whether it was printed signed, unsigned, or extended to 64 bits; nil if it is none.
    @inline(__always)
    func signed(_ index: Int) -> Int32? {
        let bits = values[index]
        if let value = Int32(exactly: Int64(bitPattern: bits)) { return value }
        guard let low = UInt32(exactly: bits) else { return nil }
        return Int32(bitPattern: low)
    }

    /// A word's place in the line.
    func word(_ index: Int) -> Range<Int> {
        let start = Int(values[index] >> 32)
        return start..<max(start, Int(values[index] & 0xffff_ffff))
    }
}
