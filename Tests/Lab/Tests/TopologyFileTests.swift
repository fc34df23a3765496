import Lab
import NUMATopology
import Testing

@Suite struct TopologyFileTests {
    @Test(
        "Every topology of the repository is understood, and asks for checks that there are",
        arguments: TopologyFile.names)
    func all(_ name: String) throws {
        let topology = try TopologyFile.load(name)
        #expect(topology.name == name)
        #expect(!topology.title.isEmpty)
        for series in topology.kernels {
            #expect(try !CheckCatalogue.checks(for: topology, series).isEmpty)
        }
    }

    private static let covered = KernelSeries.allCases.filter { LabCoverage.of($0) != .rules }

    /// What is made on a kernel, by the table.
    private func made(on series: KernelSeries) throws -> Set<String> {
        var made: Set<String> = []
        for var topology in try TopologyFile.names.map({ try TopologyFile.load($0) }) {
            guard let checks = LabCoverage.checks(of: topology, on: series) else { continue }
            topology.checks = checks
            for check in try CheckCatalogue.checks(for: topology, series) {
                made.insert(check.name)
                // Those a machine asks for must fit it.
                #expect(check.obstacle(on: topology, series) == nil, "\(check.name) on \(topology.name)")
            }
        }
        return made
    }

    @Test(
        "Every check is made on the oldest kernel, on Debian's own and on the newest of 6.x and 7.x",
        arguments: covered)
    func everyCheck(_ series: KernelSeries) throws {
        // A kernel without modules has no disk for a userland: 6.18 stands in for it.
        let others: Set<String> = series == .linux619 ? try made(on: .linux618) : []
        #expect(try made(on: series).union(others) == Set(CheckCatalogue.all.map(\.name)))
    }

    @Test("Domains and a replay are looked at on every kernel", arguments: KernelSeries.allCases)
    func everyKernel(_ series: KernelSeries) throws {
        #expect(try made(on: series).isSuperset(of: ["domains", "replay"]))
    }

    @Test("Sections, keys and repeated lines become a machine")
    func machine() throws {
        let text = """
            # A comment
              [Machine]
            Title = Two and a half nodes
            Architecture=amd64
            Sockets=2
            Dies=1
            Cores=2
            Threads=2
            CPUModel=EPYC-Milan,topoext=on
            [Node]
            CPUs=0-3
            Memory=160M
            [Node]
            CPUs=4-7
            Memory=1G
            ; another comment
            [Node]
            Memory=64M
            [Distances]
            Row=10 21 14
            Row=21 10 24
            Row=14 24 10
            [Kernel]
            Series=6.12
            Arguments=isolcpus=domain,2-3 nosmt
            Without=quiet
            [Guest]
            Prepare=echo 0 > /sys/devices/system/cpu/cpu3/online
            Prepare=true
            [Checks]
            Only=domains
            """
        let topology = try TopologyFile.parse(text, file: "x.topology", name: "x")
        var expected = LabTopology(name: "x")
        expected.title = "Two and a half nodes"
        (expected.sockets, expected.cores, expected.threads) = (2, 2, 2)
        expected.cpuModel = "EPYC-Milan,topoext=on"
        expected.nodes = [
            .init(cpus: [0, 1, 2, 3], memoryMiB: 160), .init(cpus: [4, 5, 6, 7], memoryMiB: 1024),
            .init(cpus: [], memoryMiB: 64),
        ]
        expected.distances = [[10, 21, 14], [21, 10, 24], [14, 24, 10]]
        expected.kernels = [.linux612]
        expected.bootArguments = ["isolcpus=domain,2-3", "nosmt"]
        expected.omittedBootArguments = ["quiet"]
        expected.preparation = ["echo 0 > /sys/devices/system/cpu/cpu3/online", "true"]
        expected.checks = ["domains"]
        #expect(topology == expected)
        #expect(topology.cpuCount == 8)
        #expect(topology.memoryMiB == 1248)
    }

    static let node = "[Node]\nCPUs=0\nMemory=1M\n"

