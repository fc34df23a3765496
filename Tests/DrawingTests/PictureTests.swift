import Drawing
import FixtureSupport
import Testing

/// The writer of SVG.
@Suite struct PictureTests {
    private static func picture() -> Picture {
        Picture(id: "p", title: "A title", description: "What it shows", width: 100, height: 50)
    }

    @Test("A picture is well-formed, has a title and a description, and says where they are")
    func wellFormed() {
        var picture = Self.picture()
        picture.rectangle(x: 1, y: 2.25, width: 3, height: -4, fill: .hatch(Hatch(.rising, Palette.series[0])))
        picture.circle(x: 1, y: 1, radius: 2, fill: .empty, stroke: Stroke(Palette.edge, dash: "2 3"))
        picture.line(from: (0, 0), to: (1.0 / 3, 2), Stroke(Palette.ink, width: 2))
        var path = PathData()
        path.move(0, 0)
        path.curve(1, 2, -3, 4, 5, 6)
        path.close()
        picture.path(path, fill: .solid(Palette.ink))
        picture.path(PathData())
        picture.text("text", x: 1, y: 2, size: 14, anchor: .end, isBold: true, colour: Palette.faintInk)
        let scanner = MarkupScanner(picture.file)
        #expect(scanner.problems == [])
        let root = scanner.elements[0]
        #expect(root.name == "svg" && root.attributes["viewBox"] == "0 0 100 50")
        #expect(root.attributes["aria-labelledby"] == "p-title p-desc")
        #expect(scanner["title"].map(\.text) == ["A title"] && scanner["desc"].map(\.text) == ["What it shows"])
        #expect(scanner["rect"].last?.attributes["height"] == "0" && scanner["rect"].last?.attributes["y"] == "2.25")
        #expect(scanner["line"][0].attributes["x2"] == "0.33")
        #expect(scanner["path"].last?.attributes["d"] == "M0 0C1 2-3 4 5 6Z")
        #expect(scanner["pattern"].count == 1)
    }

    @Test("One pattern is defined once, however often it is used, and named after its picture")
    func patterns() {
        var picture = Self.picture()
        for _ in 0..<3 {
            picture.rectangle(x: 0, y: 0, width: 1, height: 1, fill: .hatch(Hatch(.dots, Palette.series[1])))
        }
        picture.rectangle(x: 0, y: 0, width: 1, height: 1, fill: .hatch(Hatch(.solid, Palette.series[1])))
        let scanner = MarkupScanner(picture.file)
        #expect(scanner["pattern"].map { $0.attributes["id"] } == ["p-h0"])
        let fills = scanner["rect"].suffix(4).map { $0.attributes["fill"] }
        #expect(fills == ["url(#p-h0)", "url(#p-h0)", "url(#p-h0)", Palette.series[1].text])
    }

    @Test("Hostile names come out as text: no markup, no control characters, nothing that turns the writing")
    func hostile() {
        let name = "<script>alert(1)</script>&amp;\"'\u{1b}[2J\u{202e}\u{0}\u{FFFE}\nend"
        var picture = Picture(id: "p", title: name, description: name, width: 1, height: 1)
        picture.text(name, x: 0, y: 0)
        picture.text(name, x: 0, y: 0, limit: 60)
        let scanner = MarkupScanner(picture.file)
        #expect(scanner.problems == [])
        #expect(scanner["script"].isEmpty)
        let shown = "<script>alert(1)</script>&amp;\"'\\u{1b}[2J\\u{202e}\\u{0}\u{FFFD}\\nend"
        #expect(scanner["title"][0].text == shown && scanner["text"][0].text == shown)
        #expect(picture.file.allSatisfy { $0 >= 0x20 || $0 == 0x0a })
    }

    @Test("Text that has no room is cut and says so; text that has stays whole")
    func fitting() {
        #expect(TextMeasure.fitted("node 0", width: 100, size: 12) == "node 0")
        let name = "postgresql@16-main.service"
        let cut = TextMeasure.fitted(name, width: 80, size: 12)
        #expect(cut.hasSuffix("…") && name.hasPrefix(cut.dropLast()))
        #expect(TextMeasure.width(cut, size: 12) <= 80)
        #expect(TextMeasure.width("データ", size: 10) > TextMeasure.width("abc", size: 10))
    }

    @Test("Numbers that are none do not break a picture")
    func odd() {
        var picture = Self.picture()
        picture.rectangle(x: .nan, y: .infinity, width: 1, height: 1, fill: .empty)
        let rect = MarkupScanner(picture.file)["rect"][1]
        #expect(rect.attributes["x"] == "0" && rect.attributes["y"] == "0")
    }
}

/// Marks of axes.
@Suite struct ScaleTests {
    @Test(
        "An axis ends at the mark at or beyond its largest value",
        arguments: [(0.0, 1.0), (7, 8), (1000, 1000), (1001, 1500), (0.3, 0.3), (-5, 1), (.infinity, 1)])
    func numbers(_ largest: Double, _ maximum: Double) {
        let scale = NumberScale(largest: largest)
        #expect(abs(scale.maximum - maximum) < 1e-9, "\(scale)")
        #expect(scale.marks.first == 0 && abs((scale.marks.last ?? 0) - maximum) < 1e-9)
        #expect((2...7).contains(scale.marks.count))
    }

    @Test("Axes of bytes step by powers of two")
    func bytes() {
        let scale = NumberScale(largest: 33 * 1_073_741_824, isBinary: true)
        #expect(scale.step == 16 * 1_073_741_824 && scale.maximum == 48 * 1_073_741_824)
    }

    @Test("Marks of time stand at full minutes, hours or days, and are few")
    func times() {
        let start: UInt64 = 4_102_497_125
        let day = TimeMarks.seconds(from: start, to: start + 86_400).map { TimeMarks.clock($0) }
        #expect(day == ["15:00", "18:00", "21:00", "00:00", "03:00", "06:00", "09:00", "12:00"])
        #expect(TimeMarks.seconds(from: start, to: start + 1) == [start, start + 1])
        #expect(TimeMarks.seconds(from: 5, to: 5).isEmpty)
        for span: UInt64 in [1, 59, 3600, 50_000, 86_400, 2_592_000, 1 << 40] {
            let marks = TimeMarks.seconds(from: start, to: start + span)
            #expect((1...9).contains(marks.count) && marks.allSatisfy { $0 >= start && $0 <= start + span }, "\(span)")
        }
        #expect(TimeMarks.clock(86_399, withSeconds: true) == "23:59:59")
    }
}
