import FixtureSupport
import LinuxSystem
import Testing

@testable import KernelText

@Suite struct CgroupTests {
    private func parse(_ text: String) throws(KernelTextError) -> CgroupFile {
        try CgroupFile(parsing: Array(text.utf8).span)
    }

    @Test func aHybridHostIsRead() throws {
        let file = try parse(Samples.cgroupHybrid)
        #expect(file.entries.count == 4)
        #expect(file.entries[0].name == "systemd")
        #expect(file.entries[2].controllers == ["cpu", "cpuacct"])
        #expect(file.unifiedPath == "/user.slice/session-3.scope")
        #expect(file.path(ofController: "cpuacct") == "/")
        #expect(file.path(ofController: "cpuset") == nil)
        #expect(file.placementPath == "/user.slice/session-3.scope")
    }

    @Test func theFirstPathThatSaysSomethingIsTaken() throws {
        #expect(try parse("0::/a\n").placementPath == "/a")
        #expect(try parse("4:memory:/x\n1:name=systemd:/s\n0::/\n").placementPath == "/s")
        #expect(try parse("4:memory:/x\n1:name=systemd:/\n0::/\n").placementPath == "/x")
        #expect(try parse("0::/\n").placementPath == "/")
        #expect(try parse("").placementPath == nil)
    }

    @Test func `a job of version 1 counts more than the service that started it`() throws {
        let file = try parse(
            "4:memory:/slurm/uid_1000/job_42/step_0/task_0\n1:name=systemd:/system.slice/slurmd.service\n"
                + "0::/system.slice/slurmd.service\n")
        #expect(file.placement?.groupName == "slurm-job-42")
        #expect(file.placement?.ownerUID == 1000)
        #expect(file.placement?.step == "0")
        #expect(file.placementPath == "/slurm/uid_1000/job_42/step_0/task_0")
    }

    @Test func colonsAndRemovalAreKept() throws {
        let file = try parse("0::/a:b/c (deleted)\n")
        #expect(file.unifiedPath == "/a:b/c")
        #expect(file.entries[0].isDeleted)
    }

    @Test(arguments: ["x\n", "0:\n", "0::\n", "0::a\n", "-1::/\n", "0:/a\n"])
    func malformedLinesAreRefused(text: String) {
        #expect(throws: KernelTextError.self) { try parse(text) }
    }

    struct PathCase: Sendable {
        let path: String
        var slice: String?
        var unit: String?
        var userSlice: String?
        var userUnit: String?
        let group: String
    }

    static let paths = [
        PathCase(path: "/", group: "/"),
        PathCase(path: "/init.scope", unit: "init.scope", group: "init.scope"),
        PathCase(
            path: "/system.slice/ssh.service", slice: "system.slice", unit: "ssh.service", group: "ssh.service"),
        PathCase(
            path: "/system.slice/system-getty.slice/getty@tty1.service", slice: "system-getty.slice",
            unit: "getty@tty1.service", group: "getty@tty1.service"),
        PathCase(
            path: "/system.slice/postgresql@15-main.service/worker", slice: "system.slice",
            unit: "postgresql@15-main.service", group: "postgresql@15-main.service"),
        PathCase(
            path: "/user.slice/user-1000.slice/session-3.scope", slice: "user-1000.slice", unit: "session-3.scope",
            group: "session-3.scope"),
        PathCase(
            path: "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", slice: "user-1000.slice",
            unit: "user@1000.service", userSlice: "app.slice", userUnit: "foo.service",
            group: "user@1000.service/foo.service"),
        PathCase(
            path: "/user.slice/user-1000.slice/user@1000.service/init.scope", slice: "user-1000.slice",
            unit: "user@1000.service", userUnit: "init.scope", group: "user@1000.service/init.scope"),
        PathCase(path: "/system.slice/_cpu.service", slice: "system.slice", unit: "cpu.service", group: "cpu.service"),
        PathCase(path: "/process_api/abc", group: "/process_api/abc"),
        PathCase(path: "/my.slice", slice: "my.slice", group: "my.slice"),
        PathCase(path: "/.service", group: "/.service"),
    ]

    @Test(arguments: paths)
    func unitsAreFoundInPaths(_ expected: PathCase) {
        let placement = CgroupPlacement(path: expected.path)
        #expect(placement.slice == expected.slice)
        #expect(placement.unit == expected.unit)
        #expect(placement.userSlice == expected.userSlice)
        #expect(placement.userUnit == expected.userUnit)
        #expect(placement.groupName == expected.group)
        #expect(placement.container == nil)
        #expect(placement.pod == nil)
    }

    private static let id = "4bab9517f3e8442db008358544b3f0894bab9517f3e8442db008358544b3f089"

