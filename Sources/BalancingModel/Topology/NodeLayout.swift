package import NUMATopology

/// The machine as the model walks it: nodes by position, everything in flat tables.
///
/// Positions are 0 up to the number of online nodes, in ascending node order, which is the order in which the kernel
/// visits nodes; so "the first", "ties go to the lowest" and sums come out as the kernel's.
package struct NodeLayout: Hashable, Sendable {
    /// Node number at each position, ascending.
    package let nodeNumbers: [Int32]
    /// Whether the node at a position has CPUs (`N_CPU`).
    package let hasCPUs: [Bool]
    /// Whether the node at a position counts where nodes are compared: those with CPUs, for older kernels all
    /// (``KernelSwitches/memoryOnlyNodesPreferred``).
    package let takesPart: [Bool]
    /// Whether the node at a position has memory (`N_MEMORY`).
    package let hasMemory: [Bool]
    /// Whether the node at a position is of the top memory tier (`node_is_toptier`).
    package let isTopTier: [Bool]
    /// Memory of the node at a position, bytes; absent if not known.
    package let memoryBytes: [UInt64?]
    package let topologyType: TopologyType
    /// The largest distance between nodes that take part (`sched_max_numa_distance`).
    package let largestDistance: Int32
    /// Distances that occur between nodes that take part, descending, without 10.
    package let distancesDescending: [Int32]
    private let positionByNumber: [Int16]
    private let positionByCPU: [Int16]
    private let distances: [Int32]

    /// Nodes the model keeps tables for; a machine with more is cut off there.
    package static let nodeLimit = 1024

    /// A layout.
    ///
    /// - Parameters:
    ///   - machine: Nodes, CPUs and distances; without distances, the kernel's own assumption (10 and 20).
    ///   - nodesWithMemory: `N_MEMORY`; if not given, the nodes whose size is not known to be zero.
    ///   - topTierNodes: Nodes of the top memory tier; if not given, all of them, as without slow memory.
    ///   - countsMemoryOnlyNodes: Whether nodes without CPUs take part.
    package init(
        machine: Machine, nodesWithMemory: NodeSet? = nil, topTierNodes: NodeSet? = nil,
        countsMemoryOnlyNodes: Bool = false
    ) {
        let nodes = machine.nodes.filter { $0.id.rawValue >= 0 && $0.id.rawValue < Self.nodeLimit }
        nodeNumbers = nodes.map { Int32($0.id.rawValue) }
        hasCPUs = nodes.map { !$0.cpus.isEmpty }
        let takesPart = countsMemoryOnlyNodes ? nodes.map { _ in true } : hasCPUs
        self.takesPart = takesPart
        hasMemory = nodes.map { node in nodesWithMemory.map { $0.contains(node.id) } ?? (node.memoryBytes != 0) }
        memoryBytes = nodes.map(\.memoryBytes)
        isTopTier = nodes.map { node in topTierNodes.map { $0.contains(node.id) } ?? true }

        var byNumber = [Int16](repeating: -1, count: (nodes.last?.id.rawValue ?? -1) + 1)
        for (position, node) in nodes.enumerated() {
            byNumber[node.id.rawValue] = Int16(position)
        }
        positionByNumber = byNumber
        positionByCPU = machine.nodeByCPU().map { node in
            guard let node, node.rawValue >= 0, node.rawValue < byNumber.count else { return -1 }
            return byNumber[node.rawValue]
        }

        cpuCount = max(positionByCPU.count, (machine.possibleCPUs.last ?? -1) + 1)

        let matrix = machine.distances ?? DistanceMatrix(assumedFor: nodes.map(\.id))
        var table: [Int32] = []
        table.reserveCapacity(nodes.count * nodes.count)
        for from in nodes {
            for to in nodes {
                let fallback = from.id == to.id ? DistanceMatrix.localDistance : 20
                table.append(Int32(clamping: matrix.distance(from: from.id, to: to.id) ?? fallback))
            }
        }
        distances = table
        topologyType = TopologyType(
            distances: matrix, nodesWithCPUs: countsMemoryOnlyNodes ? machine.nodeSet : machine.nodesWithCPUs)
        var levels: Set<Int32> = []
        for row in nodes.indices where takesPart[row] {
            for column in nodes.indices where takesPart[column] {
                levels.insert(table[row * nodes.count + column])
            }
        }
        largestDistance = levels.max() ?? 10
        distancesDescending = levels.filter { $0 > 10 }.sorted(by: >)
    }

    /// Online nodes.
    package var count: Int { nodeNumbers.count }

    /// The position of a node number, or -1.
    @inline(__always)
    package func position(ofNode number: Int32) -> Int {
        number >= 0 && Int(number) < positionByNumber.count ? Int(positionByNumber[Int(number)]) : -1
    }

    /// The position of a CPU's node, or -1.
    @inline(__always)
    package func position(ofCPU cpu: Int) -> Int {
        cpu >= 0 && cpu < positionByCPU.count ? Int(positionByCPU[cpu]) : -1
    }

    /// The number at a position; -1 for no position.
    @inline(__always)
    package func number(_ position: Int) -> Int32 {
        position >= 0 && position < nodeNumbers.count ? nodeNumbers[position] : -1
    }

    /// The distance between two positions.
    @inline(__always)
    package func distance(_ from: Int, _ to: Int) -> Int32 { distances[from * nodeNumbers.count + to] }

    /// The highest possible CPU plus one (`nr_cpu_ids`).
    package let cpuCount: Int

    /// The node that takes part nearest to a position, the first on ties (`numa_nearest_node`).
    package func nearestTakingPart(to position: Int) -> Int {
        if takesPart[position] { return position }
        var best = position
        var bestDistance = Int32.max
        for candidate in takesPart.indices where takesPart[candidate] && distance(position, candidate) < bestDistance {
            best = candidate
            bestDistance = distance(position, candidate)
        }
        return best
    }
}
