import ArchiveFiles
package import Tracing

/// A trace in a file, plain or compressed with gzip, xz or zstd (told by its first bytes), or from standard input.
package struct FileTrace: TraceSource {
    /// The path; `-` is standard input.
    package let path: String
    private let isReopenable: Bool

    /// - Parameter isReopenable: false for a pipe, which can be read only once.
    package init(path: String, isReopenable: Bool) {
        self.path = path
        self.isReopenable = isReopenable && path != "-"
    }

    package var name: String { path == "-" ? "standard input" : path }
    package var canReopen: Bool { isReopenable }

    package func open() throws(TraceSourceError) -> TraceContent {
        do {
            return .text(Chunks(path == "-" ? try ByteStream.standardInput() : try ByteStream(path: path), name: name))
        } catch {
            throw TraceSourceError(name: name, reason: error.description, isAtOpening: true)
        }
    }

    private final class Chunks: TraceChunks {
        private let stream: ByteStream
        private let name: String

        init(_ stream: ByteStream, name: String) {
            self.stream = stream
            self.name = name
        }

        func next(into buffer: inout [UInt8]) throws(TraceSourceError) -> Bool {
            do {
                return try stream.read(into: &buffer)
            } catch {
                buffer.removeAll(keepingCapacity: true)
                throw TraceSourceError(name: name, reason: error.description, isAtOpening: false)
            }
        }
    }
}