    @Test(arguments: [
        ("/system.slice/docker-\(id).scope", "docker"), ("/docker/\(id)", "docker"),
        ("/machine.slice/libpod-\(id).scope/container", "libpod"), ("/lxc/\(id)", "lxc"),
        ("/kubepods/burstable/pod12-34/\(id)", "kubepods"),
    ])
    func containersAreFoundInPaths(path: String, engine: String) {
        let placement = CgroupPlacement(path: path)
        #expect(placement.container == .init(engine: engine, id: Self.id))
        #expect(placement.groupName == "\(engine)-\(Self.id)")
    }

    @Test(arguments: [
        (
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podab12_cd.slice/cri-containerd-\(id).scope",
            "burstable", "ab12-cd", "cri-containerd"
        ),
        (
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podab12_cd.slice/crio-\(id).scope",
            "besteffort", "ab12-cd", "crio"
        ),
        (
            "/kubepods.slice/kubepods-podab12_cd.slice/cri-containerd-\(id).scope", "guaranteed", "ab12-cd",
            "cri-containerd"
        ),
        ("/kubepods/besteffort/podab12-cd/\(id)", "besteffort", "ab12-cd", "kubepods"),
        ("/kubepods/podab12-cd/\(id)", "guaranteed", "ab12-cd", "kubepods"),
    ])
    func podsAreFoundInPaths(path: String, quality: String, uid: String, engine: String) {
        let placement = CgroupPlacement(path: path)
        #expect(placement.pod == .init(uid: uid, qualityOfService: quality))
        #expect(placement.container == .init(engine: engine, id: Self.id))
    }

    @Test(arguments: CgroupRule.table.map { ($0.example, $0.exampleGroup, $0.origin) })
    func `each rule makes of its example the group it names`(path: String, group: String, origin: String) {
        let placement = CgroupPlacement(path: path)
        #expect(placement.groupName == group, "\(origin)")
        #expect(path == placement.groupPath || path.hasPrefix(placement.groupPath + "/"), "\(origin)")
        // The same in a cgroup namespace that does not hold it.
        #expect(CgroupPlacement(path: "/../.." + path).groupName == group, "\(origin)")
    }

    @Test(arguments: [
        // Whatever runs in a job is the job's.
        ("/system.slice/slurmstepd.scope/job_42/step_0/user/task_0/docker/\(id)", "slurm-job-42", "job_42"),
        // Slurm's own processes are no job's.
        ("/system.slice/slurmstepd.scope/system", "slurmstepd.scope", "slurmstepd.scope"),
        ("/lxc/101/ns/init.scope", "lxc-101", "101"),
        ("/lxc/web_1", "lxc-web_1", "web_1"),
        (
            "/lxc.payload.web/user.slice/user-1000.slice/user@1000.service/app.slice/a.service", "lxc-web",
            "lxc.payload.web"
        ),
        // A container in a container is itself.
        ("/lxc/101/ns/docker/\(id)", "docker-\(id)", id),
        ("/docker/\(id)/kubelet/kubepods/burstable/podab-12/\(id)", "kubepods-\(id)", id),
        ("/machine.slice/libpod-\(id).scope/container/init.scope", "libpod-\(id)", "libpod-\(id).scope"),
        (
            "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator", "machine-qemu-1-vm",
            "machine-qemu\\x2d1\\x2dvm.scope"
        ),
        (
            "/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service",
            "systemd-nspawn@web.service",
            "systemd-nspawn@web.service"
        ),
        // What a service keeps below itself is the service's.
        ("/system.slice/web.service/libpod-payload-\(id)", "web.service", "web.service"),
        ("/system.slice/containerd.service", "containerd.service", "containerd.service"),
    ])
    func `what lies inside belongs to the group around it`(path: String, group: String, last: String) {
        let placement = CgroupPlacement(path: path)
        #expect(placement.groupName == group)
        #expect(placement.groupPath.split(separator: "/").last.map(String.init) == last)
    }

    @Test(arguments: [
        "/machine.slice/machine-web.scope", "/lxc/web", "/machine.slice/libpod-\(id).scope",
        "/system.slice/docker-\(id).scope",
    ])
    func `a user's container is not taken for the system's of the same name`(path: String) {
        let system = CgroupPlacement(path: path)
        let user = CgroupPlacement(path: "/user.slice/user-1000.slice/user@1000.service" + path)
        let session = CgroupPlacement(path: "/user.slice/user-1001.slice/session-3.scope" + path)
        #expect(system.ownerUID == nil)
        #expect(user.ownerUID == 1000)
        #expect(session.ownerUID == 1001)
        #expect(user.groupName == "user@1000.service/" + system.groupName)
        #expect(Set([system, user, session].map(\.groupName)).count == 3)
        // Whoever has a user's path inside a container is not that user.
        #expect(CgroupPlacement(path: "/lxc/7/user.slice/user-1000.slice/session-1.scope").ownerUID == nil)
    }

