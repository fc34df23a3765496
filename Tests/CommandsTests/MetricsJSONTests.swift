import FixtureSupport
import LinuxSystem
import Testing

@testable import Commands

struct MetricsJSONTests {
    @Test(arguments: [
        ("a_total 12", MetricsJSON.Sample(name: "a_total", labels: [], value: 12)),
        ("a{x=\"1\",y=\"b c\"} 0.5", MetricsJSON.Sample(name: "a", labels: [("x", "1"), ("y", "b c")], value: 0.5)),
        // A quote, a backslash and a newline inside a label's value.
        ("a{x=\"\\\"q\\\\\\n}\"} 1e3", MetricsJSON.Sample(name: "a", labels: [("x", "\"q\\\n}")], value: 1000)),
    ])
    func `a sample is read with its labels`(line: String, expected: MetricsJSON.Sample) {
        #expect(MetricsJSON.sample(line[...]) == expected)
    }

    @Test(arguments: ["", "a", "a{x=\"1\" 2", "a{x} 1", "a{x=\"1} 1", "a one", "{x=\"1\"} 1"])
    func `what is no sample is refused`(line: String) {
        #expect(MetricsJSON.sample(line[...]) == nil)
    }

    @Test func `every sample of the published page becomes one object`() throws {
        let tests = String(Fixture.directory.dropLast("Fixtures".count))
        let page = try DirectoryRoot(tests).readBytes("/ExpositionTests/Golden/metrics.prom")
        let samples = String(decoding: page, as: UTF8.self).split(separator: "\n").count { !$0.hasPrefix("#") }
        let document = String(decoding: try MetricsJSON.document(of: page), as: UTF8.self)
        #expect(document.split(separator: "{\"name\":").count - 1 == samples)
        #expect(document.contains("{\"name\":\"numawatch_processes\",\"labels\":{},\"value\":3"))
    }
}
