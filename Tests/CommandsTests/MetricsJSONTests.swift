import Exposition
import FixtureSupport
import LinuxSystem
import Testing
import TextOutput

@testable import Commands

struct MetricsJSONTests {
    @Test func `the metrics as JSON are the samples of the text, with their labels and values`() async throws {
        let root = try HostRoots.open("\(Fixture.directory)/cases/shared-memory-counted-per-process.tar.xz")
        let source = LocalSource(root: root)
        let text = String(decoding: try await source.metrics(.prometheus), as: UTF8.self)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let document = try #require(JSONValue(await source.metrics(.json)))
        let samples = try #require(document["samples"]?.elements)
        #expect(samples.count == lines.count)
        for (line, sample) in zip(lines, samples) {
            let name = try #require(sample["name"]?.text)
            #expect(line.hasPrefix(name))
            #expect(sample["value"]?.number == line.split(separator: " ").last.flatMap { Double($0) }, "\(line)")
            let labels = try #require(sample["labels"]?.members)
            #expect(labels.isEmpty == !line.contains("{"))
            for (label, value) in labels { #expect(line.contains("\(label)=\"\(value.text ?? "")\""), "\(line)") }
        }
        #expect(samples.contains { !($0["labels"]?.members ?? [:]).isEmpty })
    }
}