    @Test func `a name in angle brackets is taken as it is`() {
        #expect(CgroupPlacement(path: "/lxc/<name>").groupName == "lxc-<name>")
        #expect(
            CgroupPlacement(path: "/user.slice/user-1.slice/user@1.service/<uid>.service").groupName
                == "user@1.service/<uid>.service")
    }

    /// To renew the table, run once with `NUMAWATCH_UPDATE_GOLDEN=1`.
    @Test func `docs/groups.md has the table of the rules`() throws {
        let path = String(Fixture.directory.dropLast("Tests/Fixtures".count)) + "docs"
        let text = String(decoding: try DirectoryRoot(path).readBytes("/groups.md"), as: UTF8.self)
        let heading = "| whose | path | group | example |\n|---|---|---|---|\n"
        let start = try #require(text.firstRange(of: heading)).upperBound
        let end = try #require(text[start...].firstRange(of: "\n\n")).lowerBound
        let rows = CgroupRule.table.map(\.documentRow).joined(separator: "\n")
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") != nil {
            let renewed = text[..<start] + rows + text[end...]
            return try Output.replaceFile(path + "/groups.md", with: Array(renewed.utf8))
        }
        #expect(text[start..<end] == rows)
    }

    @Test func machinesAndSystemContainersAreNamed() {
        let machine = CgroupPlacement(path: "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator")
        #expect(machine.container == .init(engine: "machine", id: "qemu-1-vm"))
        #expect(CgroupPlacement(path: "/lxc.payload.web/system.slice").container == .init(engine: "lxc", id: "web"))
    }

    @Test(arguments: [
        ("dev-disk\\x2dby.mount", "dev-disk-by.mount"), ("a\\x2", "a\\x2"), ("a\\xzz", "a\\xzz"), ("plain", "plain"),
        ("\\xc3\\xa9", "é"),
    ])
    func unitNameEscapesAreUndone(name: String, expected: String) {
        #expect(CgroupPlacement.unescapedUnitName(name) == expected)
    }
}

@Suite struct BootAndMountTests {
    private func line(_ text: String) -> KernelCommandLine { KernelCommandLine(parsing: Array(text.utf8).span) }

    @Test func optionsAreSplitAtBlanksOutsideOfQuotes() {
        let line = line("quiet  root=/dev/vda rd.x=\"a b\" \"y=c d\" foo-bar=1 foo_bar=2 x= -- init=arg\n")
        #expect(line.contains("quiet"))
        #expect(line.value(of: "root") == "/dev/vda")
        #expect(line.value(of: "rd.x") == "a b")
        #expect(line.value(of: "y") == "c d")
        #expect(line.value(of: "foo-bar") == "2")
        #expect(line.value(of: "x") == "")
        #expect(line.value(of: "quiet") == nil)
        #expect(!line.contains("init"))
        #expect(self.line("").options.isEmpty)
    }

    @Test func balancingOptionsAreRead() throws {
        #expect(line("numa_balancing=enable").numaBalancing == true)
        #expect(line("numa_balancing=enable numa-balancing=disable").numaBalancing == false)
        #expect(line("numa_balancing=1").numaBalancing == nil)
        #expect(line("quiet").numaBalancing == nil)
        #expect(line("relax_domain_level=2").relaxDomainLevel == 2)
        #expect(line("relax_domain_level=-1").relaxDomainLevel == -1)
        #expect(try line("nohz_full=1-N").nohzFull(lastCPU: 7) == [1...7])
        #expect(try line("quiet").nohzFull(lastCPU: 7) == nil)
    }

    @Test func isolationFlagsAreRead() throws {
        let plain = try #require(try line("isolcpus=2-3").isolation(lastCPU: 7))
        #expect(plain.isolatesDomains)
        #expect(plain.cpus == [2...3])
        let domain = try #require(try line("isolcpus=domain,2-3").isolation(lastCPU: 7))
        #expect(domain == plain)
        let tick = try #require(try line("isolcpus=nohz,managed_irq,1,3-N").isolation(lastCPU: 7))
        #expect(!tick.isolatesDomains)
        #expect(tick.stopsTick)
        #expect(tick.movesManagedInterrupts)
        #expect(tick.cpus == [1...1, 3...7])
        let unknown = try #require(try line("isolcpus=later,1").isolation(lastCPU: 7))
        #expect(unknown.isolatesDomains)
        #expect(unknown.unknownFlags == ["later"])
        #expect(throws: KernelTextError.self) { try line("isolcpus=bad-flag,1").isolation(lastCPU: 7) }
        #expect(try line("quiet").isolation(lastCPU: 7) == nil)
    }

