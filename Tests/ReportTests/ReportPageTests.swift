import Comparison
import FixtureSupport
import RecordedRounds
import Report
import Snapshots
import Testing

/// The page as a whole, by its markup. What a browser makes of it is in PackagingTests.
@Suite struct ReportPageTests {
    private static let page = ReportPage.render(MadeUpReport.content())
    private static let markup = MarkupScanner(page)

    @Test("A day of history fits: two nodes and few groups as well as eight nodes and sixty groups")
    func size() {
        var shape = MadeUpHistory.Shape()
        shape.nodes = 8
        shape.quietGroups = 57
        shape.gap = 700..<733
        let large = ReportPage.render(MadeUpReport.content(shape))
        #expect(large.count <= ReportPage.sizeLimit, "\(large.count)")
        #expect(Self.page.count <= ReportPage.sizeLimit && Self.page.count < large.count, "\(Self.page.count)")
        #expect(MarkupScanner(large).problems == [])
    }

    @Test("The markup is well-formed, every name in it is given once, and it says its language and title")
    func wellFormed() {
        #expect(Self.markup.problems == [])
        #expect(Self.markup["html"].first?.attributes["lang"] == "en")
        #expect(Self.markup["title"].first?.text == "numawatch report: db7")
        #expect(Self.markup["main"].count == 1 && Self.markup["h1"].count == 1)
    }

    @Test("Nothing is fetched and nothing runs: no address but the name of SVG, no script but data, no handlers")
    func selfContained() {
        let text = String(decoding: Self.page, as: UTF8.self)
        let addresses = text.split(separator: "\"").filter { $0.contains("://") }
        #expect(Set(addresses) == ["http://www.w3.org/2000/svg"])
        #expect(Self.markup["script"].map { $0.attributes["type"] } == ["application/json"])
        for element in Self.markup.elements {
            #expect(!element.attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" })
            if element.name != "link" { #expect(element.attributes["href"] == nil) }
        }
        #expect(!text.contains("@import") && !text.contains("url(h"))
    }

    @Test("Headings go down one step at a time, each section has one")
    func headings() {
        var last = 0
        for element in Self.markup.elements {
            guard element.name.count == 2, element.name.hasPrefix("h"), let level = Int(element.name.dropFirst()) else {
                continue
            }
            #expect(level <= last + 1, "\(element.text)")
            last = level
        }
        let titles = Self.markup["h2"].map(\.text)
        #expect(
            titles == [
                "Verdicts", "Machine", "Nodes over time", "Pages moved between nodes",
                "Where memory is, and where the CPU time was", "Convergence", "Scheduling domains", "Rules",
                "Pages that went to and fro", "Events", "Cost of watching", "Settings", "What could not be read",
            ])
        #expect(Self.markup["section"].count == titles.count)
    }

    @Test(
        "Every picture has title, description and caption, and beside it the same as text; every table has its caption")
    func alternatives() {
        let pictures = Self.markup["svg"].count
        #expect(pictures >= 7)
        #expect(Self.markup["figure"].count == pictures && Self.markup["figcaption"].count == pictures)
        #expect(Self.markup["desc"].count == pictures && Self.markup["desc"].allSatisfy { !$0.text.isEmpty })
        #expect(Self.markup["title"].allSatisfy { !$0.text.isEmpty })
        #expect(Self.markup["table"].count == Self.markup["caption"].count)
        #expect(Self.markup["caption"].allSatisfy { !$0.text.isEmpty })
        #expect(Self.markup["th"].allSatisfy { ["row", "col"].contains($0.attributes["scope"]) })
        // Each picture is followed by its alternative before the next begins.
        var waiting = false
        for element in Self.markup.elements {
            if element.name == "figure" {
                #expect(!waiting)
                waiting = true
            }
            if element.name == "details" { waiting = false }
        }
        #expect(!waiting)
    }

    @Test("Hostile names are text, wherever they stand: no element comes of them, and nothing that acts on a terminal")
    func hostile() throws {
        var content = MadeUpReport.content()
        let name = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u{1b}]0;\u{202e}"
        content.subject = name
        content.facts.append(.init(name, name))
        content.events = .value([.init(seconds: 1, severity: .warning, message: name)])
        content.side?.hostName = name
        content.side?.settings[name] = name
        let page = ReportPage.render(content)
        let markup = MarkupScanner(page)
        #expect(markup.problems == [])
        #expect(markup["img"].isEmpty && markup["script"].count == 1)
        #expect(page.allSatisfy { $0 >= 0x20 || $0 == 0x0a })
        #expect(try ReportFigures.read(page).settings[name] == name)
        #expect(markup["h1"].first?.text.contains("</script><script>alert(1)</script>") ?? false)
    }

    @Test("A part that is missing says why, and where its figure would be")
    func absent() {
        let page = ReportPage.render(ReportContent(subject: "x", absence: "There is no time in a captured root."))
        let markup = MarkupScanner(page)
        #expect(markup.problems == [])
        #expect(markup["p"].filter { $0.text == "There is no time in a captured root." }.count == 13)
        #expect(markup["svg"].isEmpty)
    }

    @Test("The figures a report carries are those it was made from")
    func figures() throws {
        let side = try ReportFigures.read(Self.page)
        let original = try #require(MadeUpReport.content().side)
        #expect(side.hostName == "db7" && side.settings == original.settings && side.spans == original.spans)
        #expect(side.figures.map(\.estimate.mean) == original.figures.map(\.estimate.mean))
    }

    @Test("A page without figures, and one that is cut off, say so")
    func damaged() throws {
        let none = ReportPage.render(ReportContent(subject: "x", absence: "y"))
        let missing = #expect(throws: ReportFigures.Failure.self) { try ReportFigures.read(none) }
        #expect(missing?.description.contains("no figures in it") ?? false)
        let start = try #require(Self.page.firstRange(of: Array("application/json".utf8))?.upperBound)
        let cut = #expect(throws: ReportFigures.Failure.self) {
            try ReportFigures.read(Array(Self.page[..<(start + 500)]))
        }
        #expect(cut?.description.contains("cut off") ?? false)
        var spoilt = Self.page
        let brace = try #require(spoilt[start...].firstIndex(of: UInt8(ascii: "{")))
        spoilt[brace] = UInt8(ascii: "?")
        let broken = #expect(throws: ReportFigures.Failure.self) { try ReportFigures.read(spoilt) }
        #expect(broken?.description.contains("at byte \(brace)") ?? false, "\(broken?.description ?? "")")
    }
}
