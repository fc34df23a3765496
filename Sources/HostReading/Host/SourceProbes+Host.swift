import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// Totals of host and nodes, and the kernel's own switches.
extension SourceProbes {
    func hostSources() -> [SourceStatus] {
        let node = firstNode()
        let directory = "\(MachineReader.nodeDirectory)/node\(node)"
        let withoutNUMA = { [self] (_: ReadFailure) in rebuilt(with: "CONFIG_NUMA", certain: false) }
        return [
            probe(
                Description(
                    name: "vmstat", path: "/proc/vmstat",
                    purpose: "hint faults, page-table updates and migrations of the whole host",
                    lost: "the host's rates of hint faults and migrations")
            ) { $0.kind == .missing ? "mount proc without subset=pid" : nil },
            probe(
                Description(
                    name: "proc-stat", path: "/proc/stat", purpose: "busy time of each node's CPUs",
                    lost: "CPU use per node")
            ) { $0.kind == .missing ? "mount proc without subset=pid" : nil },
            probe(
                Description(
                    name: "node-list", path: "\(MachineReader.nodeDirectory)/online", purpose: "which nodes there are",
                    lost: "all figures by node; the host counts as one node"),
                remedy: withoutNUMA),
            probe(
                Description(
                    name: "node-distance", path: "\(directory)/distance", purpose: "how far apart nodes are",
                    lost: "distances, the topology type, what a remote access costs"),
                remedy: withoutNUMA),
            probe(
                Description(
                    name: "node-meminfo", path: "\(directory)/meminfo", purpose: "memory of each node by use",
                    lost: "total, free and used memory per node"),
                remedy: withoutNUMA),
            probe(
                Description(
                    name: "node-numastat", path: "\(directory)/numastat", purpose: "where allocations went",
                    lost: "allocation hits and misses per node"),
                remedy: withoutNUMA),
            probe(
                Description(
                    name: "node-vmstat", path: "\(directory)/vmstat", purpose: "promotions and demotions per node",
                    lost: "migration between memory tiers per node"),
                remedy: withoutNUMA),
        ]
    }

    /// A node whose files to try: the lowest online one.
    private func firstNode() -> NodeID {
        let nodes = (try? MachineReader.onlineNodes(root)) ?? nil
        return nodes?.first ?? NodeID(0)
    }

    func balancingSources() -> [SourceStatus] {
        let mode = probe(
            Description(
                name: "balancing-mode", path: BalancingControls.modePath, purpose: "whether NUMA balancing is on",
                lost: "whether NUMA balancing is on")
        ) { failure in
            failure.kind == .missing ? rebuilt(with: "CONFIG_NUMA_BALANCING", certain: true) : nil
        }
        return [mode, knobs()]
    }

    /// The scanner's settings moved from sysctl to debugfs in 5.13; either place will do.
    private func knobs() -> SourceStatus {
        let old = Description(
            name: "balancing-knobs", path: BalancingControls.oldPrefix + "scan_delay_ms",
            purpose: "the scanner's periods and size", lost: "the scan settings; defaults are assumed by the model")
        let before = probe(old) { _ in nil }
        if before.isReadable { return before }
        var new = old
        new.path = "\(BalancingControls.debugDirectory)/scan_delay_ms"
        return probe(new) { failure in debugRemedy(failure, built: "CONFIG_NUMA_BALANCING") }
    }

    func kernelSources() -> [SourceStatus] {
        let config = Description(
            name: "kernel-config", path: surroundings.release.map { "/boot/config-\($0.text)" } ?? "/proc/config.gz",
            purpose: "which kernel options decide what can be seen",
            lost: "certainty about why other sources are missing; nothing else")
        let configStatus: SourceStatus =
            switch surroundings.configuration {
            case .known: status(config, .readable)
            case .compressed:
                status(
                    config,
                    .notApplicable(reason: "only /proc/config.gz is here, which this program does not unpack"),
                    remedy: "zcat /proc/config.gz > \(config.path)")
            case .absent: probe(config) { _ in "install the kernel's config file in /boot" }
            }
        let cpuset = Description(
            name: "cpuset", path: "/proc/self/cpuset", purpose: "which processes are confined to some CPUs and nodes",
            lost: "partitions of the scheduling domains")
        return [
            configStatus,
            probe(cpuset) { failure in
                failure.kind == .missing ? rebuilt(with: "CONFIG_CPUSETS", certain: true) : nil
            },
            probe(
                Description(
                    name: "lockdown", path: "/sys/kernel/security/lockdown",
                    purpose: "whether the kernel forbids debugfs and probes",
                    lost: "the reason why debugfs or tracefs is refused; nothing else")
            ) { _ in lockdownRemedy },
        ]
    }

    private var lockdownRemedy: String? {
        if surroundings.isMounted("securityfs", at: "/sys/kernel/security") == false {
            return surroundings.supports("securityfs") == false
                ? "a kernel built with CONFIG_SECURITYFS=y"
                : "mount securityfs: mount -t securityfs none /sys/kernel/security"
        }
        return rebuilt(with: "CONFIG_SECURITY_LOCKDOWN_LSM", certain: true)
    }
}
