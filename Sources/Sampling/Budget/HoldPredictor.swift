import NUMATopology

/// Predicts how long one read(2) of `/proc/<pid>/numa_maps` keeps the target's `mmap_lock`.
///
/// The kernel walks the page tables of every mapping it prints, under the lock, for the length of one read(2). What that
/// costs was measured: 10 to 19 ms per GiB mapped with 4 KiB pages, 0.07 ms per GiB with 2 MiB pages, 3 to 5 µs per
/// mapping. In units of what is walked:
///
///     hold = mappings * perMapping + small pages * perPage + huge pages * perHugePage
///     with perMapping = 5 µs, perPage = 72 ns, perHugePage = 140 ns to begin with (the dear end of what was measured)
///
/// Example: 2 GiB resident in one mapping, no huge pages: 524,288 * 72 ns = 38 ms, far beyond 1 ms: the process is
/// sampled. The same memory in huge pages: 1,024 * 140 ns = 0.14 ms: it is read.
///
/// A small buffer ends the call after a few mappings, but a mapping's walk is not divisible: what counts is the largest run
/// of neighbouring mappings that fits one call (``MappedMemory/largestRunBytes(mappings:)``). Where the sizes are not known,
/// all resident memory is taken to lie in that run.
///
/// Coefficients are learned from each measured read, for this host alone: upwards at once by what was missed (a tenth at
/// least, so that what is aimed at is the dear end and not the middle; a quarter at most, so that one read that was
/// preempted does not frighten it for good), downwards by half a hundredth, and only
/// between ``pageRange`` and ``mappingRange``. A read far cheaper than predicted says that the process has huge pages, not
/// that page tables are cheap here: it teaches nothing about the host, only about that process (``HoldHistory``).
package struct HoldPredictor: Sendable, Equatable {
    /// Nanoseconds per mapping.
    package private(set) var perMapping = 5_000.0
    /// Nanoseconds per page-table entry.
    package private(set) var perPage = 72.0
    /// Nanoseconds per huge entry; measured once and small, so not learned.
    static let perHugePage = 140.0

    /// Half the cheapest and seven times the dearest measured.
    static let pageRange = 36.0...500.0
    static let mappingRange = 1_000.0...50_000.0
    /// How much one read may raise a coefficient.
    static let largestRise = 1.25
    /// How much a read dearer than predicted raises it at least.
    static let smallestRise = 1.1
    /// How much any other read lowers it. In balance rises and declines cancel: with a share p of dearer reads,
    /// 1.1^p * 0.995^(1-p) = 1 at p = 0.05. About one read in twenty is dearer than predicted.
    static let decline = 0.995
    /// Below this part of the prediction a read says nothing of the host.
    static let tellingPart = 0.3
    /// The shortest line of a mapping without pages (`7f754e708000 default\n`) and of one with pages.
    static let shortestLineBytes = 21
    static let shortestPopulatedLineBytes = 48

    package init() {}

    /// The predicted hold of one call, nanoseconds.
    ///
    /// - Parameters:
    ///   - pages: Base pages the call may walk.
    ///   - hugeShare: The part of them in huge mappings, 0 to 1.
    ///   - mappings: Mappings the call may walk.
    ///   - pagesPerHugePage: Base pages in a huge one.
    package func hold(pages: UInt64, hugeShare: Double = 0, mappings: Int, pagesPerHugePage: UInt64 = 512) -> UInt64 {
        let share = min(max(hugeShare, 0), 1)
        let huge = Double(pages) * share / Double(max(pagesPerHugePage, 1))
        let nanoseconds =
            Double(max(mappings, 0)) * perMapping + Double(pages) * (1 - share) * perPage + huge * Self.perHugePage
        return min(UInt64(saturated: nanoseconds.rounded(.up)), .max / 2)
    }

    /// Mappings one read(2) of a size can walk at most.
    static func mappingsPerRead(_ bufferBytes: Int) -> Int { bufferBytes / shortestLineBytes + 2 }

    /// Mappings with pages one read(2) of a size can walk at most.
    static func populatedMappingsPerRead(_ bufferBytes: Int) -> Int { bufferBytes / shortestPopulatedLineBytes + 2 }

    /// Takes a measured read.
    ///
    /// - Parameters:
    ///   - pages: Base pages found resident.
    ///   - mappings: Mappings printed.
    ///   - measuredNanoseconds: Time in read(2), all calls.
    package mutating func learn(pages: UInt64, mappings: Int, measuredNanoseconds: UInt64) {
        let mappingPart = Double(max(mappings, 0)) * perMapping
        let pagePart = Double(pages) * perPage
        let predicted = mappingPart + pagePart
        guard predicted > 0, measuredNanoseconds > 0 else { return }
        let ratio = Double(measuredNanoseconds) / predicted
        guard ratio >= Self.tellingPart else { return }
        let factor = ratio > 1 ? min(max(ratio, Self.smallestRise), Self.largestRise) : Self.decline
        // What made up most of the cost is what was mispredicted.
        if pagePart >= mappingPart {
            perPage = min(max(perPage * factor, Self.pageRange.lowerBound), Self.pageRange.upperBound)
        } else {
            perMapping = min(max(perMapping * factor, Self.mappingRange.lowerBound), Self.mappingRange.upperBound)
        }
    }
}

/// What earlier reads of one process tell of its huge pages.
package struct HoldHistory: Sendable, Equatable {
    private let pages: UInt64
    private let smallPages: UInt64

    /// Measured reads waver; twice the small pages they imply is taken for true.
    static let safety = 2.0

    /// Infers from a measured read how many pages were walked one by one.
    package init(pages: UInt64, mappings: Int, measuredNanoseconds: UInt64, predictor: HoldPredictor) {
        let walking = Double(measuredNanoseconds) - Double(mappings) * HoldPredictor.mappingRange.lowerBound
        let small = min(max(walking / predictor.perPage * Self.safety, 0), Double(pages))
        self.pages = pages
        self.smallPages = small < Double(pages) ? UInt64(small) : pages
    }

    /// The share of huge pages to count with now. Memory gained since is taken to be small pages.
    package func hugeShare(pagesNow: UInt64) -> Double {
        guard pagesNow > 0 else { return 0 }
        let small = smallPages.addingSaturated(pagesNow.subtractingSaturated(pages))
        return small >= pagesNow ? 0 : 1 - Double(small) / Double(pagesNow)
    }
}
