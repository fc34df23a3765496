import HostReading
package import LinuxSystem

/// The files of a host that numawatch's commands read, for `numawatch snapshot`: enough to run them elsewhere.
///
/// Holds no process data: no command lines, names or maps of processes. The kernel's own command line, mount table and
/// release are included.
package struct HostCapture: Sendable {
    /// One member of the archive.
    package enum Content: Sendable, Hashable {
        case file([UInt8])
        case link(target: String)
    }

    /// By absolute path.
    package private(set) var members: [String: Content] = [:]
    /// What is there but could not be read, and why.
    package private(set) var failures: [ReadFailure] = []

    private static let depthLimit = 12
    /// A file longer than this is none of those wanted.
    private static let fileLimitBytes = 64 << 20

    private static let files = [
        "/proc/cmdline", "/proc/cpuinfo", "/proc/meminfo", "/proc/mounts", "/proc/schedstat", "/proc/stat",
        "/proc/version", "/proc/version_signature", "/proc/vmstat", "/proc/zoneinfo", "/proc/sys/kernel/osrelease",
        "/proc/sys/kernel/numa_balancing", "/proc/sys/kernel/sched_schedstats", "/proc/sys/kernel/sched_itmt_enabled",
        "/proc/sys/vm/zone_reclaim_mode", "/sys/fs/cgroup/cgroup.controllers",
        "/sys/devices/system/cpu/modalias",
        "/sys/kernel/security/lockdown", "/sys/kernel/mm/transparent_hugepage/enabled",
        "/sys/kernel/mm/numa/demotion_enabled", "/sys/devices/cpu_core/cpus", "/sys/devices/cpu_atom/cpus",
        "/proc/self/uid_map",
    ]

    private static let debugFiles = [
        "verbose", "features", "preempt", "tunable_scaling", "migration_cost_ns", "nr_migrate", "base_slice_ns",
        "latency_ns", "min_granularity_ns", "wakeup_granularity_ns",
    ]

    private static let cpuFiles: Set<String> = [
        "online", "possible", "present", "offline", "isolated", "housekeeping", "kernel_max", "nohz_full", "modalias",
        "cpu_capacity",
        "control", "active", "level", "type", "id", "size", "shared_cpu_list", "core_cpus_list", "cluster_cpus_list",
        "die_cpus_list", "package_cpus_list", "thread_siblings_list", "core_siblings_list", "physical_package_id",
        "cluster_id", "core_id", "die_id",
    ]

    private static let nodeFiles: Set<String> = [
        "online", "possible", "has_cpu", "has_memory", "has_normal_memory", "cpulist", "distance", "meminfo",
        "numastat", "vmstat",
    ]

    /// Reads the files of a root. What is missing is left out; what may not be read is listed.
    package init(_ root: any HostRoot) {
        for path in Self.files {
            addFile(path, root)
        }
        // Whose view it is that the capture holds. Where `/proc` is that of an outer namespace, ours says nothing of it.
        for name in ["cgroup", "pid", "user"] where name != "pid" || !ProcessNumbers.areForeign(in: root) {
            if let target = try? root.linkTarget("/proc/self/ns/\(name)") {
                members["/proc/self/ns/\(name)"] = .link(target: target)
            }
        }
        if let release = KernelIdentity(of: root).text, !release.contains("/") {
            for path in KernelConfigFile.paths(of: release) {
                addFile(path, root)
                if members[path] != nil { break }
            }
        }
        walk("/sys/devices/system/cpu", root, 0) { path, name in
            let inCPU = path == "/sys/devices/system/cpu" || path.hasSuffix("/smt") || path.contains("/cpu/cpu")
            return inCPU && Self.cpuFiles.contains(name)
        } descend: { name in
            name == "topology" || name == "cache" || name == "smt" || Self.isNumbered(name, "cpu")
                || Self.isNumbered(name, "index")
        }
        walk("/sys/devices/system/node", root, 0) { _, name in
            Self.nodeFiles.contains(name)
        } descend: { name in
            Self.isNumbered(name, "node")
        }
        for node in (try? root.list("/sys/devices/system/node")) ?? [] where Self.isNumbered(node, "node") {
            addMemory("/sys/devices/system/node/\(node)", root)
        }
        addDevices(root)
        // Whether a node's pages are promoted instead of migrated.
        walk("/sys/devices/virtual/memory_tiering", root, 0) { _, name in
            name == "nodelist"
        } descend: { name in
            Self.isNumbered(name, "memory_tier")
        }
        for cpu in (try? root.list("/sys/devices/system/cpu")) ?? [] where Self.isNumbered(cpu, "cpu") {
            let directory = "/sys/devices/system/cpu/\(cpu)"
            for name in (try? root.list(directory)) ?? [] where Self.isNumbered(name, "node") {
                members["\(directory)/\(name)"] = .link(target: "../../node/\(name)")
            }
        }
        walk("/sys/fs/cgroup", root, 0) { _, name in
            name.hasPrefix("cpuset.")
        } descend: { _ in
            true
        }
        // Not all of debugfs' sched: its `debug` lists every process.
        for name in Self.debugFiles {
            addFile("/sys/kernel/debug/sched/\(name)", root)
        }
        walk("/sys/kernel/debug/sched/domains", root, 0) { _, _ in
            true
        } descend: { _ in
            true
        }
        walk("/sys/kernel/debug/sched/numa_balancing", root, 0) { _, _ in
            true
        } descend: { _ in
            false
        }
        // The scanner's settings before 5.13.
        walk("/proc/sys/kernel", root, 0) { _, name in
            name.hasPrefix("numa_balancing_")
        } descend: { _ in
            false
        }
        walk("/sys/kernel/debug/sched/llc_balancing", root, 0) { _, _ in
            true
        } descend: { _ in
            false
        }
        walk("/proc/sys/kernel/sched_domain", root, 0) { _, _ in
            true
        } descend: { _ in
            true
        }
    }

    private static func isNumbered(_ name: String, _ prefix: String) -> Bool {
        name.hasPrefix(prefix) && !name.dropFirst(prefix.count).isEmpty
            && name.dropFirst(prefix.count).allSatisfy { $0.isASCII && $0.isNumber }
    }

    private mutating func addFile(_ path: String, _ root: any HostRoot) {
        do {
            members[path] = .file(try root.readBytes(path, limitBytes: Self.fileLimitBytes))
        } catch {
            if error.kind != .missing, error.kind != .wrongType {
                failures.append(error)
            }
        }
    }

    /// A node's huge page pools, and what the firmware states of accesses to it.
    private mutating func addMemory(_ node: String, _ root: any HostRoot) {
        walk("\(node)/hugepages", root, 0) { _, name in
            name == "nr_hugepages" || name == "free_hugepages" || name == "surplus_hugepages"
        } descend: { name in
            name.hasPrefix("hugepages-")
        }
        // Not descended into: its nodes are links, back to the nodes themselves.
        let initiators = "\(node)/access0/initiators"
        for name in (try? root.list(initiators)) ?? [] {
            if Self.isNumbered(name, "node") {
                members["\(initiators)/\(name)"] = .link(target: "../../../\(name)")
            } else if name.hasPrefix("read_") || name.hasPrefix("write_") {
                addFile("\(initiators)/\(name)", root)
            }
        }
    }

    /// Which node each device is attached to, and its names. The links of names lead into the device tree, which is not
    /// captured: their targets alone tell.
    private mutating func addDevices(_ root: any HostRoot) {
        let (files, links) = DeviceReader.sources(in: root)
        for path in files { addFile(path, root) }
        for link in links { members[link.path] = .link(target: link.target) }
    }

    private mutating func walk(
        _ directory: String, _ root: any HostRoot, _ depth: Int, keep: (String, String) -> Bool,
        descend: (String) -> Bool
    ) {
        guard depth < Self.depthLimit, let names = try? root.list(directory) else { return }
        for name in names {
            let path = "\(directory)/\(name)"
            if keep(directory, name) {
                addFile(path, root)
            }
            if members[path] == nil, descend(name) {
                walk(path, root, depth + 1, keep: keep, descend: descend)
            }
        }
    }
}
