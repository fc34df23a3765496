import NUMATopology
import Snapshots

/// What one round finds of the detections: each figure over its limit. Where a figure is not known there is no sign.
enum DetectionRules {
    typealias Sign = DetectionHysteresis.Sign

    /// What concerns any scope that ran: moves, costs, scans.
    static func moving(
        _ assessment: Assessment, _ reading: ScopeReading, _ context: RoundContext
    ) -> [Sign] {
        guard let mode = context.balancingMode, mode & 1 != 0 else { return [] }
        var signs: [Sign] = []
        let recent = assessment.recent
        let evidence = assessment.evidence
        let moves = recent.movesPerMinute ?? 0
        let thread = moves >= DecisionLimits.quietMovesPerMinute ? threadPingPong(recent, assessment, reading) : nil
        if let thread { signs.append(thread) }
        // Where threads move, their pages go after them: that is one cause, not two.
        if thread.map({ $0.strength < VerdictSettings.leavingShare }) ?? true, let kept = evidence.kept,
            evidence.areMovesRepeated
        {
            signs.append(
                Sign(
                    finding: DetectionFinding(
                        .pagePingPong, ratio: kept, perSecond: assessment.figures.movedPagesPerSecond,
                        nodes: assessment.figures.bytesByNode?.nodes ?? []),
                    strength: min(
                        moves / DecisionLimits.pingPongMovesPerMinute, DecisionLimits.kept / max(kept, 1e-3))))
        }
        if let storm = storm(assessment) { signs.append(storm) }
        signs += scanning(assessment, context)
        return signs
    }

    private static func threadPingPong(
        _ recent: Assessment.Recent, _ assessment: Assessment, _ reading: ScopeReading
    ) -> Sign? {
        guard var seen = recent.threadMovesPerRound else { return nil }
        // One thread whose time is on several nodes has moved, whether a round saw it or not.
        if reading.threadCount == 1, let time = assessment.figures.cpuNanosecondsByNode, time.total > 0 {
            let most = time.nodes.map { time[$0] }.max() ?? 0
            seen = max(seen, 1 - Double(most) / Double(time.total))
        }
        var strength = seen / DecisionLimits.threadMoves
        if let displaced = recent.displacedRatio, displaced >= DecisionLimits.displaced {
            // Off their nodes and on the move: fewer moves will do.
            strength = max(strength, seen / DecisionLimits.threadMoves * 10)
        }
        return Sign(
            finding: DetectionFinding(
                .threadPingPong, ratio: min(1, seen), perSecond: recent.threadMovesPerSecond), strength: strength)
    }

    private static func storm(_ assessment: Assessment) -> Sign? {
        let recent = assessment.recent
        guard let cost = recent.cost else { return nil }
        let moves = recent.movesPerMinute ?? 0
        let isMoving = moves >= DecisionLimits.tellingRatio
        // While it is not known what moves achieve, they may be what balancing is for.
        guard !isMoving || assessment.evidence.efficiency.map({ $0 < DecisionLimits.efficient }) ?? false else {
            return nil
        }
        let byMoves = isMoving ? moves / DecisionLimits.stormMovesPerMinute : 0
        // Moves of little memory cost little, however often each page moves.
        let worth = cost.value / DecisionLimits.hurtingCost
        return Sign(
            finding: DetectionFinding(.storm, ratio: cost.value, perSecond: recent.faultsPerSecond),
            strength: max(cost.value / DecisionLimits.stormCost, min(byMoves, worth)))
    }

