package import LinuxSystem
import NUMATopology
package import SchedDomains

/// The files of a made-up machine, for tests and benchmarks of the whole way from files to domains.
package enum SyntheticRoot {
    /// A root with what ``DomainsReader`` reads, as a kernel would show it to an unprivileged process.
    package static func make(_ shape: SyntheticTopology) -> MemoryRoot {
        let input = shape.input
        let spans = input.spans
        var root = MemoryRoot()
        let release = "\(shape.kernel)-synthetic"
        root.addFile("/proc/sys/kernel/osrelease", text: release + "\n")
        root.addFile("/proc/cmdline", text: "quiet\n")
        root.addFile("/boot/config-\(release)", text: configuration(shape))
        let cpuDirectory = "/sys/devices/system/cpu"
        for name in ["online", "possible", "present"] {
            root.addFile("\(cpuDirectory)/\(name)", text: shape.cpus.listText + "\n")
        }
        root.addFile("\(cpuDirectory)/isolated", text: "\n")
        let nodeDirectory = "/sys/devices/system/node"
        let machine = input.machine
        root.addFile("\(nodeDirectory)/online", text: machine.nodeSet.listText + "\n")
        root.addFile("\(nodeDirectory)/has_cpu", text: machine.nodesWithCPUs.listText + "\n")
        for node in machine.nodes {
            root.addFile("\(nodeDirectory)/node\(node.id)/cpulist", text: node.cpus.listText + "\n")
            let row = machine.nodes.compactMap { machine.distances?.distance(from: node.id, to: $0.id) }
            let text = row.map(String.init).joined(separator: " ")
            root.addFile("\(nodeDirectory)/node\(node.id)/distance", text: text + "\n")
        }
        var lists: [SpanID: String] = [:]
        func list(_ span: SpanID?) -> String {
            guard let span else { return "\n" }
            if let known = lists[span] { return known }
            let text = spans[span].listText + "\n"
            lists[span] = text
            return text
        }
        for (cpu, topology) in input.cpus.enumerated() {
            guard let topology else { continue }
            let directory = "\(cpuDirectory)/cpu\(cpu)"
            root.addFile("\(directory)/topology/core_cpus_list", text: list(topology.coreCPUs))
            root.addFile("\(directory)/topology/cluster_cpus_list", text: list(topology.clusterCPUs))
            root.addFile("\(directory)/topology/package_cpus_list", text: list(topology.packageCPUs))
            root.addFile("\(directory)/topology/physical_package_id", text: "\(topology.packageID ?? 0)\n")
            root.addFile("\(directory)/topology/cluster_id", text: topology.hasClusterID ? "0\n" : "65535\n")
            if let capacity = topology.capacity {
                root.addFile("\(directory)/cpu_capacity", text: "\(capacity)\n")
            }
            if let leaf = topology.highestCache {
                root.addFile("\(directory)/cache/index3/level", text: "\(leaf.level)\n")
                root.addFile("\(directory)/cache/index3/id", text: "0\n")
                root.addFile("\(directory)/cache/index3/size", text: "32768K\n")
                root.addFile("\(directory)/cache/index3/shared_cpu_list", text: list(leaf.sharedCPUs))
            }
            if let node = topology.node {
                root.addLink("\(directory)/node\(node)", target: "../../node/node\(node)")
            }
        }
        return root
    }

    private static func configuration(_ shape: SyntheticTopology) -> String {
        var text = ""
        func add(_ option: String, _ isOn: Bool) {
            text += isOn ? "\(option)=y\n" : "# \(option) is not set\n"
        }
        add("CONFIG_X86_64", shape.architecture == .x86)
        add("CONFIG_ARM64", shape.architecture == .arm64)
        add("CONFIG_SCHED_SMT", shape.configuration.smt.value)
        add("CONFIG_SCHED_CLUSTER", shape.configuration.cluster.value)
        add("CONFIG_SCHED_MC", shape.configuration.mc.value)
        add("CONFIG_NUMA", shape.configuration.numa.value)
        return text
    }
}
