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
        if isReopenable, StoredFile.isTraceDat(path) {
            return .records(try TraceDatRecords(try StoredFile(path: path)))
        }
        let chunks: Chunks
        do {
            chunks = Chunks(path == "-" ? try ByteStream.standardInput() : try ByteStream(path: path), name: name)
        } catch {
            throw TraceSourceError(name: name, reason: error.description, isAtOpening: true)
        }
        return try chunks.beginsTraceDat() ? .records(TraceDatRecords(try chunks.whole())) : .text(chunks)
    }

    private final class Chunks: TraceChunks {
        private let stream: ByteStream
        private let name: String
        /// What was read to look at it.
        private var first: [UInt8]?
        private var firstError: TraceSourceError?

        /// The largest recording that is unpacked into memory: its pages are read in another order than they come.
        private static let largestUnpackedBytes = 4 << 30

        init(_ stream: ByteStream, name: String) {
            self.stream = stream
            self.name = name
        }

        /// Whether the unpacked bytes are those of a recording.
        func beginsTraceDat() -> Bool {
            var chunk: [UInt8] = []
            do {
                if try next(into: &chunk) { first = chunk }
            } catch {
                firstError = error
            }
            return TraceDatLayout.isTraceDat(chunk)
        }

        /// All of it. A packed file that is cut off or damaged gives what could be unpacked: that is a recording cut off.
        func whole() throws(TraceSourceError) -> MemoryBytes {
            var all: [UInt8] = []
            var chunk: [UInt8] = []
            while (try? next(into: &chunk)) == true {
                guard all.count + chunk.count <= Self.largestUnpackedBytes else {
                    throw TraceSourceError(
                        name: name, reason: "a packed recording of more than 4 GiB: unpack it first",
                        isAtOpening: true)
                }
                all += chunk
            }
            return MemoryBytes(all, name: name)
        }

        func next(into buffer: inout [UInt8]) throws(TraceSourceError) -> Bool {
            if let first {
                buffer.removeAll(keepingCapacity: true)
                buffer += first
                self.first = nil
                return true
            }
            if let firstError { throw firstError }
            do {
                return try stream.read(into: &buffer)
            } catch {
                buffer.removeAll(keepingCapacity: true)
                throw TraceSourceError(name: name, reason: error.description, isAtOpening: false)
            }
        }
    }
}
