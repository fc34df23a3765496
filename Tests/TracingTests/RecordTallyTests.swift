import BalancingModel
import LinuxSystem
import Testing

@testable import Tracing

@Suite("What a recording holds, by kind")
struct RecordTallyTests {
    private static let kinds = Dictionary(
        uniqueKeysWithValues: TraceEventKind.allCases.map { (SyntheticFormats.format($0).id, $0) })

    @Test("events are counted by kind, and the recording's own marks are none")
    func counts() throws {
        var writer = RingPageWriter()
        for time in 1...500 as ClosedRange<UInt64> {
            writer.append(
                BalancingEvent(timeNanoseconds: time * 1000, tid: 7, cpu: 0, payload: .scanDone(jiffies: nil)))
            writer.append(BalancingEvent(timeNanoseconds: time * 1000 + 1, tid: 7, cpu: 0, payload: .exit(pid: 7)))
            writer.append(
                BalancingEvent(timeNanoseconds: time * 1000 + 2, tid: 7, cpu: 0, payload: .vmstat([])),
                markText: Array("VMSTAT".utf8))
        }
        writer.finishPage()
        var tally = try RecordTally(SyntheticFormats.page, Self.kinds)
        let size = SyntheticFormats.page.pageBytes
        for start in stride(from: 0, to: writer.finished.count, by: size) {
            tally.add(writer.finished[start..<min(start + size, writer.finished.count)].span)
        }
        #expect(tally.counts == [.scanDone: 500, .exit: 500])
    }

    @Test("a page that cannot be understood counts nothing")
    func damage() throws {
        var tally = try RecordTally(SyntheticFormats.page, Self.kinds)
        tally.add([UInt8](repeating: 0xff, count: 4096).span)
        tally.add([UInt8]().span)
        #expect(tally.counts.isEmpty)
    }
}
