import HostReading
import KernelText
import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

/// Whose view of the host it is.
@Suite struct HostViewTests {
    private func root(_ mounts: String = "proc /proc proc rw 0 0\n") -> MemoryRoot {
        var root = MemoryRoot(files: [
            "/proc/mounts": mounts, "/proc/1/stat": "1 (init) S 0\n", "/proc/77/stat": "77 (own) S 0\n",
        ])
        root.addDirectory("/sys/devices/system")
        root.addLink("/proc/self/ns/pid", target: "pid:[4026531836]")
        root.addLink("/proc/self/ns/user", target: "user:[4026531837]")
        root.addFile("/proc/self/uid_map", text: "         0          0 4294967295\n")
        return root
    }

    private func notes(_ root: MemoryRoot) -> [HostNote] {
        HostView(of: root, mounts: KernelSurroundings(of: root).mounts).notes
    }

    @Test("On the host itself there is nothing to say")
    func whole() {
        #expect(notes(root()) == [])
    }

    @Test("The files LXCFS stands in for are named")
    func lxcfs() {
        let notes = notes(
            root("lxcfs /proc/stat fuse.lxcfs rw 0 0\nlxcfs /sys/devices/system/cpu/online fuse.lxcfs rw 0 0\n"))
        #expect(notes.map(\.kind) == [.view])
        #expect(notes.first?.text.contains("/proc/stat, /sys/devices/system/cpu/online") == true)
    }

    @Test("Namespaces are told by their links, a user namespace by its map as well")
    func namespaces() {
        var inside = root()
        inside.addLink("/proc/self/ns/pid", target: "pid:[4026532201]")
        #expect(notes(inside).map(\.about) == ["processes"])
        inside.addLink("/proc/self/ns/user", target: "user:[4026532200]")
        #expect(notes(inside).map(\.about) == ["processes", "users"])
        var mapped = root()
        mapped.remove("/proc/self/ns")
        #expect(notes(mapped) == [])
        mapped.addFile("/proc/self/uid_map", text: "         0     100000      65536\n")
        #expect(notes(mapped).map(\.about) == ["users"])
    }

    @Test("A container is told by what its engine leaves in it, a system's container by the name systemd writes")
    func containers() {
        for (path, text, says) in [
            ("/.dockerenv", "", "Docker, by /.dockerenv"), ("/run/.containerenv", "", "Podman, by /run/.containerenv"),
            ("/run/secrets/kubernetes.io/serviceaccount/token", "x", "Kubernetes, by /run/secrets/kubernetes.io"),
            ("/run/systemd/container", "lxc\n", "lxc, by /run/systemd/container"),
            ("/run/systemd/container", "", "of an engine without a name, by /run/systemd/container"),
        ] {
            var inside = root()
            inside.addFile(path, text: text)
            // The image of a container, booted.
            #expect(notes(inside) == [])
            inside.addLink("/proc/self/ns/ipc", target: "ipc:[4026531839]")
            #expect(notes(inside) == [])
            inside.addLink("/proc/self/ns/ipc", target: "ipc:[4026532300]")
            #expect(notes(inside).map(\.about) == ["container"])
            #expect(notes(inside).first?.text.hasPrefix("a container's view (\(says)): ") == true, "\(notes(inside))")
        }
        // Docker's, run by Kubernetes.
        var inside = root()
        inside.addLink("/proc/self/ns/cgroup", target: "cgroup:[4026532300]")
        inside.addFile("/.dockerenv", text: "")
        inside.addFile("/run/secrets/kubernetes.io/serviceaccount/token", text: "x")
        #expect(notes(inside).map(\.about) == ["container", "groups"])
        #expect(notes(inside).first?.text.contains("Kubernetes") == true)
    }

    @Test("A cgroup namespace is told, and what is out of reach from it")
    func cgroups() {
        var inside = root()
        inside.addLink("/proc/self/ns/cgroup", target: "cgroup:[4026531835]")
        #expect(notes(inside) == [])
        inside.addLink("/proc/self/ns/cgroup", target: "cgroup:[4026532300]")
        #expect(notes(inside).map(\.about) == ["groups"])
        #expect(notes(inside).first?.text.contains("the account of its memory") == true)
    }

