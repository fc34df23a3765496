/// How the values of `/proc/<pid>/status` are written.
extension ProcessStatus {
    /// The name with `\n`, `\\` and `\ooo` undone.
    static func unescapedName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        var result: [UInt8] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let byte = bytes[offset]
            if byte == Byte.backslash, offset + 1 < range.upperBound {
                let next = bytes[offset + 1]
                if next == Byte.backslash || next == 0x6E {
                    result.append(next == 0x6E ? Byte.newline : Byte.backslash)
                    offset += 2
                    continue
                }
            }
            result.append(byte)
            offset += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func number(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        var offset = range.lowerBound
        let value = try bytes.decimal(&offset, range.upperBound, .status, field)
        bytes.skipBlanks(&offset, range.upperBound)
        guard offset == range.upperBound else { throw KernelTextError(.status, field, at: offset, .trailingBytes) }
        return value
    }

    /// A pid or another number of `int` size.
    static func pid(_ bytes: Span<UInt8>, _ range: Range<Int>, _ field: String) throws(KernelTextError) -> Int {
        let value = try number(bytes, range, field)
        guard value <= UInt64(Int32.max) else {
            throw KernelTextError(.status, field, at: range.lowerBound, .outOfRange)
        }
        return Int(value)
    }

    static func pids(_ bytes: Span<UInt8>, _ range: Range<Int>, _ field: String) throws(KernelTextError) -> [Int] {
        var result: [Int] = []
        var offset = range.lowerBound
        while let word = bytes.nextWord(&offset, range.upperBound) {
            result.append(try pid(bytes, word, field))
        }
        return result
    }

    /// `1752 kB` in bytes.
    static func kilobytes(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        try Kilobytes.bytes(bytes, range, .status, field)
    }

    static func userIDs(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(KernelTextError) -> UserIDs {
        var offset = range.lowerBound
        func next() throws(KernelTextError) -> UInt32 {
            bytes.skipBlanks(&offset, range.upperBound)
            return UInt32(try bytes.decimalInt(&offset, range.upperBound, max: Int(UInt32.max), .status, "Uid"))
        }
        return UserIDs(real: try next(), effective: try next(), saved: try next(), fileSystem: try next())
    }
}

/// Sizes printed in kB, which the kernel means as KiB.
enum Kilobytes {
    /// `n kB` in bytes. The unit is required: without it the line may be cut, or count something else.
    static func bytes(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        var offset = range.lowerBound
        bytes.skipBlanks(&offset, range.upperBound)
        let start = offset
        let value = try bytes.decimal(&offset, range.upperBound, file, field)
        bytes.skipBlanks(&offset, range.upperBound)
        guard bytes.hasPrefix("kB", offset, range.upperBound) else {
            throw KernelTextError(file, field, at: offset, .expectedToken("kB"))
        }
        let (result, overflow) = value.multipliedReportingOverflow(by: 1024)
        if overflow { throw KernelTextError(file, field, at: start, .outOfRange) }
        return result
    }
}
