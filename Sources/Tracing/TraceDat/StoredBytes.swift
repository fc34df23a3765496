/// A file that can be read anywhere: what a `trace.dat` is read from.
///
/// This module knows no files; who opens them conforms to this.
package protocol StoredBytes: AnyObject {
    /// What to call the file in errors, usually its path.
    var name: String { get }
    /// Its length now.
    var sizeBytes: UInt64 { get }
    /// Replaces the contents of `buffer` by the bytes from `offset`; fewer where the file ends.
    func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) throws(TraceSourceError)
}

/// A file held in memory: for tests, and for a recording under construction.
package final class MemoryBytes: StoredBytes {
    package let name: String
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8], name: String = "memory") {
        self.name = name
        self.bytes = bytes
    }

    package var sizeBytes: UInt64 { UInt64(bytes.count) }

    package func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) {
        buffer.removeAll(keepingCapacity: true)
        guard offset < sizeBytes, count > 0 else { return }
        let start = Int(offset)
        buffer.append(contentsOf: bytes[start..<(start + min(count, bytes.count - start))])
    }
}
