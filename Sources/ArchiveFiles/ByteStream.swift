package import LinuxSystem
import SystemPackage

/// A file as a stream of bytes, unpacked on the way where it is compressed with gzip, xz, bzip2 or zstd.
///
/// How it is compressed is told from its first bytes, not from its name, so standard input works as well. Bytes of a
/// file that is not compressed go from read(2) to the caller without being touched.
package final class ByteStream {
    /// The file's path, or what stands for it in messages.
    package let path: String
    private let stored: StoredSource
    private let unpacking: Unpacking
    private var isEnded = false

    private enum Unpacking {
        case none
        case gzip(GzipSource)
        case library(LibraryReader)
    }

    /// Opens a file.
    package convenience init(path: String) throws(ArchiveFailure) {
        let descriptor = try opening(path) { () throws(Errno) in try OwnedDescriptor(openingForReading: path) }
        try self.init(descriptor, path: path)
    }

    /// Reads standard input.
    package static func standardInput() throws(ArchiveFailure) -> ByteStream {
        let path = "standard input"
        let descriptor = try opening(path) { () throws(Errno) in
            try OwnedDescriptor(duplicating: Terminal.standardInput)
        }
        return try ByteStream(descriptor, path: path)
    }

    /// Reads from a descriptor: a file, a pipe, a socket.
    package init(_ descriptor: consuming OwnedDescriptor, path: String) throws(ArchiveFailure) {
        self.path = path
        stored = try StoredSource(descriptor, path: path)
        switch stored.compression {
        case nil: unpacking = .none
        case .gzip: unpacking = .gzip(try GzipSource(stored))
        case .xz, .bzip2, .zstd:
            let reader = try LibraryReader(stored, .raw)
            unpacking = .library(reader)
            // The raw form has one member: the whole. An empty one has none.
            isEnded = try reader.nextMember() == nil
        }
    }

    /// How the file is compressed; nil when it is not.
    package var compression: Compression? { stored.compression }

    /// Bytes of the file as it is stored that have been consumed: for progress, and for messages.
    package var byteOffset: Int64 {
        switch unpacking {
        case .none: stored.byteOffset
        case .gzip(let source): source.byteOffset
        case .library(let reader): reader.byteOffset
        }
    }

    /// Replaces the buffer's contents with the next bytes; its capacity is kept.
    ///
    /// - Returns: False at the end, where the buffer is empty.
    /// - Throws: `malformed` where compressed data is cut short or damaged, once what could be unpacked before that
    ///   place has been delivered: all of it from gzip, whole blocks of 64 KiB from the others. Afterwards this is the
    ///   end.
    package func read(into buffer: inout [UInt8]) throws(ArchiveFailure) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        if isEnded { return false }
        // Undone below, unless this throws.
        isEnded = true
        switch unpacking {
        case .none:
            do {
                try stored.read(appendingTo: &buffer)
            } catch {
                throw ArchiveFailure(path: path, kind: .system(error), byteOffset: stored.byteOffset)
            }
        case .gzip(let source):
            if let block = unsafe source.nextBlock() {
                unsafe buffer.append(contentsOf: block)
            } else if let failure = source.failure {
                throw failure
            }
        case .library(let reader): _ = try reader.readData(appendingTo: &buffer)
        }
        isEnded = buffer.isEmpty
        return !isEnded
    }
}
