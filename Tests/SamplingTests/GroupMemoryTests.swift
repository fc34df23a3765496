import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

/// What memory a group has: the kernel's account of its cgroups, or its processes' mappings.
@Suite struct GroupMemoryTests {
    private static let mib: UInt64 = 1 << 20

    /// A host of two nodes with processes in cgroups, and accounts of cgroups.
    private struct Host {
        var root: MemoryRoot

        init() {
            root = .twoNodes
            root.addFile("/proc/mounts", text: "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n")
        }

        mutating func put(
            _ pid: Int32, in cgroup: String,
            maps: String = "00400000 default anon=8 dirty=8 N0=5 N1=3 kernelpagesize_kB=4\n"
        ) {
            var task = FakeTask(pid: pid)
            task.cgroup = cgroup
            root.put(task)
            root.addFile("/proc/\(pid)/numa_maps", text: maps)
        }

        /// An account of anonymous memory, MiB by node, with the counters of 6.12.
        mutating func account(_ cgroup: String, _ node0: UInt64, _ node1: UInt64, migrated: UInt64? = nil) {
            let directory = "/sys/fs/cgroup" + cgroup
            root.addFile(
                directory + "/memory.numa_stat",
                text: "anon N0=\(node0 << 20) N1=\(node1 << 20)\nfile N0=0 N1=0\nkernel_stack N0=16384 N1=0\n"
                    + "shmem N0=0 N1=0\n")
            root.addFile(directory + "/memory.current", text: "\((node0 + node1 + 1) << 20)\n")
            guard let migrated else { return }
            root.addFile(
                directory + "/memory.stat",
                text: "anon 1\nnuma_pages_migrated \(migrated)\npgdemote_kswapd 4\npgfault 9\n")
        }

        func groups(isLive: Bool = false) -> [String: GroupRecord] {
            Dictionary(uniqueKeysWithValues: snapshot(isLive: isLive).groups.map { ($0.name, $0) })
        }

        func snapshot(isLive: Bool = false) -> HostSnapshot {
            var engine = SamplingEngine(
                root: isLive ? ScriptedRoot(root, isLive: true) : root, settings: SamplingSettings(),
                time: ManualTime(monotonicNanoseconds: 100 * secondNanoseconds), cost: FakeCost(), seed: 1)
            return engine.collectOnce()
        }
    }

    private func bytes(_ group: GroupRecord?) -> [UInt64] {
        let total = (group?.bytesByClass ?? [:]).values.reduce(into: NodeValues<UInt64>()) { $0 += $1 }
        return [total[node0], total[node1]]
    }

    @Test func `a group takes its memory from its cgroup's account`() throws {
        var host = Host()
        for pid in 10..<50 as Range<Int32> { host.put(pid, in: "/system.slice/db.service") }
        host.account("/system.slice/db.service", 700, 300, migrated: 12)
        let group = try #require(host.groups()["db.service"])
        #expect(bytes(group) == [700 * Self.mib, 300 * Self.mib])
        #expect(group.memorySource == .cgroup(count: 1))
        #expect(group.memoryProvenance == .kernel)
        #expect(group.currentBytes == 1001 * Self.mib)
        #expect(group.kernelCounters == ["numa_pages_migrated": 12, "pgdemote_kswapd": 4])
    }

    @Test func `counters are absent where the kernel has none`() throws {
        var host = Host()
        host.put(10, in: "/system.slice/db.service")
        host.account("/system.slice/db.service", 1, 0)
        host.root.addFile("/sys/fs/cgroup/system.slice/db.service/memory.stat", text: "anon 1\nfile 2\n")
        #expect(try #require(host.groups()["db.service"]).kernelCounters == nil)
    }

