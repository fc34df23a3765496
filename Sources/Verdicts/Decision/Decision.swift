package import Snapshots

/// Says what balancing does, from figures with bounds.
///
/// The share of hint faults that were local is not among them, and neither is the kernel's fault ledger. A fault is booked
/// before its page moves, so that success looks remote; after success hardly anything is armed, so that nothing local is
/// counted; and the ledger books the node after the move, so that pages that go back and forth look local. Every access of a guest
/// (6.12, two nodes, 8 MiB) was counted beside them:
///
/// | behaviour | local by faults | local in truth | time × memory |
/// |---|---|---|---|
/// | private memory on the wrong node, which converges | 11.6 % | 99.5 % | 97.0 % |
/// | two pinned threads on the same pages | 68.2 % | 50.4 % | 49.7 % |
/// | a thread that changes nodes every 0.3 s | 1.1 % | 50.2 % | 21.7 to 44.5 % |
/// | memory bound to the other node | 74.5 % | 20.0 % | 3.8 % |
///
/// So the order is: is it on at all; is enough known; is all quiet; did moves make memory local; or do they only cost.
///
/// Example: two pinned threads on the same 2,048 pages. In a minute 29,000 pages move, each page fourteen times, and the shares of
/// the nodes stay as they are: efficiency 0.00, so the local share does not rise, and the gain is at most 40 % (time that waits
/// for memory) × 2 points (error) × 1.0 (another node twice as slow) = 0.8 % of the CPU time. The cost is 4 % at least:
/// hurting.
package enum Decision {
    package struct Result: Sendable, Equatable {
        package var verdict: Verdict
        package var reason: VerdictReason?

        package init(_ verdict: Verdict, _ reason: VerdictReason? = nil) {
            self.verdict = verdict
            self.reason = reason
        }
    }

    /// - Parameter current: What is said now: it is left only where its own limits are missed by a third (hysteresis).
    package static func decide(_ evidence: Evidence, current: Verdict = .cannotTell) -> Result {
        if let off = switchedOff(evidence) { return off }
        guard evidence.watchedSeconds >= evidence.minimumSeconds else { return Result(.cannotTell, .tooShort) }
        if let policy = evidence.policyRatio, policy >= DecisionLimits.policyRatio { return Result(.inactive, .policy) }
        guard evidence.cpuSeconds >= VerdictSettings.leastCPUSeconds else {
            return evidence.movesPerMinute ?? 0 > 0 ? Result(.cannotTell, .tooLittleCPU) : Result(.inactive, .idle)
        }
        guard let locality = evidence.locality, evidence.unplacedRatio <= DecisionLimits.unplacedRatio else {
            return evidence.isUnarmed == true ? Result(.inactive, .notScanned) : Result(.cannotTell, .unplaced)
        }
        guard let cost = evidence.cost else { return Result(.cannotTell, .uncounted) }
        if isQuiet(evidence, cost, current) { return quiet(evidence, locality, current) }
        if isHelping(evidence, cost, current) { return Result(.helping) }
        if let hurting = hurting(evidence, cost, current) { return hurting }
        if let gain = evidence.gain, gain.high > DecisionLimits.overlap, cost.high > DecisionLimits.overlap,
            gain.low <= cost.high, cost.low <= gain.high
        {
            return Result(.cannotTell, .overlap)
        }
        return Result(.neutral)
    }

    /// What follows from the host's settings alone.
    private static func switchedOff(_ evidence: Evidence) -> Result? {
        guard let mode = evidence.balancingMode else { return Result(.cannotTell, .modeUnknown) }
        if mode == 0 { return Result(.inactive, .off) }
        if evidence.memoryNodeCount < 2 { return Result(.inactive, .oneNode) }
        return mode & 1 == 0 ? Result(.inactive, .tieringOnly) : nil
    }

    /// A limit that a figure must stay below: a third higher for what is below it now.
    private static func ceiling(_ limit: Double, held: Bool) -> Double {
        held ? limit / VerdictSettings.leavingShare : limit
    }

    /// A limit that a figure must reach: lower for what has reached it before.
    private static func floor(_ limit: Double, held: Bool) -> Double {
        held ? limit * VerdictSettings.leavingShare : limit
    }

    private static func isQuiet(_ evidence: Evidence, _ cost: BoundedRatio, _ current: Verdict) -> Bool {
        let held = current == .converged || current == .settled
        return cost.high < ceiling(DecisionLimits.quietCost, held: held)
            && evidence.movesPerMinute ?? .infinity < ceiling(DecisionLimits.quietMovesPerMinute, held: held)
    }

    private static func quiet(_ evidence: Evidence, _ locality: BoundedRatio, _ current: Verdict) -> Result {
        let backedOff: VerdictReason? = evidence.isUnarmed == true ? .backedOff : nil
        // What is missing of all, or of the best, may be a third more for what is converged now.
        let missing = ceiling(1 - DecisionLimits.localRatio, held: current == .converged)
        let margin = ceiling(DecisionLimits.bestMargin, held: current == .converged)
        if 1 - locality.value <= missing { return Result(.converged, backedOff) }
        if let best = evidence.bestLocality, locality.value >= best.value - margin, evidence.fits != false {
            return Result(.converged, backedOff)
        }
        if evidence.fits == false { return Result(.settled, .doesNotFit) }
        if evidence.isAtLongestPeriod, locality.value < DecisionLimits.kernelAim { return Result(.settled, .givenUp) }
        if evidence.policyRatio ?? 0 >= DecisionLimits.disjointRatio { return Result(.settled, .policy) }
        return Result(.settled, backedOff)
    }

    private static func isHelping(_ evidence: Evidence, _ cost: BoundedRatio, _ current: Verdict) -> Bool {
        let held = current == .helping
        if let efficiency = evidence.efficiency, efficiency >= floor(DecisionLimits.efficient, held: held) {
            return true
        }
        guard let change = evidence.localityChange, let gain = evidence.gain else { return false }
        return change.value >= floor(DecisionLimits.localityRise, held: held) && gain.low > cost.high
    }

    private static func hurting(_ evidence: Evidence, _ cost: BoundedRatio, _ current: Verdict) -> Result? {
        let held = current == .hurting
        guard cost.low >= floor(DecisionLimits.hurtingCost, held: held), let gain = evidence.gain, gain.high < cost.low
        else { return nil }
        if evidence.isFutile { return Result(.hurting) }
        let isInefficient = evidence.efficiency.map { $0 <= ceiling(DecisionLimits.inefficient, held: held) } ?? false
        let isUndone = evidence.kept.map { $0 <= ceiling(DecisionLimits.kept, held: held) } ?? false
        guard isInefficient || isUndone else { return nil }
        return Result(evidence.areMovesRepeated ? .hurting : .cannotTell, evidence.areMovesRepeated ? nil : .unproven)
    }

    // MARK: Confidence

    /// 0 to 4 points.
    package static func confidence(_ result: Result, _ evidence: Evidence) -> Int {
        switch (result.verdict, result.reason) {
        case (.cannotTell, _): return 0
        case (.inactive, .off), (.inactive, .oneNode), (.inactive, .tieringOnly): return 4
        case (.inactive, .policy): return evidence.isPlacementExact ? 4 : 2
        case (.inactive, _): return 3
        default: break
        }
        var points = 0
        let isMeasured = evidence.cost.map { [.trace, .stacks, .calibrated].contains($0.source) } ?? false
        if isMeasured || evidence.isCostZero { points += 1 }
        if evidence.isRemoteShareMeasured { points += 1 }
        if evidence.isPlacementExact { points += 1 }
        if areApart(result, evidence) { points += 1 }
        if evidence.localitySpread > DecisionLimits.outrun { points -= 1 }
        return min(max(points, 0), isMeasured || evidence.isCostZero ? 4 : 2)
    }

    /// Whether what was compared is apart by twice as much as had to be.
    private static func areApart(_ result: Result, _ evidence: Evidence) -> Bool {
        guard let cost = evidence.cost else { return false }
        return switch result.verdict {
        case .converged, .settled: cost.high <= DecisionLimits.quietCost / 2
        case .helping:
            evidence.gain.map { $0.low >= 2 * cost.high } ?? false
                || evidence.localityChange.map { $0.low >= 2 * DecisionLimits.localityRise } ?? false
        case .hurting: evidence.gain.map { cost.low >= 2 * $0.high } ?? false
        case .neutral, .inactive, .cannotTell: false
        }
    }
}
