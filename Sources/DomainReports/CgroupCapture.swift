import HostReading
import KernelText
package import LinuxSystem

/// What the kernel accounts to the cgroups of processes, and what an administrator calls them, for `numawatch snapshot`.
///
/// Cgroups are named after what runs in them, so this belongs to the processes and is taken with them only.
package struct CgroupCapture: Sendable {
    /// By absolute path.
    package private(set) var files: [String: [UInt8]] = [:]

    private static let names = ["memory.numa_stat", "memory.current", "memory.stat"]
    private static let fileLimitBytes = 4 << 20

    /// Reads them. What is not there is left out: not every cgroup has an account.
    ///
    /// - Parameter cgroupFiles: The `cgroup` files of processes.
    package init(_ root: any HostRoot, cgroupFiles: some Sequence<[UInt8]>) {
        if let hierarchy = UnifiedHierarchy(of: root) {
            var directories: Set<String> = []
            for bytes in cgroupFiles {
                guard let file = try? CgroupFile(parsing: bytes.span), let placement = file.placement,
                    placement.path == file.unifiedPath,
                    let directory = hierarchy.directory(ofCgroup: placement.groupPath)
                else { continue }
                directories.insert(directory)
            }
            var buffer: [UInt8] = []
            let hugePages = NodeMemoryReader.hugePageSizes(in: root, buffer: &buffer)
            let names = Self.names + hugePages.map { HugetlbNUMAStat.fileName(pageSizeBytes: $0) }
            for directory in directories {
                for name in names { add("\(directory)/\(name)", root) }
            }
        }
        for directory in NameFiles.directories {
            for name in (try? root.list(directory)) ?? [] where NameFiles.isOne(name) {
                add("\(directory)/\(name)", root)
            }
        }
    }

    private mutating func add(_ path: String, _ root: any HostRoot) {
        if let bytes = try? root.readBytes(path, limitBytes: Self.fileLimitBytes) { files[path] = bytes }
    }
}
