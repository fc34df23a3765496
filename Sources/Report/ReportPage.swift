import Comparison
import Drawing
import Snapshots
import TextOutput

/// The report: one file of HTML that needs no other, no network and no script.
///
/// The parts come in the order of their worth: what is concluded, then what it rests on, then the surroundings. Each picture
/// has a caption and a table; what is missing is said where it would be. A data block at the end holds the figures for
/// `numawatch compare`; browsers do not run it.
package enum ReportPage {
    /// The data block's name: `compare` looks for it.
    package static let dataID = "numawatch-figures"
    /// What a report of 24 hours may have at most, bytes.
    package static let sizeLimit = 400_000
    private static let eventLimit = 200

    package static func render(_ content: ReportContent) -> [UInt8] {
        var html = HTMLWriter()
        html.raw("<!DOCTYPE html>\n")
        html.element("html", [("lang", "en")]) { html in
            html.element("head") { html in
                html.raw("<meta charset=\"utf-8\">\n")
                html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                // Were anything of it ever to ask for more than this file, browsers refuse.
                html.raw(
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                        + "style-src 'unsafe-inline'; img-src data:\">\n")
                html.raw("<link rel=\"icon\" href=\"data:,\">\n")
                html.line("title", "numawatch report: \(content.subject)")
                html.element("style") { $0.raw(StyleSheet.text) }
            }
            html.element("body") { html in
                html.element("header") { head(content, &$0) }
                html.element("main") { body(content, &$0) }
                if let side = content.side {
                    var json = JSONWriter()
                    side.write(to: &json)
                    html.data(id: dataID, json.bytes)
                }
            }
        }
        return html.bytes
    }

    private static func head(_ content: ReportContent, _ html: inout HTMLWriter) {
        html.line("h1", "NUMA balancing on \(content.subject)")
        html.table(
            ReportTable(
                "What this report is about", columns: [.init("Fact"), .init("Value")],
                rows: content.facts.map { [$0.name, $0.value] }))
        for note in content.notes { html.line("p", note) }
    }

    private static func body(_ content: ReportContent, _ html: inout HTMLWriter) {
        section("Verdicts", content.cards, &html) { cards, html in
            for card in cards { self.card(card, &html) }
            if let table = content.verdictTable { html.table(table) }
        }
        section("Machine", content.machine, &html) { machine, html in
            html.figure(
                MachinePicture.draw(machine, id: "machine"),
                caption: "Nodes with their CPUs and memory; the wider a line, the nearer the nodes it connects. A node "
                    + "with a broken edge has memory and no CPUs.")
            html.folded(MachinePicture.table(machine), summary: "The same as a table")
        }
        section("Nodes over time", content.heatMap, &html) { map, html in
            html.figure(
                HeatMapPicture.draw(map, id: "heat"),
                caption:
                    "The darker, the more; a column has the largest value of its time. A triangle above is an event.")
            html.folded(HeatMapPicture.table(map), summary: "The same as a table")
        }
        section("Pages moved between nodes", content.flows, &html) { flows, html in
            for (index, flow) in flows.enumerated() {
                html.figure(
                    FlowPicture.draw(flow, id: "flow\(index)"),
                    caption:
                        "\(flow.subject): ribbons as wide as the pages are many (\(flow.source)). Two hatched ribbons "
                        + "of one width that cross are pages that go to and fro.")
                html.folded(FlowPicture.table(flow), summary: "The same as a table")
            }
        }
        section("Where memory is, and where the CPU time was", content.shares, &html) { shares, html in
            html.figure(
                SharesPicture.draw(shares, id: "shares"),
                caption:
                    "Each group has two bars, its memory and its CPU time by node. The number is the share of its CPU "
                    + "time on the node of its memory.")
            html.folded(SharesPicture.table(shares), summary: "The same as a table, with bounds")
        }
        section("Convergence", content.curves, &html) { curves, html in
            html.figure(
                CurvesPicture.draw(curves, id: "curves"),
                caption:
                    "The local share of each group, and what was concluded of it. The dotted line is what the kernel "
                    + "aims at. Groups that are converged all the time come last.")
            html.folded(CurvesPicture.table(curves), summary: "The same as a table")
        }
        section("Scheduling domains", content.domains, &html) { domains, html in
            html.figure(
                domains.picture,
                caption: "Domains d(CPUs) as boxes; below each part the groups g(CPUs) as it sees them, its own first.")
            html.element("details") { html in
                html.line("summary", "The same as text")
                html.region("Scheduling domains as text") { $0.line("pre", domains.text) }
            }
        }
        section("Rules", content.rules, &html) { rules, html in
            html.figure(
                RulesPicture.draw(rules, id: "rules"),
                caption: "Which rule of the kernel settled the hint faults, and how many of them moved their page.")
            html.folded(RulesPicture.table(rules), summary: "The same as a table, with what the rules say")
        }
        section("Pages that went to and fro", content.bouncing, &html) { pages, html in
            if pages.isEmpty { html.line("p", "No page went back to where it had come from.") }
            if !pages.isEmpty { html.table(BouncingPage.table(pages)) }
        }
        section("Events", content.events, &html) { events, html in self.events(events, &html) }
        section("Cost of watching", content.cost, &html) { table, html in html.table(table) }
        section("Settings", content.settings, &html) { settings, html in
            html.table(
                ReportTable(
                    "Settings, and what a kernel has that nobody has set anything of",
                    columns: [
                        .init("Setting"), .init("Value", isNumber: true), .init("Default", isNumber: true),
                        .init("Differs"),
                    ],
                    rows: settings.map {
                        [$0.name, $0.value ?? Words.unknown, $0.kernelDefault, $0.differs ? "yes" : ""]
                    }))
        }
        section("What could not be read", content.sources, &html) { sources, html in self.sources(sources, &html) }
    }

    /// A heading, and what is under it; a part that is missing says why.
    private static func section<Value>(
        _ title: String, _ part: ReportPart<Value>, _ html: inout HTMLWriter,
        _ body: (Value, inout HTMLWriter) -> Void
    ) {
        html.element("section") { html in
            html.line("h2", title)
            switch part {
            case .value(let value): body(value, &html)
            case .absent(let reason): html.line("p", reason, [("class", "faint")])
            }
        }
    }

    // MARK: Parts

    private static func card(_ card: VerdictCardContent, _ html: inout HTMLWriter) {
        html.element("article", [("class", "card \(card.tone.rawValue)")]) { html in
            html.raw("<h3>")
            html.text(card.name)
            html.raw(" <span class=\"word \(card.tone.rawValue)\">")
            html.text(card.word)
            html.raw("</span>")
            if let reason = card.reason { html.text(" (\(reason))") }
            html.raw("</h3>\n")
            html.line("p", [card.since, card.confidence].compactMap { $0 }.joined(separator: ", "))
            if !card.lines.isEmpty || !card.unknown.isEmpty {
                html.element("dl") { html in
                    for line in card.lines {
                        if !line.label.isEmpty { html.line("dt", line.label) }
                        html.line("dd", line.text)
                    }
                    for (index, unknown) in card.unknown.enumerated() {
                        if index == 0 { html.line("dt", "unknown") }
                        html.line("dd", unknown)
                    }
                }
            }
            if !card.advice.isEmpty {
                html.line("p", "What can be done:")
                html.element("ol") { html in
                    for advice in card.advice { self.advice(advice, &html) }
                }
            }
            if !card.evidence.rows.isEmpty { html.folded(card.evidence, summary: "Every figure, and what it rests on") }
        }
    }

    private static func advice(_ advice: Advice, _ html: inout HTMLWriter) {
        html.element("li") { html in
            html.text(advice.title)
            if !advice.commands.isEmpty {
                html.raw("<pre><code>")
                for (index, command) in advice.commands.enumerated() {
                    html.raw(index == 0 ? "" : "\n")
                    html.text(command)
                }
                html.raw("</code></pre>\n")
            }
            html.line("p", "expect: \(advice.expected)")
            html.line("p", "limit: \(advice.limit)")
        }
    }

    private static func events(_ events: [ReportContent.Event], _ html: inout HTMLWriter) {
        guard !events.isEmpty else { return html.line("p", "Nothing happened that is worth a line.") }
        let shown = events.suffix(eventLimit)
        if shown.count < events.count {
            html.line("p", "The newest \(shown.count) of \(events.count); older ones are in the journal.")
        }
        html.table(
            ReportTable(
                "Events, the newest last", columns: [.init("Time (UTC)"), .init("Severity"), .init("What happened")],
                rows: shown.map { event in
                    [
                        ReportTime.text(event.seconds), event.severity.map(severity) ?? Words.unknown, event.message,
                    ]
                }))
    }

    private static func severity(_ severity: ObservedEvent.Severity) -> String {
        switch severity {
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        }
    }

    private static func sources(_ sources: [SourceStatus], _ html: inout HTMLWriter) {
        let missing = sources.filter { !$0.isReadable }
        guard !missing.isEmpty else {
            return html.line("p", "All \(sources.count) sources could be read.")
        }
        html.table(
            ReportTable(
                "\(missing.count) of \(sources.count) sources could not be read",
                columns: [.init("Source"), .init("Where"), .init("Why"), .init("What is lost"), .init("Remedy")],
                rows: missing.map { source in
                    [
                        source.name, source.path, source.reason ?? source.errnoName ?? Words.unknown,
                        source.lostWithout, source.remedy ?? "",
                    ]
                }))
    }
}
