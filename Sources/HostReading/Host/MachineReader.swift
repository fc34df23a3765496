import KernelText
package import LinuxSystem
package import NUMATopology

/// What was read of a machine's shape, and what was in the way.
package struct MachineReading: Sendable {
    package var machine: Machine
    /// Whether the host shows nodes: false for a kernel without `CONFIG_NUMA`, whose CPUs are all on node 0, and where the
    /// nodes are unknown.
    package var hasNodes: Bool
    /// The files about the shape that could not be used, in the order in which they were tried.
    package var failures: [SourceFailure]

    /// Whether there is a shape: nodes and CPUs are known.
    package var hasShape: Bool { !machine.nodes.isEmpty && !machine.onlineCPUs.isEmpty }

    /// Whether a file was refused for a reason that may pass, such as too many open files: what was concluded without it
    /// may be wrong then.
    package var mayBePassing: Bool { hasFailure { $0.kind == .io || $0.isShortage } }

    /// Whether a file could not be read for want of descriptors or memory.
    package var hasShortage: Bool { hasFailure(\.isShortage) }

    private func hasFailure(_ holds: (ReadFailure) -> Bool) -> Bool {
        failures.contains { failure in
            guard case .unreadable(let read) = failure else { return false }
            return holds(read)
        }
    }
}