    @Test func `page cache and shared memory are told apart, whether the one holds the other or not`() throws {
        var host = Host()
        for (name, file) in [("kernel", 10), ("other", 0)] {
            host.put(name == "kernel" ? 10 : 11, in: "/system.slice/\(name).service")
            host.root.addFile(
                "/sys/fs/cgroup/system.slice/\(name).service/memory.numa_stat",
                text: "anon N0=1 N1=0\nfile N0=\(file) N1=0\nshmem N0=8 N1=0\n")
        }
        let groups = host.groups()
        #expect(groups["kernel.service"]?.bytesByClass?[.file]?[node0] == 2)
        #expect(groups["kernel.service"]?.bytesByClass?[.shared]?[node0] == 8)
        #expect(groups["other.service"]?.bytesByClass?[.file] == nil)
        #expect(bytes(groups["other.service"]) == [9, 0])
    }

    @Test func `cgroups of other groups below are taken off, those of the same group are not counted again`() {
        var host = Host()
        host.put(10, in: "/lxc/101/ns/init.scope")
        host.put(11, in: "/lxc/101/ns/docker/4bab9517f3e8442db008358544b3f0894bab9517f3e8442db008358544b3f089")
        host.put(12, in: "/system.slice/slurmstepd.scope/job_7/step_0/user/task_0")
        host.put(13, in: "/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0")
        host.put(14, in: "/system.slice/node2_slurmstepd.scope/job_7/step_0/user/task_0")
        host.account("/lxc/101", 100, 50, migrated: 10)
        host.account(
            "/lxc/101/ns/docker/4bab9517f3e8442db008358544b3f0894bab9517f3e8442db008358544b3f089", 30, 60, migrated: 4)
        host.account("/system.slice/slurmstepd.scope/job_7", 5, 6)
        host.account("/system.slice/node2_slurmstepd.scope/job_7", 7, 8)
        let groups = host.groups()
        #expect(bytes(groups["lxc-101"]) == [70 * Self.mib, 0])
        #expect(groups["lxc-101"]?.kernelCounters?["numa_pages_migrated"] == 6)
        #expect(groups["lxc-101"]?.currentBytes == 60 * Self.mib)
        let job = groups["slurm-job-7"]
        #expect(bytes(job) == [12 * Self.mib, 14 * Self.mib])
        #expect(job?.memorySource == .cgroup(count: 2))
        #expect(job?.jobSteps == ["0", "batch"])
        #expect(job?.identity.job == "7")
    }

    @Test func `a group with a process in a cgroup without an account is told from its mappings`() {
        var host = Host()
        host.put(10, in: "/system.slice/slurmstepd.scope/job_7/step_0")
        host.put(11, in: "/system.slice/node2_slurmstepd.scope/job_7/step_0")
        host.account("/system.slice/slurmstepd.scope/job_7", 5, 6)
        let group = host.groups()["slurm-job-7"]
        #expect(group?.memorySource == .mappings(sharedBytes: 0))
        #expect(bytes(group) == [10 * 4096, 6 * 4096])
        #expect(group?.currentBytes == nil)
    }

    @Test func `what a sample does not tell of policies is counted as not known`() throws {
        var host = Host()
        host.put(
            10, in: "/system.slice/db.service", maps: "00400000 bind:1 anon=8 dirty=8 N1=8 kernelpagesize_kB=4\n")
        host.put(11, in: "/system.slice/db.service")
        var sampled = PlacementRecord(
            method: .sampled(pagesAsked: 100, pagesResident: 100, pagesMapped: 1 << 18), takenAtNanoseconds: 1)
        sampled.bytes[node0] = 1 << 30
        sampled.unlocatedBytes = 4096
        var processes = host.snapshot().processes
        let index = try #require(processes.firstIndex { $0.identity.pid == 11 })
        processes[index].placement = sampled
        let group = try #require(SnapshotAssembly.groups(of: processes, totals: GroupTotals()).first)
        #expect(group.bytesByPolicy?.keys.sorted() == ["bind:1"])
        #expect(group.unknownPolicyBytes == 1 << 30 + 4096)
    }

