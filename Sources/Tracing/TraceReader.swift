package import BalancingModel

/// Reads a trace's records batch by batch, whatever its form: source and parser together.
///
/// A source that fails in the middle (a packed file cut off) ends the records; the error is kept in `failure` so that
/// whatever was readable is still reported.
package struct TraceReader {
    private let content: TraceContent
    private var parser = FtraceTextParser()
    private var buffer: [UInt8] = []
    private var isAtEnd = false
    /// Why the reading ended before the trace did.
    package private(set) var failure: TraceSourceError?

    /// Opens a trace.
    package init(_ source: some TraceSource) throws(TraceSourceError) {
        content = try source.open()
    }

    /// What was seen so far.
    package var diagnostics: TraceDiagnostics {
        switch content {
        case .text: parser.diagnostics
        case .records(let records): records.diagnostics
        }
    }

    /// Kinds of events that would be in the trace if they had happened; a text tells none.
    package var recordedKinds: EventKinds {
        switch content {
        case .text: []
        case .records(let records): records.recordedKinds
        }
    }

    /// Replaces `records` by those of the next chunk, which may be none.
    ///
    /// - Returns: false at the end.
    package mutating func next(into records: inout [TraceRecord]) -> Bool {
        records.removeAll(keepingCapacity: true)
        guard !isAtEnd else { return false }
        do {
            switch content {
            case .text(let chunks):
                if try parse(chunks, into: &records) { return true }
            case .records(let source):
                if try source.next(into: &records) { return true }
            }
        } catch {
            failure = error
        }
        isAtEnd = true
        parser.finish()
        return false
    }

    private mutating func parse(
        _ chunks: any TraceChunks, into records: inout [TraceRecord]
    ) throws(TraceSourceError) -> Bool {
        // Taken out and put back: the parser changes while the bytes are read.
        var chunk: [UInt8] = []
        swap(&chunk, &buffer)
        defer { swap(&chunk, &buffer) }
        guard try chunks.next(into: &chunk) else { return false }
        parser.parse(chunk.span, into: &records)
        return true
    }
}
