import CArchive
package import LinuxSystem
import SystemPackage

/// Writes a tar archive that depends on nothing but what is put in: no times, no owners, fixed modes, members in the
/// order they come. The same capture gives the same bytes.
///
/// The form is POSIX ustar, with pax records only where a name or size needs them.
@safe package final class TarWriter {
    private let archive: OpaquePointer
    private let path: String
    /// What the library writes to: one of them.
    private let descriptor: OwnedDescriptor?
    private var file: PendingFile?
    private var isFinished = false

    /// Makes a file. It has its name once it is finished; without that nothing is left of it.
    ///
    /// - Parameter compression: Nil takes it from the name; see ``Compression/init(name:)``.
    package convenience init(path: String, compression: Compression? = nil) throws(ArchiveFailure) {
        let file: PendingFile
        do throws(Errno) {
            file = try PendingFile(replacing: path)
        } catch {
            throw ArchiveFailure(path: path, kind: .system(error))
        }
        let number = file.descriptor.rawValue
        try self.init(number, nil, file, path: path, compression: compression ?? Compression(name: path))
    }

    /// Writes to standard output.
    package static func standardOutput(compression: Compression? = nil) throws(ArchiveFailure) -> TarWriter {
        let path = "standard output"
        let descriptor = try opening(path) { () throws(Errno) in
            try OwnedDescriptor(duplicating: Terminal.standardOutput)
        }
        return try TarWriter(descriptor, path: path, compression: compression)
    }

    /// Writes to a descriptor.
    package convenience init(
        _ descriptor: consuming OwnedDescriptor, path: String, compression: Compression?
    ) throws(ArchiveFailure) {
        let number = descriptor.rawValue
        try self.init(number, descriptor, nil, path: path, compression: compression)
    }

    private init(
        _ number: Int32, _ descriptor: consuming OwnedDescriptor?, _ file: consuming PendingFile?, path: String,
        compression: Compression?
    ) throws(ArchiveFailure) {
        guard let archive = unsafe archive_write_new() else {
            throw ArchiveFailure(path: path, kind: .system(.noMemory))
        }
        unsafe self.archive = unsafe archive
        self.path = path
        self.descriptor = descriptor
        self.file = file
        try check(unsafe archive_write_set_format_pax_restricted(archive))
        switch compression {
        case .gzip:
            try check(unsafe archive_write_add_filter_gzip(archive))
            // Else the time of day would be in the file.
            try check(unsafe archive_write_set_filter_option(archive, "gzip", "timestamp", nil))
        case .xz: try check(unsafe archive_write_add_filter_xz(archive))
        case .bzip2: try check(unsafe archive_write_add_filter_bzip2(archive))
        case .zstd: try check(unsafe archive_write_add_filter_zstd(archive))
        case nil: break
        }
        try check(unsafe archive_write_open_fd(archive, number))
    }

    deinit {
        // Not finished: what was written is no whole archive, and no end is put to it.
        if !isFinished { unsafe archive_write_fail(archive) }
        unsafe archive_write_free(archive)
    }

    /// Adds a file.
    package func addFile(_ name: String, _ bytes: [UInt8]) throws(ArchiveFailure) {
        try addHeader(name, type: 0o100000, permissions: 0o644, byteCount: bytes.count)
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe archive_write_data(archive, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
            }
            guard written > 0 else { throw failure(member: name) }
            start += written
        }
        try check(unsafe archive_write_finish_entry(archive), member: name)
    }

    /// Adds a symbolic link.
    package func addLink(_ name: String, target: String) throws(ArchiveFailure) {
        try addHeader(name, type: 0o120000, permissions: 0o777, byteCount: 0, target: target)
    }

    /// Adds a directory. Those that files lie in need not be added.
    package func addDirectory(_ name: String) throws(ArchiveFailure) {
        try addHeader(name, type: 0o040000, permissions: 0o755, byteCount: 0)
    }

    /// Writes the end. Without it the archive is cut short.
    package func finish() throws(ArchiveFailure) {
        isFinished = true
        try check(unsafe archive_write_close(archive))
        do throws(Errno) {
            if var file = file.take() { try file.commit() }
        } catch {
            throw ArchiveFailure(path: path, kind: .system(error))
        }
    }

    private func addHeader(
        _ name: String, type: UInt32, permissions: UInt32, byteCount: Int, target: String? = nil
    ) throws(ArchiveFailure) {
        guard let entry = unsafe archive_entry_new() else {
            throw ArchiveFailure(path: path, kind: .system(.noMemory), member: name)
        }
        defer { unsafe archive_entry_free(entry) }
        unsafe archive_entry_set_pathname(entry, name)
        unsafe archive_entry_set_filetype(entry, type)
        unsafe archive_entry_set_perm(entry, permissions)
        unsafe archive_entry_set_size(entry, Int64(byteCount))
        unsafe archive_entry_set_mtime(entry, 0, 0)
        if let target { unsafe archive_entry_set_symlink(entry, target) }
        try check(unsafe archive_write_header(archive, entry), member: name)
    }

    /// A warning (a name kept in its own bytes, as the locale has no other form) is no failure.
    private func check(_ status: Int32, member: String? = nil) throws(ArchiveFailure) {
        if status != ARCHIVE_OK, status != ARCHIVE_WARN { throw failure(member: member) }
    }

    private func failure(member: String?) -> ArchiveFailure {
        let offset = unsafe archive_filter_bytes(archive, -1)
        let number = unsafe archive_errno(archive)
        if number > 0 {
            return ArchiveFailure(
                path: path, kind: .system(Errno(rawValue: number)), byteOffset: offset, member: member)
        }
        let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? "not writable"
        return ArchiveFailure(path: path, kind: .malformed(reason), byteOffset: offset, member: member)
    }
}
