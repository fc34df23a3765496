import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains

/// Reads the files that describe a host's CPUs, caches and nodes.
struct TopologyReader {
    private static let cpuDirectory = "/sys/devices/system/cpu"
    private static let cpuLimit = 1 << 15
    private static let nodeDirectory = "/sys/devices/system/node"

    /// The nodes, the CPUs that may be and are online, and the distances.
    static func machine(_ facts: inout FactReader) -> (machine: Machine, withCPUs: NodeSet?, hasNodes: Bool) {
        let possible = facts.cpus("\(cpuDirectory)/possible").map { plausible($0, "possible", &facts) }
        let online = plausible(facts.cpus("\(cpuDirectory)/online") ?? listedCPUs(facts), "online", &facts)
        let numbers = facts.numbered(nodeDirectory, prefix: "node")
        let onlineNodes =
            facts.nodes("\(nodeDirectory)/online")
            ?? NodeSet(numbers.filter { $0 <= CPUList.largestNode }.map { NodeID($0) })
        var nodes: [Machine.Node] = []
        var rows: [[Int]] = []
        for node in onlineNodes {
            let cpus = facts.cpus("\(nodeDirectory)/node\(node)/cpulist") ?? CPUSet()
            nodes.append(Machine.Node(id: node, cpus: cpus))
            if let row = distances(node, &facts) {
                rows.append(row)
            }
        }
        let machine = Machine(
            nodes: nodes, distances: DistanceMatrix(nodes: Array(onlineNodes), rows: rows),
            possibleCPUs: possible ?? online, onlineCPUs: online)
        return (machine, facts.nodes("\(nodeDirectory)/has_cpu"), !onlineNodes.isEmpty)
    }

    /// Without CPUs above any kernel's limit (`NR_CPUS` is at most 8,192), which only a damaged file can name.
    private static func plausible(_ cpus: CPUSet, _ file: String, _ facts: inout FactReader) -> CPUSet {
        guard let last = cpus.last, last >= cpuLimit else { return cpus }
        facts.note("\(cpuDirectory)/\(file)", "CPU \(last) is above any kernel's limit")
        return CPUSet(cpus.prefix { $0 < cpuLimit })
    }

    private static func distances(_ node: NodeID, _ facts: inout FactReader) -> [Int]? {
        let path = "\(nodeDirectory)/node\(node)/distance"
        guard let bytes = facts.bytes(path) else { return nil }
        do {
            return try NodeDistance.parse(bytes.span)
        } catch {
            facts.note(path, error.description)
            return nil
        }
    }

    private static func listedCPUs(_ facts: FactReader) -> CPUSet {
        CPUSet(
            facts.numbered(cpuDirectory, prefix: "cpu").filter {
                facts.root.exists("\(cpuDirectory)/cpu\($0)/topology/physical_package_id")
            })
    }

    /// One record per online CPU, by CPU number.
    ///
    /// - Parameters:
    ///   - withCPUs: `node/has_cpu`. A CPU's node is one of these; a list may name the CPU on others as well.
    ///   - readsCoreIDs: Whether the numbers of the cores are needed, a file more for each CPU.
    static func cpus(
        _ machine: Machine, withCPUs: NodeSet?, readsCoreIDs: Bool, _ facts: inout FactReader
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
            result[cpu] = topology(cpu, nodeByCPU.indices.contains(cpu) ? nodeByCPU[cpu] : nil, onlineNodes, &facts)
            if readsCoreIDs {
                let core = facts.integer("\(cpuDirectory)/cpu\(cpu)/topology/core_id")
                result[cpu]?.coreID = core.flatMap { $0 >= 0 ? $0 : nil }
            }
        }
        return result
    }

    private static func topology(
        _ cpu: Int, _ listedNode: NodeID?, _ onlineNodes: NodeSet, _ facts: inout FactReader
    ) -> CPUTopology {
        let directory = "\(cpuDirectory)/cpu\(cpu)"
        let topology = "\(directory)/topology"
        // A CPU may be listed by several nodes (numa=fake); its own is the one it links to.
        let names = (try? facts.root.list(directory)) ?? []
        let linked = FactReader.numbered(names, prefix: "node").first { onlineNodes.contains(NodeID($0)) }
        let package = facts.integer("\(topology)/physical_package_id")
        let cluster = facts.integer("\(topology)/cluster_id")
        var record = CPUTopology(
            node: linked.map { NodeID($0) } ?? listedNode,
            packageID: package.flatMap { $0 >= 0 ? $0 : nil },
            coreCPUs: facts.span("\(topology)/core_cpus_list") ?? facts.span("\(topology)/thread_siblings_list")
                ?? facts.spans.intern([cpu]))
        record.clusterCPUs = facts.span("\(topology)/cluster_cpus_list")
        record.hasClusterID = cluster.map { $0 >= 0 && $0 != 65535 } ?? false
        record.packageCPUs =
            facts.span("\(topology)/package_cpus_list") ?? facts.span("\(topology)/core_siblings_list")
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
