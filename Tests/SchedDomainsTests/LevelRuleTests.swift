import NUMATopology
import SchedDomains
import Testing

/// Which levels exist, by architecture, version and topology.
@Suite struct LevelRuleTests {
    private func levels(_ input: DomainsInput, cpu: Int = 0) -> [String] {
        DomainDerivation.derive(input).summary(cpu)
    }

    @Test("x86 with several nodes per package has NODE instead of PKG")
    func numaInPackage() {
        var shape = SyntheticTopology.make(nodes: 2, coresPerNode: 4, threads: 2, coresPerCache: 2) {
            $0 == $1 ? 10 : 12
        }
        shape.packages = [CPUSet(0..<16)]
        let hierarchy = DomainDerivation.derive(shape.input)
        #expect(
            hierarchy.summary(0) == [
                "SMT(0) 0-1 2/4 110 0", "MC(2) 0-3 4/8 117 1", "NODE(3) 0-7 8/16 117 1", "NUMA(4) 0-15 16/32 117 2",
            ])
        #expect(hierarchy.domains(of: 0)[2].flags == .packageLevel)
        #expect(hierarchy.domains(of: 0).map(\.pattern.imbalanceNUMATasks) == [0, 0, 2, 2])
        #expect(hierarchy.groups(of: hierarchy.domains(of: 0)[2]).map(\.nominalCapacity) == [4096, 4096])
    }

    @Test("Several caches per node keep PKG; only Zen wakes affine at distance 32")
    func distance32() {
        let shape = SyntheticTopology.make(nodes: 2, coresPerNode: 4, threads: 2, coresPerCache: 2) {
            $0 == $1 ? 10 : 32
        }
        var input = shape.input
        #expect(levels(input).map { $0.prefix(4) } == ["SMT(", "MC(2", "PKG(", "NUMA"])
        #expect(DomainDerivation.derive(input).domains(of: 0)[3].flags == .farNUMA)
        #expect(DomainDerivation.derive(input).domains(of: 0)[3].pattern.origins.flags == .assumed)
        input.cpuMaker = Sourced(.amd(isZen: true), .observed)
        #expect(DomainDerivation.derive(input).domains(of: 0)[3].flags == .nearNUMA)
        #expect(DomainDerivation.derive(input).domains(of: 0)[3].pattern.origins.flags == .derived)
    }

    @Test(
        "One node with one cache has MC only; from 6.17 x86 has no SMT level without threads",
        arguments: [
            (SchedKernelVersion(6, 12, 0), "MC(2) 0-7 8/16 117 1"),
            (SchedKernelVersion(6, 17, 0), "MC(1) 0-7 8/16 117 1"),
        ])
    func oneNode(_ kernel: SchedKernelVersion, _ expected: String) {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8)
        shape.kernel = kernel
        #expect(levels(shape.input) == [expected])
    }

    @Test("From 6.17 NUMA domains have no SD_OVERLAP")
    func withoutOverlap() {
        var shape = MachineShapes.pairs(MachineShapes.ring)
        shape.kernel = SchedKernelVersion(6, 17, 0)
        let hierarchy = DomainDerivation.derive(shape.input)
        #expect(!hierarchy.domains(of: 0)[1].flags.contains(.overlap))
        #expect(hierarchy.dump([0]).contains("0:{ span=0-3,6-7 mask=0-1 cap=6144 }"))
    }

    @Test(
        "A two-CPU guest without a shared cache has PKG, called DIE before 6.7",
        arguments: [
            (SchedKernelVersion(6, 12, 0), "PKG"), (SchedKernelVersion(6, 7, 0), "PKG"),
            (SchedKernelVersion(6, 6, 76), "PKG"),
            (SchedKernelVersion(6, 6, 75), "DIE"), (SchedKernelVersion(6, 1, 0), "DIE"),
        ])
    func packageName(_ kernel: SchedKernelVersion, _ name: String) {
        var shape = SyntheticTopology(cpus: [0, 1])
        shape.kernel = kernel
        shape.caches = [[0], [1]]
        #expect(levels(shape.input) == ["\(name)(3) 0-1 2/4 117 1"])
    }

    @Test("Without NUMA the package level spans all CPUs")
    func withoutNUMA() {
        var input = SyntheticTopology.make(nodes: 2, coresPerNode: 2, threads: 2).input
        input.configuration.numa = Sourced(false, .derived)
        input.hasNodeDirectory = false
        for cpu in input.cpus.indices {
            input.cpus[cpu]?.node = nil
        }
        #expect(
            levels(input).map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "SMT(0) 0-1", "MC(2) 0-3", "PKG(3) 0-7",
            ])
    }

    @Test("Sub-NUMA clustering: the cache's list is cut to the node")
    func subNUMA() {
        var shape = SyntheticTopology.make(nodes: 4, coresPerNode: 2, threads: 2) { from, to in
            from == to ? 10 : from / 2 == to / 2 ? 11 : 21
        }
        shape.packages = [CPUSet(0..<8), CPUSet(8..<16)]
        shape.caches = shape.packages
        #expect(
            levels(shape.input).map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "SMT(0) 0-1", "MC(2) 0-3", "NUMA(4) 0-7", "NUMA(5) 0-15",
            ])
    }

    @Test(
        "A memory-only node makes no level from 5.18 on, and an extra one that is removed before",
        arguments: [
            (SchedKernelVersion(6, 12, 0), [2, 5]), (SchedKernelVersion(5, 15, 0), [1, 5]),
        ])
    func memoryOnlyNode(_ kernel: SchedKernelVersion, _ expected: [Int]) {
        var shape = SyntheticTopology.make(nodes: 2, coresPerNode: 4)
        shape.kernel = kernel
        shape.nodes.append([])
        shape.distances = [[10, 21, 14], [21, 10, 24], [14, 24, 10]]
        let hierarchy = DomainDerivation.derive(shape.input)
        #expect(hierarchy.domains(of: 0).compactMap(\.pattern.levelNumber) == expected)
    }

    @Test("Distances the kernel refuses leave no NUMA level", arguments: [9, 256])
    func invalidDistances(_ value: Int) {
        let shape = SyntheticTopology.make(nodes: 2, coresPerNode: 4) { $0 == $1 ? 10 : value }
        let hierarchy = DomainDerivation.derive(shape.input)
        #expect(hierarchy.domains(of: 0).map(\.name) == ["MC"])
        #expect(hierarchy.topologyType == nil)
    }

    @Test("An AMD guest without level 3 has no MC; without any cache Intel takes the package")
    func missingCaches() {
        var input = SyntheticTopology.make(nodes: 1, coresPerNode: 4).input
        for cpu in input.cpus.indices {
            input.cpus[cpu]?.highestCache?.level = 2
        }
        input.cpuMaker = Sourced(.amd(isZen: true), .observed)
        #expect(levels(input) == ["PKG(3) 0-3 4/8 117 1"])
        for cpu in input.cpus.indices {
            input.cpus[cpu]?.highestCache = nil
        }
        input.cpuMaker = Sourced(.intel, .observed)
        #expect(levels(input) == ["MC(2) 0-3 4/8 117 1"])
    }

    @Test(
        "Hybrid x86 had no cluster level before 6.6",
        arguments: [
            (SchedKernelVersion(6, 1, 0), "MC(1)"), (SchedKernelVersion(6, 6, 0), "MC(2)"),
        ])
    func hybrid(_ kernel: SchedKernelVersion, _ expected: String) {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8)
        shape.kernel = kernel
        var input = shape.input
        input.isHybrid = true
        #expect(levels(input).first?.hasPrefix(expected) == true)
    }

    @Test(
        "ITMT marks the levels of its kernel version",
        arguments: [
            (SchedKernelVersion(6, 1, 0), [true, true, false]), (SchedKernelVersion(6, 8, 0), [false, true, false]),
            (SchedKernelVersion(6, 14, 0), [false, true, true]), (SchedKernelVersion(6, 12, 20), [false, true, true]),
            (SchedKernelVersion(6, 12, 5), [false, true, false]),
        ])
    func itmt(_ kernel: SchedKernelVersion, _ expected: [Bool]) {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 4, threads: 2, coresPerCache: 2)
        shape.kernel = kernel
        var input = shape.input
        input.isITMTEnabled = true
        let domains = DomainDerivation.derive(input).domains(of: 0)
        #expect(domains.map { $0.flags.contains(.asymPacking) } == expected)
    }

    @Test("Different capacities under one cache mark it; the level keeps preferring siblings")
    func asymmetricUnderOneCache() {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8)
        shape.architecture = .arm64
        shape.configuration.cluster = Sourced(false, .derived)
        shape.capacities = [446, 446, 446, 446, 1024, 1024, 1024, 1024]
        let hierarchy = DomainDerivation.derive(shape.input)
        #expect(
            hierarchy.domains(of: 4).map(\.flags) == [
                DomainFlags.cacheLevel.union([.asymCPUCapacity, .asymCPUCapacityFull])
            ])
        #expect(
            hierarchy.dump([4]).split(separator: "\n").last
                == "  groups: 4:{ span=4 }, 5:{ span=5 }, 6:{ span=6 }, 7:{ span=7 }, 0:{ span=0 cap=446 }, 1:{ span=1 cap=446 }, 2:{ span=2 cap=446 }, 3:{ span=3 cap=446 }"
        )
    }

    @Test("Different capacities across caches take the preference for siblings from the child")
    func asymmetricAcrossCaches() {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8, coresPerCache: 4)
        shape.architecture = .arm64
        shape.configuration.cluster = Sourced(false, .derived)
        shape.capacities = [446, 446, 446, 446, 1024, 1024, 1024, 1024]
        let hierarchy = DomainDerivation.derive(shape.input)
        let domains = hierarchy.domains(of: 0)
        #expect(domains.map(\.name) == ["MC", "PKG"])
        #expect(!domains[0].flags.contains(.preferSibling))
        #expect(domains[1].flags == DomainFlags.packageLevel.union([.asymCPUCapacity, .asymCPUCapacityFull]))
        #expect(
            domains[1].pattern.groupsFlags.flags == [
                .balanceNewidle, .balanceExec, .balanceFork, .wakeAffine, .shareLLC,
            ])
        #expect(hierarchy.groups(of: domains[1]).map(\.nominalCapacity) == [1784, 4096])
    }

    @Test(
        "The child of a domain of different capacities prefers siblings from 7.3 on, and its parent's groups say so",
        arguments: [(SchedKernelVersion(7, 2, 13), false), (SchedKernelVersion(7, 3, 4), true)])
    func asymmetricKeepsPreference(_ kernel: SchedKernelVersion, keeps: Bool) {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8, coresPerCache: 4)
        shape.kernel = kernel
        shape.architecture = .arm64
        shape.configuration.cluster = Sourced(false, .derived)
        shape.capacities = [446, 446, 446, 446, 1024, 1024, 1024, 1024]
        let domains = DomainDerivation.derive(shape.input).domains(of: 0)
        #expect(domains.map(\.name) == ["MC", "PKG"])
        #expect(domains.first?.flags.contains(.preferSibling) == keeps)
        #expect(domains.last?.pattern.groupsFlags.flags.contains(.preferSibling) == keeps)
    }

    @Test(
        "Whether packages hold several nodes is told by a package on two nodes, later by their numbers, rounded up",
        arguments: [
            // Four packages, three nodes: the first package is on two.
            (SchedKernelVersion(6, 18, 15), [2, 2, 12], 4, false, false),
            (SchedKernelVersion(6, 19, 14), [2, 2, 12], 4, false, true),
            // Two packages, three nodes; a node of memory alone does not count.
            (SchedKernelVersion(6, 19, 14), [4, 4, 8], 2, false, false),
            (SchedKernelVersion(6, 19, 14), [8, 8, 0], 2, false, true),
            // The firmware knows nothing of nodes that are made up.
            (SchedKernelVersion(6, 18, 15), [8, 8], 1, true, false),
            (SchedKernelVersion(6, 19, 14), [8, 8], 1, true, true),
        ])
    func nodesPerPackage(
        _ kernel: SchedKernelVersion, _ sizes: [Int], _ packages: Int, isEmulated: Bool, hasPackageLevel: Bool
    ) {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 16)
        shape.kernel = kernel
        let size = 16 / packages
        shape.packages = (0..<packages).map { CPUSet($0 * size..<($0 + 1) * size) }
        // Smaller than any node, so that no level goes for being the same as another.
        shape.caches = (0..<16).map { [$0] }
        var first = 0
        shape.nodes = sizes.map { size in
            defer { first += size }
            return CPUSet(first..<first + size)
        }
        var input = shape.input
        input.hasEmulatedNodes = isEmulated
        let names = DomainDerivation.derive(input).domains(of: 15).map(\.name)
        #expect(names == [hasPackageLevel ? "PKG" : "NODE", "NUMA"])
    }

    @Test(
        "Without CONFIG_NUMA no NUMA imbalance is allowed from 7.2 on; before, it is reckoned all the same",
        arguments: [(SchedKernelVersion(7, 1, 13), [0, 2]), (SchedKernelVersion(7, 2, 13), [0, 0])])
    func imbalanceWithoutNUMA(_ kernel: SchedKernelVersion, _ expected: [Int]) {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8, coresPerCache: 4)
        shape.kernel = kernel
        shape.configuration.numa = Sourced(false, .derived)
        let domains = DomainDerivation.derive(shape.input).domains(of: 0)
        #expect(domains.map(\.pattern.imbalanceNUMATasks) == expected)
    }

    @Test("Crossed numbering: the ring is the highest CPU's, entered at one's own group")
    func crossedNumbering() {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8)
        shape.cores = [[0, 7], [1, 6], [2, 5], [3, 4]]
        shape.clusters = shape.cores
        let hierarchy = DomainDerivation.derive(shape.input)
        #expect(
            hierarchy.dump([4]).split(separator: "\n").last
                == "   groups: 3:{ span=3-4 cap=2048 }, 0:{ span=0,7 cap=2048 }, 1:{ span=1,6 cap=2048 }, 2:{ span=2,5 cap=2048 }"
        )
    }

    @Test("Hardware sets that overlap without being equal fail the build")
    func insane() {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 4)
        shape.caches = nil
        shape.clusters = []
        var input = shape.input
        input.cpus[0]?.coreCPUs = input.spans.intern([0, 1])
        input.cpus[1]?.coreCPUs = input.spans.intern([1, 2])
        let hierarchy = DomainDerivation.derive(input)
        #expect((0..<4).allSatisfy { hierarchy.domains(of: $0).isEmpty })
        #expect(hierarchy.partitions.first?.failure != nil)
    }

    @Test(
        "Granite Rapids' distances are averaged: all remote ones first, then block by block",
        arguments: [
            (SchedKernelVersion(6, 19, 0), 2), (SchedKernelVersion(7, 1, 0), 2), (SchedKernelVersion(6, 18, 0), 4),
        ])
    func modifiedDistances(_ kernel: SchedKernelVersion, _ numaLevels: Int) {
        var shape = SyntheticTopology.make(nodes: 6, coresPerNode: 2) { from, to in
            if from == to { return 10 }
            if from / 3 == to / 3 { return 12 }
            return [26, 28, 26][(from + to) % 3] == 26 ? 26 : (from + to) % 2 == 0 ? 28 : 30
        }
        shape.kernel = kernel
        shape.packages = [CPUSet(0..<6), CPUSet(6..<12)]
        var input = shape.input
        input.rewritesDistances = true
        let hierarchy = DomainDerivation.derive(input)
        let numbers = Set(
            (0..<12).flatMap { hierarchy.domains(of: $0).filter(\.isNUMA).compactMap(\.pattern.levelNumber) })
        #expect(numbers.count == numaLevels)
    }
}
