/// Says after which rounds memory that was freed is given back to the kernel.
///
/// The C library keeps what was freed: after two thousand threads have ended, the daemon would stay as large as they made it.
/// Giving it back takes about a millisecond of CPU time, so it is done when there is something to give: after the first
/// rounds, for what starting took; when a quarter of the threads are gone, and in the round after that, as the snapshot in which
/// they were is freed only then; and now and then for what short-lived ones left.
///
/// Example: rounds with 2,000, 2,000, 1,900, 1,400 and 1,400 threads: after the second, the fourth and the fifth.
struct HeapReturn: Equatable, Sendable {
    /// By then what starting took is freed: the second snapshot takes the first one's place.
    static let startRounds = 2
    /// At 5 s a round: ten minutes.
    static let roundsBetween = 120
    /// A smaller fall is not worth the call.
    static let leastFall = 200

    private var rounds = 0
    private var roundsSince = 0
    private var mostThreads = 0
    private var hasFallen = false

    /// Takes note of a round.
    ///
    /// - Returns: Whether memory is to be given back now.
    mutating func isDue(threadCount: Int) -> Bool {
        rounds += 1
        roundsSince += 1
        mostThreads = max(mostThreads, threadCount)
        let fall = mostThreads - threadCount
        let falls = fall >= max(Self.leastFall, mostThreads / 4)
        let isDue = rounds == Self.startRounds || roundsSince >= Self.roundsBetween || falls || hasFallen
        hasFallen = falls
        guard isDue else { return false }
        roundsSince = 0
        mostThreads = threadCount
        return true
    }
}