    /// What the time between scans says.
    private static func scanning(_ assessment: Assessment, _ context: RoundContext) -> [Sign] {
        guard let period = assessment.figures.scanPeriodMilliseconds, let locality = assessment.evidence.locality else {
            return []
        }
        let settings = context.settings
        var signs: [Sign] = []
        let isRising = assessment.figures.trendPerMinute.map { $0 > DecisionLimits.risingPerMinute }
        if assessment.evidence.watchedSeconds * 1e9 >= Double(settings.windowNanoseconds) / 2, isRising == false,
            locality.value < DecisionLimits.localRatio
        {
            signs.append(
                Sign(
                    finding: DetectionFinding(.scanPeriodCollapse, ratio: locality.value),
                    strength: context.shortestPeriodMilliseconds * DecisionLimits.shortestPeriod / max(period, 1)))
        }
        let best = assessment.evidence.bestLocality?.value ?? 1
        if locality.value < DecisionLimits.kernelAim, best - locality.value > 2 * DecisionLimits.bestMargin,
            assessment.evidence.movesPerMinute ?? .infinity < DecisionLimits.quietMovesPerMinute
        {
            signs.append(
                Sign(
                    finding: DetectionFinding(.givenUp, ratio: locality.value),
                    strength: period / (context.longestPeriodMilliseconds * DecisionLimits.longestPeriod)))
        }
        return signs
    }

    /// Where a process may run and may have memory, against where its memory is.
    static func placement(_ process: ProcessRecord) -> [Sign] {
        guard let allowedMemory = process.allowedMemoryNodes, let placement = process.placement else { return [] }
        var signs: [Sign] = []
        let own = placement.bytesByClass[.anonymous] ?? NodeValues()
        let disallowed = own.nodes.subtracting(allowedMemory)
        let bytes = disallowed.reduce(UInt64(0)) { $0.addingSaturated(own[$1]) }
        if bytes >= 1 << 20, own.total > 0 {
            let ratio = Double(bytes) / Double(own.total)
            signs.append(
                Sign(
                    finding: DetectionFinding(.memoryDisallowed, ratio: ratio, nodes: disallowed),
                    strength: ratio / DecisionLimits.disallowedRatio))
        }
        if let cpus = process.allowedCPUNodes { signs += disjoint(cpus, allowedMemory, placement) }
        return signs
    }

    private static func disjoint(_ cpus: NodeSet, _ allowedMemory: NodeSet, _ placement: PlacementRecord) -> [Sign] {
        if !allowedMemory.isEmpty, cpus.isDisjoint(with: allowedMemory) {
            return [Sign(finding: DetectionFinding(.affinityDisjoint, ratio: 1, nodes: allowedMemory), strength: 2)]
        }
        guard let policies = placement.bytesByPolicy, placement.bytes.total > 0 else { return [] }
        var elsewhere = NodeValues<UInt64>()
        for (policy, bytes) in policies where policy.hasPrefix("bind") {
            for node in bytes.nodes where !cpus.contains(node) {
                elsewhere[node] = elsewhere[node].addingSaturated(bytes[node])
            }
        }
        guard elsewhere.total > 0 else { return [] }
        let own = placement.bytesByClass.judgedBytes ?? NodeValues()
        let ratio = min(1, Double(elsewhere.total) / max(1, Double(own.total)))
        return [
            Sign(
                finding: DetectionFinding(.affinityDisjoint, ratio: ratio, nodes: elsewhere.nodes),
                strength: ratio / DecisionLimits.disjointRatio)
        ]
    }

    static func size(_ assessment: Assessment, _ context: RoundContext) -> [Sign] {
        guard let bytes = assessment.figures.bytesByNode, let largest = context.largestNodeBytes, largest > 0 else {
            return []
        }
        let ratio = Double(bytes.total) / largest
        return [Sign(finding: DetectionFinding(.groupLargerThanNode, ratio: ratio), strength: ratio)]
    }

    /// - Parameters:
    ///   - failed: Pages that could not be moved, per second.
    ///   - moved: Pages that were.
    static func refused(failed: Double, moved: Double, faults: Double) -> [Sign] {
        guard failed + moved > 0 else { return [] }
        let ratio = failed / (failed + moved)
        return [
            Sign(
                finding: DetectionFinding(.movesRefused, ratio: ratio, perSecond: failed),
                strength: min(ratio / DecisionLimits.refused, faults / DecisionLimits.refusedFaultsPerSecond))
        ]
    }
}
