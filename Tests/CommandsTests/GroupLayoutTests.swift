import Exposition
import LinuxSystem
import Snapshots
import Testing
import TextOutput

@testable import Commands

/// Groups by what people say, from a process's cgroup to the documents, the table and the metrics.
@Suite("Groups of every kind of host")
struct GroupLayoutTests {
    private static let id = "4bab9517f3e8442db008358544b3f0894bab9517f3e8442db008358544b3f089"
    private static let other = "79fedb3bd23ca77c9d9ccb41909038316f713df22b54b7d942b71d3812e7c74e"

    /// A process, and what is said of its group.
    private struct Layout {
        var what: String
        var path: String
        var group: String
        var kind: String
        /// Members of the document, by name.
        var says: [String: String] = [:]

        init(_ what: String, _ path: String, _ group: String, _ kind: String, _ says: [String: String] = [:]) {
            self.what = what
            self.path = path
            self.group = group
            self.kind = kind
            self.says = says
        }
    }

    private static let burstable = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod36b6d6be_73b1.slice"

    private static let layouts = [
        Layout(
            "a container of a pod that the map names, by containerd", "\(burstable)/cri-containerd-\(id).scope",
            "cri-containerd-\(id)", "container",
            [
                "engine": "cri-containerd", "container": id, "pod_uid": "36b6d6be-73b1",
                "pod_quality_of_service": "burstable", "title": "shop/checkout-7d9f (4bab9517f3e8)",
            ]),
        Layout(
            "a container that the map names itself, by CRI-O",
            "/kubepods.slice/kubepods-podcd34.slice/crio-\(other).scope/container", "crio-\(other)", "container",
            [
                "engine": "crio", "pod_uid": "cd34", "pod_quality_of_service": "guaranteed",
                "title": "shop/db",
            ]),
        Layout(
            "what runs for a pod outside of its containers",
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podef56.slice/crio-conmon-\(id).scope",
            "pod-ef56", "pod", ["pod_uid": "ef56", "pod_quality_of_service": "besteffort"]),
        Layout(
            "a pod of the cgroupfs driver", "/kubepods/burstable/podab12-cd/\(id)", "kubepods-\(id)", "container",
            ["engine": "kubepods", "pod_uid": "ab12-cd"]),
        Layout(
            "Docker", "/system.slice/docker-\(id).scope", "docker-\(id)", "container",
            ["engine": "docker", "container": id]),
        Layout(
            "a user's Podman",
            "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(other).scope/container",
            "user@1000.service/libpod-\(other)", "container", ["engine": "libpod", "owner_uid": "1000"]),
        Layout(
            "a step of a Slurm job", "/system.slice/slurmstepd.scope/job_42/step_0/user/task_1", "slurm-job-42", "job",
            ["job": "42", "title": "climate run 12"]),
        Layout("its batch step", "/system.slice/slurmstepd.scope/job_42/step_batch/user/task_0", "slurm-job-42", "job"),
        Layout(
            "Slurm under cgroup version 1", "/slurm/uid_1001/job_43/step_extern", "slurm-job-43", "job",
            ["job": "43", "owner_uid": "1001"]),
        Layout("LXC, and what its own systemd starts", "/lxc/web/system.slice/nginx.service", "lxc-web", "container"),
        Layout("Proxmox' container", "/lxc/101/ns/init.scope", "lxc-101", "container", ["container": "101"]),
        Layout(
            "LXD", "/lxc.payload.project_db/system.slice/postgresql.service", "lxc-project_db", "container",
            ["engine": "lxc", "container": "project_db"]),
        Layout("Proxmox' virtual machine", "/qemu.slice/100.scope", "qemu-100", "machine", ["container": "100"]),
        Layout(
            "libvirt's domain", "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/vcpu0", "machine-qemu-1-vm",
            "machine", ["container": "qemu-1-vm"]),
        Layout(
            "a unit and what it keeps below itself", "/system.slice/postgresql@15-main.service/worker",
            "postgresql@15-main.service", "unit"),
        Layout("a unit in a slice of its own", "/prod.slice/prod-db.slice/redis.service", "redis.service", "unit"),
        Layout("a slice", "/batch.slice", "batch.slice", "slice"),
        Layout(
            "a session", "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "unit",
            ["owner_uid": "1000"]),
        Layout(
            "a user's own unit", "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service",
            "user@1000.service/foo.service", "user-unit", ["owner_uid": "1000"]),
        // As a pod with the host's processes sees them: of what shares a parent with it that part is missing.
        Layout(
            "a container of another pod, from within one", "/../../kubepods-besteffort-pod99.slice/crio-\(id).scope",
            "crio-\(id)", "container", ["engine": "crio", "pod_uid": "99", "pod_quality_of_service": "besteffort"]),
        Layout("a unit of the host, from within a pod", "/../../../../system.slice/ssh.service", "ssh.service", "unit"),
    ]

    /// A host with a process of each, and an administrator's map.
    private static func host() -> MemoryRoot {
        var root = MemoryRoot()
        for (number, layout) in layouts.enumerated() {
            let pid = 1000 + number
            let stat = "\(pid) (a) S 1 \(pid) \(pid) 0 -1 0 0 0 0 0 5 5 0 0 20 0 1 0 100 0 0"
            root.addFile("/proc/\(pid)/stat", text: stat + String(repeating: " 0", count: 28) + "\n")
            root.addFile("/proc/\(pid)/task/\(pid)/stat", text: stat + String(repeating: " 0", count: 28) + "\n")
            root.addFile("/proc/\(pid)/cgroup", text: "0::\(layout.path)\n")
        }
        root.addFile(
            "/etc/numawatch/names.d/a.map",
            text: """
                pod 36b6d6be-73b1 = shop/checkout-7d9f
                container \(other.prefix(12)) = shop/db
                job 42 = climate run 12

                """)
        return root
    }

    @Test("each is the group that people say, with its runtime, pod, job, owner and given name")
    func documents() async throws {
        let source = LocalSource(root: Self.host())
        let document = try JSONValue(parsing: try await source.bytes(.groups))
        let groups = try #require(document["groups"]?.elements)
        #expect(Set(groups.compactMap { $0["group"]?.text }) == Set(Self.layouts.map(\.group)))
        for layout in Self.layouts {
            let group = try #require(groups.first { $0["group"]?.text == layout.group }, "\(layout.what)")
            #expect(group["kind"]?.text == layout.kind, "\(layout.what)")
            for (name, value) in layout.says {
                let found = group[name]?.text ?? group[name]?.number.map { "\(Int($0))" }
                #expect(found == value, "\(layout.what): \(name)")
            }
        }
        // Two of the steps are of one job, whose steps are told.
        let job = try #require(groups.first { $0["group"]?.text == "slurm-job-42" })
        #expect(job["job_steps"]?.elements?.compactMap(\.text) == ["0", "batch"])
        #expect(job["pids"]?.elements?.count == 2)
    }

    @Test("the table has the names that people give, and the group's own where there is none")
    func table() async throws {
        let record = try await LocalSource(root: Self.host()).record(.groups)
        let table = GroupsReport(record).text(CommandOutput(widthLimit: nil, hasColour: false))
        for name in ["shop/checkout-7d9f (4bab9517f3e8)", "shop/db", "climate run 12", "lxc-web", "qemu-100"] {
            #expect(table.contains("\n\(name) "), "\(name)")
        }
        #expect(!table.contains("slurm-job-42"))
    }
}
