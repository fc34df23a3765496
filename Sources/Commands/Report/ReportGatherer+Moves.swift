import BalancingModel
import History
import Insight
import NUMATopology
import Report
import Snapshots

/// Moves and rules: of tracing where it runs, else of the model.
extension ReportGatherer {
    func setMoves(
        _ groups: [GroupRecord], _ model: ModelAnswer?, _ nodes: [NodeID], _ content: inout ReportContent
    ) {
        content.bouncing = .absent(
            "Single pages are followed in a recording only: numawatch record, then numawatch report TRACE.")
        let flows = flows(groups, model, nodes)
        content.flows =
            flows.isEmpty
            ? .absent("Which pages moved is not known: the model needs ledgers of two rounds, or tracing.")
            : .value(flows)
        guard let tracing = model?.tracing, tracing.state == .running else {
            content.rules = .absent(
                "Which rule decided is told where hint faults are traced: Enabled=yes in [Tracing] of numawatchd.conf, "
                    + "or numawatch record.")
            return
        }
        content.rules = .value(Self.rules(tracing))
    }

    private func flows(_ groups: [GroupRecord], _ model: ModelAnswer?, _ nodes: [NodeID]) -> [NodeFlow] {
        guard nodes.count > 1 else { return [] }
        if let range = past.value {
            let flows = PastPictures.flows(range)
            if !flows.isEmpty { return flows }
        }
        if let tracing = model?.tracing, tracing.state == .running {
            let moves = tracing.activity.moves.map {
                NodeFlow.Move(source: $0.source, target: $0.target, pages: Double($0.pages))
            }
            return [
                NodeFlow(subject: "the whole host, since tracing began", nodes: nodes, moves: moves, source: "traced")
            ]
        }
        let own = groups.filter { !$0.movedTotals.isEmpty }.map { group in
            NodeFlow(
                subject: "\(group.title ?? group.name), since the daemon started", nodes: nodes,
                moves: group.movedTotals.map {
                    NodeFlow.Move(
                        source: $0.source, target: $0.target, pages: $0.pages,
                        undoneShare: group.verdict?.figures?.kept.map { 1 - $0.value })
                }, source: "modelled")
        }
        return Array(own.sorted { $0.pages > $1.pages }.prefix(3))
    }

    private static func rules(_ tracing: TracingRecord) -> [RuleCount] {
        DecisionRule.allCases.compactMap { rule in
            let faults = tracing.activity.faults.filter { $0.rule == rule }
            guard !faults.isEmpty else { return nil }
            let score = tracing.agreementByRule.first { $0.rule == rule }?.score
            return RuleCount(
                rule: rule.rawValue, meaning: rule.meaning, faults: faults.reduce(0) { $0 + $1.count },
                moved: faults.filter { $0.outcome == .migrated }.reduce(0) { $0 + $1.count },
                predicted: score?.right, compared: score?.total)
        }
    }
}
