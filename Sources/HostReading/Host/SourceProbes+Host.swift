import KernelText
import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage

/// Totals of host and nodes, and the kernel's own switches.
extension SourceProbes {
    func hostSources() -> [SourceStatus] {
        let withoutNUMA = { [self] (_: ReadFailure) in rebuilt(with: "CONFIG_NUMA", certain: false) }
        let hidden = { (failure: ReadFailure) in failure.kind == .missing ? "mount proc without subset=pid" : nil }
        return [
            probe(
                Description(
                    name: "vmstat", path: "/proc/vmstat",
                    purpose: "hint faults, page-table updates and migrations of the whole host",
                    lost: "the host's rates of hint faults and migrations"),
                understand: Self.counters(.vmstat), remedy: hidden),
            probe(
                Description(
                    name: "proc-stat", path: "/proc/stat", purpose: "busy time of each node's CPUs",
                    lost: "CPU use per node"),
                understand: { bytes throws(KernelTextError) in
                    guard try !ProcStat(parsing: bytes).cpus.isEmpty else {
                        throw KernelTextError(.procStat, "cpu", at: 0, .missingField)
                    }
                }, remedy: hidden),
            probe(
                Description(
                    name: "cpu-list", path: "\(MachineReader.cpuDirectory)/online", purpose: "which CPUs are online",
                    lost: "CPUs and busy time of nodes, unless other files tell them"),
                paths: ["online", "possible"].map { "\(MachineReader.cpuDirectory)/\($0)" }, understand: Self.list,
                remedy: { _ in nil }),
            probe(
                Description(
                    name: "node-list", path: "\(MachineReader.nodeDirectory)/online", purpose: "which nodes there are",
                    lost: "which nodes are online, unless directories or links tell it; else all figures by node"),
                understand: Self.list, remedy: withoutNUMA),
            probeNodes(
                "cpulist",
                Description(
                    name: "node-cpus", path: "", purpose: "which CPUs each node has",
                    lost: "threads, busy time and allowed nodes, unless other files tell the CPUs"),
                understand: { bytes throws(KernelTextError) in _ = try CPUList.parse(bytes) }, remedy: withoutNUMA),
            probeNodes(
                "distance",
                Description(
                    name: "node-distance", path: "", purpose: "how far apart nodes are",
                    lost: "distances, the topology type, what a remote access costs"),
                understand: { bytes throws(KernelTextError) in _ = try NodeDistance.parse(bytes) }, remedy: withoutNUMA),
            probeNodes(
                "meminfo",
                Description(
                    name: "node-meminfo", path: "", purpose: "memory of each node by use",
                    lost: "total, free and used memory per node"),
                understand: { bytes throws(KernelTextError) in
                    try Meminfo.forEachNodeLine(bytes) { _, _ in }
                    guard try Meminfo(parsingNode: bytes).totalBytes != nil else {
                        throw KernelTextError(.nodeMeminfo, "MemTotal", at: 0, .missingField)
                    }
                }, remedy: withoutNUMA),
            probeNodes(
                "numastat",
                Description(
                    name: "node-numastat", path: "", purpose: "where allocations went",
                    lost: "allocation hits and misses per node"),
                understand: Self.counters(.nodeNumastat), remedy: withoutNUMA),
            probeNodes(
                "vmstat",
                Description(
                    name: "node-vmstat", path: "", purpose: "promotion, demotion, reclaim and swap per node",
                    lost: "migration between memory tiers and reclaim per node"),
                understand: Self.counters(.nodeVmstat), remedy: withoutNUMA),
        ]
    }

    /// One file of every node.
    private func probeNodes(
        _ file: String, _ source: Description, understand: @escaping Understanding, remedy: (ReadFailure) -> String?
    ) -> SourceStatus {
        var source = source
        let paths = nodes.map { "\(NodeMemoryReader.directory(of: $0))/\(file)" }
        source.path = paths.first ?? "\(NodeMemoryReader.directory(of: NodeID(0)))/\(file)"
        return probe(source, paths: paths, understand: understand, remedy: remedy)
    }

    /// The nodes that have a directory, ascending.
    var nodes: [NodeID] {
        ((try? root.list(MachineReader.nodeDirectory)) ?? [])
            .compactMap { $0.hasPrefix("node") ? Int($0.dropFirst("node".count)).flatMap(NodeMemoryReader.node) : nil }
            .sorted()
    }

    /// A file of counters has one at least.
    static func counters(_ file: KernelFile) -> Understanding {
        { bytes throws(KernelTextError) in
            var count = 0
            try CounterLines.forEach(bytes, file: file) { (_, _) throws(KernelTextError) in count += 1 }
            if count == 0 { throw KernelTextError(file, "name", at: 0, .missingField) }
        }
    }

    /// A list that names something.
    static func list(_ bytes: Span<UInt8>) throws(KernelTextError) {
        guard try !CPUList.parse(bytes).isEmpty else { throw KernelTextError(.cpuList, "list", at: 0, .missingField) }
    }

