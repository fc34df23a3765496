import NUMATopology

/// One entry of the kernel's table of topology levels (`struct sched_domain_topology_level`).
struct TopologyLevel: Sendable {
    enum Kind: Hashable, Sendable {
        case smt
        case cluster
        case mc
        case package
        case node
        /// A level of nodes at most this distance apart.
        case numa(distance: Int)

        var isNUMA: Bool {
            if case .numa = self { return true }
            return false
        }

        var distance: Int? {
            if case .numa(let distance) = self { return distance }
            return nil
        }
    }

    var kind: Kind
    /// The name the kernel prints.
    var name: String
    /// Flags that belong to the level as such.
    var flags: DomainFlags
    /// By CPU number, the hardware CPUs of that CPU at this level; ``SpanID/absent`` for CPUs that are offline.
    var masks: [SpanID]
}

/// The levels of one machine, bottom-up, as `default_topology`, `arch/x86/kernel/smpboot.c` or
/// `drivers/base/arch_topology.c` and `sched_init_numa` define them.
///
/// What matters is which CPUs a level joins for each CPU:
///
/// - SMT: the threads of the core. CLS: those sharing a mid-level cache or a cluster. MC: those sharing the last-level
///   cache. PKG (DIE before 6.7): those of the *node*, whatever the name says. NODE and NUMA: see ``NUMALevels``.
/// - On x86 every one of the lower levels stays within a node, and PKG is left out if a package holds several nodes.
/// - On arm64 MC is found by subset tests: the package if it lies within the node, then the last-level cache if that
///   lies within what was found, then the cluster if that is larger.
struct LevelTable: Sendable {
    var levels: [TopologyLevel] = []
    /// Sets, including all that the levels refer to.
    var spans: SpanTable
    /// The NUMA part; absent without NUMA or with an invalid distance table.
    var numa: NUMALevels?
    /// Whether an x86 package holds several nodes, so that there is no PKG level.
    var hasNUMAInPackage = false
    /// Whether the distances have a value the kernel refuses.
    var hasInvalidDistances = false

    private let input: DomainsInput
    private let cpuCount: Int

    init(_ input: DomainsInput) {
        self.input = input
        self.spans = input.spans
        self.cpuCount = input.cpus.count
        let nodes = nodeMasks()
        hasNUMAInPackage = input.architecture == .x86 && Self.isNUMAInPackage(input)
        addCoreLevels(nodes)
        addNUMALevels()
    }

    /// By CPU number, the CPUs of its node; all online CPUs without NUMA.
    private mutating func nodeMasks() -> [SpanID] {
        var spanByNode: [NodeID: SpanID] = [:]
        if input.configuration.numa.value && input.hasNodeDirectory {
            for node in input.machine.nodes {
                spanByNode[node.id] = spans.intern(node.cpus.intersection(input.machine.onlineCPUs))
            }
        }
        let everything = spans.intern(input.machine.onlineCPUs)
        return Self.masks(input, &spans) { _, topology, _ in
            topology.node.flatMap { spanByNode[$0] } ?? everything
        }
    }

    /// By CPU number, a set for each CPU with a topology record; made to contain the CPU itself.
    private static func masks(
        _ input: DomainsInput, _ spans: inout SpanTable, _ body: (Int, CPUTopology, inout SpanTable) -> SpanID
    ) -> [SpanID] {
        var result = [SpanID](repeating: .absent, count: input.cpus.count)
        for cpu in input.cpus.indices {
            guard let topology = input.cpus[cpu], input.machine.onlineCPUs.contains(cpu) else { continue }
            var span = body(cpu, topology, &spans)
            if !spans[span].contains(cpu) {
                span = spans.intern(spans[span].union([cpu]))
            }
            result[cpu] = span
        }
        return result
    }

    /// Whether x86 takes a package for several nodes.
    private static func isNUMAInPackage(_ input: DomainsInput) -> Bool {
        guard input.kernel.has(.nodesPerPackage) else { return packageHoldsSeveralNodes(input) }
        // The kernel counts the nodes that the firmware's table gives processors: those of `numa=fake` are not there.
        guard !input.hasEmulatedNodes else { return false }
        let packages = Set(input.cpus.compactMap { $0?.packageID }).count
        let nodes = (input.nodesWithCPUs ?? input.machine.nodesWithCPUs).count
        return nodes > packages && packages > 0
    }

