package import LinuxSystem

/// Counts the records of a recording's pages by kind of event, so that one that holds nothing can be told at once.
///
/// A record begins with its event's number, `common_type`, in 16 bits. Nothing else of it is looked at.
package struct RecordTally: ~Copyable {
    /// Events of which there was any; marks, which the recording itself writes, are none.
    package private(set) var counts: [TraceEventKind: UInt64] = [:]
    private let kinds: [Int: TraceEventKind]
    private var decoder: SubbufferDecoder
    private var places: [TraceRecordPlace] = []

    /// - Parameter kinds: By the event's number.
    package init(_ format: TracePageFormat, _ kinds: [Int: TraceEventKind]) throws(SystemFailure) {
        decoder = try SubbufferDecoder(format)
        self.kinds = kinds
    }

    /// Counts the records of a page. What cannot be understood is not counted: whoever reads the file will tell.
    package mutating func add(_ page: Span<UInt8>) {
        places.removeAll(keepingCapacity: true)
        guard (try? decoder.decode(page, into: &places)) != nil else { return }
        for place in places where place.byteCount >= 2 {
            let number = Int(page[place.byteOffset]) | Int(page[place.byteOffset + 1]) << 8
            guard let kind = kinds[number], kind != .mark, kind != .print else { continue }
            counts[kind, default: 0] += 1
        }
    }
}
