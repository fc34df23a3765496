/// The second pass over a trace, which settles ties before it is replayed; ``TraceForesight`` is the first.
///
/// Give it every event of the trace, in order; ``oracle()`` then goes into the options of the replay proper. It uses group
/// ids the kernel printed, and nothing else of a mark; memberships depend on no outcome, so the oracle is the same whether
/// outcomes are in the trace or not.
package struct TieLookAhead: Sendable {
    private var replay: BalancingReplay
    private var solver: TieSolver

    /// For a stream of which nothing is known ahead.
    ///
    /// - Parameters:
    ///   - profile: The kernel.
    ///   - layout: The machine.
    ///   - options: Of the replay that is judged; only drive and recording differ here.
    package init(profile: KernelProfile, layout: NodeLayout, live options: ReplayOptions) {
        var options = options
        options.drive = .blind
        options.recordsGroupFacts = true
        solver = TieSolver()
        replay = BalancingReplay(profile: profile, layout: layout, options: options)
    }

    /// - Parameters:
    ///   - profile: The kernel.
    ///   - layout: The machine.
    ///   - foresight: What the first pass over the same trace found.
    ///   - startsUnknown: ``ReplayOptions/startsUnknown``.
    package init(
        profile: KernelProfile, layout: NodeLayout, foresight: TraceForesight, startsUnknown: Bool = false
    ) {
        // The blind drive: what it concludes cannot depend on outcomes.
        var options = ReplayOptions(drive: .blind, kinds: foresight.kinds)
        options.startsUnknown = startsUnknown
        options.recordsGroupFacts = true
        solver = TieSolver(foresight: foresight)
        replay = BalancingReplay(profile: profile, layout: layout, options: options)
    }

    /// Takes the next event.
    package mutating func consume(_ event: BalancingEvent) {
        replay.consume(event)
        while replay.takeDecision() != nil {}
        replay.dropLedgerChanges()
        replay.drainGroupFacts(into: &solver)
    }

    /// Some tasks go on unseen.
    package mutating func beginGap(where isUnseen: (Int32) -> Bool) { replay.beginGap(where: isUnseen) }

    /// What they did unseen is over.
    package mutating func endGap(where isUnseen: (Int32) -> Bool) { replay.endGap(where: isUnseen) }

    /// Forgets tasks that are gone although no exit of theirs was seen.
    package mutating func forgetLost(unless isThere: (Int32) -> Bool) { replay.forgetLost(unless: isThere) }

    /// What was found out, but for what ``commit(before:)`` gave away.
    package func oracle() -> TieOracle { solver.solution() }

    /// Decides the ties before a time; the outcomes are for ``BalancingReplay/learn(_:)``.
    ///
    /// - Parameter time: Nanoseconds, not less than at the last call.
    /// - Returns: The outcomes since the last call, in order of time; none of a tie at `time` or later.
    package mutating func commit(before time: UInt64) -> [TieFact] { solver.commit(before: time) }

    /// Time of the first tie whose outcome is open and may yet matter, nanoseconds; nil if there is none. Waiting for what
    /// lies before it brings nothing.
    ///
    /// - Parameter now: Time of the events consumed last.
    package mutating func openSince(now: UInt64) -> UInt64? { solver.openSince(now: now) }

    /// Ties that arose in any hypothesis.
    package var tieCount: Int { solver.tieCount }
    /// Hypotheses held, over all sets of tasks that came into touch.
    package var hypothesisCount: Int { solver.hypothesisCount }
    /// Observed group ids that nothing explains.
    package var contradictionCount: Int { solver.contradictionCount }
}
