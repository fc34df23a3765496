/// `/proc/meminfo` and a node's `meminfo`, which prefixes each line with `Node <n> `.
///
/// Samples: `MemTotal:  4810964 kB` and `Node 0 MemTotal:  4810964 kB`. Sizes are kept in bytes; the `HugePages_*` counts
/// have no unit and are pages of the default huge page size. What is not printed is nil.
package struct Meminfo: Hashable, Sendable {
    /// The node of a node's file.
    package var node: Int?
    /// `MemTotal:`
    package var totalBytes: UInt64?
    /// `MemFree:`
    package var freeBytes: UInt64?
    /// `MemAvailable:`; host only.
    package var availableBytes: UInt64?
    /// `MemUsed:`; node only: total minus free.
    package var usedBytes: UInt64?
    /// `Buffers:`; host only.
    package var buffersBytes: UInt64?
    /// `Cached:`; host only.
    package var cachedBytes: UInt64?
    /// `FilePages:`; node only.
    package var filePagesBytes: UInt64?
    /// `SwapCached:`
    package var swapCachedBytes: UInt64?
    /// `Active:`
    package var activeBytes: UInt64?
    /// `Inactive:`
    package var inactiveBytes: UInt64?
    /// `Dirty:`
    package var dirtyBytes: UInt64?
    /// `Writeback:`
    package var writebackBytes: UInt64?
    /// `AnonPages:`
    package var anonymousBytes: UInt64?
    /// `Mapped:`
    package var mappedBytes: UInt64?
    /// `Shmem:`
    package var sharedBytes: UInt64?
    /// `KernelStack:`
    package var kernelStackBytes: UInt64?
    /// `PageTables:`
    package var pageTablesBytes: UInt64?
    /// `Slab:`
    package var slabBytes: UInt64?
    /// `SReclaimable:`
    package var slabReclaimableBytes: UInt64?
    /// `AnonHugePages:`
    package var anonymousHugePagesBytes: UInt64?
    /// `ShmemHugePages:`
    package var sharedHugePagesBytes: UInt64?
    /// `FileHugePages:`
    package var fileHugePagesBytes: UInt64?
    /// `HugePages_Total:`
    package var hugePagesTotal: UInt64?
    /// `HugePages_Free:`
    package var hugePagesFree: UInt64?
    /// `HugePages_Rsvd:`; host only.
    package var hugePagesReserved: UInt64?
    /// `HugePages_Surp:`
    package var hugePagesSurplus: UInt64?
    /// `Hugepagesize:`; host only.
    package var hugePageSizeBytes: UInt64?
    /// `Hugetlb:`: all sizes together; host only.
    package var hugetlbBytes: UInt64?

    package init() {}

    /// Reads the host's file.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        try Self.forEachLine(bytes, .meminfo) { (key, value) throws(KernelTextError) in
            try assign(bytes, key, value, .meminfo)
        }
    }

    /// Reads a node's file.
    ///
    /// - Throws: ``KernelTextError`` also for a line of another node than the first.
    package init(parsingNode bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        let prefix = "Node "
        try Self.forEachLine(bytes, .nodeMeminfo) { (key, value) throws(KernelTextError) in
            var offset = key.lowerBound
            guard bytes.hasPrefix(prefix, offset, key.upperBound) else {
                throw KernelTextError(.nodeMeminfo, "Node", at: offset, .expectedToken(prefix))
            }
            offset += prefix.utf8.count
            let start = offset
            let node = try bytes.decimalInt(
                &offset, key.upperBound, max: CPUList.largestNumber, .nodeMeminfo, "Node")
            if let known = self.node, known != node {
                throw KernelTextError(.nodeMeminfo, "Node", at: start, .outOfRange)
            }
            self.node = node
            bytes.skipBlanks(&offset, key.upperBound)
            try assign(bytes, offset..<key.upperBound, value, .nodeMeminfo)
        }
    }

    private static func forEachLine(
        _ bytes: Span<UInt8>, _ file: KernelFile,
        _ body: (Range<Int>, Range<Int>) throws(KernelTextError) -> Void
    ) throws(KernelTextError) {
        var offset = 0
        while let line = try bytes.nextLine(&offset, file) {
            guard !line.isEmpty else { continue }
            let colon = bytes.find(Byte.colon, line.lowerBound, line.upperBound)
            guard colon < line.upperBound else {
                throw KernelTextError(file, "line", at: line.upperBound, .expectedToken(":"))
            }
            try body(line.lowerBound..<colon, colon + 1..<line.upperBound)
        }
    }

    private mutating func assign(
        _ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>, _ file: KernelFile
    ) throws(KernelTextError) {
        for (name, path) in Self.sizes where bytes.equals(name, key) {
            self[keyPath: path] = try Kilobytes.bytes(bytes, value, file, name)
            return
        }
        for (name, path) in Self.counts where bytes.equals(name, key) {
            var offset = value.lowerBound
            bytes.skipBlanks(&offset, value.upperBound)
            self[keyPath: path] = try bytes.decimal(&offset, value.upperBound, file, name)
            bytes.skipBlanks(&offset, value.upperBound)
            guard offset == value.upperBound else { throw KernelTextError(file, name, at: offset, .trailingBytes) }
            return
        }
    }

    private static let sizes: [(String, any WritableKeyPath<Meminfo, UInt64?> & Sendable)] = [
        ("MemTotal", \.totalBytes), ("MemFree", \.freeBytes), ("MemAvailable", \.availableBytes),
        ("MemUsed", \.usedBytes), ("Buffers", \.buffersBytes), ("Cached", \.cachedBytes),
        ("FilePages", \.filePagesBytes), ("SwapCached", \.swapCachedBytes), ("Active", \.activeBytes),
        ("Inactive", \.inactiveBytes), ("Dirty", \.dirtyBytes), ("Writeback", \.writebackBytes),
        ("AnonPages", \.anonymousBytes), ("Mapped", \.mappedBytes), ("Shmem", \.sharedBytes),
        ("KernelStack", \.kernelStackBytes), ("PageTables", \.pageTablesBytes), ("Slab", \.slabBytes),
        ("SReclaimable", \.slabReclaimableBytes), ("AnonHugePages", \.anonymousHugePagesBytes),
        ("ShmemHugePages", \.sharedHugePagesBytes), ("FileHugePages", \.fileHugePagesBytes),
        ("Hugepagesize", \.hugePageSizeBytes), ("Hugetlb", \.hugetlbBytes),
    ]

    private static let counts: [(String, any WritableKeyPath<Meminfo, UInt64?> & Sendable)] = [
        ("HugePages_Total", \.hugePagesTotal), ("HugePages_Free", \.hugePagesFree),
        ("HugePages_Rsvd", \.hugePagesReserved), ("HugePages_Surp", \.hugePagesSurplus),
    ]
}
