/// `/proc/<pid>/cgroup`: one `hierarchy-ID:controllers:path` line per hierarchy.
///
/// ```
/// 9:name=systemd:/user.slice/session-3.scope      version 1, systemd's own hierarchy
/// 4:memory:/user.slice                            version 1, a controller
/// 0::/user.slice/session-3.scope                  version 2, the unified hierarchy
/// ```
///
/// A host has version 1, version 2 or both ("hybrid"). Paths are relative to the reader's cgroup namespace and may hold
/// colons. A removed cgroup of version 2 ends in ` (deleted)`.
package struct CgroupFile: Hashable, Sendable {
    /// One line.
    package struct Entry: Hashable, Sendable {
        package var hierarchyID: Int
        /// Controllers of version 1, without a `name=`.
        package var controllers: [String]
        /// The `name=` of a version 1 hierarchy, such as `systemd`.
        package var name: String?
        /// The path as the kernel prints it, without ` (deleted)`.
        package var path: String
        /// Whether the cgroup was removed.
        package var isDeleted: Bool

        /// Hierarchy 0: cgroup version 2.
        package var isUnified: Bool { hierarchyID == 0 && controllers.isEmpty && name == nil }
    }

    package var entries: [Entry]

    /// Reads a whole file.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        entries = []
        var offset = 0
        while let line = try bytes.nextLine(&offset, .cgroup) {
            entries.append(try Self.entry(bytes, line))
        }
    }

    /// The path in the unified hierarchy.
    package var unifiedPath: String? { entries.first(where: \.isUnified)?.path }

    /// The path in the version 1 hierarchy that holds a controller, such as `cpuset`.
    package func path(ofController controller: String) -> String? {
        entries.first { $0.controllers.contains(controller) }?.path
    }

    /// What the process belongs to, by the path that says it best: the first that a rule of its own fits (a job of cgroup
    /// version 1 is in its controllers' hierarchies, and systemd's knows only the service that started it); else the first
    /// that is not the root; the root when all are; nil for an empty file. Looked at are the unified hierarchy, systemd's
    /// own, and the others as printed.
    package var placement: CgroupPlacement? {
        let systemd = entries.first { $0.name == "systemd" }?.path
        var placements: [CgroupPlacement] = []
        for path in [unifiedPath, systemd].compactMap({ $0 }) + entries.map(\.path)
        where placements.allSatisfy({ $0.path != path }) {
            placements.append(CgroupPlacement(path: path))
        }
        return placements.first(where: \.isSpecific) ?? placements.first { !$0.isRoot } ?? placements.first
    }

    /// The path of ``placement``.
    package var placementPath: String? { placement?.path }

    private static func entry(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(KernelTextError) -> Entry {
        let end = line.upperBound
        var offset = line.lowerBound
        let id = try bytes.decimalInt(&offset, end, max: Int(Int32.max), .cgroup, "hierarchy-ID")
        try bytes.expect(Byte.colon, ":", &offset, end, .cgroup, "hierarchy-ID")
        let listEnd = bytes.find(Byte.colon, offset, end)
        guard listEnd < end else { throw KernelTextError(.cgroup, "controller-list", at: end, .expectedToken(":")) }
        var controllers: [String] = []
        var name: String?
        while offset < listEnd {
            let wordEnd = bytes.find(Byte.comma, offset, listEnd)
            if bytes.hasPrefix("name=", offset, wordEnd) {
                name = bytes.text(offset + 5..<wordEnd)
            } else {
                controllers.append(bytes.text(offset..<wordEnd))
            }
            offset = wordEnd + 1
        }
        let pathStart = listEnd + 1
        guard pathStart < end, bytes[pathStart] == Byte.slash else {
            throw KernelTextError(.cgroup, "path", at: pathStart, .expectedToken("/"))
        }
        let suffix = " (deleted)"
        let isDeleted =
            end - pathStart > suffix.utf8.count && bytes.hasPrefix(suffix, end - suffix.utf8.count, end)
        let pathEnd = isDeleted ? end - suffix.utf8.count : end
        return Entry(
            hierarchyID: id, controllers: controllers, name: name, path: bytes.text(pathStart..<pathEnd),
            isDeleted: isDeleted)
    }
}
