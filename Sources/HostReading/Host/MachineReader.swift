import KernelText
package import LinuxSystem
package import NUMATopology

/// Reads the NUMA shape of a host: `/sys/devices/system/{cpu,node}`.
package enum MachineReader {
    static let nodeDirectory = "/sys/devices/system/node"
    static let cpuDirectory = "/sys/devices/system/cpu"

    /// The machine.
    ///
    /// A kernel without `CONFIG_NUMA` has no node directory: all CPUs are then on node 0, and there are no distances.
    ///
    /// - Throws: When the CPUs or the CPUs of a node cannot be told, and for want of descriptors or memory: a machine of
    ///   which a part was not read must not be taken for one that has lost it. Memory sizes and distances may be missing
    ///   otherwise; they are then absent in the result.
    package static func read(from root: any HostRoot) throws(SourceFailure) -> Machine {
        let possible = CPUSet(ranges: try list("\(cpuDirectory)/possible", root))
        let online = CPUSet(ranges: try list("\(cpuDirectory)/online", root))
        guard let nodes = try onlineNodes(root) else {
            return Machine(
                nodes: [.init(id: NodeID(0), cpus: online)], distances: nil, possibleCPUs: possible, onlineCPUs: online)
        }
        guard !nodes.isEmpty else {
            throw .inconsistent(path: "\(nodeDirectory)/online", reason: "no node is online")
        }
        var members: [Machine.Node] = []
        for node in nodes {
            let path = "\(nodeDirectory)/node\(node)"
            // The kernel prints online CPUs only; a capture may have been put together otherwise.
            let cpus = CPUSet(ranges: try list("\(path)/cpulist", root)).intersection(online)
            let meminfo = try optional("\(path)/meminfo", root) { bytes throws(KernelTextError) in
                try Meminfo(parsingNode: bytes)
            }
            members.append(.init(id: node, cpus: cpus, memoryBytes: meminfo?.totalBytes))
        }
        return Machine(
            nodes: members, distances: try distances(nodes, root), possibleCPUs: possible, onlineCPUs: online)
    }

    /// The online nodes, ascending; nil where the kernel knows no nodes.
    static func onlineNodes(_ root: any HostRoot) throws(SourceFailure) -> [NodeID]? {
        do {
            return NodeSet(ranges: try list("\(nodeDirectory)/online", root, largest: CPUList.largestNode)).map { $0 }
        } catch .unreadable(let failure) where failure.kind == .missing && !root.exists(nodeDirectory) {
            return nil
        } catch {
            throw error
        }
    }

    /// The distances, or nil where a row is missing or does not fit the others.
    private static func distances(
        _ nodes: [NodeID], _ root: any HostRoot
    ) throws(SourceFailure) -> DistanceMatrix? {
        var rows: [[Int]] = []
        for node in nodes {
            let row = try optional("\(nodeDirectory)/node\(node)/distance", root) { bytes throws(KernelTextError) in
                try NodeDistance.parse(bytes)
            }
            guard let row else { return nil }
            rows.append(row)
        }
        return DistanceMatrix(nodes: nodes, rows: rows)
    }

    /// What a machine can be told without; nil where it is missing or makes no sense.
    private static func optional<Value>(
        _ path: String, _ root: any HostRoot, _ parser: (Span<UInt8>) throws(KernelTextError) -> Value
    ) throws(SourceFailure) -> Value? {
        do {
            return try root.parse(path, parser)
        } catch .unreadable(let failure) where failure.isShortage {
            throw .unreadable(failure)
        } catch {
            return nil
        }
    }

    private static func list(
        _ path: String, _ root: any HostRoot, largest: Int = CPUList.largestCPU
    ) throws(SourceFailure) -> [ClosedRange<Int>] {
        try root.parse(path) { bytes throws(KernelTextError) in
            // The kernel ends even an empty list with a newline.
            if bytes.isEmpty { throw KernelTextError(.cpuList, "list", at: 0, .unexpectedEnd) }
            return try CPUList.parse(bytes, largest: largest)
        }
    }
}
