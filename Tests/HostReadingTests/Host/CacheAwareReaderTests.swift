import HostReading
import LinuxSystem
import SchedDomains
import Testing

@Suite struct CacheAwareReaderTests {
    private func root(_ enabled: String? = "1", _ tolerance: String? = "1") -> MemoryRoot {
        var root = MemoryRoot()
        root.addDirectory(CacheAwareReader.directory)
        if let enabled { root.addFile("\(CacheAwareReader.directory)/enabled", text: enabled + "\n") }
        if let tolerance { root.addFile("\(CacheAwareReader.directory)/aggr_tolerance", text: tolerance + "\n") }
        for (index, level, size) in [(0, 1, "32K"), (2, 2, "1024K"), (3, 3, "32768K")] {
            let directory = "/sys/devices/system/cpu/cpu0/cache/index\(index)"
            root.addFile("\(directory)/level", text: "\(level)\n")
            root.addFile("\(directory)/size", text: "\(size)\n")
        }
        return root
    }

    @Test("Switch, tolerance and the size of the last cache are read; a kernel without them has none")
    func reads() {
        #expect(
            CacheAwareReader.read(from: root())
                == CacheAwareScheduling(isEnabled: true, tolerance: 1, cacheBytes: 32 << 20))
        #expect(CacheAwareReader.read(from: root("Y", nil))?.isEnabled == true)
        #expect(CacheAwareReader.read(from: root("N"))?.isEnabled == false)
        #expect(CacheAwareReader.read(from: root("x", "-1")) == CacheAwareScheduling(cacheBytes: 32 << 20))
        #expect(CacheAwareReader.read(from: MemoryRoot()) == nil)
    }

    // As `exceed_llc_capacity` of 7.2.13 reckons: llc · scale < footprint.
    @Test(
        "The footprint's limit is the cache times a scale of the tolerance",
        arguments: [
            (1, .bytes(32 << 20)), (2, .bytes(257 * (32 << 20))), (99, .bytes((1 + 98 * 256) * (32 << 20))),
            (100, .unlimited), (0, .bytes(0)),
        ] as [(UInt64, CacheAwareScheduling.FootprintLimit)])
    func limit(tolerance: UInt64, limit: CacheAwareScheduling.FootprintLimit) {
        #expect(
            CacheAwareScheduling(isEnabled: true, tolerance: tolerance, cacheBytes: 32 << 20).footprintLimit == limit)
    }

    @Test("Without the cache's size or the tolerance the limit is not known, unless it does not depend on them")
    func unknownLimit() {
        #expect(CacheAwareScheduling(tolerance: 1).footprintLimit == nil)
        #expect(CacheAwareScheduling(cacheBytes: 1).footprintLimit == nil)
        #expect(CacheAwareScheduling(tolerance: 100).footprintLimit == .unlimited)
        #expect(CacheAwareScheduling(tolerance: 2, cacheBytes: .max).footprintLimit == .unlimited)
    }

    @Test("What it means says the limit, and that it is gone without NUMA balancing")
    func meaning() {
        let scheduling = CacheAwareScheduling(isEnabled: true, tolerance: 1, cacheBytes: 32 << 20)
        #expect(
            scheduling.meaning(isBalancing: true)
                == "on: the threads of a process are drawn to one last-level cache of their preferred node while its threads' "
                + "total_numa_faults are 32 MiB at most; without NUMA balancing there would be no limit")
        #expect(scheduling.meaning(isBalancing: false).hasSuffix("NUMA balancing, which would limit that, is off"))
        #expect(!scheduling.meaning(isBalancing: false).contains("MiB"))
        #expect(scheduling.meaning(isBalancing: nil).hasSuffix("and without limit if NUMA balancing is off"))
        #expect(CacheAwareScheduling(isEnabled: false).meaning(isBalancing: true) == "off")
        #expect(CacheAwareScheduling().meaning(isBalancing: true).contains("not readable"))
    }
}
