/// `/proc/<pid>/numa_maps` (since 2.6.14): one line per mapping, in address order.
///
/// ```
/// line   := hexaddr SP policy [SP "file=" path | SP "heap" | SP "stack"] [SP "huge"] [counts] "\n"
/// counts := [SP "anon=" n] [SP "dirty=" n] [SP "mapped=" n] [SP "mapmax=" n] [SP "swapcache=" n]
///           [SP "active=" n] [SP "writeback=" n] { SP "N" nid "=" n } SP "kernelpagesize_kB=" n
/// ```
///
/// Sample: `7f2c80000000 prefer (many):0,2 file=/memfd:pool\040(deleted) dirty=64 mapped=80 mapmax=2 N2=80
/// kernelpagesize_kB=4`. The policy may hold a space, which is why it is read by its known words and not split. Words
/// this version does not know are passed over.
///
/// Nothing is allocated per line once the buffers of the reused ``NUMAMapsLine`` have grown.
package enum NUMAMaps {
    /// No mapping has more pages than this: 64 address bits over 4 KiB pages. Also keeps every sum in range.
    static let mostPages: UInt64 = 1 << 52

    /// Reads one line, without its newline, into `line`.
    ///
    /// - Throws: ``KernelTextError`` with offsets in `bytes`.
    package static func parseLine(
        _ bytes: Span<UInt8>, _ range: Range<Int>, into line: inout NUMAMapsLine
    ) throws(KernelTextError) {
        line.clear()
        let end = range.upperBound
        var offset = range.lowerBound
        line.startAddress = try bytes.hexadecimal(&offset, end, .numaMaps, "address")
        try bytes.expect(Byte.space, " ", &offset, end, .numaMaps, "address")
        line.policy = try NUMAMapsPolicy.parse(bytes, &offset, end)
        while offset < end {
            if bytes[offset] == Byte.space {
                offset += 1
                continue
            }
            try parseToken(bytes, &offset, end, &line)
        }
        try checkTotal(line, at: range.lowerBound)
    }

    /// Calls `body` for every line of a whole file, with the bytes its ranges point into.
    ///
    /// - Throws: ``KernelTextError``; `.unterminatedLine` when the text was cut.
    package static func forEachLine(
        _ bytes: Span<UInt8>, reusing line: inout NUMAMapsLine, _ body: (borrowing NUMAMapsLine) -> Void
    ) throws(KernelTextError) {
        var offset = 0
        while let range = try bytes.nextLine(&offset, .numaMaps) {
            try parseLine(bytes, range, into: &line)
            body(line)
        }
    }

    /// All lines of a whole file. For small inputs and tests; allocates.
    package static func lines(_ bytes: Span<UInt8>) throws(KernelTextError) -> [NUMAMapsLine] {
        var lines: [NUMAMapsLine] = []
        var line = NUMAMapsLine()
        try forEachLine(bytes, reusing: &line) { lines.append(copy $0) }
        return lines
    }

    @inline(__always)
    private static func parseToken(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ line: inout NUMAMapsLine
    ) throws(KernelTextError) {
        switch bytes[offset] {
        case Byte.upperN:
            if offset + 1 < end, Byte.isDigit(bytes[offset + 1]) {
                offset += 1
                let node = try bytes.decimalInt(&offset, end, max: CPUList.largestNumber, .numaMaps, "N<node>")
                try bytes.expect(Byte.equals, "=", &offset, end, .numaMaps, "N<node>")
                let pages = try count(bytes, &offset, end, "N<node>")
                line.nodePages.append(NUMAMapsLine.NodePages(node: node, pages: pages))
                return
            }
        case 0x61:  // a
            if try field("anon=", bytes, &offset, end, &line.anonPages) { return }
            if try field("active=", bytes, &offset, end, &line.activePages) { return }
        case 0x64:  // d
            if try field("dirty=", bytes, &offset, end, &line.dirtyPages) { return }
        case 0x6D:  // m
            if try field("mapped=", bytes, &offset, end, &line.mappedPages) { return }
            if try field("mapmax=", bytes, &offset, end, &line.mapMax) { return }
        case 0x73:  // s
            if try field("swapcache=", bytes, &offset, end, &line.swapCachePages) { return }
            if word("stack", bytes, &offset, end) {
                line.isStack = true
                return
            }
        case 0x77:  // w
            if try field("writeback=", bytes, &offset, end, &line.writebackPages) { return }
        case 0x6B:  // k
            let start = offset
            if try field("kernelpagesize_kB=", bytes, &offset, end, &line.kernelPageSizeBytes) {
                let (size, overflow) = (line.kernelPageSizeBytes ?? 0).multipliedReportingOverflow(by: 1024)
                if overflow { throw KernelTextError(.numaMaps, "kernelpagesize_kB", at: start, .outOfRange) }
                line.kernelPageSizeBytes = size
                return
            }
        case 0x68:  // h
            if word("huge", bytes, &offset, end) {
                line.isHuge = true
                return
            }
            if word("heap", bytes, &offset, end) {
                line.isHeap = true
                return
            }
        case 0x66:  // f
            if bytes.hasPrefix("file=", offset, end) {
                let start = offset + 5
                offset = bytes.find(Byte.space, start, end)
                line.fileRange = start..<offset
                return
            }
        default: break
        }
        offset = bytes.find(Byte.space, offset, end)
    }

    /// Reads `key` and its count if the token is that key.
    @inline(__always)
    private static func field(
        _ key: String, _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ value: inout UInt64?
    ) throws(KernelTextError) -> Bool {
        guard bytes.hasPrefix(key, offset, end) else { return false }
        offset += key.utf8.count
        value = try count(bytes, &offset, end, key)
        return true
    }

    /// A count, which ends its token.
    @inline(__always)
    private static func count(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        let start = offset
        let value = try bytes.decimal(&offset, end, .numaMaps, field)
        guard offset == end || bytes[offset] == Byte.space else {
            throw KernelTextError(.numaMaps, field, at: offset, .trailingBytes)
        }
        guard value <= mostPages else { throw KernelTextError(.numaMaps, field, at: start, .outOfRange) }
        return value
    }

    @inline(__always)
    private static func word(_ word: String, _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int) -> Bool {
        guard bytes.hasPrefix(word, offset, end) else { return false }
        let behind = offset + word.utf8.count
        guard behind == end || bytes[behind] == Byte.space else { return false }
        offset = behind
        return true
    }

    /// Checks once that pages and bytes of all nodes can be summed.
    @inline(__always)
    private static func checkTotal(_ line: NUMAMapsLine, at offset: Int) throws(KernelTextError) {
        var total: UInt64 = 0
        for entry in line.nodePages {
            total &+= entry.pages
            if total > mostPages { throw KernelTextError(.numaMaps, "N<node>", at: offset, .outOfRange) }
        }
        if let size = line.kernelPageSizeBytes, total.multipliedReportingOverflow(by: size).overflow {
            throw KernelTextError(.numaMaps, "kernelpagesize_kB", at: offset, .outOfRange)
        }
    }
}
