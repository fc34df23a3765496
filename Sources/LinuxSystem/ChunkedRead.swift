import SystemPackage

/// What reading a file in chunks cost.
package struct ChunkedRead: Hashable, Sendable {
    /// Calls of read(2) that returned something.
    package private(set) var reads = 0
    package private(set) var bytes = 0
    /// Time inside read(2), by CLOCK_MONOTONIC, the last call (which returns nothing) included.
    package private(set) var totalNanoseconds: UInt64 = 0
    /// The longest single read(2): for `numa_maps`, how long its owner's `mmap_lock` was held at most.
    package private(set) var longestNanoseconds: UInt64 = 0
    /// Whether the caller stopped before the end.
    package private(set) var stoppedEarly = false

    init() {}

    /// Delivers contents that are in memory already: no time passes.
    init(of contents: [UInt8], chunkBytes: Int, _ body: (Span<UInt8>, UInt64) -> Bool) {
        var start = 0
        while start < contents.count, !stoppedEarly {
            let end = start + min(chunkBytes, contents.count - start)
            count(bytes: end - start, nanoseconds: 0)
            stoppedEarly = !body(contents.span.extracting(start..<end), 0)
            start = end
        }
    }

    mutating func count(bytes: Int, nanoseconds: UInt64) {
        if bytes > 0 { reads += 1 }
        self.bytes += bytes
        totalNanoseconds += nanoseconds
        longestNanoseconds = max(longestNanoseconds, nanoseconds)
    }

    mutating func stop() { stoppedEarly = true }
}

func readChunks(
    _ file: borrowing OwnedDescriptor, chunkBytes: Int, limitBytes: Int, scratch: inout [UInt8],
    _ body: (_ chunk: Span<UInt8>, _ nanoseconds: UInt64) -> Bool
) throws(FileFailure) -> ChunkedRead {
    var result = ChunkedRead()
    while true {
        scratch.removeAll(keepingCapacity: true)
        let start = SystemTime.monotonicNow()
        let count = try append(from: file, atMost: chunkBytes, to: &scratch)
        let nanoseconds = SystemTime.monotonicNow() - start
        result.count(bytes: count, nanoseconds: nanoseconds)
        if count == 0 { return result }
        if result.bytes > limitBytes { throw FileFailure(.read, .fileTooLarge) }
        if !body(scratch.span, nanoseconds) {
            result.stop()
            return result
        }
    }
}