    /// A number.
    static func number(_ bytes: Span<UInt8>) throws(KernelTextError) {
        _ = try ScalarFile.unsigned(bytes, field: "value")
    }

    /// Any text that is not blank.
    static func word(_ bytes: Span<UInt8>) throws(KernelTextError) {
        if ScalarFile.word(bytes).isEmpty { throw KernelTextError(.scalar, "text", at: 0, .missingField) }
    }

    func balancingSources() -> [SourceStatus] {
        let mode = probe(
            Description(
                name: "balancing-mode", path: BalancingControls.modePath, purpose: "whether NUMA balancing is on",
                lost: "whether NUMA balancing is on"),
            understand: Self.number
        ) { failure in
            failure.kind == .missing ? rebuilt(with: "CONFIG_NUMA_BALANCING", certain: true) : nil
        }
        return [mode, knobs()]
    }

    /// The scanner's settings moved from sysctl to debugfs in 5.13; either place will do. The first that is at neither, or is
    /// not understood, speaks for all.
    private func knobs() -> SourceStatus {
        var source = Description(
            name: "balancing-knobs", path: "", purpose: "the scanner's periods and size",
            lost: "the scan settings; defaults are assumed by the model")
        var first: SourceStatus?
        for name in ["scan_delay_ms", "scan_period_min_ms", "scan_period_max_ms", "scan_size_mb"] {
            source.path = BalancingControls.oldPrefix + name
            var found = probe(source, understand: Self.number) { _ in nil }
            if !found.isReadable {
                source.path = "\(BalancingControls.debugDirectory)/\(name)"
                found = probe(source, understand: Self.number) { failure in
                    debugRemedy(failure, built: "CONFIG_NUMA_BALANCING")
                }
            }
            if !found.isReadable { return found }
            first = first ?? found
        }
        // Since 6.1: what an older kernel does not have is not missing.
        let isNew = surroundings.release.map { $0.version >= .init(6, 1) } ?? false
        for path in ["\(BalancingControls.debugDirectory)/hot_threshold_ms", BalancingControls.promoteRatePath] {
            source.path = path
            let found = probe(source, understand: Self.number) { _ in nil }
            if case .malformed = found.state { return found }
            if isNew, !found.isReadable { return found }
        }
        return first ?? status(source, .readable)
    }

    func kernelSources() -> [SourceStatus] {
        var config = Description(
            name: "kernel-config",
            path: surroundings.release.map { "/boot/config-\($0.text)" } ?? KernelConfigFile.packedPath,
            purpose: "which kernel options decide what can be seen",
            lost: "certainty about why other sources are missing; nothing else")
        let configStatus: SourceStatus
        switch surroundings.configuration {
        case .known(let file):
            config.path = file.path
            configStatus = status(config, .readable)
        case .compressed:
            configStatus = status(
                config,
                .notApplicable(
                    reason: "only \(KernelConfigFile.packedPath) is here, which commands unpack and the daemon does not"
                ),
                remedy: "zcat \(KernelConfigFile.packedPath) > \(config.path)")
        case .absent: configStatus = probe(config) { _ in "install the kernel's config file in /boot" }
        }
        return [
            probe(
                Description(
                    name: "kernel-release", path: "/proc/sys/kernel/osrelease", purpose: "which kernel's rules hold",
                    lost: "the model, and certainty about scheduling domains, unless another file tells it"),
                understand: { bytes throws(KernelTextError) in _ = try KernelRelease(parsing: bytes) }
            ) { _ in nil },
            probe(
                Description(
                    name: "host-name", path: "/proc/sys/kernel/hostname", purpose: "the name of the host",
                    lost: "the name"),
                understand: Self.word
            ) { _ in nil },
            configStatus,
            cpusets(),
            probe(
                Description(
                    name: "lockdown", path: "/sys/kernel/security/lockdown",
                    purpose: "whether the kernel forbids debugfs and probes",
                    lost: "the reason why debugfs or tracefs is refused; nothing else"),
                understand: { bytes throws(KernelTextError) in _ = try Lockdown(parsing: bytes) }
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

    /// Cpusets show in each process's file or, in kernels built without `CONFIG_CPUSETS_V1`, which is since 6.13 a matter of
    /// its own, in the unified hierarchy alone: partitions are read from there.
    private func cpusets() -> SourceStatus {
        var source = Description(
            name: "cpuset", path: "/proc/self/cpuset", purpose: "which processes are confined to some CPUs and nodes",
            lost: "partitions of the scheduling domains")
        let found = probe(source, understand: Self.word) { failure in
            failure.kind == .missing ? rebuilt(with: "CONFIG_CPUSETS", certain: true) : nil
        }
        guard case .unavailable(let errno, _) = found.state, errno == Errno.noSuchFileOrDirectory.rawValue else {
            return found
        }
        let controllers = (try? root.readText(Self.controllersPath, limitBytes: 4096)) ?? ""
        guard controllers.split(separator: " ").contains("cpuset") else { return found }
        source.path = Self.controllersPath
        return status(source, .readable)
    }

    private static let controllersPath = "/sys/fs/cgroup/cgroup.controllers"
}
