import CLinuxShims
import SystemPackage

/// Walks a directory with getdents64(2).
///
/// `/proc` is listed every round: readdir(3) would allocate a stream each time and a string for each name, where only
/// the numbers are wanted.
struct DirectoryEntries: ~Copyable {
    private let directory: OwnedDescriptor
    /// Whole records as the kernel wrote them: inode and offset (8 bytes each), record length (2), type (1), the name
    /// with a zero behind it.
    private var records: [UInt8] = []
    private var offset = 0

    private static let recordLengthOffset = 16
    private static let nameOffset = 19
    /// Holds about a thousand processes (24 bytes each) per call.
    private static let recordBytes = 32 << 10

    init(_ directory: consuming OwnedDescriptor) {
        self.directory = consume directory
    }

    /// How a name becomes a value.
    struct Reading<Value> {
        let value: (_ name: Span<UInt8>) -> Value?
    }

    /// The next name of which `reading` makes a value; nil at the end.
    mutating func next<Value>(where reading: Reading<Value>) throws(FileFailure) -> Value? {
        while true {
            if offset >= records.count, try !refill() { return nil }
            let start = offset
            offset += Int(records[start + Self.recordLengthOffset]) | Int(records[start + 17]) << 8
            let span = records.span
            let nameStart = start + Self.nameOffset
            var nameEnd = nameStart
            while span[nameEnd] != 0 { nameEnd += 1 }
            if let value = reading.value(span.extracting(nameStart..<nameEnd)) { return value }
        }
    }

    private mutating func refill() throws(FileFailure) -> Bool {
        let descriptor = directory.rawValue
        records.removeAll(keepingCapacity: true)
        offset = 0
        do {
            try records.append(addingCapacity: Self.recordBytes) { (span: inout OutputSpan<UInt8>) throws(Errno) in
                try unsafe span.withUnsafeMutableBufferPointer { (storage, initializedCount) throws(Errno) in
                    let (start, room) = (storage.baseAddress, storage.count)
                    initializedCount = try calling(.getdents64) {
                        unsafe numawatch_getdents64(descriptor, start, room)
                    }
                }
            }
        } catch {
            throw FileFailure(.list, error)
        }
        return !records.isEmpty
    }
}

extension DirectoryEntries.Reading where Value == Int32 {
    /// Names that are decimal numbers: processes and threads.
    static var number: Self { Self { Int32(decimalDigits: $0) } }
}

extension DirectoryEntries.Reading where Value == String {
    /// Every name but `.` and `..`.
    static var name: Self {
        Self { name in
            let dot = UInt8(ascii: ".")
            if name[0] == dot, name.count == 1 || (name.count == 2 && name[1] == dot) { return nil }
            return String(copyingBytes: name)
        }
    }
}

extension String {
    /// Bytes as text; those that are not UTF-8 become U+FFFD.
    init(copyingBytes bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        self = String(decoding: copy, as: UTF8.self)
    }
}

extension Int32 {
    /// A number of decimal digits and nothing else, in range; nil otherwise.
    init?(decimalDigits name: Span<UInt8>) {
        guard !name.isEmpty else { return nil }
        var number: Int32 = 0
        for index in name.indices {
            let digit = name[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (product, overflowed) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflowedSum) = product.addingReportingOverflow(Int32(digit))
            if overflowed || overflowedSum { return nil }
            number = sum
        }
        self = number
    }

    /// As above, from text.
    init?(decimalDigits name: String) {
        self.init(decimalDigits: name.utf8.span)
    }
}
