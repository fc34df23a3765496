import NUMATopology
import SchedDomains
import Testing

/// What happens where the kernel shows something else than was derived.
@Suite struct ReconciliationTests {
    /// What a kernel that built the given machine would show of it.
    private static func observation(_ input: DomainsInput) -> ObservedDomains {
        let hierarchy = DomainDerivation.derive(input)
        var observed = ObservedDomains(
            byCPU: Array(repeating: nil, count: input.cpus.count), hasSpans: true, hasDetails: true)
        for cpu in hierarchy.online {
            observed.byCPU[cpu] = hierarchy.domains(of: cpu).map { domain in
                var seen = ObservedDomain()
                seen.span = input.spans.id(of: hierarchy.spans[domain.span])
                seen.name = domain.name
                seen.levelNumber = domain.pattern.levelNumber
                seen.flags = domain.pattern.flags
                seen.groupsFlags = domain.pattern.groupsFlags
                let parameters = domain.pattern.parameters
                seen.minIntervalMilliseconds = parameters?.minIntervalMilliseconds
                seen.maxIntervalMilliseconds = parameters?.maxIntervalMilliseconds
                seen.busyFactor = parameters?.busyFactor
                seen.imbalancePercent = parameters?.imbalancePercent
                seen.cacheNiceTries = parameters?.cacheNiceTries
                return seen
            }
        }
        return observed
    }

    /// A host of one kind whose kernel built another; both know all spans of both.
    private static func pair(_ host: DomainsInput, _ kernel: DomainsInput) -> (DomainsInput, ObservedDomains) {
        var host = host
        var kernel = kernel
        let built = DomainDerivation.derive(kernel)
        for cpu in built.online {
            for domain in built.domains(of: cpu) {
                _ = kernel.spans.intern(built.spans[domain.span])
            }
        }
        host.spans = kernel.spans
        return (host, observation(kernel))
    }

    private func reconcile(_ host: DomainsInput, _ kernel: DomainsInput) -> DomainReport {
        let (input, observed) = Self.pair(host, kernel)
        return DomainReconciliation.reconcile(input, observed)
    }

    @Test("Without anything observed, everything is derived")
    func nothingObserved() {
        let report = DomainReconciliation.reconcile(MachineShapes.seed(), ObservedDomains())
        #expect(report.disagreements == [])
        #expect(!report.isSpanChecked && !report.isFlagChecked)
        #expect(report.hierarchy.domains(of: 0).allSatisfy { $0.pattern.origins == DomainOrigins(all: .derived) })
    }

    @Test("Agreement makes everything but groups observed")
    func agreement() {
        let report = reconcile(MachineShapes.seed(), MachineShapes.seed())
        #expect(report.disagreements == [])
        var expected = DomainOrigins(all: .observed)
        expected.groups = .derived
        #expect(report.hierarchy.domains(of: 3).allSatisfy { $0.pattern.origins == expected })
        #expect(report.hierarchy.dump([0, 5, 9]) == GoldenDumps.seedMachine)
    }

    /// What the kernel did differently, the likely cause, and how it was inferred.
    struct Departure: Sendable, CustomTestStringConvertible {
        var name: String
        var cause: DomainDisagreement.Cause
        var inferred: String
        var change: @Sendable (inout DomainsInput) -> Void
        var testDescription: String { name }
    }

    static let departures = [
        Departure(name: "no CLS", cause: .configLevelMissing, inferred: "without the CLS level") {
            $0.configuration.cluster = Sourced(false, .derived)
        },
        Departure(name: "no MC", cause: .configLevelMissing, inferred: "without the MC level") {
            $0.configuration.mc = Sourced(false, .derived)
        },
        Departure(name: "no SMT", cause: .configLevelMissing, inferred: "without the SMT level") {
            $0.configuration.smt = Sourced(false, .derived)
        },
        Departure(name: "cache per CPU", cause: .lastLevelCache, inferred: "last-level cache per CPU") {
            $0.overrides.lastLevelCache = .ownCPUOnly
        },
        Departure(name: "a partition", cause: .partition, inferred: "partitions as observed") {
            $0.partitions = Sourced(
                [PartitionRequest(cpus: CPUSet(0..<4)), PartitionRequest(cpus: CPUSet(4..<16))], .derived)
        },
        Departure(name: "refused distances", cause: .numaInvalidTable, inferred: "without NUMA levels") {
            $0.overrides.refusesDistances = true
        },
    ]

