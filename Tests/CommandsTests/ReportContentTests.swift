import ArchiveFiles
import ArgumentParser
import Comparison
import Exposition
import FixtureSupport
import History
import LinuxSystem
import RecordedRounds
import Report
import Snapshots
import Testing
import TextOutput

@testable import Commands

/// What the report and the comparison are made of, from every kind of input.
@Suite("The commands report and compare")
struct ReportContentTests {
    private static let output = CommandOutput(widthLimit: nil, hasColour: false)

    private static func content(_ arguments: String...) async throws -> ReportContent {
        var problem: String?
        let content = try await (try ReportCommand.parse(arguments)).content(&problem)
        #expect(problem == nil)
        return content
    }

    private static func daemon(_ body: (String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory.make()
        let daemon = try await RecordedDaemon(path: directory + "/s")
        daemon.show(round: 3)
        try await body(daemon.path)
        try await daemon.close()
    }

    @Test("A captured root gives machine, domains, settings and sources; what needs time says why it is not there")
    func root() async throws {
        let names = try DirectoryRoot(Fixture.directory).list("/cases").filter { $0.hasSuffix(".tar.xz") }
        #expect(names.count > 10)
        var machines = 0
        for name in names where name != "wrong-root.tar.xz" {
            let content = try await Self.content("--root", "\(Fixture.directory)/cases/\(name)")
            #expect(content.settings.value != nil && content.sources.value != nil, "\(name)")
            #expect(content.heatMap == .absent("A captured root stands still: there is no time to show."), "\(name)")
            machines += content.machine.value == nil ? 0 : 1
            #expect(MarkupScanner(ReportPage.render(content)).problems == [], "\(name)")
        }
        #expect(machines > 10)
    }

    @Test(
        "A live daemon gives verdicts, machine, memory, moves, events, cost, settings and sources, and no figures without history"
    )
    func live() async throws {
        try await Self.daemon { socket in
            let content = try await Self.content("--socket", socket, "--timeout", "120")
            #expect(content.subject == "db7")
            let cards = try #require(content.cards.value)
            #expect(cards.first?.name == "host" && cards.contains { $0.word.hasPrefix("HURTING") })
            #expect(content.machine.value?.nodes.count == 2)
            #expect(content.shares.value?.first?.name == "postgresql@16-main.service")
            #expect(content.events.value?.count == 3)
            #expect(content.cost.value != nil && content.side == nil)
            let page = ReportPage.render(content)
            #expect(MarkupScanner(page).problems == [])
        }
    }

    @Test("The report's card says, word for word, what the card of “numawatch verdict” says")
    func cards() async throws {
        try await Self.daemon { socket in
            let content = try await Self.content("--socket", socket, "--timeout", "120")
            let source = DaemonClient(socketPath: socket, timeout: .seconds(120))
            let answer = try await source.answer(.verdict).record()
            let entries = (answer.host.map { [$0] } ?? []) + answer.groups
            for card in try #require(content.cards.value) {
                let entry = try #require(
                    entries.first { card.name == ($0.scope == .host ? "host" : $0.title ?? $0.group ?? "") })
                let text = VerdictCard(entry, round: answer.round).text(Self.output)
                let words = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
                for line in card.lines + card.unknown.map({ .init(label: "", text: $0) }) {
                    let line = line.text.terminalSafe.split(separator: " ").joined(separator: " ")
                    #expect(words.contains(line), "\(line)")
                }
                for advice in card.advice { #expect(words.contains(advice.expected)) }
                #expect(words.contains(card.word) && words.contains(card.since))
            }
        }
    }

    @Test("A recording tells of moves, rules and pages that went to and fro, and brings its host along")
    func trace() async throws {
        let directory = try TemporaryDirectory.make()
        let packed = try ByteStream(path: "\(Fixture.directory)/traces/record-2n-6.12.dat.xz")
        var (bytes, chunk): ([UInt8], [UInt8]) = ([], [])
        while try packed.read(into: &chunk) { bytes += chunk }
        try Output.replaceFile("\(directory)/trace.dat", with: bytes)
        let content = try await Self.content("\(directory)/trace.dat")
        #expect(content.machine.value?.nodes.count == 2 && content.domains.value != nil)
        let flow = try #require(content.flows.value?.first)
        #expect(flow.source == "traced" && flow.pages > 0)
        let shares = flow.moves.compactMap(\.undoneShare)
        #expect(shares.count == flow.moves.count && shares.allSatisfy { (0...1).contains($0) }, "\(flow.moves)")
        let rules = try #require(content.rules.value)
        #expect(rules.reduce(0) { $0 + $1.faults } > 0 && content.bouncing.value != nil)
        #expect(MarkupScanner(ReportPage.render(content)).problems == [])
        // The same without its host: the stream tells the nodes, and the rest says why it is not there.
        let bare = try await Self.content("\(Fixture.directory)/traces/record-2n-6.12.dat.xz")
        #expect(bare.flows.value?.first?.pages == flow.pages)
        #expect(bare.machine == .absent("The trace came without its host’s files: --root names them."))
    }

