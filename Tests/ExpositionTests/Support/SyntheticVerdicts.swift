import NUMATopology
import Snapshots

/// Verdicts of the synthetic host, made up so that every field is used once.
enum SyntheticVerdicts {
    static let host: HostVerdict = {
        var record = VerdictRecord(.neutral, sinceNanoseconds: 40_000_000_000)
        record.confidencePoints = 1
        record.windowNanoseconds = 90_000_000_000
        record.findings = [
            DetectionFinding(.nodeFull, sinceNanoseconds: 80_000_000_000, ratio: 0.015, nodes: [NodeID(0)])
        ]
        var figures = VerdictFigures()
        figures.locality = BoundedRatio(0.63, low: 0.5, high: 0.8, source: .sampled)
        figures.cost = BalancingCost(total: BoundedRatio(0.029, low: 0.02, high: 0.05, source: .assumed))
        figures.gain = BoundedRatio(0.01, low: 0, high: 0.04, source: .sampled)
        figures.cpusUsed = 3.5
        record.figures = figures
        var host = HostVerdict(record)
        host.gainingGroups = ["bob-secret.service"]
        host.payingGroups = ["postgresql.service"]
        host.detectionsBegun = [.pagePingPong: 2, .nodeFull: 1]
        return host
    }()

    static let hurting: VerdictRecord = {
        var record = VerdictRecord(.hurting, sinceNanoseconds: 10_000_000_000)
        record.confidencePoints = 2
        record.windowNanoseconds = 90_000_000_000
        record.isSevere = true
        record.findings = [
            DetectionFinding(
                .pagePingPong, sinceNanoseconds: 20_000_000_000, ratio: 0.07, perSecond: 18_100,
                nodes: [NodeID(0), NodeID(1)]),
            DetectionFinding(.storm, sinceNanoseconds: 30_000_000_000, ratio: 0.068, perSecond: 41_200),
        ]
        var figures = VerdictFigures()
        figures.locality = BoundedRatio(0.52, low: 0.41, high: 0.63, source: .account)
        figures.bestLocality = BoundedRatio(0.5, low: 0.5, high: 0.9, source: .sampled)
        var cost = BalancingCost(total: BoundedRatio(0.068, low: 0.039, high: 0.161, source: .calibrated))
        (cost.armingRatio, cost.faultRatio, cost.moveRatio) = (0.004, 0.019, 0.045)
        figures.cost = cost
        figures.gain = BoundedRatio(0.001, low: -0.008, high: 0.009, source: .sampled)
        figures.efficiency = 0.04
        figures.kept = BoundedRatio(0.07, low: 0, high: 0.25, source: .sampled)
        figures.paybackLineFills = 83
        figures.trendPerMinute = 0.001
        figures.convergesInNanoseconds = 40_000_000_000
        figures.movedPagesPerSecond = 18_100
        figures.hintFaultsPerSecond = 41_200
        figures.armedPagesPerSecond = 48_900
        figures.counterSource = .counters
        figures.cpusUsed = 2.1
        figures.cpuNanosecondsByNode = SyntheticHost.byNode(20_000_000_000, 18_000_000_000)
        figures.bytesByNode = SyntheticHost.byNode(500 << 20, 400 << 20)
        figures.policyRatio = 0.125
        figures.scanPeriodMilliseconds = 1000
        var episode = BalancingEpisode(beganAtNanoseconds: 12_000_000_000)
        episode.lastMoveAtNanoseconds = 99_000_000_000
        episode.movedPages = 1_574_700
        episode.localityBefore = 0.51
        episode.localityAfter = 0.52
        figures.episode = episode
        record.figures = figures
        return record
    }()

    static let helping: VerdictRecord = {
        var record = VerdictRecord(.helping, sinceNanoseconds: 70_000_000_000)
        record.windowNanoseconds = 90_000_000_000
        record.confidencePoints = 3
        var figures = VerdictFigures()
        figures.locality = BoundedRatio(exactly: 0.91, source: .sample)
        figures.efficiency = 0.97
        record.figures = figures
        return record
    }()

    static let idle: VerdictRecord = {
        var record = VerdictRecord(.inactive, reason: .idle, sinceNanoseconds: 60_000_000_000)
        record.windowNanoseconds = 90_000_000_000
        record.confidencePoints = 3
        return record
    }()

    /// Gives the synthetic host its verdicts.
    static func judge(_ snapshot: inout HostSnapshot) {
        snapshot.verdict = host
        let records = [helping, hurting, idle]
        for index in snapshot.groups.indices { snapshot.groups[index].verdict = records[index] }
        snapshot.processes[0].verdict = hurting
        snapshot.processes[2].verdict = helping
    }
}
