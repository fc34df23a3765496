import HostReading
import LinuxSystem
import NUMATopology
import Snapshots
import Testing

struct NodeMemoryReaderTests {
    private static let node = "/sys/devices/system/node/node1"

    @Test func `pools of every size are read, ascending, and a figure that cannot be is absent`() {
        var buffer: [UInt8] = []
        var root = MemoryRoot(files: [
            "\(Self.node)/hugepages/hugepages-1048576kB/nr_hugepages": "1\n",
            "\(Self.node)/hugepages/hugepages-2048kB/nr_hugepages": "512\n",
            "\(Self.node)/hugepages/hugepages-2048kB/free_hugepages": "x\n",
            "\(Self.node)/hugepages/hugepages-2048kB/surplus_hugepages": "0\n",
            "\(Self.node)/hugepages/hugepages-huge/nr_hugepages": "3\n",
        ])
        let pools = NodeMemoryReader.hugePagePools(of: NodeID(1), in: root, buffer: &buffer)
        #expect(pools?.map(\.pageSizeBytes) == [2 << 20, 1 << 30])
        #expect(pools?.map(\.totalPages) == [512, 1])
        #expect(pools?.map(\.freePages) == [nil, nil])
        #expect(pools?.map(\.surplusPages) == [0, nil])
        #expect(pools?.first?.bytes(512) == 1 << 30)
        root.remove("\(Self.node)/hugepages")
        #expect(NodeMemoryReader.hugePagePools(of: NodeID(1), in: root, buffer: &buffer) == nil)
    }

    @Test func `tiers are known where each of them is`() {
        let directory = NodeMemoryReader.tierDirectory
        var root = MemoryRoot(files: [
            "\(directory)/memory_tier4/nodelist": "0-1\n", "\(directory)/memory_tier22/nodelist": "2\n",
            "\(directory)/uevent": "",
        ])
        #expect(NodeMemoryReader.tiers(in: root)?.tiers.map(\.number) == [4, 22])
        root.addFile("\(directory)/memory_tier22/nodelist", text: "2-\n")
        #expect(NodeMemoryReader.tiers(in: root) == nil)
        #expect(NodeMemoryReader.tiers(in: MemoryRoot()) == nil)
    }

    // What the kernel prints, and what else may stand there.
    @Test(
        arguments: [("true\n", true), ("false\n", false), ("1\n", true), ("", nil), ("maybe\n", nil)]
            as [(String, Bool?)])
    func `the switch of demotion is on, off or unknown`(text: String, isEnabled: Bool?) {
        var buffer: [UInt8] = []
        let root = MemoryRoot(files: [NodeMemoryReader.demotionPath: text])
        #expect(NodeMemoryReader.isDemotionEnabled(in: root, buffer: &buffer) == isEnabled)
    }

    @Test func `latency and bandwidth are as the firmware states them, for the initiators it names`() throws {
        var buffer: [UInt8] = []
        let directory = "\(Self.node)/access0/initiators"
        var root = MemoryRoot(files: [
            "\(directory)/read_latency": "350\n", "\(directory)/read_bandwidth": "17000\n", "\(directory)/power": "0\n",
            // What the firmware does not state.
            "\(directory)/write_bandwidth": "0\n",
        ])
        root.addLink("\(directory)/node0", target: "../../../node0")
        let access = try #require(NodeMemoryReader.access(to: NodeID(1), in: root, buffer: &buffer))
        #expect(access.initiators == [NodeID(0)])
        #expect(access.readLatencyNanoseconds == 350)
        #expect(access.readBandwidthBytesPerSecond == 17000 << 20)
        #expect(access.writeLatencyNanoseconds == nil && access.writeBandwidthBytesPerSecond == nil)
        #expect(NodeMemoryReader.access(to: NodeID(0), in: root, buffer: &buffer) == nil)
    }
}

struct DeviceReaderTests {
    private static let bus = "/sys/bus/pci/devices"

    private static let root: MemoryRoot = {
        var root = MemoryRoot(files: [
            "\(bus)/0000:00:00.0/class": "0x060000\n", "\(bus)/0000:00:00.0/numa_node": "0\n",
            "\(bus)/0000:01:00.0/class": "0x020000\n", "\(bus)/0000:01:00.0/numa_node": "1\n",
            "\(bus)/0000:02:00.0/class": "0x010802\n", "\(bus)/0000:02:00.0/numa_node": "-1\n",
            "\(bus)/0000:03:00.0/class": "0x030000\n", "\(bus)/0000:03:00.0/numa_node": "0\n",
            "\(bus)/0000:04:00.0/class": "0x120000\n",
            "/sys/class/drm/version": "drm 1.1.0\n",
        ])
        // As the kernel links: through the bridges above, and through virtio below.
        let tree = "../../devices/pci0000:00/0000:00:01.0"
        root.addLink("/sys/class/net/eth0", target: "\(tree)/0000:01:00.0/virtio2/net/eth0")
        root.addLink("/sys/class/net/lo", target: "../../devices/virtual/net/lo")
        root.addLink("/sys/class/drm/card0", target: "\(tree)/0000:03:00.0/drm/card0")
        root.addLink("/sys/class/drm/card0-DP-1", target: "\(tree)/0000:03:00.0/drm/card0/card0-DP-1")
        root.addLink("/sys/class/nvme/nvme0", target: "\(tree)/0000:02:00.0/nvme/nvme0")
        // As copies may hold it.
        root.addLink("/sys/block/nvme0n1/device", target: "../../0000:02:00.0")
        root.addFile("/sys/class/infiniband/mlx5_0/device/uevent", text: "DRIVER=mlx5\nPCI_SLOT_NAME=0000:01:00.0\n")
        return root
    }()

    @Test func `devices have their node and names, however these are linked, and bridges are none`() throws {
        let devices = try #require(DeviceReader.read(from: Self.root))
        #expect(devices.map(\.address) == ["0000:01:00.0", "0000:02:00.0", "0000:03:00.0", "0000:04:00.0"])
        #expect(devices.map(\.kind) == [.network, .storage, .display, .accelerator])
        #expect(devices.map(\.names) == [["eth0", "mlx5_0"], ["nvme0", "nvme0n1"], ["card0"], []])
    }

    @Test func `a device whose firmware names no node has none, rather than node 0`() throws {
        let devices = try #require(DeviceReader.read(from: Self.root))
        #expect(devices.map(\.node) == [NodeID(1), nil, NodeID(0), nil])
        #expect(DeviceReader.read(from: MemoryRoot()) == nil)
    }

    @Test func `a capture of what is named answers as the host does`() throws {
        var copy = MemoryRoot()
        let (files, links) = DeviceReader.sources(in: Self.root)
        for path in files {
            if let bytes = try? Self.root.readBytes(path) { copy.addFile(path, bytes) }
        }
        for link in links { copy.addLink(link.path, target: link.target) }
        #expect(DeviceReader.read(from: copy) == DeviceReader.read(from: Self.root))
    }
}
