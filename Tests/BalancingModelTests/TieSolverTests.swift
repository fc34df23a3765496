import FixtureSupport
import Testing

@testable import BalancingModel

@Suite struct TieSolverTests {
    private func contact(_ time: UInt64, _ tid: Int32, _ other: Int32 = 0) -> GroupFact {
        .contact(time: time, tid: tid, other: other, canJoin: other != 0, node: -1)
    }

    private func oracle(_ solver: TieSolver) -> TieOracle {
        var oracle = solver.solution()
        oracle.advance(to: .max)
        return oracle
    }

    @Test("The solver counts ids that nothing explains, and does not give up")
    func contradiction() {
        var solver = TieSolver()
        solver.consume(contact(1, 5))
        solver.consume(.observed(time: 2, tid: 5, gid: 77, toleranceNanoseconds: 1))
        solver.consume(.observed(time: 3, tid: 5, gid: 5, toleranceNanoseconds: 1))
        solver.consume(contact(4, 6))
        solver.consume(contact(5, 5, 6))
        solver.consume(.observed(time: 6, tid: 5, gid: 78, toleranceNanoseconds: 1))
        #expect(solver.contradictionCount == 2)
        #expect(solver.observationCount == 3)
        #expect(solver.hypothesisCount == 2)
    }

    @Test("Processes that never meet cost the sum of their hypotheses, not the product", arguments: [1, 2, 50])
    func unconnected(processes: Int) {
        var solver = TieSolver()
        var most = 0
        for process in 0..<Int32(processes) {
            var world = TieWorld(seed: UInt64(process))
            world.mingle(process * 10 + 1...process * 10 + 6, times: 200)
            for fact in world.facts { solver.consume(fact) }
            most = max(most, solver.hypothesisCount)
        }
        #expect(solver.componentCount == processes)
        // Six threads end up in one group; which of six it is, nothing tells, nor all of what led there.
        #expect(solver.hypothesisCount <= 16 * processes)
        #expect(most <= 16 * processes + TieComponent.hypothesisLimit)
        #expect(solver.tieCount >= 5 * processes)
    }

    @Test("However many ties stay open, hypotheses and their memory stay within bounds", arguments: [8, 40] as [Int32])
    func bounded(pairs: Int32) {
        var solver = TieSolver()
        var time: UInt64 = 0
        var mostHypotheses = 0
        var mostBytes = 0
        func consume(_ fact: GroupFact) {
            solver.consume(fact)
            mostHypotheses = max(mostHypotheses, solver.hypothesisCount)
            mostBytes = max(mostBytes, solver.spareBytes)
        }
        for process in 0..<16 as Range<Int32> {
            let base = process * 10_000
            for tid in 1...2 * pairs {
                time += 1
                consume(contact(time, base + tid))
            }
            // Pairs that tie, and a thread that joins them all into one component.
            for pair in 0..<pairs {
                time += 1
                consume(contact(time, base + 2 * pair + 1, base + 2 * pair + 2))
            }
            for pair in 1..<pairs {
                time += 1
                consume(contact(time, base + 1, base + 2 * pair + 1))
            }
        }
        #expect(solver.tieCount >= 16 * Int(pairs))
        #expect(mostHypotheses <= 16 * TieComponent.hypothesisLimit)
        #expect(mostBytes <= TieSolver.budgetBytes)
    }

