import Comparison
import Drawing
import LiveView
import NUMATopology
package import Report
import SchedDomains
import Snapshots

/// A report of the host that never was, with every part in it.
package enum MadeUpReport {
    package static func content(_ shape: MadeUpHistory.Shape = MadeUpHistory.Shape()) -> ReportContent {
        let range = MadeUpHistory.range(shape)
        let sample = RecordedRounds.sample(3, nodes: shape.nodes)
        var content = ReportContent(subject: "db7", absence: "Not asked for.")
        content.facts = [.init("Host", "db7"), .init("Kernel", "6.12.117+deb12-amd64")]
        content.notes = ["A note of \(RecordedRounds.hostile)"]
        content.cards = .value([
            card("host", .neutral, .warning), card("postgresql@16-main.service", .hurting, .bad),
            card(RecordedRounds.hostile, .helping, .good),
        ])
        content.machine = MachineShape(sample.nodes).map { .value($0) } ?? .absent("none")
        content.heatMap = PastPictures.heatMap(range).map { .value($0) } ?? .absent("none")
        content.flows = .value(PastPictures.flows(range))
        content.shares = .value(sample.groups.map { GroupShares($0, verdict: nil) })
        content.curves = .value(PastPictures.curves(range))
        content.domains = .value(domains(nodes: shape.nodes))
        content.rules = .value(rules)
        content.bouncing = .value([
            BouncingPage(
                address: 0x7f12_a4c0_0000, space: 812, moves: 41, bounces: 40, lastSource: 0, lastTarget: 1,
                lastTask: 813,
                previousTask: 814)
        ])
        content.events = .value(PastPictures.events(range))
        content.cost = .value(CostTable.table(sample.status.cost))
        content.settings = .value(HostSetting.all(sample.status.host))
        content.sources = .value((sample.sources ?? []).map(\.status))
        content.side = ComparisonSide([range])
        return content
    }

    package static let rules = [
        RuleCount(rule: "local", meaning: "the page is there", faults: 22_100, moved: 0),
        RuleCount(
            rule: "twoStage", meaning: "wait for a second one", faults: 11_900, moved: 4100, predicted: 11_890,
            compared: 11_900),
    ]

    package static func domains(nodes: Int) -> DomainsContent {
        let shape = SyntheticTopology.make(nodes: nodes, coresPerNode: 2, threads: 2)
        let hierarchy = DomainDerivation.derive(shape.input)
        return DomainsContent(
            picture: DomainsPicture.draw(hierarchy, machine: shape.input.machine, id: "domains"),
            text: DomainPicture.render(hierarchy, machine: shape.input.machine, widthLimit: 96))
    }

    private static func card(_ name: String, _ verdict: Verdict, _ tone: Palette.Tone) -> VerdictCardContent {
        VerdictCardContent(
            name: name, word: verdict.word.uppercased(), tone: tone, reason: "because of “\(name)”",
            since: "since 14:18 UTC (14 min)", confidence: "confidence medium (2 of 4)",
            lines: [
                .init(label: "costs", text: "6.8 % of its CPU time"),
                .init(label: "", text: "arming 0.4 %   faults 1.9 %"),
            ],
            advice: [
                Advice(
                    title: "spread the memory", commands: ["systemctl edit \(name)", "systemctl restart \(name)"],
                    expected: "cost 0", limit: "local share 50 %")
            ], unknown: ["stalls; “numawatch calibrate” would tell"],
            evidence: ReportTable(
                "Figures of this verdict", columns: [.init("Figure"), .init("Value", isNumber: true)],
                rows: [["cost", "6.8 %"]]))
    }
}
