import HostReading
import LinuxSystem
import NUMATopology
import SystemPackage
import Testing

/// The shape of a machine from whatever tells it.
@Suite struct MachineReaderTests {
    private static let cpu = "/sys/devices/system/cpu"
    private static let node = "/sys/devices/system/node"

    /// Two nodes with numbers apart, one CPU offline.
    private static let files = [
        "\(cpu)/possible": "0-7\n", "\(cpu)/present": "0-6\n", "\(cpu)/online": "0-3,6\n",
        "\(node)/online": "0,2\n",
        "\(node)/node0/cpulist": "0-1\n", "\(node)/node2/cpulist": "2-3,6\n",
        "\(node)/node0/distance": "10 20\n", "\(node)/node2/distance": "20 10\n",
    ]

    private func read(_ change: (inout MemoryRoot) -> Void) -> MachineReading {
        var root = MemoryRoot(files: Self.files)
        change(&root)
        return MachineReader.read(from: root)
    }

    private func cpus(_ reading: MachineReading) -> [Int: String] {
        Dictionary(uniqueKeysWithValues: reading.machine.nodes.map { ($0.id.rawValue, $0.cpus.listText) })
    }

    @Test("Lists of the kernel are taken as they are, and there is nothing to say")
    func whole() {
        let reading = read { _ in }
        #expect(cpus(reading) == [0: "0-1", 2: "2-3,6"])
        #expect(reading.machine.distances?.distance(from: NodeID(0), to: NodeID(2)) == 20)
        #expect(reading.machine.nodes[0].memoryBytes == nil)
        #expect(reading.machine.notes == [])
        #expect(reading.failures == [])
        #expect(reading.hasNodes && reading.hasShape)
    }