    @Test("Components become one where it matters that their tasks meet")
    func union() {
        var solver = TieSolver()
        for tid in 1...5 as ClosedRange<Int32> { solver.consume(contact(UInt64(tid), tid)) }
        #expect(solver.componentCount == 0)
        solver.consume(contact(10, 1, 2))
        solver.consume(contact(11, 2, 1))
        solver.consume(contact(12, 3, 4))
        solver.consume(contact(13, 4, 3))
        #expect(solver.componentCount == 2)
        #expect(solver.hypothesisCount == 4)
        // One of two meets one alone: it stays, whoever leads.
        solver.consume(contact(14, 1, 5))
        #expect(solver.componentCount == 2)
        // Two pairs tie: every pair of hypotheses, each of them split.
        solver.consume(contact(15, 1, 3))
        #expect(solver.componentCount == 1)
        #expect(solver.hypothesisCount == 8)
        // Whoever is printed settles the pair it comes from.
        solver.consume(.observed(time: 16, tid: 1, gid: 4, toleranceNanoseconds: 0))
        let found = oracle(solver)
        #expect(
            found.isHigher(
                GroupKey(gid: 4, createdAtNanoseconds: 4), than: GroupKey(gid: 3, createdAtNanoseconds: 3)) == true)
        for tid in 1...4 as ClosedRange<Int32> { solver.consume(.left(time: 20, tid: tid)) }
        #expect(solver.componentCount == 0)
        #expect(solver.hypothesisCount == 0)
        #expect(solver.spareBytes == 0)
    }

    @Test("Groups and tasks that are gone leave nothing behind, and ids used again are told apart")
    func recycling() {
        var solver = TieSolver()
        for round in 0..<400 as Range<UInt64> {
            let time = round * 1000
            for tid in 1...3 as ClosedRange<Int32> { solver.consume(contact(time + UInt64(tid), tid)) }
            solver.consume(contact(time + 10, 1, 2))
            solver.consume(contact(time + 11, 2, 1))
            solver.consume(.observed(time: time + 20, tid: 1, gid: round % 2 == 0 ? 1 : 2, toleranceNanoseconds: 1))
            for tid in 1...3 as ClosedRange<Int32> { solver.consume(.left(time: time + 30, tid: tid)) }
        }
        #expect(solver.hypothesisCount == 0)
        #expect(solver.componentCount == 0)
        #expect(solver.contradictionCount == 0)
        let found = oracle(solver)
        let even = GroupKey(gid: 1, createdAtNanoseconds: 398_001)
        #expect(found.isHigher(even, than: GroupKey(gid: 2, createdAtNanoseconds: 398_002)) == true)
        let odd = GroupKey(gid: 1, createdAtNanoseconds: 399_001)
        #expect(found.isHigher(odd, than: GroupKey(gid: 2, createdAtNanoseconds: 399_002)) == false)
    }

    /// Two processes of five threads, printed now and then; threads come and go, and in every third world the processes
    /// share a page.
    private func world(seed: UInt64, rounds: Int = 12) -> TieWorld {
        var world = TieWorld(seed: seed)
        for round in 0..<rounds {
            for base in [10, 20] as [Int32] {
                world.mingle(base...base + 4, times: 12)
                if round % 2 == 1 { world.print(base + Int32(round % 5)) }
                if round % 3 == 2 { world.exit(base + Int32(round % 5)) }
            }
            if seed % 3 == 0 { world.meet(11, 22) }
        }
        return world
    }

    @Test("What is not in doubt is true", arguments: 0..<60 as Range<UInt64>)
    func certain(seed: UInt64) {
        let world = world(seed: seed)
        var solver = TieSolver()
        for fact in world.facts { solver.consume(fact) }
        let facts = solver.commit(before: .max)
        #expect(!facts.isEmpty)
        #expect(solver.contradictionCount == 0)
        for fact in facts where !fact.isDoubtful { #expect(world.isTrue(fact)) }
    }

    @Test("Commitments come in order of time, none twice and none too early", arguments: 0..<20 as Range<UInt64>)
    func commitments(seed: UInt64) {
        var world = TieWorld(seed: seed)
        for _ in 0..<40 {
            world.mingle(10...14, times: 12)
            for tid in 10...14 as ClosedRange<Int32> { world.print(tid) }
            for tid in 10...14 as ClosedRange<Int32> { world.exit(tid) }
        }
        let lag: UInt64 = 100_000_000
        var solver = TieSolver()
        var facts: [TieFact] = []
        for (number, fact) in world.facts.enumerated() {
            solver.consume(fact)
            let time: UInt64 =
                switch fact {
                case .contact(let time, _, _, _, _), .adopted(let time, _, _, _), .left(let time, _),
                    .observed(let time, _, _, _), .located(let time, _, _, _):
                    time
                }
            guard number % 10 == 0, time > lag else { continue }
            let taken = solver.commit(before: time - lag)
            #expect(taken.allSatisfy { $0.timeNanoseconds < time - lag })
            facts += taken
        }
        facts += solver.commit(before: .max)
        #expect(solver.commit(before: .max).isEmpty)
        #expect(solver.solution().waitingCount == 0)
        #expect(facts == facts.sorted())
        #expect(Set(facts.map(\.undoubted)).count == facts.count)
        // What is printed shows within the lag who survived, not how every tie on the way there came out.
        #expect(facts.count > 40)
        #expect(facts.allSatisfy { $0.isDoubtful || world.isTrue($0) })
        let wrong = facts.count { !world.isTrue($0) }
        #expect(wrong * 4 < facts.count)
    }

    @Test("A tie is open until an id is printed that only one outcome explains")
    func open() {
        var solver = TieSolver()
        let second: UInt64 = 1_000_000_000
        for tid in 1...4 as ClosedRange<Int32> { solver.consume(contact(UInt64(tid), tid)) }
        #expect(solver.openSince(now: 4) == nil)
        solver.consume(contact(10, 1, 2))
        solver.consume(contact(11, 2, 1))
        solver.consume(contact(20, 3, 4))
        solver.consume(contact(21, 4, 3))
        #expect(solver.openSince(now: 21) == 10)
        solver.consume(.observed(time: second, tid: 1, gid: 2, toleranceNanoseconds: 0))
        #expect(solver.openSince(now: second) == 20)
        // Threads that are gone take their open ties along.
        for tid in 3...4 as ClosedRange<Int32> { solver.consume(.left(time: second, tid: tid)) }
        #expect(solver.openSince(now: second) == nil)
    }

    @Test("An id printed for who stayed settles the tie of who left")
    func settledByTheOther() {
        var solver = TieSolver()
        for tid in 1...3 as ClosedRange<Int32> { solver.consume(contact(UInt64(tid), tid)) }
        solver.consume(contact(10, 1, 2))
        solver.consume(contact(11, 2, 1))
        // Both are in one group, whichever it is; then one of them leaves.
        solver.consume(.left(time: 12, tid: 1))
        solver.consume(.left(time: 13, tid: 3))
        #expect(solver.openSince(now: 14) == 10)
        solver.consume(.observed(time: 14, tid: 2, gid: 1, toleranceNanoseconds: 0))
        #expect(solver.openSince(now: 14) == nil)
        #expect(solver.commit(before: .max).map(\.isDoubtful) == [false])
    }

    @Test(
        "Where it was told where two groups lie, their tie is none: before their tasks meet and after",
        arguments: [true, false])
    func located(isFirstHigher: Bool) {
        var solver = TieSolver()
        let orders: [UInt64] = isFirstHigher ? [900, 100] : [100, 900]
        for tid in 1...2 as ClosedRange<Int32> {
            solver.consume(.adopted(time: UInt64(tid), tid: tid, gid: tid, node: 0))
            solver.consume(.located(time: UInt64(tid), tid: tid, gid: tid, order: orders[Int(tid) - 1]))
        }
        solver.consume(contact(10, 1, 2))
        solver.consume(contact(11, 2, 1))
        #expect(solver.tieCount == 0)
        #expect(solver.hypothesisCount == 1)
        #expect(solver.openSince(now: 12) == nil)
        let keys = (1...2 as ClosedRange<Int32>).map {
            GroupKey(gid: $0, createdAtNanoseconds: UInt64($0), homeNode: 0)
        }
        #expect(oracle(solver).isHigher(keys[0], than: keys[1]) == isFirstHigher)
        // Whoever is printed is in the group that lies higher.
        solver.consume(.observed(time: 12, tid: 1, gid: isFirstHigher ? 1 : 2, toleranceNanoseconds: 0))
        solver.consume(.observed(time: 12, tid: 2, gid: isFirstHigher ? 1 : 2, toleranceNanoseconds: 0))
        #expect(solver.contradictionCount == 0)
    }

    @Test("What is told of two groups that have met already settles the ties that wait for it")
    func locatedLater() {
        var solver = TieSolver()
        for tid in 1...4 as ClosedRange<Int32> { solver.consume(contact(UInt64(tid), tid)) }
        // 1 and 2 tie, and so do 3 and 4.
        solver.consume(contact(10, 1, 2))
        solver.consume(contact(20, 3, 4))
        #expect(solver.openSince(now: 21) == 10)
        solver.consume(.located(time: 31, tid: 1, gid: 1, order: 7))
        solver.consume(.located(time: 31, tid: 2, gid: 2, order: 5))
        #expect(solver.openSince(now: 32) == 20)
        #expect(solver.tieCount == 2)
        solver.consume(contact(40, 1, 2))
        #expect(solver.tieCount == 2)
    }

    @Test("Where a group lies says nothing of one that its creator made after it")
    func locatedAnother() {
        var solver = TieSolver()
        solver.consume(.adopted(time: 1, tid: 11, gid: 7, node: 0))
        solver.consume(.located(time: 2, tid: 11, gid: 9, order: 1))
        solver.consume(.adopted(time: 3, tid: 12, gid: 8, node: 0))
        solver.consume(.located(time: 4, tid: 12, gid: 8, order: 2))
        solver.consume(contact(5, 11, 12))
        #expect(solver.tieCount == 1)
    }

    @Test("A task whose group began unseen is put where the kernel says it is")
    func adopted() {
        var solver = TieSolver()
        solver.consume(.adopted(time: 1, tid: 11, gid: 7, node: 0))
        solver.consume(.adopted(time: 2, tid: 12, gid: 7, node: 0))
        solver.consume(.adopted(time: 3, tid: 13, gid: 9, node: 0))
        #expect(solver.hypothesisCount == 1)
        // Two are more than one: no tie.
        solver.consume(contact(4, 13, 11))
        solver.consume(.observed(time: 5, tid: 13, gid: 7, toleranceNanoseconds: 0))
        solver.consume(.observed(time: 5, tid: 12, gid: 7, toleranceNanoseconds: 0))
        solver.consume(.adopted(time: 6, tid: 12, gid: 5, node: 0))
        solver.consume(.observed(time: 7, tid: 12, gid: 5, toleranceNanoseconds: 0))
        #expect(solver.contradictionCount == 0)
        #expect(solver.tieCount == 0)
    }

    @Test("What was committed to stays, whatever is printed later")
    func finality() {
        var solver = TieSolver()
        for fact in [contact(1, 1), contact(2, 2), contact(3, 1, 2), contact(4, 2, 1)] { solver.consume(fact) }
        #expect(solver.hypothesisCount == 2)
        #expect(solver.commit(before: 3).isEmpty)
        #expect(solver.hypothesisCount == 2)
        let outcomes = solver.commit(before: 4)
        #expect(outcomes.count == 1)
        #expect(outcomes.first?.isDoubtful == true)
        #expect(solver.hypothesisCount == 1)
        let loser = outcomes.first?.low.gid ?? 0
        solver.consume(.observed(time: 9, tid: loser, gid: loser, toleranceNanoseconds: 0))
        #expect(solver.contradictionCount == 1)
        #expect(solver.commit(before: .max).isEmpty)
    }
}
