/// One line of `/proc/<pid>/numa_maps`: one mapping (VMA), its policy, and where its resident pages are.
///
/// Page counts are in units of ``kernelPageSizeBytes``: base pages for normal and transparent-huge mappings, huge pages
/// for hugetlb ones. A count the kernel did not print is nil; for `anon`, `dirty`, `swapcache` and `writeback` it prints
/// nothing when the count is zero, for the others see each field. A line without any count has nothing resident.
///
/// Meant to be reused from line to line: ``NUMAMaps/parseLine(_:_:into:)`` overwrites every field and keeps the buffer of
/// ``nodePages``.
package struct NUMAMapsLine: Hashable, Sendable {
    /// Pages on one node.
    package struct NodePages: Hashable, Sendable {
        package var node: Int
        package var pages: UInt64

        package init(node: Int, pages: UInt64) {
            self.node = node
            self.pages = pages
        }
    }

    /// First address of the mapping. The end is not printed: join with `maps`.
    package var startAddress: UInt64 = 0
    package var policy = NUMAMapsPolicy()
    /// Where the path behind `file=` lies in the bytes parsed, escapes and all; see ``filePath(in:)``.
    package var fileRange: Range<Int>?
    /// `heap`: the mapping touches the program break. 6.12 and later compare strictly, 6.1 inclusively.
    package var isHeap = false
    /// `stack`: the mapping holds the initial stack.
    package var isStack = false
    /// `huge`: hugetlb.
    package var isHuge = false
    /// `anon=`: resident pages of anonymous folios.
    package var anonPages: UInt64?
    /// `dirty=`: pages dirty in the page table or the folio.
    package var dirtyPages: UInt64?
    /// `mapped=`: *all* resident pages. Printed only when it differs from both `anon` and `dirty`.
    package var mappedPages: UInt64?
    /// `mapmax=`: the largest map count of a page; printed when above 1.
    package var mapMax: UInt64?
    /// `swapcache=`
    package var swapCachePages: UInt64?
    /// `active=`: active or unevictable pages; printed when not all are, and not for hugetlb.
    package var activePages: UInt64?
    /// `writeback=`
    package var writebackPages: UInt64?
    /// `N<n>=`: resident pages per node, ascending as printed; nodes without pages are absent.
    package var nodePages: [NodePages] = []
    /// `kernelpagesize_kB=` times 1024; nil when the line has no counts.
    package var kernelPageSizeBytes: UInt64?

    package init() {}

    /// Resident pages on all nodes.
    package var residentPages: UInt64 { nodePages.reduce(0) { $0 + $1.pages } }

    /// Resident bytes on all nodes; nil when pages were printed without their size. Does not overflow: checked when
    /// parsed.
    package var residentBytes: UInt64? {
        if nodePages.isEmpty { return 0 }
        guard let kernelPageSizeBytes else { return nil }
        return residentPages * kernelPageSizeBytes
    }

    /// The path behind `file=`, its `\ooo` escapes undone. Allocates.
    package func filePath(in bytes: Span<UInt8>) -> String? {
        guard let fileRange else { return nil }
        return OctalEscapes.decoded(bytes, fileRange)
    }

    /// Back to an empty line, keeping the buffer.
    @inline(__always)
    mutating func clear() {
        fileRange = nil
        isHeap = false
        isStack = false
        isHuge = false
        anonPages = nil
        dirtyPages = nil
        mappedPages = nil
        mapMax = nil
        swapCachePages = nil
        activePages = nil
        writebackPages = nil
        nodePages.removeAll(keepingCapacity: true)
        kernelPageSizeBytes = nil
    }
}