    @Test("A PID namespace that sees the /proc of an outer one is not said to see its own processes only")
    func outerProc() throws {
        var inside = root()
        inside.addLink("/proc/self/ns/pid", target: "pid:[4026532201]")
        inside.addFile("/proc/self/status", text: "Name:\tnumawatch\nPid:\t812\nNSpid:\t812\t1\n")
        let live = LiveRoot(inside)
        let notes = HostView(of: live, mounts: nil).notes
        #expect(notes.map(\.about) == ["processes"])
        #expect(notes.first?.text.contains("/proc is that of an outer one") == true)
        let status = try #require(SourceProbes(live).run().first { $0.name == "move_pages" })
        #expect(status.state == .notApplicable(reason: ProcessNumbers.foreignReason))
        // One number: the namespace is that of the mount.
        inside.addFile("/proc/self/status", text: "Name:\tnumawatch\nPid:\t1\nNSpid:\t1\n")
        #expect(
            HostView(of: LiveRoot(inside), mounts: nil).notes.first?.text.contains("only processes started in it")
                == true)
    }

    // The option as older and newer kernels show it, and its newer name.
    @Test(
        "Hidden processes are told by the mount's option, where the first process cannot be read",
        arguments: [
            ("hidepid=2", "invisible"), ("hidepid=invisible", "invisible"), ("hidepid=1", "noaccess"),
            ("hidepid=ptraceable", "ptraceable"),
        ])
    func hidepid(option: String, name: String) {
        var hidden = root("proc /proc proc rw 0 0\nproc /proc proc rw,gid=4,\(option) 0 0\n")
        // Whoever may read it is not hidden from.
        #expect(notes(hidden) == [])
        hidden.remove("/proc/1")
        #expect(notes(hidden).map(\.about) == ["processes"])
        #expect(notes(hidden).first?.text.contains("hidepid=\(name)") == true)
        hidden.addFile("/proc/mounts", text: "proc /proc proc rw,hidepid=off 0 0\n")
        #expect(notes(hidden) == [])
    }

    @Test("A copy without processes says nothing of whether they were hidden")
    func withoutProcesses() {
        var copy = root("proc /proc proc rw,hidepid=2 0 0\n")
        copy.remove("/proc/1")
        copy.remove("/proc/77")
        #expect(notes(copy) == [])
    }

    @Test("Mounts are taken from mountinfo where there is no other table")
    func mountinfo() {
        var hidden = root()
        hidden.remove("/proc/1")
        hidden.remove("/proc/mounts")
        hidden.addFile(
            "/proc/self/mountinfo", text: "22 28 0:21 / /proc rw,nosuid shared:5 - proc proc rw,hidepid=invisible\n")
        #expect(notes(hidden).count == 1)
    }

    @Test("A container without /sys says so")
    func withoutSys() {
        var blind = root()
        blind.remove("/sys")
        #expect(notes(blind).map(\.about) == ["nodes"])
    }

    @Test("The doctor gives hidden processes as the reason, with what would show them")
    func doctor() throws {
        var hidden = root("proc /proc proc rw,hidepid=2 0 0\n")
        hidden.remove("/proc/1")
        let status = try #require(SourceProbes(hidden).run().first { $0.name == "numa_maps-others" })
        #expect(
            status.state
                == .notApplicable(
                    reason: "processes of other users are hidden: /proc is mounted with hidepid=invisible"))
        #expect(status.remedy?.contains("hidepid=off") == true)
    }
}

/// A root in memory that passes for the running host.
private struct LiveRoot: HostRoot {
    private let memory: MemoryRoot

    init(_ memory: MemoryRoot) { self.memory = memory }

    var isLive: Bool { true }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        try memory.read(path, into: &buffer, limitBytes: limitBytes)
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] { try memory.list(directory) }

    func linkTarget(_ path: String) throws(ReadFailure) -> String { try memory.linkTarget(path) }
}

/// One kernel for all commands.
@Suite struct KernelIdentityTests {
    @Test("The release comes from osrelease, else from the banner, else from the one kernel whose files a copy holds")
    func order() {
        var root = MemoryRoot(files: [
            "/proc/sys/kernel/osrelease": "6.12.1-a\n", "/proc/version": "Linux version 5.10.0-28-amd64 (x) #1\n",
            "/boot/config-4.19.0-x": "CONFIG_NUMA=y\n",
        ])
        #expect(KernelIdentity(of: root).text == "6.12.1-a")
        root.addFile("/proc/sys/kernel/osrelease", text: "\0\n")
        #expect(KernelIdentity(of: root).text == "5.10.0-28-amd64")
        #expect(KernelIdentity(of: root).path == "/proc/version")
        root.remove("/proc/version")
        #expect(KernelIdentity(of: root).text == "4.19.0-x")
        root.addFile("/boot/config-5.4.0-y", text: "\n")
        let unknown = KernelIdentity(of: root)
        #expect(unknown.text == nil && unknown.failure != nil)
    }
}
