/// The second pass over a trace, which settles ties before it is replayed; ``TraceForesight`` is the first.
///
/// Give it every event of the trace, in order; ``oracle()`` then goes into the options of the replay proper. It uses group
/// ids the kernel printed, and nothing else of a mark; memberships depend on no outcome, so the oracle is the same whether
/// outcomes are in the trace or not.
package struct TieLookAhead: Sendable {
    private var replay: BalancingReplay
    private var solver: TieSolver

    /// - Parameters:
    ///   - profile: The kernel.
    ///   - layout: The machine.
    ///   - foresight: What the first pass over the same trace found.
    package init(profile: KernelProfile, layout: NodeLayout, foresight: TraceForesight) {
        // The blind drive: what it concludes cannot depend on outcomes.
        var options = ReplayOptions(drive: .blind, kinds: foresight.kinds)
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

    /// What was found out.
    package func oracle() -> TieOracle { solver.solution() }

    /// Ties that arose in any hypothesis.
    package var tieCount: Int { solver.tieCount }
    /// Hypotheses no observed group id has ruled out; 1 if everything is settled.
    package var openHypothesisCount: Int { solver.hypothesisCount }
    /// Observed group ids that nothing explains.
    package var contradictionCount: Int { solver.contradictionCount }
}
