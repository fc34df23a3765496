/// Joins the lines of a text that arrives in pieces.
///
/// `numa_maps` and `maps` are read with small buffers, because the target's memory map lock is held for the length of one
/// `read()`. A piece therefore ends anywhere. Whole lines are handed on where they lie; only the line that crosses a
/// piece is copied, into one buffer that is reused.
package struct LineAssembler: Sendable {
    /// The longest line accepted, in bytes: a path of 4096 bytes with every byte escaped is 16 KiB.
    package static let longestLine = 1 << 16

    private let file: KernelFile
    private var carry: [UInt8] = []
    private var carryStreamOffset = 0

    package init(_ file: KernelFile) {
        self.file = file
    }

    /// Whether the bytes fed so far end inside a line. NULs behind the last line are none.
    package var endsMidLine: Bool { carry.contains { $0 != 0 } }

    /// Bytes of the unfinished last line.
    package var pendingBytes: Int { carry.count }

    /// Forgets everything fed, keeping the buffer.
    package mutating func reset() {
        carry.removeAll(keepingCapacity: true)
        carryStreamOffset = 0
    }

    /// Hands every line completed by `chunk` to `body`: the bytes it lies in, its range without the newline, and the
    /// offset of those bytes in the whole stream.
    ///
    /// - Throws: what `body` throws, or `.lineTooLong`. After an error only ``reset()`` makes sense.
    package mutating func feed(
        _ chunk: Span<UInt8>, _ body: (Span<UInt8>, Range<Int>, Int) throws(KernelTextError) -> Void
    ) throws(KernelTextError) {
        var offset = 0
        let chunkStreamOffset = carryStreamOffset + carry.count
        if !carry.isEmpty {
            let newline = chunk.find(Byte.newline, 0, chunk.count)
            try append(chunk, 0..<newline)
            guard newline < chunk.count else { return }
            let length = carry.count
            try body(carry.span, 0..<length, carryStreamOffset)
            carry.removeAll(keepingCapacity: true)
            offset = newline + 1
        }
        while offset < chunk.count {
            let newline = chunk.find(Byte.newline, offset, chunk.count)
            guard newline < chunk.count else { break }
            try body(chunk, offset..<newline, chunkStreamOffset)
            offset = newline + 1
        }
        carryStreamOffset = chunkStreamOffset + offset
        try append(chunk, offset..<chunk.count)
    }

    /// Declares the stream ended.
    ///
    /// - Throws: `.unterminatedLine` if it ended inside a line.
    package func finish() throws(KernelTextError) {
        if endsMidLine { throw KernelTextError(file, "line", at: carryStreamOffset, .unterminatedLine) }
    }

    private mutating func append(_ chunk: Span<UInt8>, _ range: Range<Int>) throws(KernelTextError) {
        guard carry.count + range.count <= Self.longestLine else {
            throw KernelTextError(file, "line", at: carryStreamOffset, .lineTooLong)
        }
        for index in range { carry.append(chunk[index]) }
    }
}