    // MARK: Comparison

    private static func side(_ change: (inout MadeUpHistory.Shape) -> Void) -> ComparisonSide {
        var shape = MadeUpHistory.Shape()
        shape.minutes = 60
        change(&shape)
        return ComparisonSide([MadeUpHistory.range(shape)])
    }

    /// A history in which balancing is turned off at second 2000.
    private struct Switched: HistorySource {
        func range(_ query: HistoryQuery) async throws -> HistoryRange {
            var shape = MadeUpHistory.Shape()
            shape.minutes = 60
            shape.seed = query.sinceNanoseconds / 1_000_000_000
            shape.offSince = query.sinceNanoseconds >= 2_000_000_000_000 ? 0 : nil
            if query.sinceNanoseconds == 1_000_000_000 { shape.minutes = 0 }
            return MadeUpHistory.range(shape)
        }
    }

    private static func sides() -> CompareSides {
        CompareSides(history: Switched(), blockSeconds: 60, nowNanoseconds: 4_102_495_200_000_000_000)
    }

    @Test("Operands are spans, files, or spans of files; a span may begin with an @ itself")
    func operands() {
        typealias Operand = CompareSides.Operand
        let span = Operand("@1..@2,3m ago..now")
        #expect(
            span.path == nil && span.spans.map(\.since) == ["@1", "3m ago"] && span.spans.map(\.until) == ["@2", "now"])
        #expect(Operand("a/b.html") == Operand("a/b.html") && Operand("a/b.html").spans.isEmpty)
        let file = Operand("db7@home.db@14:00..15:00")
        #expect(file.path == "db7" && file.spans.count == 1)
        let plain = Operand("db7.db@@5..@6")
        #expect(plain.path == "db7.db" && plain.spans.map(\.since) == ["@5"])
        #expect(Operand("14:00..@9").path == nil)
    }

    @Test("Spans of a history are compared; several are one side; what is no span, or holds nothing, says so")
    func spans() async throws {
        let sides = Self.sides()
        let comparison = Comparison(
            try await sides.side("@1000..@1500,@1600..@1900"), try await sides.side("@2000..@2500"))
        #expect(comparison.before.blockCount == 120 && comparison.after.blockCount == 60)
        let host = ComparisonSide.Subject(kind: "host", name: nil)
        #expect(comparison.row(host, "numa_pages_migrated")?.finding == .fell)
        #expect(comparison.settings.map(\.name) == ["kernel.numa_balancing"])
        for (text, status) in [
            ("@5..@4", ExitStatus.usage), ("a..b", .usage), ("@3..", .usage), ("@1..@2", .unknown),
            ("/nowhere.db@@1..@2", .noInput),
        ] {
            let failure = await #expect(throws: CommandFailure.self) { try await sides.side(text) }
            #expect(failure?.status == status, "\(text): \(failure?.description ?? "")")
        }
    }

    /// Two reports, written to files.
    private static func reports(_ body: (String, String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory.make()
        var shape = MadeUpHistory.Shape()
        shape.minutes = 60
        try Output.replaceFile("\(directory)/a.html", with: ReportPage.render(MadeUpReport.content(shape)))
        shape.offSince = 0
        shape.seed = 9
        try Output.replaceFile("\(directory)/b.html", with: ReportPage.render(MadeUpReport.content(shape)))
        try await body("\(directory)/a.html", "\(directory)/b.html")
    }

    @Test("Two reports are compared by the figures they carry, and the text leads with what changed")
    func reports() async throws {
        try await Self.reports { before, after in
            let sides = Self.sides()
            let comparison = Comparison(try await sides.side(before), try await sides.side(after))
            let text = ComparisonText(comparison, onlyChanges: false).text(Self.output)
            #expect(text.contains("cost of balancing fell by 2.9"), "\(text)")
            #expect(text.contains("kernel.numa_balancing  1 -> 0\n"))
            #expect(text.contains("host") && text.contains("hint faults") && !text.contains("\u{1b}"))
            let changes = ComparisonText(comparison, onlyChanges: true).text(Self.output)
            #expect(changes.split(separator: "\n").count < text.split(separator: "\n").count)
            var json = JSONWriter()
            comparison.write(to: &json)
            let value = try JSONValue(parsing: json.bytes)
            let rows = try #require(value["differences"]?.elements)
            #expect(rows.count == comparison.rows.count)
            let faults = try #require(rows.first { $0["figure"]?.text == "numa_hint_faults" })
            #expect(faults["finding"]?.text == "fell" && (faults["high"]?.number ?? 0) < -30_000)
        }
    }

    @Test("Without a change the text says that there is none")
    func none() {
        let comparison = Comparison(Self.side { $0.seed = 3 }, Self.side { $0.seed = 4 })
        let text = ComparisonText(comparison, onlyChanges: true).text(Self.output)
        #expect(text.contains("cost of balancing: no change that can be told from chance ("), "\(text)")
        #expect(text.contains("Settings: none differs.\n"))
        #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" fell") || $0.hasSuffix(" rose") })
    }

    @Test("The user's own figure leads, and is judged by itself")
    func metric() {
        var (before, after) = (Self.side { $0.seed = 3 }, Self.side { $0.seed = 4 })
        let subject = ComparisonSide.Subject(kind: "metric", name: "transactions")
        for (mean, keyPath) in [(1000.0, 0), (1100.0, 1)] {
            let figure = ComparisonSide.Figure(
                subject: subject, name: "value", unit: .count,
                estimate: MeanEstimate(blockCount: 24, mean: mean, standardError: 10, degrees: 20))
            if keyPath == 0 { before.figures.insert(figure, at: 0) } else { after.figures.insert(figure, at: 0) }
        }
        let text = ComparisonText(Comparison(before, after), onlyChanges: false).text(Self.output)
        #expect(
            text.contains("transactions rose by 100, from 1,000 to 1,100 (95 % interval +71.4 to +129).\n"), "\(text)")
        #expect(!text.contains("numawatch's reckoning"))
    }

    @Test("What cannot be compared says why: no file, no report, a report without figures")
    func refusals() async throws {
        let sides = Self.sides()
        let missing = await #expect(throws: CommandFailure.self) { try await sides.side("/nowhere/a.html") }
        #expect(missing?.status == .noInput)
        let directory = try TemporaryDirectory.make()
        let page = ReportPage.render(ReportContent(subject: "x", absence: "y"))
        try Output.replaceFile("\(directory)/page.html", with: page)
        let empty = await #expect(throws: CommandFailure.self) { try await sides.side("\(directory)/page.html") }
        #expect(empty?.status == .badData && empty?.message.contains("no figures in it") ?? false)
    }

    @Test(
        "Amounts keep their unit and their sign",
        arguments: [
            (ComparedUnit.ratio, 0.0683, "6.83 %", "+6.83 %"), (.ratio, -0.5, "-50.0 %", "-50.0 %"),
            (.bytes, -1_073_741_824, "-1.0G", "-1.0G"), (.pagesPerSecond, 18_700.4, "18,700/s", "+18,700/s"),
            (.cpus, 2.345, "2.35", "+2.35"), (.count, 0, "0", "0"), (.milliseconds, 12.34, "12.3 ms", "+12.3 ms"),
            (.count, -1234.5, "-1,235", "-1,235"),
        ])
    func amounts(_ unit: ComparedUnit, _ value: Double, _ text: String, _ signed: String) {
        #expect(ComparedAmount(unit: unit).text(value) == text)
        #expect(ComparedAmount(unit: unit).signed(value) == signed)
        #expect(ComparedAmount(unit: unit).text(nil) == "-")
    }

    @Test("The plan's script sets A, B and A again once each, waits for each phase's end, and puts back what was")
    func plan() {
        let text = PlanText(AlternatingPlan(before: "1", after: "0", startSeconds: 0)).text
        let lines = text.split(separator: "\n").map(String.init)
        let commands = lines.filter { !$0.hasPrefix("#") }
        #expect(
            commands.filter { $0.hasPrefix("sysctl") } == [
                "sysctl kernel.numa_balancing=1", "sysctl kernel.numa_balancing=0", "sysctl kernel.numa_balancing=1",
            ])
        #expect(commands.contains("trap 'sysctl kernel.numa_balancing=1' EXIT"))
        let waits = commands.filter { $0.hasPrefix("until_second $") }
        #expect(waits.count == 5 && waits[0].contains("T + 900") && waits[3].contains("T + 3600"))
        #expect(
            commands.last
                == "numawatch compare \"@$((T + 180))..@$((T + 900)),@$((T + 2880))..@$((T + 3600))\" "
                + "\"@$((T + 1080))..@$((T + 1800)),@$((T + 1980))..@$((T + 2700))\"")
    }

    @Test(
        "Arguments that do not go together are refused",
        arguments: [
            ["--plan", "a", "b"], ["a"], [], ["--plan", "--phase", "5"],
            ["--plan", "--setting", "a;b", "--value", "1"],
            ["--plan", "--setting", "vm.zone_reclaim_mode"], ["--plan", "--phase", "10", "--settle", "9"],
        ])
    func arguments(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try CompareCommand.parse(arguments) }
    }
}
