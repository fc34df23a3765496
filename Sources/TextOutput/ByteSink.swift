/// Where finished output goes: a descriptor, a socket, an archive member, a buffer in a test.
///
/// A sink takes bytes in order and either takes all of them or throws. The one who opened the descriptor makes the
/// sink; writers of text know only this protocol.
package protocol ByteSink {
    /// Takes all of `bytes`.
    ///
    /// - Throws: `ByteSinkError.closed` when nobody reads any more (for a command that is success: the reader had
    ///   enough), `.failed` with the `errno` otherwise.
    mutating func write(_ bytes: Span<UInt8>) throws(ByteSinkError)
}

/// Why a sink took no more bytes.
package enum ByteSinkError: Error, Equatable, Sendable {
    /// The reader is gone (`EPIPE`).
    case closed
    /// The write failed with this `errno`.
    case failed(errno: Int32)
}

/// A sink that keeps everything: for tests and for output that is needed whole.
package struct ByteArraySink: ByteSink, Sendable {
    /// Everything written so far.
    package private(set) var bytes: [UInt8] = []
    /// The number of `write` calls.
    package private(set) var writes = 0

    package init() {}

    package mutating func write(_ bytes: Span<UInt8>) {
        self.bytes.append(span: bytes)
        writes += 1
    }
}

/// Gathers small writes into large ones: one `write` of the sink beneath per `capacity` bytes.
///
/// Nothing is written at destruction; the owner calls `flush()` at the end, where it can handle the error.
package struct BufferedByteSink<Base: ByteSink>: ByteSink {
    /// Output is handed on once at least this many bytes are waiting. 64 KiB: beyond it a pipe (whose default
    /// capacity that is) gains nothing.
    package static var defaultCapacity: Int { 64 * 1024 }

    /// The sink beneath.
    package private(set) var base: Base
    private var pending: [UInt8] = []
    private let capacity: Int

    /// - Parameter capacity: bytes gathered before they are handed on; at least 1.
    package init(_ base: Base, capacity: Int = BufferedByteSink.defaultCapacity) {
        self.base = base
        self.capacity = max(1, capacity)
        pending.reserveCapacity(self.capacity + 512)
    }

    package mutating func write(_ bytes: Span<UInt8>) throws(ByteSinkError) {
        pending.append(span: bytes)
        if pending.count >= capacity { try flush() }
    }

    /// Lets `body` append to the waiting bytes in place: the way to write many small fields without a copy each.
    package mutating func append(_ body: (inout [UInt8]) -> Void) throws(ByteSinkError) {
        body(&pending)
        if pending.count >= capacity { try flush() }
    }

    /// Hands on what is waiting.
    package mutating func flush() throws(ByteSinkError) {
        guard !pending.isEmpty else { return }
        // Taken out and put back: the sink beneath is modified while the bytes are read, and their room is kept.
        var taken: [UInt8] = []
        swap(&taken, &pending)
        defer {
            taken.removeAll(keepingCapacity: true)
            swap(&taken, &pending)
        }
        try base.write(taken.span)
    }
}
