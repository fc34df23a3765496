import KernelText
import LinuxSystem
import NUMATopology

/// The files a machine's shape is read from, each asked for once.
struct MachineFiles {
    let root: any HostRoot
    private(set) var failures: [SourceFailure] = []
    private var buffer: [UInt8] = []
    private var knownDirectories: [Int]?
    private var knownLinks: [Int: [Int]]?

    init(_ root: any HostRoot) {
        self.root = root
    }

    mutating func note(_ failure: SourceFailure) {
        failures.append(failure)
    }

    // MARK: Lists

    /// A list of CPUs or nodes. An empty file is none, nor is one of blanks or NUL: the kernel prints an empty list as a
    /// newline.
    mutating func list(
        _ path: String, largest: Int = CPUList.largestNumber
    ) throws(SourceFailure) -> [ClosedRange<Int>] {
        let ranges = try root.parse(path, into: &buffer) { bytes throws(KernelTextError) in
            try CPUList.parse(bytes, largest: largest)
        }
        guard !ranges.isEmpty || buffer.first == UInt8(ascii: "\n") else {
            throw .inconsistent(path: path, reason: "the file is empty")
        }
        return ranges
    }

    /// A list of `/sys/devices/system/cpu` that names at least one CPU; nil, and noted, where it cannot be used.
    mutating func cpus(_ name: String) -> CPUSet? {
        let path = "\(MachineReader.cpuDirectory)/\(name)"
        do throws(SourceFailure) {
            let cpus = plausible(CPUSet(ranges: try list(path)), path)
            guard !cpus.isEmpty else { throw .inconsistent(path: path, reason: "no CPU is in it") }
            return cpus
        } catch {
            note(error)
            return nil
        }
    }

    /// As ``cpus(_:)``, of a file that others make up for: nothing is noted, and it may be empty.
    mutating func optionalCPUs(_ name: String) -> CPUSet? {
        let path = "\(MachineReader.cpuDirectory)/\(name)"
        guard let ranges = try? list(path) else { return nil }
        return plausible(CPUSet(ranges: ranges), path)
    }

    mutating func optionalNodes(_ name: String) -> NodeSet? {
        let ranges = try? list("\(MachineReader.nodeDirectory)/\(name)", largest: CPUList.largestNode)
        return ranges.map { NodeSet(ranges: $0) }
    }

    /// A mask of CPUs; nil where it cannot be used.
    mutating func mask(_ path: String) -> CPUSet? {
        let ranges = try? root.parse(path, into: &buffer) { bytes throws(KernelTextError) in try CPUMask.parse(bytes) }
        return ranges.map { plausible(CPUSet(ranges: $0), path) }
    }

    /// Without CPUs above any kernel's limit.
    mutating func plausible(_ cpus: CPUSet, _ path: String) -> CPUSet {
        guard let last = cpus.last, last > CPUList.largestCPU else { return cpus }
        note(.inconsistent(path: path, reason: "CPU \(last) is above any kernel's limit"))
        return CPUSet(cpus.prefix { $0 <= CPUList.largestCPU })
    }

    // MARK: Directories

    /// The numbers N of the entries `prefixN` of a directory, ascending; empty if it cannot be listed.
    func numbered(_ directory: String, _ prefix: String) -> [Int] {
        FactReader.numbered((try? root.list(directory)) ?? [], prefix: prefix).filter {
            $0 <= (prefix == "node" ? CPUList.largestNode : CPUList.largestCPU)
        }
    }

    /// The CPUs that have a directory `cpuN`, offline ones included.
    var cpuDirectories: [Int] {
        mutating get {
            if let knownDirectories { return knownDirectories }
            let found = numbered(MachineReader.cpuDirectory, "cpu")
            knownDirectories = found
            return found
        }
    }

    /// The nodes each CPU links to, where it links to any.
    var nodesByCPU: [Int: [Int]] {
        mutating get {
            if let knownLinks { return knownLinks }
            var found: [Int: [Int]] = [:]
            for cpu in cpuDirectories {
                let nodes = numbered("\(MachineReader.cpuDirectory)/cpu\(cpu)", "node")
                if !nodes.isEmpty { found[cpu] = nodes }
            }
            knownLinks = found
            return found
        }
    }

