/// `/proc/<pid>/maps`: the address ranges of a process.
///
/// ```
/// 55709a26f000-55709a271000 r-xp 00002000 fe:00 253911                     /usr/bin/cat
/// ```
///
/// The path is everything behind the blanks; it may hold spaces, only its newlines are escaped (`\012`). Anonymous
/// mappings have none; `[heap]`, `[stack]`, `[vdso]`, `[anon:name]` are names of the kernel's.
package enum Maps {
    /// The four letters of a mapping.
    package struct Permissions: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `r`: `VM_READ`.
        package static let read = Permissions(rawValue: 1)
        /// `w`: `VM_WRITE`.
        package static let write = Permissions(rawValue: 2)
        /// `x`: `VM_EXEC`.
        package static let execute = Permissions(rawValue: 4)
        /// `s` rather than `p`: `VM_MAYSHARE`.
        package static let shared = Permissions(rawValue: 8)
    }

    /// One mapping.
    package struct Line: Hashable, Sendable {
        package var startAddress: UInt64
        /// The first address behind the mapping; above ``startAddress``.
        package var endAddress: UInt64
        package var permissions: Permissions
        package var fileOffsetBytes: UInt64
        package var deviceMajor: UInt64
        package var deviceMinor: UInt64
        /// 0 for a mapping without file.
        package var inode: UInt64
        /// Where the path or name lies in the bytes parsed.
        package var pathRange: Range<Int>?

        package var sizeBytes: UInt64 { endAddress - startAddress }

        /// The path or name with its escapes undone. Allocates.
        package func path(in bytes: Span<UInt8>) -> String? {
            pathRange.map { OctalEscapes.decoded(bytes, $0) }
        }
    }

    /// Reads one line without its newline. Allocates nothing.
    package static func parseLine(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(KernelTextError) -> Line {
        let end = range.upperBound
        var offset = range.lowerBound
        let start = try bytes.hexadecimal(&offset, end, .maps, "start")
        try bytes.expect(Byte.minus, "-", &offset, end, .maps, "start")
        let endStart = offset
        let last = try bytes.hexadecimal(&offset, end, .maps, "end")
        guard last > start else { throw KernelTextError(.maps, "end", at: endStart, .outOfRange) }
        try bytes.expect(Byte.space, " ", &offset, end, .maps, "end")
        let permissions = try permissions(bytes, &offset, end)
        try bytes.expect(Byte.space, " ", &offset, end, .maps, "permissions")
        let fileOffset = try bytes.hexadecimal(&offset, end, .maps, "offset")
        try bytes.expect(Byte.space, " ", &offset, end, .maps, "offset")
        let major = try bytes.hexadecimal(&offset, end, .maps, "device")
        try bytes.expect(Byte.colon, ":", &offset, end, .maps, "device")
        let minor = try bytes.hexadecimal(&offset, end, .maps, "device")
        try bytes.expect(Byte.space, " ", &offset, end, .maps, "device")
        let inode = try bytes.decimal(&offset, end, .maps, "inode")
        guard offset == end || bytes[offset] == Byte.space else {
            throw KernelTextError(.maps, "inode", at: offset, .trailingBytes)
        }
        bytes.skipBlanks(&offset, end)
        return Line(
            startAddress: start, endAddress: last, permissions: permissions, fileOffsetBytes: fileOffset,
            deviceMajor: major, deviceMinor: minor, inode: inode, pathRange: offset < end ? offset..<end : nil)
    }

    /// Calls `body` for every line of a whole file, with the line's ranges in `bytes`.
    ///
    /// - Throws: ``KernelTextError``; `.unterminatedLine` when the text was cut.
    package static func forEachLine(
        _ bytes: Span<UInt8>, _ body: (Line) -> Void
    ) throws(KernelTextError) {
        var offset = 0
        while let range = try bytes.nextLine(&offset, .maps) {
            body(try parseLine(bytes, range))
        }
    }

    private static func permissions(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int
    ) throws(KernelTextError) -> Permissions {
        guard end - offset >= 4 else { throw KernelTextError(.maps, "permissions", at: offset, .unexpectedEnd) }
        var result: Permissions = []
        let letters: InlineArray<3, (UInt8, Permissions)> = [(0x72, .read), (0x77, .write), (0x78, .execute)]
        for index in 0..<3 {
            let byte = bytes[offset + index]
            if byte == letters[index].0 {
                result.insert(letters[index].1)
            } else if byte != Byte.minus {
                throw KernelTextError(.maps, "permissions", at: offset + index, .unknownWord)
            }
        }
        switch bytes[offset + 3] {
        case 0x73: result.insert(.shared)
        case 0x70: break
        default: throw KernelTextError(.maps, "permissions", at: offset + 3, .unknownWord)
        }
        offset += 4
        return result
    }
}

/// Reads `maps` as it arrives in pieces of any size. See ``NUMAMapsReader``.
package struct MapsReader: Sendable {
    private var assembler = LineAssembler(.maps)

    package init() {}

    /// Whether the bytes fed so far end inside a line.
    package var endsMidLine: Bool { assembler.endsMidLine }

    /// Ready for the next process; the buffer is kept.
    package mutating func reset() {
        assembler.reset()
    }

    /// Takes the bytes of one `read()`; calls `body` for each line they complete, with the bytes its ranges point into.
    ///
    /// - Throws: ``KernelTextError`` with the byte offset in the whole file.
    package mutating func feed(
        _ chunk: Span<UInt8>, _ body: (Maps.Line, Span<UInt8>) -> Void
    ) throws(KernelTextError) {
        try assembler.feed(chunk) { (bytes, range, streamOffset) throws(KernelTextError) in
            let line: Maps.Line
            do throws(KernelTextError) {
                line = try Maps.parseLine(bytes, range)
            } catch {
                var located = error
                located.byteOffset += streamOffset
                throw located
            }
            body(line, bytes)
        }
    }

    /// Declares the file ended.
    ///
    /// - Throws: `.unterminatedLine` if it ended inside a line.
    package func finish() throws(KernelTextError) {
        try assembler.finish()
    }
}
