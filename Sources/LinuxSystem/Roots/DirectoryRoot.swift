import CLinuxShims
import Glibc
import SystemPackage

/// The running host, or a directory that holds a copy of one.
///
/// Beneath a copy, every path is resolved by the kernel as if the copy were `/` (openat2(2) with RESOLVE_IN_ROOT, Linux
/// 5.6): an absolute link or `..` leads to a place in the copy, never out of it. Only regular files are read there, as
/// a device or a pipe in an unpacked archive could block for ever.
package struct DirectoryRoot: HostRoot {
    /// The running host.
    package static let live = DirectoryRoot()

    /// The running host's ordinary files, such as a configuration: nothing is opened that could make its reader wait, and
    /// nothing read that is no regular file.
    package static let plainFiles = DirectoryRoot(isPlain: true)

    package let isLive: Bool
    /// Whether only regular files are read: all but those of the kernel.
    private let isPlain: Bool
    /// Nil for the running host, whose paths need no directory.
    private let base: Base?

    private final class Base: Sendable {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = consume descriptor }
    }

    private init(isPlain: Bool = false) {
        isLive = true
        self.isPlain = isPlain
        base = nil
    }

    /// A directory that holds `proc` and `sys`; `/` is the running host.
    ///
    /// - Throws: A failure with the directory's own path when it cannot be opened.
    package init(_ path: String) throws(ReadFailure) {
        if !path.isEmpty, path.utf8.allSatisfy({ $0 == UInt8(ascii: "/") }) {
            self = .live
            return
        }
        do {
            base = Base(try openDirectoryFile(path, relativeTo: AT_FDCWD))
        } catch {
            throw ReadFailure(error.operation, path, error.errno)
        }
        isLive = false
        isPlain = true
    }

    package func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        buffer.removeAll(keepingCapacity: true)
        do {
            let file = try open(path, O_RDONLY | O_NOCTTY)
            if isPlain { try requireRegularFile(file) }
            try readWhole(file, into: &buffer, limitBytes: limitBytes)
        } catch {
            buffer.removeAll(keepingCapacity: true)
            throw failure(error, path: path)
        }
    }

    package func list(_ directory: String) throws(ReadFailure) -> [String] {
        var names: [String] = []
        do {
            var entries = DirectoryEntries(try open(directory, O_RDONLY | O_DIRECTORY))
            while let name = try entries.next(where: .name) { names.append(name) }
        } catch {
            throw failure(error, path: directory)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func linkTarget(_ path: String) throws(ReadFailure) -> String {
        do {
            let link = try open(path, numawatch_o_path | O_NOFOLLOW)
            return try readLink(link)
        } catch {
            // An empty path on a descriptor that is no link answers ENOENT, where a path answers EINVAL.
            throw failure(error, path: path)
        }
    }

    package func processRunNanoseconds(_ pid: Int32) -> UInt64? {
        guard base == nil, pid > 0, pid < Self.processLimit else { return nil }
        return SystemTime.nanoseconds(of: SystemTime.clock(ofProcess: pid))
    }

    /// PID_MAX_LIMIT, include/linux/threads.h. The number of a clock has no room for much more.
    private static let processLimit: Int32 = 4 << 20

    package func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory {
        do {
            let directory = try open(path, O_RDONLY | O_DIRECTORY)
            // A copy does not change, and what is read relative to it must not leave it: it is read by path.
            return isLive
                ? HostDirectory(path: path, root: self, descriptor: directory) : HostDirectory(path: path, root: self)
        } catch {
            throw failure(error, path: path)
        }
    }

    private func readLink(_ link: borrowing OwnedDescriptor) throws(FileFailure) -> String {
        do {
            return try LinuxSystem.readLink("", relativeTo: link.rawValue)
        } catch {
            throw FileFailure(.link, error == .noSuchFileOrDirectory ? .invalidArgument : error)
        }
    }

    private func open(_ path: String, _ flags: Int32) throws(FileFailure) -> OwnedDescriptor {
        do {
            // O_NONBLOCK: opening a pipe would wait for its writer.
            let flags = !isPlain || flags & numawatch_o_path != 0 ? flags : flags | O_NONBLOCK
            guard let base else {
                return OwnedDescriptor(
                    adopting: try calling(.open) { unsafe openat(AT_FDCWD, path, flags | O_CLOEXEC) })
            }
            return OwnedDescriptor(
                adopting: try calling(.open) {
                    unsafe numawatch_openat2(
                        base.descriptor.rawValue, path, flags | O_CLOEXEC, numawatch_resolve_in_root)
                })
        } catch {
            throw FileFailure(.open, error)
        }
    }

    private func requireRegularFile(_ file: borrowing OwnedDescriptor) throws(FileFailure) {
        var status = stat()
        let descriptor = file.rawValue
        do {
            _ = try calling(.fstat) { unsafe fstat(descriptor, &status) }
        } catch {
            throw FileFailure(.read, error)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw FileFailure(.read, .isDirectory)
        default: throw FileFailure(.read, .invalidArgument)
        }
    }

    /// Tells a file that does not exist from a process that is gone, which have the same errno.
    private func failure(_ error: FileFailure, path: String) -> ReadFailure {
        guard error.errno == .noSuchFileOrDirectory, let process = ProcessPath(path), !process.isWhole else {
            return ReadFailure(error.operation, path, error.errno)
        }
        let isThere = (try? open(process.directory, numawatch_o_path | O_DIRECTORY)) != nil
        return ReadFailure(error.operation, path, error.errno, kind: isThere ? .missing : .gone)
    }
}
