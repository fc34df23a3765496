import BalancingModel
import Testing
import Tracing

/// The beginnings of lines: three programs, many versions, and names that look like the rest of a line.
@Suite struct FtraceHeaderTests {
    private static let fault = "misplaced: (mpol_misplaced+0x4/0x220) addr=0x1000"

    @Test(arguments: [
        // The kernel with the irq-info column of 6.x, 5.x, and without it.
        "              wl-221     [002] ...1.     3.575210: \(fault)",
        "              wl-221     [002] ...1     3.575210: \(fault)",
        "              wl-221     [002]     3.575210: \(fault)",
        // With TGIDs: unknown, known, in two widths.
        "              wl-221     (-------) [002] ...1.     3.575210: \(fault)",
        "              wl-221     (-----) [002] ...1.     3.575210: \(fault)",
        "              wl-221     (    213) [002] ...1.     3.575210: \(fault)",
        // trace-cmd report, with and without flags, with its padding behind the name.
        "              wl-221   [002]     3.575210: misplaced:            (mpol_misplaced+0x4) addr=0x1000",
        "              wl-221   [002] ...1.     3.575210: misplaced:      (mpol_misplaced+0x4) addr=0x1000",
        "              wl-221   [002] ...1.     3.575210: misplaced:      (ffffffff8113f2b4) addr=0x1000",
        // perf script: thread, process and thread, an event period, an address for the place.
        "              wl     221 [002]     3.575210:     numawatch:misplaced: (ffffffffa1) addr=0x1000",
        "              wl     213/221     [002]     3.575210: numawatch:misplaced: (ffffffffa1) addr=0x1000",
        // Blanks changed by another program.
        "wl-221 [002] 3.575210: \(fault)",
        "wl 221 [002] 3.575210: numawatch:\(fault)",
        "\twl-221\t[002]\t...1.\t3.575210:\t\(fault)",
        // Carriage return.
        "              wl-221     [002] ...1.     3.575210: \(fault)\r",
    ])
    func readsAllFormsOfTheBeginningOfALine(line: String) {
        #expect(event(line) == event(3_575_210, tid: 221, cpu: 2, .misplaced(address: 0x1000)))
    }

    @Test(arguments: [
        "<idle>", "a b", "a-1", "-1 [000] 1.1: a", "[000] 1.1: b:", "1-2-3-4", "(99) [000] 9.9:", ":::::",
        "x [1] 2.0: y: z",
        "---------------", "               ", "123456789012345", "ünïcödé",
    ])
    func readsLinesOfTasksCalledAnything(name: String) {
        let padding = String(repeating: " ", count: 16 - name.utf8.count)
        let kernel = "\(padding)\(name)-221     [002] ...1.     3.575210: \(Self.fault)"
        #expect(event(kernel) == event(3_575_210, tid: 221, cpu: 2, .misplaced(address: 0x1000)))
        let perf = "\(padding)\(name)   213/221   [002]     3.575210: numawatch:\(Self.fault)"
        #expect(event(perf) == event(3_575_210, tid: 221, cpu: 2, .misplaced(address: 0x1000)))
        let trimmed = "\(name)-221     [002] ...1.     3.575210: \(Self.fault)"
        #expect(event(trimmed) == event(3_575_210, tid: 221, cpu: 2, .misplaced(address: 0x1000)))
    }

    @Test(arguments: [
        ("3.575210", UInt64(3_575_210_000), "3.575210"),
        ("    3.575210123", 3_575_210_123, "3.575210123"),
        ("  123.000001", 123_000_001_000, "123.000001"),
        ("0.000000", 0, "0.000000"),
        ("18446744073.709551", 18_446_744_073_709_551_000, "18446744073.709551"),
        // Clocks that count: no unit, no point.
        ("  98765", 98765, "98765"),
    ])
    func keepsTheDigitsOfTimes(text: String, nanoseconds: UInt64, printed: String) throws {
        let (records, _) = parse("              wl-221     [002] ...1. \(text): \(Self.fault)\n")
        let record = try #require(records.first)
        #expect(record.event.timeNanoseconds == nanoseconds)
        #expect(record.stamp.description == printed)
        #expect(record.stamp.isCounter == !printed.contains("."))
    }

