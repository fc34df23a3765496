import Foundation
import Testing

private let promtool = ProcessInfo.processInfo.environment["NUMAWATCH_PROMTOOL"]

@Suite(
    "The rules for Prometheus",
    .enabled(if: promtool != nil, "NUMAWATCH_PROMTOOL names no promtool; “make test” fetches one and sets it"))
struct PrometheusRulesTests {
    private static let directory = "\(repository)/monitoring/prometheus"

    private func run(_ words: String...) throws -> Command { try Command(try #require(promtool), words) }

    /// A copy of the tests with other rules.
    private func test(_ rules: String) throws -> Command {
        let directory = try TemporaryDirectory()
        try directory.write("numawatch.rules.yml", rules)
        try directory.write("numawatch.test.yml", try text(of: "\(Self.directory)/numawatch.test.yml"))
        return try run("test", "rules", "\(directory.path)/numawatch.test.yml")
    }

    @Test("promtool check rules finds nothing to say")
    func check() throws {
        let result = try run("check", "rules", "\(Self.directory)/numawatch.rules.yml")
        #expect(result.status == 0 && result.output.contains("rules found"), "\(result.output)")
    }

    @Test("promtool test rules: every alert fires when it should, and not when it should not")
    func test() throws {
        let result = try test(text(of: "\(Self.directory)/numawatch.rules.yml"))
        #expect(result.status == 0, "\(result.output)")
        let tests = try text(of: "\(Self.directory)/numawatch.test.yml")
        for line in try text(of: "\(Self.directory)/numawatch.rules.yml").split(separator: "\n")
        where line.contains("- alert: ") {
            let name = try #require(line.split(separator: " ").last)
            #expect(tests.contains("alertname: \(name)\n        exp_alerts:\n          - "), "\(name) is never to fire")
        }
    }

    @Test(
        "the tests notice a changed rule",
        arguments: [
            ("numawatch_verdict_confidence >= 2", "numawatch_verdict_confidence >= 1"),
            ("\"page_ping_pong|thread_ping_pong\"", "\".*\""),
            ("{detection=\"storm\"} == 1", "{detection=\"storm\"} >= 0"),
            (":ratio < 0.05", ":ratio < 0.01"), ("\n          - numawatch_node_memory_shared_bytes)", ")"),
            (") > 0.2\n", ") > 0\n"), ("numawatch_group_resident_bytes > 1e9", "numawatch_group_resident_bytes > 1"),
            (") > 0.25", ") > 0.01"), ("up{job=\"numawatch\"}", "up"), ("{source=\"vmstat\"} == 0", " == 0"),
            ("1.5 * numawatch_self", "0.5 * numawatch_self"), ("> 2 * numawatch_tier", ">= numawatch_tier"),
            ("for: 5m", "for: 50m"), ("[1h]) > 10", "[1h]) > 100"), ("_total[15m]) > 0", "_total[15m]) >= 0"),
            ("(numawatch_verdict{scope=\"host\"}) * 0", "(numawatch_verdict{scope=\"host\"})"),
        ])
    func mutants(_ rule: String, _ mutant: String) throws {
        let rules = try text(of: "\(Self.directory)/numawatch.rules.yml")
            .replacing(
                "- numawatch_node_memory_shared_bytes)", with: "\n          - numawatch_node_memory_shared_bytes)")
        #expect(rules.contains(rule), "\(rule)")
        #expect(try test(rules.replacing(rule, with: mutant)).status != 0, "\(mutant)")
    }
}
