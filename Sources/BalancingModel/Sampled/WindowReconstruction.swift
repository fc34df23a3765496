/// What was folded into a ledger between two readings of it.
///
/// Each placement makes a counter M into ⌈M/2⌉ + B, with B the pages of its window. Between two readings a task placed
/// itself k times: at most once for each step of its mm's scan sequence, and once more if it had not yet done so for the
/// sequence of the first reading. Read backwards:
///
/// - k = 0: nothing was folded; the ledger stands still.
/// - k = 1: B = M' − ⌈M/2⌉, exactly.
/// - k > 1: the windows weigh differently, a page of the last 1, of the one before 1/2, and so on. At least
///   M' − ⌈M/2ᵏ⌉ pages were folded, if all were in the last window, and at most M'·2ᵏ⁻¹ − ⌈M/2⌉, if all were in the
///   first: ⌈n/2ᵏ⁻¹⌉ = M' holds up to n = M'·2ᵏ⁻¹. If the windows are alike, it was (M' − ⌈M/2ᵏ⌉)·k/(2 − 2¹⁻ᵏ).
///
/// Nothing narrows the bounds of k > 1: any distribution over the windows between them leads to the same M'. A reader that
/// wants exact figures must read between any two placements.
///
/// What tells k. No counter can fall below its halves: one that went from 1000 to 130 was halved three times at least.
/// And a counter that is exactly the half, or a quarter, of what it was had no faults: that would be a rare coincidence
/// otherwise, so the k for which most counters are such is the likeliest. A ledger that stands still was not folded,
/// unless the window before was as large as what halving would take away, as in the steady state of a task whose every
/// pass finds the same pages: then it is taken to be folded on. (Any other window may equal that by chance as well;
/// ``TaskTrack`` widens the bounds for it.)
///
/// Where the iterator tells the sequence a task was last placed for, k is 0 if that stands still, and else at most its steps:
/// with one step it is 1, whatever the ledger looks like.
///
/// Example: M = 901, M' = 571, sequence one further: k = 1, B = 571 − 451 = 120.
package struct WindowReconstruction: Hashable, Sendable {
    /// How often the task can have been placed: bounds, and the likeliest.
    package let placements: ClosedRange<Int>
    package let likeliestPlacements: Int
    /// Whether the ledger was cleared meanwhile (exec, or another task under the same id): the windows are those since.
    package let wasCleared: Bool

    /// More are not told apart: by then nothing is left of the first reading.
    private static let limit = 40
    /// A counter that halves to less says nothing: small ones come out right by chance.
    private static let tellingHalf: UInt64 = 8

    /// - Parameters:
    ///   - before: Counters of the first reading.
    ///   - after: The same counters of the second.
    ///   - sequenceSteps: By how much the mm's scan sequence advanced; negative if it was reset.
    ///   - mayBeLate: Whether a placement for the first reading's own sequence may still have been due.
    ///   - isIdle: The task did not run in between, so it was not placed.
    ///   - lastWindowPages: What its last placement folded, all counters together, if that is known.
    ///   - placedSteps: By how much the sequence the task was last placed for advanced, if that is known.
    package init(
        before: [UInt64], after: [UInt64], sequenceSteps: Int64, mayBeLate: Bool = true, isIdle: Bool = false,
        lastWindowPages: UInt64? = nil, placedSteps: Int64? = nil
    ) {
        if let placedSteps, placedSteps >= 0, sequenceSteps >= 0,
            let known = Self.known(before, after, steps: Int(min(placedSteps, Int64(Self.limit))))
        {
            placements = known
            likeliestPlacements =
                known.count == 1
                ? known.lowerBound
                : Self.likeliest(
                    before, after, known, expected: known.upperBound)
            wasCleared = false
            return
        }
        let steps = Int(max(0, min(sequenceSteps, Int64(Self.limit))))
        // After a reset of the sequence it is unknown how far it had come.
        let highest = sequenceSteps < 0 ? Self.limit : min(steps + (mayBeLate ? 1 : 0), Self.limit)
        if before == after {
            let half = before.reduce(UInt64(0)) { $0.addingReportingOverflow($1 / 2).partialValue }
            let mayStand = !isIdle && half > 0 && half == lastWindowPages
            placements = 0...(mayStand ? highest : 0)
            likeliestPlacements = mayStand ? min(steps, highest) : 0
            wasCleared = false
            return
        }
        let most = max(1, highest)
        var lowest = 1
        while lowest <= most, !Self.isPossible(before, after, placements: lowest) { lowest += 1 }
        guard lowest <= most else {
            // Fell faster than halving allows: cleared.
            wasCleared = true
            placements = 1...most
            likeliestPlacements = max(1, min(steps, most))
            return
        }
        wasCleared = false
        placements = lowest...most
        likeliestPlacements = Self.likeliest(before, after, lowest...most, expected: steps)
    }

    /// The placements there can have been where the task tells how far it came; nil if the ledger contradicts that: it was
    /// cleared.
    private static func known(_ before: [UInt64], _ after: [UInt64], steps: Int) -> ClosedRange<Int>? {
        if steps == 0 { return before == after ? 0...0 : nil }
        var lowest = 1
        while lowest <= steps, !isPossible(before, after, placements: lowest) { lowest += 1 }
        return lowest <= steps ? lowest...steps : nil
    }

    private static func isPossible(_ before: [UInt64], _ after: [UInt64], placements: Int) -> Bool {
        for (old, new) in zip(before, after) where halved(old, times: placements) > new { return false }
        return true
    }

    /// The number of placements for which most counters had no faults; if none tells, one for each step.
    private static func likeliest(
        _ before: [UInt64], _ after: [UInt64], _ range: ClosedRange<Int>, expected: Int
    ) -> Int {
        var best = min(max(range.lowerBound, expected), range.upperBound)
        guard range.count > 1 else { return best }
        var most = 0
        for count in range {
            let silent = zip(before, after).count { old, new in
                let rest = halved(old, times: count)
                return rest >= tellingHalf && rest == new
            }
            if silent > most {
                most = silent
                best = count
            }
        }
        return best
    }

    /// A counter halved, rounding up, a number of times.
    package static func halved(_ counter: UInt64, times: Int) -> UInt64 {
        var value = counter
        for _ in 0..<max(0, times) where value > 1 { value -= value / 2 }
        return value
    }

    /// The pages folded into one counter.
    package func pages(before: UInt64, after: UInt64) -> Estimate { total(before: [before], after: [after]) }

    /// The pages folded into some counters together: narrower than the sum of each one's bounds, because all were folded
    /// equally often.
    package func total(before: [UInt64], after: [UInt64]) -> Estimate {
        var lowest = Double.infinity
        var highest = 0.0
        var value = 0.0
        for count in placements {
            var least = 0.0
            var most = 0.0
            for (old, new) in zip(before, after) {
                let old = wasCleared ? 0 : old
                least += Double(Self.excess(new, over: Self.halved(old, times: count)))
                if count > 0 { most += max(0, Double(new) * Self.power(count - 1) - Double(old - old / 2)) }
            }
            if count == 0 { least = 0 }
            lowest = min(lowest, least)
            highest = max(highest, most, least)
            if count == likeliestPlacements {
                value = count <= 1 ? least : least * Double(count) / (2 - 1 / Self.power(count - 1))
                value = min(max(value, least), max(most, least))
            }
        }
        return Estimate(value: value, lowest: lowest.isFinite ? lowest : 0, highest: highest, provenance: .modelled)
    }

    private static func excess(_ counter: UInt64, over rest: UInt64) -> UInt64 { counter > rest ? counter - rest : 0 }

    private static func power(_ exponent: Int) -> Double {
        Double(UInt64(1) << UInt64(max(0, min(exponent, 62))))
    }
}
