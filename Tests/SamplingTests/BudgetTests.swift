import Testing

@testable import Sampling

/// Rounds of a cost, until the stretch settles.
private func settled(_ governor: inout CPUGovernor, cost: UInt64, interval: UInt64, rounds: Int = 200) -> Double {
    for _ in 0..<rounds {
        _ = governor.record(cpuNanoseconds: cost, wallNanoseconds: governor.interval(interval))
    }
    return Double(cost) / Double(governor.interval(interval))
}

@Suite struct CPUGovernorTests {
    @Test func leavesIntervalsAloneWhileUnderTheLimit() {
        var governor = CPUGovernor(limitShare: 0.01)
        #expect(settled(&governor, cost: 20_000_000, interval: 5_000_000_000) == 0.004)
        #expect(governor.stretch == 1)
    }

    // CPU milliseconds of a round every 5 s: a little and far above 1 %.
    @Test(arguments: [51, 80, 200, 1000, 2500] as [UInt64])
    func keepsTheLimitByLengthening(milliseconds: UInt64) {
        var governor = CPUGovernor(limitShare: 0.01)
        let share = settled(&governor, cost: milliseconds * 1_000_000, interval: 5_000_000_000)
        #expect(share <= 0.01)
        // No longer than needed: headroom and what hysteresis leaves.
        #expect(share >= 0.01 / CPUGovernor.headroom * CPUGovernor.release * 0.99)
        #expect(!governor.isSaturated)
    }

    @Test func neverStretchesBeyondTheMaximum() {
        var governor = CPUGovernor(limitShare: 0.001)
        _ = settled(&governor, cost: 4_000_000_000, interval: 5_000_000_000)
        #expect(governor.stretch == CPUGovernor.maximumStretch)
        #expect(governor.isSaturated)
    }

    @Test func costsThatWaverALittleChangeNothing() {
        var governor = CPUGovernor(limitShare: 0.01)
        _ = settled(&governor, cost: 100_000_000, interval: 5_000_000_000)
        var changes = 0
        for round in 0..<400 {
            let cost: UInt64 = round % 2 == 0 ? 96_000_000 : 104_000_000
            let wall = governor.interval(5_000_000_000)
            if governor.record(cpuNanoseconds: cost, wallNanoseconds: wall) != nil { changes += 1 }
        }
        #expect(changes == 0)
    }

    @Test func shortensAgainWhenCostsFall() {
        var governor = CPUGovernor(limitShare: 0.01)
        _ = settled(&governor, cost: 400_000_000, interval: 5_000_000_000)
        #expect(governor.stretch > 8)
        _ = settled(&governor, cost: 10_000_000, interval: 5_000_000_000)
        #expect(governor.stretch == 1)
    }

    @Test func stretchStaysInBoundsUnderAnyCosts() {
        var generator = SplitMix64(seed: 11)
        var governor = CPUGovernor(limitShare: 0.01)
        for _ in 0..<5000 {
            let cost = UInt64.random(in: 0...(1 << UInt64.random(in: 0...62, using: &generator)), using: &generator)
            let wall = UInt64.random(in: 0...(1 << UInt64.random(in: 0...40, using: &generator)), using: &generator)
            _ = governor.record(cpuNanoseconds: cost, wallNanoseconds: wall)
            #expect((1...CPUGovernor.maximumStretch).contains(governor.stretch))
        }
    }

    @Test func anAccountWithoutTimeSaysNothing() {
        var governor = CPUGovernor(limitShare: 0.01)
        #expect(governor.record(cpuNanoseconds: 1 << 40, wallNanoseconds: 0) == nil)
        #expect(governor.need == nil)
        #expect(governor.interval(.max) == UInt64.max / 2)
    }
}

@Suite struct HoldPredictorTests {
    @Test func predictsTheWorkedExample() {
        let predictor = HoldPredictor()
        #expect(predictor.hold(pages: 524_288, mappings: 0) == 37_748_736)
        #expect(predictor.hold(pages: 524_288, hugeShare: 1, mappings: 0) == 143_360)
    }

