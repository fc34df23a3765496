package import Snapshots
import TextOutput

/// What watching costs, by the daemon's own account.
package enum CostTable {
    package static func table(_ cost: CostReport) -> ReportTable {
        var rows = [
            ["CPU time, of one CPU", percent(cost.cpuShare), "limit \(percent(cost.cpuLimitShare))"],
            ["Resident memory", Words.bytes(cost.residentBytes), ""],
            [
                "Longest hold of a process’s memory lock in the last hour",
                Words.time(Double(cost.longestHoldNanoseconds) / 1e9),
                "bound \(Words.time(Double(cost.maximumHoldNanoseconds) / 1e9))",
            ],
            ["Holds beyond the bound", "\(cost.holdsOverBound)", ""],
            [
                "Placements read in full", "\(cost.placementsRead)",
                "\(cost.placementsSampled) sampled, \(cost.placementsSkipped) left out",
            ],
        ]
        rows += cost.tiers.map { tier in
            let mean = tier.rounds == 0 ? nil : Double(tier.cpuNanoseconds) / Double(tier.rounds) / 1e9
            return [
                "Tier \(tier.name)", "\(Words.time(mean)) of CPU time a round",
                "\(tier.rounds) rounds, every \(Words.time(Double(tier.intervalNanoseconds) / 1e9)), "
                    + "\(Words.count(Double(tier.filesRead))) files read",
            ]
        }
        return ReportTable(
            "What watching costs", columns: [.init("What"), .init("Amount", isNumber: true), .init("Beside it")],
            rows: rows)
    }

    private static func percent(_ share: Double) -> String { String(fixed: share * 100, decimals: 2) + " %" }
}
