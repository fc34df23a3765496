import LinuxSystem
package import SystemPackage

/// A compressed file or an archive that could not be read or written: which, where in it, why.
package struct ArchiveFailure: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The file could not be opened, read or written.
        case system(Errno)
        /// What is there is not what it should be, cut short or damaged; the library's words.
        case malformed(String)
        /// More than the bound the caller gave, in bytes.
        case tooLarge(limitBytes: Int)
        /// No member of the archive lies in a `proc` or `sys` directory.
        case noRoot
        /// Members of the archive lie in the `proc` or `sys` of several machines: two of the prefixes.
        case severalRoots(String, String)
    }

    /// The file's path, or `standard input`.
    package let path: String
    package let kind: Kind
    /// How many bytes of the file, as it is stored, had been consumed.
    package let byteOffset: Int64
    /// The archive's member that was being read, where there was one.
    package let member: String?

    package init(path: String, kind: Kind, byteOffset: Int64 = 0, member: String? = nil) {
        self.path = path
        self.kind = kind
        self.byteOffset = byteOffset
        self.member = member
    }
}

extension ArchiveFailure: CustomStringConvertible {
    /// One sentence, with what to do where that is known.
    package var description: String {
        let place = member.map { "\(path): \($0)" } ?? path
        return switch kind {
        case .system(let errno): "\(place): \(errno)"
        case .malformed(let reason): "\(place): at byte \(byteOffset): \(reason)"
        case .tooLarge(let limit): "\(place): at byte \(byteOffset): more than \(limit) bytes when unpacked"
        case .noRoot: "\(path): not a captured machine: nothing in it lies in proc/ or sys/"
        case .severalRoots(let first, let second):
            "\(path): holds several machines, in \(first) and \(second): unpack it and name one directory"
        }
    }
}

/// Opens a file, its failure told as this target's.
func opening(
    _ path: String, _ open: () throws(Errno) -> OwnedDescriptor
) throws(ArchiveFailure) -> OwnedDescriptor {
    do {
        return try open()
    } catch {
        throw ArchiveFailure(path: path, kind: .system(error))
    }
}
