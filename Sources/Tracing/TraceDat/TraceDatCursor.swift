/// Reads a `trace.dat`'s head from its beginning, number by number, and knows where it is for errors.
///
/// Reads ahead in blocks: a head is some hundred small fields and a few texts.
struct TraceDatCursor {
    private let file: any StoredBytes
    private var block: [UInt8] = []
    private var blockOffset: UInt64 = 0
    /// The next byte to read.
    private(set) var offset: UInt64
    var isBigEndian = false

    private static let blockBytes = 64 * 1024
    /// No text of a head is larger: kallsyms of a kernel with every module loaded takes 15 MiB.
    private static let textLimitBytes: UInt64 = 256 << 20

    init(_ file: any StoredBytes, at offset: UInt64 = 0) {
        self.file = file
        self.offset = offset
    }

    func failure(_ reason: String, at place: UInt64? = nil) -> TraceSourceError {
        TraceSourceError(
            name: file.name, reason: "at byte \(place ?? offset): \(reason)", isAtOpening: true)
    }

    /// The next bytes.
    mutating func bytes(_ count: Int, _ what: String) throws(TraceSourceError) -> [UInt8] {
        if !(offset >= blockOffset && offset - blockOffset + UInt64(count) <= UInt64(block.count)) {
            try file.read(at: offset, count: max(count, Self.blockBytes), into: &block)
            blockOffset = offset
        }
        let start = Int(offset - blockOffset)
        guard block.count - start >= count else {
            throw failure("the file ends inside \(what)")
        }
        offset += UInt64(count)
        return Array(block[start..<(start + count)])
    }

    /// An unsigned number of 1 to 8 bytes.
    mutating func number(_ byteCount: Int, _ what: String) throws(TraceSourceError) -> UInt64 {
        let bytes = try bytes(byteCount, what)
        var value: UInt64 = 0
        for byte in isBigEndian ? bytes : bytes.reversed() { value = value << 8 | UInt64(byte) }
        return value
    }

    /// A text behind its size.
    mutating func text(sizeBytes: Int, _ what: String) throws(TraceSourceError) -> [UInt8] {
        let place = offset
        let size = try number(sizeBytes, "the size of \(what)")
        guard size <= Self.textLimitBytes, size <= file.sizeBytes else {
            throw failure("\(what) would be \(size) bytes long", at: place)
        }
        return try bytes(Int(size), what)
    }

    /// A number of things, each of which takes at least `leastBytes` in the file.
    mutating func count(leastBytes: Int, _ what: String) throws(TraceSourceError) -> Int {
        let place = offset
        let count = try number(4, "the number of \(what)")
        guard count <= file.sizeBytes / UInt64(leastBytes) else {
            throw failure("\(count) \(what) do not fit into the file", at: place)
        }
        return Int(count)
    }

    /// A name that ends with a zero byte.
    mutating func name(_ what: String) throws(TraceSourceError) -> String {
        var name: [UInt8] = []
        let place = offset
        while true {
            let byte = try bytes(1, what)[0]
            if byte == 0 { return String(decoding: name, as: UTF8.self) }
            name.append(byte)
            guard name.count <= 256 else { throw failure("\(what) has no end", at: place) }
        }
    }

    /// Bytes that have to be what they are.
    mutating func expect(_ expected: [UInt8], _ what: String) throws(TraceSourceError) {
        let place = offset
        guard try bytes(expected.count, what) == expected else { throw failure("no \(what) here", at: place) }
    }
}
