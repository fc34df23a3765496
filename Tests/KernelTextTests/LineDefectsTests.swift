import Testing

@testable import KernelText

/// Files that are cut or odd: what is not understood costs its line.
@Suite struct LineDefectsTests {
    private func counters(_ text: String, _ defects: inout LineDefects) throws(KernelTextError) -> [String: UInt64] {
        var bytes = Array(text.utf8)
        return try WholeLines.parse(&bytes, defects: &defects) { span throws(KernelTextError) in
            var found: [String: UInt64] = [:]
            try CounterLines.forEach(span, file: .vmstat) { name, value in found[span.text(name)] = value }
            return found
        }
    }

    // The text, what is left of it, and how many lines are not.
    @Test(
        "Whole lines are read, others are left out and counted",
        arguments: [
            ("a 1\nb 2\n", ["a": 1, "b": 2], 0), ("a 1\nb\nc 3\n", ["a": 1, "c": 3], 1),
            ("x\na 1\ny z\nb 2", ["a": 1], 3), ("a 1\nb 2\0\nc 3\n", ["a": 1, "c": 3], 1),
            ("a 1\n\0\0\0", ["a": 1], 0), ("", [:], 0), ("\n\n", [:], 0),
        ] as [(String, [String: UInt64], Int)])
    func lines(text: String, expected: [String: UInt64], odd: Int) throws {
        var defects = LineDefects()
        #expect(try counters(text, &defects) == expected)
        #expect(defects.count == odd)
        #expect(defects.isEmpty == (odd == 0))
    }

    @Test("A text of which nothing is understood is an error, and so is one that is odd throughout")
    func noise() {
        var defects = LineDefects()
        #expect(throws: KernelTextError.self) { try counters("noise", &defects) }
        let odd = String(repeating: "x\n", count: WholeLines.mostDefects + 1)
        #expect(throws: KernelTextError.self) { try counters("a 1\n" + odd, &defects) }
        #expect(defects.isEmpty)
    }

    @Test("The first defect is named with the place it has in the file")
    func text() throws {
        var defects = LineDefects()
        _ = try counters("a 1\nb x\nc y\nd 4\n", &defects)
        #expect(defects.text == "2 lines are left out, the first: value at byte 6: expected a decimal number")
    }

    @Test("A field the file cannot do without stays missing")
    func missingField() {
        var defects = LineDefects()
        var bytes = Array("cpu0 0 0\n".utf8)
        #expect(throws: KernelTextError.self) {
            try WholeLines.parse(&bytes, defects: &defects, extent: Schedstat.block(_:around:)) {
                span throws(KernelTextError) in try Schedstat(parsing: span)
            }
        }
    }

    // Each line of a schedstat in turn is damaged: the CPU it belongs to is gone, no other CPU gains or loses a domain.
    @Test("An odd line of schedstat costs its CPU", arguments: 2..<8)
    func schedstat(line: Int) throws {
        let zeros = String(repeating: " 0", count: 36)
        var lines = ["version 16", "timestamp 1"]
        for cpu in 0..<2 {
            lines += ["cpu\(cpu) 0 0 0 0 0 0 0 0 0", "domain0 \(cpu + 1)\(zeros)", "domain1 3\(zeros)"]
        }
        lines[line] += "x"
        var bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        var defects = LineDefects()
        let read = try WholeLines.parse(&bytes, defects: &defects, extent: Schedstat.block(_:around:)) {
            span throws(KernelTextError) in try Schedstat(parsing: span)
        }
        #expect(defects.count == 1)
        #expect(read.cpus.map(\.cpu) == [line < 5 ? 1 : 0])
        #expect(read.cpus.map(\.domains.count) == [2])
    }

    @Test("Values, lists and masks end before NULs and blanks")
    func endings() throws {
        for ending in ["", "\n", "\n\0", "\0\0", " \n \0"] {
            #expect(try CPUList.parse(Array("0-3,8\(ending)".utf8).span) == [0...3, 8...8])
            #expect(try CPUMask.parse(Array("0f\(ending)".utf8).span) == [0...3])
            #expect(try ScalarFile.signed(Array("-1\(ending)".utf8).span, field: "x") == -1)
            #expect(try NodeDistance.parse(Array("10 20\(ending)".utf8).span) == [10, 20])
        }
        #expect(throws: KernelTextError.self) { try CPUList.parse(Array("0\u{0}-3\n".utf8).span) }
    }

    @Test("numa_maps leaves out odd lines where it is asked to, and ends at NULs")
    func numaMaps() throws {
        var reader = NUMAMapsReader()
        var defects = LineDefects()
        var pages: UInt64 = 0
        let bytes = Array(
            "00400000 default anon=1 N0=1 kernelpagesize_kB=4\nx\n00500000 default anon=2 N1=2 kernelpagesize_kB=4\n\0\0"
                .utf8)
        for start in stride(from: 0, to: bytes.count, by: 7) {
            let chunk = Array(bytes[start..<min(start + 7, bytes.count)])
            try reader.feed(chunk.span, defects: &defects) { line, _ in pages += line.residentPages }
        }
        try reader.finish()
        #expect(pages == 3 && defects.count == 1 && reader.lineCount == 2)
        #expect(defects.first?.byteOffset == 49)
    }
}
