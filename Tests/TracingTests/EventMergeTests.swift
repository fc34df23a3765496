import BalancingModel
import FixtureSupport
import Testing

@testable import Tracing

@Suite struct EventMergeTests {
    private static func event(_ time: UInt64, cpu: Int) -> BalancingEvent {
        BalancingEvent(timeNanoseconds: time, tid: 1, cpu: Int32(cpu), payload: .placement)
    }

    private static func append(_ times: [UInt64], to cpu: Int, of merge: inout EventMerge) {
        var events = merge.open(cpu)
        events += times.map { event($0, cpu: cpu) }
        merge.close(cpu, events)
    }

    @Test func handsOverInOrderOfTimeAndThenOfCPU() {
        var merge = EventMerge(queueCount: 3)
        Self.append([10, 12, 30], to: 0, of: &merge)
        Self.append([12, 20, 25], to: 1, of: &merge)
        Self.append([12], to: 2, of: &merge)
        #expect(merge.pending == 7)
        var output: [BalancingEvent] = []
        merge.take(through: .max, atMost: .max, into: &output)
        #expect(output.map(\.timeNanoseconds) == [10, 12, 12, 12, 20, 25, 30])
        #expect(output.map(\.cpu) == [0, 0, 1, 2, 1, 1, 0])
        #expect(merge.pending == 0)
    }

    @Test func keepsWhatIsLaterThanTheLimit() {
        var merge = EventMerge(queueCount: 2)
        Self.append([1, 5, 9], to: 0, of: &merge)
        Self.append([5, 6], to: 1, of: &merge)
        var output: [BalancingEvent] = []
        merge.take(through: 5, atMost: .max, into: &output)
        #expect(output.map(\.timeNanoseconds) == [1, 5, 5])
        #expect(merge.pending == 2)
        #expect(merge.lastTime(of: 0) == 9)
        Self.append([7], to: 1, of: &merge)
        output = []
        merge.take(through: .max, atMost: 2, into: &output)
        #expect(output.map(\.timeNanoseconds) == [6, 7])
        output = []
        merge.take(through: .max, atMost: .max, into: &output)
        #expect(output.map(\.timeNanoseconds) == [9])
    }

    @Test func asksForMoreBeforeItGoesOn() {
        var merge = EventMerge(queueCount: 2)
        Self.append([1], to: 0, of: &merge)
        Self.append([4], to: 1, of: &merge)
        var more: [UInt64] = [2, 3, 5]
        var output: [BalancingEvent] = []
        merge.take(through: .max, atMost: .max, into: &output) { cpu, queue in
            if cpu == 0, !more.isEmpty { queue.append(Self.event(more.removeFirst(), cpu: 0)) }
        }
        #expect(output.map(\.timeNanoseconds) == [1, 2, 3, 4, 5])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func agreesWithSorting(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let cpus = Int.random(in: 1...9, using: &random)
        var merge = EventMerge(queueCount: cpus)
        var all: [BalancingEvent] = []
        var output: [BalancingEvent] = []
        var floor: UInt64 = 0
        for _ in 0..<20 {
            for cpu in 0..<cpus {
                let times = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    floor + UInt64.random(in: 0...30, using: &random)
                }.sorted()
                // A CPU's events never go back behind what it wrote before.
                let least = merge.lastTime(of: cpu) ?? 0
                let kept = times.filter { $0 >= least }
                Self.append(kept, to: cpu, of: &merge)
                all += kept.map { Self.event($0, cpu: cpu) }
            }
            // Complete up to here: whatever comes later is later.
            merge.take(through: floor, atMost: .max, into: &output)
            floor += 31
        }
        merge.take(through: .max, atMost: .max, into: &output)
        #expect(output.count == all.count)
        #expect(output.map(\.timeNanoseconds) == all.map(\.timeNanoseconds).sorted())
    }
}
