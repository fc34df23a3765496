import NUMATopology
import Snapshots

extension NodesAnswer {
    static let fields = Fields<NodesAnswer>(of: NodesAnswer()) {
        RoundHeader.fields.lifted(\.round)
        Field.notes(\.notes)
        Field.zoneReclaimMode(\.zoneReclaimMode).listed(behind: .nodes)
        Field(
            .nodes, parts: { $0.nodes.isEmpty ? nil : $0.nodes }, set: { $0.nodes = $1 }, each: Node.fields,
            isRequired: false, "The online nodes; absent where nothing tells them.")
    }
}

extension NodesAnswer.Node {
    static let fields = Fields<NodesAnswer.Node>(
        of: NodesAnswer.Node(NodeTotals(id: NodeID(0), cpus: nil), provenance: .kernel)
    ) {
        Field(.numaNode, \.totals.id, "The node's number.")
        Field.provenance(\.provenance)
        Field(
            .cpus, list: \.totals.cpus,
            "Its online CPUs in the kernel's list format; absent where nothing tells.")
        Field("distances", \.totals.distances, "To each online node, ascending.")
        Field(
            "busy_seconds", seconds: \.totals.busyNanoseconds,
            "Time its CPUs were busy since boot, those now offline included.")
        Field("busy_ratio", \.totals.busyShare, "Busy share of its CPU time since the previous round.")
        Field("memory_total_bytes", derived: { $0.totals.meminfoBytes("MemTotal") }, "MemTotal.")
        Field("memory_free_bytes", derived: { $0.totals.meminfoBytes("MemFree") }, "MemFree.")
        Field(
            "meminfo", counters: \.totals.meminfo,
            "The node's meminfo by the kernel's names: bytes, but pages for HugePages_*.")
        Field("numastat_pages", counters: \.totals.numastat, "The node's numastat by the kernel's names.")
        Field(
            "vmstat_pages", counters: \.totals.vmstat,
            "Lines of its vmstat about promotion, demotion, reclaim and swap, by the kernel's names.")
        Field(
            "hugepages", \.totals.hugePages, each: HugePagePool.fields, "Huge pages set aside, by size.")
        Field(
            "access", \.totals.access, MemoryAccess.fields,
            "What the firmware states of accesses to its memory (HMAT).")
        Field(.memoryTier, \.memoryTier, "The memory tier it is in; larger is slower.")
        Field(
            "is_top_tier", \.isTopTier, "Whether nothing is promoted from it, as no slower tier has CPUs.")
        Field(
            "demotion_nodes", \.demotionNodes,
            "Where reclaim may demote its pages to, the preferred ones first.")
        Field(.isDemotionEnabled, \.isDemotionEnabled, "Whether it does.")
    }
}

extension HugePagePool {
    static let fields = Fields<HugePagePool>(of: HugePagePool(pageSizeBytes: 0)) {
        Field(.pageSizeBytes, \.pageSizeBytes, "The size.")
        Field("total_pages", \.totalPages, "nr_hugepages.")
        Field("free_pages", \.freePages, "free_hugepages.")
        Field("surplus_pages", \.surplusPages, "surplus_hugepages.")
    }
}

extension MemoryAccess {
    static let fields = Fields<MemoryAccess>(of: MemoryAccess()) {
        Field(
            "initiator_nodes", \.initiators, "The nearest nodes with CPUs or devices, for which it holds.")
        Field("read_latency_nanoseconds", \.readLatencyNanoseconds, "read_latency.")
        Field("write_latency_nanoseconds", \.writeLatencyNanoseconds, "write_latency.")
        Field("read_bandwidth_bytes_per_second", \.readBandwidthBytesPerSecond, "read_bandwidth.")
        Field("write_bandwidth_bytes_per_second", \.writeBandwidthBytesPerSecond, "write_bandwidth.")
    }
}
