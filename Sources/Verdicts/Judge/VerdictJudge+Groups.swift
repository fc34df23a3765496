import NUMATopology
import Snapshots

/// What the host's figures take from one group that ran.
struct GroupShare {
    var name: String
    var verdict: Verdict
    var assessment: Assessment
    /// CPU time lately, seconds per second.
    var cpusUsed: Double
    var movedPagesPerSecond: Double?
}

extension VerdictJudge {
    /// - Returns: The groups that ran.
    mutating func judgeGroups(
        _ snapshot: inout HostSnapshot, _ judged: [String: [JudgedProcess]], _ context: RoundContext
    ) -> [GroupShare] {
        var shares: [GroupShare] = []
        let hostRefuses = host.watch?.detections.holds(.movesRefused) ?? false
        for index in snapshot.groups.indices {
            let name = snapshot.groups[index].name
            if let known = groups[name], known.isAsleep(snapshot.groups[index].cpuNanosecondsByNode, context) {
                groups[name]?.sleep(context)
                snapshot.groups[index].$verdict = known.published
                continue
            }
            let reading = ReadingMaker.reading(of: snapshot.groups[index])
            guard var watch = groups.removeValue(forKey: name) else {
                var watch = ScopeWatch(reading, context)
                let assessment = watch.assess(reading, context)
                snapshot.groups[index].$verdict = Self.record(&watch, assessment, [], context).record
                groups[name] = watch
                continue
            }
            watch.advance(reading, context)
            var assessment = watch.assess(reading, context)
            var signs: [DetectionHysteresis.Sign] = []
            if watch.window != nil {
                let processes = judged[name] ?? []
                Self.refine(&assessment, by: processes, ofSeveral: snapshot.groups[index].pids.count > 1)
                signs = signals(of: assessment, reading, processes, context)
                if hostRefuses, let sign = refusal(assessment, context) { signs.append(sign) }
            }
            let (verdict, begun) = Self.record(&watch, assessment, signs, context)
            count(begun)
            snapshot.groups[index].$verdict = verdict
            if watch.window != nil, let said = verdict.wrappedValue?.verdict {
                shares.append(
                    GroupShare(
                        name: name, verdict: said, assessment: assessment,
                        cpusUsed: assessment.figures.cpusUsed ?? 0,
                        movedPagesPerSecond: assessment.figures.movedPagesPerSecond))
            }
            groups[name] = watch
        }
        if groups.count > snapshot.groups.count {
            let live = Set(snapshot.groups.map(\.name))
            groups = groups.filter { live.contains($0.key) }
        }
        return shares
    }

    mutating func count(_ detections: [Detection]) {
        for detection in detections { begun[detection, default: 0] += 1 }
    }

    /// The local share of several processes is that of each, weighted by its CPU time: two that each use a node of their own are
    /// local, though the group's time and memory are spread over both.
    ///
    /// What is not judged process by process, because it is short-lived or runs little, counts with the group's own product and
    /// bounds.
    private static func refine(_ assessment: inout Assessment, by processes: [JudgedProcess], ofSeveral: Bool) {
        guard ofSeveral, let whole = assessment.evidence.locality else { return }
        let known = processes.filter { $0.assessment.evidence.locality != nil }
        let cpu = known.reduce(0) { $0 + $1.cpuSeconds }
        let all = max(assessment.evidence.cpuSeconds, cpu)
        guard all > 0, cpu >= all / 2 else { return }
        func mean(_ part: KeyPath<BoundedRatio, Double>) -> Double {
            let sum = known.reduce(0.0) {
                $0 + ($1.assessment.evidence.locality?[keyPath: part] ?? 0) * $1.cpuSeconds
            }
            return (sum + whole[keyPath: part] * (all - cpu)) / all
        }
        let isSampled = known.contains { $0.assessment.evidence.locality?.source == .sample }
        let refined = BoundedRatio(
            mean(\.value), low: mean(\.low), high: mean(\.high), source: isSampled ? .sample : .placement)
        assessment.evidence.locality = refined
        assessment.figures.locality = refined
        if let best = assessment.figures.bestLocality {
            let raised = BoundedRatio(
                max(best.value, refined.value), low: max(best.low, refined.low), high: max(best.high, refined.high),
                source: best.source)
            assessment.figures.bestLocality = raised
            assessment.evidence.bestLocality = raised
        }
    }

    private func signals(
        of assessment: Assessment, _ reading: ScopeReading, _ processes: [JudgedProcess], _ context: RoundContext
    ) -> [DetectionHysteresis.Sign] {
        var signs = DetectionRules.moving(assessment, reading, context)
        // A group's threads come and go with its processes: whether they move is seen in each process.
        signs.removeAll { $0.finding.detection == .threadPingPong }
        signs += DetectionRules.size(assessment, context)
        for detection in [Detection.threadPingPong, .affinityDisjoint, .memoryDisallowed] {
            let found = processes.compactMap { process in
                process.signs.first { $0.finding.detection == detection && $0.strength >= VerdictSettings.leavingShare }
                    .map { (sign: $0, cpuSeconds: process.cpuSeconds) }
            }
            guard let largest = found.max(by: { $0.cpuSeconds < $1.cpuSeconds })?.sign else { continue }
            // Of a group's processes, half of what ran has to have it.
            let share = found.reduce(0) { $0 + $1.cpuSeconds } / max(assessment.evidence.cpuSeconds, 1)
            signs.append(.init(finding: largest.finding, strength: min(largest.strength, share * 2)))
            if detection == .threadPingPong, share >= 0.5 {
                signs.removeAll { $0.finding.detection == .pagePingPong }
            }
        }
        return signs
    }

    /// Refused moves are counted for the host alone: a group with half of its faults that moves hardly anything has them.
    private func refusal(_ assessment: Assessment, _ context: RoundContext) -> DetectionHysteresis.Sign? {
        guard assessment.figures.counterSource == .counters, let all = host.faultsPerSecond, all > 0,
            let faults = assessment.figures.hintFaultsPerSecond, faults >= all / 2,
            let moved = assessment.figures.movedPagesPerSecond, moved <= faults / 10
        else { return nil }
        return host.watch?.detections.findings.first { $0.detection == .movesRefused }.map {
            .init(finding: $0, strength: faults / all * 2)
        }
    }
}
