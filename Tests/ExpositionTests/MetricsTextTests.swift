import Exposition
import NUMATopology
import Snapshots
import Testing

@Suite("The text of /metrics")
struct MetricsTextTests {
    private static let renderer = MetricsRenderer(catalogue: .standard(version: "1.2.3"))

    private func text(
        _ snapshot: HostSnapshot, _ format: MetricsFormat = .prometheus, renderer: MetricsRenderer = renderer
    ) -> String {
        String(decoding: renderer.render(snapshot, format: format).bytes, as: UTF8.self)
    }

    /// The samples, without comments.
    private func series(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    @Test(
        "equals the golden file", arguments: [(MetricsFormat.prometheus, "metrics.prom"), (.openMetrics, "metrics.om")])
    func golden(format: MetricsFormat, name: String) throws {
        try Golden.expect(Self.renderer.render(SyntheticHost.snapshot, format: format).bytes, equals: name)
    }

    @Test(
        "passes promtool check metrics",
        .enabled(if: Tools.promtool != nil, "promtool (Debian package prometheus) is not here: set NUMAWATCH_PROMTOOL"))
    func promtool() throws {
        let program = try #require(Tools.promtool)
        let output = Self.renderer.render(SyntheticHost.snapshot, format: .prometheus)
        let result = try Tools.run(program, ["check", "metrics"], input: output.bytes)
        #expect(result.status == 0)
        #expect(result.output == "")
    }

    @Test("OpenMetrics ends with EOF, and no family's name has the counter's ending")
    func openMetrics() {
        let text = text(SyntheticHost.snapshot, .openMetrics)
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("# TYPE numawatch_hint_faults counter\n"))
        #expect(text.contains("\nnumawatch_hint_faults_total 23456\n"))
        #expect(text.contains("# TYPE numawatch_build info\n"))
        #expect(text.contains("# UNIT numawatch_tier_cpu_seconds seconds\n"))
        for line in text.split(separator: "\n") where line.hasPrefix("# ") {
            #expect(line.split(separator: " ").dropFirst(2).first?.hasSuffix("_total") != true)
        }
    }

    @Test("every series is there once")
    func unique() {
        let names = series(text(SyntheticHost.snapshot)).map { $0.prefix { $0 != " " } }
        #expect(Set(names).count == names.count)
        #expect(names.count == Self.renderer.render(SyntheticHost.snapshot, format: .prometheus).seriesCount)
    }

    @Test("quotes, backslashes and newlines in label values are escaped")
    func escaping() {
        var snapshot = SyntheticHost.snapshot
        snapshot.groups = [GroupRecord(name: "a\"b\\c\nd")]
        #expect(text(snapshot).contains(#"numawatch_group_processes{group="a\"b\\c\nd"} 0"#))
    }

    @Test("what was not read is absent, not zero")
    func missing() {
        let machine = Machine(nodes: [], distances: nil, possibleCPUs: [], onlineCPUs: [])
        var snapshot = HostSnapshot(sequence: 1, wallClockNanoseconds: 0, monotonicNanoseconds: 0, machine: machine)
        snapshot.host.vmstat = [.init(name: "numa_hint_faults", value: 0)]
        snapshot.host.nodes = [NodeTotals(id: NodeID(3), cpus: [])]
        snapshot.groups = [GroupRecord(name: "g")]
        let text = text(snapshot)
        #expect(text.contains("numawatch_hint_faults_total 0\n"))
        for absent in [
            "numawatch_kernel_info", "numawatch_processes", "numawatch_balancing_", "numawatch_hint_pte_updates",
            "numawatch_node_memory", "numawatch_node_distance", "numawatch_group_memory_bytes",
            "numawatch_group_fault_pages", "numawatch_group_migrated_pages", "numawatch_group_ledger",
            "numawatch_self_resident", "oldest_age",
        ] {
            #expect(!text.contains(absent), "\(absent) is there")
        }
    }

    @Test(
        "seconds are exact and without trailing zeros",
        arguments: [
            (UInt64(0), "0"), (1, "0.000000001"), (1_500_000_000, "1.5"), (.max, "18446744073.709551615"),
        ])
    func seconds(nanoseconds: UInt64, expected: String) {
        var snapshot = SyntheticHost.snapshot
        snapshot.cost.longestHoldNanoseconds = nanoseconds
        #expect(text(snapshot).contains("numawatch_hold_longest_seconds \(expected)\n"))
    }

