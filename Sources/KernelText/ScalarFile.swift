/// Files that hold one value: settings under debugfs and `/proc/sys`, topology ids, switches, cache sizes.
///
/// The value may be followed by blanks and a newline, or by nothing (a captured file may lack its newline). Which file it
/// is, the caller knows: `file` and `field` go into the error.
package enum ScalarFile {
    /// An unsigned decimal number, such as `scan_size_mb`.
    package static func unsigned(
        _ bytes: Span<UInt8>, file: KernelFile = .scalar, field: String
    ) throws(KernelTextError) -> UInt64 {
        let range = bytes.trimmed(0..<bytes.count)
        var offset = range.lowerBound
        let value = try bytes.decimal(&offset, range.upperBound, file, field)
        try expectEnd(bytes, offset, range.upperBound, file, field)
        return value
    }

    /// A signed decimal number, such as `cluster_id` or `numa_balancing`.
    package static func signed(
        _ bytes: Span<UInt8>, file: KernelFile = .scalar, field: String
    ) throws(KernelTextError) -> Int64 {
        let range = bytes.trimmed(0..<bytes.count)
        var offset = range.lowerBound
        let value = try bytes.signedDecimal(&offset, range.upperBound, file, field)
        try expectEnd(bytes, offset, range.upperBound, file, field)
        return value
    }

    /// `Y`, `N`, `1` or `0`, such as `sched/verbose`; `true` or `false`, such as `numa/demotion_enabled`.
    package static func boolean(
        _ bytes: Span<UInt8>, file: KernelFile = .scalar, field: String
    ) throws(KernelTextError) -> Bool {
        let range = bytes.trimmed(0..<bytes.count)
        if bytes.equals("true", range) { return true }
        if bytes.equals("false", range) { return false }
        guard range.count == 1 else {
            throw KernelTextError(file, field, at: range.lowerBound, range.isEmpty ? .unexpectedEnd : .unknownWord)
        }
        switch bytes[range.lowerBound] {
        case 0x59, 0x79, 0x31: return true
        case 0x4E, 0x6E, 0x30: return false
        default: throw KernelTextError(file, field, at: range.lowerBound, .unknownWord)
        }
    }

    /// A number with an optional `K`, `M` or `G` (powers of 1024), such as `cache/index3/size`: `16384K`.
    package static func sizeBytes(
        _ bytes: Span<UInt8>, file: KernelFile = .scalar, field: String
    ) throws(KernelTextError) -> UInt64 {
        let range = bytes.trimmed(0..<bytes.count)
        var offset = range.lowerBound
        let value = try bytes.decimal(&offset, range.upperBound, file, field)
        guard offset < range.upperBound else { return value }
        let shift: UInt64
        switch bytes[offset] {
        case 0x4B, 0x6B: shift = 10
        case 0x4D, 0x6D: shift = 20
        case 0x47, 0x67: shift = 30
        default: throw KernelTextError(file, field, at: offset, .unknownWord)
        }
        try expectEnd(bytes, offset + 1, range.upperBound, file, field)
        let (result, overflow) = value.multipliedReportingOverflow(by: 1 << shift)
        if overflow { throw KernelTextError(file, field, at: range.lowerBound, .outOfRange) }
        return result
    }

    /// The text without blanks and newlines around it, such as a domain's `name` or a cache's `type`.
    package static func word(_ bytes: Span<UInt8>) -> String {
        bytes.text(bytes.trimmed(0..<bytes.count))
    }

    private static func expectEnd(
        _ bytes: Span<UInt8>, _ offset: Int, _ end: Int, _ file: KernelFile, _ field: String
    ) throws(KernelTextError) {
        if offset != end { throw KernelTextError(file, field, at: offset, .trailingBytes) }
    }
}
