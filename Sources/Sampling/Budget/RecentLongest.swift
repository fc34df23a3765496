/// The longest of the durations of the last hour, or of a little more.
///
/// A measured hold is the time a call took, and contains a pause of the whole machine (a guest that was stopped, a laptop that
/// slept): once in a daemon's life it may be a quarter of an hour long. So that it does not hide every other until the next
/// start, it is forgotten.
///
/// Kept are three maxima, of this half hour and of the two before it, so that what is shown is of the last hour at least and
/// of the last hour and a half at most.
///
/// Example: 1,026 s at 0:10 are shown until 1:30, and then what was longest since 0:30.
struct RecentLongest: Equatable, Sendable {
    static let periodNanoseconds: UInt64 = 1_800_000_000_000

    /// This period's, that of the one before, and of the one before that.
    private var longest: [UInt64] = [0, 0, 0]
    private var period: UInt64?

    /// Takes a duration.
    mutating func note(_ nanoseconds: UInt64, at now: UInt64) {
        turn(to: now)
        longest[0] = max(longest[0], nanoseconds)
    }

    /// The longest, nanoseconds.
    mutating func value(at now: UInt64) -> UInt64 {
        turn(to: now)
        return longest.max() ?? 0
    }

    private mutating func turn(to now: UInt64) {
        let current = now / Self.periodNanoseconds
        let passed = current - min(period ?? current, current)
        for _ in 0..<min(passed, 3) { longest = [0] + longest.dropLast() }
        period = max(period ?? current, current)
    }
}
