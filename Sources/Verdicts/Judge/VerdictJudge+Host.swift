import NUMATopology
import SchedDomains
import Snapshots

extension VerdictJudge {
    /// The host's verdict: of the sums over its groups, as one switch serves all of them.
    mutating func judgeHost(_ snapshot: inout HostSnapshot, _ shares: [GroupShare], _ context: RoundContext) {
        let reading = HostWatch.reading(of: snapshot)
        var watch = host.watch ?? ScopeWatch(reading, context)
        watch.advance(reading, context)
        var assessment = watch.assess(reading, context)
        var signs = HostRules.signs(snapshot, host, context)
        if watch.window != nil {
            Self.sum(shares, into: &assessment)
            signs += DetectionRules.moving(assessment, reading, context).filter { $0.finding.detection == .storm }
            signs += pingPong(shares, assessment)
        }
        let (record, begun) = Self.record(&watch, assessment, signs, context)
        count(begun)
        host.watch = watch
        guard let record = record.wrappedValue else { return }
        var verdict = HostVerdict(record)
        func net(_ share: GroupShare) -> Double {
            ((share.assessment.figures.gain?.value ?? 0) - (share.assessment.figures.cost?.total.value ?? 0))
                * share.cpusUsed
        }
        verdict.gainingGroups = shares.filter { $0.verdict == .helping }.sorted { net($0) > net($1) }.map(\.name)
        verdict.payingGroups = shares.filter { $0.verdict == .hurting }.sorted { net($0) < net($1) }.map(\.name)
        verdict.detectionsBegun = self.begun
        snapshot.verdict = verdict
    }

    /// Replaces what the host's sums cannot tell by the groups' figures, weighted by CPU time or by moves.
    private static func sum(_ shares: [GroupShare], into assessment: inout Assessment) {
        let all = assessment.figures.cpusUsed ?? 0
        func weighted(_ figure: (GroupShare) -> BoundedRatio?) -> (ratio: BoundedRatio, cpus: Double)? {
            let known = shares.compactMap { share in figure(share).map { ($0, share.cpusUsed) } }
            let cpus = known.reduce(0) { $0 + $1.1 }
            guard cpus > 0 else { return nil }
            func mean(_ part: KeyPath<BoundedRatio, Double>) -> Double {
                known.reduce(0.0) { $0 + $1.0[keyPath: part] * $1.1 } / cpus
            }
            return (BoundedRatio(mean(\.value), low: mean(\.low), high: mean(\.high), source: .sampled), cpus)
        }
        if let found = weighted({ $0.assessment.evidence.locality }), found.cpus >= all * 0.5 {
            // What ran and is in no group's figures may be local or not.
            let known = min(1, found.cpus / max(all, found.cpus))
            let locality = BoundedRatio(
                found.ratio.value, low: found.ratio.low * known, high: found.ratio.high * known + 1 - known,
                source: .sampled)
            assessment.figures.locality = locality
            assessment.evidence.locality = locality
            assessment.evidence.localitySpread = 0
        }
        if let best = weighted({ $0.assessment.evidence.bestLocality })?.ratio {
            assessment.figures.bestLocality = best
            assessment.evidence.bestLocality = best
            let misfit = shares.filter { $0.assessment.evidence.fits == false }.reduce(0) { $0 + $1.cpusUsed }
            assessment.evidence.fits = misfit < all / 2
        }
        // What the host's nodes hold in all says nothing of what moves achieved in one group.
        assessment.figures.gain = nil
        assessment.evidence.gain = nil
        assessment.evidence.localityChange = nil
        if all > 0, let change = weighted({ $0.assessment.evidence.localityChange }),
            let gain = weighted({ $0.assessment.evidence.gain })
        {
            let part = min(1, gain.cpus / max(all, gain.cpus))
            let scaled = BoundedRatio(
                gain.ratio.value * part, low: gain.ratio.low * part, high: gain.ratio.high * part, source: .sampled)
            assessment.figures.gain = scaled
            assessment.evidence.gain = scaled
            assessment.evidence.localityChange = change.ratio
        }
        sumMoves(shares, into: &assessment)
    }

    private static func sumMoves(_ shares: [GroupShare], into assessment: inout Assessment) {
        let all = assessment.figures.movedPagesPerSecond ?? 0
        func mean(_ figure: (GroupShare) -> Double?) -> Double? {
            let known = shares.compactMap { share in
                figure(share).flatMap { value in share.movedPagesPerSecond.map { (value, $0) } }
            }
            let moved = known.reduce(0) { $0 + $1.1 }
            guard moved > 0, moved >= all / 2 else { return nil }
            return known.reduce(0) { $0 + $1.0 * $1.1 } / moved
        }
        let efficiency = mean { $0.assessment.evidence.efficiency }
        let kept = mean { $0.assessment.evidence.kept }
        assessment.figures.efficiency = efficiency
        assessment.evidence.efficiency = efficiency
        assessment.figures.kept = kept.map { BoundedRatio($0, low: 0, high: 1, source: .sampled) }
        assessment.evidence.kept = kept
        assessment.evidence.areMovesRepeated =
            mean { $0.assessment.evidence.areMovesRepeated ? 1 : 0 }.map { $0 >= 0.5 } ?? false
    }

