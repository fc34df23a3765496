import CSystemd
import Glibc
import SystemPackage

/// The system's journal, written to with fields of our own naming; see sd_journal_sendv(3).
package enum Journal {
    /// Whether a journal runs that takes messages from this process: without one, they would vanish silently.
    ///
    /// By the rights this process has, which access(2) does not go by.
    package static var isPresent: Bool {
        unsafe faccessat(AT_FDCWD, "/run/systemd/journal/socket", W_OK, AT_EACCESS) == 0
    }

    /// Whether standard error is connected to the journal (`JOURNAL_STREAM` names its device and inode), so that a
    /// logger may use fields instead of lines.
    package static var isStandardError: Bool {
        guard let variable = HostFacts.environmentVariable("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return variable == "\(status.st_dev):\(status.st_ino)"
    }

    /// Writes one entry.
    ///
    /// - Parameter fields: Names are `A`–`Z`, `0`–`9` and `_`, start with a letter, and take at most 64 bytes; values
    ///   are any text. One is `MESSAGE`.
    /// - Throws: `EINVAL` for a name the journal would drop.
    package static func send(_ fields: [(name: String, value: String)]) throws(SystemFailure) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for (name, value) in fields {
            guard isFieldName(name) else { throw SystemFailure("log the field", name, .invalidArgument) }
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: value.utf8)
            ends.append(bytes.count)
        }
        let result = unsafe bytes.withUnsafeMutableBytes { bytes -> Int32 in
            var start = 0
            var vectors: [iovec] = unsafe []
            for end in ends {
                let field = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end])
                unsafe vectors.append(iovec(iov_base: field.baseAddress, iov_len: field.count))
                start = end
            }
            return unsafe sd_journal_sendv(vectors, Int32(vectors.count))
        }
        guard result >= 0 else { throw SystemFailure("write to", "the journal", Errno(rawValue: 0 &- result)) }
    }

    private static func isFieldName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x41...0x5A).contains(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}