    private static func packageHoldsSeveralNodes(_ input: DomainsInput) -> Bool {
        var nodeOfPackage: [Int: NodeID] = [:]
        for case let topology? in input.cpus {
            guard let package = topology.packageID, let node = topology.node else { continue }
            if let other = nodeOfPackage[package] {
                if other != node { return true }
            } else {
                nodeOfPackage[package] = node
            }
        }
        return false
    }

    // MARK: SMT, CLS, MC, PKG

    private mutating func addCoreLevels(_ nodes: [SpanID]) {
        let isOldHybrid = input.architecture == .x86 && input.isHybrid && !input.kernel.has(.hybridHasCoreLevels)
        let hasClusterLevel = input.configuration.cluster.value && input.kernel.has(.clusterLevel) && !isOldHybrid
        let core = Self.masks(input, &spans) { _, topology, _ in topology.coreCPUs }
        let coregroup: [SpanID]
        let clustergroup: [SpanID]
        if input.architecture.usesArchTopology {
            coregroup = archCoregroup(nodes)
            clustergroup = archClustergroup(core: core, coregroup: coregroup)
        } else {
            coregroup = sharedCacheWithinNode(nodes)
            clustergroup = Self.masks(input, &spans) { _, topology, _ in topology.clusterCPUs ?? topology.coreCPUs }
        }
        if input.configuration.smt.value && hasSMTLevel {
            add(.smt, "SMT", [.shareCPUCapacity, .shareLLC], core)
        }
        if hasClusterLevel {
            add(.cluster, "CLS", input.kernel.has(.clusterFlag) ? [.cluster, .shareLLC] : [.shareLLC], clustergroup)
        }
        if input.configuration.mc.value {
            add(.mc, "MC", .shareLLC, coregroup)
        }
        if input.overrides.hasPackageLevel ?? (!hasNUMAInPackage || isOldHybrid) {
            add(.package, input.kernel.has(.levelNamedPKG) ? "PKG" : "DIE", [], nodes)
        }
    }

    private mutating func add(_ kind: TopologyLevel.Kind, _ name: String, _ flags: DomainFlags, _ masks: [SpanID]) {
        let packing: DomainFlags = hasAsymPacking(kind) ? .asymPacking : []
        levels.append(TopologyLevel(kind: kind, name: name, flags: flags.union(packing), masks: masks))
    }

    /// Newer x86 kernels have no SMT level on a machine without hardware threads.
    private var hasSMTLevel: Bool {
        guard input.architecture == .x86, input.kernel.has(.noSMTLevelWithoutThreads) else { return true }
        if let known = input.hasHardwareThreads { return known }
        return input.cpus.contains { topology in
            topology.map { spans.weight($0.coreCPUs) > 1 } ?? false
        }
    }

    /// Which levels prefer CPUs of higher priority while ITMT is on (x86).
    private func hasAsymPacking(_ kind: TopologyLevel.Kind) -> Bool {
        guard input.architecture == .x86, input.isITMTEnabled else { return false }
        let kernel = input.kernel
        switch kind {
        case .smt:
            return kernel.has(.asymPackingOfThreads)
        case .cluster, .mc:
            return true
        case .package:
            return kernel.has(.asymPackingOfPackages)
                || kernel.has(.asymPackingOfHybridPackages) && input.isHybrid
        case .node, .numa:
            return false
        }
    }

    /// MC on x86 and, for want of better, elsewhere: the last-level cache's CPUs within the node.
    private mutating func sharedCacheWithinNode(_ nodes: [SpanID]) -> [SpanID] {
        let usesAMDRules = input.cpuMaker?.value.usesAMDCacheRules ?? false
        var clipped: [[SpanID]: SpanID] = [:]
        var result = [SpanID](repeating: .absent, count: cpuCount)
        for cpu in 0..<cpuCount where nodes[cpu] != .absent {
            guard let topology = input.cpus[cpu] else { continue }
            let shared: SpanID?
            if let cache = topology.highestCache {
                shared = usesAMDRules && cache.level < 3 ? nil : cache.sharedCPUs
            } else {
                shared = usesAMDRules ? nil : topology.packageCPUs
            }
            guard input.overrides.lastLevelCache == .asExposed, let shared else {
                result[cpu] = spans.intern([cpu])
                continue
            }
            let key = [shared, nodes[cpu]]
            if let known = clipped[key] {
                result[cpu] = known
            } else {
                let set = spans[shared].intersection(spans[nodes[cpu]]).intersection(input.machine.onlineCPUs)
                let span = spans.intern(set)
                clipped[key] = span
                result[cpu] = span
            }
            if !spans[result[cpu]].contains(cpu) {
                result[cpu] = spans.intern(spans[result[cpu]].union([cpu]))
            }
        }
        return splitCaches(result)
    }

