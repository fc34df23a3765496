import Foundation
import RecordedRounds
import Report
import Testing

/// The report in a real browser: what people see of it, and what it asks for.
@Suite(
    "The report in a browser", .serialized,
    .enabled(
        if: HeadlessBrowser.tools != nil,
        "NUMAWATCH_REPORT_TOOLS names no browser; “make test” unpacks one and sets it"))
struct ReportBrowserTests {
    private static var numawatch: String { "\(RunningDaemon.directory)/numawatch" }

    private func browser() throws -> HeadlessBrowser { try HeadlessBrowser(try #require(HeadlessBrowser.tools)) }

    /// A page that the program wrote of the recorded rounds, and what `numawatch verdict` says of the same.
    private func pageOfProgram(_ browser: HeadlessBrowser) async throws -> [String] {
        let daemon = try await RecordedDaemon(path: "\(browser.directory.path)/s")
        defer { withExtendedLifetime(daemon) {} }
        daemon.show(round: 3)
        let page = "\(browser.directory.path)/page.html"
        let run = try Command(Self.numawatch, ["report", "--socket", daemon.path, "--timeout", "120", "-o", page])
        #expect(run.status == 0 && run.output.isEmpty, "\(run.output)")
        let verdict = try Command(Self.numawatch, ["verdict", "--socket", daemon.path])
        #expect(verdict.status == 0)
        return Self.sentences(verdict.output)
    }

    /// What a verdict says, piece by piece: rules, line breaks and numbers of points are layout.
    private static func sentences(_ text: String) -> [String] {
        let labels = ["costs", "gains", "local", "moved", "why", "gain", "pay", "do", "unknown"]
        var sentences: [String] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("---") {
            let words = line.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            if !line.hasPrefix(" ") || labels.contains(first)
                || line.hasPrefix("         ") && line.dropFirst(9).first != " "
            {
                let isLabelled = line.hasPrefix(" ") && labels.contains(first)
                sentences.append(words.dropFirst(isLabelled ? 1 : 0).joined(separator: " "))
            } else {
                sentences[sentences.count - 1] += " " + words.joined(separator: " ")
            }
        }
        return sentences
    }

    /// Words one blank apart, without the points of lists.
    private static func plain(_ text: String) -> String {
        text.split { $0 == " " || $0 == "\n" || $0 == "\u{c}" }.joined(separator: " ")
    }

    @Test("A day of history opens without a word on the console and without asking anybody for anything")
    func quiet() throws {
        let browser = try browser()
        try browser.directory.write(
            "page.html", String(decoding: ReportPage.render(MadeUpReport.content()), as: UTF8.self))
        let run = try browser.open("page.html", "--screenshot=\(browser.directory.path)/page.png")
        #expect(run.status == 0)
        #expect(HeadlessBrowser.console(run) == [])
        #expect(try browser.addresses() == [])
        let size = try Data(contentsOf: URL(fileURLWithPath: "\(browser.directory.path)/page.png")).count
        #expect(size > 10_000, "\(size) bytes: an empty page")
        if ProcessInfo.processInfo.environment["NUMAWATCH_UPDATE_GOLDEN"] == "1" {
            try browser.open("page.html", width: 820, height: 2300, "--screenshot=\(repository)/docs/report.png")
        }
    }

    @Test(
        "Contrast, alternatives, order and names are as they should be, on a screen and on a phone",
        arguments: [900, 390])
    func accessible(_ width: Int) async throws {
        let browser = try browser()
        try browser.directory.write(
            "day.html", String(decoding: ReportPage.render(MadeUpReport.content()), as: UTF8.self))
        #expect(try browser.problems("day.html", width: width) == [])
        _ = try await pageOfProgram(browser)
        #expect(try browser.problems("page.html", width: width) == [])
    }

    @Test("The checks notice: a page that does everything wrong is found out in each of it")
    func mutant() throws {
        let browser = try browser()
        try browser.directory.write(
            "bad.html",
            """
            <!DOCTYPE html><html><head></head><body><h1>One</h1><h3>Three</h3><p style="color:#999">grey</p>
            <svg width="90" height="40"><rect width="90" height="40" fill="#555"/><text x="9" y="25">dark</text></svg>
            <img src="http://example.org/x.png"><table><tr><th>x</th></tr></table><p id="a">1</p><p id="a">2</p>
            <div style="width:5000px">wide</div><div style="overflow-x:auto;width:9px"><p style="width:99px">moves</p></div>
            <details><p>x</p></details><script>console.error("a word")</script></body></html>
            """)
        let problems = try browser.problems("bad.html").joined(separator: "\n")
        for word in [
            "contrast 2.8", "a picture without a name", "a picture without a caption", "an image without alternative",
            "heading of level 3 after 1", "not one main", "no language", "no title", "a table without a caption",
            "without headings of columns", "without a scope", "the id \"a\" twice", "wider than the window",
            "moves, and not by keys", "details without a summary", "\"dark\" on",
        ] {
            #expect(problems.contains(word), "\(word) in\n\(problems)")
        }
        let run = try browser.open("bad.html", "--dump-dom")
        #expect(HeadlessBrowser.console(run).contains { $0.contains("a word") })
        #expect(try browser.addresses() == ["http://example.org/x.png"])
    }

    @Test("On the page and on paper stands every word of every verdict")
    func verdicts() async throws {
        let browser = try browser()
        let sentences = try await pageOfProgram(browser)
        #expect(sentences.count > 10)
        let run = try browser.open("page.html", "--dump-dom")
        #expect(HeadlessBrowser.console(run) == [])
        #expect(try browser.addresses() == [])
        let (paper, facts) = try browser.print("page.html")
        #expect(facts.contains("(A4)"), "\(facts)")
        let words = Self.plain(paper)
        for verdict in ["HURTING", "HELPING", "INACTIVE", "converged"] {
            #expect(words.contains(verdict), "\(verdict)")
        }
        for phrase in [
            "postgresql@16-main.service HURTING", "spread the memory evenly, so that no node is the slow one",
            "sysctl kernel.numa_balancing=0", "local share 50 %",
        ] {
            #expect(words.contains(phrase), "\(phrase)")
        }
        let table = sentences.firstIndex { $0.hasPrefix("GROUP") } ?? sentences.endIndex
        for sentence in sentences[..<table] {
            for piece in Self.pieces(sentence) { #expect(words.contains(piece), "“\(piece)” of “\(sentence)”") }
        }
        // Cells of a table may break into lines on paper: each word for itself.
        let loose = Set(words.split(separator: " "))
        for row in sentences[table...].dropFirst() {
            for word in row.split(separator: " ") where word != "ran." {
                #expect(loose.contains(word) || words.contains(word), "“\(word)” of “\(row)”")
            }
        }
    }

    /// What stands together on paper too: columns of a heading and of a table are apart there.
    private static func pieces(_ sentence: String) -> [String] {
        let marks = ["  ", "confidence", "since"]
        guard !marks.contains(where: { sentence.contains(" \($0) ") }) else {
            return sentence.components(separatedBy: " since ").flatMap { $0.components(separatedBy: " confidence ") }
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return [sentence]
    }
}
