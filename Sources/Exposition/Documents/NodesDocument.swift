import NUMATopology
import Snapshots
import TextOutput

/// `/v1/nodes`: what each node has, holds and does.
enum NodesDocument {
    static let schema = Schema.object(
        RoundHeader.fields + [
            .required(
                "nodes",
                .array(
                    of: .object([
                        .required("numa_node", .integer, "The node's number."),
                        .provenance,
                        .required("cpus", .string, "Its online CPUs in the kernel's list format."),
                        .optional("distances", .array(of: .integer), "To each online node, ascending."),
                        .optional(
                            "busy_seconds", .number, "Time its CPUs were busy since boot, those now offline included."),
                        .optional("busy_ratio", .number, "Busy share of its CPU time since the previous round."),
                        .optional("memory_total_bytes", .integer, "MemTotal."),
                        .optional("memory_free_bytes", .integer, "MemFree."),
                        .optional(
                            "meminfo", .map(of: .integer),
                            "The node's meminfo by the kernel's names: bytes, but pages for HugePages_*."),
                        .optional("numastat_pages", .map(of: .integer), "The node's numastat by the kernel's names."),
                        .optional("vmstat_pages", .map(of: .integer), "Its pgpromote_* and pgdemote_* counters."),
                    ])), "The online nodes.")
        ])

    static func write(_ snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.array("nodes") { json in
            for node in snapshot.host.nodes {
                json.object { write(node, into: &$0) }
            }
        }
    }

    private static func write(_ node: NodeTotals, into json: inout JSONWriter) {
        json.member("numa_node", node.id.rawValue)
        json.member("provenance", .kernel)
        json.member("cpus", node.cpus.listText)
        if let distances = node.distances {
            json.array("distances") { json in
                for distance in distances { json.value(distance) }
            }
        }
        json.member(ifPresent: "busy_seconds", seconds: node.busyNanoseconds)
        json.member(ifPresent: "busy_ratio", node.busyShare)
        json.member(ifPresent: "memory_total_bytes", node.meminfoBytes("MemTotal"))
        json.member(ifPresent: "memory_free_bytes", node.meminfoBytes("MemFree"))
        if let meminfo = node.meminfo { json.member("meminfo", meminfo) }
        if let numastat = node.numastat { json.member("numastat_pages", numastat) }
        if let vmstat = node.vmstat { json.member("vmstat_pages", vmstat) }
    }
}
