import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains

/// Reads the files that describe a host's CPUs, caches and nodes.
struct TopologyReader {
    private static let cpuDirectory = "/sys/devices/system/cpu"
    private static let nodeDirectory = "/sys/devices/system/node"

    /// The nodes, the CPUs that may be and are online, and the distances, as ``MachineReader`` finds them.
    static func machine(_ facts: inout FactReader) -> (machine: Machine, withCPUs: NodeSet?, hasNodes: Bool) {
        let reading = MachineReader.read(from: facts.root, withMemory: false)
        for failure in reading.failures {
            facts.note(failure)
        }
        var machine = reading.machine
        // Without NUMA the kernel builds domains as if it knew no node.
        if !reading.hasNodes { machine.nodes = [] }
        let withCPUs = reading.hasNodes ? facts.nodes("\(nodeDirectory)/has_cpu", mayBeMissing: true) : nil
        // The CPUs there are must be on some node: a list of none is an empty file, not a machine without.
        return (machine, withCPUs.flatMap { $0.isEmpty ? nil : $0 }, reading.hasNodes)
    }

    /// One record per online CPU, by CPU number.
    ///
    /// - Parameters:
    ///   - withCPUs: `node/has_cpu`. A CPU's node is one of these; a list may name the CPU on others as well.
    ///   - readsCoreIDs: Whether the numbers of the cores are needed, a file more for each CPU.
    ///   - guessed: Gets the levels whose files are missing for some CPU, so that its set is a guess.
    static func cpus(
        _ machine: Machine, withCPUs: NodeSet?, readsCoreIDs: Bool, guessed: inout DomainsInput.Guesses,
        _ facts: inout FactReader
    ) -> [CPUTopology?] {
        let count = (machine.onlineCPUs.union(machine.possibleCPUs).last ?? -1) + 1
        var result = [CPUTopology?](repeating: nil, count: count)
        var nodeByCPU = machine.nodeByCPU()
        if let withCPUs {
            var taking = machine
            taking.nodes.removeAll { !withCPUs.contains($0.id) }
            for (cpu, node) in taking.nodeByCPU().enumerated() where node != nil {
                nodeByCPU[cpu] = node
            }
        }
        let onlineNodes = machine.nodeSet
        for cpu in machine.onlineCPUs {
            result[cpu] = topology(
                cpu, nodeByCPU.indices.contains(cpu) ? nodeByCPU[cpu] : nil, onlineNodes, &guessed, &facts)
            if readsCoreIDs {
                let core = facts.integer("\(cpuDirectory)/cpu\(cpu)/topology/core_id")
                result[cpu]?.coreID = core.flatMap { $0 >= 0 ? $0 : nil }
            }
        }
        return result
    }

    private static func topology(
        _ cpu: Int, _ listedNode: NodeID?, _ onlineNodes: NodeSet, _ guessed: inout DomainsInput.Guesses,
        _ facts: inout FactReader
    ) -> CPUTopology {
        let directory = "\(cpuDirectory)/cpu\(cpu)"
        let topology = "\(directory)/topology"
        // A CPU may be listed by several nodes (numa=fake); its own is the one it links to.
        let names = (try? facts.root.list(directory)) ?? []
        let linked = FactReader.numbered(names, prefix: "node").first { onlineNodes.contains(NodeID($0)) }
        let package = facts.integer("\(topology)/physical_package_id")
        // Since 5.16; the names of the lists before 5.3 are still there.
        let cluster = facts.integer("\(topology)/cluster_id", mayBeMissing: true)
        let core =
            facts.span("\(topology)/core_cpus_list", mayBeMissing: true)
            ?? facts.span("\(topology)/thread_siblings_list")
        if core == nil { guessed.insert(.cores) }
        var record = CPUTopology(
            node: linked.map { NodeID($0) } ?? listedNode,
            packageID: package.flatMap { $0 >= 0 ? $0 : nil },
            coreCPUs: core ?? facts.spans.intern([cpu]))
        record.clusterCPUs = facts.span("\(topology)/cluster_cpus_list", mayBeMissing: true)
        record.hasClusterID = cluster.map { $0 >= 0 && $0 != 65535 } ?? false
        record.packageCPUs =
            facts.span("\(topology)/package_cpus_list", mayBeMissing: true)
            ?? facts.span("\(topology)/core_siblings_list")
        if names.contains("cpu_capacity") {
            record.capacity = facts.integer("\(directory)/cpu_capacity")
        }
        if names.contains("cache") {
            addCaches("\(directory)/cache", to: &record, &facts)
        }
        return record
    }

    private static func addCaches(_ directory: String, to record: inout CPUTopology, _ facts: inout FactReader) {
        for index in facts.numbered(directory, prefix: "index") {
            let leaf = "\(directory)/index\(index)"
            let names = (try? facts.root.list(leaf)) ?? []
            guard let level = facts.integer("\(leaf)/level"), let shared = facts.span("\(leaf)/shared_cpu_list") else {
                continue
            }
            let cache = CacheLeaf(
                level: level, sharedCPUs: shared, hasID: names.contains("id"),
                hasSize: names.contains("size"))
            record.lastCacheLeaf = cache
            if level >= record.highestCache?.level ?? 0 {
                record.highestCache = cache
            }
            record.hasLevel2Cache = record.hasLevel2Cache || level == 2
        }
    }
}
