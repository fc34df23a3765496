/// Reads `numa_maps` as it arrives in pieces of any size, line by line, keeping one line's buffers.
///
/// The `N<n>=` counts of hundreds of mappings go through one array. A file that ends inside a line, because the process
/// ended or the read was given up, is told apart by ``finish()``; the lines before are good.
package struct NUMAMapsReader: Sendable {
    private var assembler = LineAssembler(.numaMaps)
    private var line = NUMAMapsLine()
    /// Lines completed since the last ``reset()``.
    package private(set) var lineCount = 0

    package init() {}

    /// Whether the bytes fed so far end inside a line.
    package var endsMidLine: Bool { assembler.endsMidLine }

    /// Ready for the next process; buffers are kept.
    package mutating func reset() {
        assembler.reset()
        lineCount = 0
    }

    /// Takes the bytes of one `read()`; calls `body` for each line they complete, with the bytes its ranges point into.
    ///
    /// - Throws: ``KernelTextError`` with the byte offset in the whole file.
    package mutating func feed(
        _ chunk: Span<UInt8>, _ body: (borrowing NUMAMapsLine, Span<UInt8>) -> Void
    ) throws(KernelTextError) {
        var defects: LineDefects?
        try feed(chunk, &defects, body)
    }

    /// Takes the bytes of one `read()`, leaving out lines that are not as the kernel prints them.
    ///
    /// - Parameter defects: Gets the lines left out.
    /// - Throws: ``KernelTextError`` for a line longer than any the kernel prints.
    package mutating func feed(
        _ chunk: Span<UInt8>, defects: inout LineDefects, _ body: (borrowing NUMAMapsLine, Span<UInt8>) -> Void
    ) throws(KernelTextError) {
        var kept: LineDefects? = defects
        defer { defects = kept ?? defects }
        try feed(chunk, &kept, body)
    }

    private mutating func feed(
        _ chunk: Span<UInt8>, _ defects: inout LineDefects?, _ body: (borrowing NUMAMapsLine, Span<UInt8>) -> Void
    ) throws(KernelTextError) {
        // Moved out and back, so that the closure below and the assembler do not both hold `self`.
        var current = NUMAMapsLine()
        swap(&current, &line)
        defer { swap(&current, &line) }
        var lines = 0
        defer { lineCount += lines }
        try assembler.feed(chunk) { (bytes, range, streamOffset) throws(KernelTextError) in
            do throws(KernelTextError) {
                try NUMAMaps.parseLine(bytes, range, into: &current)
            } catch {
                var located = error
                located.byteOffset += streamOffset
                guard defects != nil else { throw located }
                defects?.add(located)
                return
            }
            lines += 1
            body(current, bytes)
        }
    }

    /// Declares the file ended.
    ///
    /// - Throws: `.unterminatedLine` if it ended inside a line.
    package func finish() throws(KernelTextError) {
        try assembler.finish()
    }
}
