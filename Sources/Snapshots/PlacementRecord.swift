/// What kind of memory a mapping holds.
package enum MemoryClass: Hashable, Sendable, Comparable {
    /// Anonymous private memory: heap, stacks, private copies.
    case anonymous
    /// Pages of files.
    case file
    /// Shared memory: tmpfs, memfd, System V, shared anonymous mappings.
    case shared
    /// hugetlbfs, by page size.
    case huge(pageSizeBytes: UInt64)

    /// The size of huge pages.
    package var pageSizeBytes: UInt64? {
        if case .huge(let size) = self { size } else { nil }
    }

    /// The name metrics and JSON use.
    package var name: String {
        switch self {
        case .anonymous: "anonymous"
        case .file: "file"
        case .shared: "shared"
        case .huge: "huge"
        }
    }
}

/// The rows of `numastat -p`: where in the address space.
package enum MemoryRegion: String, Hashable, Sendable, CaseIterable {
    case huge
    case heap
    case stack
    case `private`
}

/// Where a process's memory is, by node.
package struct PlacementRecord: Sendable, Equatable {
    /// How it was found out.
    package enum Method: Sendable, Equatable {
        /// `numa_maps`, read to the end: exact at the time of reading.
        case full
        /// A random sample of addresses asked with `move_pages(2)`: an estimate.
        case sampled(pagesAsked: Int, pagesResident: Int, pagesMapped: UInt64)
    }

    package var method: Method
    /// Monotonic time of the reading, nanoseconds.
    package var takenAtNanoseconds: UInt64
    /// Bytes by node, all classes together.
    package var bytes: NodeValues<UInt64>
    /// Half the width of the 95 % confidence interval of ``bytes``; absent for a full reading, which has none.
    package var halfWidth95Bytes: NodeValues<UInt64>?
    /// Resident memory of which the kernel does not say where it is, so that it is in none of the other figures; absent
    /// where it says so of all. The intervals reach from none of it to all of it on each node.
    package var unlocatedBytes: UInt64?
    /// Bytes by class and node.
    package var bytesByClass: [MemoryClass: NodeValues<UInt64>]
    /// Bytes by memory policy (the kernel's text in `numa_maps`, for example `default`, `bind:0-1`); absent for a sample.
    package var bytesByPolicy: [String: NodeValues<UInt64>]?
    /// Bytes by the rows of `numastat -p`; absent for a sample.
    package var bytesByRegion: [MemoryRegion: NodeValues<UInt64>]?
    /// Of all this, what other processes may map as well and has a name to know it by.
    package var sharedMappings: [SharedMapping]
    /// What others may map as well and has no such name, bytes.
    package var namelessSharedBytes: UInt64
    /// Lines of `numa_maps` that were not understood and are left out.
    package var oddLineCount = 0
    /// Whether the copy of `numa_maps` ends inside a line, so that what came after is not in the figures.
    package var isCut = false
    /// Mappings seen.
    package var mappingCount: Int
    /// The longest single `read(2)` or `move_pages(2)` call: the longest the target's `mmap_lock` was held for us, nanoseconds.
    package var longestCallNanoseconds: UInt64
    /// CPU time the reading took, nanoseconds.
    package var costNanoseconds: UInt64

    package init(method: Method, takenAtNanoseconds: UInt64) {
        self.method = method
        self.takenAtNanoseconds = takenAtNanoseconds
        self.bytes = NodeValues()
        self.bytesByClass = [:]
        self.sharedMappings = []
        self.namelessSharedBytes = 0
        self.mappingCount = 0
        self.longestCallNanoseconds = 0
        self.costNanoseconds = 0
    }

    /// What is missing of `numa_maps`: `cut`, `2 odd lines`; absent where nothing is.
    package var damage: String? {
        let lines = oddLineCount == 1 ? "1 odd line" : "\(oddLineCount) odd lines"
        let parts = [isCut ? "cut" : nil, oddLineCount > 0 ? lines : nil].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// Where the figures come from.
    package var provenance: Provenance {
        switch method {
        case .full: .kernel
        case .sampled: .estimated
        }
    }
}

/// Why a process has no placement, or an old one.
package enum PlacementGap: String, Sendable, Equatable, CaseIterable {
    /// Its turn has not come yet.
    case notYet = "not-yet"
    /// Reading it would hold its lock longer than allowed, and sampling is not possible.
    case tooExpensive = "too-expensive"
    /// `CAP_SYS_PTRACE` is missing.
    case denied
    /// Smaller than the configured minimum.
    case tooSmall = "too-small"
    /// Left out by configuration.
    case excluded
    /// It went away while it was read.
    case exited
    /// No line of its `numa_maps` was understood.
    case malformed
    /// This kernel has no `numa_maps`.
    case unsupported
    /// It keeps its memory locked: no reading of it came to an end, and none is tried again for as long as it lives.
    case stuck
}