    @Test func `huge pages, which no account holds, stay those of the mappings`() {
        var host = Host()
        let maps =
            "7f0000000000 default file=/anon_hugepage\\040(deleted) huge dirty=2 mapmax=3 N1=2 kernelpagesize_kB=2048\n"
        for pid in 10..<13 as Range<Int32> { host.put(pid, in: "/system.slice/db.service", maps: maps) }
        host.account("/system.slice/db.service", 1, 0)
        let group = host.groups()["db.service"]
        #expect(group?.bytesByClass?[.huge(pageSizeBytes: 2 << 20)]?[node1] == 4 << 20)
        #expect(group?.bytesByClass?[.anonymous]?[node0] == 1 << 20)
    }

    @Test func `huge pages that the kernel accounts to the cgroup are those, not the mappings'`() {
        var host = Host()
        let maps =
            "7f0000000000 default file=/anon_hugepage\\040(deleted) huge dirty=2 N1=2 kernelpagesize_kB=2048\n"
            + "7f1000000000 default file=/anon_hugepage\\040(deleted) huge dirty=1 N0=1 kernelpagesize_kB=1048576\n"
        host.put(10, in: "/system.slice/db.service", maps: maps)
        host.account("/system.slice/db.service", 1, 0)
        for size in [2048, 1_048_576] {
            host.root.addFile(
                "/sys/devices/system/node/node0/hugepages/hugepages-\(size)kB/nr_hugepages", text: "8\n")
        }
        // Also what is charged to it and mapped by nobody; of the other size nothing is accounted for.
        host.root.addFile(
            "/sys/fs/cgroup/system.slice/db.service/hugetlb.2MB.numa_stat",
            text: "total=8388608 N0=2097152 N1=6291456\n")
        let classes = host.groups()["db.service"]?.bytesByClass
        #expect(classes?[.huge(pageSizeBytes: 2 << 20)]?[node0] == 2 << 20)
        #expect(classes?[.huge(pageSizeBytes: 2 << 20)]?[node1] == 6 << 20)
        #expect(classes?[.huge(pageSizeBytes: 1 << 30)]?[node0] == 1 << 30)
        // None is none, whatever a mapping of another's pages shows.
        host.root.addFile("/sys/fs/cgroup/system.slice/db.service/hugetlb.1GB.numa_stat", text: "total=0 N0=0 N1=0\n")
        #expect(host.groups()["db.service"]?.bytesByClass?[.huge(pageSizeBytes: 1 << 30)] == nil)
        // Cut, it tells nothing.
        host.root.addFile("/sys/fs/cgroup/system.slice/db.service/hugetlb.1GB.numa_stat", text: "total=4 N0=4")
        #expect(host.groups()["db.service"]?.bytesByClass?[.huge(pageSizeBytes: 1 << 30)]?[node0] == 1 << 30)
    }

    /// Two mappings of a segment by name, and memory of the process's own.
    private func maps(_ name: String, start: String, pages: UInt64, inode: Bool = false) -> String {
        "\(start) default file=\(name) dirty=\(pages) mapmax=40 active=0 N0=\(pages) kernelpagesize_kB=4\n"
            + "7f9000000000 default anon=2 dirty=2 N1=2 kernelpagesize_kB=4\n"
    }

    @Test(arguments: [
        "/dev/zero\\040(deleted)", "/SYSV00000000\\040(deleted)", "/memfd:buffers\\040(deleted)", "/dev/shm/pg.1",
        "/usr/lib/libc.so.6",
    ])
    func `without an account, what is mapped under a name counts once`(name: String) {
        var host = Host()
        for pid in 10..<50 as Range<Int32> {
            host.put(
                pid, in: "/system.slice/db.service",
                maps: maps(name, start: "7f0000000000", pages: UInt64(pid)))
        }
        let group = host.groups()["db.service"]
        // The most that one process maps of it; of what is private, all.
        #expect(bytes(group) == [49 * 4096, 80 * 4096])
        #expect(group?.memorySource == .mappings(sharedBytes: 0))
        #expect(group?.memoryProvenance == .reconstructed)
        #expect(group?.bytesByPolicy?["default"]?[node0] == 49 * 4096)
    }