    @Test func growsWithPagesAndMappingsAndFallsWithHugePages() {
        let predictor = HoldPredictor()
        for pages in [0, 1, 1000, 1 << 20, 1 << 40] as [UInt64] {
            let base = predictor.hold(pages: pages, mappings: 10)
            #expect(predictor.hold(pages: pages + 1000, mappings: 10) > base)
            #expect(predictor.hold(pages: pages, mappings: 20) > base)
            #expect(predictor.hold(pages: pages, hugeShare: 0.9, mappings: 10) <= base)
        }
        #expect(predictor.hold(pages: .max, mappings: .max) == UInt64.max / 2)
    }

    @Test func learnsWithinBounds() {
        var generator = SplitMix64(seed: 3)
        var predictor = HoldPredictor()
        for _ in 0..<20_000 {
            predictor.learn(
                pages: generator.next() >> UInt64.random(in: 0...63, using: &generator),
                mappings: Int.random(in: -5...1_000_000, using: &generator),
                measuredNanoseconds: generator.next() >> UInt64.random(in: 0...63, using: &generator))
            #expect(HoldPredictor.pageRange.contains(predictor.perPage))
            #expect(HoldPredictor.mappingRange.contains(predictor.perMapping))
        }
    }

    @Test func oneReadTeachesAQuarterAtMostAndHugePagesNothing() {
        var predictor = HoldPredictor()
        predictor.learn(pages: 1_000_000, mappings: 1, measuredNanoseconds: 10_000_000_000)
        #expect(predictor.perPage == 90)
        predictor.learn(pages: 1_000_000, mappings: 1, measuredNanoseconds: 100_000)
        #expect(predictor.perPage == 90)
    }

    @Test func settlesWhereTheHostIs() {
        // A host whose page tables cost twice as much, measured with noise of a tenth.
        var generator = SplitMix64(seed: 5)
        var predictor = HoldPredictor()
        var tooLow = 0
        for round in 0..<2000 {
            let pages = UInt64.random(in: 10_000...200_000, using: &generator)
            let truth = Double(pages) * 144 * Double.random(in: 0.9...1.1, using: &generator)
            if round >= 200, Double(predictor.hold(pages: pages, mappings: 0)) < truth { tooLow += 1 }
            predictor.learn(pages: pages, mappings: 0, measuredNanoseconds: UInt64(truth))
        }
        #expect(tooLow < 1800 / 5)
        #expect((130...175).contains(predictor.perPage))
    }

    @Test func historyCountsNewMemoryAsSmallPages() {
        let history = HoldHistory(
            pages: 100_000, mappings: 0, measuredNanoseconds: 72_000, predictor: HoldPredictor())
        // 1,000 pages' worth of walking, doubled for safety.
        #expect(history.hugeShare(pagesNow: 100_000) == 0.98)
        #expect(history.hugeShare(pagesNow: 200_000) == 0.49)
        #expect(history.hugeShare(pagesNow: 0) == 0)
        let damaged = HoldHistory(pages: .max, mappings: 0, measuredNanoseconds: .max, predictor: HoldPredictor())
        #expect(damaged.hugeShare(pagesNow: .max) < 1)
    }
}

@Suite struct PlacementSchedulerTests {
    private static let interval: UInt64 = 60_000_000_000
    private static let tick: UInt64 = 5_000_000_000

    private struct Simulated {
        var bytes: UInt64
        var cost: UInt64
        var readAt: UInt64?
        var reads = 0
        var longestWait: UInt64 = 0
    }

    /// Runs ticks of 5 s and returns what became of the processes.
    private func simulate(_ processes: [Simulated], ticks: Int, cpuShare: Double) -> [Simulated] {
        var processes = processes
        var scheduler = PlacementScheduler()
        var now: UInt64 = 0
        for _ in 0..<ticks {
            now += Self.tick
            scheduler.tick(
                elapsedNanoseconds: Self.tick, cpuShare: cpuShare, candidateCount: processes.count,
                intervalNanoseconds: Self.interval)
            let candidates = processes.indices.map { index in
                PlacementScheduler.Candidate(
                    identity: index, residentBytes: processes[index].bytes,
                    ageNanoseconds: processes[index].readAt.map { now - $0 }, seenForNanoseconds: now)
            }
            for candidate in scheduler.order(candidates, intervalNanoseconds: Self.interval)
            where scheduler.mayRead(candidate) {
                let index = candidate.identity
                scheduler.charge(candidate, cpuNanoseconds: processes[index].cost)
                processes[index].longestWait = max(processes[index].longestWait, now - (processes[index].readAt ?? 0))
                processes[index].readAt = now
                processes[index].reads += 1
            }
        }
        return processes
    }

