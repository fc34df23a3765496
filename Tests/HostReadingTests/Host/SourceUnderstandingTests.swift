import HostReading
import LinuxSystem
import Snapshots
import SystemPackage
import Testing

/// A source is readable where its text is understood: every file of a kind is tried, and the one that is odd is named.
struct SourceUnderstandingTests {
    private static let node = "/sys/devices/system/node"

    private static func task(_ pid: Int, threads: Int = 1, pages: Int = 5, flags: Int = 0) -> String {
        "\(pid) (x) S 1 1 1 0 -1 \(flags) 0 0 0 0 1 1 0 0 20 0 \(threads) 0 100 0 \(pages) 0 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0\n"
    }

    private static let root: MemoryRoot = {
        var root = MemoryRoot(files: [
            "\(node)/online": "0-1\n", "/sys/devices/system/cpu/online": "0-1\n",
            "/sys/devices/system/cpu/possible": "0-1\n", "/proc/vmstat": "numa_hit 1\n",
            "/proc/meminfo": "MemTotal: 1 kB\n",
            "/sys/devices/virtual/memory_tiering/memory_tier4/nodelist": "0-1\n",
            "/sys/bus/pci/devices/0000:01:00.0/class": "0x020000\n",
            "/sys/bus/pci/devices/0000:01:00.0/numa_node": "-1\n",
        ])
        for number in 0...1 {
            root.addFile("\(node)/node\(number)/cpulist", text: "\(number)\n")
            root.addFile("\(node)/node\(number)/distance", text: "10 20\n")
            root.addFile(
                "\(node)/node\(number)/meminfo", text: "Node \(number) MemTotal: 8 kB\nNode \(number) MemFree: 4 kB\n")
            root.addFile("\(node)/node\(number)/numastat", text: "numa_hit 1\n")
            root.addFile("\(node)/node\(number)/vmstat", text: "nr_free_pages 1\n")
            root.addFile("\(node)/node\(number)/hugepages/hugepages-2048kB/nr_hugepages", text: "1\n")
            root.addFile("\(node)/node\(number)/hugepages/hugepages-2048kB/free_hugepages", text: "1\n")
            root.addFile("\(node)/node\(number)/hugepages/hugepages-2048kB/surplus_hugepages", text: "0\n")
            for name in ["read_latency", "write_latency", "read_bandwidth", "write_bandwidth"] {
                root.addFile("\(node)/node\(number)/access0/initiators/\(name)", text: "80\n")
            }
        }
        root.addFile("/proc/mounts", text: "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n")
        for pid in [10, 20] {
            root.addFile("/proc/\(pid)/status", text: "Uid:\t1\t1\t1\t1\n")
            root.addFile("/proc/\(pid)/cgroup", text: "0::/system.slice/\(pid).service\n")
            let cgroup = "/sys/fs/cgroup/system.slice/\(pid).service"
            root.addFile("\(cgroup)/memory.numa_stat", text: "anon N0=1 N1=1\nfile N0=1 N1=1\n")
            root.addFile("\(cgroup)/memory.current", text: "4\n")
            root.addFile("\(cgroup)/memory.stat", text: "anon 2\n")
            root.addFile("/proc/\(pid)/numa_maps", text: "00400000 default N0=1\n")
        }
        let sched = "total_numa_faults : 0\n"
        root.addFile("/proc/10/stat", text: task(10))
        root.addFile("/proc/10/sched", text: sched)
        root.addFile("/proc/20/stat", text: task(20, threads: 2))
        for tid in [20, 21] {
            root.addFile("/proc/20/task/\(tid)/stat", text: task(tid, threads: 2))
            root.addFile("/proc/20/task/\(tid)/sched", text: sched)
        }
        // A kernel thread has none of these files' contents.
        root.addFile("/proc/2/stat", text: task(2, pages: 0, flags: 0x20_0000))
        root.addFile("/proc/2/numa_maps", text: "")
        return root
    }()

    private func status(_ name: String, _ root: MemoryRoot) throws -> SourceStatus {
        try #require(SourceProbes(root).run().first { $0.name == name })
    }

