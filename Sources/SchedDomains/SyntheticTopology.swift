package import NUMATopology

/// A made-up machine, for tests, benchmarks and what-if questions.
///
/// Each part is given as disjoint sets of CPUs; what is not given is each CPU by itself, or all CPUs for nodes and packages.
package struct SyntheticTopology: Sendable {
    package var architecture = Architecture.x86
    package var kernel = SchedKernelVersion(6, 12, 0)
    package var configuration = SchedConfiguration(
        smt: Sourced(true, .derived), cluster: Sourced(true, .derived), mc: Sourced(true, .derived),
        numa: Sourced(true, .derived))
    /// All CPUs that are online.
    package var cpus: CPUSet
    /// Hardware threads of one core.
    package var cores: [CPUSet] = []
    /// CPUs of one cluster (x86: sharing a level 2 cache).
    package var clusters: [CPUSet] = []
    /// CPUs sharing the last-level cache; `nil` for a machine that exposes no caches.
    package var caches: [CPUSet]?
    package var packages: [CPUSet] = []
    /// By node number; an empty set is a memory-only node.
    package var nodes: [CPUSet] = []
    /// Row by row; absent: 10 to itself, 20 to others.
    package var distances: [[Int]]?
    /// By CPU number; absent: 1024 each.
    package var capacities: [Int]?

    package init(cpus: CPUSet) {
        self.cpus = cpus
    }

    /// How CPUs are numbered.
    package enum Numbering: Sendable {
        /// Threads of a core are neighbours, nodes follow each other.
        case adjacent
        /// First one thread of every core, then the other threads; nodes follow each other.
        case threadsLast
        /// CPU c is on node c mod nodes.
        case nodesInTurn
    }

    /// A machine of equal nodes.
    ///
    /// - Parameters:
    ///   - nodes: Number of nodes, each a package of its own.
    ///   - coresPerNode: Cores of each node.
    ///   - threads: Threads of each core.
    ///   - coresPerCache: Cores sharing the last-level cache; absent: all of the node.
    ///   - distance: From and to node number; absent: 10 and 20.
    package static func make(
        nodes: Int, coresPerNode: Int, threads: Int = 1, coresPerCache: Int? = nil, numbering: Numbering = .adjacent,
        distance: ((Int, Int) -> Int)? = nil
    ) -> SyntheticTopology {
        let total = nodes * coresPerNode * threads
        func number(_ node: Int, _ core: Int, _ thread: Int) -> Int {
            switch numbering {
            case .adjacent: (node * coresPerNode + core) * threads + thread
            case .threadsLast: thread * nodes * coresPerNode + node * coresPerNode + core
            case .nodesInTurn: (core * threads + thread) * nodes + node
            }
        }
        var result = SyntheticTopology(cpus: CPUSet(0..<total))
        let perCache = max(1, coresPerCache ?? coresPerNode)
        var caches: [CPUSet] = []
        for node in 0..<nodes {
            var members = CPUSet()
            var cache = CPUSet()
            for core in 0..<coresPerNode {
                let siblings = CPUSet((0..<threads).map { number(node, core, $0) })
                result.cores.append(siblings)
                members.formUnion(siblings)
                cache.formUnion(siblings)
                if (core + 1) % perCache == 0 || core + 1 == coresPerNode {
                    caches.append(cache)
                    cache = []
                }
            }
            result.nodes.append(members)
        }
        result.clusters = result.cores
        result.caches = caches
        result.packages = result.nodes
        if let distance {
            result.distances = (0..<nodes).map { from in (0..<nodes).map { distance(from, $0) } }
        }
        return result
    }

    /// What a host of this shape would expose.
    package var input: DomainsInput {
        var spans = SpanTable()
        let nodeSets = nodes.isEmpty ? [cpus] : nodes
        let ids = nodeSets.indices.map { NodeID($0) }
        let machine = Machine(
            nodes: zip(ids, nodeSets).map { Machine.Node(id: $0, cpus: $1.intersection(cpus)) },
            distances: distances.flatMap { DistanceMatrix(nodes: ids, rows: $0) } ?? DistanceMatrix(assumedFor: ids),
            possibleCPUs: cpus, onlineCPUs: cpus)
        let count = (cpus.last ?? -1) + 1
        let core = Self.spanByCPU(cores, cpus, count, &spans)
        let cluster = Self.spanByCPU(clusters, cpus, count, &spans)
        let cache = Self.spanByCPU(caches ?? [], cpus, count, &spans)
        let packageSets = packages.isEmpty ? [cpus] : packages
        let package = Self.spanByCPU(packageSets, cpus, count, &spans)
        let nodeByCPU = machine.nodeByCPU()
        var packageID = [Int](repeating: 0, count: count)
        for (id, set) in packageSets.enumerated() {
            for cpu in set where cpu < count {
                packageID[cpu] = id
            }
        }
        var records = [CPUTopology?](repeating: nil, count: count)
        for cpu in cpus {
            let leaf = CacheLeaf(level: 3, sharedCPUs: cache[cpu], hasID: true, hasSize: true)
            records[cpu] = CPUTopology(
                node: cpu < nodeByCPU.count ? nodeByCPU[cpu] : nil, packageID: packageID[cpu], coreCPUs: core[cpu],
                clusterCPUs: cluster[cpu], hasClusterID: !clusters.isEmpty, packageCPUs: package[cpu],
                lastCacheLeaf: caches == nil ? nil : leaf, highestCache: caches == nil ? nil : leaf,
                hasLevel2Cache: caches != nil, capacity: capacities.flatMap { cpu < $0.count ? $0[cpu] : nil })
        }
        return DomainsInput(
            architecture: architecture, kernel: kernel, configuration: configuration, machine: machine, spans: spans,
            cpus: records)
    }

    /// By CPU number: the set that holds the CPU, else the CPU alone.
    private static func spanByCPU(_ sets: [CPUSet], _ cpus: CPUSet, _ count: Int, _ spans: inout SpanTable) -> [SpanID]
    {
        var result = [SpanID](repeating: .absent, count: count)
        for set in sets {
            let online = set.intersection(cpus)
            guard !online.isEmpty else { continue }
            let span = spans.intern(online)
            for cpu in online {
                result[cpu] = span
            }
        }
        for cpu in cpus where result[cpu] == .absent {
            result[cpu] = spans.intern([cpu])
        }
        return result
    }
}
