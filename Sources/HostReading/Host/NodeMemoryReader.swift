import KernelText
package import LinuxSystem
package import NUMATopology
package import Snapshots

/// Reads what a node's memory is beyond its `meminfo`: huge page pools, tiers, what the firmware states of accesses to it.
///
/// What cannot be read is absent. ``SourceProbes`` say why.
package enum NodeMemoryReader {
    package static let tierDirectory = "/sys/devices/virtual/memory_tiering"
    package static let demotionPath = "/sys/kernel/mm/numa/demotion_enabled"
    package static let zoneReclaimPath = "/proc/sys/vm/zone_reclaim_mode"
    static let poolFiles = ["nr_hugepages", "free_hugepages", "surplus_hugepages"]
    static let accessFiles = ["read_latency", "write_latency", "read_bandwidth", "write_bandwidth"]

    package static func directory(of node: NodeID) -> String { "\(MachineReader.nodeDirectory)/node\(node)" }

    static func accessDirectory(of node: NodeID) -> String { "\(directory(of: node))/access0/initiators" }

    // MARK: Huge pages

    /// The pools of a node, ascending by page size; nil where the directory cannot be listed.
    package static func hugePagePools(
        of node: NodeID, in root: any HostRoot, buffer: inout [UInt8]
    ) -> [HugePagePool]? {
        let parent = "\(directory(of: node))/hugepages"
        guard let names = try? root.list(parent) else { return nil }
        var pools: [HugePagePool] = []
        for name in names {
            guard let size = pageSizeBytes(ofPool: name) else { continue }
            var pool = HugePagePool(pageSizeBytes: size)
            pool.totalPages = number("\(parent)/\(name)/nr_hugepages", root, &buffer)
            pool.freePages = number("\(parent)/\(name)/free_hugepages", root, &buffer)
            pool.surplusPages = number("\(parent)/\(name)/surplus_hugepages", root, &buffer)
            pools.append(pool)
        }
        return pools.sorted { $0.pageSizeBytes < $1.pageSizeBytes }
    }

    /// The sizes of huge pages of which a node has some, or may have: where its number cannot be read.
    package static func hugePageSizes(in root: any HostRoot, buffer: inout [UInt8]) -> [UInt64] {
        var sizes: Set<UInt64> = []
        for name in (try? root.list(MachineReader.nodeDirectory)) ?? [] {
            guard name.hasPrefix("node"), let node = Int(name.dropFirst(4)).flatMap(Self.node) else { continue }
            for pool in hugePagePools(of: node, in: root, buffer: &buffer) ?? [] where pool.totalPages != 0 {
                sizes.insert(pool.pageSizeBytes)
            }
        }
        return sizes.sorted()
    }

    /// The page size in the name of a pool's directory: `hugepages-2048kB`.
    static func pageSizeBytes(ofPool name: String) -> UInt64? {
        guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"),
            let kilobytes = UInt64(name.dropFirst("hugepages-".count).dropLast(2)), kilobytes > 0
        else { return nil }
        let (bytes, overflow) = kilobytes.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }

    // MARK: Tiers

    /// The memory tiers; nil where the kernel shows none, or one of them cannot be read.
    package static func tiers(in root: any HostRoot) -> MemoryTiers? {
        guard let names = try? root.list(tierDirectory) else { return nil }
        var tiers: [MemoryTiers.Tier] = []
        for name in names {
            guard let number = tierNumber(name) else { continue }
            let ranges = try? root.parse("\(tierDirectory)/\(name)/nodelist") { bytes throws(KernelTextError) in
                try CPUList.parse(bytes)
            }
            // A tier that is missing would make another one the slowest. The kernel shows none without nodes.
            guard let ranges, !ranges.isEmpty else { return nil }
            tiers.append(.init(number: number, nodes: NodeSet(ranges: ranges)))
        }
        return tiers.isEmpty ? nil : MemoryTiers(tiers)
    }

    /// The number in `memory_tier4`.
    static func tierNumber(_ name: String) -> Int? {
        guard name.hasPrefix("memory_tier") else { return nil }
        return Int(name.dropFirst("memory_tier".count)).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Whether reclaim demotes pages to a slower tier instead of dropping them; nil where the switch cannot be read.
    package static func isDemotionEnabled(in root: any HostRoot, buffer: inout [UInt8]) -> Bool? {
        try? root.parse(demotionPath, into: &buffer) { bytes throws(KernelTextError) in
            try ScalarFile.boolean(bytes, field: "demotion_enabled")
        }
    }

    /// `vm.zone_reclaim_mode`: bit 0 reclaims on the node before others are allocated from, bit 1 writes pages out for it, bit 2
    /// unmaps them.
    package static func zoneReclaimMode(in root: any HostRoot, buffer: inout [UInt8]) -> Int? {
        number(zoneReclaimPath, root, &buffer).flatMap { Int(exactly: $0) }
    }

    // MARK: Access

    /// What the firmware states of a node's memory; nil where it states nothing.
    package static func access(
        to node: NodeID, in root: any HostRoot, buffer: inout [UInt8]
    ) -> MemoryAccess? {
        let parent = accessDirectory(of: node)
        guard let names = try? root.list(parent) else { return nil }
        var access = MemoryAccess()
        access.initiators = NodeSet(
            names.compactMap { $0.hasPrefix("node") ? Int($0.dropFirst(4)).flatMap(Self.node) : nil })
        access.readLatencyNanoseconds = stated("\(parent)/read_latency", root, &buffer)
        access.writeLatencyNanoseconds = stated("\(parent)/write_latency", root, &buffer)
        access.readBandwidthBytesPerSecond = mebibytes("\(parent)/read_bandwidth", root, &buffer)
        access.writeBandwidthBytesPerSecond = mebibytes("\(parent)/write_bandwidth", root, &buffer)
        let figures = [
            access.readLatencyNanoseconds, access.writeLatencyNanoseconds, access.readBandwidthBytesPerSecond,
            access.writeBandwidthBytesPerSecond,
        ]
        return figures.contains { $0 != nil } ? access : nil
    }

    /// A larger number is not a node but damaged text: `CONFIG_NODES_SHIFT` is at most 10.
    static func node(_ number: Int) -> NodeID? { (0...1023).contains(number) ? NodeID(number) : nil }

    /// The kernel shows a figure that the firmware does not state as 0.
    private static func stated(_ path: String, _ root: any HostRoot, _ buffer: inout [UInt8]) -> UInt64? {
        number(path, root, &buffer).flatMap { $0 == 0 ? nil : $0 }
    }

    /// Bandwidths are in MiB/s (Documentation/admin-guide/mm/numaperf.rst).
    private static func mebibytes(_ path: String, _ root: any HostRoot, _ buffer: inout [UInt8]) -> UInt64? {
        stated(path, root, &buffer).map { number in
            let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << 20)
            return overflow ? .max : bytes
        }
    }

    private static func number(_ path: String, _ root: any HostRoot, _ buffer: inout [UInt8]) -> UInt64? {
        try? root.parse(path, into: &buffer) { bytes throws(KernelTextError) in
            try ScalarFile.unsigned(bytes, field: "value")
        }
    }
}
