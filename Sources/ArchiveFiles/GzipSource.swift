import CArchive
import SystemPackage

/// Unpacks gzip (RFC 1952): every member of the file, each checked against its checksum and length.
///
/// Whatever can be unpacked before the place where a file is cut short or damaged is delivered before the failure.
@safe final class GzipSource: BlockSource {
    private let stored: BlockSource
    // The library keeps pointers to both: they stay in place.
    private let stream: UnsafeMutablePointer<z_stream>
    private let block: UnsafeMutableRawBufferPointer
    /// Within a member, its header and trailer included.
    private var isInside = false
    private var isEnded = false
    /// A failure found together with bytes that are delivered before it.
    private var isBroken = false

    private static let blockBytes = 64 << 10
    /// The largest window, and 16 for the gzip form rather than zlib's own.
    private static let windowBits: Int32 = 15 + 16

    init(_ stored: BlockSource) throws(ArchiveFailure) {
        self.stored = stored
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe block = .allocate(byteCount: Self.blockBytes, alignment: 16)
        super.init(path: stored.path)
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw ArchiveFailure(path: path, kind: .system(.noMemory))
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
        unsafe block.deallocate()
    }

    override var byteOffset: Int64 { unsafe stored.byteOffset - Int64(stream.pointee.avail_in) }

    override func nextBlock() -> UnsafeRawBufferPointer? {
        if failure != nil { return nil }
        if isBroken { return unsafe broken() }
        unsafe stream.pointee.next_out = block.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(block.count)
        while !isEnded, !isBroken, unsafe stream.pointee.avail_out > 0 {
            guard unsafe stream.pointee.avail_in > 0 || refill() else {
                // What was unpacked comes first.
                if isInside || stored.failure != nil { isBroken = true } else { isEnded = true }
                break
            }
            step()
        }
        let count = unsafe block.count - Int(stream.pointee.avail_out)
        if count == 0, isBroken { return unsafe broken() }
        return unsafe UnsafeRawBufferPointer(rebasing: block[..<count])
    }

    /// Takes the next stored block. False at the end and after a failure.
    private func refill() -> Bool {
        guard let bytes = unsafe stored.nextBlock(), bytes.count > 0 else { return false }
        // The library does not write to its input: the C declaration lacks a const.
        let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        unsafe stream.pointee.next_in = start?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_in = UInt32(bytes.count)
        return true
    }

    /// Unpacks as far as there is input and room.
    private func step() {
        if !isInside {
            // Zeroes may fill up the last block of a tape or a device.
            if let next = unsafe stream.pointee.next_in, unsafe next.pointee == 0, byteOffset > 0 {
                unsafe stream.pointee.next_in = unsafe next + 1
                unsafe stream.pointee.avail_in -= 1
                return
            }
            unsafe inflateReset(stream)
            isInside = true
        }
        switch unsafe inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isInside = false
        default: isBroken = true
        }
    }

    private func broken() -> UnsafeRawBufferPointer? {
        if let failure = stored.failure {
            fail(failure.kind)
        } else {
            let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            fail(.malformed(reason.map { "damaged gzip data (\($0))" } ?? "gzip data is cut short"))
        }
        return nil
    }

    /// Unpacks bytes that are in memory.
    ///
    /// - Parameters:
    ///   - path: For messages.
    ///   - limitBytes: More than this is refused.
    static func unpacked(_ bytes: [UInt8], path: String, limitBytes: Int) throws(ArchiveFailure) -> [UInt8] {
        let source = try GzipSource(MemorySource(bytes, path: path))
        var result: [UInt8] = []
        while let block = unsafe source.nextBlock() {
            if unsafe block.isEmpty { return result }
            guard result.count + block.count <= limitBytes else {
                throw ArchiveFailure(path: path, kind: .tooLarge(limitBytes: limitBytes))
            }
            unsafe result.append(contentsOf: block)
        }
        throw source.failure ?? ArchiveFailure(path: path, kind: .malformed("it cannot be unpacked"))
    }
}
