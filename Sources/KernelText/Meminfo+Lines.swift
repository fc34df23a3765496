extension Meminfo {
    /// Calls `body` for each line of a node's file, in order: the range of the kernel's name (without `Node <n> ` and colon)
    /// and the value, sizes in bytes, counts (`HugePages_…`) as printed. Allocates nothing.
    ///
    /// For a reader that shows every line under the kernel's name, known here or not.
    package static func forEachNodeLine(
        _ bytes: Span<UInt8>, _ body: (Range<Int>, UInt64) -> Void
    ) throws(KernelTextError) {
        var offset = 0
        while let line = try bytes.nextLine(&offset, .nodeMeminfo) {
            guard !line.isEmpty else { continue }
            var start = line.lowerBound
            guard bytes.hasPrefix("Node ", start, line.upperBound) else {
                throw KernelTextError(.nodeMeminfo, "Node", at: start, .expectedToken("Node "))
            }
            start += 5
            _ = try bytes.decimalInt(&start, line.upperBound, max: CPUList.largestNumber, .nodeMeminfo, "Node")
            bytes.skipBlanks(&start, line.upperBound)
            let colon = bytes.find(Byte.colon, start, line.upperBound)
            guard colon < line.upperBound, colon > start else {
                throw KernelTextError(.nodeMeminfo, "line", at: start, .expectedToken(":"))
            }
            body(start..<colon, try value(bytes, (colon + 1)..<line.upperBound))
        }
    }

    private static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(KernelTextError) -> UInt64 {
        var offset = range.lowerBound
        bytes.skipBlanks(&offset, range.upperBound)
        let start = offset
        let number = try bytes.decimal(&offset, range.upperBound, .nodeMeminfo, "value")
        bytes.skipBlanks(&offset, range.upperBound)
        if offset == range.upperBound { return number }
        return try Kilobytes.bytes(bytes, start..<range.upperBound, .nodeMeminfo, "value")
    }
}
