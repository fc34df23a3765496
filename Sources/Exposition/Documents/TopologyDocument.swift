import DomainReports
import NUMATopology
import Snapshots
import TextOutput

/// `/v1/topology`: the machine's NUMA shape.
enum TopologyDocument {
    static let schema = Schema.object(
        RoundHeader.fields + [
            .provenance, .notes,
            .optional("topology_type", .choice(TopologyType.allCases.map(\.rawValue)), "How the nodes are connected."),
            .optional("possible_cpus", .string, "CPUs that may come online, in the kernel's list format."),
            .optional("online_cpus", .string, "CPUs that are online."),
            .optional(
                "nodes",
                .array(
                    of: .object([
                        .required("numa_node", .integer, "The node's number."),
                        .optional(
                            "cpus", .string, "Its online CPUs; empty for memory only. Absent where nothing tells."),
                        .optional("cpu_count", .integer, "How many."),
                        .optional("memory_bytes", .integer, "Its memory."),
                        .optional("distances_by_node", .byNode, "Distance to each online node."),
                    ])), "The online nodes; absent, as the CPUs are, where nothing tells them."),
        ])

    static func write(_ snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        let machine = snapshot.machine
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.member("provenance", machine.provenance)
        json.member(notes: machine.notes)
        json.member(ifPresent: "topology_type", machine.topologyType?.rawValue)
        if !machine.possibleCPUs.isEmpty { json.member("possible_cpus", machine.possibleCPUs.listText) }
        if !machine.onlineCPUs.isEmpty { json.member("online_cpus", machine.onlineCPUs.listText) }
        guard !machine.nodes.isEmpty else { return }
        json.array("nodes") { json in
            for node in machine.nodes {
                json.object { json in
                    json.member("numa_node", node.id.rawValue)
                    if node.knowsCPUs {
                        json.member("cpus", node.cpus.listText)
                        json.member("cpu_count", node.cpus.count)
                    }
                    json.member(ifPresent: "memory_bytes", node.memoryBytes)
                    guard let row = machine.distanceRow(of: node) else { return }
                    json.object("distances_by_node") { json in
                        for (to, distance) in zip(machine.nodes, row) {
                            json.member(String(to.id.rawValue), distance)
                        }
                    }
                }
            }
        }
    }
}
