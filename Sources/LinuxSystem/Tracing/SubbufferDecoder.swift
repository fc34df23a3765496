import CTraceFS
import SystemPackage

/// One record of a page: where it lies and when it was written.
package struct TraceRecordPlace: Sendable, Equatable {
    /// From the first byte of the page to the record's `common_type`.
    package var byteOffset: Int
    package var byteCount: Int
    /// By the instance's trace clock.
    package var timeNanoseconds: UInt64

    package init(byteOffset: Int, byteCount: Int, timeNanoseconds: UInt64) {
        self.byteOffset = byteOffset
        self.byteCount = byteCount
        self.timeNanoseconds = timeNanoseconds
    }
}

/// What a page says besides its records.
package struct TracePageSummary: Sendable, Equatable {
    /// Events this CPU lost just before the page's first record.
    package enum Loss: Sendable, Equatable {
        case none
        case counted(UInt64)
        case unknown
    }

    /// Time of the page's beginning.
    package var timeNanoseconds: UInt64
    package var loss: Loss
    /// Bytes of records.
    package var dataBytes: Int

    package init(timeNanoseconds: UInt64, loss: Loss, dataBytes: Int) {
        self.timeNanoseconds = timeNanoseconds
        self.loss = loss
        self.dataBytes = dataBytes
    }
}

/// A page that is no page of a ring buffer.
package struct TracePageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// From the first byte of the page.
    package var byteOffset: Int
    package var reason: String

    package init(byteOffset: Int, reason: String) {
        self.byteOffset = byteOffset
        self.reason = reason
    }

    package var description: String { "byte \(byteOffset) of the page: \(reason)" }
}

