/// The host a recording was made on, kept behind the pages of a `trace.dat`.
///
/// From a page boundary: ``mark``, the size of what follows (8 bytes, little endian), and a tar archive of the host's
/// files as `numawatch snapshot` makes it. trace-cmd and KernelShark follow the offsets of the head and never come here;
/// an option of our own in the head would make them complain of it.
package struct TraceDatHostSection: Sendable, Equatable {
    /// Where the archive's first byte lies.
    package var offsetBytes: UInt64
    package var sizeBytes: UInt64

    package static let mark = Array("numawatch host 1\0".utf8)

    /// The header that goes before an archive.
    package static func header(archiveSizeBytes: UInt64) -> [UInt8] {
        mark + (0..<8).map { UInt8(truncatingIfNeeded: archiveSizeBytes >> (8 * UInt64($0))) }
    }

    /// Looks for the section of a file.
    ///
    /// - Returns: Nil where there is none, or where the file is cut off inside it.
    package init?(of layout: TraceDatLayout, in file: some StoredBytes) throws(TraceSourceError) {
        let page = UInt64(layout.pageSizeBytes)
        let end = layout.pagesEndBytes
        guard end <= UInt64.max - page else { return nil }
        let place = TraceDatLayout.aligned(end, to: page)
        var header: [UInt8] = []
        try file.read(at: place, count: Self.mark.count + 8, into: &header)
        guard header.count == Self.mark.count + 8, header.starts(with: Self.mark) else { return nil }
        let size = header.suffix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        offsetBytes = place + UInt64(header.count)
        guard offsetBytes <= file.sizeBytes, size <= file.sizeBytes - offsetBytes else { return nil }
        sizeBytes = size
    }
}
