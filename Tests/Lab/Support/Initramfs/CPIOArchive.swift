/// A cpio archive of the kind the kernel unpacks as its first file system ("newc", `Documentation/driver-api/
/// early-userspace/buffer-format.rst`).
///
/// A member is a header of 110 letters (`070701` and thirteen numbers of eight hexadecimal digits), its name with a zero
/// byte, and its bytes; name and bytes are each filled up with zeros to a multiple of four. The last member is named
/// `TRAILER!!!`. Owner and times are all zero: the same members give the same bytes.
package struct CPIOArchive {
    /// What a member is.
    package enum Content: Sendable, Hashable {
        case directory
        case file([UInt8], isExecutable: Bool)
        case link(target: String)
    }

    private var bytes: [UInt8] = []
    /// Each file's own: members of one number would be one file.
    private var nextNumber = 1
    private var names: Set<String> = []

    package init() {}

    /// Adds a member and the directories it lies in. One that is there already is left as it is.
    ///
    /// - Parameter path: From the root, with or without a slash in front.
    package mutating func add(_ path: String, _ content: Content) {
        let parts = path.split(separator: "/")
        for end in parts.indices.dropFirst() {
            append(parts[..<end].joined(separator: "/"), .directory)
        }
        append(parts.joined(separator: "/"), content)
    }

    private mutating func append(_ name: String, _ content: Content) {
        guard !name.isEmpty, names.insert(name).inserted else { return }
        switch content {
        case .directory: member(name, mode: 0o040755, [])
        case .file(let bytes, let isExecutable): member(name, mode: isExecutable ? 0o100755 : 0o100644, bytes)
        case .link(let target): member(name, mode: 0o120777, Array(target.utf8))
        }
        nextNumber += 1
    }

    /// The whole archive.
    package func finished() -> [UInt8] {
        var copy = self
        copy.nextNumber = 0
        copy.member("TRAILER!!!", mode: 0, [])
        return copy.bytes
    }

    private mutating func member(_ name: String, mode: Int, _ content: [UInt8]) {
        // Number, mode, user, group, links, time, size, four device numbers, the name's length with its zero, checksum.
        let fields = [nextNumber, mode, 0, 0, 1, 0, content.count, 0, 0, 0, 0, name.utf8.count + 1, 0]
        bytes += Array("070701".utf8)
        for field in fields {
            let digits = String(field, radix: 16, uppercase: true)
            bytes += Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
        }
        bytes += Array(name.utf8) + [0]
        fill()
        bytes += content
        fill()
    }

    private mutating func fill() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }
}
