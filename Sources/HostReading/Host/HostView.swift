package import KernelText
package import LinuxSystem
package import NUMATopology

/// Whose view of the host this is: what keeps part of it from being seen here, or stands in for it.
///
/// | what | seen by |
/// |---|---|
/// | LXCFS | mounts of type `fuse.lxcfs` over files of `/proc` and `/sys` |
/// | a PID or user namespace | the links `/proc/self/ns/pid` and `user`, which are not those of boot; `/proc/self/uid_map` |
/// | a PID namespace with the `/proc` of an outer one | `NSpid:` in `/proc/self/status` |
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

    /// The inode of the PID namespace of boot (`PROC_PID_INIT_INO`, include/linux/proc_ns.h, since 3.8).
    private static let initialPIDNamespace = "pid:[4026531836]"
    /// `PROC_USER_INIT_INO`.
    private static let initialUserNamespace = "user:[4026531837]"

    /// What is to be said of this view, a sentence each; empty where the whole host is seen.
    package var notes: [HostNote] {
        var notes: [HostNote] = []
        func add(_ about: String, _ text: String?) {
            if let text { notes.append(HostNote(.view, about, text)) }
        }
        add("files", standIns)
        add("processes", pidNamespace)
        add("users", userNamespace)
        add("processes", hiddenProcesses)
        if !root.exists("/sys/devices/system") {
            add(
                "nodes",
                "without /sys\(root.isLive ? "" : " in the capture"), nodes, distances and caches cannot be seen")
        }
        return notes
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
            return namespace("pid", Self.initialPIDNamespace, "only processes started in it are seen")
        }
        return
            "the view from a PID namespace whose /proc is that of an outer one: the processes of that one are seen, but "
            + "the memory of large ones, which would have to be sampled, is not"
    }

    private func namespace(_ name: String, _ initial: String, _ consequence: String) -> String? {
        guard let link = try? root.linkTarget("/proc/self/ns/\(name)"), link.hasPrefix("\(name):["), link != initial
        else {
            return nil
        }
        let names = ["pid": "PID", "user": "user"]
        return "the view of a \(names[name] ?? name) namespace: \(consequence)"
    }

    private var userNamespace: String? {
        let consequence = "users and permissions are those of the namespace, not of the host"
        if let text = namespace("user", Self.initialUserNamespace, consequence) { return text }
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
