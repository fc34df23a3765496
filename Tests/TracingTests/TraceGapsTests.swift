import BalancingModel
import Testing
import Tracing

/// Where a stored trace begins to lack events.
@Suite struct TraceGapsTests {
    private func event(_ time: UInt64, cpu: Int32) -> BalancingEvent {
        BalancingEvent(timeNanoseconds: time, tid: 1, cpu: cpu, payload: .placement)
    }

    private func loss(_ time: UInt64, cpu: Int32) -> BalancingEvent {
        BalancingEvent(timeNanoseconds: time, tid: 0, cpu: cpu, payload: .lostEvents(count: 5))
    }

    private func gaps(_ events: [BalancingEvent], wasOverwritten: Bool) -> [UInt64] {
        var gaps = TraceGaps()
        for event in events { gaps.note(event) }
        gaps.finish(wasOverwritten: wasOverwritten)
        var begins: [UInt64] = []
        while let gap = gaps.next(through: .max) {
            // A gap opens on a CPU; where the beginning was overwritten, it ends for all.
            #expect(gap.payload == .lostEvents(count: gap.cpu < 0 ? nil : 0))
            begins.append(gap.timeNanoseconds)
        }
        gaps.rewind()
        #expect(gaps.next(through: .max)?.timeNanoseconds == begins.first)
        return begins
    }

    @Test func aLossBeginsAfterTheLastEventOfItsCPU() {
        let events = [event(10, cpu: 0), event(12, cpu: 1), event(20, cpu: 0), loss(30, cpu: 1), event(30, cpu: 1)]
        #expect(gaps(events, wasOverwritten: false) == [13])
    }

    @Test func aLossBeforeTheFirstEventOfItsCPUHasNoBeginning() {
        #expect(gaps([event(10, cpu: 0), loss(30, cpu: 1)], wasOverwritten: false) == [])
    }

    @Test func anOverwrittenBufferIsWholeFromTheLatestBeginningOfACPUOn() {
        let events = [event(8, cpu: 2), event(10, cpu: 0), event(11, cpu: 1), event(12, cpu: 0)]
        #expect(gaps(events, wasOverwritten: true) == [11])
        #expect(gaps(events, wasOverwritten: false) == [])
    }

    @Test func aGapIsHandedOutOnceItsTimeHasCome() {
        var gaps = TraceGaps()
        for event in [event(10, cpu: 0), event(20, cpu: 1), loss(30, cpu: 0)] { gaps.note(event) }
        gaps.finish(wasOverwritten: true)
        #expect(gaps.next(through: 10) == nil)
        #expect(gaps.next(through: 15)?.timeNanoseconds == 11)
        #expect(gaps.next(through: 15) == nil)
        #expect(gaps.next(through: 20)?.timeNanoseconds == 20)
        #expect(gaps.next(through: .max) == nil)
    }
}
