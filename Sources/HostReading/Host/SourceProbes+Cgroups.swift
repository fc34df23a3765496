import KernelText
import LinuxSystem
import Snapshots

/// What the kernel accounts to the cgroups of groups.
extension SourceProbes {
    /// Tries the account: on a live host of the first cgroup that has one, in a copy of every group's.
    func cgroupAccounts(_ tasks: ProbedTasks) -> SourceStatus {
        var source = Description(
            name: "cgroup-memory", path: "/sys/fs/cgroup/<cgroup>/memory.numa_stat",
            purpose: "memory of each group by node as the kernel accounts it, and its counters of balancing",
            lost: "CURRENT and these counters of groups; their memory by node is added up from mappings")
        guard let hierarchy = UnifiedHierarchy(of: root) else {
            let place = root.isLive ? "mounted" : "in the capture"
            return status(
                source, .notApplicable(reason: "no cgroup hierarchy of version 2 is \(place)"),
                remedy: root.isLive ? "boot with systemd.unified_cgroup_hierarchy=1" : Self.captureRemedy)
        }
        source.path = "\(hierarchy.mountPoint)/<cgroup>/memory.numa_stat"
        let directories = accountedDirectories(tasks, hierarchy)
        guard !directories.isEmpty else {
            return status(
                source, .notApplicable(reason: "no cgroup that was looked at accounts its memory"),
                remedy: root.isLive
                    ? "MemoryAccounting=yes of the units, which is systemd's default" : Self.captureRemedy)
        }
        var first = source
        for (name, understand) in Self.accountFiles {
            let paths = directories.map { "\($0)/\(name)" }
            let found = probe(source, paths: paths, understand: understand, remedy: { _ in nil })
            guard found.isReadable else { return found }
            if first.path == source.path { first.path = paths[0] }
        }
        return status(first, .readable)
    }

    private static let captureRemedy = "capture them: numawatch snapshot --processes"

    private static var accountFiles: [(name: String, understand: Understanding)] {
        [
            (
                "memory.numa_stat",
                { bytes throws(KernelTextError) in
                    let stat = try CgroupNUMAStat(parsing: bytes)
                    guard stat.anonymous != nil, stat.file != nil else {
                        throw KernelTextError(.cgroupNUMAStat, "anon", at: 0, .missingField)
                    }
                }
            ),
            (
                "memory.current",
                { bytes throws(KernelTextError) in
                    _ = try ScalarFile.unsigned(bytes, file: .cgroupStat, field: "memory.current")
                }
            ),
            (
                "memory.stat",
                { bytes throws(KernelTextError) in
                    try CounterLines.forEach(bytes, file: .cgroupStat) { _, _ throws(KernelTextError) in }
                }
            ),
        ]
    }

    /// Processes of a live host that are asked for their cgroup: most have an account, or none has.
    private static let mostProcesses = 256

    /// The directories of groups' cgroups; where the host is live, one that has an account. None where none has.
    private func accountedDirectories(_ tasks: ProbedTasks, _ hierarchy: UnifiedHierarchy) -> [String] {
        var files = tasks.paths("cgroup")
        if root.isLive {
            var pids: [Int32] = []
            try? root.processIDs(into: &pids)
            files = pids.sorted().suffix(Self.mostProcesses).map { "/proc/\($0)/cgroup" }
        }
        var directories: [String] = []
        var haveAny = false
        for path in files {
            let file = try? root.parse(path) { bytes throws(KernelTextError) in try CgroupFile(parsing: bytes) }
            guard let file, let placement = file.placement, placement.path == file.unifiedPath,
                let directory = hierarchy.directory(ofCgroup: placement.groupPath),
                // The root has no account.
                directory != hierarchy.mountPoint || hierarchy.mountedPath != "/", !directories.contains(directory)
            else { continue }
            let hasAccount = root.exists("\(directory)/memory.numa_stat")
            if root.isLive, hasAccount { return [directory] }
            haveAny = haveAny || hasAccount
            directories.append(directory)
        }
        return haveAny ? directories : []
    }
}
