import LiveView
import RecordedRounds
import Testing

@Suite("What top remembers")
struct SettingsTests {
    private func read(_ text: String) -> (settings: TopSettings, problems: [String]) {
        var problems: [String] = []
        let settings = TopSettings(parsing: text) { problems.append("\($0): \($1)") }
        return (settings, problems)
    }

    @Test("what is written is read back")
    func roundTrip() {
        var settings = TopSettings()
        settings.orders = ["overview": .init(title: "COST%"), "threads": .init(title: "MOVED", isReversed: true)]
        settings.hidden = ["groups": ["KIND", "MOVE/s"]]
        settings.filter = "^post|a = b#c"
        settings.units = .percent
        settings.interval = .tenMinutes
        settings.hidesIdle = true
        let (again, problems) = read(settings.text)
        #expect(again == settings)
        #expect(problems.isEmpty)
        #expect(read(TopSettings().text).settings == TopSettings())
    }

    @Test(
        "a line that says nothing is told of with its number, and the others hold",
        arguments: [
            ("units = furlongs", "1: units is one of bytes, pages, percent"),
            ("nonsense", "1: expected “NAME = VALUE”"),
            ("filter = (", "1: filter is no regular expression"), ("sort.flow = X", "1: “sort.flow” is not known"),
            ("idle = maybe", "1: idle is one of shown, hidden"), ("colour = red", "1: “colour” is not known"),
            ("interval = year", "1: interval is one of round, minute, ten-minutes"),
        ])
    func problems(_ line: String, _ problem: String) {
        let (settings, problems) = read(line + "\n# a comment\n\n  units\t=  pages \r\n")
        #expect(problems == [problem])
        #expect(settings.units == .pages)
    }

    @Test("columns that are hidden are not shown, but for the first one")
    func hidden() {
        let (settings, _) = read("hide.overview = GROUP KEPT% TREND")
        var model = TopModel(columns: 80, rows: 24, settings: settings, pageSizeBytes: 4096)
        _ = model.take(.sample(RecordedRounds.sample(1)))
        let heading = model.frame().lines.first { $0.contains("VERDICT") } ?? ""
        #expect(heading.contains("GROUP") && heading.contains("COST%"))
        #expect(!heading.contains("KEPT%") && !heading.contains("TREND"))
    }
}
