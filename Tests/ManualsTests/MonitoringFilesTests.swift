import Exposition
import FixtureSupport
import LinuxSystem
import Testing
import TextOutput

@testable import Manuals

/// A metric that a query names, with the labels by which it is chosen.
private struct Reference: Hashable {
    var name: String
    var labels: Set<String>

    /// Every metric of ours in an expression of PromQL: `numawatch_verdict{scope="host"}`, `job:numawatch_x:sum`.
    static func all(in expression: String) -> [Reference] {
        let isPart: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        var references: [Reference] = []
        var rest = expression[...]
        var isQuoted = false
        while let first = rest.first {
            if first == "\"" { isQuoted.toggle() }
            guard !isQuoted, isPart(first) else {
                rest = rest.dropFirst()
                continue
            }
            let name = rest.prefix(while: isPart)
            rest = rest.dropFirst(name.count)
            guard name.contains("numawatch_") else { continue }
            var labels: Set<String> = []
            if rest.first == "{", let end = rest.firstIndex(of: "}") {
                labels = Set(labelNames(rest[..<end].dropFirst()))
            }
            references.append(Reference(name: String(name), labels: labels))
        }
        return references
    }

    /// `scope="host", bound=~"low|high"`: scope, bound.
    private static func labelNames(_ matchers: Substring) -> [String] {
        matchers.split(separator: ",").compactMap { matcher in
            matcher.firstIndex { $0 == "=" || $0 == "!" }.map { end in
                String(matcher.prefix(upTo: end).drop { $0 == " " })
            }
        }
    }
}

@Suite("Rules, dashboard and runbooks")
struct MonitoringFilesTests {
    private static let root = String(Fixture.directory.dropLast("/Tests/Fixtures".count))

    private func text(_ path: String) throws -> String {
        String(decoding: try DirectoryRoot(Self.root).readBytes("/\(path)"), as: UTF8.self)
    }

    private func rules() throws -> String { try text("monitoring/prometheus/numawatch.rules.yml") }

    private func dashboard() throws -> JSONValue {
        try JSONValue(parsing: Array(try text("monitoring/grafana/numawatch.json").utf8))
    }

    /// Every name a query may use, with its labels; nil for what rules record, whose labels are what is left of others.
    private func known() throws -> [String: Set<String>?] {
        var known: [String: Set<String>?] = [:]
        for family in InterfaceManual.catalogue(version: "1").families { known[family.name] = Set(family.labels) }
        for line in try rules().split(separator: "\n") {
            if let name = line.split(separator: "- record: ").last, line.contains("- record: ") {
                known.updateValue(nil, forKey: String(name))
            }
        }
        return known
    }

    private func check(_ expression: String, _ known: [String: Set<String>?]) {
        for reference in Reference.all(in: expression) {
            guard let labels = known[reference.name] else {
                Issue.record("\(reference.name) is no metric of ours: \(expression)")
                continue
            }
            if let labels {
                #expect(reference.labels.subtracting(labels).subtracting(["job", "instance"]) == [], "\(expression)")
            }
        }
    }

    @Test("names and labels are found in expressions, quoted ones left out")
    func references() {
        #expect(
            Reference.all(
                in: #"rate(numawatch_a_total[5m]) / job:numawatch_b:sum{job=~"$job", x!="1"} > "numawatch_c""#)
                == [
                    Reference(name: "numawatch_a_total", labels: []),
                    Reference(name: "job:numawatch_b:sum", labels: ["job", "x"]),
                ])
    }

    @Test("every rule asks for metrics and labels that there are")
    func ruleMetrics() throws {
        let known = try known()
        // Comments may name what they like.
        let lines = try rules().split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
        let expressions = lines.filter { !$0.contains(": ") || $0.contains("expr: ") || $0.contains("{") }
        #expect(expressions.count > 20)
        for line in expressions where !line.contains("$labels") && !line.contains("$value") && !line.contains("/usr/") {
            check(String(line), known)
        }
    }

