import CLinuxShims
import Glibc
import SystemPackage

/// A directory beneath a root, held open where the root is the live host.
///
/// Names are relative to it (`stat`, `task/12/sched`). On the live host they are opened relative to the descriptor, so a
/// `/proc/<pid>` that was held keeps answering for that very process, and fails with `gone` once it has exited even if
/// its number has been given to another.
package struct HostDirectory: ~Copyable, Sendable {
    /// The path it was opened by, for messages.
    package let path: String
    let root: any HostRoot
    /// Keeps the descriptor open; nil where files are read by path.
    private let base: Base?
    /// The descriptor's number.
    private var number: Int32? { base?.descriptor.rawValue }

    /// Shared with readings that are left behind: none of them may find another file under the number.
    private final class Base: Sendable {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = consume descriptor }
    }

    /// A directory of a root that does not change: its files are read by path.
    init(path: String, root: any HostRoot) {
        self.path = path
        self.root = root
        base = nil
    }

    /// A directory of the live host.
    init(path: String, root: any HostRoot, descriptor: consuming OwnedDescriptor) {
        self.path = path
        self.root = root
        base = Base(consume descriptor)
    }

    private init(path: String, root: any HostRoot, base: Base?) {
        self.path = path
        self.root = root
        self.base = base
    }

    /// The same directory, asked with another root's patience.
    consuming func asked(through root: any HostRoot) -> HostDirectory {
        HostDirectory(path: path, root: root, base: base)
    }

    /// The user the directory belongs to: of `/proc/<pid>` the process's effective user now, whatever it was when the
    /// directory was opened (`pid_getattr` of fs/proc/base.c). Nil for a copy, whose files belong to whoever made it, and
    /// for a process that is gone.
    package var ownerUserID: UInt32? {
        guard let number else { return nil }
        var status = stat()
        guard (try? calling(.fstat, { unsafe fstat(number, &status) })) != nil else { return nil }
        return status.st_uid
    }

    private func absolute(_ name: String) -> String { "\(path)/\(name)" }

    /// Reads a whole file; see `HostRoot.read(_:into:limitBytes:)`.
    package func read(_ name: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        guard let base else {
            return try root.read(absolute(name), into: &buffer, limitBytes: limitBytes)
        }
        buffer.removeAll(keepingCapacity: true)
        if let patience = root.patience, ProcessPath.mayWait(absolute(name)) {
            buffer = try patience.bytes(of: absolute(name)) { [path, root] () throws(ReadFailure) in
                var bytes: [UInt8] = []
                let directory = HostDirectory(path: path, root: root, base: base)
                try directory.readAtOnce(name, into: &bytes, limitBytes: limitBytes)
                return bytes
            }
            return
        }
        try readAtOnce(name, into: &buffer, limitBytes: limitBytes)
    }

    /// Reads a file through the descriptor, for as long as it takes.
    private func readAtOnce(_ name: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        guard let base = number else { return }
        do {
            let file = try openFile(name, relativeTo: base)
            try readWhole(file, into: &buffer, limitBytes: limitBytes)
        } catch {
            buffer.removeAll(keepingCapacity: true)
            throw failure(error, name: name)
        }
    }

    /// Where a symbolic link points, as written in it.
    package func linkTarget(_ name: String) throws(ReadFailure) -> String {
        guard let base = number else { return try root.linkTarget(absolute(name)) }
        do {
            return try readLink(name, relativeTo: base)
        } catch {
            throw failure(.init(.link, error), name: name)
        }
    }

    /// Calls `body` with the numbers among the names of a directory: the threads in `task`.
    ///
    /// - Parameter name: The directory, relative to this one; `.` for this one.
    package func numbers(in name: String, into numbers: inout [Int32]) throws(ReadFailure) {
        numbers.removeAll(keepingCapacity: true)
        guard let base = number else {
            numbers.append(contentsOf: try root.list(absolute(name)).compactMap { Int32(decimalDigits: $0) })
            return
        }
        do {
            let directory = try openDirectoryFile(name, relativeTo: base)
            var entries = DirectoryEntries(directory)
            while let entry = try entries.next(where: .number) { numbers.append(entry) }
        } catch {
            throw failure(error, name: name)
        }
    }

    /// Reads a file in chunks, measuring each read(2).
    ///
    /// A read of `numa_maps` holds the target's `mmap_lock` for as long as one read(2) lasts, so a small chunk bounds
    /// the hold and its longest time is known afterwards.
    ///
    /// - Parameters:
    ///   - chunkBytes: What one read(2) asks for; at least 1.
    ///   - limitBytes: A longer file fails with `tooLarge`, after what fits was delivered.
    ///   - scratch: Storage that is used again from call to call.
    ///   - body: Gets each chunk, and how long its read(2) took; false stops.
    /// - Throws: As `read`, chunks delivered before having been delivered.
    package func readChunks(
        _ name: String, chunkBytes: Int, limitBytes: Int, scratch: inout [UInt8],
        _ body: (_ chunk: Span<UInt8>, _ nanoseconds: UInt64) -> Bool
    ) throws(ReadFailure) -> ChunkedRead {
        let chunkBytes = max(chunkBytes, 1)
        guard let base = number else {
            try root.read(absolute(name), into: &scratch, limitBytes: limitBytes)
            return ChunkedRead(of: scratch, chunkBytes: chunkBytes, body)
        }
        do {
            let file = try openFile(name, relativeTo: base)
            return try LinuxSystem.readChunks(
                file, chunkBytes: chunkBytes, limitBytes: limitBytes, scratch: &scratch, body)
        } catch {
            throw failure(error, name: name)
        }
    }

    /// Waits until the `mmap_lock` of the process whose directory this is can be had for reading, in a call that ends when
    /// we are killed.
    ///
    /// For just before a call that is not so considerate. What is looked up in `map_files` is looked up under the lock
    /// (proc_map_files_lookup, fs/proc/base.c, 6.1 to 6.18), for a microsecond; nothing is mapped at this address, and if
    /// something were it would not be opened.
    package func passMemoryLock() {
        guard let base = number else { return }
        let flags = numawatch_o_path | O_NOFOLLOW | O_CLOEXEC
        // Fails always; what for does not matter.
        let descriptor = unsafe openat(base, "map_files/0-1000", flags)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Tells a file that does not exist from a process that is gone, which have the same errno.
    private func failure(_ error: FileFailure, name: String) -> ReadFailure {
        let path = absolute(name)
        guard error.errno == .noSuchFileOrDirectory, let process = ProcessPath(path) else {
            return ReadFailure(error.operation, path, error.errno)
        }
        return ReadFailure(error.operation, path, error.errno, kind: isThere(process) ? .missing : .gone)
    }

    /// Whether the process or thread still exists: through the held descriptor, as the number may be another's by now.
    private func isThere(_ process: ProcessPath) -> Bool {
        guard let base = number else { return root.exists(process.directory) }
        let relative = process.directory.dropFirst(path.utf8.count + 1)
        // The directory of an exited process can still be opened through its descriptor, but nothing in it.
        return (try? openFile(relative.isEmpty ? "stat" : "\(relative)/stat", relativeTo: base)) != nil
    }
}
