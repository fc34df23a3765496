import DomainReports
import NUMATopology
import Snapshots
import TextOutput

/// `/v1/nodes`: what each node has, holds and does.
enum NodesDocument {
    static let schema = Schema.object(
        RoundHeader.fields + [
            .notes,
            .optional(
                "nodes",
                .array(
                    of: .object(
                        [
                            .required("numa_node", .integer, "The node's number."),
                            .provenance,
                            .optional(
                                "cpus", .string,
                                "Its online CPUs in the kernel's list format; absent where nothing tells."),
                            .optional("distances", .array(of: .integer), "To each online node, ascending."),
                            .optional(
                                "busy_seconds", .number,
                                "Time its CPUs were busy since boot, those now offline included."),
                            .optional("busy_ratio", .number, "Busy share of its CPU time since the previous round."),
                            .optional("memory_total_bytes", .integer, "MemTotal."),
                            .optional("memory_free_bytes", .integer, "MemFree."),
                            .optional(
                                "meminfo", .map(of: .integer),
                                "The node's meminfo by the kernel's names: bytes, but pages for HugePages_*."),
                            .optional(
                                "numastat_pages", .map(of: .integer), "The node's numastat by the kernel's names."),
                            .optional(
                                "vmstat_pages", .map(of: .integer),
                                "Lines of its vmstat about promotion, demotion, reclaim and swap, by the kernel's names."
                            ),
                            .optional("hugepages", .array(of: hugePages), "Huge pages set aside, by size."),
                            .optional("access", access, "What the firmware states of accesses to its memory (HMAT)."),
                        ] + TiersDocument.nodeFields)), "The online nodes; absent where nothing tells them."),
            TiersDocument.zoneReclaimMode,
        ])

    private static let hugePages = Schema.object([
        .required("page_size_bytes", .integer, "The size."),
        .optional("total_pages", .integer, "nr_hugepages."),
        .optional("free_pages", .integer, "free_hugepages."),
        .optional("surplus_pages", .integer, "surplus_hugepages."),
    ])

    private static let access = Schema.object([
        .required("initiator_nodes", .nodeNumbers, "The nearest nodes with CPUs or devices, for which it holds."),
        .optional("read_latency_nanoseconds", .integer, "read_latency."),
        .optional("write_latency_nanoseconds", .integer, "write_latency."),
        .optional("read_bandwidth_bytes_per_second", .integer, "read_bandwidth."),
        .optional("write_bandwidth_bytes_per_second", .integer, "write_bandwidth."),
    ])

    static func write(_ snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.member(notes: snapshot.notes)
        json.member(ifPresent: "zone_reclaim_mode", snapshot.host.zoneReclaimMode)
        guard !snapshot.host.nodes.isEmpty else { return }
        json.array("nodes") { json in
            for node in snapshot.host.nodes {
                json.object { json in
                    write(node, snapshot.machine.provenance, into: &json)
                    TiersDocument.write(node, of: snapshot, into: &json)
                }
            }
        }
    }

    private static func write(_ node: NodeTotals, _ provenance: Provenance, into json: inout JSONWriter) {
        json.member("numa_node", node.id.rawValue)
        json.member("provenance", provenance)
        json.member(ifPresent: "cpus", node.cpus?.listText)
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
        if let pools = node.hugePages { write(pools, into: &json) }
        if let access = node.access { write(access, into: &json) }
    }

    private static func write(_ pools: [HugePagePool], into json: inout JSONWriter) {
        json.array("hugepages") { json in
            for pool in pools {
                json.object { json in
                    json.member("page_size_bytes", pool.pageSizeBytes)
                    json.member(ifPresent: "total_pages", pool.totalPages)
                    json.member(ifPresent: "free_pages", pool.freePages)
                    json.member(ifPresent: "surplus_pages", pool.surplusPages)
                }
            }
        }
    }

    private static func write(_ access: MemoryAccess, into json: inout JSONWriter) {
        json.object("access") { json in
            json.member("initiator_nodes", access.initiators)
            json.member(ifPresent: "read_latency_nanoseconds", access.readLatencyNanoseconds)
            json.member(ifPresent: "write_latency_nanoseconds", access.writeLatencyNanoseconds)
            json.member(ifPresent: "read_bandwidth_bytes_per_second", access.readBandwidthBytesPerSecond)
            json.member(ifPresent: "write_bandwidth_bytes_per_second", access.writeBandwidthBytesPerSecond)
        }
    }
}
