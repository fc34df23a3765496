/// `memory.numa_stat` of a cgroup of version 2 (since 5.9): what is charged to the cgroup and all below it, by node.
///
/// ```
/// anon N0=163840000 N1=0
/// file N0=8192000000 N1=397934592
/// shmem N0=8192000000 N1=397934592
/// ```
///
/// Bytes (mm/memcontrol.c, `memory_numa_stat_show`). A page is charged once, to whom it came first, however many
/// processes map it. The root cgroup has no such file, huge pages of hugetlbfs are not in it.
package struct CgroupNUMAStat: Hashable, Sendable {
    /// Bytes on one node.
    package struct NodeBytes: Hashable, Sendable {
        package var node: Int
        package var bytes: UInt64
    }

    /// `anon`: anonymous memory.
    package var anonymous: [NodeBytes]?
    /// `file`: the page cache, ``shared`` included.
    package var file: [NodeBytes]?
    /// `shmem`: tmpfs, memfd, System V and shared anonymous memory.
    package var shared: [NodeBytes]?

    /// Reads a whole file. Lines of other names are left out, and a last line that is cut: its numbers may lack digits.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        var offset = 0
        while let line = try? bytes.nextLine(&offset, .cgroupNUMAStat) {
            var position = line.lowerBound
            guard let name = bytes.nextWord(&position, line.upperBound) else { continue }
            if bytes.equals("anon", name) {
                anonymous = try Self.nodes(bytes, &position, line.upperBound)
            } else if bytes.equals("file", name) {
                file = try Self.nodes(bytes, &position, line.upperBound)
            } else if bytes.equals("shmem", name) {
                shared = try Self.nodes(bytes, &position, line.upperBound)
            }
        }
    }

    static func nodes(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int
    ) throws(KernelTextError) -> [NodeBytes] {
        var result: [NodeBytes] = []
        while true {
            bytes.skipBlanks(&offset, end)
            guard offset < end else { return result }
            try bytes.expect(Byte.upperN, "N", &offset, end, .cgroupNUMAStat, "node")
            let node = try bytes.decimalInt(&offset, end, max: Int(Int32.max), .cgroupNUMAStat, "node")
            try bytes.expect(Byte.equals, "=", &offset, end, .cgroupNUMAStat, "node")
            result.append(NodeBytes(node: node, bytes: try bytes.decimal(&offset, end, .cgroupNUMAStat, "bytes")))
            guard offset == end || bytes[offset] == Byte.space else {
                throw KernelTextError(.cgroupNUMAStat, "bytes", at: offset, .trailingBytes)
            }
        }
    }
}
