/// How a file is compressed: told from its first bytes when it is read, from its name when it is written.
package enum Compression: String, Sendable, CaseIterable {
    case gzip, xz, bzip2, zstd

    private var magic: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B]
        case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        // "BZh", before the size of the blocks.
        case .bzip2: [0x42, 0x5A, 0x68]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        }
    }

    static let longestMagic = 6

    init?(of firstBytes: [UInt8]) {
        guard let found = Self.allCases.first(where: { firstBytes.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    /// By the end of a file's name: `.gz` and `.tgz`, `.xz` and `.txz`, `.bz2` and `.tbz2`, `.zst` and `.tzst`.
    package init?(name: String) {
        let found = Self.allCases.first { compression in
            compression.nameEndings.contains { name.hasSuffix($0) }
        }
        guard let found else { return nil }
        self = found
    }

    private var nameEndings: [String] {
        switch self {
        case .gzip: [".gz", ".tgz"]
        case .xz: [".xz", ".txz"]
        case .bzip2: [".bz2", ".tbz2"]
        case .zstd: [".zst", ".tzst"]
        }
    }
}