    // A source, and the file of it that is tried last.
    private static let files = [
        ("vmstat", "/proc/vmstat"), ("node-list", "\(node)/online"), ("node-cpus", "\(node)/node1/cpulist"),
        ("node-distance", "\(node)/node1/distance"), ("node-meminfo", "\(node)/node1/meminfo"),
        ("node-numastat", "\(node)/node1/numastat"), ("node-vmstat", "\(node)/node1/vmstat"),
        ("hugepages", "\(node)/node1/hugepages/hugepages-2048kB/free_hugepages"),
        ("memory-tiers", "/sys/devices/virtual/memory_tiering/memory_tier4/nodelist"),
        ("node-access", "\(node)/node1/access0/initiators/read_latency"),
        ("pci-devices", "/sys/bus/pci/devices/0000:01:00.0/numa_node"), ("meminfo", "/proc/meminfo"),
        ("task-stat", "/proc/20/task/21/stat"), ("task-sched", "/proc/20/task/21/sched"),
        ("task-status", "/proc/20/status"), ("cgroup", "/proc/20/cgroup"), ("numa_maps", "/proc/20/numa_maps"),
        ("cgroup-memory", "/sys/fs/cgroup/system.slice/20.service/memory.numa_stat"),
        ("cgroup-memory", "/sys/fs/cgroup/system.slice/20.service/memory.current"),
        ("cgroup-memory", "/sys/fs/cgroup/system.slice/20.service/memory.stat"),
    ]

    @Test func `cgroups without an account are none to be read, and the reason says which kind`() throws {
        var root = Self.root
        for pid in [10, 20] { root.remove("/sys/fs/cgroup/system.slice/\(pid).service") }
        #expect(
            try status("cgroup-memory", root).state
                == .notApplicable(reason: "no cgroup that was looked at accounts its memory"))
        root.remove("/sys/fs/cgroup")
        root.addFile("/proc/mounts", text: "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n")
        #expect(
            try status("cgroup-memory", root).state
                == .notApplicable(reason: "no cgroup hierarchy of version 2 is in the capture"))
    }

    @Test("what is understood is readable", arguments: files)
    func understood(name: String, path: String) throws {
        #expect(try status(name, Self.root).isReadable)
    }

    @Test("what is read but not understood is malformed, with the file, the line and the byte", arguments: files)
    func garbled(name: String, path: String) throws {
        var root = Self.root
        root.addFile(path, text: "\u{1}?\n")
        let status = try status(name, root)
        #expect(status.path == path)
        guard case .malformed(let reason) = status.state else {
            Issue.record("\(status.state)")
            return
        }
        #expect(reason.contains("in line 1 (byte "))
    }

    @Test("an empty file is one nobody understands", arguments: files)
    func empty(name: String, path: String) throws {
        var root = Self.root
        root.addFile(path, [])
        #expect(try status(name, root).state == .malformed(reason: "the file is empty"))
    }

    @Test("what is missing or refused of one node or process is told of it", arguments: files)
    func unavailable(name: String, path: String) throws {
        var root = Self.root
        root.fail(path, with: .permissionDenied)
        let status = try status(name, root)
        #expect(status.path == path)
        #expect(status.state == .unavailable(errno: Errno.permissionDenied.rawValue, errnoName: "EACCES"))
    }

    @Test func `a line in the middle is named by its number`() throws {
        var root = Self.root
        root.addFile("/proc/vmstat", text: "numa_hit 1\nnuma_miss x\n")
        #expect(
            try status("vmstat", root).state
                == .malformed(reason: "value in line 2 (byte 21): expected a decimal number"))
    }

    @Test func `threads that cannot be listed are a source that fails`() throws {
        var root = Self.root
        root.remove("/proc/20/task")
        #expect(try status("task-stat", root).path == "/proc/20/task")
        #expect(try !status("task-stat", root).isReadable)
    }

    @Test func `firmware that states no latencies is no fault of the host`() throws {
        var root = Self.root
        for number in 0...1 { root.remove("\(Self.node)/node\(number)/access0") }
        guard case .notApplicable = try status("node-access", root).state else {
            Issue.record("\(try status("node-access", root).state)")
            return
        }
    }
}
