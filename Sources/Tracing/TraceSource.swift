package import BalancingModel

/// A trace that can be read from its beginning, any number of times or just once.
///
/// This module knows no files: who opens them (plain, packed, a pipe, an archive member) conforms to this.
package protocol TraceSource: Sendable {
    /// What to call the trace in reports and errors, usually its path.
    var name: String { get }
    /// True if `open` may be called again: looking ahead needs that. False for a pipe.
    var canReopen: Bool { get }
    /// Begins reading at the first byte.
    func open() throws(TraceSourceError) -> TraceContent
}

/// What an opened trace gives: text that is still to be parsed, or records.
package enum TraceContent {
    case text(any TraceChunks)
    case records(any TraceRecords)
}

/// The records of a trace that is no text, batch by batch.
package protocol TraceRecords: AnyObject {
    /// Kinds of events that would be there if they had happened; what is not among them may or may not have been recorded.
    var recordedKinds: EventKinds { get }
    /// What was seen so far.
    var diagnostics: TraceDiagnostics { get }
    /// Replaces `records` by the next ones, which may be none.
    ///
    /// - Returns: false at the end.
    /// - Throws: where the trace cannot be read further; what was read before stands, and this is the end.
    func next(into records: inout [TraceRecord]) throws(TraceSourceError) -> Bool
}

/// The bytes of a trace, unpacked, piece by piece.
package protocol TraceChunks: AnyObject {
    /// Replaces the contents of `buffer` by the next bytes.
    ///
    /// - Returns: false at the end; `buffer` is then empty.
    /// - Throws: where the bytes cannot be had; what was read before stands.
    func next(into buffer: inout [UInt8]) throws(TraceSourceError) -> Bool
}

/// Why a trace could not be read, or not to its end.
package struct TraceSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    package var name: String
    /// What went wrong, in words, with the errno or the position where there is one.
    package var reason: String
    /// True if it went wrong before the first byte: there is nothing to report on.
    package var isAtOpening: Bool

    package init(name: String, reason: String, isAtOpening: Bool) {
        self.name = name
        self.reason = reason
        self.isAtOpening = isAtOpening
    }

    package var description: String { "\(name): \(reason)" }
}

/// A trace held in memory: for tests and generated traces.
package struct MemoryTrace: TraceSource {
    package let name: String
    package let canReopen: Bool
    private let bytes: [UInt8]
    private let chunkBytes: Int

    package init(_ bytes: [UInt8], name: String = "memory", chunkBytes: Int = 256 * 1024, canReopen: Bool = true) {
        self.name = name
        self.canReopen = canReopen
        self.bytes = bytes
        self.chunkBytes = max(1, chunkBytes)
    }

    package func open() -> TraceContent {
        .text(Chunks(bytes: bytes, chunkBytes: chunkBytes))
    }

    private final class Chunks: TraceChunks {
        private let bytes: [UInt8]
        private let chunkBytes: Int
        private var position = 0

        init(bytes: [UInt8], chunkBytes: Int) {
            self.bytes = bytes
            self.chunkBytes = chunkBytes
        }

        func next(into buffer: inout [UInt8]) -> Bool {
            let end = position + min(chunkBytes, bytes.count - position)
            buffer.removeAll(keepingCapacity: true)
            buffer.append(contentsOf: bytes[position..<end])
            position = end
            return !buffer.isEmpty
        }
    }
}