    /// What holds of the groups that do half of the host's moves holds of the host.
    private func pingPong(_ shares: [GroupShare], _ assessment: Assessment) -> [DetectionHysteresis.Sign] {
        guard let all = assessment.figures.movedPagesPerSecond, all > 0 else { return [] }
        return [Detection.pagePingPong, .threadPingPong].compactMap { detection in
            var moved = 0.0
            var largest: (finding: DetectionFinding, moved: Double)?
            for share in shares {
                guard let finding = groups[share.name]?.detections.findings.first(where: { $0.detection == detection }),
                    let own = share.movedPagesPerSecond
                else { continue }
                moved += own
                if own > largest?.moved ?? -1 { largest = (finding, own) }
            }
            return largest.map { .init(finding: $0.finding, strength: moved / all * 2) }
        }
    }
}

/// The detections that only the host's own figures tell.
enum HostRules {
    typealias Sign = DetectionHysteresis.Sign

    static func signs(_ snapshot: HostSnapshot, _ host: HostWatch, _ context: RoundContext) -> [Sign] {
        guard let mode = snapshot.host.balancingMode, mode != 0 else { return [] }
        var signs = fullNodes(snapshot) + tiering(snapshot, host, mode)
        if mode & 1 != 0 {
            if let failed = snapshot.host.vmstatRate("pgmigrate_fail"),
                let moved = snapshot.host.vmstatRate("numa_pages_migrated"),
                let faults = snapshot.host.vmstatRate("numa_hint_faults")
            {
                signs += DetectionRules.refused(failed: failed, moved: moved, faults: faults)
            }
            signs += cacheAware(snapshot)
            if let scans = host.newLongScans, scans > 0, let work = snapshot.tracing?.work {
                var finding = DetectionFinding(.scanStall)
                finding.longestNanoseconds = work.longestScanNanoseconds
                signs.append(Sign(finding: finding, strength: 2))
            }
        }
        return signs
    }

    /// Page cache can be dropped: a node that is full of it is not full.
    private static func fullNodes(_ snapshot: HostSnapshot) -> [Sign] {
        var full: [NodeID] = []
        var least = 1.0
        var mostFree = 0.0
        for node in snapshot.host.nodes {
            guard let total = node.meminfoBytes("MemTotal"), total > 0, let free = node.meminfoBytes("MemFree") else {
                continue
            }
            mostFree = max(mostFree, Double(free) / Double(total))
            // A node without CPUs is there to be filled.
            guard let cpus = node.cpus, !cpus.isEmpty, let active = node.meminfoBytes("Active(file)"),
                let inactive = node.meminfoBytes("Inactive(file)")
            else { continue }
            let available = Double(free.addingSaturated(active).addingSaturated(inactive)) / Double(total)
            if available <= DecisionLimits.fullRatio / VerdictSettings.leavingShare { full.append(node.id) }
            least = min(least, available)
        }
        guard !full.isEmpty else { return [] }
        return [
            Sign(
                finding: DetectionFinding(.nodeFull, ratio: least, nodes: NodeSet(full)),
                strength: min(DecisionLimits.fullRatio / max(least, 1e-3), mostFree / DecisionLimits.roomRatio))
        ]
    }

    private static func tiering(_ snapshot: HostSnapshot, _ host: HostWatch, _ mode: Int) -> [Sign] {
        guard mode & 2 != 0 else { return [] }
        var signs: [Sign] = []
        if mode == 2, let tiers = snapshot.host.tiers, tiers.tiers.count == 1 {
            signs.append(Sign(finding: DetectionFinding(.oneTierPromotion, nodes: tiers.tiers[0].nodes), strength: 2))
        }
        guard let promoted = snapshot.host.vmstatRate("pgpromote_success") else { return signs }
        if let limit = snapshot.host.knobs.promoteRateLimitMegabytesPerSecond, limit > 0 {
            // The limit is in MB of 2^20 bytes of base pages of 4 KiB (`numa_promotion_rate_limit`, kernel/sched/fair.c).
            let ratio = promoted * 4096 / Double(limit.bytesOfMebibytes)
            signs.append(
                Sign(
                    finding: DetectionFinding(.tieringRateLimited, ratio: ratio, perSecond: promoted),
                    strength: ratio / DecisionLimits.promotionLimit))
        }
        if let demoted = host.demotedPerSecond, promoted >= DecisionLimits.promotedPerSecond {
            let ratio = demoted / promoted
            signs.append(
                Sign(
                    finding: DetectionFinding(.demotedAgain, ratio: ratio, perSecond: demoted),
                    strength: ratio / DecisionLimits.demotedRatio))
        }
        return signs
    }

    private static func cacheAware(_ snapshot: HostSnapshot) -> [Sign] {
        guard snapshot.host.cacheAware?.isEnabled == true else { return [] }
        var preferring = 0
        var displaced = 0
        for group in snapshot.groups {
            guard let ledger = group.ledger, let off = ledger.tasksOffPreferredNode else { continue }
            preferring += ledger.tasksByPreferredNode.total
            displaced += off
        }
        guard preferring >= 4 else { return [] }
        let ratio = Double(displaced) / Double(preferring)
        return [
            Sign(
                finding: DetectionFinding(.cacheAwareConflict, ratio: ratio), strength: ratio / DecisionLimits.displaced
            )
        ]
    }
}
