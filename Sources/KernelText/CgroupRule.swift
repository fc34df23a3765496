/// How one kind of software names its cgroups, and what group that makes: a row of ``CgroupRule/table``.
///
/// The table is the only place that knows names. Each row has an example that is its own test, and `docs/groups.md` is
/// written from it.
package struct CgroupRule: Sendable {
    /// What a group is.
    package enum Kind: String, Sendable, CaseIterable {
        case job
        case container
        case machine
        case pod
        case userUnit = "user-unit"
        case unit
        case slice
        /// No rule fits: the path itself.
        case path
    }

    /// Whose names these are.
    package let origin: String
    package let kind: Kind
    /// Which components a path has; see ``CgroupPattern``.
    package let pattern: String
    /// The group's name: `<name>` is what the pattern caught.
    package let group: String
    /// The engine of a container, as in the group's name.
    let engine: String?
    /// A path the rule is for, and the group it makes of it.
    package let example: String
    package let exampleGroup: String
    let matcher: CgroupPattern

    init(
        _ origin: String, _ kind: Kind, _ pattern: String, _ group: String, engine: String? = nil, example: String,
        makes exampleGroup: String
    ) {
        self.origin = origin
        self.kind = kind
        self.pattern = pattern
        self.group = group
        self.engine = engine
        self.example = example
        self.exampleGroup = exampleGroup
        matcher = CgroupPattern(pattern)
    }

    /// A container: its group is `<engine>-<what the capture of this name caught>`.
    private static func container(
        _ origin: String, _ pattern: String, engine: String, id: String = "id", kind: Kind = .container,
        example: String,
        makes exampleGroup: String
    ) -> CgroupRule {
        CgroupRule(
            origin, kind, pattern, "\(engine)-<\(id)>", engine: engine, example: example, makes: exampleGroup)
    }

    /// The row of this rule in `docs/groups.md`. Long ids are cut, because no one reads them.
    package var documentRow: String {
        let cells = [pattern, group, "\(example)` → `\(exampleGroup)"].map { "`\(Self.short($0))`" }
        return "| \(([origin] + cells).joined(separator: " | ")) |"
    }

    private static func short(_ text: String) -> String {
        [id, other].reduce(text) { $0.replacing($1, with: "\($1.prefix(12))…") }
    }

    /// The group's name for what the pattern caught. Escapes of systemd's are undone in what people named.
    func groupName(_ captures: CgroupPattern.Captures) -> String {
        CgroupPattern.filled(group) { capture in
            let text = captures[capture] ?? ""
            return capture == "name" ? CgroupPlacement.unescapedUnitName(text) : text
        }
    }
}

extension CgroupRule {
    private static let id = "4bab9517f3e8442db008358544b3f0894bab9517f3e8442db008358544b3f089"
    private static let other = "79fedb3bd23ca77c9d9ccb41909038316f713df22b54b7d942b71d3812e7c74e"

    /// A job is a group whatever runs in it: these are looked for first, and what lies below one is its own.
    static let jobs: [CgroupRule] = [
        CgroupRule(
            "Slurm, cgroup version 2", .job, "slurmstepd.scope/job_<job>", "slurm-job-<job>",
            example: "/system.slice/slurmstepd.scope/job_42/step_0/user/task_1", makes: "slurm-job-42"),
        CgroupRule(
            "Slurm with several slurmd on a host", .job, "<node>_slurmstepd.scope/job_<job>", "slurm-job-<job>",
            example: "/system.slice/node7_slurmstepd.scope/job_44/step_batch/user/task_0", makes: "slurm-job-44"),
        CgroupRule(
            "Slurm 26.05", .job, "slurmstepd.scope/<sluid>", "slurm-job-<sluid>",
            example: "/system.slice/slurmstepd.scope/s5K1KKYAYG5D00/step_0/user/task_0",
            makes: "slurm-job-s5K1KKYAYG5D00"),
        CgroupRule(
            "Slurm 26.05 with several slurmd on a host", .job, "<node>_slurmstepd.scope/<sluid>",
            "slurm-job-<sluid>",
            example: "/system.slice/node7_slurmstepd.scope/s5K1KKYAYG5D00/step_0/user/task_0",
            makes: "slurm-job-s5K1KKYAYG5D00"),
        CgroupRule(
            "Slurm, cgroup version 1", .job, "slurm/uid_<uid>/job_<job>", "slurm-job-<job>",
            example: "/slurm/uid_1000/job_42/step_0/task_0", makes: "slurm-job-42"),
        CgroupRule(
            "Slurm, cgroup version 1, several slurmd on a host", .job, "slurm_<node>/uid_<uid>/job_<job>",
            "slurm-job-<job>", example: "/slurm_node7/uid_1000/job_42/step_extern", makes: "slurm-job-42"),
    ]