    @Test("every query of the dashboard asks for metrics and labels that there are")
    func dashboardMetrics() throws {
        let known = try known()
        let document = try dashboard()
        var count = 0
        for panel in document["panels"]?.elements ?? [] {
            for target in panel["targets"]?.elements ?? [] {
                check(try #require(target["expr"]?.text), known)
                count += 1
            }
        }
        #expect(count > 20)
        for variable in document["templating"]?["list"]?.elements ?? [] {
            if let query = variable["query"]?["query"]?.text { check(query, known) }
        }
    }

    @Test("the dashboard is one: panels with a title each, in places of their own, on a data source that is chosen")
    func dashboardForm() throws {
        let document = try dashboard()
        #expect(document["schemaVersion"]?.number ?? 0 >= 36)
        #expect(document["uid"]?.text == "numawatch")
        let panels = try #require(document["panels"]?.elements)
        var ids: Set<Double> = []
        var taken: Set<[Int]> = []
        for panel in panels {
            let title = try #require(panel["title"]?.text)
            #expect(ids.insert(try #require(panel["id"]?.number)).inserted, "\(title)")
            let place = try #require(panel["gridPos"])
            let (x, y, width, height) = (
                Int(place["x"]?.number ?? -1), Int(place["y"]?.number ?? -1), Int(place["w"]?.number ?? 0),
                Int(place["h"]?.number ?? 0)
            )
            #expect(x >= 0 && x + width <= 24 && width > 0 && height > 0, "\(title)")
            for column in x..<(x + width) {
                for line in y..<(y + height) {
                    #expect(taken.insert([column, line]).inserted, "\(title) overlaps another")
                }
            }
            guard panel["type"]?.text != "row" else { continue }
            #expect(["timeseries", "stat", "table"].contains(panel["type"]?.text ?? ""), "\(title)")
            #expect(panel["description"]?.text?.isEmpty == false, "\(title)")
            #expect(panel["datasource"]?["uid"]?.text == "${datasource}", "\(title)")
            #expect(panel["targets"]?.elements?.isEmpty == false, "\(title)")
        }
        let variables = document["templating"]?["list"]?.elements?.compactMap { $0["name"]?.text }
        #expect(variables == ["datasource", "job", "instance", "group"])
    }

    @Test("every variable that a query uses is one of the dashboard")
    func dashboardVariables() throws {
        let text = try text("monitoring/grafana/numawatch.json")
        for part in text.split(separator: "$", omittingEmptySubsequences: false).dropFirst() {
            let name = part.drop { $0 == "{" }.prefix { $0.isLetter }
            #expect(["datasource", "job", "instance", "group"].contains(name), "$\(name)")
        }
    }

    @Test("every alert has a runbook: what it means, how to see it, what to do; and no runbook is without an alert")
    func runbooks() throws {
        let alerts = try rules().split(separator: "\n").filter { $0.contains("- alert: ") }.compactMap {
            $0.split(separator: " ").last.map(String.init)
        }
        #expect(alerts.count >= 7 && Set(alerts).count == alerts.count)
        let sections = try text("docs/alerts.md").split(separator: "\n## ").dropFirst()
        #expect(sections.map { String($0.prefix { $0 != "\n" }) } == alerts)
        for section in sections {
            for part in ["**Means.**", "**See.**", "**Do.**"] {
                #expect(section.contains(part), "\(section.prefix { $0 != "\n" })")
            }
        }
        let links = try rules().split(separator: "\n").filter { $0.contains("runbook: ") }.compactMap {
            $0.split(separator: "#").last.map(String.init)
        }
        #expect(links == alerts.map { $0.lowercased() })
    }

    @Test("rules are for the local share of hint faults nowhere: it says nothing of locality")
    func noLocalFaults() throws {
        for text in [try rules(), try text("monitoring/grafana/numawatch.json")] {
            #expect(!text.contains("hint_faults_local") && !text.contains("local_fault_ratio"))
        }
    }
}
