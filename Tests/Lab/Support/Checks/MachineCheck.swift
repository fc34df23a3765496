import LinuxSystem
import NUMATopology
import SchedDomains

/// The guest is the machine its topology file describes, by the kernel's own files: else the other checks would be about
/// another machine than the table says.
package struct MachineCheck: LabCheck {
    package let name = "machine"
    package let summary = "the guest has the CPUs, nodes, memory and distances of its topology file"

    package let architectures = Set(LabArchitecture.allCases)

    package init() {}

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [
            GuestStep(
                "machine-collect",
                """
                OUT=$OUT/machine
                collect /sys/devices/system/cpu/present /sys/devices/system/cpu/offline \\
                    /sys/devices/system/node/online /sys/devices/system/node/has_memory \\
                    /sys/devices/system/node/node*/cpulist /sys/devices/system/node/node*/distance
                """)
        ]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let root = try result.root("machine")
        var problems: [String] = []
        func compare(_ path: String, _ expected: String) {
            let text = (try? root.readText(path)) ?? "nothing"
            if text != expected { problems.append("\(path): \(text), by the topology \(expected)") }
        }
        let nodes = CPUSet(topology.nodes.indices)
        compare("/sys/devices/system/cpu/present", CPUSet(0..<topology.cpuCount).listText)
        compare("/sys/devices/system/node/online", nodes.listText)
        compare(
            "/sys/devices/system/node/has_memory",
            CPUSet(nodes.filter { topology.nodes[$0].memoryMiB > 0 }).listText)
        // A node lists its CPUs that are online; some topologies take some offline.
        let offline = (try? root.readText("/sys/devices/system/cpu/offline")).flatMap { CPUSet(kernelList: $0) } ?? []
        for (number, node) in topology.nodes.enumerated() {
            let directory = "/sys/devices/system/node/node\(number)"
            compare("\(directory)/cpulist", node.cpus.subtracting(offline).listText)
            let row = topology.nodes.indices.map { other in
                topology.distances.isEmpty ? (other == number ? 10 : 20) : topology.distances[number][other]
            }
            compare("\(directory)/distance", row.map(String.init).joined(separator: " "))
        }
        if !offline.isEmpty, !topology.preparation.contains(where: { $0.contains("/online") }) {
            problems.append("CPUs \(offline.listText) are offline, which the topology does not ask for")
        }
        return CheckVerdict(
            compared: "\(topology.cpuCount) CPUs, \(nodes.count) node\(nodes.count == 1 ? "" : "s")",
            problems: problems)
    }
}