    @Suite("Under a limit of series")
    struct Limit {
        private func render(_ limit: Int, droppedBefore: UInt64 = 0) -> MetricsRenderer.Output {
            MetricsRenderer(catalogue: .standard(version: "1.2.3"), seriesLimit: limit)
                .render(SyntheticHost.snapshot, format: .prometheus, droppedBefore: droppedBefore)
        }

        @Test("there are never more, for every limit, and what is missing is counted")
        func everyLimit() {
            let total = render(.max).seriesCount
            for limit in 2...total + 1 {
                let output = render(limit, droppedBefore: 1000)
                #expect(output.seriesCount <= limit)
                #expect(output.seriesCount + output.droppedCount == total)
                let text = String(decoding: output.bytes, as: UTF8.self)
                #expect(text.contains("numawatch_series_dropped_total \(1000 + output.droppedCount)\n"))
                #expect(text.contains("numawatch_series \(output.seriesCount)\n"))
            }
        }

        @Test("groups are whole or left out, the largest first")
        func groupsByRank() {
            let complete = String(decoding: render(.max).bytes, as: UTF8.self).split(separator: "\n")
            func seriesOf(_ group: String, _ lines: [Substring]) -> [Substring] {
                lines.filter { $0.contains("group=\"\(group)\"") }
            }
            let bySize = ["postgresql.service", "bob-secret.service", "session-1.scope"]
            for limit in 80...render(.max).seriesCount {
                let lines = String(decoding: render(limit).bytes, as: UTF8.self).split(separator: "\n")
                let published = bySize.filter { !seriesOf($0, lines).isEmpty }
                #expect(bySize.starts(with: published))
                for group in published {
                    #expect(seriesOf(group, lines) == seriesOf(group, complete))
                }
            }
        }
    }

    @Test(
        "the format follows the Accept header",
        arguments: [
            (nil, MetricsFormat.prometheus),
            ("", .prometheus),
            ("*/*", .prometheus),
            ("text/plain", .prometheus),
            ("application/openmetrics-text", .openMetrics),
            ("application/openmetrics-text;version=0.0.1", .prometheus),
            // Prometheus 2.42 and 3.
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics
            ),
            ("text/plain;q=0.5, application/openmetrics-text;version=1.0.0;q=0.75", .openMetrics),
            ("application/openmetrics-text;q=0.1, text/plain", .prometheus),
            ("application/openmetrics-text;q=0", .prometheus),
        ] as [(String?, MetricsFormat)])
    func accept(header: String?, format: MetricsFormat) {
        #expect(MetricsFormat(accept: header) == format)
    }

    @Test("is made once per snapshot, format and reader")
    func rendersOnce() {
        let page = MetricsPage(renderer: Self.renderer)
        var snapshot = SyntheticHost.snapshot
        for _ in 0..<3 { _ = page.text(of: snapshot, format: .prometheus, viewer: .all) }
        #expect(page.renderings == 1)
        _ = page.text(of: snapshot, format: .openMetrics, viewer: .all)
        _ = page.text(of: snapshot, format: .prometheus, viewer: .limited(uid: 5))
        #expect(page.renderings == 3)
        snapshot.sequence += 1
        _ = page.text(of: snapshot, format: .prometheus, viewer: .all)
        #expect(page.renderings == 4)
    }

    @Test("the dropped counter adds up over snapshots, once each")
    func droppedAddsUp() {
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: "1"), seriesLimit: 50))
        var snapshot = SyntheticHost.snapshot
        func dropped() -> Int? {
            let text = String(decoding: page.text(of: snapshot, format: .prometheus, viewer: .all), as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("numawatch_series_dropped_total") }
            return line?.split(separator: " ").last.flatMap { Int($0) }
        }
        let first = dropped() ?? 0
        #expect(first > 0)
        #expect(dropped() == first)
        snapshot.sequence += 1
        #expect(dropped() == 2 * first)
    }
}
