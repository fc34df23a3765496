/// The groups of `scripts/packages.txt`.
package enum PackageTable {
    /// `Tests/Lab` lies two directories below the repository.
    package static let repository = LabPaths.directory + "/../.."

    /// The packages of groups, in the table's order.
    ///
    /// - Throws: ``LabFailure`` where a group has none.
    package static func names(in groups: [String]) throws(LabFailure) -> [String] {
        let text = String(decoding: try HostFiles.read("\(repository)/scripts/packages.txt"), as: UTF8.self)
        var all: [String] = []
        for group in groups {
            let found = names(in: group, of: text)
            guard !found.isEmpty else {
                throw LabFailure("read scripts/packages.txt", "the group \(group) has no packages")
            }
            all += found
        }
        return all
    }

    /// The packages of one group of a table's text.
    package static func names(in group: String, of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
            return words.count == 3 && words[0] == group ? String(words[1]) : nil
        }
    }

    /// A short name for a list: FNV-1a of its sorted names.
    package static func fingerprint(_ names: [String]) -> String {
        let hash = names.sorted().joined(separator: " ").utf8.reduce(14_695_981_039_346_656_037 as UInt64) {
            ($0 ^ UInt64($1)) &* 1_099_511_628_211
        }
        return String(hash, radix: 16)
    }
}
