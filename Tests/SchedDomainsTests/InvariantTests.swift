import FixtureSupport
import NUMATopology
import SchedDomains
import Testing

extension SeededGenerator {
    /// The generator of a test case, by its number.
    init(case number: Int) {
        self.init(seed: UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    }
}

/// What every result must satisfy, on machines made up at random.
@Suite struct InvariantTests {
    static let seeds = Array(0..<120)

    /// A machine whose cores, clusters, caches and nodes nest; CPU numbers, distances, kernel and partitions are arbitrary.
    static func machine(_ seed: Int) -> DomainsInput {
        var random = SeededGenerator(case: seed)
        let nodes = Int.random(in: 1...6, using: &random)
        let cores = Int.random(in: 1...5, using: &random)
        let threads = Int.random(in: 1...3, using: &random)
        let perCache = Int.random(in: 1...5, using: &random)
        let isSymmetric = seed % 3 != 0
        var table = (0..<nodes).map { from in
            (0..<nodes).map { from == $0 ? 10 : [12, 16, 20, 30, 31, 40].randomElement(using: &random) ?? 20 }
        }
        for from in 0..<nodes where isSymmetric {
            for to in 0..<from {
                table[from][to] = table[to][from]
            }
        }
        var shape = SyntheticTopology.make(
            nodes: nodes, coresPerNode: cores, threads: threads, coresPerCache: perCache,
            numbering: [.adjacent, .threadsLast, .nodesInTurn].randomElement(using: &random) ?? .adjacent,
            distance: { table[$0][$1] })
        shape.kernel =
            [
                SchedKernelVersion(5, 13, 0), SchedKernelVersion(5, 18, 0), SchedKernelVersion(6, 1, 0),
                SchedKernelVersion(6, 12, 0), SchedKernelVersion(6, 17, 0), SchedKernelVersion(7, 1, 0),
            ].randomElement(using: &random) ?? SchedKernelVersion(6, 12, 0)
        shape.architecture = Bool.random(using: &random) ? .x86 : .arm64
        shape.configuration.cluster = Sourced(Bool.random(using: &random), .derived)
        if seed % 4 == 1 {
            shape = renumbered(shape, (0..<shape.cpus.count).shuffled(using: &random))
        }
        if seed % 5 == 2 {
            let capacities = shape.cpus.map { _ in [446, 1024].randomElement(using: &random) ?? 1024 }
            shape.capacities = capacities
        }
        if seed % 7 == 3 {
            for cpu in shape.cpus where Int.random(in: 0..<4, using: &random) == 0 && shape.cpus.count > 1 {
                shape.cpus.remove(cpu)
            }
        }
        var input = shape.input
        if seed % 6 == 4 {
            input.isolated = CPUSet(shape.cpus.filter { _ in Int.random(in: 0..<5, using: &random) == 0 })
        }
        if seed % 6 == 5 {
            let first = CPUSet(shape.cpus.filter { _ in Bool.random(using: &random) })
            let requests = [first, shape.cpus.subtracting(first)].filter { !$0.isEmpty }.map {
                PartitionRequest(cpus: $0)
            }
            input.partitions = Sourced(requests, .derived)
        }
        return input
    }

    /// The same machine with CPU c called numbers[c].
    static func renumbered(_ shape: SyntheticTopology, _ numbers: [Int]) -> SyntheticTopology {
        func map(_ sets: [CPUSet]) -> [CPUSet] { sets.map { set in CPUSet(set.map { numbers[$0] }) } }
        var result = shape
        result.cpus = map([shape.cpus])[0]
        result.cores = map(shape.cores)
        result.clusters = map(shape.clusters)
        result.caches = shape.caches.map(map)
        result.packages = map(shape.packages)
        result.nodes = map(shape.nodes)
        return result
    }

    @Test("Spans grow strictly, hold the CPU, and end in the partition", arguments: seeds)
    func spans(_ seed: Int) {
        let input = Self.machine(seed)
        let hierarchy = DomainDerivation.derive(input)
        for cpu in hierarchy.online {
            var below = CPUSet([cpu])
            for domain in hierarchy.domains(of: cpu) {
                let span = hierarchy.spans[domain.span]
                #expect(below.isSubset(of: span) && below != span)
                below = span
            }
            let partition = hierarchy.partition(of: cpu).map { hierarchy.spans[$0.span] }
            if let partition, hierarchy.domainCount(of: cpu) > 0 {
                // With asymmetric distances the top may be left with one group, and go.
                let isSymmetric = input.machine.distances?.isSymmetric ?? true
                #expect(isSymmetric ? below == partition : below.isSubset(of: partition))
            } else if let partition {
                #expect(partition == [cpu])
            }
        }
    }

