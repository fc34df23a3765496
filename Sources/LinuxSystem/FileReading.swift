import CLinuxShims
import Glibc
import SystemPackage

/// A failure within a file whose path the caller knows.
struct FileFailure: Error {
    let operation: ReadOperation
    let errno: Errno

    init(_ operation: ReadOperation, _ errno: Errno) {
        self.operation = operation
        self.errno = errno
    }
}

/// Opens a file for reading. Relative to `base`, a descriptor or `AT_FDCWD`.
func openFile(_ path: String, relativeTo base: Int32) throws(FileFailure) -> OwnedDescriptor {
    do {
        return OwnedDescriptor(
            adopting: try calling(.open) { unsafe openat(base, path, O_RDONLY | O_CLOEXEC | O_NOCTTY) })
    } catch {
        throw FileFailure(.open, error)
    }
}

/// Opens a directory, to hold it or to list it.
func openDirectoryFile(_ path: String, relativeTo base: Int32) throws(FileFailure) -> OwnedDescriptor {
    do {
        return OwnedDescriptor(
            adopting: try calling(.open) { unsafe openat(base, path, O_RDONLY | O_CLOEXEC | O_DIRECTORY) })
    } catch {
        throw FileFailure(.open, error)
    }
}

/// The least a read(2) asks for: most kernel text fits in one page, and one read of it returns no more than one.
private let smallestReadBytes = 4096

/// Appends a whole file to an empty buffer.
///
/// The file ends where a read(2) returns nothing: a short read of a pseudo-file means nothing.
func readWhole(
    _ file: borrowing OwnedDescriptor, into buffer: inout [UInt8], limitBytes: Int
) throws(FileFailure) {
    while true {
        // One byte past the limit tells a file that ends there from one that goes on.
        let room = min(max(buffer.capacity - buffer.count, smallestReadBytes, buffer.count), limitBytes - buffer.count)
        let count = try append(from: file, atMost: max(room, 1), to: &buffer)
        if count == 0 { return }
        if buffer.count > limitBytes { throw FileFailure(.read, .fileTooLarge) }
    }
}

/// One read(2) at the end of a buffer.
func append(
    from file: borrowing OwnedDescriptor, atMost byteCount: Int, to buffer: inout [UInt8]
) throws(FileFailure) -> Int {
    let descriptor = file.rawValue
    var count = 0
    do {
        try buffer.append(addingCapacity: byteCount) { (span: inout OutputSpan<UInt8>) throws(Errno) in
            try unsafe span.withUnsafeMutableBufferPointer { (storage, initializedCount) throws(Errno) in
                let (start, room) = (storage.baseAddress, min(byteCount, storage.count))
                count = try calling(.read) { unsafe Glibc.read(descriptor, start, room) }
                initializedCount = count
            }
        }
    } catch {
        throw FileFailure(.read, error)
    }
    return count
}

/// The target of a symbolic link. An empty `path` names the link `base` itself was opened on.
func readLink(_ path: String, relativeTo base: Int32) throws(Errno) -> String {
    // PATH_MAX: the kernel's longest.
    var storage = [CChar](repeating: 0, count: 4096)
    let count = try calling(.readlink) { unsafe readlinkat(base, path, &storage, storage.count) }
    return String(decoding: storage[..<count].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