    @Test("A departure that explains the kernel's spans is found and named", arguments: departures)
    func explained(_ departure: Departure) throws {
        var host = MachineShapes.seed()
        if departure.cause == .numaInvalidTable {
            host.partitions = Sourced([PartitionRequest(cpus: CPUSet(0..<16))], .derived)
        }
        var kernel = host
        departure.change(&kernel)
        let report = reconcile(host, kernel)
        #expect(report.inferred == departure.inferred)
        #expect(report.hierarchy.dump(Array(0..<16)) == DomainDerivation.derive(kernel).dump(Array(0..<16)))
        let first = try #require(report.disagreements.first)
        #expect(report.disagreements.allSatisfy { $0.likely == departure.cause })
        #expect(report.disagreements.count < 40)
        #expect(!first.cpus.isEmpty)
        #expect(report.hierarchy.domains(of: 8).allSatisfy { $0.pattern.origins.groups == .inferred })
    }

    @Test("Where cpusets cannot be read, spans that end at the nodes mean partitions")
    func partitionsOfNodes() {
        var kernel = MachineShapes.seed()
        kernel.partitions = Sourced(
            [PartitionRequest(cpus: CPUSet(0..<8)), PartitionRequest(cpus: CPUSet(8..<16))], .derived)
        let report = reconcile(MachineShapes.seed(), kernel)
        #expect(report.inferred == "partitions as observed")
        #expect(KernelDump(report.hierarchy).text == KernelDump(DomainDerivation.derive(kernel)).text)
    }

