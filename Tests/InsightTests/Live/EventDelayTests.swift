import BalancingModel
import Testing

@testable import Insight

/// The line in which live events wait.
@Suite struct EventDelayTests {
    private func event(_ time: UInt64, tid: Int32 = 1) -> BalancingEvent {
        BalancingEvent(timeNanoseconds: time, tid: tid, cpu: 0, payload: .misplaced(address: time))
    }

    @Test func handsOutInTheOrderOfTimeWhatCameLate() {
        var delay = EventDelay(limit: 100)
        for time in [10, 30, 20, 40, 35] as [UInt64] { delay.append(event(time)) }
        var times: [UInt64] = []
        while let event = delay.nextAhead(until: 35) { times.append(event.timeNanoseconds) }
        #expect(times == [10, 20, 30, 35])
        // Too late: behind what was looked at, but not lost.
        delay.append(event(5))
        while let event = delay.nextAhead(until: .max) { times.append(event.timeNanoseconds) }
        #expect(times == [10, 20, 30, 35, 5, 40])
        var judged: [UInt64] = []
        while let event = delay.nextJudged() { judged.append(event.timeNanoseconds) }
        #expect(judged == times)
        #expect(delay.count == 0)
    }

    @Test func givesOutNothingToJudgeThatWasNotLookedAt() {
        var delay = EventDelay(limit: 100)
        delay.append(event(1))
        delay.append(event(2))
        #expect(delay.nextJudged() == nil)
        #expect(delay.nextAhead(until: 1) != nil)
        #expect(delay.nextJudged() != nil)
        #expect(delay.nextJudged() == nil)
        #expect(delay.oldestNanoseconds == 2)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func keepsEverythingInOrderWhateverComes(seed: UInt64) {
        var generator = seed
        func random(_ limit: UInt64) -> UInt64 {
            generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (generator >> 33) % limit
        }
        var delay = EventDelay(limit: 64)
        var sent = 0
        var ahead: [UInt64] = []
        var judged: [UInt64] = []
        var clock: UInt64 = 1000
        for _ in 0..<5000 {
            clock += random(10)
            if delay.isFull {
                if let event = delay.nextJudged() {
                    judged.append(event.timeNanoseconds)
                } else {
                    while let event = delay.nextAhead(until: .max) { ahead.append(event.timeNanoseconds) }
                }
                continue
            }
            delay.append(event(clock - random(20)))
            sent += 1
            // Nothing is later than 20, so what is older than that is in order.
            while let event = delay.nextAhead(until: clock - 20) { ahead.append(event.timeNanoseconds) }
            if random(3) == 0, let event = delay.nextJudged() { judged.append(event.timeNanoseconds) }
        }
        while let event = delay.nextAhead(until: .max) { ahead.append(event.timeNanoseconds) }
        while let event = delay.nextJudged() { judged.append(event.timeNanoseconds) }
        #expect(ahead.count == sent)
        #expect(judged == ahead)
    }
}