    @Test("Groups cover the span, the first is the child's; below NUMA they are disjoint", arguments: seeds)
    func groups(_ seed: Int) {
        let input = Self.machine(seed)
        let hierarchy = DomainDerivation.derive(input)
        // With asymmetric distances the kernel skips CPUs that stopped at a lower level, and says so in its dump.
        let isSymmetric = input.machine.distances?.isSymmetric ?? true
        for cpu in hierarchy.online {
            var child = CPUSet()
            for domain in hierarchy.domains(of: cpu) {
                let groups = hierarchy.groups(of: domain)
                var union = CPUSet()
                for group in groups {
                    let span = hierarchy.spans[group.span]
                    let mask = hierarchy.spans[group.balanceMask]
                    if !domain.isNUMA { #expect(span.isDisjoint(with: union)) }
                    union.formUnion(span)
                    #expect(!mask.isEmpty && mask.isSubset(of: span))
                    #expect(group.id == mask.first)
                }
                #expect(union == hierarchy.spans[domain.span] || !isSymmetric)
                let first = groups.first.map { hierarchy.spans[$0.span] } ?? []
                #expect(first.contains(cpu))
                #expect(domain.index == 0 || first == child || !isSymmetric)
                child = hierarchy.spans[domain.span]
            }
        }
    }

    @Test("Below NUMA, CPUs with one span share one ring", arguments: seeds)
    func rings(_ seed: Int) {
        let hierarchy = DomainDerivation.derive(Self.machine(seed))
        var rings: [SpanID: [SpanID]] = [:]
        for cpu in hierarchy.online {
            for domain in hierarchy.domains(of: cpu) where !domain.isNUMA {
                let ring = hierarchy.groups(of: domain).map(\.span)
                guard let known = rings[domain.span] else {
                    rings[domain.span] = ring
                    continue
                }
                let start = known.firstIndex(of: ring[0]) ?? 0
                #expect(Array(known[start...] + known[..<start]) == ring)
            }
        }
    }

    @Test("Equal groups of one level have one balance mask", arguments: seeds)
    func masks(_ seed: Int) {
        struct Key: Hashable {
            var level: Int
            var span: SpanID
        }
        let hierarchy = DomainDerivation.derive(Self.machine(seed))
        var masks: [Key: Set<SpanID>] = [:]
        for cpu in hierarchy.online {
            for domain in hierarchy.domains(of: cpu) where domain.isNUMA {
                let group = hierarchy.groups(of: domain)[0]
                masks[Key(level: domain.pattern.levelNumber ?? -1, span: group.span), default: []].insert(
                    group.balanceMask)
            }
        }
        #expect(masks.values.allSatisfy { $0.count == 1 })
    }

    @Test("Where groups do not cover the span, the dump has the kernel's complaint, and only there", arguments: seeds)
    func complaints(_ seed: Int) {
        let dump = KernelDump(DomainDerivation.derive(Self.machine(seed)))
        for domain in dump.blocks.flatMap(\.domains) {
            let union = domain.groups.reduce(into: CPUSet()) { $0.formUnion($1.span) }
            #expect(domain.groupsErrors.contains("groups don't span domain->span") == (union != domain.span))
        }
    }

    @Test("The kernel's own checks find nothing where distances are symmetric", arguments: seeds)
    func noErrors(_ seed: Int) {
        let input = Self.machine(seed)
        guard input.machine.distances?.isSymmetric ?? true else { return }
        // Capacities that differ below a node break the rules for flags on the kernel's side as well.
        guard input.cpus.allSatisfy({ $0?.capacity == nil }) else { return }
        let dump = KernelDump(DomainDerivation.derive(input))
        for block in dump.blocks {
            for domain in block.domains {
                #expect(
                    domain.domainErrors.filter {
                        !$0.contains("flag SD_WAKE_AFFINE") && !$0.contains("flag SD_BALANCE")
                    } == [])
                #expect(domain.groups.allSatisfy { $0.error == nil })
            }
        }
    }

    @Test("The result is that of the construction done step by step", arguments: 0..<400)
    func stepByStep(_ seed: Int) {
        var input = Self.machine(seed)
        // What the step-by-step form covers; distances, numbering, partitions and missing CPUs stay arbitrary.
        input.architecture = .x86
        input.kernel = seed % 2 == 0 ? SchedKernelVersion(6, 1, 0) : SchedKernelVersion(6, 12, 0)
        for cpu in input.cpus.indices {
            input.cpus[cpu]?.capacity = nil
        }
        let own = DomainDerivation.derive(input).dump(Array(input.machine.onlineCPUs))
        let plain = own.split(separator: "\n").filter { !$0.hasPrefix("ERROR") && $0 != " }" }.map { $0 + "\n" }
            .joined()
        guard !own.contains("does not match domain->child") else { return }
        #expect(plain == LiteralReference(input).text())
    }

