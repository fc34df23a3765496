/// The NUMA shape of one machine: its nodes, which CPUs they hold, and how far apart they are.
package struct Machine: Hashable, Sendable {
    /// One NUMA node.
    package struct Node: Hashable, Sendable {
        /// The node's number.
        package var id: NodeID
        /// The node's online CPUs; empty for a memory-only node.
        package var cpus: CPUSet
        /// The node's memory, bytes (`MemTotal` of the node's `meminfo`); absent if it could not be read.
        package var memoryBytes: UInt64?

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

    /// How the nodes are connected; absent without distances.
    package var topologyType: TopologyType? {
        distances.map { TopologyType(distances: $0, nodesWithCPUs: nodesWithCPUs) }
    }
}
