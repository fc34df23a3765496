/// Where the memory figures of a group come from.
package enum GroupMemorySource: Sendable, Equatable {
    /// `memory.numa_stat` of the group's cgroups: each page once, whoever maps it, and the page cache with it.
    case cgroup(count: Int)
    /// The processes' mappings added up; what they share counts once where it has a name they share it by.
    ///
    /// `sharedBytes` is memory that others may map as well and that has no such name, so that it counts once for each
    /// process. 0: nothing is counted twice.
    case mappings(sharedBytes: UInt64)

    /// The name JSON uses.
    package var name: String {
        switch self {
        case .cgroup: "cgroup"
        case .mappings: "mappings"
        }
    }
}

/// What the kernel accounts to one cgroup and all below it.
package struct CgroupAccount: Sendable, Equatable {
    /// Monotonic time of the reading, nanoseconds.
    package var takenAtNanoseconds: UInt64
    /// `memory.numa_stat`, by class and node, and `hugetlb.*.numa_stat`.
    package var bytesByClass: [MemoryClass: NodeValues<UInt64>]
    /// The sizes of huge pages of hugetlbfs that are accounted for; of none where the controller is not on for the cgroup.
    package var hugePageSizes: Set<UInt64> = []
    /// `memory.current`: all that is charged, the kernel's own memory for it included.
    package var currentBytes: UInt64?
    /// The counters of NUMA balancing and tiering in `memory.stat`, by the kernel's names, since the cgroup was made;
    /// empty where the kernel (before 6.12) has none.
    package var counters: [String: UInt64]

    package init(takenAtNanoseconds: UInt64) {
        self.takenAtNanoseconds = takenAtNanoseconds
        bytesByClass = [:]
        counters = [:]
    }
}

/// A mapping that other processes may map as well, under a name they share it by.
package struct SharedMapping: Sendable, Hashable {
    /// Equal for the same pages.
    package var key: UInt64
    package var memoryClass: MemoryClass
    /// As in ``PlacementRecord/bytesByPolicy``.
    package var policy: String
    package var bytes: NodeValues<UInt64>

    package init(key: UInt64, memoryClass: MemoryClass, policy: String, bytes: NodeValues<UInt64>) {
        self.key = key
        self.memoryClass = memoryClass
        self.policy = policy
        self.bytes = bytes
    }
}
