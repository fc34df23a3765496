import Testing

@testable import BalancingModel

/// What the sampled drive makes of single readings of one task.
@Suite struct SampledTaskTests {
    private func sample(
        _ time: UInt64, sequence: Int64 = 3, migrated: UInt64 = 0, preferred: Int32 = 0, node: Int32 = 0,
        group: Int32 = 0, moves: UInt64? = 0, runtime: UInt64? = nil, _ pages: [UInt64], groupPages: [UInt64] = []
    ) -> LedgerSample {
        LedgerSample(
            timeNanoseconds: time, tid: 7, scanSequence: sequence, pagesMigrated: migrated, preferredNode: preferred,
            currentNode: node, groupID: group, migrationCount: moves, runtimeNanoseconds: runtime ?? time,
            nodes: pages.enumerated().map { index, pages in
                .init(
                    taskPrivate: pages, taskShared: 0, groupPrivate: groupPages.isEmpty ? 0 : groupPages[index],
                    groupShared: 0)
            })
    }

    private func interval(
        on layout: NodeLayout = TestMachine.twoNodes, birth: LedgerSample.Birth? = nil, _ samples: LedgerSample...
    ) throws -> TaskInterval {
        var drive = SampledDrive(profile: TestMachine.profile(), layout: layout)
        for sample in samples { drive.observe(sample, birth: birth) }
        return try #require(drive.closeInterval(nil).tasks.first)
    }

    @Test("Readings between any two placements give the interval exactly, however many there were")
    func manyReadings() throws {
        let task = try interval(
            sample(1, [1000, 0]), sample(2, [600, 0]), sample(3, sequence: 4, [310, 7]),
            sample(4, sequence: 5, [205, 4]))
        #expect(task.foldedPages == Estimate(value: 167, lowest: 167, highest: 167, provenance: .modelled))
        #expect(task.placements == 3...3)
        #expect(task.readings == 3)
        #expect(task.nodes.map(\.privatePages.value) == [160, 7])
    }

    @Test("Once a placement for the last sequence was missed, one more must be reckoned with")
    func late() throws {
        let task = try interval(
            sample(1, [1000, 0]), sample(2, [600, 0]), sample(3, sequence: 4, [600, 0]),
            sample(4, sequence: 5, [400, 0]))
        #expect(task.foldedPages.lowest == 200)
        // 600 was 1000/2 + 100; then once, 400 = 300 + 100, or twice: at most 500 first, (300 + 500)/2.
        #expect(task.foldedPages.highest == 600)
        #expect(task.foldedPages.value == 200)
    }

    @Test("A task born while it was watched is exact from its first reading")
    func born() throws {
        let birth = LedgerSample.Birth(afterNanoseconds: 1, scanSequence: 2)
        let task = try interval(birth: birth, sample(9, sequence: 3, migrated: 12, [40, 5]))
        #expect(task.foldedPages.value == 45)
        #expect(task.foldedPages.error == 0)
        #expect(task.pagesMigrated.value == 12)
        #expect(task.beginNanoseconds == 1)
    }

    @Test("A ledger in its steady state is taken to be folded on, with nothing as the other possibility")
    func steady() throws {
        let task = try interval(
            sample(1, [500, 0]), sample(2, [550, 0]), sample(3, sequence: 4, [575, 0]),
            sample(4, sequence: 5, [588, 0]), sample(5, sequence: 6, [594, 0]), sample(6, sequence: 7, [597, 0]),
            sample(7, sequence: 8, [599, 0]), sample(8, sequence: 9, [600, 0]), sample(9, sequence: 10, [600, 0]))
        // Seven windows of 300 that showed, and one that made no difference.
        #expect(task.foldedPages.value == 8 * 300)
        #expect(task.foldedPages.lowest == 7 * 300)
    }