/// Finds the records in pages of the kernel's ring buffer, with libtraceevent's kbuffer.
///
/// The library believes every length it reads. Before it sees a page the lengths are therefore walked once: a page from
/// a damaged file is refused at the byte that is wrong. Little-endian 64-bit pages only; all others are refused by those
/// who know their origin.
@safe package struct SubbufferDecoder: ~Copyable {
    private let functions: TraceEventFunctions
    private let buffer: OpaquePointer
    private let format: TracePageFormat
    /// The page, and as many zeros behind it as the library may look past an end.
    private var storage: [UInt8]

    /// `RB_MISSED_EVENTS` and `RB_MISSED_STORED` (kernel/trace/ring_buffer.c) in the commit field.
    private static let missedEvents: UInt64 = 1 << 31
    private static let missedStored: UInt64 = 1 << 30
    private static let commitMask: UInt64 = (1 << 27) - 1
    private static let slackBytes = 16

    /// - Throws: Where libtraceevent is not installed; the failure names its package.
    package init(_ format: TracePageFormat) throws(SystemFailure) {
        let functions = try TraceEventFunctions()
        guard
            let buffer = functions.table.kbuffer_alloc(
                KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST)
        else { throw SystemFailure("read", "pages of the trace buffer", .noMemory) }
        unsafe self.buffer = buffer
        self.functions = functions
        self.format = format
        storage = []
        storage.reserveCapacity(format.pageBytes + Self.slackBytes)
    }

    deinit {
        unsafe functions.table.kbuffer_free(buffer)
    }

    /// Finds the records of a page.
    ///
    /// - Parameters:
    ///   - page: Header and records; what lies behind the records is not looked at.
    ///   - records: The records are appended, in the order they were written.
    /// - Throws: Where the page is damaged; nothing was appended then.
    package mutating func decode(
        _ page: Span<UInt8>, into records: inout [TraceRecordPlace]
    ) throws(TracePageError) -> TracePageSummary {
        guard page.count >= format.headerBytes else {
            throw TracePageError(byteOffset: page.count, reason: "cut off within the header")
        }
        let commit = Self.word(page, 8, format.headerBytes - 8)
        let dataBytes = Int(commit & Self.commitMask)
        let end = format.headerBytes + dataBytes
        guard dataBytes <= format.dataBytes, commit >> 32 == 0 else {
            throw TracePageError(
                byteOffset: 8, reason: "\(dataBytes) bytes of records in a page of \(format.dataBytes)")
        }
        guard end <= page.count else {
            throw TracePageError(byteOffset: page.count, reason: "cut off within \(dataBytes) bytes of records")
        }
        let usedEnd = try Self.checkedEnd(page, from: format.headerBytes, to: end)
        // The count of lost events lies behind the records.
        let hasCount = commit & Self.missedStored != 0 && end + 8 <= page.count
        let loss: TracePageSummary.Loss =
            if commit & Self.missedEvents == 0 {
                .none
            } else if hasCount {
                .counted(Self.word(page, end, 8))
            } else {
                .unknown
            }
        load(page, end: usedEnd)
        let known = records.count
        var strayOffset: Int?
        let functions = functions
        unsafe storage.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress,
                unsafe functions.table.kbuffer_load_subbuffer(buffer, start) == 0
            else { return }
            var stamp: UInt64 = 0
            var record = unsafe functions.table.kbuffer_read_event(buffer, &stamp)
            while let found = unsafe record {
                let (offset, count) = unsafe (found - start, Int(functions.table.kbuffer_event_size(buffer)))
                // Both walks agree, or neither is believed.
                guard offset >= format.headerBytes, count >= 0, offset + count <= usedEnd else {
                    strayOffset = offset
                    return
                }
                records.append(TraceRecordPlace(byteOffset: offset, byteCount: count, timeNanoseconds: stamp))
                unsafe record = functions.table.kbuffer_next_event(buffer, &stamp)
            }
        }
        if let strayOffset {
            records.removeLast(records.count - known)
            throw TracePageError(byteOffset: strayOffset, reason: "a record that is not within the page")
        }
        return TracePageSummary(timeNanoseconds: Self.word(page, 0, 8), loss: loss, dataBytes: dataBytes)
    }

    /// Copies header and records to where the library reads them. The commit field there is the length alone.
    private mutating func load(_ page: Span<UInt8>, end: Int) {
        storage.removeAll(keepingCapacity: true)
        unsafe page.extracting(0..<end).withUnsafeBufferPointer { unsafe storage.append(contentsOf: $0) }
        storage.append(contentsOf: repeatElement(0, count: Self.slackBytes))
        var length = end - format.headerBytes
        for offset in 8..<format.headerBytes {
            storage[offset] = UInt8(truncatingIfNeeded: length)
            length >>= 8
        }
    }

    /// Walks the lengths of a page's records: each must end within the records. Returns where the last one ends, which
    /// is before the padding that may fill the page.
    ///
    /// A record begins with 32 bits, 5 of type or length and 27 of time since the one before. Type 29 is padding, 30 and
    /// 31 carry more time, 0 has its length in the next 32 bits, 1 to 28 is the length in words.
    private static func checkedEnd(
        _ page: Span<UInt8>, from start: Int, to end: Int
    ) throws(TracePageError) -> Int {
        var offset = start
        while offset < end {
            guard offset + 4 <= end else {
                throw TracePageError(byteOffset: offset, reason: "a record ends beyond the page")
            }
            let head = UInt32(truncatingIfNeeded: word(page, offset, 4))
            let type = head & 31
            let length: UInt64
            switch type {
            case 29 where head >> 5 == 0:
                // Padding to the end of the page.
                return offset
            case 0, 29:
                guard offset + 8 <= end else {
                    throw TracePageError(byteOffset: offset, reason: "a record ends beyond the page")
                }
                // The length counts itself.
                length = 4 + word(page, offset + 4, 4)
                // The library rounds the length of records up to words, that of padding not.
                if length < 8 || (type == 29 && length % 4 != 0) {
                    throw TracePageError(byteOffset: offset + 4, reason: "a record of \(length) bytes")
                }
            case 30, 31: length = 8
            default: length = 4 + 4 * UInt64(type)
            }
            let rounded = (length + 3) & ~3
            guard rounded <= UInt64(end - offset) else {
                throw TracePageError(byteOffset: offset, reason: "a record of \(length) bytes ends beyond the page")
            }
            offset += Int(rounded)
        }
        return end
    }

    /// A little-endian number of 4 or 8 bytes.
    @inline(__always)
    private static func word(_ page: Span<UInt8>, _ offset: Int, _ count: Int) -> UInt64 {
        let low = half(page, offset)
        return count == 4 ? low : low | half(page, offset + 4) << 32
    }

    @inline(__always)
    private static func half(_ page: Span<UInt8>, _ offset: Int) -> UInt64 {
        UInt64(page[offset]) | UInt64(page[offset + 1]) << 8 | UInt64(page[offset + 2]) << 16
            | UInt64(page[offset + 3]) << 24
    }
}