    /// `split_llc=N` (x86): CPUs share the last-level cache only if the numbers of their cores agree modulo N. sysfs shows
    /// the whole cache.
    private mutating func splitCaches(_ shared: [SpanID]) -> [SpanID] {
        guard input.architecture == .x86, input.kernel.has(.splitLLC), let parts = input.splitLLC, parts > 1 else {
            return shared
        }
        let part = input.cpus.map { topology in topology?.coreID.map { $0 % parts } }
        return shared.indices.map { cpu in
            guard shared[cpu] != .absent, let own = part[cpu] else { return shared[cpu] }
            return spans.intern(CPUSet(spans[shared[cpu]].filter { part.indices.contains($0) && part[$0] == own }))
        }
    }

    // MARK: arm64, riscv

    /// `cpu_coregroup_mask` of `drivers/base/arch_topology.c`.
    private mutating func archCoregroup(_ nodes: [SpanID]) -> [SpanID] {
        var caches: [SpanID] = []
        for cpu in 0..<cpuCount {
            caches.append(input.cpus[cpu].map { archLastLevelCache(cpu, $0) } ?? .absent)
        }
        let usesCluster = input.configuration.cluster.value && input.kernel.has(.clusterLevel)
        return Self.masks(input, &spans) { cpu, topology, spans in
            var mask = nodes[cpu]
            if let package = topology.packageCPUs, spans[package].isSubset(of: spans[mask]) {
                mask = package
            }
            if caches[cpu] != .absent, spans[caches[cpu]].isSubset(of: spans[mask]) {
                mask = caches[cpu]
            }
            if usesCluster, let cluster = topology.clusterCPUs, spans[mask].isSubset(of: spans[cluster]) {
                mask = cluster
            }
            return mask
        }
    }

    /// The CPUs sharing the last cache leaf, or ``SpanID/absent`` if the kernel takes it for invalid.
    private mutating func archLastLevelCache(_ cpu: Int, _ topology: CPUTopology) -> SpanID {
        switch input.overrides.lastLevelCache {
        case .invalid: return .absent
        case .ownCPUOnly: return spans.intern([cpu])
        case .asExposed: break
        }
        guard let leaf = topology.lastCacheLeaf else { return .absent }
        guard input.kernel.has(.cacheFromFirmware) else {
            // Only the ACPI tables told the last-level cache.
            return input.hasACPI ?? leaf.hasID ? spans.intern(spans[leaf.sharedCPUs].union([cpu])) : .absent
        }
        if leaf.level == 1, !leaf.hasID, !leaf.hasSize {
            // Registers only: 6.0 to 6.3 took the CPU's own device-tree node for a cache.
            return input.kernel.has(.cacheRegistersIgnored) ? .absent : spans.intern([cpu])
        }
        return spans.intern(spans[leaf.sharedCPUs].union([cpu]))
    }

    /// `cpu_clustergroup_mask` of `drivers/base/arch_topology.c`.
    private mutating func archClustergroup(core: [SpanID], coregroup: [SpanID]) -> [SpanID] {
        let collapses = input.kernel.has(.clusterWithinCoreGroup)
        return Self.masks(input, &spans) { cpu, topology, spans in
            guard let cluster = topology.clusterCPUs else { return core[cpu] }
            if collapses, spans[coregroup[cpu]].isSubset(of: spans[cluster]) { return core[cpu] }
            return cluster
        }
    }

    // MARK: NODE, NUMA

    private mutating func addNUMALevels() {
        guard input.configuration.numa.value, input.hasNodeDirectory, !input.machine.nodes.isEmpty else { return }
        guard !input.overrides.refusesDistances,
            let built = NUMALevels(input, hasNUMAInPackage: hasNUMAInPackage, spans: &spans)
        else {
            hasInvalidDistances = true
            return
        }
        numa = built
        for (index, distance) in built.distances.enumerated() {
            let byCPU = Self.masks(input, &spans) { cpu, topology, spans in
                built.span(level: index, node: topology.node) ?? spans.intern([cpu])
            }
            let kind: TopologyLevel.Kind = index == 0 ? .node : .numa(distance: distance)
            levels.append(
                TopologyLevel(
                    kind: kind, name: index == 0 ? "NODE" : "NUMA", flags: index == 0 ? [] : .numa, masks: byCPU))
        }
    }
}
