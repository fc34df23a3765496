import NUMATopology
package import Snapshots

/// The mappings of a process as `/proc/<pid>/maps` lists them: what can be sampled, and what one read of `numa_maps` may walk.
///
/// `maps` walks no page tables, so its size is known cheaply (about 1 µs a mapping) before `numa_maps` is touched.
package struct MappedMemory: Sendable, Equatable {
    /// One mapping.
    package struct Region: Sendable, Equatable {
        package var start: UInt64
        package var byteCount: UInt64
        package var memoryClass: MemoryClass
        /// Whether its pages belong to the frame a sample is drawn from.
        package var isSampled: Bool
        /// What of which file is mapped; nil for memory without a file.
        var file: MappedFile?

        package init(start: UInt64, byteCount: UInt64, memoryClass: MemoryClass, isSampled: Bool) {
            self.start = start
            self.byteCount = byteCount
            self.memoryClass = memoryClass
            self.isSampled = isSampled
        }
    }

    /// Ascending.
    package private(set) var regions: [Region] = []
    /// Base pages in sampled regions.
    package private(set) var sampledPages: UInt64 = 0
    private let pageSizeBytes: UInt64

    /// - Parameter pageSizeBytes: The base page size, a power of two.
    package init(pageSizeBytes: UInt64) {
        self.pageSizeBytes = max(pageSizeBytes, 1)
    }

    /// Forgets everything, keeping storage.
    package mutating func removeAll() {
        regions.removeAll(keepingCapacity: true)
        sampledPages = 0
    }

    package mutating func append(_ region: Region) {
        regions.append(region)
        // The address space has 2^64 bytes: the sum of disjoint regions in pages cannot overflow, that of malformed ones
        // may, and then stays at the limit.
        if region.isSampled {
            sampledPages = sampledPages.addingSaturated(region.byteCount / pageSizeBytes)
        }
    }

    /// The bytes of the largest run of neighbouring mappings: an upper bound on the memory one read(2) walks.
    ///
    /// Mappings the call prints without pages take room in the buffer but cost next to nothing, so every mapping counts
    /// here as one that has pages.
    ///
    /// - Parameter mappings: How many mappings one read(2) may print.
    package func largestRunBytes(mappings: Int) -> UInt64 {
        var largest: UInt64 = 0
        var run: UInt64 = 0
        for index in regions.indices {
            run = run.addingSaturated(regions[index].byteCount)
            if index >= max(mappings, 1) {
                let leaving = regions[index - max(mappings, 1)].byteCount
                // A saturated sum stays saturated: too large is what it is.
                if run != .max { run -= leaving }
            }
            largest = max(largest, run)
        }
        return largest
    }

    /// Draws addresses of distinct pages uniformly, ascending. All pages where there are no more than asked for.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - body: Gets each address and the class of its mapping.
    package func draw(
        _ count: Int, using generator: inout some RandomNumberGenerator,
        _ body: (_ address: UInt64, _ memoryClass: MemoryClass) -> Void
    ) {
        let pages = sampledPages
        guard pages > 0, count > 0 else { return }
        var numbers: [UInt64]
        if pages <= UInt64(count) {
            numbers = Array(0..<pages)
        } else {
            numbers = Self.distinct(count, below: pages, using: &generator)
            numbers.sort()
        }
        var next = 0
        var firstPage: UInt64 = 0
        for region in regions where region.isSampled {
            let pagesHere = region.byteCount / pageSizeBytes
            let end = firstPage.addingSaturated(pagesHere)
            while next < numbers.count, numbers[next] < end {
                body(region.start &+ (numbers[next] - firstPage) &* pageSizeBytes, region.memoryClass)
                next += 1
            }
            firstPage = end
        }
    }

    /// Distinct numbers below a limit larger than their count, each set equally likely (Floyd's method: the k-th of the last
    /// `count` numbers takes the place of a repeated draw).
    private static func distinct(
        _ count: Int, below limit: UInt64, using generator: inout some RandomNumberGenerator
    ) -> [UInt64] {
        var chosen = Set<UInt64>(minimumCapacity: count)
        for last in (limit - UInt64(count))..<limit {
            let draw = UInt64.random(in: 0...last, using: &generator)
            if !chosen.insert(draw).inserted { chosen.insert(last) }
        }
        return Array(chosen)
    }
}
