/// CPU lists as boot parameters write them, which is more than the kernel prints: elements in any order, `N` for the last
/// CPU, `all`, and strides `a-b:used/group` (of each group of CPUs the first `used`).
///
/// `0-15:2/8` is CPUs 0, 1, 8, 9. `all:1/2` is every second CPU. `8-N` is CPU 8 and up.
package enum BootCPUList {
    /// The CPUs of a list, ascending and disjoint.
    ///
    /// - Parameters:
    ///   - lastCPU: the highest possible CPU.
    ///   - field: the option's name, for errors.
    /// - Throws: ``KernelTextError`` with offsets in `text`.
    package static func parse(
        _ text: String, lastCPU: Int, field: String
    ) throws(KernelTextError) -> [ClosedRange<Int>] {
        let bytes = Array(text.utf8)
        return try parse(bytes.span, lastCPU: Swift.min(Swift.max(lastCPU, 0), CPUList.largestNumber), field: field)
    }

    private static func parse(
        _ bytes: Span<UInt8>, lastCPU: Int, field: String
    ) throws(KernelTextError) -> [ClosedRange<Int>] {
        let body = bytes.trimmed(0..<bytes.count)
        var ranges: [ClosedRange<Int>] = []
        var offset = body.lowerBound
        while offset < body.upperBound {
            let end = bytes.find(Byte.comma, offset, body.upperBound)
            if end > offset { try append(bytes, offset..<end, lastCPU, field, &ranges) }
            offset = end + 1
        }
        return CPUList.normalised(ranges)
    }

    private static func append(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ lastCPU: Int, _ field: String,
        _ ranges: inout [ClosedRange<Int>]
    ) throws(KernelTextError) {
        var offset = range.lowerBound
        let end = range.upperBound
        var first = 0
        var last = lastCPU
        if bytes.hasPrefix("all", offset, end) {
            offset += 3
        } else {
            first = try number(bytes, &offset, end, lastCPU, field)
            last = first
            if offset < end, bytes[offset] == Byte.minus {
                offset += 1
                last = try number(bytes, &offset, end, lastCPU, field)
            }
        }
        guard first <= last else {
            throw KernelTextError(.kernelCommandLine, field, at: range.lowerBound, .malformedSet)
        }
        guard offset < end else {
            ranges.append(first...last)
            return
        }
        try bytes.expect(Byte.colon, ":", &offset, end, .kernelCommandLine, field)
        let used = try number(bytes, &offset, end, lastCPU, field)
        try bytes.expect(Byte.slash, "/", &offset, end, .kernelCommandLine, field)
        let group = try number(bytes, &offset, end, lastCPU, field)
        guard offset == end else { throw KernelTextError(.kernelCommandLine, field, at: offset, .trailingBytes) }
        guard group > 0, used <= group else {
            throw KernelTextError(.kernelCommandLine, field, at: range.lowerBound, .malformedSet)
        }
        guard used > 0 else { return }
        for start in stride(from: first, through: last, by: group) {
            ranges.append(start...Swift.min(start + used - 1, last))
        }
    }

    private static func number(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ lastCPU: Int, _ field: String
    ) throws(KernelTextError) -> Int {
        if offset < end, bytes[offset] == Byte.upperN {
            offset += 1
            return lastCPU
        }
        return try bytes.decimalInt(&offset, end, max: CPUList.largestNumber, .kernelCommandLine, field)
    }
}
