import NUMATopology
import Snapshots

extension TriageEntry.State: FieldChoice {}
extension TriageFinding.Mismatch: FieldChoice {}

extension TriageFinding {
    static let fields = Fields<TriageFinding>(of: TriageFinding(.apart, nodes: [])) {
        Field(
            "mismatch", \.mismatch,
            "memory_disallowed: memory on nodes it may not use; memory_unreached: on nodes where it may not run; apart: its "
                + "CPUs and its memory have no node in common.")
        Field(.nodes, \.nodes, "The nodes the memory is on, or has to be on.")
        Field("bytes", \.bytes, "How much memory that is.")
        Field("ratio", \.ratio, "Which share of its memory that is.")
        Field("text", derived: { $0.sentence }, "The same in words.")
    }
}

extension TriageEntry {
    static let fields = Fields<TriageEntry>(of: TriageEntry(group: "")) {
        Field(
            .state, derived: { $0.state },
            "mismatch, ok, or unknown where what it may use or where its memory is cannot be read.")
        Field(.group, \.group, "The systemd unit, container or cgroup; of a process, the one it is in.")
        Field("title", \.title, "What an administrator calls the group.")
        Field(.pid, \.pid, "The process; absent for a group.")
        Field(.command, \.command, "The process's name.")
        Field(.residentBytes, \.residentBytes, "Resident memory.")
        Field("allowed_cpu_nodes", \.allowedCPUNodes, "Nodes of the CPUs it may run on.")
        Field("allowed_memory_nodes", \.allowedMemoryNodes, "Nodes it may take memory from.")
        Field.threadsByNode(\.threadsByNode)
        Field(.bytesByNode, \.bytesByNode, "Its memory by node, files left out.")
        Field("mismatches", \.findings, each: TriageFinding.fields, "What is not as it should be.")
    }
}

extension TriageAnswer {
    static let fields = Fields<TriageAnswer>(of: TriageAnswer(round: RoundHeader(), entries: [])) {
        RoundHeader.fields.lifted(\.round)
        Field("mismatch_count", \.mismatchCount, "Groups and processes with a mismatch.")
        Field("unknown_count", \.unknownCount, "Those of which too little is known.")
        Field("entries", \.entries, each: TriageEntry.fields, "Groups and processes, mismatches first.")
    }
}
