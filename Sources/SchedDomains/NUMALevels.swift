package import NUMATopology

/// The NUMA part of the level table (`sched_init_numa`, `kernel/sched/topology.c`).
///
/// All distinct distances between the nodes that take part, ascending, give one level each: the first is NODE, the others
/// are NUMA. The mask of level k and node j joins the CPUs of every node i with distance(j to i) at most the k-th
/// distance. Row j counts, so that asymmetric tables give asymmetric masks.
///
/// Worked example, a ring of four with distances 10, 20, 30: node 0 has {0}, {0, 1, 3}, {0, 1, 2, 3}.
package struct NUMALevels: Sendable {
    /// The distinct distances, ascending (`sched_domains_numa_distance`).
    package let distances: [Int]
    /// How the nodes are connected (`sched_numa_topology_type`); absent where the distances are a guess.
    package let type: TopologyType?
    private let spanByLevel: [[NodeID: SpanID]]

    /// The CPUs within the level's distance of a node.
    package func span(level: Int, node: NodeID?) -> SpanID? {
        node.flatMap { spanByLevel[level][$0] }
    }

    /// Builds the levels; nothing if the kernel would refuse the distances (below 10, or 256 and more).
    ///
    /// - Complexity: O(nodes² log nodes + nodes² · words of a CPU set).
    init?(_ input: DomainsInput, hasNUMAInPackage: Bool, spans: inout SpanTable) {
        let machine = input.machine
        let raw = machine.distances ?? DistanceMatrix(assumedFor: machine.nodes.map(\.id))
        let withCPUs = input.nodesWithCPUs ?? machine.nodesWithCPUs
        let takesAll = input.kernel.has(.memoryOnlyNodesTakePart)
        let nodes = machine.nodes.filter { takesAll || withCPUs.contains($0.id) }
        let positions = nodes.compactMap { raw.position(of: $0.id) }
        guard positions.count == nodes.count, !nodes.isEmpty else { return nil }
        let table = Self.rows(input, raw: raw, positions: positions, hasNUMAInPackage: hasNUMAInPackage)

        var found: Set<Int> = []
        for (row, values) in table.enumerated() {
            let isOldRule = input.kernel.has(.firstRowDistances) && !input.isSchedVerbose
            guard !isOldRule || row == 0 else { break }
            for value in values {
                guard (DistanceMatrix.localDistance..<256).contains(value) else { return nil }
                found.insert(value)
            }
        }
        distances = found.sorted()
        if input.guesses.contains(.distances) {
            type = nil
        } else {
            type = distances.count <= 2 ? .direct : TopologyType(distances: raw, nodesWithCPUs: withCPUs)
        }

        let online = machine.onlineCPUs
        var byLevel = [[NodeID: SpanID]](repeating: [:], count: distances.count)
        for (row, node) in nodes.enumerated() {
            let order = nodes.indices.sorted { (table[row][$0], $0) < (table[row][$1], $1) }
            var next = 0
            var reached = CPUSet()
            for (level, limit) in distances.enumerated() {
                while next < order.count, table[row][order[next]] <= limit {
                    reached.formUnion(nodes[order[next]].cpus.intersection(online))
                    next += 1
                }
                byLevel[level][node.id] = spans.intern(reached)
            }
        }
        spanByLevel = byLevel
    }

    /// The distances that count for building, row by row over the given positions.
    private static func rows(
        _ input: DomainsInput, raw: DistanceMatrix, positions: [Int], hasNUMAInPackage: Bool
    ) -> [[Int]] {
        let plain = positions.map { row in
            positions.map { raw.distance(fromPosition: row, toPosition: $0) }
        }
        let isDue =
            input.architecture == .x86 && input.kernel.has(.modifiedDistances) && input.rewritesDistances
            && hasNUMAInPackage
        guard input.overrides.usesModifiedDistances ?? isDue else { return plain }
        let packages = positions.map { packageID(input, of: raw.nodes[$0]) }
        return input.kernel.has(.distancesByBlock)
            ? averagedBlocks(plain, packages: packages) : averagedRemote(plain, packages: packages)
    }

    private static func packageID(_ input: DomainsInput, of node: NodeID) -> Int? {
        for case let topology? in input.cpus where topology.node == node {
            return topology.packageID
        }
        return nil
    }

    /// Early 6.19: all distances of 20 and more become their average.
    static func averagedRemote(_ plain: [[Int]], packages: [Int?]) -> [[Int]] {
        guard Set(packages).count > 1 else { return plain }
        let remote = plain.joined().filter { $0 >= 20 }
        guard !remote.isEmpty else { return plain }
        let average = remote.reduce(0) { $0 &+ $1 } / remote.count
        return plain.map { row in row.map { $0 >= 20 ? average : $0 } }
    }

    /// Later: the distances between two packages become their average over all pairs of nodes.
    static func averagedBlocks(_ plain: [[Int]], packages: [Int?]) -> [[Int]] {
        let packageCount = Set(packages).count
        guard packageCount > 1, plain.count % packageCount == 0 else { return plain }
        let size = plain.count / packageCount
        guard size >= 3 else { return plain }
        for start in stride(from: 0, to: plain.count, by: size) {
            let block = start..<start + size
            guard Set(packages[block]).count == 1, packages[start] != nil else { return plain }
            if start > 0, packages[start] == packages[start - 1] { return plain }
            for row in block {
                for column in block where plain[row][column] != plain[column][row] { return plain }
            }
        }
        var result = plain
        for row in plain.indices {
            for column in plain.indices where row / size != column / size {
                var sum = 0
                for i in (row / size * size)..<(row / size * size + size) {
                    for j in (column / size * size)..<(column / size * size + size) {
                        sum &+= plain[i][j] &+ plain[j][i]
                    }
                }
                result[row][column] = sum / (2 * size * size)
            }
        }
        return result
    }
}
