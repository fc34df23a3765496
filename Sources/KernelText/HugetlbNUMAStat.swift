/// `hugetlb.<size>.numa_stat` of a cgroup of version 2 (since 5.17): its huge pages of hugetlbfs and those of all below it, by
/// node.
///
/// ```
/// total=4194304 N0=4194304 N1=0
/// ```
///
/// Bytes (mm/hugetlb_cgroup.c, `hugetlb_cgroup_read_numa_stat`). A page is charged once, to whom it came first.
package enum HugetlbNUMAStat {
    /// The name of the file for a page size, as the kernel writes sizes (`mem_fmt`): `hugetlb.2MB.numa_stat`.
    package static func fileName(pageSizeBytes: UInt64) -> String {
        let size =
            switch pageSizeBytes {
            case (1 << 30)...: "\(pageSizeBytes >> 30)GB"
            case (1 << 20)...: "\(pageSizeBytes >> 20)MB"
            default: "\(pageSizeBytes >> 10)KB"
            }
        return "hugetlb.\(size).numa_stat"
    }

    /// Reads a whole file.
    ///
    /// - Throws: ``KernelTextError`` where it has no line that is whole and begins with `total=`.
    package static func parse(_ bytes: Span<UInt8>) throws(KernelTextError) -> [CgroupNUMAStat.NodeBytes] {
        var offset = 0
        while let line = try bytes.nextLine(&offset, .hugetlbNUMAStat) {
            var position = line.lowerBound
            guard let word = bytes.nextWord(&position, line.upperBound), bytes.text(word).hasPrefix("total=") else {
                continue
            }
            return try CgroupNUMAStat.nodes(bytes, &position, line.upperBound)
        }
        throw KernelTextError(.hugetlbNUMAStat, "total", at: 0, .missingField)
    }
}
