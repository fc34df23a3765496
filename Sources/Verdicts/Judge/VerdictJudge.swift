import NUMATopology
package import Snapshots

/// Judges round after round whether NUMA balancing helps or hurts the host, its groups and the processes that ran.
///
/// One value, no clock and no files: time and readings come in with each snapshot. What it keeps is bounded: some 200 bytes for
/// each group, a window of a few KiB for each scope that had 2 s of CPU time lately, of processes 128 at most.
package struct VerdictJudge: Sendable {
    package var settings: VerdictSettings
    var host: HostWatch
    var groups: [String: ScopeWatch] = [:]
    var processes: [Int32: ProcessWatch] = [:]
    var candidates = CandidateTable()
    /// How often each detection has begun.
    var begun: [Detection: UInt64] = [:]
    private var nodes: [NodeID] = []

    /// A process that is judged.
    struct ProcessWatch: Sendable {
        var startTimeTicks: UInt64
        var watch: ScopeWatch
    }

    package init(settings: VerdictSettings = VerdictSettings()) {
        self.settings = settings
        host = HostWatch()
    }

    /// Processes that have a window: for tests and benchmarks.
    package var judgedProcessCount: Int { processes.count }

    /// Takes a round, and gives the snapshot its verdicts.
    ///
    /// - Parameter pageSizeBytes: The base page's.
    /// - Complexity: O(groups + processes), with the parts of the window for each scope that ran.
    package mutating func judge(_ snapshot: inout HostSnapshot, pageSizeBytes: UInt64) {
        let all = snapshot.machine.nodes.map(\.id)
        if all != nodes {
            // Figures by node are kept in the machine's order: with other nodes they mean nothing any more.
            nodes = all
            host = HostWatch()
            groups = [:]
            processes = [:]
        }
        let count = host.count(snapshot)
        let context = context(of: snapshot, count, pageSizeBytes: pageSizeBytes)
        let judged = judgeProcesses(&snapshot, context)
        let shares = judgeGroups(&snapshot, judged, context)
        judgeHost(&snapshot, shares, context)
    }

    private func context(
        of snapshot: HostSnapshot, _ count: RoundContext.HostCount?, pageSizeBytes: UInt64
    ) -> RoundContext {
        let totals = snapshot.host.nodes
        var free: [Double]? = []
        for node in nodes {
            guard let bytes = totals.first(where: { $0.id == node })?.meminfoBytes("MemFree") else {
                free = nil
                break
            }
            free?.append(Double(bytes))
        }
        let sizes = snapshot.machine.nodes.map(\.memoryBytes)
        var settings = settings
        // What tracing measures here and now is better than what was measured at the start.
        if let work = snapshot.tracing?.work { settings.costs = settings.costs.traced(work) }
        return RoundContext(
            nodes: nodes,
            // A node whose memory is not told is taken to have some: it is no reason to call the host one of a single node.
            memoryNodeCount: sizes.count { $0 != 0 }, settings: settings, pageSizeBytes: Double(max(pageSizeBytes, 1)),
            now: snapshot.monotonicNanoseconds, host: count, freeBytes: nodes.isEmpty ? nil : free,
            largestNodeBytes: sizes.contains(nil) ? nil : sizes.compactMap { $0 }.max().map { Double($0) },
            remoteRatio: settings.costs.remoteRatio ?? Self.remoteRatio(snapshot.machine),
            balancingMode: snapshot.host.balancingMode,
            shortestPeriodMilliseconds: snapshot.host.knobs.scanPeriodMinMilliseconds.map { Double($0) } ?? 1000,
            longestPeriodMilliseconds: snapshot.host.knobs.scanPeriodMaxMilliseconds.map { Double($0) } ?? 60_000)
    }

    /// The firmware's distances are no latencies: they bound the ratio from above.
    private static func remoteRatio(_ machine: Machine) -> CostModel.Range {
        var farthest = 20
        if let distances = machine.distances {
            for row in distances.nodes.indices {
                for column in distances.nodes.indices {
                    farthest = max(farthest, distances.distance(fromPosition: row, toPosition: column))
                }
            }
        }
        let high = max(CostModel.leastRemoteRatio, Double(min(farthest, 254)) / Double(DistanceMatrix.localDistance))
        return CostModel.Range(
            low: CostModel.leastRemoteRatio, value: (CostModel.leastRemoteRatio * high).squareRoot(), high: high)
    }

    /// Whether a storm goes on that has held for long. One at the start of a program, which ends when its memory turns out to be
    /// local, is what balancing costs everybody.
    private static func isLastingStorm(
        _ watch: ScopeWatch, _ signs: [DetectionHysteresis.Sign], _ context: RoundContext
    ) -> Bool {
        guard let storm = watch.detections.findings.first(where: { $0.detection == .storm }),
            signs.contains(where: { $0.finding.detection == .storm && $0.strength >= VerdictSettings.leavingShare })
        else { return false }
        return context.now - min(storm.sinceNanoseconds, context.now) >= context.settings.dwellNanoseconds
    }

    /// Decides on one scope, and makes its record.
    ///
    /// - Parameter signs: What this round found of the detections.
    static func record(
        _ watch: inout ScopeWatch, _ assessment: Assessment, _ signs: [DetectionHysteresis.Sign],
        _ context: RoundContext
    ) -> (record: Shared<VerdictRecord?>, begun: [Detection]) {
        let dwell = context.settings.dwellNanoseconds
        let begun = watch.detections.take(signs, at: context.now, dwellNanoseconds: dwell)
        var evidence = assessment.evidence
        evidence.isFutile =
            evidence.movesPerMinute ?? .infinity < DecisionLimits.quietMovesPerMinute
            && (watch.detections.holds(.movesRefused) || isLastingStorm(watch, signs, context))
        let result = Decision.decide(evidence, current: watch.verdict.said.verdict)
        watch.verdict.take(result, at: context.now, dwellNanoseconds: dwell)
        let said = watch.verdict.said
        var record = VerdictRecord(said.verdict, reason: said.reason, sinceNanoseconds: watch.verdict.since)
        record.confidencePoints = Decision.confidence(said, evidence)
        record.windowNanoseconds = min(
            context.now - min(watch.firstSeenAt, context.now), context.settings.windowNanoseconds)
        record.isSevere = said.verdict == .hurting && evidence.cost?.value ?? 0 >= DecisionLimits.severeCost
        record.findings = watch.detections.findings
        if watch.window != nil { record.figures = assessment.figures }
        // What stays as it was is shared with the snapshot before.
        if watch.published.wrappedValue != record { watch.published = Shared(wrappedValue: record) }
        return (watch.published, begun)
    }
}