    @Test(
        "A mistake is told with its line and column",
        arguments: [
            // Syntax.
            ("Sockets=1", "1:1: stands in front of the first section"),
            ("[Machine]\n  Sockets", "2:3: expected Key=value, a [Section] or a # comment"),
            ("\n [Machine", "2:2: a section is written [Name]"),
            ("[]", "1:1: a section is written [Name]"),
            // Names.
            ("[Machine]\n Socket=1", "2:2: unknown key Socket= in [Machine]"),
            ("[Machines]\nSockets=1", "1:1: unknown section [Machines]"),
            // Values.
            ("[Machine]\nSockets= 0", "2:10: Sockets=0: expected a number from 1 to 1024"),
            ("[Machine]\nArchitecture=arm", "2:14: Architecture=arm: expected amd64 or arm64"),
            ("[Node]\nCPUs=3-1", "2:6: CPUs=3-1: expected a list such as 0-3,8"),
            ("[Node]\nMemory=160", "2:8: Memory=160: expected a size such as 160M or 1G"),
            ("[Node]\nMemory=0M", "2:8: Memory=0M: expected a size such as 160M or 1G"),
            (node + "[Distances]\nRow=9", "5:5: Row=9: expected distances from 10 to 254"),
            (
                node + "[Kernel]\nSeries=5.4",
                "5:8: Series=5.4: expected \(KernelSeries.allCases.map(\.rawValue).joined(separator: " or "))"
            ),
            (
                node + "[Kernel]\nWithout=sched",
                "5:9: Without=sched: expected some of: \(QEMUArguments.commonBootArguments.joined(separator: " "))"
            ),
            // What fits nothing else.
            ("[Machine]\nSockets=1", "1:1: there is no [Node]"),
            ("[Node]", "1:1: this node has neither CPUs= nor Memory="),
            ("[Machine]\nClusters=2\n" + node, "1:1: machines of amd64 have dies, those of arm64 have clusters"),
            (
                "[Machine]\nArchitecture=arm64\nDies=2\n" + node,
                "1:1: machines of amd64 have dies, those of arm64 have clusters"
            ),
            (
                "[Machine]\nArchitecture=arm64\n" + node + "[Guest]\nSystem=systemd",
                "1:1: our programs do not run on arm64: System= is busybox there"
            ),
            (node + "[Guest]\nInstall=package", "1:1: Install= is for guests with System=systemd"),
            (node + "[Guest]\nSystem=systemd\nInstall=tar", "6:9: Install=tar: expected files or package"),
            (node + node, "4:1: CPU 0 is in a node already"),
            ("[Node]\nCPUs=0-1\nMemory=1M", "1:1: CPU 1 does not exist: the machine has 1"),
            ("[Machine]\nSockets=2\n" + node, "1:1: 1 of 2 CPUs are in no node"),
            ("[Node]\nCPUs=0\n[Node]\nMemory=1M", "1:1: the first node needs memory: kernels start in it"),
            (node + "[Distances]\nRow=10\nRow=10", "6:1: 2 rows for 1 nodes"),
            (node + "[Distances]\nRow=10 20", "5:1: 2 distances for 1 nodes"),
        ])
    func mistakes(_ text: String, _ message: String) {
        #expect {
            try TopologyFile.parse(text, file: "x.topology", name: "x")
        } throws: { error in
            "\(error)" == "x.topology:" + message
        }
    }

    @Test("A topology that is not there is refused with those that are")
    func missing() {
        #expect {
            try TopologyFile.load("17-nodes")
        } throws: { error in
            "\(error)".contains("17-nodes.topology") && "\(error)".contains("2-nodes")
        }
    }

    @Test("A check that is not there is refused with those that are")
    func missingCheck() throws {
        var topology = try TopologyFile.load("2-nodes")
        topology.checks = ["domain"]
        #expect {
            try CheckCatalogue.checks(for: topology, .linux61)
        } throws: { error in
            "\(error)".contains("there is no check domain") && "\(error)".contains("domains")
        }
    }

    @Test("A check that starts our programs is none for CPUs they are not made for")
    func foreignCheck() throws {
        var topology = try TopologyFile.load("arm64")
        #expect(try CheckCatalogue.checks(for: topology, .linux612).map(\.name) == ["machine", "domains"])
        topology.checks = nil
        #expect(try CheckCatalogue.checks(for: topology, .linux612).map(\.name) == ["machine", "domains"])
        topology.checks = ["domains", "daemon"]
        #expect {
            try CheckCatalogue.checks(for: topology, .linux612)
        } throws: { error in
            "\(error)".contains("the check daemon needs our programs, which do not run on arm64")
        }
    }

    @Test("A topology says what runs in its guest; a check is made where its steps can run, and nowhere else")
    func system() throws {
        let text = "[Machine]\nTitle=x\n[Node]\nCPUs=0\nMemory=160M\n[Node]\nMemory=160M\n[Guest]\nSystem="
        var topology = try TopologyFile.parse(text + "systemd", file: "f", name: "x")
        #expect(topology.system == .systemd)
        #expect(try CheckCatalogue.checks(for: topology, .linux61).allSatisfy { $0.name.hasPrefix("installed-") })
        #expect(try TopologyFile.parse("[Machine]\n[Node]\nCPUs=0\nMemory=1G", file: "f", name: "x").system == .busybox)
        #expect {
            try TopologyFile.parse(text + "upstart", file: "f", name: "x")
        } throws: { error in
            "\(error)".contains("f:9:8: System=upstart: expected busybox or systemd")
        }
        topology.checks = ["domains"]
        #expect {
            try CheckCatalogue.checks(for: topology, .linux61)
        } throws: { error in
            "\(error)".contains("the check domains is not for the system systemd")
        }
    }

    @Test("What is installed as a package is upgraded and removed as one")
    func installation() throws {
        let text = "[Machine]\n[Node]\nCPUs=0\nMemory=160M\n[Node]\nMemory=160M\n[Guest]\nSystem=systemd\n"
        for (line, own, other) in [
            ("Install=package", "installed-package", "installed-removal"),
            ("", "installed-removal", "installed-package"),
        ] {
            let topology = try TopologyFile.parse(text + line, file: "f", name: "x")
            let names = try CheckCatalogue.checks(for: topology, .linux612).map(\.name)
            #expect(names.contains(own) && !names.contains(other) && names.contains("installed-reload"), "\(names)")
        }
    }
}