    /// Of these the innermost counts: a container in a container is itself.
    static let containers: [CgroupRule] = [
        container(
            "Docker", "docker-<id>.scope", engine: "docker", example: "/system.slice/docker-\(id).scope",
            makes: "docker-\(id)"),
        container(
            "Docker, cgroupfs driver", "docker/<id>", engine: "docker", example: "/docker/\(id)",
            makes: "docker-\(id)"),
        container(
            "Podman", "libpod-<id>.scope", engine: "libpod", example: "/machine.slice/libpod-\(id).scope/container",
            makes: "libpod-\(id)"),
        container(
            "Podman, rootless", "libpod-<id>.scope", engine: "libpod",
            example: "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope/container",
            makes: "user@1000.service/libpod-\(id)"),
        container(
            "Podman, cgroupfs driver; Podman in a container", "libpod-<id>", engine: "libpod",
            example: "/machine.slice/libpod-\(other).scope/container/libpod_parent/libpod-\(id)/container",
            makes: "libpod-\(id)"),
        container(
            "Podman of old, cgroupfs driver", "libpod_parent/<id>", engine: "libpod", example: "/libpod_parent/\(id)",
            makes: "libpod-\(id)"),
        container(
            "containerd, in Kubernetes", "cri-containerd-<id>.scope", engine: "cri-containerd",
            example: "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podab12_cd.slice/"
                + "cri-containerd-\(id).scope", makes: "cri-containerd-\(id)"),
        container(
            "containerd as a service, drivers that differ", "<slice>:cri-containerd:<id>", engine: "cri-containerd",
            example: "/system.slice/containerd.service/kubepods-burstable-pod36b6d6be73b1065af369b3985edafa09.slice:"
                + "cri-containerd:\(id)", makes: "cri-containerd-\(id)"),
        container(
            "nerdctl", "nerdctl-<id>.scope", engine: "nerdctl", example: "/system.slice/nerdctl-\(id).scope",
            makes: "nerdctl-\(id)"),
        container(
            "CRI-O", "crio-<id>.scope", engine: "crio",
            example: "/kubepods.slice/kubepods-podab12_cd.slice/crio-\(id).scope/container", makes: "crio-\(id)"),
        container(
            "CRI-O, cgroupfs driver", "crio-<id>", engine: "crio", example: "/kubepods/podab12-cd/crio-\(id)",
            makes: "crio-\(id)"),
        container(
            "Kubernetes, cgroupfs driver", "pod<pod>/<id>", engine: "kubepods",
            example: "/kubepods/burstable/podab12-cd/\(id)", makes: "kubepods-\(id)"),
        container(
            "Amazon ECS", "ecs/<task>/<id>", engine: "ecs", example: "/ecs/90f2cb1e6f5c4bd0/\(id)",
            makes: "ecs-\(id)"),
        container(
            "LXC, LXD, Incus", "lxc.payload.<name>", engine: "lxc", id: "name",
            example: "/lxc.payload.project_web/system.slice/nginx.service", makes: "lxc-project_web"),
        container(
            "LXC 3.1", "lxc.payload/<name>", engine: "lxc", id: "name", example: "/lxc.payload/web/init.scope",
            makes: "lxc-web"),
        container(
            "LXC; Proxmox containers", "lxc/<name>", engine: "lxc", id: "name",
            example: "/lxc/101/ns/system.slice/postgresql@15-main.service", makes: "lxc-101"),
        container(
            "Proxmox virtual machines", "qemu.slice/<vm>.scope", engine: "qemu", id: "vm", kind: .machine,
            example: "/qemu.slice/100.scope", makes: "qemu-100"),
        container(
            "libvirt, systemd-machined", "machine-<name>.scope", engine: "machine", id: "name", kind: .machine,
            example: "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/vcpu0", makes: "machine-qemu-1-vm"),
        container(
            "libvirt without systemd", "machine/<name>.libvirt-<driver>", engine: "machine", id: "name",
            kind: .machine, example: "/machine/qemu-1-vm.libvirt-qemu/emulator", makes: "machine-qemu-1-vm"),
        // Last, so that a path that names an engine is believed: what a bare number belongs to, no one says.
        container(
            "any other engine", "<parent>/<hash>", engine: "container", id: "hash", example: "/actions_job/\(id)",
            makes: "container-\(id)"),
    ]

