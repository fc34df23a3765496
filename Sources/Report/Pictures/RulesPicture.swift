package import Drawing
import TextOutput

/// A bar for each rule: how many faults it settled, and of these how many moved their page.
package enum RulesPicture {
    private static let left = 150.0
    private static let width = 440.0

    package static func draw(_ rules: [RuleCount], id: String) -> Picture {
        let all = rules.reduce(0.0) { $0 + Double($1.faults) }
        let moved = rules.reduce(0.0) { $0 + Double($1.moved) }
        var picture = Picture(
            id: id, title: "Faults by the rule that settled them",
            description: "\(Words.count(all)) faults, \(Words.count(moved)) of them moved their page", width: 720)
        let largest = max(1, rules.map { Double($0.faults) }.max() ?? 1)
        let colour = Palette.series[0]
        var y = 8.0
        for rule in rules {
            let bar = width * Double(rule.faults) / largest
            let part = rule.faults == 0 ? 0 : bar * Double(rule.moved) / Double(rule.faults)
            picture.text(rule.rule, x: left - 8, y: y + 13, anchor: .end, limit: left - 12)
            picture.rectangle(x: left, y: y, width: part, height: 17, fill: .solid(colour))
            picture.rectangle(
                x: left + part, y: y, width: bar - part, height: 17, fill: .hatch(Hatch(.dots, Palette.series[7])),
                stroke: Stroke(Palette.edge, width: 0.75))
            picture.text(
                "\(Words.count(Double(rule.faults))), \(Words.count(Double(rule.moved))) moved", x: left + bar + 8,
                y: y + 13, size: 11)
            y += 23
        }
        y += 16
        picture.rectangle(x: left, y: y - 11, width: 22, height: 14, fill: .solid(colour))
        picture.text("moved its page", x: left + 30, y: y)
        picture.rectangle(
            x: left + 160, y: y - 11, width: 22, height: 14, fill: .hatch(Hatch(.dots, Palette.series[7])),
            stroke: Stroke(Palette.edge, width: 0.75))
        picture.text("left it where it was", x: left + 190, y: y)
        picture.height = y + 10
        return picture
    }

    package static func table(_ rules: [RuleCount]) -> ReportTable {
        ReportTable(
            "Rules of the kernel",
            columns: [
                .init("Rule"), .init("Means"), .init("Faults", isNumber: true), .init("Moved", isNumber: true),
                .init("Foretold by the model", isNumber: true), .init("Of", isNumber: true),
            ],
            rows: rules.map { rule in
                [
                    rule.rule, rule.meaning, "\(rule.faults)", "\(rule.moved)",
                    rule.predicted.map(String.init) ?? Words.unknown, rule.compared.map(String.init) ?? Words.unknown,
                ]
            })
    }
}