    @Test(arguments: [
        "", " ", "wl", "wl-221", "wl-221     [002]", "              wl-221     [002] ...1.     3.575210",
        "              wl-221     [002] ...1.     3.575210:", "              wl-221     [002] ...1.     3.575210: ",
        "              wl-99999999999     [002] ...1.     3.575210: misplaced: (a) addr=0x1",
        "              wl-1     [99999999999] ...1.     3.575210: misplaced: (a) addr=0x1",
        "              wl-1     [000] ...1.     99999999999999999999.575210: misplaced: (a) addr=0x1",
        "              wl-1     [000] ...1.     3.0123456789: misplaced: (a) addr=0x1",
        "some other text", "              wl-221     [002] ...1.     3.575210: schedule <-worker_thread",
    ])
    func countsLinesThatAreNoTraceLines(line: String) {
        let (records, diagnostics) = parse(line + "\n")
        #expect(records.isEmpty)
        let isBlank = line.allSatisfy { $0 == " " }
        #expect(diagnostics.count(of: .unrecognised) == (isBlank ? 0 : 1))
        #expect(diagnostics.lines == 1)
    }

    @Test(arguments: [
        ("CPU:2 [LOST 123 EVENTS]", Int32(2), UInt64?.some(123)), ("CPU:2 [LOST EVENTS]", 2, nil),
        ("CPU:12 [123 EVENTS DROPPED]", 12, 123), ("CPU:2 [EVENTS DROPPED]", 2, nil),
        ("              wl   221 [002]     3.5: PERF_RECORD_LOST lost 123", 2, 123),
    ])
    func readsLossMarks(line: String, cpu: Int32, count: UInt64?) {
        let before = "              wl-221     [002] ...1.     3.575210: \(Self.fault)\n"
        let (records, diagnostics) = parse(before + line + "\n")
        #expect(records.last?.event == event(3_575_210, tid: 0, cpu: cpu, .lostEvents(count: count)))
        #expect(diagnostics.lossMarks == 1)
        #expect(diagnostics.lostEvents == count ?? 0)
        #expect(diagnostics.lossMarksWithoutCount == (count == nil ? 1 : 0))
        #expect(diagnostics.isLossy)
    }

    @Test func takesHeadersOfTraceCmdAndBufferNotesAsComments() {
        let (records, diagnostics) = parse("cpus=4\nCPU 2 is empty\nversion = 6\n##### CPU 1 buffer started ####\n\n")
        #expect(records.isEmpty)
        #expect(diagnostics.problems.isEmpty)
        #expect(diagnostics.commentLines == 5)
        #expect(diagnostics.headerCPUs == 4)
    }

    @Test func countsUnknownEventsByNameUpToALimit() {
        var text = ""
        for number in 0..<100 {
            text += "              wl-221     [002] ...1.     3.575210: my_event_\(number): x=1\n"
            text += "              wl-221     [002] ...1.     3.575210: sched_wakeup: comm=a pid=1\n"
        }
        let (records, diagnostics) = parse(text)
        #expect(records.isEmpty)
        #expect(diagnostics.unknownEvents.count == TraceDiagnostics.unknownNamesKept)
        #expect(diagnostics.unknownEvents.first { $0.name == "sched_wakeup" }?.count == 100)
        #expect(diagnostics.otherUnknownEvents == 37)
        #expect(!diagnostics.isLossy)
    }

    @Test func countsTimesThatGoBackAndDeliversTheEvent() {
        let text = ["3.2", "3.1", "3.3"].map { "              wl-221     [002] ...1. \($0): \(Self.fault)\n" }.joined()
        let (records, diagnostics) = parse(text)
        #expect(records.map(\.stamp.description) == ["3.2", "3.1", "3.3"])
        #expect(diagnostics.count(of: .outOfOrder) == 1)
        #expect(diagnostics.problems.first?.line == 2)
        #expect(diagnostics.problems.first?.byteOffset == UInt64(text.utf8.count / 3))
    }
}
