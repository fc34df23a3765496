import BalancingModel
import NUMATopology
import Testing

@testable import Insight

/// What is written down, for how long, and how it is found again.
@Suite struct StoryBookTests {
    private func fault(
        _ tid: Int32, process: Int32, address: UInt64 = 0x1000, time: UInt64 = 1, rule: DecisionRule = .local,
        outcome: FaultOutcome = .stayed, pages: UInt64 = 1
    ) -> StoryEntry {
        var decision = Decision(timeNanoseconds: time, tid: tid, cpu: 0, address: address)
        decision.rule = rule
        return StoryEntry(
            timeNanoseconds: time, tid: tid, process: process,
            what: .fault(.init(decision: decision, outcome: outcome, answer: -1, pages: pages, memoryNode: 0)))
    }

    private func judged(_ address: UInt64, target: Int32, answer: Int32?, isResynchronising: Bool = false) -> StoryEntry
    {
        var decision = Decision(timeNanoseconds: 1, tid: 10, cpu: 0, address: address)
        decision.target = target
        decision.evidence.isResynchronising = isResynchronising
        return StoryEntry(
            timeNanoseconds: 1, tid: 10, process: 10,
            what: .fault(.init(decision: decision, outcome: .stayed, answer: answer, pages: 1, memoryNode: 0)))
    }

    @Test func `a decision that is no test of the model counts neither as right nor as wrong`() throws {
        let narrator = StoryNarrator(
            layout: NodeLayout(
                machine: Machine(nodes: [], distances: nil, possibleCPUs: CPUSet(), onlineCPUs: CPUSet())),
            profile: KernelProfile(release: KernelRelease(6, 12, 117)))
        var book = StoryBook()
        for _ in 0..<3 { book.add(judged(0x1000, target: -1, answer: -1)) }
        // Not all of the task's past is known: the kernel may well have decided otherwise.
        for _ in 0..<456 { book.add(judged(0x1000, target: -1, answer: 1, isResynchronising: true)) }
        book.add(judged(0x1000, target: 1, answer: nil))
        for story in [try #require(book.story(of: 10)), book.story(ofPage: 0x1000, process: 10, pageShift: 12)] {
            #expect(story.verdicts.right == 3)
            #expect(story.verdicts.wrong == 0)
            #expect(story.verdicts.notJudged == 457)
            var bytes: [UInt8] = []
            story.appendText(to: &bytes, title: "Task 10", narrator: narrator)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("otherwise"))
            #expect(text.contains("457 decisions are not judged"))
            #expect(text.contains("no test of the model"))
        }
        book.add(judged(0x1000, target: -1, answer: 1))
        var bytes: [UInt8] = []
        try #require(book.story(of: 10)).appendText(to: &bytes, title: "Task 10", narrator: narrator)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                .contains("The kernel decided 1 of 4 judged decisions otherwise than the model."))
    }

    @Test func keepsTheLastOfEachTaskAndCountsAll() throws {
        var book = StoryBook()
        for time in 1...100 { book.add(fault(10, process: 10, time: UInt64(time))) }
        book.add(StoryEntry(timeNanoseconds: 200, tid: 10, process: 10, what: .preferred(1)))
        for time in 201...300 {
            book.add(fault(11, process: 10, time: UInt64(time), rule: .private, outcome: .migrated))
        }
        let story = try #require(book.story(of: 10))
        #expect(story.subject == .process(10))
        #expect(story.tasks == [10, 11])
        #expect(story.told == 201)
        #expect(story.counts[.local, .stayed] == 100)
        #expect(story.counts[.private, .migrated] == 100)
        #expect(story.entries.count == 2 * StoryBook.ringLength + 1)
        #expect(story.entries.map(\.timeNanoseconds) == story.entries.map(\.timeNanoseconds).sorted())
        let one = try #require(book.story(of: 11))
        #expect(one.subject == .task(11))
        #expect(one.entries.count == StoryBook.ringLength)
        #expect(book.story(of: 11, after: one.entries[10].sequence)?.entries.count == StoryBook.ringLength - 11)
        #expect(book.story(of: 12) == nil)
    }

    @Test func forgetsTheTaskThatWasQuietLongest() {
        var book = StoryBook()
        for tid in 1...Int32(StoryBook.taskLimit) { book.add(fault(tid, process: tid)) }
        book.add(fault(1, process: 1))
        book.add(fault(100_000, process: 100_000))
        #expect(book.forgottenTasks == 1)
        #expect(book.knows(1))
        #expect(!book.knows(2))
        #expect(book.knows(100_000))
    }

    @Test func findsAPageOfOneProcessByAnyAddressInIt() {
        var book = StoryBook()
        book.add(fault(10, process: 10, address: 0x7f00_0000_1000))
        book.add(fault(11, process: 10, address: 0x7f00_0000_1000, rule: .twoStage))
        book.add(fault(20, process: 20, address: 0x7f00_0000_1000))
        book.add(fault(10, process: 10, address: 0x7f00_0000_2000))
        book.add(fault(10, process: 10, address: 0x7f00_0020_0000, pages: 512))
        let story = book.story(ofPage: 0x7f00_0000_1abc, process: 10, pageShift: 12)
        #expect(story.tasks == [10, 11])
        #expect(story.entries.count == 2)
        #expect(story.subject == .page(process: 10, address: 0x7f00_0000_1000))
        #expect(!story.facesFullRing)
        // Any page of a huge page.
        #expect(book.story(ofPage: 0x7f00_0034_5678, process: 10, pageShift: 12).entries.count == 1)
        #expect(book.story(ofPage: 0x7f00_0040_0000, process: 10, pageShift: 12).entries.isEmpty)
        #expect(book.story(ofPage: .max, process: 10, pageShift: 12).entries.isEmpty)
    }

    @Test func tellsLossesInEveryStory() {
        var book = StoryBook()
        book.add(fault(10, process: 10))
        book.add(StoryEntry(timeNanoseconds: 5, tid: 0, process: 0, what: .lost(7)))
        #expect(book.story(of: 10)?.entries.last?.what == .lost(7))
    }
}
