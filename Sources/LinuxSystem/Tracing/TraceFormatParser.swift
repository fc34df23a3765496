import CTraceFS
import SystemPackage

/// Why a format is not understood.
package struct TraceFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `events/header_page`, `sched/sched_switch`.
    package var subject: String
    package var reason: String

    package init(subject: String, reason: String) {
        self.subject = subject
        self.reason = reason
    }

    package var description: String { "\(subject): \(reason)" }
}

/// Reads the kernel's descriptions of events and pages with libtraceevent, into values.
///
/// Only where fields lie is of interest. How the kernel would print an event (`print fmt`) is a C expression which may
/// call functions of the kernel; it is cut off before the library sees it, which would otherwise parse and keep it.
@safe package struct TraceFormatParser: ~Copyable {
    private let functions: TraceEventFunctions
    private let handle: OpaquePointer

    /// The largest description that is read: the kernel's own have a few KiB.
    private static let largestFormatBytes = 256 * 1024

    /// - Throws: Where libtraceevent is not installed; the failure names its package.
    package init() throws(SystemFailure) {
        let functions = try TraceEventFunctions()
        guard let handle = functions.table.tep_alloc() else {
            throw SystemFailure("read", "formats of trace events", .noMemory)
        }
        unsafe self.handle = handle
        self.functions = functions
    }

    deinit {
        unsafe functions.table.tep_free(handle)
    }

    /// Reads `events/header_page`.
    ///
    /// - Parameter longBytes: `sizeof(long)` of the kernel, for pages without a description.
    package func page(_ text: [UInt8], longBytes: Int = 8) throws(TraceFormatError) -> TracePageFormat {
        try Self.check(text, "events/header_page")
        // The size counts without the terminator, which the library's scanner needs.
        var copy = text.map(CChar.init(bitPattern:)) + [0]
        guard unsafe functions.table.tep_parse_header_page(handle, &copy, UInt(text.count), Int32(longBytes)) == 0
        else {
            throw TraceFormatError(subject: "events/header_page", reason: "not understood")
        }
        // commit is a long behind the 64-bit time stamp; the library's "header page size" is the size of that long, its
        // "sub-buffer size" that of the whole page.
        let header = 8 + Int(unsafe functions.table.tep_get_header_page_size(handle))
        let page = Int(unsafe functions.table.tep_get_sub_buffer_size(handle))
        guard unsafe !functions.table.tep_is_old_format(handle), page > header, page <= 1 << 20 else {
            throw TraceFormatError(subject: "events/header_page", reason: "no page layout of Linux 2.6.30 or later")
        }
        return TracePageFormat(headerBytes: header, dataBytes: page - header)
    }

    /// Reads the `format` file of an event.
    package func event(_ text: [UInt8], system: String) throws(TraceFormatError) -> TraceEventFormat {
        let subject = "events/\(system)/…/format"
        try Self.check(text, subject)
        var copy = Self.withoutPrintFormat(text).map(CChar.init(bitPattern:)) + [0]
        let count = UInt(copy.count - 1)
        var event: UnsafeMutablePointer<tep_event>?
        let status = unsafe functions.table.tep_parse_format(handle, &event, &copy, count, system)
        guard status == TEP_ERRNO__SUCCESS, let event = unsafe event else {
            throw TraceFormatError(subject: subject, reason: "not understood (libtraceevent \(status.rawValue))")
        }
        guard let name = unsafe event.pointee.name.map({ unsafe String(cString: $0) }), !name.isEmpty else {
            throw TraceFormatError(subject: subject, reason: "the event has no name")
        }
        var fields: [TraceEventFormat.Field] = []
        unsafe Self.append(event.pointee.format.common_fields, to: &fields)
        unsafe Self.append(event.pointee.format.fields, to: &fields)
        return TraceEventFormat(system: system, name: name, id: Int(unsafe event.pointee.id), fields: fields)
    }

    private static func append(
        _ first: UnsafeMutablePointer<tep_format_field>?, to fields: inout [TraceEventFormat.Field]
    ) {
        var next = unsafe first
        while let field = unsafe next {
            let flags = unsafe field.pointee.flags
            unsafe fields.append(
                TraceEventFormat.Field(
                    name: field.pointee.name.map { unsafe String(cString: $0) } ?? "",
                    byteOffset: Int(field.pointee.offset), byteCount: Int(field.pointee.size),
                    isSigned: flags & UInt(TEP_FIELD_IS_SIGNED.rawValue) != 0,
                    isArray: flags & UInt(TEP_FIELD_IS_ARRAY.rawValue) != 0,
                    isDynamic: flags & UInt(TEP_FIELD_IS_DYNAMIC.rawValue) != 0))
            unsafe next = field.pointee.next
        }
    }

    private static func check(_ text: [UInt8], _ subject: String) throws(TraceFormatError) {
        if text.isEmpty || text.count > largestFormatBytes || text.contains(0) {
            throw TraceFormatError(subject: subject, reason: "\(text.count) bytes that are no text of the kernel")
        }
    }

    /// The format with an empty `print fmt`, which the library insists on.
    private static func withoutPrintFormat(_ text: [UInt8]) -> [UInt8] {
        let key = Array("print fmt:".utf8)
        var kept: [UInt8] = []
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.starts(with: key) { break }
            kept.append(contentsOf: line)
            kept.append(0x0A)
        }
        return kept + Array("print fmt: \"\"\n".utf8)
    }
}