    @Test("Printing a dump and reading it back is the identity", arguments: seeds)
    func dumpRoundTrip(_ seed: Int) {
        let dump = KernelDump(DomainDerivation.derive(Self.machine(seed)))
        var damaged = CPUSet()
        let read = KernelDump(parsing: dump.text, damaged: &damaged)
        #expect(read.blocks == dump.blocks)
        #expect(read.text == dump.text)
        #expect(damaged.isEmpty)
    }

    @Test("Moving all CPU numbers up in order moves the result with them", arguments: seeds)
    func monotoneRenumbering(_ seed: Int) {
        var random = SeededGenerator(case: seed)
        let shape = SyntheticTopology.make(
            nodes: 4, coresPerNode: 2, threads: 2,
            numbering: seed % 2 == 0 ? .threadsLast : .nodesInTurn, distance: { 10 + 10 * abs($0 - $1) })
        var numbers: [Int] = []
        for _ in 0..<16 {
            numbers.append((numbers.last ?? -1) + Int.random(in: 1...3, using: &random))
        }
        let plain = KernelDump(DomainDerivation.derive(shape.input))
        let moved = KernelDump(DomainDerivation.derive(Self.renumbered(shape, numbers).input))
        func map(_ set: CPUSet) -> CPUSet { CPUSet(set.map { numbers[$0] }) }
        for (left, right) in zip(plain.blocks, moved.blocks) {
            #expect(numbers[left.cpu] == right.cpu)
            #expect(left.domains.map { map($0.span) } == right.domains.map(\.span))
            for (before, after) in zip(left.domains, right.domains) {
                #expect(before.groups.map { map($0.span) } == after.groups.map(\.span))
                #expect(before.groups.map { $0.balanceMask.map(map) } == after.groups.map(\.balanceMask))
                #expect(before.groups.map { numbers[$0.id] } == after.groups.map(\.id))
            }
        }
    }

    @Test("Sets that contradict each other never crash", arguments: seeds)
    func contradictoryInput(_ seed: Int) {
        var random = SeededGenerator(case: seed)
        let count = Int.random(in: 1...12, using: &random)
        func sets() -> [CPUSet] {
            (0..<Int.random(in: 0...6, using: &random)).map { _ in
                CPUSet((0..<count).filter { _ in Bool.random(using: &random) })
            }
        }
        var shape = SyntheticTopology(cpus: CPUSet(0..<count))
        shape.nodes = sets()
        shape.packages = sets()
        shape.caches = sets()
        var input = shape.input
        for cpu in input.cpus.indices {
            for path in [\CPUTopology.coreCPUs] {
                input.cpus[cpu]?[keyPath: path] = input.spans.intern(
                    CPUSet((0..<count).filter { _ in Bool.random(using: &random) }))
            }
            input.cpus[cpu]?.clusterCPUs = input.spans.intern(
                CPUSet((0..<count).filter { _ in Bool.random(using: &random) }))
        }
        let hierarchy = DomainDerivation.derive(input)
        let dump = KernelDump(hierarchy)
        #expect(dump.blocks.count == count)
        #expect(!DomainPicture.render(hierarchy, machine: input.machine).isEmpty)
    }

    @Test("4,096 CPUs on 64 nodes: every span, ring and pattern is held once")
    func large() {
        let shape = SyntheticTopology.make(nodes: 64, coresPerNode: 32, threads: 2, coresPerCache: 8) { from, to in
            from == to ? 10 : from / 4 == to / 4 ? 12 : from / 16 == to / 16 ? 20 : 40
        }
        let hierarchy = DomainDerivation.derive(shape.input)
        #expect(hierarchy.domains(of: 4095).map { hierarchy.spans.weight($0.span) } == [2, 16, 64, 256, 1024, 4096])
        #expect(hierarchy.sizes.slots == 4096 * 6)
        #expect(hierarchy.sizes.patterns < 2500)
        #expect(hierarchy.sizes.groups < 9000)
        let top = hierarchy.domains(of: 0)[5]
        #expect(hierarchy.groups(of: top).map { hierarchy.spans.weight($0.span) } == [1024, 1024, 1024, 1024])
    }
}
