import FixtureSupport
import Foundation
import LinuxSystem
import Testing
import Tracing

/// What a trace says is taken for what it is, or refused: no number in it ends the program.
@Suite struct TraceTests {
    private static let text = Extremes(TraceSample.text)

    @Test(arguments: Extremes.numbers)
    func `no number of a trace traps in a replay`(number: String) {
        for root in [ExtremeHost.root, nil] { Exercise.replay(Self.text.replacing(by: number), root: root) }
        guard Extremes.farthest.contains(number) else { return }
        for column in 0..<Self.text.columns {
            Exercise.replay(Self.text.replacing(column: column, by: number), root: nil)
        }
    }

    @Test(arguments: Extremes.numbers)
    func `nor in a story`(number: String) throws {
        let directory = try TemporaryDirectory.make()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/trace"
        let columns = Extremes.farthest.contains(number) ? 0..<Self.text.columns : 0..<0
        for column in [nil] + columns.map(Optional.some) {
            try Data(Self.text.replacing(column: column, by: number)).write(to: URL(fileURLWithPath: path))
            Exercise.story(path, root: column == nil ? ExtremeHost.root : nil)
        }
    }

    @Test func `the sample holds every kind of event`() throws {
        var reader = try TraceReader(MemoryTrace(TraceSample.text))
        var records: [TraceRecord] = []
        while reader.next(into: &records) {}
        #expect(reader.diagnostics.unusableLines == 0)
        let printed = TraceEventKind.allCases.filter { $0 != .print && $0 != .free }
        #expect(printed.filter { reader.diagnostics.count(of: $0) == 0 } == [])
        #expect(Self.text.count > 300)
    }
}