    @Test("Spans nothing explains are kept, with groups from them, marked approximate")
    func unexplained() {
        let (input, plain) = Self.pair(MachineShapes.seed(), MachineShapes.seed())
        var host = input
        var observed = plain
        let odd = host.spans.intern(CPUSet(0..<2).union(CPUSet(4..<6)))
        for cpu in [0, 1, 4, 5] {
            observed.byCPU[cpu]?[1].span = odd
        }
        let rest = host.spans.intern(CPUSet(2..<4).union(CPUSet(6..<8)))
        for cpu in [2, 3, 6, 7] {
            observed.byCPU[cpu]?[1].span = rest
        }
        let report = DomainReconciliation.reconcile(host, observed)
        #expect(report.inferred == nil)
        #expect(report.disagreements.contains { $0.check == .span && $0.cpus.contains(0) && $0.likely == .unknown })
        let domains = report.hierarchy.domains(of: 5)
        #expect(domains.map { report.hierarchy.spans[$0.span].listText } == ["4-5", "0-1,4-5", "0-7", "0-15"])
        #expect(
            report.hierarchy.groups(of: domains[1]).map { report.hierarchy.spans[$0.span].listText } == ["4-5", "0-1"])
        #expect(
            report.hierarchy.groups(of: domains[2]).map { report.hierarchy.spans[$0.span].listText } == [
                "0-1,4-5", "2-3,6-7",
            ])
        #expect(
            report.hierarchy.groups(of: domains[3]).map { report.hierarchy.spans[$0.span].listText } == ["0-7", "8-15"])
        #expect(
            domains.allSatisfy { $0.pattern.origins.groups == .approximate && $0.pattern.origins.span == .observed })
    }

    @Test(
        "Flags that differ are reported with a likely cause, once for all CPUs",
        arguments: [
            (DomainFlags.asymPacking, DomainDisagreement.Cause.itmt), (.balanceNewidle, .relax),
            (.asymCPUCapacity, .asymCapacity), (.serialize, .unknown),
        ])
    func flags(_ flag: DomainFlags, _ cause: DomainDisagreement.Cause) {
        var (input, observed) = Self.pair(MachineShapes.seed(), MachineShapes.seed())
        for cpu in observed.byCPU.indices {
            observed.byCPU[cpu]?[2].flags?.flags.formSymmetricDifference(flag)
        }
        input.isolated = []
        let report = DomainReconciliation.reconcile(input, observed)
        #expect(report.disagreements.map(\.check) == [.flags])
        #expect(report.disagreements.map(\.likely) == [cause])
        #expect(report.disagreements.map(\.cpus) == [CPUSet(0..<16)])
        #expect(report.hierarchy.domains(of: 0)[2].pattern.origins.flags == .observed)
    }

    @Test("Flags that only differ by release say nothing; unknown ones are kept")
    func toleratedFlags() {
        let (input, plain) = Self.pair(MachineShapes.seed(), MachineShapes.seed())
        var observed = plain
        for cpu in observed.byCPU.indices {
            observed.byCPU[cpu]?[3].flags?.flags.remove(.overlap)
            observed.byCPU[cpu]?[1].flags?.flags.remove(.cluster)
            observed.byCPU[cpu]?[0].flags?.unknown = ["SD_NEW"]
        }
        let report = DomainReconciliation.reconcile(input, observed)
        #expect(report.disagreements == [])
        #expect(report.hierarchy.domains(of: 0)[0].pattern.flags.unknown == ["SD_NEW"])
        #expect(DomainTree.render(report.hierarchy, cpus: [0]).contains("PREFER_SIBLING NEW"))
    }

    @Test("A parameter that differs was tuned; an interval may count CPUs that left, or be clipped")
    func parameters() {
        var (input, observed) = Self.pair(MachineShapes.seed(), MachineShapes.seed())
        observed.byCPU[3]?[0].imbalancePercent = 130
        var report = DomainReconciliation.reconcile(input, observed)
        #expect(report.disagreements.map(\.check) == [.tuned])
        #expect(report.disagreements.first?.observed == "imbalance_pct=130")
        #expect(report.hierarchy.domains(of: 3)[0].pattern.parameters?.imbalancePercent == 130)
        observed.byCPU[3]?[0].imbalancePercent = 110
        observed.byCPU[3]?[2].minIntervalMilliseconds = 9
        observed.byCPU[3]?[2].maxIntervalMilliseconds = 18
        report = DomainReconciliation.reconcile(input, observed)
        #expect(report.disagreements.map(\.check) == [.tuned, .tuned])
        input.machine.possibleCPUs.insert(16)
        #expect(DomainReconciliation.reconcile(input, observed).disagreements == [])
    }

    @Test("Spans that contradict each other are reported as damage or a race")
    func contradictions() {
        let (input, plain) = Self.pair(MachineShapes.seed(), MachineShapes.seed())
        var observed = plain
        let other = observed.byCPU[8]?[0].span
        observed.byCPU[0]?[0].span = other
        let checks = Set(DomainReconciliation.reconcile(input, observed).disagreements.map(\.check))
        #expect(checks.isSuperset(of: [.span, .corrupt, .race]))
    }

    @Test("Groups of the kernel's log are compared where its spans are those in force")
    func dump() {
        let (input, plain) = Self.pair(MachineShapes.seed(), MachineShapes.seed())
        var observed = plain
        observed.dump = KernelDump(parsing: GoldenDumps.seedMachine)
        #expect(DomainReconciliation.reconcile(input, observed).disagreements == [])
        observed.dump?.blocks[0].domains[1].groups.swapAt(0, 1)
        #expect(DomainReconciliation.reconcile(input, observed).disagreements.map(\.check) == [.groups])
        observed.dump?.blocks[0].domains[1].span = [0]
        #expect(DomainReconciliation.reconcile(input, observed).disagreements == [])
    }

    @Test("An isolated CPU that the derivation did not know of is called isolated")
    func isolated() {
        var kernel = MachineShapes.seed()
        kernel.isolated = [3]
        var host = MachineShapes.seed()
        host.partitions = Sourced([PartitionRequest(cpus: CPUSet(0..<16))], .derived)
        host.isolated = [3]
        let report = reconcile(host, kernel)
        #expect(report.disagreements.contains { $0.check == .span && $0.cpus == [3] && $0.likely == .isolated })
        #expect(report.hierarchy.domains(of: 3).isEmpty)
    }
}
