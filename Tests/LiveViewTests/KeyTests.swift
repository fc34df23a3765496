import FixtureSupport
import LiveView
import RecordedRounds
import Snapshots
import Testing

/// What keys do to the state.
@Suite("The keys of top")
struct KeyTests {
    private func view(_ keys: String) -> View {
        var model = TopModel()
        model.press(keys)
        return model.view
    }

    @Test("digits and tabs turn to screens, and round")
    func screens() {
        for (index, view) in View.numbered.enumerated() { #expect(self.view("\(index + 1)") == view) }
        #expect(view("<Tab>") == .groups)
        #expect(view("<BackTab>") == .events)
        #expect(view("6<Tab>") == .overview)
    }

    @Test("Enter goes down from group to process, thread and story, and Esc back up")
    func drilling() {
        #expect(view("<Enter>") == .processes(group: "postgresql@16-main.service"))
        #expect(view("<Enter>/812<Enter><Enter>") == .threads(pid: 812))
        #expect(view("<Enter>/812<Enter><Enter><Down><Enter>") == .story(id: 813))
        #expect(
            view("<Enter>/812<Enter><Enter><Down><Enter><Esc><Esc>") == .processes(group: "postgresql@16-main.service"))
        #expect(view("<Enter><Esc><Esc><Esc>") == .overview)
        #expect(view("3/812<Enter>x") == .story(id: 812))
        #expect(view("v") == .card(group: "postgresql@16-main.service"))
        #expect(view("3/812<Enter>v") == .card(group: "postgresql@16-main.service"))
    }

    @Test("what a view needs of the daemon is asked for, and no more")
    func needs() {
        var model = TopModel()
        #expect(model.needs == SampleNeeds())
        model.press("<Enter>")
        #expect(model.needs.processes)
        model.press("/812<Enter><Enter>")
        #expect(model.needs.process == 812)
        model.press("<Enter>")
        #expect(model.needs.story == 812)
        model.press("5")
        #expect(model.needs.sources && model.needs.domains == .all && !model.needs.processes)
        model.press("]]")
        #expect(model.needs.domains == .cpu(1))
        model.press("[[")
        #expect(model.needs.domains == .all)
    }

    @Test("q quits, but not while something is typed")
    func quit() {
        var model = TopModel()
        #expect(model.press("q") == [.quit])
        #expect(model.press("/q<Esc>") == [])
        #expect(model.press("<Enter>q") == [.quit])
    }

