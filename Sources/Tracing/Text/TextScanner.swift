/// Reading over the bytes of one line. Every function takes an offset and leaves it behind what it read; on failure
/// the offset is where the reading stopped.
enum TextScanner {
    static var space: UInt8 { UInt8(ascii: " ") }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    /// Space or tab.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    @inline(__always)
    static func skipBlanks(_ line: Span<UInt8>, _ offset: inout Int) {
        while offset < line.count, isBlank(line[offset]) { offset += 1 }
    }

    /// An unsigned decimal number, at least one digit; nil without one or beyond 64 bits.
    @inline(__always)
    static func decimal(_ line: Span<UInt8>, _ offset: inout Int) -> UInt64? {
        let start = offset
        var value: UInt64 = 0
        while offset < line.count {
            let digit = line[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if offset - start < 18 {
                value = value &* 10 &+ UInt64(digit)
            } else {
                let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
                if overflow || carry { return nil }
                value = sum
            }
            offset += 1
        }
        return offset > start ? value : nil
    }

    /// An unsigned hexadecimal number without a prefix, at least one digit; nil without one or beyond 64 bits.
    @inline(__always)
    static func hexadecimal(_ line: Span<UInt8>, _ offset: inout Int) -> UInt64? {
        let start = offset
        var value: UInt64 = 0
        while offset < line.count {
            let byte = line[offset]
            var digit = byte &- UInt8(ascii: "0")
            if digit >= 10 {
                let letter = (byte | 0x20) &- UInt8(ascii: "a")
                guard letter < 6 else { break }
                digit = letter &+ 10
            }
            if value >> 60 != 0 { return nil }
            value = value << 4 | UInt64(digit)
            offset += 1
        }
        return offset > start ? value : nil
    }

    /// Decimal, signed decimal, or hexadecimal after `0x`; the two's complement bits of the value.
    @inline(__always)
    static func number(_ line: Span<UInt8>, _ offset: inout Int) -> UInt64? {
        guard offset < line.count else { return nil }
        if line[offset] == UInt8(ascii: "-") {
            offset += 1
            guard let magnitude = decimal(line, &offset), magnitude <= 1 << 63 else { return nil }
            return 0 &- magnitude
        }
        if line[offset] == UInt8(ascii: "0"), offset + 1 < line.count, line[offset + 1] | 0x20 == UInt8(ascii: "x") {
            offset += 2
            return hexadecimal(line, &offset)
        }
        return decimal(line, &offset)
    }

    /// True if `bytes` stand in the line at `offset`.
    @inline(__always)
    static func matches(_ line: Span<UInt8>, at offset: Int, _ bytes: [UInt8]) -> Bool {
        guard offset >= 0, bytes.count <= line.count - offset else { return false }
        for index in bytes.indices where line[offset + index] != bytes[index] {
            return false
        }
        return true
    }

    /// True if the text of `literal` stands in the line at `offset`.
    static func matches(_ line: Span<UInt8>, at offset: Int, _ literal: String) -> Bool {
        var index = offset
        for byte in literal.utf8 {
            guard index < line.count, line[index] == byte else { return false }
            index += 1
        }
        return true
    }
}
