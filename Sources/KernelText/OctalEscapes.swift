/// Undoes the kernel's `\ooo` escapes (`seq_path` and its relatives: `numa_maps`, `maps`, `mounts`, `mountinfo`).
///
/// The kernel writes the bytes its separators are made of as a backslash and three octal digits. `numa_maps` does not
/// escape the backslash itself, so a backslash without three octal digits behind it stands for itself.
package enum OctalEscapes {
    /// The bytes of a range with every `\ooo` replaced by the byte it stands for.
    package static func decodedBytes(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let byte = bytes[offset]
            if byte == Byte.backslash, let value = octalByte(bytes, offset + 1, range.upperBound) {
                result.append(value)
                offset += 4
            } else {
                result.append(byte)
                offset += 1
            }
        }
        return result
    }

    /// The decoded range as text; invalid UTF-8 is replaced (U+FFFD).
    package static func decoded(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: decodedBytes(bytes, range), as: UTF8.self)
    }

    private static func octalByte(_ bytes: Span<UInt8>, _ offset: Int, _ end: Int) -> UInt8? {
        guard end - offset >= 3 else { return nil }
        var value = 0
        for index in offset..<(offset + 3) {
            let digit = bytes[index] &- Byte.zero
            guard digit < 8 else { return nil }
            value = value << 3 | Int(digit)
        }
        return UInt8(exactly: value)
    }
}