/// Reads the NUMA shape of a host: `/sys/devices/system/{cpu,node}`. The one maker of a ``Machine`` from files, so that no two
/// commands see two machines.
///
/// A kernel says everything in a few lists. Captures hold some of them, containers see stand-ins, and old kernels print them
/// otherwise; so each part has a line of sources, of which the first that tells is taken:
///
/// | part | sources |
/// |---|---|
/// | nodes | `node/online`; the directories `nodeN`; the links `cpuN/nodeM`; one node, where `/proc/vmstat` shows a kernel without `CONFIG_NUMA`; the packages, as an assumption; else unknown |
/// | CPUs of a node | `nodeN/cpulist`; `nodeN/cpumap`; the links `nodeN/cpuM` and `cpuM/nodeN`; `node/has_cpu`, of a node without; what no other node has; else unknown |
/// | online CPUs | `cpu/online`; the nodes' lists, which hold online CPUs only; `cpu/present`, `cpu/possible` and the directories `cpuN`, all without `cpu/offline` and those whose `cpuN/online` is 0; `/proc/stat`; `/proc/cpuinfo` |
/// | possible CPUs | `cpu/possible`; `cpu/present`; those found |
/// | distances | `nodeN/distance`; else unknown |
///
/// What is taken from anywhere but the first source is a note of the machine, and so is what two sources contradict each
/// other in. The kernel prints online CPUs only in a node's list. Where a list has others that the host shows as running,
/// `cpu/online` is a stand-in (LXCFS), and the list is right; others count as offline, and their node is remembered.
package struct MachineReader {
    static let nodeDirectory = "/sys/devices/system/node"
    static let cpuDirectory = "/sys/devices/system/cpu"

    var files: MachineFiles
    var notes: [HostNote] = []

    /// Reads a machine. Never fails: what cannot be told is absent, and the reading says why.
    ///
    /// - Parameter withMemory: Whether to read each node's `meminfo`.
    package static func read(from root: any HostRoot, withMemory: Bool = true) -> MachineReading {
        var reader = MachineReader(files: MachineFiles(root))
        return reader.read(withMemory)
    }

    /// The node a CPU links to, be it online or not; nil where it has no link.
    package static func linkedNode(of cpu: Int, in root: any HostRoot) -> NodeID? {
        MachineFiles(root).numbered("\(cpuDirectory)/cpu\(cpu)", "node").first.map { NodeID($0) }
    }

    private mutating func read(_ withMemory: Bool) -> MachineReading {
        let possible = files.cpus("possible")
        let online = files.cpus("online")
        let found = findNodes()
        var nodes = found.ids.map { Machine.Node(id: $0, cpus: []) }
        var lists = NodeLists()
        switch found.source {
        case .kernel, .links: lists = findLists(of: found.ids)
        case .packages(let cpus): lists.byNode = cpus
        case .withoutNUMA, .unknown: break
        }
        let all = findOnline(online, possible, lists)
        if case .withoutNUMA = found.source {
            lists.byNode[NodeID(0)] = all
        } else {
            complete(&lists, nodes: found.ids, online: all)
        }
        var others: [Int: NodeID] = [:]
        for index in nodes.indices {
            let listed = lists.byNode[nodes[index].id]
            nodes[index].knowsCPUs = listed != nil
            nodes[index].cpus = (listed ?? []).intersection(all)
            for cpu in (listed ?? []).subtracting(all) where others[cpu] == nil { others[cpu] = nodes[index].id }
            if withMemory, found.source.hasDirectories {
                nodes[index].memoryBytes = files.memoryBytes(of: nodes[index].id)
            }
        }
        let distances = found.source.hasDirectories ? readDistances(&nodes) : nil
        var machine = Machine(
            nodes: nodes, distances: distances, possibleCPUs: possible ?? findPossible(all), onlineCPUs: all)
        machine.nodesOfOtherCPUs = others
        machine.notes = notes
        return MachineReading(machine: machine, hasNodes: found.source.showsNodes, failures: files.failures)
    }

    // MARK: Nodes

    /// How the nodes were found.
    enum NodeSource {
        /// By `node/online` or the directories.
        case kernel
        case links
        case packages([NodeID: CPUSet])
        case withoutNUMA
        case unknown

        var hasDirectories: Bool {
            if case .kernel = self { true } else { false }
        }

        var showsNodes: Bool {
            switch self {
            case .kernel, .links, .packages: true
            case .withoutNUMA, .unknown: false
            }
        }
    }

    private mutating func findNodes() -> (ids: NodeSet, source: NodeSource) {
        let path = "\(Self.nodeDirectory)/online"
        let failure: SourceFailure
        do throws(SourceFailure) {
            let listed = NodeSet(ranges: try files.list(path, largest: CPUList.largestNode))
            guard !listed.isEmpty else { throw .inconsistent(path: path, reason: "no node is online") }
            return (withDirectories(listed), .kernel)
        } catch {
            failure = error
        }
        let why = failure.reason(isLive: files.root.isLive)
        let directories = NodeSet(files.numbered(Self.nodeDirectory, "node").map { NodeID($0) })
        guard directories.isEmpty else {
            files.note(failure)
            notes.append(
                HostNote(
                    .concluded, "nodes",
                    "nodes \(directories) are those that have a directory nodeN: \(path) \(why)"))
            return (directories, .kernel)
        }
        let linked = NodeSet(files.nodesByCPU.values.joined().map { NodeID($0) })
        guard linked.isEmpty else {
            files.note(failure)
            notes.append(
                HostNote(
                    .concluded, "nodes", "nodes \(linked) are those that CPUs link to (cpuN/nodeM): \(path) \(why)"))
            return (linked, .links)
        }
        if files.isWithoutNUMA { return ([NodeID(0)], .withoutNUMA) }
        files.note(failure)
        let packages = files.cpusByPackage
        guard packages.isEmpty else {
            let ids = NodeSet(packages.keys.map { NodeID($0) })
            notes.append(
                HostNote(
                    .assumed, "nodes",
                    "nodes \(ids) are the packages (physical_package_id), which need not be nodes: \(path) \(why), "
                        + "and no CPU links to its node"))
            return (ids, .packages(Dictionary(uniqueKeysWithValues: packages.map { (NodeID($0.key), $0.value) })))
        }
        notes.append(
            HostNote(.unknown, "nodes", "which nodes there are is unknown: \(path) \(why), and nothing else tells it"))
        return ([], .unknown)
    }

    /// A copy may hold more directories than its list names. (A live host's list is not second-guessed: nodes may come while
    /// it is read.)
    private mutating func withDirectories(_ listed: NodeSet) -> NodeSet {
        guard !files.root.isLive else { return listed }
        let more = NodeSet(files.numbered(Self.nodeDirectory, "node").map { NodeID($0) }).subtracting(listed)
        guard !more.isEmpty else { return listed }
        notes.append(
            HostNote(
                .contradiction, "nodes",
                "nodes \(more) have directories, although \(Self.nodeDirectory)/online says \(listed): they are counted"
            ))
        return listed.union(more)
    }

    // MARK: Online CPUs

    private mutating func findOnline(_ online: CPUSet?, _ possible: CPUSet?, _ lists: NodeLists) -> CPUSet {
        if let online { return reconciled(online, lists) }
        let path = "\(Self.cpuDirectory)/online"
        let why = files.failures.last { $0.path == path }?.reason(isLive: files.root.isLive) ?? "is not there"
        func take(_ cpus: CPUSet, _ place: String) -> CPUSet {
            notes.append(
                HostNote(.concluded, "cpus", "online CPUs \(cpus) are taken from \(place): \(path) \(why)"))
            return cpus
        }
        if lists.areWhole { return take(lists.all, "the nodes' lists") }
        let offline = files.optionalCPUs("offline") ?? []
        let numbered = CPUSet(files.cpuDirectories)
        for (cpus, place) in [
            (files.optionalCPUs("present"), "cpu/present"), (possible, "cpu/possible"),
            (numbered, "the directories cpuN"),
        ] {
            guard let cpus, !cpus.isEmpty else { continue }
            let off = CPUSet(numbered.intersection(cpus).filter { files.isSwitchedOff($0) }).union(offline)
            let rest = cpus.subtracting(off)
            return take(rest, off.isDisjoint(with: cpus) ? place : "\(place), without those said to be offline")
        }
        for (cpus, place) in [(files.cpusOfStat(), "/proc/stat"), (files.cpusOfCPUInfo(), "/proc/cpuinfo")]
        where !cpus.isEmpty {
            return take(cpus, place)
        }
        notes.append(
            HostNote(.unknown, "cpus", "which CPUs are online is unknown: \(path) \(why), and nothing else tells it"))
        return []
    }

    /// `cpu/online` held against the nodes' lists, which hold online CPUs only.
    private mutating func reconciled(_ online: CPUSet, _ lists: NodeLists) -> CPUSet {
        var online = online
        var others = lists.printed.subtracting(online)
        if !others.isEmpty, files.root.isLive, let again = files.optionalCPUs("online") {
            // CPUs that came between the two readings contradict nothing.
            online = again
            others = lists.printed.subtracting(online)
        }
        noteUnlisted(online, lists)
        guard !others.isEmpty else { return online }
        let vanished = lists.byNode.values.filter { !$0.isEmpty && $0.isDisjoint(with: online) }
            .reduce(into: CPUSet()) { $0.formUnion($1) }
        let running = CPUSet(
            others.filter { files.isShownRunning($0) || vanished.contains($0) && !files.isSwitchedOff($0) })
        let path = "\(Self.cpuDirectory)/online"
        if !running.isEmpty {
            notes.append(
                HostNote(
                    .contradiction, "cpus",
                    "\(path) says \(online), but the nodes list CPUs \(lists.printed) as online: the nodes are believed, as a "
                        + "container that sees a stand-in (LXCFS) shows this"))
        }
        let rest = others.subtracting(running)
        if !rest.isEmpty {
            notes.append(
                HostNote(
                    .contradiction, "cpus",
                    "the nodes list CPUs \(rest), which \(path) does not: they count as offline"))
        }
        return online.union(running)
    }

    /// Online CPUs that no node has, though each node prints its own: where their threads run is not known.
    private mutating func noteUnlisted(_ online: CPUSet, _ lists: NodeLists) {
        guard lists.areWhole, !online.isSubset(of: lists.all) else { return }
        // One that went off line between the two readings contradicts nothing.
        let still = files.root.isLive ? files.optionalCPUs("online") ?? online : online
        let unlisted = still.intersection(online).subtracting(lists.all)
        guard !unlisted.isEmpty else { return }
        notes.append(
            HostNote(
                .contradiction, "cpus",
                "CPUs \(unlisted) are online by \(Self.cpuDirectory)/online, but no node lists them: they count as on none"
            ))
    }

    private mutating func findPossible(_ online: CPUSet) -> CPUSet {
        let found = (files.optionalCPUs("present") ?? []).union(online).union(CPUSet(files.cpuDirectories))
        let path = "\(Self.cpuDirectory)/possible"
        if !found.isEmpty, let failure = files.failures.first(where: { $0.path == path }) {
            notes.append(
                HostNote(
                    .concluded, "cpus",
                    "possible CPUs \(found) are those that are found: \(path) \(failure.reason(isLive: files.root.isLive))"
                ))
        }
        return found
    }
}
