/// The NUMA shape of one machine: its nodes, which CPUs they hold, and how far apart they are.
package struct Machine: Hashable, Sendable {
    /// One NUMA node.
    package struct Node: Hashable, Sendable {
        /// The node's number.
        package var id: NodeID
        /// The node's online CPUs; empty for a memory-only node.
        package var cpus: CPUSet
        /// Whether anything tells the node's CPUs; if nothing does, ``cpus`` is empty and says nothing.
        package var knowsCPUs = true
        /// The node's memory, bytes (`MemTotal` of the node's `meminfo`); absent if it could not be read.
        package var memoryBytes: UInt64?
        /// The node's own row of distances, one for each online node ascending; absent if it could not be read. Kept for a
        /// machine of which other rows are missing, which has no table.
        package var distanceRow: [Int]?

        package init(id: NodeID, cpus: CPUSet, memoryBytes: UInt64? = nil) {
            self.id = id
            self.cpus = cpus
            self.memoryBytes = memoryBytes
        }
    }

    /// The online nodes, ascending.
    package var nodes: [Node]
    /// The distances between the online nodes; absent if they could not be read.
    package var distances: DistanceMatrix?
    /// All CPUs that may ever come online (`/sys/devices/system/cpu/possible`).
    package var possibleCPUs: CPUSet
    /// The CPUs that are online.
    package var onlineCPUs: CPUSet
    /// The node of CPUs that a node lists although they are not online, by CPU.
    package var nodesOfOtherCPUs: [Int: NodeID] = [:]
    /// What was concluded or assumed, contradicts itself, or is unknown; empty where the kernel's own lists told everything.
    package var notes: [HostNote] = []

    package init(nodes: [Node], distances: DistanceMatrix?, possibleCPUs: CPUSet, onlineCPUs: CPUSet) {
        self.nodes = nodes.sorted { $0.id < $1.id }
        self.distances = distances
        self.possibleCPUs = possibleCPUs
        self.onlineCPUs = onlineCPUs
    }

    /// The online nodes.
    package var nodeSet: NodeSet { NodeSet(nodes.map(\.id)) }

    /// The nodes that have CPUs (`N_CPU`).
    package var nodesWithCPUs: NodeSet { NodeSet(nodes.filter { !$0.cpus.isEmpty }.map(\.id)) }

    /// Which node each CPU belongs to, indexed by CPU number; absent where no node lists the CPU. Where several nodes list
    /// a CPU (`numa=fake`), the lowest one.
    ///
    /// - Complexity: O(CPUs).
    package func nodeByCPU() -> [NodeID?] {
        let highest = nodes.compactMap(\.cpus.last).max() ?? -1
        var result = [NodeID?](repeating: nil, count: highest + 1)
        for node in nodes.reversed() {
            for cpu in node.cpus {
                result[cpu] = node.id
            }
        }
        return result
    }

    /// As ``nodeByCPU()``, with ``nodesOfOtherCPUs`` added: for what happened on a CPU, whether it is online now or not.
    package func nodeByAnyCPU() -> [NodeID?] {
        var result = nodeByCPU()
        for (cpu, node) in nodesOfOtherCPUs where cpu >= 0 && cpu <= CPUSet.numberLimit {
            while result.count <= cpu { result.append(nil) }
            result[cpu] = result[cpu] ?? node
        }
        return result
    }

    /// The distances of a node to each node, ascending; absent if its row could not be read.
    package func distanceRow(of node: Node) -> [Int]? {
        guard let distances else { return node.distanceRow }
        return nodes.compactMap { distances.distance(from: node.id, to: $0.id) }
    }

    /// How the nodes are connected; absent without distances.
    package var topologyType: TopologyType? {
        distances.map { TopologyType(distances: $0, nodesWithCPUs: nodesWithCPUs) }
    }
}