    @Test func `segments of one name at two places are two, files at two places are one`() {
        var host = Host()
        for (pid, start) in [(10, "7f0000000000"), (11, "7f1000000000")] as [(Int32, String)] {
            host.put(pid, in: "/a.service", maps: maps("/dev/zero\\040(deleted)", start: start, pages: 5))
            host.put(pid + 10, in: "/b.service", maps: maps("/dev/shm/x", start: start, pages: 5))
        }
        let groups = host.groups()
        #expect(bytes(groups["a.service"]) == [10 * 4096, 4 * 4096])
        #expect(bytes(groups["b.service"]) == [5 * 4096, 4 * 4096])
    }

    @Test func `on a live host device, inode and offset tell what is the same`() {
        var host = Host()
        let segments =
            [
                (10, "7f0000000000", 7), (11, "7f1000000000", 7), (12, "7f0000000000", 8),
            ] as [(Int32, String, Int)]
        for (pid, start, inode) in segments {
            host.put(pid, in: "/db.service", maps: maps("/dev/zero\\040(deleted)", start: start, pages: 5))
            host.root.addFile(
                "/proc/\(pid)/maps",
                text: "\(start)-\(start.dropLast(5))10000 rw-s 00000000 00:01 \(inode)    /dev/zero (deleted)\n")
        }
        #expect(bytes(host.groups(isLive: true)["db.service"]) == [10 * 4096, 6 * 4096])
    }

    @Test func `what is shared without a name is marked`() {
        var host = Host()
        let forked = "00400000 default anon=8 dirty=8 mapmax=2 N0=8 kernelpagesize_kB=4\n"
        host.put(10, in: "/db.service", maps: forked)
        #expect(host.groups()["db.service"]?.memorySource == .mappings(sharedBytes: 0))
        host.put(11, in: "/db.service", maps: forked)
        #expect(host.groups()["db.service"]?.memorySource == .mappings(sharedBytes: 16 * 4096))
    }

    @Test(arguments: [
        // mount root, path of the process, readable
        ("/", "/system.slice/db.service", true),
        ("/docker/1", "/docker/1/system.slice/db.service", true),
        ("/docker/1", "/system.slice/db.service", false),
        ("/", "/../system.slice/db.service", false),
        ("/..", "/../system.slice/db.service", true),
    ])
    func `paths are those of the reader's namespace and mount`(mounted: String, path: String, isThere: Bool) {
        var host = Host()
        host.put(10, in: path)
        host.account("/system.slice/db.service", 3, 4)
        host.root.addFile(
            "/proc/self/mountinfo",
            text: "30 24 0:26 /x /mnt/part rw - cgroup2 none rw\n"
                + "31 24 0:26 \(mounted) /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw\n")
        host.root.remove("/proc/mounts")
        let group = host.groups(isLive: true).values.first
        #expect((group?.memorySource == .cgroup(count: 1)) == isThere)
    }

    @Test func `a hybrid host has its mount below unified, a copy may have no mount table`() {
        var host = Host()
        host.put(10, in: "/db.service")
        host.account("/unified/db.service", 3, 4)
        host.root.remove("/proc/mounts")
        #expect(bytes(host.groups()["db.service"]) == [3 * Self.mib, 4 * Self.mib])
    }

    @Test func `where there is no time for all, each cgroup has its turn`() {
        var root = MemoryRoot.twoNodes
        root.addFile("/proc/mounts", text: "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n")
        let paths = Set((0..<30).map { "/unit\($0).service" })
        for path in paths {
            root.addFile("/sys/fs/cgroup\(path)/memory.numa_stat", text: "anon N0=1\nfile N0=0\n")
        }
        var reader = CgroupReader(root: root)
        var account = ReadAccount()
        for round in 1...4 as ClosedRange<UInt64> {
            reader.read(paths, now: round, account: &account) { false }
            #expect(reader.accounts.count == min(Int(round) * CgroupReader.fewestPerRound, 30))
        }
        // The fourth round read the last six and two of the first again.
        #expect(reader.accounts.values.count { $0.takenAtNanoseconds == 1 } == 6)
        #expect(account.files == 32)
        reader.read(["/unit3.service"], now: 9, account: &account) { false }
        #expect(reader.accounts.keys.sorted() == ["/unit3.service"])
    }
}