    @Test("A ledger that stands still while the sequence moves on may have been folded; not if the task did not run")
    func standing() throws {
        let ran = try interval(sample(1, [1000, 0]), sample(2, [600, 0]), sample(3, sequence: 4, [600, 0]))
        #expect(ran.foldedPages.value == 100)
        #expect(ran.foldedPages.highest == 400)
        let idle = try interval(
            sample(1, [1000, 0]), sample(2, [600, 0]), sample(3, sequence: 4, runtime: 2, [600, 0]))
        #expect(idle.foldedPages.highest == 100)
    }

    @Test("The bounds of a ledger are narrower than those of its counters together")
    func total() {
        let windows = WindowReconstruction(before: [400, 0], after: [200, 300], sequenceSteps: 1)
        #expect(windows.placements == 1...2)
        let sum = windows.pages(before: 400, after: 200) + windows.pages(before: 0, after: 300)
        let total = windows.total(before: [400, 0], after: [200, 300])
        #expect(total.lowest == 300 && total.highest == 800)
        #expect(sum.lowest == 300 && sum.highest == 800)
        // Nothing came to the first counter if it was halved once: that is the likeliest.
        #expect(total.value == 300)
        #expect(windows.likeliestPlacements == 1)
    }

    @Test("Pages went to the task's node if it did not change its CPU, or once within the node")
    func certainTarget() throws {
        for count in [0, 1] as [UInt64] {
            let task = try interval(
                sample(1, migrated: 0, node: 1, moves: 5, [9, 9]),
                sample(2, migrated: 30, node: 1, moves: 5 + count, [9, 9]))
            #expect(task.moves.count == 1)
            #expect(task.moves.first?.pages == Estimate(value: 30, lowest: 30, highest: 30, provenance: .modelled))
        }
    }

    @Test("A task that changed its CPU more often may have been on any node")
    func uncertainTarget() throws {
        let task = try interval(
            on: TestMachine.ring, sample(1, node: 1, moves: 5, [9, 0, 0, 0]),
            sample(2, migrated: 30, node: 1, moves: 8, [9, 0, 0, 0]))
        #expect(task.moves.count == 12)
        #expect(task.moves.allSatisfy { $0.pages.lowest == 0 && $0.pages.highest == 30 })
        #expect(task.moves.filter { $0.targetNode != 1 }.allSatisfy { $0.pages.value == 0 })
        #expect(abs(task.moves.reduce(0) { $0 + $1.pages.value } - 30) < 1e-9)
    }

    @Test("The preferred node is kept without a placement, and follows the ledger with one")
    func preferred() throws {
        let kept = try interval(sample(1, preferred: 1, [100, 0]), sample(2, preferred: 1, [100, 0]))
        #expect(kept.preferredBasis == .kept)
        #expect(kept.predictedPreferredNode == 1)
        let placed = try interval(sample(1, preferred: 1, [100, 200]), sample(2, preferred: 0, [350, 100]))
        #expect(placed.preferredBasis == .placement)
        #expect(placed.predictedPreferredNode == 0)
        #expect(placed.modelledPreferredNode == 0)
    }

    @Test("In a group the sums before others folded theirs, and the search for a CPU, explain another node")
    func preferredOfGroup() throws {
        let before = sample(1, preferred: 0, group: 9, [100, 0], groupPages: [500, 400])
        let early = try interval(before, sample(2, preferred: 0, group: 9, [60, 0], groupPages: [300, 700]))
        #expect(early.predictedPreferredNode == 1)
        #expect(early.preferredBasis == .groupBefore)
        #expect(early.modelledPreferredNode == 0)
        let found = try interval(before, sample(2, preferred: 1, group: 9, [100, 0], groupPages: [500, 400]))
        #expect(found.preferredBasis == .search)
        #expect(found.predictedPreferredNode == 0)
    }

    @Test("A task of no group whose node follows from nothing is said to be unexplained, and the prediction stands")
    func unexplained() throws {
        let task = try interval(sample(1, preferred: 0, [100, 0]), sample(2, preferred: 1, [100, 0]))
        #expect(task.preferredBasis == .unexplained)
        #expect(task.modelledPreferredNode == 0)
        #expect(task.preferredNode == 1)
    }
}
