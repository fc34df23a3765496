import CNuma

/// What libnuma knows of this host and of this process.
package enum NUMALibrary {
    /// Whether the kernel has NUMA system calls. Nothing else here may be asked where it has not.
    package static let isAvailable = numa_available() >= 0

    /// Nodes the kernel has room for in its masks, and the highest number of a node it has.
    package static var possibleNodeCount: Int? { isAvailable ? Int(numa_num_possible_nodes()) : nil }
    package static var highestNode: Int? { isAvailable ? Int(numa_max_node()) : nil }

    /// Nodes that have memory or processors now.
    package static var configuredNodeCount: Int? { isAvailable ? Int(numa_num_configured_nodes()) : nil }

    /// The nodes this process may take memory from, by its cpuset; empty where NUMA is not available.
    package static func allowedMemoryNodes() -> [Int] {
        guard isAvailable, let mask = unsafe numa_get_mems_allowed() else { return [] }
        defer { unsafe numa_bitmask_free(mask) }
        return unsafe nodes(mask)
    }

    /// The nodes this process may run on; empty where NUMA is not available.
    package static func allowedRunNodes() -> [Int] {
        guard isAvailable, let mask = unsafe numa_get_run_node_mask() else { return [] }
        defer { unsafe numa_bitmask_free(mask) }
        return unsafe nodes(mask)
    }

    private static func nodes(_ mask: UnsafeMutablePointer<bitmask>) -> [Int] {
        let size = unsafe mask.pointee.size
        return (0..<Int(size)).filter { unsafe numa_bitmask_isbitset(mask, UInt32($0)) != 0 }
    }
}
