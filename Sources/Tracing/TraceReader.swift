/// Reads a trace's records batch by batch: source and parser together.
///
/// A source that fails in the middle (a packed file cut off) ends the records; the error is kept in `failure` so that
/// whatever was readable is still reported.
package struct TraceReader {
    private let chunks: any TraceChunks
    private var parser = FtraceTextParser()
    private var buffer: [UInt8] = []
    private var isAtEnd = false
    /// Why the reading ended before the trace did.
    package private(set) var failure: TraceSourceError?

    /// Opens a trace.
    package init(_ source: some TraceSource) throws(TraceSourceError) {
        chunks = try source.open()
    }

    /// What was seen so far.
    package var diagnostics: TraceDiagnostics { parser.diagnostics }

    /// Replaces `records` by those of the next chunk, which may be none.
    ///
    /// - Returns: false at the end.
    package mutating func next(into records: inout [TraceRecord]) -> Bool {
        records.removeAll(keepingCapacity: true)
        guard !isAtEnd else { return false }
        // Taken out and put back: the parser changes while the bytes are read.
        var chunk: [UInt8] = []
        swap(&chunk, &buffer)
        defer { swap(&chunk, &buffer) }
        do {
            if try chunks.next(into: &chunk) {
                parser.parse(chunk.span, into: &records)
                return true
            }
        } catch {
            failure = error
        }
        isAtEnd = true
        parser.finish()
        return false
    }
}
