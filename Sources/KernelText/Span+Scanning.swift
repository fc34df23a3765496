/// Cursor helpers: every parser of this module walks a `Span<UInt8>` with an `inout Int` offset and an end.
///
/// None of them allocates, and none reads outside `offset ..< end`; arithmetic on digits is overflow-checked.
extension Span<UInt8> {
    /// Reads an unsigned decimal number; leaves `offset` after its last digit.
    ///
    /// - Throws: `.expectedDecimal` without a digit, `.outOfRange` above `UInt64.max`.
    @inline(__always)
    func decimal(
        _ offset: inout Int, _ end: Int, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        while offset < end {
            let digit = self[offset] &- Byte.zero
            if digit > 9 { break }
            let (tens, overflowTens) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowSum) = tens.addingReportingOverflow(UInt64(digit))
            if overflowTens || overflowSum { throw KernelTextError(file, field, at: start, .outOfRange) }
            value = sum
            offset += 1
        }
        if offset == start { throw KernelTextError(file, field, at: start, .expectedDecimal) }
        return value
    }

    /// Reads an unsigned decimal number not above `limit` as an `Int`.
    @inline(__always)
    func decimalInt(
        _ offset: inout Int, _ end: Int, max limit: Int = .max, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) -> Int {
        let start = offset
        let value = try decimal(&offset, end, file, field)
        guard value <= UInt64(limit) else { throw KernelTextError(file, field, at: start, .outOfRange) }
        return Int(truncatingIfNeeded: value)
    }

    /// Reads a decimal number with an optional minus sign.
    @inline(__always)
    func signedDecimal(
        _ offset: inout Int, _ end: Int, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) -> Int64 {
        let start = offset
        let isNegative = offset < end && self[offset] == Byte.minus
        if isNegative { offset += 1 }
        let magnitude = try decimal(&offset, end, file, field)
        if isNegative {
            guard magnitude <= UInt64(Int64.max) + 1 else {
                throw KernelTextError(file, field, at: start, .outOfRange)
            }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        guard magnitude <= UInt64(Int64.max) else { throw KernelTextError(file, field, at: start, .outOfRange) }
        return Int64(truncatingIfNeeded: magnitude)
    }

    /// Reads a hexadecimal number of either case, without prefix; leaves `offset` after its last digit.
    @inline(__always)
    func hexadecimal(
        _ offset: inout Int, _ end: Int, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        while offset < end {
            let digit = Byte.hexDigit(self[offset])
            if digit > 15 { break }
            if value >> 60 != 0 { throw KernelTextError(file, field, at: start, .outOfRange) }
            value = value << 4 | UInt64(digit)
            offset += 1
        }
        if offset == start { throw KernelTextError(file, field, at: start, .expectedHexadecimal) }
        return value
    }

    /// Steps over one expected byte.
    @inline(__always)
    func expect(
        _ byte: UInt8, _ token: String, _ offset: inout Int, _ end: Int, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) {
        guard offset < end, self[offset] == byte else {
            throw KernelTextError(file, field, at: offset, offset < end ? .expectedToken(token) : .unexpectedEnd)
        }
        offset += 1
    }

    /// Steps over spaces and tabs.
    @inline(__always)
    func skipBlanks(_ offset: inout Int, _ end: Int) {
        while offset < end, self[offset] == Byte.space || self[offset] == Byte.tab { offset += 1 }
    }

    /// The first position of `byte` in `offset ..< end`, or `end`.
    @inline(__always)
    func find(_ byte: UInt8, _ offset: Int, _ end: Int) -> Int {
        var position = offset
        while position < end, self[position] != byte { position += 1 }
        return position
    }

    /// The end of the word that starts at `offset`: the next space, tab or `end`.
    @inline(__always)
    func wordEnd(_ offset: Int, _ end: Int) -> Int {
        var position = offset
        while position < end, self[position] != Byte.space, self[position] != Byte.tab { position += 1 }
        return position
    }

    /// Whether the bytes from `offset` begin with `literal` (inside `end`).
    @inline(__always)
    func hasPrefix(_ literal: String, _ offset: Int, _ end: Int) -> Bool {
        let expected = literal.utf8.span
        let count = expected.count
        guard end - offset >= count else { return false }
        for index in 0..<count where self[offset + index] != expected[index] { return false }
        return true
    }

    /// Whether the bytes of `range` are exactly `literal`.
    @inline(__always)
    func equals(_ literal: String, _ range: Range<Int>) -> Bool {
        range.count == literal.utf8.count && hasPrefix(literal, range.lowerBound, range.upperBound)
    }

    /// The next line without its newline, or nil at the end of the text; moves `offset` after the newline.
    ///
    /// NULs behind the last line are no line: kernels up to 3.x print one behind some lists, and tools that copy files into
    /// blocks of a fixed size fill them up.
    ///
    /// - Throws: `.unterminatedLine` when the text ends before a newline. The kernel ends every line; a value from a cut
    ///   line would be a wrong number.
    @inline(__always)
    func nextLine(_ offset: inout Int, _ file: KernelFile) throws(KernelTextError) -> Range<Int>? {
        let start = offset
        guard start < count else { return nil }
        let newline = find(Byte.newline, start, count)
        if newline == count, isNULs(start..<count) {
            offset = count
            return nil
        }
        guard newline < count else { throw KernelTextError(file, "line", at: start, .unterminatedLine) }
        offset = newline + 1
        return start..<newline
    }

    private func isNULs(_ range: Range<Int>) -> Bool {
        for index in range where self[index] != 0 { return false }
        return true
    }

    /// The range without blanks and newlines at either end, and without NULs at its end; see ``nextLine(_:_:)``.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, Byte.isSpace(self[low]) { low += 1 }
        while high > low, Byte.isSpace(self[high - 1]) || self[high - 1] == 0 { high -= 1 }
        return low..<high
    }

    /// The next blank-separated word, or nil.
    func nextWord(_ offset: inout Int, _ end: Int) -> Range<Int>? {
        skipBlanks(&offset, end)
        guard offset < end else { return nil }
        let start = offset
        offset = wordEnd(start, end)
        return start..<offset
    }

    /// The bytes of a range as text; invalid UTF-8 is replaced (U+FFFD). Allocates: not for hot paths.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: array(range), as: UTF8.self)
    }

    /// The bytes of a range as an array.
    package func array(_ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range { bytes.append(self[index]) }
        return bytes
    }
}

/// The bytes the grammars are made of.
enum Byte {
    static let newline: UInt8 = 0x0A
    static let tab: UInt8 = 0x09
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let hash: UInt8 = 0x23
    static let leftParenthesis: UInt8 = 0x28
    static let rightParenthesis: UInt8 = 0x29
    static let comma: UInt8 = 0x2C
    static let minus: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let upperN: UInt8 = 0x4E
    static let leftBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let rightBracket: UInt8 = 0x5D
    static let bar: UInt8 = 0x7C

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero <= 9 }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte &- 9 <= 4 }

    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// The value of a hexadecimal digit, or 255.
    @inline(__always)
    static func hexDigit(_ byte: UInt8) -> UInt8 {
        let decimal = byte &- zero
        if decimal <= 9 { return decimal }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : 255
    }
}
