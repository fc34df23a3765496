import NUMATopology
import Snapshots

extension FigureSource: FieldChoice {}

extension BoundedRatio {
    static let fields = Fields<BoundedRatio>(of: BoundedRatio(exactly: 0, source: .assumed)) {
        Field("ratio", \.value, "The likeliest value.")
        Field("low", \.low, "It is at least this.")
        Field("high", \.high, "It is at most this.")
        Field(.source, \.source, "What it rests on.")
    }
}

extension Field {
    /// The share of CPU time on the node of the memory in use, where it is known.
    static func locality(_ path: Path<BoundedRatio?>) -> Field {
        Field(
            "locality", path, BoundedRatio.fields,
            "Share of the CPU time of late that was spent on the node of the memory in use: the sum over nodes of the share of "
                + "CPU time times the share of memory, files left out. Not the share of local hint faults.")
    }

    /// How sure CPU time by node is; left out where that is not known.
    @FieldList<Record>
    static func nodeChanges(
        of cpu: Path<NodeValues<UInt64>?>, uncertain: Path<UInt64>, _ changes: Path<UInt64>
    ) -> [Field] {
        Field(
            "uncertain_cpu_seconds", seconds: uncertain,
            "Of the CPU time by node, what may have been spent on other nodes: threads changed their CPU between readings."
        ).present { $0[keyPath: cpu]?.whereLocated != nil }
        Field(
            "thread_node_change_count", changes, "How often a thread was found on another node than before."
        ).present { $0[keyPath: cpu]?.whereLocated != nil }
    }
}
