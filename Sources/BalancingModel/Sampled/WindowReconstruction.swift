/// What was folded into a ledger between two readings of it.
///
/// Each placement makes a counter M into ⌈M/2⌉ + B, with B the pages of its window. Between two readings a task placed
/// itself k times, at most once for each step of its mm's scan sequence, and once more for a step before the first
/// reading that it had not seen yet. Read backwards:
///
/// - k = 0: nothing was folded; the ledger stands still.
/// - k = 1: B = M' − ⌈M/2⌉, exactly.
/// - k > 1: X = M' − (M halved k times) is a weighted sum of the windows: a page of the last counts 1, of the one before
///   1/2, and so on. So the pages folded are at least X and at most X·2^(k−1), up to rounding; if the windows are alike,
///   X·k/(2 − 2^(1−k)).
///
/// No counter can fall below its halves, which bounds k from below: a counter that went from 1000 to 130 was halved at
/// least three times. Example: M = 901, M' = 571, sequence one further: k = 1, B = 571 − 451 = 120.
package struct WindowReconstruction: Hashable, Sendable {
    /// How often the task can have been placed: bounds, and the likeliest.
    package let placements: ClosedRange<Int>
    package let likeliestPlacements: Int
    /// Whether the ledger was cleared meanwhile (exec, or another task under the same id): the windows are those since.
    package let wasCleared: Bool

    /// More are not told apart: by then nothing is left of the first reading.
    private static let limit = 40

    /// - Parameters:
    ///   - before: Counters of the first reading.
    ///   - after: The same counters of the second.
    ///   - sequenceSteps: By how much the mm's scan sequence advanced; negative if it was reset.
    package init(before: [UInt64], after: [UInt64], sequenceSteps: Int64) {
        if before == after, sequenceSteps <= 0 {
            placements = 0...0
            likeliestPlacements = 0
            wasCleared = false
            return
        }
        let wasReset = sequenceSteps < 0
        let steps = Int(max(0, min(sequenceSteps, Int64(Self.limit))))
        let highest = wasReset ? Self.limit : min(steps + 1, Self.limit)
        var lowest = before == after ? 0 : 1
        while lowest <= highest, !Self.isPossible(before, after, placements: lowest) { lowest += 1 }
        guard lowest <= highest else {
            // Fell faster than halving allows: cleared.
            wasCleared = true
            placements = 1...max(1, highest)
            likeliestPlacements = max(1, min(steps, highest))
            return
        }
        wasCleared = false
        placements = lowest...highest
        likeliestPlacements = min(max(lowest, steps), highest)
    }

    private static func isPossible(_ before: [UInt64], _ after: [UInt64], placements: Int) -> Bool {
        for (old, new) in zip(before, after) where halved(old, times: placements) > new { return false }
        return true
    }

    /// A counter halved, rounding up, a number of times.
    package static func halved(_ counter: UInt64, times: Int) -> UInt64 {
        var value = counter
        for _ in 0..<max(0, times) where value > 1 { value -= value / 2 }
        return value
    }

    /// The pages folded into one counter.
    package func pages(before: UInt64, after: UInt64) -> Estimate {
        let old = wasCleared ? 0 : before
        var lowest = Double.infinity
        var highest = 0.0
        for count in placements {
            let least = Double(excess(old, after, count))
            lowest = min(lowest, least)
            highest = max(highest, count == 0 ? 0 : least * Self.power(count - 1))
        }
        let likeliest = likeliestPlacements
        let base = Double(excess(old, after, likeliest))
        let factor = likeliest <= 1 ? 1 : Double(likeliest) / (2 - 1 / Self.power(likeliest - 1))
        return Estimate(
            value: base * factor, lowest: lowest.isFinite ? lowest : 0, highest: highest, provenance: .modelled)
    }

    private func excess(_ before: UInt64, _ after: UInt64, _ count: Int) -> UInt64 {
        let rest = Self.halved(before, times: count)
        return after > rest ? after - rest : 0
    }

    private static func power(_ exponent: Int) -> Double {
        Double(UInt64(1) << UInt64(max(0, min(exponent, 62))))
    }
}
