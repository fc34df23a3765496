import KernelText
import LinuxSystem
import NUMATopology

/// The CPUs of each node as far as they were found.
struct NodeLists {
    /// No entry: not known.
    var byNode: [NodeID: CPUSet] = [:]
    /// The CPUs of the nodes whose own list or map told them: those are online.
    var printed = CPUSet()
    /// Whether the lists and maps of all nodes told them.
    var areWhole = false

    var all: CPUSet {
        byNode.values.reduce(into: CPUSet()) { $0.formUnion($1) }
    }
}

/// What each node has.
extension MachineReader {
    /// The CPUs of the nodes, from lists, maps and links.
    mutating func findLists(of nodes: NodeSet) -> NodeLists {
        var lists = NodeLists()
        var printedCount = 0
        // The same for many nodes is said once.
        var concluded: [(place: String, why: String, nodes: NodeSet)] = []
        for node in nodes {
            let directory = "\(Self.nodeDirectory)/node\(node)"
            let failure: SourceFailure
            do throws(SourceFailure) {
                let cpus = files.plausible(
                    CPUSet(ranges: try files.list("\(directory)/cpulist")), "\(directory)/cpulist")
                lists.byNode[node] = cpus
                lists.printed.formUnion(cpus)
                printedCount += 1
                continue
            } catch {
                failure = error
            }
            let why = "nodeN/cpulist \(failure.reason(isLive: files.root.isLive))"
            files.note(failure)
            var place: String?
            if let cpus = files.mask("\(directory)/cpumap") {
                lists.byNode[node] = cpus
                lists.printed.formUnion(cpus)
                printedCount += 1
                place = "nodeN/cpumap"
            } else if let cpus = files.linkedCPUs(of: node) {
                lists.byNode[node] = cpus
                place = "the links between CPUs and nodes"
            } else if let withCPUs = files.optionalNodes("has_cpu"), !withCPUs.contains(node) {
                lists.byNode[node] = []
                place = "node/has_cpu"
            }
            guard let place else { continue }
            if let index = concluded.firstIndex(where: { $0.place == place && $0.why == why }) {
                concluded[index].nodes.insert(node)
            } else {
                concluded.append((place, why, [node]))
            }
        }
        lists.areWhole = !nodes.isEmpty && printedCount == nodes.count
        for entry in concluded {
            notes.append(
                HostNote(
                    .concluded, "cpus",
                    "CPUs of \(Self.names(entry.nodes)) are taken from \(entry.place): \(entry.why)"))
        }
        return lists
    }

    /// Gives the one node whose CPUs nothing tells those that no other node has; says which nodes' are unknown.
    mutating func complete(_ lists: inout NodeLists, nodes: NodeSet, online: CPUSet) {
        let untold = NodeSet(nodes.filter { lists.byNode[$0] == nil })
        guard let node = untold.first, !online.isEmpty else { return }
        if untold.count == 1, nodes.count > 1 {
            let rest = online.subtracting(lists.all)
            lists.byNode[node] = rest
            notes.append(
                HostNote(
                    .concluded, "cpus",
                    "CPUs \(rest.isEmpty ? "none" : rest.listText) of node \(node) are those that no other node has: nothing "
                        + "else tells them"))
            return
        }
        if nodes.count == 1 {
            lists.byNode[node] = online
            notes.append(
                HostNote(
                    .concluded, "cpus", "CPUs \(online) of node \(node) are all there are: it is the only node"))
            return
        }
        notes.append(
            HostNote(
                .unknown, "cpus", "the CPUs of \(Self.names(untold)) are unknown: no list, map or link tells them"))
    }

    /// The distances, or nil where a row is missing or does not fit the others; rows that are there stay with their node.
    mutating func readDistances(_ nodes: inout [Machine.Node]) -> DistanceMatrix? {
        var missing = NodeSet()
        var why: String?
        for index in nodes.indices {
            let path = "\(Self.nodeDirectory)/node\(nodes[index].id)/distance"
            do throws(SourceFailure) {
                let row = try files.root.parse(path) { bytes throws(KernelTextError) in try NodeDistance.parse(bytes) }
                guard row.count == nodes.count else {
                    throw .inconsistent(path: path, reason: "\(row.count) columns for \(nodes.count) nodes")
                }
                nodes[index].distanceRow = row
            } catch {
                files.note(error)
                missing.insert(nodes[index].id)
                why = why ?? error.reason(isLive: files.root.isLive)
            }
        }
        guard let why else {
            return DistanceMatrix(nodes: nodes.map(\.id), rows: nodes.compactMap(\.distanceRow))
        }
        if nodes.count > 1 {
            notes.append(
                HostNote(
                    .unknown, "distances",
                    "how far \(Self.names(missing)) \(missing.count == 1 ? "is" : "are") from the others is unknown: "
                        + "nodeN/distance \(why)"))
        }
        return nil
    }

    private static func names(_ nodes: NodeSet) -> String {
        nodes.count == 1 ? "node \(nodes)" : "nodes \(nodes)"
    }
}