    @Test func mountsAreFoundByType() throws {
        let mounts = try Mounts(parsing: Array(Samples.mounts.utf8).span)
        #expect(mounts.mounts.count == 5)
        #expect(mounts.last(ofType: "debugfs")?.mountPoint == "/sys/kernel/debug")
        #expect(mounts.last(ofType: "ext4")?.mountPoint == "/mnt/my disk")
        #expect(mounts.last(ofType: "tracefs") == nil)
        #expect(mounts.cgroup(controller: "cpuset")?.mountPoint == "/sys/fs/cgroup/cpuset")
        #expect(mounts.last(ofType: "cgroup2")?.options == ["rw", "relatime"])
        #expect(throws: KernelTextError.self) { try Mounts(parsing: Array("proc /proc proc\n".utf8).span) }
    }

    @Test func mountinfoAlsoKnowsRoots() throws {
        let mounts = try Mounts(parsingMountinfo: Array(Samples.mountinfo.utf8).span)
        #expect(mounts.mounts.count == 4)
        #expect(mounts.last(ofType: "debugfs")?.options == ["rw", "nosuid", "rw"])
        #expect(mounts.cgroup(controller: "cpuset")?.root == "/sub")
        #expect(mounts.last(ofType: "cgroup2")?.mountPoint == "/mnt/a b")
        for bad in ["22 27 0:21 / /proc rw\n", "22 27\n", "22 27 0:21 / /proc rw -\n"] {
            #expect(throws: KernelTextError.self) { try Mounts(parsingMountinfo: Array(bad.utf8).span) }
        }
    }
}

@Suite struct CgroupNUMAStatTests {
    private func parse(_ text: String) throws(KernelTextError) -> CgroupNUMAStat {
        try CgroupNUMAStat(parsing: Array(text.utf8).span)
    }

    @Test func `the figures of a cgroup are read by node`() throws {
        let stat = try parse(
            "anon N0=1 N3=18446744073709551615\nfile N0=0 N3=2\nkernel_stack N0=5 N3=6\nshmem N0=0 N3=1\n"
                + "workingset_refault_anon N0=0 N3=0\n")
        #expect(stat.anonymous?.map(\.node) == [0, 3])
        #expect(stat.anonymous?.map(\.bytes) == [1, .max])
        #expect(stat.file?.map(\.bytes) == [0, 2])
        #expect(stat.shared?.map(\.bytes) == [0, 1])
    }

    @Test func `what is missing is unknown, and a line that is cut is missing`() throws {
        #expect(try parse("").anonymous == nil)
        let stat = try parse("anon N0=1\nfile N0=2 N1=3\nshmem N0=4 N1=5")
        #expect(stat.file?.map(\.bytes) == [2, 3])
        #expect(stat.shared == nil)
    }

    @Test(arguments: ["anon N=1\n", "anon 0=1\n", "anon N0=\n", "anon N0=1x\n", "anon N0=18446744073709551616\n"])
    func `figures that no kernel prints are refused`(text: String) {
        #expect(throws: KernelTextError.self) { try parse(text) }
    }
}

@Suite struct HugetlbNUMAStatTests {
    @Test(
        arguments: [
            (1 << 16, "hugetlb.64KB.numa_stat"), (1 << 21, "hugetlb.2MB.numa_stat"),
            (1 << 25, "hugetlb.32MB.numa_stat"),
            (1 << 30, "hugetlb.1GB.numa_stat"), (1 << 34, "hugetlb.16GB.numa_stat"),
        ] as [(UInt64, String)])
    func `the file of a size is called as the kernel writes it`(size: UInt64, name: String) {
        #expect(HugetlbNUMAStat.fileName(pageSizeBytes: size) == name)
    }

    @Test func `the line of the total is read by node`() throws {
        let nodes = try HugetlbNUMAStat.parse(Array("total=6291456 N0=2097152 N2=4194304\n".utf8).span)
        #expect(nodes.map(\.node) == [0, 2])
        #expect(nodes.map(\.bytes) == [2_097_152, 4_194_304])
    }

    @Test(arguments: ["", "total=2 N0=2", "x\n", "total=2 N0=\n", "hierarchical_total=1 N0=1\n"])
    func `what is cut, odd or of version 1 is refused`(text: String) {
        #expect(throws: KernelTextError.self) { try HugetlbNUMAStat.parse(Array(text.utf8).span) }
    }
}
