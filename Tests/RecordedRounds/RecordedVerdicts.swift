import NUMATopology
import Snapshots

/// What would be concluded of the recorded rounds.
enum RecordedVerdicts {
    static func answer(_ round: RoundHeader) -> VerdictAnswer {
        var answer = VerdictAnswer(round: round)
        var host = VerdictEntry(.host, postgres(round))
        host.record.findings = []
        host.record.figures?.cost = cost(0.029)
        host.record.figures?.gain = BoundedRatio(0.002, low: 0, high: 0.004, source: .sampled)
        host.record.figures?.locality = BoundedRatio(0.62, low: 0.41, high: 0.83, source: .placement)
        host.record.figures?.bestLocality = BoundedRatio(0.71, low: 0.7, high: 0.74, source: .placement)
        host.gainingGroups = ["clickhouse-server.service"]
        host.payingGroups = ["postgresql@16-main.service"]
        answer.host = host
        answer.groups = [
            group("-", VerdictRecord(.cannotTell, reason: .tooLittleCPU)),
            group("clickhouse-server.service", clickhouse(round)),
            group("postgresql@16-main.service", postgres(round), advice: true),
            group("redis@6379.service", redis(round)),
            group("web03.libvirt-qemu.machine", bound(round)),
        ]
        return answer
    }

    private static func group(_ name: String, _ record: VerdictRecord, advice: Bool = false) -> VerdictEntry {
        var entry = VerdictEntry(.group, record)
        entry.group = name
        guard advice else { return entry }
        entry.advice = [
            Advice(
                title: "spread the memory evenly, so that no node is the slow one",
                commands: [
                    "systemctl edit postgresql@16-main.service", "systemctl restart postgresql@16-main.service",
                ],
                expected: "cost 6.8 % to 0, local share 50 %", limit: "better only where memory bandwidth is short"),
            Advice(
                title: "balancing off for the whole host", commands: ["sysctl kernel.numa_balancing=0"],
                expected: "no cost", limit: "clickhouse-server gains 7 to 12 % from it"),
        ]
        entry.unknown = [
            UnknownInput(
                what: "the share of time its accesses to memory stall",
                remedy: "“numawatch calibrate” would narrow the gain")
        ]
        return entry
    }

    private static func cost(_ ratio: Double) -> BalancingCost {
        var cost = BalancingCost(total: BoundedRatio(ratio, low: ratio * 0.87, high: ratio * 1.15, source: .assumed))
        cost.armingRatio = ratio * 0.06
        cost.faultRatio = ratio * 0.28
        cost.moveRatio = ratio * 0.66
        return cost
    }

    private static func record(
        _ verdict: Verdict, _ round: RoundHeader, points: Int, cost: Double, local: Double, best: Double
    ) -> VerdictRecord {
        var record = VerdictRecord(verdict, sinceNanoseconds: round.monotonicNanoseconds - 60_000_000_000)
        record.confidencePoints = points
        record.windowNanoseconds = 600_000_000_000
        var figures = VerdictFigures()
        figures.cost = self.cost(cost)
        figures.locality = BoundedRatio(local, low: local * 0.9, high: min(1, local * 1.1), source: .account)
        figures.bestLocality = BoundedRatio(best, low: best, high: best, source: .account)
        figures.trendPerMinute = 0
        record.figures = figures
        return record
    }

    private static func postgres(_ round: RoundHeader) -> VerdictRecord {
        var record = record(.hurting, round, points: 2, cost: 0.068, local: 0.52, best: 0.5)
        record.isSevere = true
        record.findings = [
            DetectionFinding(.pagePingPong, sinceNanoseconds: 1, ratio: 0.07),
            DetectionFinding(.storm, sinceNanoseconds: 1, ratio: 0.068),
        ]
        record.figures?.gain = BoundedRatio(0.004, low: 0, high: 0.009, source: .sampled)
        record.figures?.kept = BoundedRatio(0.07, low: 0.05, high: 0.09, source: .trace)
        record.figures?.efficiency = 0.04
        record.figures?.paybackLineFills = 83
        record.figures?.movedPagesPerSecond = 18_100
        record.figures?.hintFaultsPerSecond = 39_000
        record.figures?.armedPagesPerSecond = 45_000
        record.figures?.cpusUsed = 12.4
        return record
    }

    private static func clickhouse(_ round: RoundHeader) -> VerdictRecord {
        var record = record(.helping, round, points: 3, cost: 0.009, local: 0.91, best: 0.97)
        record.figures?.gain = BoundedRatio(0.09, low: 0.07, high: 0.12, source: .trace)
        record.figures?.kept = BoundedRatio(0.97, low: 0.95, high: 0.98, source: .trace)
        record.figures?.trendPerMinute = 0.012
        return record
    }

    private static func redis(_ round: RoundHeader) -> VerdictRecord {
        record(.converged, round, points: 2, cost: 0, local: 1, best: 1)
    }

    private static func bound(_ round: RoundHeader) -> VerdictRecord {
        var record = record(.inactive, round, points: 1, cost: 0, local: 0.48, best: 1)
        record.reason = .policy
        record.figures?.cost = nil
        return record
    }
}
