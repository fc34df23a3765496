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
