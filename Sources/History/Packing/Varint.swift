/// Whole numbers in as few bytes as they need: seven bits in each, the lowest first, the eighth says that more follow.
extension [UInt8] {
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

/// Small numbers of either sign as small numbers: 0, -1, 1, -2… become 0, 1, 2, 3…
enum ZigZag {
    static func fold(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
    static func unfold(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}

/// Why packed samples cannot be unpacked: where in the block.
package struct HistoryDamage: Error, Equatable, Sendable, CustomStringConvertible {
    package var offset: Int
    package var reason: String

    package var description: String { "byte \(offset): \(reason)" }
}

/// Reads varints one after the other.
struct VarintReader {
    let bytes: [UInt8]
    var offset: Int
    var end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    var isAtEnd: Bool { offset >= end }

    mutating func next() throws(HistoryDamage) -> UInt64 {
        guard offset < end else { throw damage("the block is cut short") }
        let first = bytes[offset]
        offset += 1
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while offset < end {
            let byte = bytes[offset]
            offset += 1
            guard shift < 63 || shift == 63 && byte <= 1 else { throw damage("a number is too long") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw damage("the block is cut short")
    }

    /// A number that is a count or a length: at most `limit`.
    mutating func count(_ limit: Int, _ what: String) throws(HistoryDamage) -> Int {
        let value = try next()
        guard value <= UInt64(limit) else { throw damage("\(what) is \(value), more than \(limit)") }
        return Int(value)
    }

    func damage(_ reason: String) -> HistoryDamage { HistoryDamage(offset: offset, reason: reason) }
}
