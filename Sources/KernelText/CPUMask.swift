/// Masks of CPUs or nodes as the kernel prints them (`%*pb`): groups of 32 bits in hexadecimal, most significant first,
/// joined by commas; the first group has as many digits as its bits need, all others eight.
///
/// Found in `/proc/schedstat` domain lines, `Cpus_allowed:`, `thread_siblings`, `cpumap`. Sample: `ff,00000001` is CPU 0
/// and CPUs 32 to 39. The width is that of the *possible* CPUs.
package enum CPUMask {
    /// The longest mask accepted, in bits; see ``CPUList/largestNumber``.
    package static let largestBitCount = CPUList.largestNumber + 1

    /// Calls `body` for each run of set bits, ascending. Allocates nothing. O(digits).
    ///
    /// - Throws: `.expectedHexadecimal` or `.malformedSet` where a group has the wrong width.
    package static func forEachRange(
        _ bytes: Span<UInt8>, _ range: Range<Int>, file: KernelFile = .cpuMask, field: String = "mask",
        _ body: (ClosedRange<Int>) -> Void
    ) throws(KernelTextError) {
        try check(bytes, range, file, field)
        var bit = 0
        var runStart = -1
        var position = range.upperBound
        while position > range.lowerBound {
            position -= 1
            let byte = bytes[position]
            if byte == Byte.comma { continue }
            let digit = Byte.hexDigit(byte)
            if digit == 0 && runStart < 0 || digit == 15 && runStart >= 0 {
                bit += 4
                continue
            }
            for shift in 0..<4 {
                if digit >> UInt8(shift) & 1 == 1 {
                    if runStart < 0 { runStart = bit + shift }
                } else if runStart >= 0 {
                    body(runStart...(bit + shift - 1))
                    runStart = -1
                }
            }
            bit += 4
        }
        if runStart >= 0 { body(runStart...(bit - 1)) }
    }

    /// The set bits of a whole file as ascending disjoint ranges.
    package static func parse(
        _ bytes: Span<UInt8>, file: KernelFile = .cpuMask
    ) throws(KernelTextError) -> [ClosedRange<Int>] {
        let body = bytes.trimmed(0..<bytes.count)
        if bytes.equals("(null)", body) { return [] }
        return try ranges(bytes, body, file: file)
    }

    /// The set bits as ascending disjoint ranges.
    package static func ranges(
        _ bytes: Span<UInt8>, _ range: Range<Int>, file: KernelFile = .cpuMask, field: String = "mask"
    ) throws(KernelTextError) -> [ClosedRange<Int>] {
        var result: [ClosedRange<Int>] = []
        try forEachRange(bytes, range, file: file, field: field) { result.append($0) }
        return result
    }

    /// The bits as 64-bit words, least significant word first.
    package static func words(
        _ bytes: Span<UInt8>, _ range: Range<Int>, file: KernelFile = .cpuMask, field: String = "mask"
    ) throws(KernelTextError) -> [UInt64] {
        try check(bytes, range, file, field)
        var words: [UInt64] = []
        var bit = 0
        for position in range.reversed() where bytes[position] != Byte.comma {
            if bit & 63 == 0 { words.append(0) }
            words[words.count - 1] |= UInt64(Byte.hexDigit(bytes[position])) << UInt64(bit & 63)
            bit += 4
        }
        return words
    }

    /// Checks the whole grammar, so that the readers above may go backwards without errors of their own.
    static func check(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) {
        var digits = 0
        var isFirstGroup = true
        for position in range {
            if bytes[position] == Byte.comma {
                guard isFirstGroup ? digits > 0 : digits == 8 else {
                    throw KernelTextError(file, field, at: position, .malformedSet)
                }
                isFirstGroup = false
                digits = 0
            } else {
                guard Byte.hexDigit(bytes[position]) <= 15 else {
                    throw KernelTextError(file, field, at: position, .expectedHexadecimal)
                }
                digits += 1
                guard digits <= 8 else { throw KernelTextError(file, field, at: position, .malformedSet) }
            }
        }
        guard isFirstGroup ? digits > 0 : digits == 8 else {
            throw KernelTextError(file, field, at: range.upperBound, .malformedSet)
        }
        guard range.count <= largestBitCount / 4 else {
            throw KernelTextError(file, field, at: range.lowerBound, .outOfRange)
        }
    }
}
