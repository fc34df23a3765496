import LinuxSystem
package import SystemPackage

/// A compressed file or an archive that could not be read or written: which, where in it, why.
package struct ArchiveFailure: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The file could not be opened, read or written.
        case system(Errno)
        /// What is there is not what it should be, cut short or damaged; the library's words.
        case malformed(String)
        /// The first bytes are those of no archive that is read here.
        case unknownFormat
        /// More than the bound the caller gave, in bytes.
        case tooLarge(limitBytes: Int)
        /// No file of the archive or directory lies in a `proc` or `sys` directory where one is looked for.
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
        case .unknownFormat:
            "\(path): no archive: a tar file is read, plain or compressed with gzip, xz, bzip2 or zstd, whatever its name"
        case .tooLarge(let limit): "\(place): at byte \(byteOffset): more than \(Self.size(limit)) when unpacked"
        case .noRoot: "\(path) holds no /proc and no /sys: \(Self.layouts)"
        case .severalRoots(let first, let second):
            "\(path): holds several machines, in \(first) and \(second): unpack it and name one directory"
        }
    }
}

extension ArchiveFailure {
    /// Where a machine's files are looked for.
    private static let layouts =
        "they are looked for at the top, in root/, and in a single top directory, as sosreport and hwloc-gather-topology make it"

    private static func size(_ bytes: Int) -> String {
        bytes > 0 && bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
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
