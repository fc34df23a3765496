import NUMATopology
import SchedDomains
import Testing

/// What people see.
@Suite struct RenderingTests {
    private func picture(_ input: DomainsInput, width: Int = 100) -> String {
        DomainPicture.render(DomainDerivation.derive(input), machine: input.machine, widthLimit: width)
    }

    @Test("The seed machine fits 90 columns: boxes for nodes, clusters and cores, groups under each part")
    func seedPicture() {
        let text = picture(MachineShapes.seed(), width: 90)
        let node = """
            node 0: CPUs 0-7
            ┌ MC d(0-7) ──────────────────────────────────────────────────────────────┐
            │ ┌ CLS d(0-3) ─────────────────────┐ ┌ CLS d(4-7) ─────────────────────┐ │
            │ │ ┌ SMT d(0-1) ─┐ ┌ SMT d(2-3) ─┐ │ │ ┌ SMT d(4-5) ─┐ ┌ SMT d(6-7) ─┐ │ │
            │ │ │ cpu0 cpu1   │ │ cpu2 cpu3   │ │ │ │ cpu4 cpu5   │ │ cpu6 cpu7   │ │ │
            │ │ │ g(0) g(1)   │ │ g(2) g(3)   │ │ │ │ g(4) g(5)   │ │ g(6) g(7)   │ │ │
            │ │ │ g(1) g(0)   │ │ g(3) g(2)   │ │ │ │ g(5) g(4)   │ │ g(7) g(6)   │ │ │
            │ │ └─────────────┘ └─────────────┘ │ │ └─────────────┘ └─────────────┘ │ │
            │ │ g(0-1)          g(2-3)          │ │ g(4-5)          g(6-7)          │ │
            │ │ g(2-3)          g(0-1)          │ │ g(6-7)          g(4-5)          │ │
            │ └─────────────────────────────────┘ └─────────────────────────────────┘ │
            │ g(0-3)                              g(4-7)                              │
            │ g(4-7)                              g(0-3)                              │
            └─────────────────────────────────────────────────────────────────────────┘
              NUMA d(0-15)  g(0-7) g(8-15)

            """
        #expect(text.hasPrefix(node))
        #expect(text.contains("\nnode 1: CPUs 8-15\n"))
    }

    @Test("Overlapping groups say who balances for them")
    func ringPicture() {
        #expect(
            picture(MachineShapes.pairs(MachineShapes.ring).input).contains(
                "  NUMA d(0-3,6-7)  g(0-1) g(2-3) g(6-7)\n  NUMA d(0-7)  g(0-3,6-7 by 0-1) g(2-7 by 4-5)\n"))
    }

    @Test("Larger machines are folded to the width and a few nodes", arguments: [60, 80, 100, 140])
    func folded(_ width: Int) {
        let shape = SyntheticTopology.make(nodes: 8, coresPerNode: 32, threads: 2, coresPerCache: 8)
        let text = picture(shape.input, width: width)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= width })
        #expect(lines.allSatisfy { $0.last != " " })
        #expect(lines.count < 120)
        #expect(text.contains("⋯ nodes 2-6 (5 more, CPUs 128-447)"))
        #expect(text.contains("⋯ 3 more: 16-31 32-47 48-63"))
    }

    @Test("CPUs without domains are shown as such")
    func isolatedPicture() {
        var input = MachineShapes.pairs([[10]]).input
        input.isolated = [1]
        #expect(picture(input) == "node 0: CPUs 0-1\ncpu0      cpu1\nno domain no domain\n\n")
    }

    @Test("The tree shows every part and where it comes from; equal CPUs once")
    func tree() {
        let hierarchy = DomainDerivation.derive(SyntheticTopology.make(nodes: 1, coresPerNode: 2).input)
        #expect(
            DomainTree.render(hierarchy) == """
                CPUs 0-1
                  domain0 MC (level 2): 0-1, 2 CPUs
                    groups  g(0) g(1)
                    flags   BALANCE_NEWIDLE BALANCE_EXEC BALANCE_FORK WAKE_AFFINE SHARE_LLC PREFER_SIBLING
                    balance 2-4 ms, busy 16, 117 %, tries 1, NUMA imbalance 0
                    source  derived

                """)
    }

    @Test("The table has one line per domain of each kind of CPU")
    func table() {
        let hierarchy = DomainDerivation.derive(MachineShapes.pairs(MachineShapes.ring).input)
        let lines = DomainTable.render(hierarchy, cpus: [0, 1, 2]).split(separator: "\n")
        #expect(lines.count == 1 + 2 * 3)
        #expect(lines[0].hasPrefix("CPUS  DOMAIN  NAME  LEVEL  SPAN     GROUPS  MIN/MAX ms  PCT  TRIES  FLAGS"))
        #expect(
            lines[1].hasPrefix("0-1   0       MC    2      0-1      2       2/4         117  1      BALANCE_NEWIDLE"))
    }

    @Test("A diff of a machine with itself is empty")
    func sameDiff() {
        let hierarchy = DomainDerivation.derive(MachineShapes.seed())
        let diff = DomainDiff(from: hierarchy, to: hierarchy)
        #expect(diff.isEmpty)
        #expect(diff.text.isEmpty)
    }

    @Test("A diff names the CPUs, partitions and domains that changed")
    func diff() {
        let before = DomainDerivation.derive(MachineShapes.seed())
        var input = MachineShapes.seed()
        input.partitions = Sourced(
            [PartitionRequest(cpus: CPUSet(0..<8)), PartitionRequest(cpus: CPUSet(8..<16))], .derived)
        let diff = DomainDiff(from: before, to: DomainDerivation.derive(input))
        #expect(diff.partitionsBefore == [CPUSet(0..<16)])
        #expect(diff.partitionsAfter == [CPUSet(0..<8), CPUSet(8..<16)])
        #expect(diff.changes.reduce(into: CPUSet()) { $0.formUnion($1.cpus) } == CPUSet(0..<16))
        #expect(diff.text.contains("- partition 0-15\n+ partition 0-7\n+ partition 8-15\n"))
        #expect(diff.text.contains("- NUMA d(0-15) g(0-7) g(8-15)"))
        #expect(!diff.text.contains("MC d"))
    }

    @Test("Names change with the kernel: PKG and DIE are the same in a diff, flags have their release's spelling")
    func names() {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 4, coresPerCache: 2)
        let new = DomainDerivation.derive(shape.input)
        shape.kernel = SchedKernelVersion(6, 1, 0)
        let old = DomainDerivation.derive(shape.input)
        #expect(DomainTree.render(old).contains("SHARE_PKG_RESOURCES"))
        #expect(DomainTree.render(new).contains("SHARE_LLC"))
        #expect(DomainFlags(name: "SD_SHARE_PKG_RESOURCES") == DomainFlags(name: "SD_SHARE_LLC"))
        #expect(FlagNames(names: ["SD_NUMA", "SD_FUTURE"]) == FlagNames(.numa, unknown: ["SD_FUTURE"]))
    }
}