    /// A pod's own cgroup holds what runs for it outside of its containers. Containers inside know their pod from these.
    static let pods: [CgroupRule] = [
        CgroupRule(
            "Kubernetes, guaranteed", .pod, "<prefix>pods-pod<pod>.slice", "pod-<pod>",
            example: "/kubepods.slice/kubepods-podab12_cd.slice/crio-conmon-\(id).scope", makes: "pod-ab12-cd"),
        CgroupRule(
            "Kubernetes, burstable", .pod, "<prefix>pods-burstable-pod<pod>.slice", "pod-<pod>",
            example: "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
                + "kubelet-kubepods-burstable-podab12_cd.slice", makes: "pod-ab12-cd"),
        CgroupRule(
            "Kubernetes, best effort", .pod, "<prefix>pods-besteffort-pod<pod>.slice", "pod-<pod>",
            example: "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podab12_cd.slice",
            makes: "pod-ab12-cd"),
        CgroupRule(
            "Kubernetes, cgroupfs driver, guaranteed", .pod, "kubepods/pod<pod>", "pod-<pod>",
            example: "/kubepods/podab12-cd", makes: "pod-ab12-cd"),
        CgroupRule(
            "Kubernetes, cgroupfs driver, burstable", .pod, "kubepods/burstable/pod<pod>", "pod-<pod>",
            example: "/kubepods/burstable/podab12-cd", makes: "pod-ab12-cd"),
        CgroupRule(
            "Kubernetes, cgroupfs driver, best effort", .pod, "kubepods/besteffort/pod<pod>", "pod-<pod>",
            example: "/kubepods/besteffort/podab12-cd", makes: "pod-ab12-cd"),
    ]

    /// What is left to systemd's own names; the first that fits.
    static let units: [CgroupRule] = [
        CgroupRule(
            "systemd, a user's own unit", .userUnit, "/<slices>/user@<uid>.service/<user-slices>/<unit>",
            "user@<uid>.service/<unit>",
            example: "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service",
            makes: "user@1000.service/foo.service"),
        CgroupRule(
            "systemd, a unit; systemd-nspawn", .unit, "/<slices>/<unit>", "<unit>",
            example: "/system.slice/system-getty.slice/getty@tty1.service", makes: "getty@tty1.service"),
        CgroupRule("systemd, a slice", .slice, "/<slices>", "<slice>", example: "/my.slice", makes: "my.slice"),
    ]

    /// All rules, in the order in which they are looked at.
    package static let table = jobs + containers + pods + units

    /// Who owns what lies below: the user a manager or a session belongs to.
    static let owners = [
        CgroupPattern("/<slices>/user@<uid>.service"), CgroupPattern("/user.slice/user-<uid>.slice"),
    ]

    /// The step of a job.
    static let step = CgroupPattern("step_<step>")
}
