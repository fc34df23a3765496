import NUMATopology
import Testing
import TextOutput

@testable import BalancingModel
@testable import Insight

/// The words for each rule.
@Suite struct NarratorTests {
    private static let narrator: StoryNarrator = {
        let nodes = (0..<2).map { node in
            Machine.Node(id: NodeID(node), cpus: CPUSet([2 * node, 2 * node + 1]), memoryBytes: 1 << 30)
        }
        let cpus = CPUSet([0, 1, 2, 3])
        let machine = Machine(nodes: nodes, distances: nil, possibleCPUs: cpus, onlineCPUs: cpus)
        return StoryNarrator(
            layout: NodeLayout(machine: machine), profile: KernelProfile(release: KernelRelease(6, 12, 117)))
    }()

    private func entry(_ rule: DecisionRule, last: Int32?, _ change: (inout Decision) -> Void = { _ in }) -> StoryEntry
    {
        var decision = Decision(timeNanoseconds: 12_345_678_901, tid: 4242, cpu: 2, address: 0x7f12_a4c0_0000)
        decision.rule = rule
        decision.cpuNode = 1
        decision.sourceNode = rule == .local ? 1 : 0
        decision.evidence.lastCPUPID = last
        decision.evidence.preferredNode = 1
        decision.evidence.scanSequence = 9
        decision.evidence.groupID = 4200
        decision.evidence.groupActiveNodes = 2
        change(&decision)
        return StoryEntry(
            timeNanoseconds: 12_345_678_901, tid: 4242, process: 4200,
            what: .fault(
                .init(
                    decision: decision, outcome: decision.target >= 0 ? .migrated : .stayed, answer: decision.target,
                    pages: 1, memoryNode: decision.target >= 0 ? 1 : 0)))
    }

