import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains

/// Reads the cpusets of a root, of cgroup v1 or v2, as far as they decide partitions.
struct CpusetReader {
    /// How deep a hierarchy is followed; the kernel's own default limit is far below.
    private static let depthLimit = 64

    /// The partitions in force; nothing if no cpuset hierarchy is visible.
    static func partitions(housekeeping: CPUSet, _ facts: inout FactReader) -> [PartitionRequest]? {
        let places = candidates(&facts)
        for directory in places {
            for prefix in ["cpuset.", ""] where facts.root.exists("\(directory)/\(prefix)sched_load_balance") {
                if let root = v1(directory, prefix, depth: 0, &facts) {
                    return CpusetPartitions.v1(root: root, housekeeping: housekeeping)
                }
            }
        }
        // A child of the usual place may have the file too, but is not the root.
        let isChild = { (place: String) in place.hasPrefix("/sys/fs/cgroup/") && !place.hasSuffix("/unified") }
        for directory in places where !isChild(directory) && facts.root.exists("\(directory)/cpuset.cpus.effective") {
            if let root = v2(directory, isRoot: true, depth: 0, &facts) {
                return CpusetPartitions.v2(root: root, housekeeping: housekeeping)
            }
        }
        return nil
    }

    /// Where a cpuset hierarchy may be mounted: what the mount table says, then the usual
    /// places. A hierarchy's root comes before what lies in it.
    private static func candidates(_ facts: inout FactReader) -> [String] {
        var result: [String] = []
        if facts.root.exists("/proc/mounts"), let bytes = facts.bytes("/proc/mounts"),
            let mounts = try? Mounts(parsing: bytes.span)
        {
            for mount in mounts.mounts {
                let isCpuset =
                    mount.fileSystemType == "cgroup2" || mount.fileSystemType == "cpuset"
                    || (mount.fileSystemType == "cgroup" && mount.options.contains("cpuset"))
                if isCpuset {
                    result.append(mount.mountPoint)
                }
            }
        }
        result.append("/sys/fs/cgroup")
        for name in (try? facts.root.list("/sys/fs/cgroup")) ?? [] {
            result.append("/sys/fs/cgroup/\(name)")
        }
        result.append("/dev/cpuset")
        if !facts.root.isLive {
            // A captured tree may have the hierarchy wherever it was mounted.
            for parent in ["", "/mnt", "/tmp", "/run", "/dev"] {
                for name in (try? facts.root.list(parent.isEmpty ? "/" : parent)) ?? [] {
                    result.append("\(parent)/\(name)")
                }
            }
        }
        return result
    }

    private static func v1(_ directory: String, _ prefix: String, depth: Int, _ facts: inout FactReader) -> CpusetV1? {
        guard depth < depthLimit, let cpus = facts.cpus("\(directory)/\(prefix)cpus"),
            let balance = facts.integer("\(directory)/\(prefix)sched_load_balance")
        else { return nil }
        var set = CpusetV1(
            cpus: cpus, effectiveCPUs: facts.cpus("\(directory)/\(prefix)effective_cpus", mayBeMissing: true) ?? cpus,
            isLoadBalanced: balance != 0,
            relaxDomainLevel: facts.integer("\(directory)/\(prefix)sched_relax_domain_level", mayBeMissing: true) ?? -1)
        for name in (try? facts.root.list(directory)) ?? [] {
            let child = "\(directory)/\(name)"
            guard facts.root.exists("\(child)/\(prefix)sched_load_balance") else { continue }
            if let read = v1(child, prefix, depth: depth + 1, &facts) {
                set.children.append(read)
            }
        }
        return set
    }

    private static func v2(_ directory: String, isRoot: Bool, depth: Int, _ facts: inout FactReader) -> CpusetV2? {
        guard depth < depthLimit, let cpus = facts.cpus("\(directory)/cpuset.cpus.effective") else { return nil }
        var partition = CpusetV2.Partition.member
        if !isRoot, facts.root.exists("\(directory)/cpuset.cpus.partition") {
            partition = CpusetV2.Partition(text: facts.word("\(directory)/cpuset.cpus.partition") ?? "member")
        }
        var set = CpusetV2(partition: partition, effectiveCPUs: cpus)
        // Only children with cpuset files can have partitions below them.
        for name in (try? facts.root.list(directory)) ?? [] {
            let child = "\(directory)/\(name)"
            guard facts.root.exists("\(child)/cpuset.cpus.effective") else { continue }
            if let read = v2(child, isRoot: false, depth: depth + 1, &facts) {
                set.children.append(read)
            }
        }
        return set
    }
}
