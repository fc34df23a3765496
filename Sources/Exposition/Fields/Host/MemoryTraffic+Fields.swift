import NUMATopology
import Snapshots

extension MemoryTraffic {
    static let fields = Fields<MemoryTraffic>(of: MemoryTraffic(caches: [])) {
        Field.provenance(.kernel)
        Field(
            "remote_ratio", derived: { $0.remoteShare },
            "Share of the last interval's bytes that went to and from another node's memory; at most this where processors count "
                + "what is written back apart.")
        Field("caches", \.caches, each: Cache.fields, "By last-level cache.")
    }
}

extension MemoryTraffic.Cache {
    static let fields = Fields<MemoryTraffic.Cache>(of: MemoryTraffic.Cache(name: "")) {
        Field("cache", \.name, "Its number in resctrl; with sub-NUMA clusters the number of the node's part behind it.")
        Field(.numaNode, \.node, "The node of its CPUs.")
        Field("total_bytes", \.totalBytes, "Bytes to and from any memory since the daemon first saw it.")
        Field("local_bytes", \.localBytes, "Of these, to and from memory of its own node.")
        Field("total_bytes_per_second", \.totalBytesPerSecond, "The former since the previous round.")
        Field("local_bytes_per_second", \.localBytesPerSecond, "The latter since the previous round.")
    }
}
