import Snapshots

/// Tells what kind of memory a mapping holds from the name the kernel shows for it.
///
/// `numa_maps` and `maps` show the same names; what only one of them knows (`huge`, the `s` of shared mappings) is passed in.
enum MappingKind {
    /// Names of memory that has no file anyone could open: shared anonymous mappings, memfd, System V segments, POSIX shared
    /// memory. All of it is tmpfs inside the kernel.
    private static let sharedPrefixes = ["/dev/zero", "/memfd:", "/SYSV", "/dev/shm/"]

    /// The class of a mapping's pages.
    ///
    /// - Parameters:
    ///   - path: Behind `file=` or in the last column of `maps`; nil for none.
    ///   - hugePageSizeBytes: The page size of a hugetlb mapping; nil for any other.
    static func of(path: String?, hugePageSizeBytes: UInt64?) -> MemoryClass {
        if let hugePageSizeBytes { return .huge(pageSizeBytes: hugePageSizeBytes) }
        // `[heap]`, `[stack]`, `[anon:…]`: names in brackets are the kernel's own, for memory without a file.
        guard let path, path.hasPrefix("/") else { return .anonymous }
        return sharedPrefixes.contains(where: path.hasPrefix) ? .shared : .file
    }

    /// Whether a mapping holds pages a sample can be asked for.
    ///
    /// Left out: hugetlb memory (its pages are not in the resident set the estimate is anchored to), the kernel's own pages
    /// (`[vdso]`, `[vvar]`, `[vsyscall]`), and device memory.
    static func canBeSampled(path: String?) -> Bool {
        guard let path else { return true }
        if path.hasPrefix("[v") || path.hasPrefix("/anon_hugepage") { return false }
        return !path.hasPrefix("/dev/") || sharedPrefixes.contains(where: path.hasPrefix)
    }
}