    @Test(
        "A list that is missing, empty, or odd is made up for, and the note says by what and why",
        arguments: [
            ("\(node)/online", "nodes", "directory nodeN"), ("\(cpu)/online", "cpus", "the nodes' lists"),
            ("\(node)/node2/cpulist", "cpus", "no other node has"), ("\(cpu)/possible", "cpus", "those that are found"),
        ], [nil, "", "0-\n", "x\n"])
    func oneListGone(_ gone: (path: String, about: String, by: String), text: String?) {
        let reading = read { root in
            root.remove(gone.path)
            if let text { root.addFile(gone.path, text: text) }
        }
        #expect(cpus(reading) == [0: "0-1", 2: "2-3,6"])
        #expect(reading.machine.distances != nil)
        #expect(reading.machine.onlineCPUs == [0, 1, 2, 3, 6])
        #expect(reading.failures.contains { $0.path == gone.path })
        #expect(
            reading.machine.notes.contains {
                $0.kind == .concluded && $0.about == gone.about && $0.text.contains(gone.by)
            })
    }

    @Test(
        "A list of nothing but NULs or blanks is missing, as an empty file is; one of a newline is empty",
        arguments: ["", "\0\0", " ", "\0\n", " \n"])
    func nothingInIt(text: String) {
        let path = "\(Self.node)/node2/cpulist"
        #expect(cpus(read { $0.addFile(path, text: text) }) == [0: "0-1", 2: "2-3,6"])
        #expect(cpus(read { $0.addFile(path, text: "\n") }) == [0: "0-1", 2: ""])
    }

    @Test(
        "NULs and blanks behind a value are none of it",
        arguments: ["\(cpu)/online", "\(node)/online", "\(node)/node2/cpulist", "\(node)/node0/distance"],
        ["\n\0", "\0\0\0", " \n", "\n\n", "", "\n\0\0 \0"])
    func endings(path: String, ending: String) {
        let reading = read { root in
            root.addFile(path, text: String((Self.files[path] ?? "").dropLast()) + ending)
        }
        #expect(reading.machine == MachineReader.read(from: MemoryRoot(files: Self.files)).machine)
    }

    @Test("Without lists, the CPUs of nodes come from maps, then from links of either side")
    func mapsAndLinks() {
        let withoutLists = { (root: inout MemoryRoot) in
            root.remove("\(Self.node)/node0/cpulist")
            root.remove("\(Self.node)/node2/cpulist")
        }
        let byMap = read { root in
            withoutLists(&root)
            root.addFile("\(Self.node)/node0/cpumap", text: "03\n\0")
            root.addFile("\(Self.node)/node2/cpumap", text: "4c\n")
        }
        #expect(cpus(byMap) == [0: "0-1", 2: "2-3,6"])
        #expect(byMap.machine.notes.map(\.text).count == 1)
        #expect(byMap.machine.notes[0].text.contains("CPUs of nodes 0,2 are taken from nodeN/cpumap"))
        // A link of a CPU that is offline tells nothing of what runs.
        let byNode = read { root in
            withoutLists(&root)
            for number in [0, 1] { root.addLink("\(Self.node)/node0/cpu\(number)", target: "../../cpu/cpu\(number)") }
            for number in [2, 3, 5, 6] {
                root.addLink("\(Self.node)/node2/cpu\(number)", target: "../../cpu/cpu\(number)")
            }
        }
        #expect(cpus(byNode) == [0: "0-1", 2: "2-3,6"])
        #expect(byNode.machine.nodesOfOtherCPUs == [5: NodeID(2)])
        let byCPU = read { root in
            withoutLists(&root)
            for number in [0, 1, 2, 3, 6] {
                root.addLink("\(Self.cpu)/cpu\(number)/node\(number < 2 ? 0 : 2)", target: "../../node/node0")
            }
        }
        #expect(cpus(byCPU) == [0: "0-1", 2: "2-3,6"])
        #expect(byCPU.machine.notes.allSatisfy { $0.kind == .concluded && $0.about == "cpus" })
    }

    @Test("A node whose CPUs nothing tells has unknown CPUs, not none")
    func unknownCPUs() {
        let reading = read { root in
            root.remove("\(Self.node)/node0/cpulist")
            root.remove("\(Self.node)/node2/cpulist")
        }
        #expect(reading.machine.nodes.map(\.knowsCPUs) == [false, false])
        #expect(reading.machine.notes.contains { $0.kind == .unknown && $0.text.contains("nodes 0,2") })
        let none = read { root in
            root.remove("\(Self.node)/node0/cpulist")
            root.remove("\(Self.node)/node2/cpulist")
            root.addFile("\(Self.node)/has_cpu", text: "0\n")
        }
        #expect(none.machine.nodes.map(\.knowsCPUs) == [true, true])
        #expect(cpus(none) == [0: "0-3,6", 2: ""])
    }

    @Test("Without a node directory, nodes are those that CPUs link to, else the packages, as an assumption")
    func withoutNodes() {
        let linked = read { root in
            root.remove(Self.node)
            for number in [0, 1, 2, 3, 6] { root.addDirectory("\(Self.cpu)/cpu\(number)/node\(number < 2 ? 0 : 2)") }
        }
        #expect(cpus(linked) == [0: "0-1", 2: "2-3,6"])
        #expect(linked.hasNodes)
        let packages = read { root in
            root.remove(Self.node)
            for number in [0, 1, 2, 3, 6] {
                root.addFile(
                    "\(Self.cpu)/cpu\(number)/topology/physical_package_id", text: number < 2 ? "0\n" : "1\n")
            }
        }
        #expect(cpus(packages) == [0: "0-1", 1: "2-3,6"])
        #expect(packages.machine.notes.map(\.kind) == [.assumed])
    }

    @Test("Nodes of which nothing tells are unknown; a kernel that counts nothing by node has one")
    func noNodes() {
        let unknown = read { $0.remove(Self.node) }
        #expect(unknown.machine.nodes.isEmpty && !unknown.hasNodes && !unknown.hasShape)
        #expect(unknown.machine.notes.map(\.kind) == [.unknown])
        #expect(unknown.machine.onlineCPUs == [0, 1, 2, 3, 6])
        let single = read { root in
            root.remove(Self.node)
            root.addFile("/proc/vmstat", text: "nr_free_pages 1\n")
        }
        #expect(single.machine.nodes.map(\.cpus) == [[0, 1, 2, 3, 6]])
        #expect(single.machine.distances == nil)
        #expect(single.machine.notes == [])
        #expect(!single.hasNodes && single.hasShape)
        let counted = read { root in
            root.remove(Self.node)
            root.addFile("/proc/vmstat", text: "nr_free_pages 1\nnuma_hit 5\n")
        }
        #expect(counted.machine.nodes.isEmpty)
    }

    // What is left of the usual files, from most to least.
    @Test(
        "Online CPUs come from the next file that tells them",
        arguments: [
            (["cpu/present": "0-3\n", "cpu/offline": "2\n"], "0-1,3"), (["cpu/possible": "0-3\n"], "0-3"),
            (["cpu/possible": "0-3\n", "cpu/cpu2/online": "0\n", "cpu/cpu1/online": "1\n"], "0-1,3"),
            (["cpu/cpu0/topology/core_id": "0\n", "cpu/cpu4/topology/core_id": "0\n"], "0,4"), ([:], "0-1,5"),
        ] as [([String: String], String)])
    func onlineCPUs(files: [String: String], expected: String) {
        var root = MemoryRoot(files: ["/proc/stat": "cpu 1 1 1 1\ncpu0 1 1 1 1\ncpu1 1 1 1 1\ncpu5 1 1 1 1\nbtime 1\n"])
        for (path, text) in files { root.addFile("/sys/devices/system/\(path)", text: text) }
        #expect(MachineReader.read(from: root).machine.onlineCPUs.listText == expected)
    }

    @Test("The CPUs of /proc/cpuinfo are the last resort")
    func cpuinfo() {
        let root = MemoryRoot(files: ["/proc/cpuinfo": "processor\t: 0\nmodel\t: 1\n\nprocessor\t: 3\nmodel\t: 1\n"])
        #expect(MachineReader.read(from: root).machine.onlineCPUs == [0, 3])
        #expect(MachineReader.read(from: MemoryRoot()).machine.onlineCPUs.isEmpty)
    }

    @Test("CPUs that run by the nodes' lists, but not by cpu/online, show a stand-in: the nodes are believed")
    func standIn() {
        let reading = read { root in
            root.addFile("\(Self.cpu)/online", text: "0-1\n")
            for number in [2, 3] { root.addFile("\(Self.cpu)/cpu\(number)/topology/core_id", text: "0\n") }
        }
        #expect(cpus(reading) == [0: "0-1", 2: "2-3,6"])
        #expect(reading.machine.onlineCPUs == [0, 1, 2, 3, 6])
        #expect(reading.machine.notes.map(\.kind) == [.contradiction])
    }

    @Test("A CPU that a list has and nothing shows running counts as offline, and its node is remembered")
    func listedOffline() {
        let reading = read { $0.addFile("\(Self.node)/node2/cpulist", text: "2-3,5-6\n") }
        #expect(cpus(reading) == [0: "0-1", 2: "2-3,6"])
        #expect(reading.machine.nodeByAnyCPU()[5] == NodeID(2))
        #expect(reading.machine.nodeByCPU()[5] == nil)
        #expect(reading.machine.notes.map(\.kind) == [.contradiction])
    }

    @Test("CPUs that are online, but on no node's list, are on no node, and the contradiction is said")
    func unlisted() {
        let reading = read { $0.addFile("\(Self.node)/node0/cpulist", text: "\n") }
        #expect(cpus(reading) == [0: "", 2: "2-3,6"])
        #expect(reading.machine.notes.map(\.kind) == [.contradiction])
        #expect(reading.machine.notes.first?.text.hasPrefix("CPUs 0-1 are online by") == true)
    }

    @Test("Directories that node/online does not have are counted in a copy, and the contradiction is said")
    func moreDirectories() {
        let reading = read { root in
            root.addFile("\(Self.node)/online", text: "0\n")
        }
        #expect(cpus(reading) == [0: "0-1", 2: "2-3,6"])
        #expect(reading.machine.notes.map(\.kind) == [.contradiction])
    }

    @Test(
        "A row of distances that is missing or does not fit leaves the table absent, and the other rows where they are",
        arguments: [nil, "10\n", "x\n"])
    func distances(text: String?) {
        let reading = read { root in
            root.remove("\(Self.node)/node2/distance")
            if let text { root.addFile("\(Self.node)/node2/distance", text: text) }
        }
        #expect(reading.machine.distances == nil)
        #expect(reading.machine.nodes.map(\.distanceRow) == [[10, 20], nil])
        #expect(reading.machine.notes.map(\.kind) == [.unknown])
        #expect(reading.machine.notes.map(\.about) == ["distances"])
    }

    @Test("Numbers above any kernel's limit are dropped and reported")
    func implausible() {
        let reading = read { $0.addFile("\(Self.cpu)/online", text: "0-3,6,1000000\n") }
        #expect(reading.machine.onlineCPUs == [0, 1, 2, 3, 6])
        #expect(reading.failures.count == 1)
    }

    @Test("A refusal that may pass is told from a file that is not there")
    func passing() {
        #expect(read { $0.fail("\(Self.node)/online", with: .tooManyOpenFiles) }.mayBePassing)
        #expect(!read { $0.remove("\(Self.node)/online") }.mayBePassing)
    }

    @Test("What a node links to is found for CPUs that are offline as well")
    func links() {
        var root = MemoryRoot(files: Self.files)
        root.addLink("\(Self.cpu)/cpu4/node2", target: "../../node/node2")
        #expect(MachineReader.linkedNode(of: 4, in: root) == NodeID(2))
        #expect(MachineReader.linkedNode(of: 5, in: root) == nil)
    }

    @Test("Whatever single file is removed, cut or filled with noise, reading ends and invents no node")
    func robust() {
        for path in Self.files.keys.sorted() {
            for text in [nil, "", "0", "0-", "\0", "99999999999999999999\n", "-1\n", "a,b\n", "0,0,0\n"] {
                let reading = read { root in
                    root.remove(path)
                    if let text { root.addFile(path, text: text) }
                }
                #expect(reading.machine.nodeSet.isSubset(of: [NodeID(0), NodeID(2)]), "\(path) \(text ?? "removed")")
            }
        }
    }
}