    /// The CPUs that a node links to, or that link to it; nil where links do not tell.
    mutating func linkedCPUs(of node: NodeID) -> CPUSet? {
        let linked = CPUSet(numbered("\(MachineReader.nodeDirectory)/node\(node)", "cpu"))
        guard linked.isEmpty else { return linked }
        let linking = CPUSet(nodesByCPU.filter { $0.value.contains(node.rawValue) }.keys)
        // None links to it: that tells something only where all CPUs have links.
        let isComplete = !nodesByCPU.isEmpty && nodesByCPU.count == cpuDirectories.count
        return linking.isEmpty && !isComplete ? nil : linking
    }

    /// The CPUs of each package.
    var cpusByPackage: [Int: CPUSet] {
        mutating get {
            var found: [Int: CPUSet] = [:]
            for cpu in cpuDirectories {
                let path = "\(MachineReader.cpuDirectory)/cpu\(cpu)/topology/physical_package_id"
                let package = try? root.parse(path, into: &buffer) { bytes throws(KernelTextError) in
                    try ScalarFile.signed(bytes, file: .cpuTopology, field: "physical_package_id")
                }
                guard let package, (0...Int64(CPUList.largestNode)).contains(package) else { continue }
                found[Int(package), default: []].insert(cpu)
            }
            return found
        }
    }

    /// Whether `cpuN/online` says no. CPU 0 often has no such file, and one that is missing says nothing.
    func isSwitchedOff(_ cpu: Int) -> Bool {
        (try? root.readText("\(MachineReader.cpuDirectory)/cpu\(cpu)/online", limitBytes: 64)) == "0"
    }

    /// Whether the kernel shows a CPU's topology, which it does of running ones only.
    func isShownRunning(_ cpu: Int) -> Bool {
        let names = (try? root.list("\(MachineReader.cpuDirectory)/cpu\(cpu)")) ?? []
        return names.contains("topology") && !isSwitchedOff(cpu)
    }

    // MARK: Others

    /// Whether the kernel was built without `CONFIG_NUMA`: it counts no allocations by node then.
    var isWithoutNUMA: Bool {
        mutating get {
            var defects = LineDefects()
            let hits = try? root.parseLines("/proc/vmstat", into: &buffer, defects: &defects) {
                bytes throws(KernelTextError) -> Bool in
                try CounterLines.value(of: "numa_hit", in: bytes) != nil
            }
            if let hits { return !hits }
            // A live host that shows its CPUs, but no directory of nodes, has none to show.
            return root.isLive && !cpuDirectories.isEmpty
        }
    }

    /// `MemTotal` of a node.
    mutating func memoryBytes(of node: NodeID) -> UInt64? {
        var defects = LineDefects()
        let meminfo = try? root.parseLines(
            "\(MachineReader.nodeDirectory)/node\(node)/meminfo", into: &buffer, defects: &defects
        ) { bytes throws(KernelTextError) in try Meminfo(parsingNode: bytes) }
        return meminfo?.totalBytes
    }

    /// The CPUs `/proc/stat` has a line of, which are online.
    mutating func cpusOfStat() -> CPUSet {
        var defects = LineDefects()
        let stat = try? root.parseLines("/proc/stat", into: &buffer, defects: &defects) {
            bytes throws(KernelTextError) in try ProcStat(parsing: bytes)
        }
        return plausible(CPUSet((stat?.cpus ?? []).compactMap(\.cpu)), "/proc/stat")
    }

    /// The CPUs `/proc/cpuinfo` describes, which are online.
    mutating func cpusOfCPUInfo() -> CPUSet {
        guard let text = try? root.readText("/proc/cpuinfo") else { return [] }
        let numbers = text.split(separator: "\n").compactMap { line -> Int? in
            // `processor	: 0`; s390 has `processor 0: version = …`.
            guard line.hasPrefix("processor") else { return nil }
            return line.split(whereSeparator: { " \t:".contains($0) }).dropFirst().first.flatMap { Int($0) }
        }
        return plausible(CPUSet(numbers.filter { (0...CPUList.largestNumber).contains($0) }), "/proc/cpuinfo")
    }
}
