import CArchive
import SystemPackage

/// One open libarchive reader.
@safe final class LibraryReader {
    private let archive: OpaquePointer
    /// The library holds it too.
    private let source: BlockSource
    /// Whether the source unpacks: the library then does not know the file as it is stored.
    private let isUnpacked: Bool
    private let content: Content

    enum Content { case tar, raw }

    /// - Throws: `malformed` where the first bytes are of no known form.
    init(_ stored: StoredSource, _ content: Content) throws(ArchiveFailure) {
        self.content = content
        isUnpacked = stored.compression == .gzip
        source = isUnpacked ? try GzipSource(stored) : stored
        guard let archive = unsafe archive_read_new() else {
            throw ArchiveFailure(path: source.path, kind: .system(.noMemory))
        }
        unsafe self.archive = unsafe archive
        unsafe archive_read_support_filter_xz(archive)
        unsafe archive_read_support_filter_bzip2(archive)
        unsafe archive_read_support_filter_zstd(archive)
        switch content {
        case .tar: unsafe archive_read_support_format_tar(archive)
        case .raw: unsafe archive_read_support_format_raw(archive)
        }
        unsafe archive_read_support_format_empty(archive)
        let context = unsafe Unmanaged.passUnretained(source).toOpaque()
        let status = unsafe archive_read_open(
            archive, context, nil,
            { _, context, block in
                guard let context = unsafe context, let block = unsafe block else { return -1 }
                let source = unsafe Unmanaged<BlockSource>.fromOpaque(context).takeUnretainedValue()
                guard let bytes = unsafe source.nextBlock() else { return -1 }
                unsafe block.pointee = bytes.baseAddress
                return bytes.count
            }, nil)
        if status != ARCHIVE_OK { throw noArchive() }
    }

    deinit {
        unsafe archive_read_free(archive)
    }

    /// Bytes of the file, as it is stored, that were consumed; what the library was given while it does not tell.
    var byteOffset: Int64 {
        let offset = isUnpacked ? -1 : unsafe archive_filter_bytes(archive, -1)
        return offset < 0 ? source.byteOffset : offset
    }

    /// What went wrong last.
    func failure(member: String? = nil) -> ArchiveFailure {
        if let failure = source.failure {
            return ArchiveFailure(
                path: source.path, kind: failure.kind, byteOffset: failure.byteOffset, member: member)
        }
        let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? "not readable"
        return ArchiveFailure(path: source.path, kind: .malformed(reason), byteOffset: byteOffset, member: member)
    }

    /// One member of an archive.
    struct Member {
        enum Kind { case file, directory, link(target: String), copy(of: String), other }
        let path: String
        let kind: Kind
        /// Of a file, as the archive declares it; its data may be shorter or missing.
        let byteCount: Int64
    }

    /// The next member; nil at the end.
    func nextMember() throws(ArchiveFailure) -> Member? {
        var entry: OpaquePointer?
        switch unsafe archive_read_next_header(archive, &entry) {
        case ARCHIVE_OK, ARCHIVE_WARN: break
        case ARCHIVE_EOF:
            try checkRest()
            return nil
        default: throw noArchive()
        }
        guard let entry = unsafe entry else { throw failure() }
        guard let path = unsafe Self.text(archive_entry_pathname(entry), archive_entry_pathname_utf8(entry)) else {
            throw ArchiveFailure(
                path: source.path, kind: .malformed("a member has no readable name"), byteOffset: byteOffset)
        }
        return unsafe Member(path: path, kind: Self.kind(entry), byteCount: max(0, archive_entry_size(entry)))
    }

    /// What went wrong at an end that came too early: perhaps no form of archive was recognised at all.
    private func noArchive() -> ArchiveFailure {
        let failure = failure()
        let isUnknown = unsafe content == .tar && archive_format(archive) == 0 && source.failure == nil
        guard isUnknown, case .malformed = failure.kind else { return failure }
        return ArchiveFailure(path: source.path, kind: .unknownFormat, byteOffset: byteOffset)
    }

    /// The library stops at the end of the archive; the checksum of what it is packed in comes after that.
    private func checkRest() throws(ArchiveFailure) {
        guard isUnpacked else { return }
        while let block = unsafe source.nextBlock() {
            if unsafe block.isEmpty { return }
        }
        throw failure()
    }

    private static func kind(_ entry: OpaquePointer) -> Member.Kind {
        if let target = unsafe text(archive_entry_hardlink(entry), archive_entry_hardlink_utf8(entry)) {
            return .copy(of: target)
        }
        // Types as in stat(2): the library's constants are casts, which Swift does not import.
        switch unsafe archive_entry_filetype(entry) {
        case 0o100000: return .file
        case 0o040000: return .directory
        case 0o120000:
            return unsafe text(archive_entry_symlink(entry), archive_entry_symlink_utf8(entry))
                .map { .link(target: $0) } ?? .other
        default: return .other
        }
    }

    /// The next block of the present member, as the library unpacked it: what comes before a broken place is not lost
    /// with it. (archive_read_data(3) would drop what it had gathered.)
    ///
    /// - Returns: How many bytes were appended; 0 at the end.
    func readData(appendingTo buffer: inout [UInt8], member: String? = nil) throws(ArchiveFailure) -> Int {
        var start: UnsafeRawPointer?
        var (count, offset): (Int, Int64) = (0, 0)
        while true {
            switch unsafe archive_read_data_block(archive, &start, &count, &offset) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_EOF: return 0
            default: throw failure(member: member)
            }
            if count > 0 { break }
        }
        unsafe buffer.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
        return count
    }

    /// A name by the library: in the bytes of the archive, or converted where it could not keep those.
    private static func text(_ bytes: UnsafePointer<CChar>?, _ utf8: UnsafePointer<CChar>?) -> String? {
        guard let name = unsafe bytes ?? utf8 else { return nil }
        return unsafe String(cString: name)
    }
}
