import NUMATopology
import SchedDomains
import Testing

/// The worked examples of the reference document: dumps, parameters, flags.
@Suite struct WorkedExampleTests {
    /// One machine, the CPUs whose dump is known, and that dump.
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var input: DomainsInput
        var cpus: [Int]
        var dump: String
        var testDescription: String { name }
    }

    static let examples: [Example] = {
        var isolated = MachineShapes.seed()
        isolated.isolated = [3]
        var parts = MachineShapes.seed()
        parts.partitions = Sourced(
            [PartitionRequest(cpus: CPUSet(4..<8)), PartitionRequest(cpus: CPUSet(0..<4).union(CPUSet(8..<16)))],
            .derived)
        func pairs(_ distances: [[Int]], _ numbering: SyntheticTopology.Numbering = .adjacent) -> DomainsInput {
            MachineShapes.pairs(distances, numbering: numbering).input
        }
        let sockets = SyntheticTopology.make(nodes: 2, coresPerNode: 2, threads: 2)
        let threadsLast = SyntheticTopology.make(nodes: 2, coresPerNode: 2, threads: 2, numbering: .threadsLast)
        return [
            Example(name: "seed machine", input: MachineShapes.seed(), cpus: [0, 5, 9], dump: GoldenDumps.seedMachine),
            Example(
                name: "seed machine on 6.1", input: MachineShapes.seed(SchedKernelVersion(6, 1, 0)), cpus: [0],
                dump: GoldenDumps.seedOnOldKernel),
            Example(name: "CPU 3 isolated", input: isolated, cpus: [0, 2], dump: GoldenDumps.seedIsolated),
            Example(name: "partition 4-7", input: parts, cpus: [0, 8, 4], dump: GoldenDumps.seedPartition),
            Example(name: "two sockets", input: sockets.input, cpus: [0, 5], dump: GoldenDumps.serverAdjacent),
            Example(
                name: "threads numbered last", input: threadsLast.input, cpus: [0, 3, 5],
                dump: GoldenDumps.serverThreadsLast),
            Example(name: "ring", input: pairs(MachineShapes.ring), cpus: [0, 2, 4, 6], dump: GoldenDumps.ring),
            Example(
                name: "ring, nodes numbered in turn", input: pairs(MachineShapes.ring, .nodesInTurn), cpus: [5],
                dump: GoldenDumps.ringCyclic),
            Example(
                name: "unequal depth", input: pairs(MachineShapes.unequalDepth), cpus: [0, 2],
                dump: GoldenDumps.unequalDepth),
            Example(name: "line", input: pairs(MachineShapes.line), cpus: [0, 2, 4, 6], dump: GoldenDumps.line),
            Example(
                name: "backplane", input: pairs(MachineShapes.backplane), cpus: [0, 8], dump: GoldenDumps.backplane),
            Example(
                name: "five distances", input: pairs(MachineShapes.fiveDistances), cpus: [0, 2, 4, 6],
                dump: GoldenDumps.fiveDistances),
            Example(
                name: "eight-node ring", input: pairs(MachineShapes.eightRing), cpus: [0, 8],
                dump: GoldenDumps.eightRing),
        ]
    }()

    @Test("The dump is the reference document's", arguments: examples)
    func dump(_ example: Example) {
        #expect(DomainDerivation.derive(example.input).dump(example.cpus) == example.dump)
    }

    @Test("The seed machine has the levels, parameters and flags of the reference document")
    func seed() {
        let hierarchy = DomainDerivation.derive(MachineShapes.seed())
        #expect(
            hierarchy.summary(5) == [
                "SMT(0) 4-5 2/4 110 0", "CLS(1) 4-7 4/8 117 1", "MC(2) 0-7 8/16 117 1", "NUMA(5) 0-15 16/32 117 2",
            ])
        let domains = hierarchy.domains(of: 0)
        #expect(domains.map(\.flags) == [.threads, .clusterLevel, .cacheLevel, .nearNUMA])
        #expect(domains.map(\.pattern.groupsFlags.flags) == [[], .threads, .clusterLevel, .cacheLevel])
        #expect(domains.map(\.pattern.imbalanceNUMATasks) == [0, 0, 0, 1])
        #expect(domains.allSatisfy { $0.pattern.parameters?.busyFactor == 16 })
        #expect(hierarchy.topologyType == .direct)
    }

    @Test("The seed machine without a cluster level has the cores as groups of MC")
    func seedWithoutCluster() {
        var input = MachineShapes.seed()
        input.configuration.cluster = Sourced(false, .derived)
        let hierarchy = DomainDerivation.derive(input)
        #expect(hierarchy.summary(0).map { $0.prefix(6) } == ["SMT(0)", "MC(1) ", "NUMA(4"])
        #expect(
            hierarchy.groups(of: hierarchy.domains(of: 0)[1]).map { hierarchy.spans[$0.span].listText } == [
                "0-1", "2-3", "4-5", "6-7",
            ])
    }

    @Test("An isolated CPU has no domains, and intervals count it where weights are not clipped")
    func isolation() {
        var input = MachineShapes.seed()
        input.isolated = [3]
        let hierarchy = DomainDerivation.derive(input)
        #expect(hierarchy.domains(of: 3).isEmpty)
        #expect(hierarchy.dump([3]).isEmpty, "isolated since boot: never attached")
        #expect(
            hierarchy.summary(2) == [
                "CLS(1) 0-2 4/8 117 1", "MC(2) 0-2,4-7 8/16 117 1", "NUMA(5) 0-2,4-15 16/32 117 2",
            ])
        #expect(hierarchy.domains(of: 2)[0].pattern.groupsFlags.flags == [])
        #expect(hierarchy.domains(of: 2).map(\.pattern.otherMinIntervalMilliseconds) == [3, 7, 15])
        input.kernel = SchedKernelVersion(7, 1, 0)
        let newer = DomainDerivation.derive(input)
        #expect(newer.domains(of: 2).compactMap(\.pattern.parameters?.minIntervalMilliseconds) == [3, 7, 15])
    }

    @Test("A CPU that is offline, or in no partition, is shown as detached")
    func detached() {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 4)
        shape.cpus = [0, 1, 3]
        var input = shape.input
        input.presentCPUs = CPUSet(0..<4)
        input.partitions = Sourced([PartitionRequest(cpus: [0, 1])], .derived)
        let text = KernelDump(DomainDerivation.derive(input)).text
        #expect(
            text.hasSuffix(
                "root domain span: 0-1\nCPU2 attaching NULL sched-domain.\nCPU3 attaching NULL sched-domain.\n"))
    }

    @Test("A relax level takes newly-idle balancing from the levels at or above it")
    func relaxLevel() {
        var input = MachineShapes.seed()
        input.relaxDomainLevel = 2
        let domains = DomainDerivation.derive(input).domains(of: 0)
        #expect(domains.map { $0.flags.contains(.balanceNewidle) } == [true, true, false, false])
        input.kernel = SchedKernelVersion(6, 9, 0)
        let older = DomainDerivation.derive(input).domains(of: 0)
        #expect(older.map { $0.flags.contains(.balanceNewidle) } == [true, true, true, false])
    }

    @Test("A partition's own relax request goes before the boot parameter")
    func relaxOfPartition() {
        var input = MachineShapes.seed()
        input.relaxDomainLevel = 0
        input.partitions = Sourced([PartitionRequest(cpus: CPUSet(0..<16), relaxDomainLevel: 5)], .derived)
        let domains = DomainDerivation.derive(input).domains(of: 0)
        #expect(domains.map { $0.flags.contains(.balanceNewidle) } == [true, true, true, false])
    }

    @Test("Far nodes of a line do not balance on exec, fork and wakeup; level numbers keep their gaps")
    func line() {
        let hierarchy = DomainDerivation.derive(MachineShapes.pairs(MachineShapes.line).input)
        #expect(
            hierarchy.summary(0) == [
                "MC(2) 0-1 2/4 117 1", "NUMA(5) 0-3 4/8 117 2", "NUMA(6) 0-5 6/12 117 2", "NUMA(7) 0-7 8/16 117 2",
            ])
        #expect(hierarchy.domains(of: 0).map(\.flags) == [.cacheLevel, .nearNUMA, .nearNUMA, .farNUMA])
        #expect(hierarchy.domains(of: 0)[3].pattern.groupsFlags.flags == .nearNUMA)
        #expect(hierarchy.domains(of: 2).compactMap(\.pattern.levelNumber) == [2, 5, 6])
        #expect(hierarchy.topologyType == .gluelessMesh)
    }

    @Test("A level equal for one node only is removed there only")
    func fiveDistances() {
        let hierarchy = DomainDerivation.derive(MachineShapes.pairs(MachineShapes.fiveDistances).input)
        #expect(hierarchy.domains(of: 0).compactMap(\.pattern.levelNumber) == [2, 5, 6, 7])
        #expect(hierarchy.domains(of: 2).compactMap(\.pattern.levelNumber) == [2, 5, 7, 8])
    }

    @Test("Before 5.13 groups may reach outside their domain, and the kernel says so")
    func withoutDescending() {
        var shape = MachineShapes.pairs(MachineShapes.fiveDistances)
        shape.kernel = SchedKernelVersion(5, 12, 0)
        let lines = DomainDerivation.derive(shape.input).dump([0]).split(separator: "\n")
        #expect(lines.contains("    groups: 0:{ span=0-3 cap=4096 }, 4:{ span=4-7 cap=4096 }"))
        #expect(lines.filter { $0 == "ERROR: groups don't span domain->span" }.count == 1)
    }

    @Test(
        "The allowed NUMA imbalance grows with the distance",
        arguments: [
            (MachineShapes.backplane, [0, 1, 2]), (MachineShapes.eightRing, [0, 1, 1, 2, 2]),
        ])
    func imbalance(_ distances: [[Int]], _ expected: [Int]) {
        let hierarchy = DomainDerivation.derive(MachineShapes.pairs(distances).input)
        #expect(hierarchy.domains(of: 0).compactMap(\.pattern.imbalanceNUMATasks) == expected)
    }

    @Test("The eight-node ring has the flags of the reference document")
    func eightRing() {
        let hierarchy = DomainDerivation.derive(MachineShapes.pairs(MachineShapes.eightRing).input)
        let domains = hierarchy.domains(of: 0)
        #expect(domains.map(\.flags) == [.cacheLevel, .nearNUMA, .nearNUMA, .farNUMA, .farNUMA])
        #expect(domains.map(\.pattern.groupsFlags.flags) == [[], .cacheLevel, .nearNUMA, .nearNUMA, .farNUMA])
        #expect(domains.compactMap(\.pattern.parameters?.minIntervalMilliseconds) == [2, 6, 10, 14, 16])
        let masks = [0, 8].map { cpu in
            hierarchy.domains(of: cpu).map { hierarchy.spans[$0.span].maskText(bitCount: 16) }
        }
        #expect(masks == [["0003", "c00f", "f03f", "fcff", "ffff"], ["0300", "0fc0", "3ff0", "fffc", "ffff"]])
    }
}