    private func text(_ entry: StoryEntry) -> String {
        var bytes: [UInt8] = []
        entry.appendLines(to: &bytes, narrator: Self.narrator)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The numbers of a text that are none.
    private func zeros(_ text: String) -> Int {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.count { $0 == "0" }
    }

    @Test(
        "what is not known of a decision is told in words or marked, and is no zero", arguments: DecisionRule.allCases)
    func unknownIsNoZero(rule: DecisionRule) throws {
        func known(_ decision: inout Decision) {
            decision.sourceNode = 1
            decision.evidence.groupCPUHere = 7
            decision.evidence.groupCPUThere = 5
            decision.evidence.groupFaultsHere = 30
            decision.evidence.groupFaultsThere = 20
        }
        let last = Self.narrator.profile.cpupid.value(cpu: 3, tid: 77)
        let before = zeros(text(entry(rule, last: last, known)))
        let losses: [(inout Decision) -> Void] = [
            { $0.cpuNode = -1 }, { $0.sourceNode = -1 }, { $0.evidence.lastCPUPID = nil },
            {
                $0.evidence.isResynchronising = true
                $0.evidence.scanSequence = 0
                $0.evidence.preferredNode = -1
            },
        ]
        for lose in losses {
            let lost = entry(rule, last: last) { decision in
                known(&decision)
                lose(&decision)
            }
            #expect(zeros(text(lost)) <= before, "\(text(lost))")
            guard case .fault(let fault) = lost.what else { continue }
            for quantity in fault.decision.quantities where quantity.value <= 0 {
                #expect(quantity.provenance == .unknown, "\(quantity.name)")
            }
        }
    }

    @Test func tellsEachRuleWithItsNumbers() {
        let layout = Self.narrator.profile.cpupid
        let other = layout.value(cpu: 0, tid: 77)
        let own = layout.value(cpu: 3, tid: 4242)
        let twoStage = text(entry(.twoStage, last: other))
        #expect(
            twoStage == """
                12.345678  4242  hint fault at 0x7f12a4c00000 on CPU 2 of node 1, page on node 0: stays
                    twoStage (should_numa_migrate_memory): the last fault on it came from CPU 0 of node 0, not from \
                node 1; a second fault from node 1 would pass

                """)
        #expect(text(entry(.local, last: other)).contains("local (mpol_misplaced): the page is on node 1 already"))
        #expect(
            text(entry(.private, last: own) { $0.target = 1 }).contains(
                "moved to node 1\n    private (should_numa_migrate_memory): the last fault on it was the task's own, "
                    + "on CPU 3"
            ))
        #expect(
            text(entry(.earlyLife, last: layout.unset) { $0.evidence.preferredNode = -1 }).contains(
                "it has no preferred node yet) and nobody is known to have used the page"))
        // The worked numbers of the specification.
        let ratio = text(
            entry(.cpuMemRatio, last: layout.value(cpu: 2, tid: 77)) {
                $0.evidence.groupCPUHere = 24000
                $0.evidence.groupCPUThere = 9000
                $0.evidence.groupFaultsHere = 5000
                $0.evidence.groupFaultsThere = 6000
                $0.target = 1
            })
        #expect(
            ratio.contains("24000 * 6000 * 3 = 432000000 is more than 9000 * 5000 * 4 = 180000000 (active nodes: 2)"))
        #expect(
            text(
                entry(.cpuRatio, last: other) {
                    $0.evidence.groupCPUHere = 30000
                    $0.evidence.groupCPUThere = 9000
                    $0.evidence.isGroupUncertain = true
                }
            ).contains("30000 > 3 * 9000 (active nodes: 2, membership guessed)"))
    }

    @Test(arguments: DecisionRule.allCases)
    func hasWordsForEveryRule(rule: DecisionRule) {
        #expect(!rule.meaning.isEmpty)
        #expect(!rule.kernelFunction.isEmpty)
        let lines = text(entry(rule, last: nil)).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[1].hasPrefix("    \(rule.rawValue) ("))
    }

    @Test func saysWhereTheKernelDecidedOtherwise() {
        var entry = entry(.twoStage, last: nil)
        if case .fault(var fault) = entry.what {
            fault.answer = 1
            entry.what = .fault(fault)
        }
        #expect(text(entry).contains("The kernel decided otherwise: move to node 1"))
    }

    @Test func tellsMovesPlacementsAndLosses() {
        func line(_ what: StoryEntry.What) -> String {
            text(StoryEntry(timeNanoseconds: 0, tid: 4242, process: 4200, what: what))
        }
        let move = BalancingEvent.TaskMove(
            pid: 4242, groupID: 4200, sourceCPU: 0, sourceNode: 0, otherPID: 4243, otherGroupID: 0, destinationCPU: 2,
            destinationNode: 1)
        #expect(line(.taskMove(.moved, move)).contains("task 4242 moves from CPU 0 of node 0 to CPU 2 of node 1"))
        #expect(line(.taskMove(.swapped, move)).contains("changes places with task 4243 on CPU 2 of node 1"))
        #expect(line(.taskMove(.stuck, move)).contains("it could not be moved to CPU 2 of node 1"))
        #expect(line(.preferred(1)).contains("preferred node is now node 1"))
        let change = LedgerChange(
            timeNanoseconds: 0, tid: 4242, cause: .placement, preferredNode: 1, totalFaults: 3, groupID: 0,
            scanSequence: 7, pagesMigrated: 0, scanPeriodMilliseconds: 1100,
            nodes: [.init(privateFaults: 1, sharedFaults: 0), .init(privateFaults: 2, sharedFaults: 0)])
        #expect(
            line(.ledger(change)).contains(
                "placement: faults node 0 1 private + 0 shared, node 1 2 private + 0 shared; preferred node 1\n"
                    + "    task_numa_placement: scan sequence 7, no NUMA group, scan period 1100 ms (modelled)"))
        #expect(line(.lost(nil)).contains("nobody knows how many"))
    }

    @Test func tellsTheWallClockWhereItIsKnown() {
        var narrator = Self.narrator
        // 2026-11-21 11:32:05 UTC less the trace's 12.345678 s.
        narrator.wallClockOffset = 1_795_260_725_000_000_000 - 12_000_000_000
        #expect(narrator.time(12_345_678_901) == "11:32:05.345678")
    }
}
