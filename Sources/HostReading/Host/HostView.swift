package import KernelText
package import LinuxSystem
package import NUMATopology

/// Whose view of the host this is: what keeps part of it from being seen here, or stands in for it.
///
/// | what | seen by |
/// |---|---|
/// | a container | what its engine leaves in it, ``marks``, and a namespace that is not that of boot |
/// | LXCFS | mounts of type `fuse.lxcfs` over files of `/proc` and `/sys` |
/// | a PID or user namespace | the links `/proc/self/ns/pid` and `user`, which are not those of boot; `/proc/self/uid_map` |
/// | a PID namespace with the `/proc` of an outer one | `NSpid:` in `/proc/self/status` |
/// | a cgroup namespace | the link `/proc/self/ns/cgroup` |
/// | `hidepid=` | the options of the mount at `/proc`, and no way to read `/proc/1` |
/// | no `/sys`, no `/proc` | their absence |
///
/// A copy is seen as the process that took it saw the host, as far as its files tell.
package struct HostView: Sendable {
    private let root: any HostRoot
    private let mounts: Mounts?

    /// - Parameter mounts: What is mounted (`/proc/mounts`); where it is unknown, `/proc/self/mountinfo` is asked.
    package init(of root: any HostRoot, mounts: Mounts?) {
        self.root = root
        self.mounts =
            mounts
            ?? (try? root.parse("/proc/self/mountinfo") { bytes throws(KernelTextError) in
                try Mounts(parsingMountinfo: bytes)
            })
    }

    /// The inodes of the namespaces of boot (`PROC_CGROUP_INIT_INO` and others, include/linux/proc_ns.h, since 3.8).
    private static let initialNamespaces = [
        "cgroup": 4_026_531_835, "ipc": 4_026_531_839, "pid": 4_026_531_836, "user": 4_026_531_837,
    ]

    /// What engines leave in a container, and whose it then is; systemd as the first process writes the engine's name.
    /// Kubernetes before the engines that run its containers.
    private static let marks: [(path: String, engine: String?)] = [
        ("/run/secrets/kubernetes.io", "Kubernetes"), ("/run/.containerenv", "Podman"), ("/.dockerenv", "Docker"),
        ("/run/systemd/container", nil),
    ]

    /// What is to be said of this view, a sentence each; empty where the whole host is seen.
    package var notes: [HostNote] {
        var notes: [HostNote] = []
        func add(_ about: String, _ text: String?) {
            if let text { notes.append(HostNote(.view, about, text)) }
        }
        add("container", container)
        add("files", standIns)
        add("processes", pidNamespace)
        add("users", userNamespace)
        add("groups", cgroupNamespace)
        add("processes", hiddenProcesses)
        if !root.exists("/sys/devices/system") {
            add(
                "nodes",
                "without /sys\(root.isLive ? "" : " in the capture"), nodes, distances and caches cannot be seen")
        }
        return notes
    }

    private var container: String? {
        // An image may also be booted as a virtual machine, which has no namespaces but those of boot.
        guard Self.initialNamespaces.keys.contains(where: isApart),
            let mark = Self.marks.first(where: { root.exists($0.path) })
        else { return nil }
        let engine = mark.engine ?? name(in: mark.path)
        return "a container's view (\(engine), by \(mark.path)): files, mounts and users are its own, and what it may "
            + "not read is unknown"
    }

    /// The name that a file of one line holds.
    private func name(in path: String) -> String {
        let text = (try? root.readText(path, limitBytes: 256)) ?? ""
        let name = text.prefix { $0 != "\n" && $0 != "\0" }
        return name.isEmpty ? "of an engine without a name" : String(name)
    }

    /// Paths of cgroups are printed from the namespace's own cgroup on; what lies outside begins with `..`.
    private var cgroupNamespace: String? {
        namespace(
            "cgroup",
            "cgroups have the names they have from its own on; where a group shares a parent with it, that part of the "
                + "name and the account of its memory are out of reach")
    }

    /// The files that LXCFS stands in for.
    private var standIns: String? {
        let places = (mounts?.mounts ?? []).filter { mount in
            mount.fileSystemType == "fuse.lxcfs"
                && (mount.mountPoint.hasPrefix("/proc/") || mount.mountPoint.hasPrefix("/sys/"))
        }.map(\.mountPoint).sorted()
        guard !places.isEmpty else { return nil }
        return "a container's view: LXCFS stands in for \(places.joined(separator: ", ")); other files are the host's"
    }

    private var pidNamespace: String? {
        guard ProcessNumbers.areForeign(in: root) else {
            return namespace("pid", "only processes started in it are seen")
        }
        return
            "the view from a PID namespace whose /proc is that of an outer one: the processes of that one are seen, but "
            + "the memory of large ones, which would have to be sampled, is not"
    }

    /// Whether a namespace is told to be another than that of boot.
    private func isApart(_ name: String) -> Bool {
        guard let initial = Self.initialNamespaces[name], let link = try? root.linkTarget("/proc/self/ns/\(name)")
        else { return false }
        return link.hasPrefix("\(name):[") && link != "\(name):[\(initial)]"
    }

    private func namespace(_ name: String, _ consequence: String) -> String? {
        guard isApart(name) else { return nil }
        let names = ["pid": "PID", "user": "user"]
        return "the view of a \(names[name] ?? name) namespace: \(consequence)"
    }

    private var userNamespace: String? {
        let consequence = "users and permissions are those of the namespace, not of the host"
        if let text = namespace("user", consequence) { return text }
        guard let map = try? root.readText("/proc/self/uid_map", limitBytes: 4096) else { return nil }
        let numbers = map.split(whereSeparator: { " \t\n".contains($0) })
        // The namespace of boot maps all 2^32 - 1 users to themselves.
        guard numbers.count >= 3, numbers != ["0", "0", "4294967295"] else { return nil }
        return "the view of a user namespace: \(consequence)"
    }

    /// The `hidepid=` of `/proc` by its newer name, where it hides processes; nil where it does not.
    package var hidepid: String? {
        guard let mount = mounts?.mounts.last(where: { $0.mountPoint == "/proc" && $0.fileSystemType == "proc" }),
            let option = mount.options.last(where: { $0.hasPrefix("hidepid=") })
        else { return nil }
        // Numbers before 5.8, names since (fs/proc/root.c).
        switch option.dropFirst("hidepid=".count) {
        case "1", "noaccess": return "noaccess"
        case "2", "invisible": return "invisible"
        case "4", "ptraceable": return "ptraceable"
        default: return nil
        }
    }

    /// How processes of others are hidden; nil where they are not, or not from us.
    package var hiddenProcesses: String? {
        guard let hidepid else { return nil }
        // Whoever may trace the first process may see all: root is not hidden from.
        if (try? root.readBytes("/proc/1/stat", limitBytes: 1 << 16)) != nil { return nil }
        // A copy without processes tells nothing of who could see them.
        var pids: [Int32] = []
        guard root.isLive || (try? root.processIDs(into: &pids)) != nil && !pids.isEmpty else { return nil }
        let what = hidepid == "noaccess" ? "closed" : "hidden"
        return "processes of other users are \(what): /proc is mounted with hidepid=\(hidepid)"
    }
}
