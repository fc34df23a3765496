package import LinuxSystem
import SystemPackage

/// A file as a stream of bytes, unpacked on the way where it is compressed with gzip, xz or zstd.
///
/// How it is compressed is told from its first bytes, not from its name, so standard input works as well. Bytes of a
/// file that is not compressed go from read(2) to the caller without being touched.
package final class ByteStream {
    /// The file's path, or what stands for it in messages.
    package let path: String
    /// How the file is compressed; nil when it is not.
    package let compression: Compression?

    private let source: ArchiveSource
    /// Unpacks; nil for a file that is not compressed.
    private let reader: LibraryReader?
    private var isEnded = false

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
        var firstBytes: [UInt8] = []
        do {
            // A pipe may deliver fewer bytes at first.
            while firstBytes.count < Compression.longestMagic,
                try descriptor.read(appendingTo: &firstBytes, atMost: ArchiveSource.blockBytes) > 0
            {}
        } catch {
            throw ArchiveFailure(path: path, kind: .system(error))
        }
        compression = Compression(of: firstBytes)
        source = ArchiveSource(path: path, descriptor: descriptor, firstBytes: firstBytes)
        if compression == nil {
            reader = nil
        } else {
            let reader = try LibraryReader(source, .raw)
            // The raw form has one member: the whole. An empty one has none.
            isEnded = try reader.nextMember() == nil
            self.reader = reader
        }
    }

    /// Bytes of the file as it is stored that have been consumed: for progress, and for messages.
    package var byteOffset: Int64 { reader?.byteOffset ?? source.byteOffset }

    /// Replaces the buffer's contents with the next bytes; its capacity is kept.
    ///
    /// - Returns: False at the end, where the buffer is empty.
    /// - Throws: `malformed` where compressed data is cut short or damaged. All blocks of 64 KiB that the library had
    ///   unpacked whole before that place have been delivered by then; afterwards this is the end.
    package func read(into buffer: inout [UInt8]) throws(ArchiveFailure) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        if isEnded { return false }
        // Undone below, unless this throws.
        isEnded = true
        if let reader {
            isEnded = try reader.readData(appendingTo: &buffer) == 0
        } else {
            do {
                try source.read(appendingTo: &buffer)
            } catch {
                throw ArchiveFailure(path: path, kind: .system(error), byteOffset: source.byteOffset)
            }
            isEnded = buffer.isEmpty
        }
        return !isEnded
    }
}
