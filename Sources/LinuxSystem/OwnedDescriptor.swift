import Glibc
package import SystemPackage

/// A file descriptor that is closed when its owner goes.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, valid as long as this value lives.
    package let rawValue: Int32

    /// Takes over an open descriptor; nobody else may close it.
    package init(adopting rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Opens a file for reading: a capture, a recording, a configuration. Kernel text is read through a `HostRoot`.
    package init(openingForReading path: String) throws(Errno) {
        do {
            self = try openFile(path, relativeTo: AT_FDCWD)
        } catch {
            throw error.errno
        }
    }

    /// Makes a file, or empties one, for writing.
    package init(creating path: String, mode: UInt32 = 0o644) throws(Errno) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        self.init(adopting: try calling(.open) { unsafe open(path, flags, mode) })
    }

    /// Makes a file without a name, for reading and writing: it is gone with its descriptor.
    ///
    /// - Parameter path: It lies in the same directory as this file, and so on the same disk.
    package init(scratchBeside path: String) throws(Errno) {
        let name = "\(path).\(getpid()).tmp"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = try calling(.open) { unsafe open(name, flags, 0o600) }
        do throws(Errno) {
            _ = try calling(.unlink) { unsafe unlink(name) }
        } catch {
            _ = close(descriptor)
            throw error
        }
        self.init(adopting: descriptor)
    }

    /// A second descriptor for what another one is open on; closing it leaves that one open.
    package init(duplicating descriptor: Int32) throws(Errno) {
        self.init(adopting: try calling(.open) { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) })
    }

    /// One read(2) at the end of a buffer.
    ///
    /// - Returns: How many bytes came; 0 at the end.
    package func read(appendingTo buffer: inout [UInt8], atMost byteCount: Int) throws(Errno) -> Int {
        do {
            return try append(from: self, atMost: byteCount, to: &buffer)
        } catch {
            throw error.errno
        }
    }

    /// One pread(2) at the end of a buffer: the descriptor's own position stays.
    ///
    /// - Returns: How many bytes came; 0 at the end.
    package func read(at offset: UInt64, appendingTo buffer: inout [UInt8], atMost byteCount: Int) throws(Errno) -> Int
    {
        guard let offset = off_t(exactly: offset) else { return 0 }
        let descriptor = rawValue
        var count = 0
        try buffer.append(addingCapacity: byteCount) { (span: inout OutputSpan<UInt8>) throws(Errno) in
            try unsafe span.withUnsafeMutableBufferPointer { (storage, initializedCount) throws(Errno) in
                let (start, room) = (storage.baseAddress, min(byteCount, storage.count))
                count = try calling(.read) { unsafe Glibc.pread(descriptor, start, room, offset) }
                initializedCount = count
            }
        }
        return count
    }

    /// Moves the position to a byte of the file.
    package func seek(to offset: UInt64) throws(Errno) {
        let descriptor = rawValue
        guard let offset = off_t(exactly: offset) else { throw .invalidArgument }
        _ = try calling(.lseek) { lseek(descriptor, offset, SEEK_SET) }
    }

    /// The file's length now; 0 for what has none.
    package var sizeBytes: UInt64 {
        get throws(Errno) {
            var status = stat()
            let descriptor = rawValue
            _ = try calling(.fstat) { unsafe fstat(descriptor, &status) }
            return UInt64(max(0, status.st_size))
        }
    }

    /// Gives the descriptor up: the caller closes it.
    package consuming func release() -> Int32 {
        let rawValue = rawValue
        discard self
        return rawValue
    }

    deinit {
        // Linux frees the number even when close(2) is interrupted, so it is never repeated.
        _ = close(rawValue)
    }
}