    @Test("the order, the filter, the units and the interval are remembered as they change")
    func remembering() throws {
        var model = TopModel()
        var settings = TopSettings()
        settings.orders["overview"] = TopSettings.Order(title: "RSS")
        #expect(model.press("Srss<Enter>") == [.remember(settings)])
        settings.orders["overview"]?.isReversed = true
        #expect(model.press("r") == [.remember(settings)])
        settings.filter = "post|click"
        #expect(model.press("Fpost|click<Enter>") == [.remember(settings)])
        settings.units = .pages
        #expect(model.press("u") == [.remember(settings)])
        settings.interval = .minute
        #expect(model.press("+") == [.remember(settings)])
        settings.hidesIdle = true
        #expect(model.press("z") == [.remember(settings)])
        #expect(model.press("S<Enter>").count == 1)
        #expect(model.settings.orders["overview"] == nil)
        // What changes nothing is not written.
        #expect(model.press("jk<Down>").isEmpty)
        #expect(model.press("Snonsense<Enter>").isEmpty)
        #expect(model.note.contains("no column"))
        #expect(
            model.press("F(<Backspace><Backspace><Backspace><Backspace><Backspace><Backspace><Backspace><Backspace>")
                .isEmpty)
    }

    @Test("a regular expression that is none changes nothing")
    func badFilter() {
        var model = TopModel()
        #expect(model.press("F(<Enter>").isEmpty)
        #expect(model.note.contains("no regular expression"))
    }

    @Test("the chosen line stays the chosen one when others come and go")
    func selection() {
        var model = TopModel()
        model.press("/redis<Enter>")
        model.press("Sgroup<Enter>")
        #expect(model.frame().lines.contains { $0.hasPrefix(">redis@6379.service") })
        _ = model.take(.sample(RecordedRounds.sample(4)))
        #expect(model.frame().lines.contains { $0.hasPrefix(">redis@6379.service") })
        model.press("<Home>")
        #expect(!model.frame().lines.contains { $0.hasPrefix(">redis") })
    }

    @Test("samples are stepped through, frozen, and left again")
    func time() {
        var model = TopModel(rounds: 5)
        #expect(model.frame().lines[0].hasSuffix("LIVE"))
        model.press(" ")
        #expect(model.frame().lines[0].hasSuffix("FROZEN"))
        let frozen = model.frame().lines.dropFirst()
        _ = model.take(.sample(RecordedRounds.sample(6)))
        // The data goes on, the picture does not.
        #expect(model.frame().lines.dropFirst() == frozen)
        #expect(model.frame().lines[0].hasSuffix("-0m05s"))
        model.press("tt")
        #expect(model.frame().lines[0].contains("14:32:15 UTC  -0m15s"))
        model.press("L")
        #expect(model.frame().lines[0].contains("14:32:30 UTC  LIVE"))
        model.press("J14:32:11<Enter>")
        #expect(model.frame().lines[0].contains("14:32:10 UTC"))
        model.press("J-20s<Enter>")
        #expect(model.frame().lines[0].contains("14:32:10 UTC"))
        model.press("Jevent<Enter>")
        #expect(model.frame().lines[0].contains("14:32:15 UTC"))
        model.press("Jyesterday<Enter>")
        #expect(model.frame().text.contains("is no time"))
        model.press("Jlive<Enter>t.")
        #expect(model.frame().lines[0].hasSuffix("LIVE"))
    }

    @Test("a past sample is drawn as it was when it was the present one")
    func pastIsPresent() {
        var model = TopModel(rounds: 4)
        model.press("t")
        let present = TopModel(rounds: 3).frame().lines
        #expect(model.frame().lines.dropFirst() == present.dropFirst())
    }

    @Test("a daemon that is gone leaves the picture, a banner, and old figures marked as such; back, all is as before")
    func gone() {
        var model = TopModel()
        let before = model.frame()
        let since = RecordedRounds.start + 3 * RecordedRounds.interval
        _ = model.take(.gone("nothing listens on /run/s", sinceNanoseconds: since))
        #expect(model.frame().lines[0].hasSuffix("GONE"))
        #expect(model.frame().text.contains("-- daemon gone since 14:32:20, retrying: nothing listens on /run/s --"))
        #expect(model.frame().lines[2] == before.lines[2])
        _ = model.take(.gone("still", sinceNanoseconds: since + 60 * RecordedRounds.interval))
        #expect(model.frame().text.contains("gone since 14:32:20"))
        #expect(model.frame().text.contains("41.2k/s?"))
        _ = model.take(.sample(RecordedRounds.sample(70)))
        #expect(model.frame().lines[0].hasSuffix("LIVE"))
        #expect(!model.frame().text.contains("daemon gone"))
    }

    @Test("of a restarted daemon nothing is compared with the one before")
    func restarted() {
        var model = TopModel(rounds: 5)
        var sample = RecordedRounds.sample(1)
        sample.status.round.wallClockNanoseconds += 100 * RecordedRounds.interval
        _ = model.take(.sample(sample))
        model.press("2")
        let line = model.frame().lines.first { $0.contains("redis") }
        // The CPUs it keeps busy are not known after one round.
        #expect(line?.contains(" - ") == true)
    }

    @Test("the picture can be kept as text")
    func dump() {
        var model = TopModel()
        #expect(model.press("d") == [.dump(model.frame().text)])
    }

    @Test("no order of keys crashes, and every picture has its size")
    func anything() {
        let keys: [Key] =
            "?hqjkSrnNFz tT.,JLvxwy+-u[]d<>123456/abc0:".map { .character($0) }
            + [
                .up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .enter, .enter, .escape, .backspace, .tab,
                .backTab,
            ]
        var random = SeededGenerator(seed: 7)
        for _ in 0..<40 {
            var model = TopModel(
                columns: .random(in: 1...140, using: &random), rows: .random(in: 1...60, using: &random))
            for step in 0..<60 {
                _ = model.take(.key(keys.randomElement(using: &random) ?? .enter))
                if step % 20 == 0 { _ = model.take(.sample(RecordedRounds.sample(4 + step, nodes: 1 + step / 20))) }
                if step % 15 == 0 {
                    _ = model.take(
                        .resized(
                            columns: .random(in: 1...140, using: &random), rows: .random(in: 1...60, using: &random)))
                }
            }
            let frame = model.frame()
            #expect(frame.cells.count == model.rows)
            #expect(frame.cells.allSatisfy { $0.count == model.columns })
        }
    }
}
