import KernelText
package import LinuxSystem

/// Where a root has its cgroup hierarchy of version 2.
///
/// `/proc/<pid>/cgroup` names a process's cgroup as the *reader's* cgroup namespace has it; the mount may show another part
/// of the hierarchy, as a container may have only its own mounted. `mountinfo` says which part: its root, in the same
/// terms. What lies outside cannot be read.
package struct UnifiedHierarchy: Sendable, Hashable {
    /// Where it is mounted; on a hybrid host this is `/sys/fs/cgroup/unified`.
    package var mountPoint: String
    /// The cgroup that is mounted there.
    package var mountedPath: String

    package init(mountPoint: String, mountedPath: String = "/") {
        self.mountPoint = mountPoint
        self.mountedPath = mountedPath
    }

    /// Looks it up: in `mountinfo`, in `mounts`, and of a copy, which may have neither, in the usual places.
    package init?(of root: any HostRoot) {
        let mounts = Self.mounts(root).filter { $0.fileSystemType == "cgroup2" }
        // Somebody may have mounted a part of it elsewhere as well: the whole is wanted, and where it usually is.
        let whole = mounts.filter { ($0.root ?? "/") == "/" }
        let choice = whole.isEmpty ? mounts : whole
        if let mount = choice.last(where: { $0.mountPoint.hasPrefix("/sys/fs/cgroup") }) ?? choice.last {
            self.init(mountPoint: mount.mountPoint, mountedPath: mount.root ?? "/")
            return
        }
        guard !root.isLive, let place = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].first(where: root.exists)
        else { return nil }
        self.init(mountPoint: place)
    }

    private static func mounts(_ root: any HostRoot) -> [Mounts.Mount] {
        if let bytes = try? root.readBytes("/proc/self/mountinfo"),
            let mounts = try? Mounts(parsingMountinfo: bytes.span)
        {
            return mounts.mounts
        }
        guard let bytes = try? root.readBytes("/proc/mounts") else { return [] }
        return (try? Mounts(parsing: bytes.span))?.mounts ?? []
    }

    /// The directory of a cgroup; nil for one that is not mounted.
    ///
    /// - Parameter path: As `/proc/<pid>/cgroup` prints it.
    package func directory(ofCgroup path: String) -> String? {
        var rest = path[...]
        if mountedPath != "/" {
            guard path == mountedPath || path.hasPrefix(mountedPath + "/") else { return nil }
            rest = path.dropFirst(mountedPath.count)
        }
        // A name in the hierarchy is no path of ours to resolve.
        guard !rest.split(separator: "/").contains(where: { $0 == ".." }) else { return nil }
        return mountPoint + (rest == "/" ? "" : rest)
    }
}