    @Test func readsEachProcessAboutOncePerIntervalUnderTheBudget() {
        let result = simulate(
            (0..<50).map { Simulated(bytes: UInt64($0) << 20, cost: 100_000) }, ticks: 120, cpuShare: 0.004)
        // Ten minutes: once at first sight, then once a minute, the largest up to twice.
        #expect(result.allSatisfy { (5...22).contains($0.reads) })
        #expect(result.map(\.reads).reduce(0, +) <= 50 * 11)
        #expect(result.allSatisfy { $0.longestWait <= 3 * Self.interval })
    }

    @Test func nobodyStarvesWhereThereIsMoreToReadThanTheBudgetAllows() {
        var processes = (0..<100).map { _ in Simulated(bytes: 1 << 36, cost: 5_000_000) }
        processes.append(Simulated(bytes: 4096, cost: 5_000_000))
        let result = simulate(processes, ticks: 2000, cpuShare: 0.004)
        #expect(result.allSatisfy { $0.reads >= 2 })
        let spent = result.reduce(0) { $0 + UInt64($1.reads) * $1.cost }
        #expect(Double(spent) <= 0.004 * 2000 * Double(Self.tick) + 3 * 5_000_000)
    }

    @Test func aProcessDearerThanATickIsPaidForByTheNextOnes() {
        let result = simulate([Simulated(bytes: 1 << 40, cost: 400_000_000)], ticks: 240, cpuShare: 0.004)
        // 400 ms at 0.4 % of a CPU: one reading in 100 s.
        #expect((10...13).contains(result[0].reads))
    }

    @Test func largeStaleAndNewComeFirst() {
        let scheduler = PlacementScheduler()
        func candidate(_ identity: Int, _ bytes: UInt64, _ age: UInt64?) -> PlacementScheduler.Candidate {
            .init(identity: identity, residentBytes: bytes, ageNanoseconds: age, seenForNanoseconds: Self.interval)
        }
        let order = scheduler.order(
            [
                candidate(0, 1 << 20, Self.interval), candidate(1, 1 << 33, Self.interval),
                candidate(2, 1 << 20, 3 * Self.interval), candidate(3, 1 << 20, nil),
                candidate(4, 1 << 40, Self.interval / 4),
            ], intervalNanoseconds: Self.interval)
        #expect(order.map(\.identity) == [1, 2, 3, 0])
    }

    @Test(arguments: [0, 1, 3, 1023, 1e9, 1e30] as [Double])
    func theLogarithmIsCloseEnough(value: Double) {
        var expected = 0.0
        var rest = value + 1
        while rest >= 2 {
            rest /= 2
            expected += 1
        }
        #expect((expected...(expected + 1)).contains(value.logarithmOfOneMore))
        #expect(Double.infinity.logarithmOfOneMore == 1024)
    }
}

@Suite struct LockBreatherTests {
    @Test func theTargetGetsItsTurnAfterHoldsThatAddUp() {
        var breather = LockBreather()
        let part = LockBreather.share / 3
        #expect(breather.held(part) == nil)
        #expect(breather.held(part) == nil)
        #expect(breather.held(LockBreather.share - 2 * part) == LockBreather.pause)
        // And then anew.
        #expect(breather.held(part) == nil)
    }

    @Test func aLongHoldIsFollowedByOnePause() {
        var breather = LockBreather()
        #expect(breather.held(LockBreather.share * 10) == LockBreather.pause)
        #expect(breather.held(0) == nil)
        #expect(breather.held(.max) == LockBreather.pause)
    }
}
