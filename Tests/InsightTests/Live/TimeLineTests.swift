import Testing

@testable import Insight

/// What waits for the events to come to its time.
@Suite struct TimeLineTests {
    @Test func handsOutInOrderOfTimeWhatIsDue() {
        var line = TimeLine<String>()
        for (time, name) in [(30, "c"), (10, "a"), (20, "b"), (20, "b2")] { line.insert(name, at: UInt64(time)) }
        #expect(line.next(through: 9) == nil)
        #expect(line.next(through: 20) == "a")
        #expect(line.next(through: 20) == "b")
        line.insert("late", at: 5)
        #expect(line.next(through: 20) == "late")
        #expect(line.next(through: 20) == "b2")
        #expect(line.next(through: 20) == nil)
        #expect(line.next(through: .max) == "c")
        #expect(line.next(through: .max) == nil)
    }

    @Test func agreesWithASortedArrayWhateverTheOrder() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var line = TimeLine<Int>()
            var waiting: [(time: UInt64, number: Int)] = []
            for number in 0..<60 {
                if Bool.random(using: &random) {
                    let time = UInt64.random(in: 0..<50, using: &random)
                    line.insert(number, at: time)
                    waiting.insert((time, number), at: waiting.firstIndex { $0.time > time } ?? waiting.endIndex)
                } else {
                    let now = UInt64.random(in: 0..<50, using: &random)
                    let expected = waiting.first.flatMap { $0.time <= now ? $0.number : nil }
                    if expected != nil { waiting.removeFirst() }
                    #expect(line.next(through: now) == expected)
                }
            }
        }
    }
}
