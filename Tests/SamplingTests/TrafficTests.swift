import HostReading
import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

@Suite("What resctrl counts is added up, and only read")
struct TrafficTests {
    /// Two caches, one on each node, and a control group beside the top one.
    private static func root(
        top: [(total: String, local: String)], batch: [(total: String, local: String)]? = nil
    ) -> MemoryRoot {
        var root = MemoryRoot.twoNodes
        for cpu in 0..<4 { root.addFile("/sys/devices/system/cpu/cpu\(cpu)/cache/index3/id", text: "\(cpu / 2)\n") }
        for (group, caches) in [("", top), ("/batch", batch ?? [])] {
            for (number, cache) in caches.enumerated() {
                let path = "/sys/fs/resctrl\(group)/mon_data/mon_L3_0\(number)"
                root.addFile("\(path)/mbm_total_bytes", text: cache.total + "\n")
                root.addFile("\(path)/mbm_local_bytes", text: cache.local + "\n")
                root.addFile("\(path)/llc_occupancy", text: "4096\n")
            }
        }
        // A monitoring group counts in its control group already.
        root.addFile("/sys/fs/resctrl/mon_groups/m/mon_data/mon_L3_00/mbm_total_bytes", text: "77\n")
        root.addFile("/sys/fs/resctrl/info/L3_MON/mon_features", text: "mbm_total_bytes\nmbm_local_bytes\n")
        return root
    }

    /// The traffic after each of some readings, a second apart.
    private static func traffic(_ roots: [MemoryRoot]) -> [MemoryTraffic?] {
        let root = ScriptedRoot(roots[0])
        var observer = TrafficObserver(root: root)
        return roots.enumerated().map { index, memory in
            root.change { $0 = memory }
            return observer.read(machine: .twoNodes, now: UInt64(index + 1) * secondNanoseconds)
        }
    }

    @Test("increases of all control groups count, on the node of the cache; a group that goes takes nothing away")
    func sums() throws {
        let found = Self.traffic([
            Self.root(top: [("900", "700"), ("5", "5")], batch: [("100", "100"), ("0", "0")]),
            Self.root(top: [("1000", "780"), ("5", "5")], batch: [("150", "110"), ("0", "0")]),
            Self.root(top: [("1020", "800"), ("5", "5")]),
        ])
        let caches = found.map { $0?.caches ?? [] }
        #expect(caches.allSatisfy { $0.map(\.name) == ["0", "1"] && $0.map(\.node) == [node0, node1] })
        #expect(caches.map { $0[0].totalBytes } == [0, 150, 170])
        #expect(caches.map { $0[0].localBytes } == [0, 90, 110])
        // Nothing can be said of a single reading.
        #expect(caches.map { $0[0].totalBytesPerSecond } == [nil, 150, 20])
        #expect(found[1]?.remoteShare == 0.4)
        #expect(found[2]?.remoteShare == 0)
    }

    @Test("a counter that is not available has no rate, and is no zero", arguments: ["Unavailable", "Error", ""])
    func unavailable(text: String) throws {
        let found = Self.traffic([
            Self.root(top: [("10", "10"), ("10", "10")]), Self.root(top: [("30", text), ("40", "30")]),
            Self.root(top: [("50", "40"), ("40", "30")]),
        ])
        let lost = try #require(found[1])
        #expect(lost.caches[0].totalBytesPerSecond == nil && lost.caches[1].totalBytesPerSecond == 30)
        #expect(lost.remoteShare == nil)
        // What came meanwhile is not lost.
        #expect(found[2]?.caches[0].totalBytes == 40)
    }

    @Test("without a mount, with other events counted, and on processors that count nothing there is nothing")
    func obstacles() {
        #expect(Self.traffic([.twoNodes]) == [nil])
        var changed = Self.root(top: [("1", "1")])
        changed.addFile("/sys/fs/resctrl/info/L3_MON/mbm_total_bytes_config", text: "0=0x7f;1=0x3\n")
        #expect(Self.traffic([changed]) == [nil])
        var usual = Self.root(top: [("1", "1")])
        usual.addFile("/sys/fs/resctrl/info/L3_MON/mbm_total_bytes_config", text: "0=0x7f;1=0x7f\n")
        usual.addFile("/sys/fs/resctrl/info/L3_MON/mbm_local_bytes_config", text: "0=0x15;1=0x15\n")
        #expect(Self.traffic([usual])[0] != nil)
        var idle = MemoryRoot.twoNodes
        idle.addFile("/sys/fs/resctrl/mon_data/mon_L3_00/llc_occupancy", text: "1\n")
        #expect(Self.traffic([idle]) == [nil])
        #expect(ResctrlReader.status(idle)?.isReadable == false)
        #expect(ResctrlReader.status(usual)?.isReadable == true)
        // A copy without it says nothing of whether the host had it.
        #expect(ResctrlReader.status(MemoryRoot.twoNodes) == nil)
    }

    @Test("with sub-NUMA clusters the parts count, each on its node, and their sum not again")
    func clusters() throws {
        var root = Self.root(top: [("9", "9")])
        for part in 0..<2 {
            let path = "/sys/fs/resctrl/mon_data/mon_L3_00/mon_sub_L3_0\(part)"
            root.addFile("\(path)/mbm_total_bytes", text: "\(part)\n")
            root.addFile("\(path)/mbm_local_bytes", text: "\(part)\n")
        }
        let caches = try #require(Self.traffic([root])[0]).caches
        #expect(caches.map(\.name) == ["0/0", "0/1"] && caches.map(\.node) == [node0, node1])
    }
}
