import NUMATopology
import SchedDomains

/// Turns the sections of a topology file into a topology, and refuses what no machine can be made of.
struct TopologyValues {
    let file: String
    var topology: LabTopology
    /// Where each node and row stands, for what is only known at the end.
    private var nodeLines: [Int] = []
    private var rowLines: [Int] = []

    init(file: String, topology: LabTopology) {
        self.file = file
        self.topology = topology
    }

    mutating func add(_ section: TopologySyntax.Section) throws(TopologyProblem) {
        if section.name == "Node" {
            topology.nodes.append(LabTopology.Node(cpus: [], memoryMiB: 0))
            nodeLines.append(section.line)
        }
        for assignment in section.assignments {
            switch (section.name, assignment.key) {
            case ("Machine", "Title"): topology.title = assignment.value
            case ("Machine", "Architecture"): topology.architecture = try architecture(assignment)
            case ("Machine", "Sockets"): topology.sockets = try count(assignment)
            case ("Machine", "Dies"): topology.dies = try count(assignment)
            case ("Machine", "Clusters"): topology.clusters = try count(assignment)
            case ("Machine", "Cores"): topology.cores = try count(assignment)
            case ("Machine", "Threads"): topology.threads = try count(assignment)
            case ("Machine", "CPUModel"): topology.cpuModel = assignment.value
            case ("Node", "CPUs"): topology.nodes[topology.nodes.count - 1].cpus = try cpus(assignment)
            case ("Node", "Memory"): topology.nodes[topology.nodes.count - 1].memoryMiB = try memory(assignment)
            case ("Distances", "Row"):
                topology.distances.append(try row(assignment))
                rowLines.append(assignment.line)
            case ("Kernel", "Series"): topology.kernels = try series(assignment)
            case ("Kernel", "Arguments"): topology.bootArguments += words(assignment)
            case ("Kernel", "Without"): topology.omittedBootArguments += try omitted(assignment)
            case ("Guest", "Prepare"): topology.preparation.append(assignment.value)
            case ("Guest", "System"): topology.system = try system(assignment)
            case ("Guest", "Install"): topology.installation = try installation(assignment)
            case ("Checks", "Only"): topology.checks = words(assignment)
            case ("Machine", _), ("Node", _), ("Distances", _), ("Kernel", _), ("Guest", _), ("Checks", _):
                throw problem(
                    assignment.line, assignment.keyColumn, "unknown key \(assignment.key)= in [\(section.name)]")
            default:
                throw problem(section.line, 1, "unknown section [\(section.name)]")
            }
        }
    }

    /// Checks what takes more than one line to know.
    func finish() throws(TopologyProblem) -> LabTopology {
        guard !topology.nodes.isEmpty else { throw problem(1, 1, "there is no [Node]") }
        guard topology.architecture == .amd64 ? topology.clusters == 1 : topology.dies == 1 else {
            throw problem(1, 1, "machines of amd64 have dies, those of arm64 have clusters")
        }
        guard topology.architecture.runsPrograms || topology.system == .busybox else {
            throw problem(
                1, 1, "our programs do not run on \(topology.architecture.rawValue): System= is busybox there")
        }
        guard topology.installation == .files || topology.system == .systemd else {
            throw problem(1, 1, "Install= is for guests with System=systemd")
        }
        var placed: CPUSet = []
        for (node, line) in zip(topology.nodes, nodeLines) {
            guard !node.cpus.isEmpty || node.memoryMiB > 0 else {
                throw problem(line, 1, "this node has neither CPUs= nor Memory=")
            }
            if let twice = node.cpus.first(where: placed.contains) {
                throw problem(line, 1, "CPU \(twice) is in a node already")
            }
            if let beyond = node.cpus.first(where: { $0 >= topology.cpuCount }) {
                throw problem(line, 1, "CPU \(beyond) does not exist: the machine has \(topology.cpuCount)")
            }
            placed.formUnion(node.cpus)
        }
        guard placed.count == topology.cpuCount else {
            throw problem(1, 1, "\(topology.cpuCount - placed.count) of \(topology.cpuCount) CPUs are in no node")
        }
        guard topology.nodes[0].memoryMiB > 0 else {
            throw problem(nodeLines[0], 1, "the first node needs memory: kernels start in it")
        }
        guard topology.distances.isEmpty || topology.distances.count == topology.nodes.count else {
            throw problem(
                rowLines.last ?? 1, 1, "\(topology.distances.count) rows for \(topology.nodes.count) nodes")
        }
        for (row, line) in zip(topology.distances, rowLines) where row.count != topology.nodes.count {
            throw problem(line, 1, "\(row.count) distances for \(topology.nodes.count) nodes")
        }
        return topology
    }

    // MARK: Values

    private func count(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> Int {
        guard let value = Int(assignment.value), (1...1024).contains(value) else {
            throw bad(assignment, "a number from 1 to 1024")
        }
        return value
    }

    private func cpus(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> CPUSet {
        guard let cpus = CPUSet(kernelList: assignment.value) else { throw bad(assignment, "a list such as 0-3,8") }
        return cpus
    }

    private func memory(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> Int {
        let scale = ["M": 1, "G": 1024][assignment.value.suffix(1)]
        guard let scale, let value = Int(assignment.value.dropLast()), (1...1_048_576).contains(value) else {
            throw bad(assignment, "a size such as 160M or 1G")
        }
        return value * scale
    }

    private func row(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> [Int] {
        var row: [Int] = []
        for word in words(assignment) {
            // The firmware's table has bytes, and below 10 nothing is defined; 255 says that there is no way.
            guard let distance = Int(word), (10...254).contains(distance) else {
                throw bad(assignment, "distances from 10 to 254")
            }
            row.append(distance)
        }
        return row
    }

    private func series(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> [KernelSeries] {
        var series: [KernelSeries] = []
        for word in words(assignment) {
            guard let kernel = KernelSeries(rawValue: word) else {
                throw bad(assignment, KernelSeries.allCases.map(\.rawValue).joined(separator: " or "))
            }
            series.append(kernel)
        }
        return series
    }

    private func architecture(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> LabArchitecture {
        guard let architecture = LabArchitecture(rawValue: assignment.value) else {
            throw bad(assignment, LabArchitecture.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return architecture
    }

    private func system(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> LabTopology.System {
        guard let system = LabTopology.System(rawValue: assignment.value) else {
            throw bad(assignment, LabTopology.System.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return system
    }

    private func installation(
        _ assignment: TopologySyntax.Assignment
    ) throws(TopologyProblem) -> LabTopology.Installation {
        guard let installation = LabTopology.Installation(rawValue: assignment.value) else {
            throw bad(assignment, LabTopology.Installation.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return installation
    }

    private func omitted(_ assignment: TopologySyntax.Assignment) throws(TopologyProblem) -> [String] {
        let words = words(assignment)
        guard words.allSatisfy(QEMUArguments.commonBootArguments.contains) else {
            throw bad(assignment, "some of: \(QEMUArguments.commonBootArguments.joined(separator: " "))")
        }
        return words
    }

    private func words(_ assignment: TopologySyntax.Assignment) -> [String] {
        assignment.value.split(separator: " ").map(String.init)
    }

    private func bad(_ assignment: TopologySyntax.Assignment, _ expected: String) -> TopologyProblem {
        problem(assignment.line, assignment.valueColumn, "\(assignment.key)=\(assignment.value): expected \(expected)")
    }

    private func problem(_ line: Int, _ column: Int, _ message: String) -> TopologyProblem {
        TopologyProblem(file: file, line: line, column: column, message)
    }
}
