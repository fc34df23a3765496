package import NUMATopology

/// Whether processes are on the nodes they may use: what is allowed against what is used.
///
/// Three things are wrong, whatever balancing does, as it moves nothing past what is allowed:
///
/// * memory on nodes that `Mems_allowed` does not hold: a cpuset was changed and its memory stayed, or somebody else put it there;
/// * memory on nodes with CPUs of which `Cpus_allowed` holds none: every access to it is a remote one;
/// * CPUs and memory on nodes that have none in common: every access there will ever be is a remote one.
///
/// Threads prove that they may run where they run: a thread's own affinity may be wider than that of the first, whose files are
/// read. Memory on nodes without CPUs is where tiering puts it, and far from nobody in particular. Pages of files are left out:
/// others use them too.
///
/// Example: a pod may run on node 0 and take memory from nodes 0 and 1, and has 3 of 4 GiB on node 1. Of its memory 75 % lie where
/// it may not run.
package enum Triage {
    /// Less memory than this share is no finding: a few pages are on other nodes in every process.
    package static let defaultShare = 0.05

    /// - Parameter share: Memory on the wrong nodes counts from this share on, 0 to 1.
    package static func entry(
        of process: ProcessRecord, nodesWithCPUs: NodeSet, share: Double = defaultShare
    ) -> TriageEntry {
        var entry = TriageEntry(group: process.groupName)
        entry.pid = process.identity.pid
        entry.command = process.command
        entry.residentBytes = process.residentBytes
        entry.allowedCPUNodes = process.allowedCPUNodes
        entry.allowedMemoryNodes = process.allowedMemoryNodes
        entry.threadsByNode = process.threadsByNode
        entry.bytesByNode = process.placement?.judgedMemory?.bytes
        judge(&entry, nodesWithCPUs, share)
        return entry
    }

    /// - Parameters:
    ///   - members: The group's processes: what any of them may use, the group may.
    ///   - share: As above.
    package static func entry(
        of group: GroupRecord, members: [ProcessRecord], nodesWithCPUs: NodeSet, share: Double = defaultShare
    ) -> TriageEntry {
        var entry = TriageEntry(group: group.name)
        entry.title = group.title
        entry.residentBytes = group.residentBytes
        entry.allowedCPUNodes = union(members.map(\.allowedCPUNodes))
        entry.allowedMemoryNodes = union(members.map(\.allowedMemoryNodes))
        entry.threadsByNode = group.threadsByNode
        entry.bytesByNode = group.bytesByClass?.judgedBytes
        judge(&entry, nodesWithCPUs, share)
        return entry
    }

    /// Everything, mismatches first, then what is not known, then what is as it should be; of each the largest first, a group before
    /// its processes.
    package static func entries(of snapshot: HostSnapshot, share: Double = defaultShare) -> [TriageEntry] {
        let nodes = snapshot.machine.nodesWithCPUs
        let members = Dictionary(grouping: snapshot.processes, by: \.groupName)
        let groups = snapshot.groups.map { group in
            entry(of: group, members: members[group.name] ?? [], nodesWithCPUs: nodes, share: share)
        }
        let processes = snapshot.processes.map { entry(of: $0, nodesWithCPUs: nodes, share: share) }
        return (groups + processes).enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            if a.order != b.order { return a.order < b.order }
            return a.residentBytes != b.residentBytes
                ? a.residentBytes > b.residentBytes : left.offset < right.offset
        }.map(\.element)
    }

    private static func union(_ sets: [NodeSet?]) -> NodeSet? {
        var result = NodeSet()
        for set in sets {
            // What one of them may use nobody knows, and so of all.
            guard let set else { return nil }
            result.formUnion(set)
        }
        return sets.isEmpty ? nil : result
    }

    private static func judge(_ entry: inout TriageEntry, _ nodesWithCPUs: NodeSet, _ share: Double) {
        let cpuNodes = entry.allowedCPUNodes.map { $0.union(entry.threadsByNode.nodes) }
        if let cpuNodes, let memoryNodes = entry.allowedMemoryNodes, !cpuNodes.isEmpty, !memoryNodes.isEmpty,
            cpuNodes.isDisjoint(with: memoryNodes)
        {
            entry.findings.append(TriageFinding(.apart, nodes: memoryNodes))
        }
        guard let bytes = entry.bytesByNode else { return }
        func add(_ mismatch: TriageFinding.Mismatch, on nodes: NodeSet) {
            let there = nodes.reduce(UInt64(0)) { $0.addingSaturated(bytes[$1]) }
            let ratio = Double(there) / Double(max(bytes.total, 1))
            guard there > 0, ratio >= share else { return }
            var finding = TriageFinding(mismatch, nodes: nodes)
            finding.bytes = there
            finding.ratio = ratio
            entry.findings.append(finding)
        }
        if let allowed = entry.allowedMemoryNodes {
            add(.memoryDisallowed, on: bytes.nodes.subtracting(allowed))
        }
        if let cpuNodes, !cpuNodes.isEmpty {
            add(.memoryUnreached, on: bytes.nodes.intersection(nodesWithCPUs).subtracting(cpuNodes))
        }
    }
}
