import BalancingModel
import Insight
import LinuxSystem
import NUMATopology
import Report
import Snapshots
import Tracing

/// The parts of a report that a recorded trace tells: who moved what where, by which rules, and which pages went to and fro.
enum TraceContent {
    private static let pageLimit = 20

    /// Sets these parts.
    static func set(_ report: ReplayReport, _ content: inout ReportContent) {
        content.facts.append(.init("Recording", String(report.name.split(separator: "/").last ?? "-")))
        if let duration = report.durationNanoseconds {
            content.facts.append(.init("Recorded", Quantity.time(nanoseconds: duration)))
        }
        content.facts.append(.init("Traced", report.level.name.rawValue))
        content.notes += report.caveats
        content.flows = flows(report)
        content.rules = rules(report)
        content.bouncing = .value(
            report.run.pages.worst(pageLimit).map { page in
                BouncingPage(
                    address: page.address, space: page.space, moves: page.moves, bounces: page.bounces,
                    lastSource: page.lastSource, lastTarget: page.lastTarget, lastTask: page.lastTID,
                    previousTask: page.previousTID)
            })
    }

    private static func flows(_ report: ReplayReport) -> ReportPart<[NodeFlow]> {
        let numbers = report.run.machine.layout.nodeNumbers
        let faults = report.run.faults
        guard numbers.count > 1 else { return .absent("The machine has one node: nothing can move.") }
        guard faults.faults > 0 else { return .absent("There is no hint fault in the trace.") }
        var moves: [NodeFlow.Move] = []
        for (from, source) in numbers.enumerated() {
            for (to, target) in numbers.enumerated() {
                let pages = faults.movedPages[from * numbers.count + to]
                // Moves are counted once each, pages as many as came with them: the share of the one holds for the other.
                let pair = report.run.pages.pairs[PageSketch.Pair(source: source, target: target)]
                moves.append(
                    NodeFlow.Move(
                        source: NodeID(Int(source)), target: NodeID(Int(target)), pages: Double(pages),
                        undoneShare: pair.map { Double($0.undone) / Double(max(1, $0.moves)) }))
            }
        }
        return .value([
            NodeFlow(
                subject: "the recording", nodes: numbers.map { NodeID(Int($0)) }, moves: moves, source: "traced")
        ])
    }

    private static func rules(_ report: ReplayReport) -> ReportPart<[RuleCount]> {
        let rules = DecisionRule.allCases.compactMap { rule -> RuleCount? in
            let row = report.run.faults.rules[rule.position]
            guard row.faults > 0 else { return nil }
            let score = report.run.agreement.byRule[rule.position]
            return RuleCount(
                rule: rule.rawValue, meaning: rule.meaning, faults: row.faults,
                moved: row.outcomes[FaultOutcome.migrated.position], predicted: score.right, compared: score.total)
        }
        return rules.isEmpty ? .absent("There is no hint fault in the trace.") : .value(rules)
    }
}
