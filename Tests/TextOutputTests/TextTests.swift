import Testing
import TextOutput

@Suite struct ByteFormattingTests {
    private func text(_ build: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        build(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [UInt64(0), 1, 9, 10, 99, 100, 12_345, UInt64.max - 1, UInt64.max])
    func writesDecimalsAndHexadecimalsLikeTheStandardLibrary(value: UInt64) {
        #expect(text { $0.append(decimal: value) } == String(value))
        #expect(text { $0.append(hexadecimal: value) } == String(value, radix: 16))
    }

    @Test func writesNegativeNumbersAndLeadingZeros() {
        #expect(text { $0.append(decimal: Int64.min) } == String(Int64.min))
        #expect(text { $0.append(decimalMagnitude: 42, minimumDigits: 6) } == "000042")
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (1.005, 1, "1.0"), (99.9999, 2, "100.00"), (-0.25, 1, "-0.3"), (-0.001, 1, "0.0"),
        (12.5, 0, "13"), (Double.nan, 2, "nan"), (1e20, 3, "1e+20"),
    ])
    func roundsToFixedDecimals(value: Double, decimals: Int, expected: String) {
        #expect(String(fixed: value, decimals: decimals) == expected)
    }

    @Test func escapesControlCharactersOfTheTerminal() {
        #expect("a\u{1b}[31mb\n".terminalSafe == "a\\u{1b}[31mb\\n")
        #expect("\u{9b}31m\u{2066}\u{61c}\u{7f}".terminalSafe == "\\u{9b}31m\\u{2066}\\u{61c}\\u{7f}")
        #expect("a\u{9d}\nb\tc\r\n".terminalSafeLines == "a\\u{9d}\nb\\tc\\u{d}\n")
        #expect("a\nb\n".terminalSafeLines == "a\nb\n")
        #expect("\u{202e}rtl".terminalSafe == "\\u{202e}rtl")
        #expect("Käse [0]-1".terminalSafe == "Käse [0]-1")
    }
}

@Suite struct BufferedByteSinkTests {
    @Test func writesOncePerCapacityAndTheRestAtFlush() throws {
        var sink = BufferedByteSink(ByteArraySink(), capacity: 10)
        for number in 0..<10 {
            try sink.append { $0.append(decimalMagnitude: UInt64(number), minimumDigits: 4) }
        }
        #expect(sink.base.writes == 3)
        try sink.flush()
        #expect(sink.base.writes == 4)
        #expect(sink.base.bytes.count == 40)
        try sink.flush()
        #expect(sink.base.writes == 4)
    }

    private struct BrokenSink: ByteSink {
        mutating func write(_ bytes: Span<UInt8>) throws(ByteSinkError) { throw .closed }
    }

    @Test func passesTheErrorOnAndForgetsTheBytesThatCouldNotBeWritten() {
        var sink = BufferedByteSink(BrokenSink(), capacity: 4)
        #expect(throws: ByteSinkError.closed) { try sink.append { $0.append(text: "12345") } }
        #expect(throws: Never.self) { try sink.flush() }
    }
}

@Suite struct TableFormatterTests {
    @Test func alignsColumnsAndWritesNoTrailingSpaces() {
        var table = TableFormatter(columns: [.init("RULE"), .init("FAULTS", .trailing), .init("NOTE")])
        table.add(["local", "12", ""])
        table.add(["two-stage", "3456", "x"])
        #expect(table.render() == "RULE       FAULTS  NOTE\nlocal          12\ntwo-stage    3456  x\n")
    }

    @Test func cutsFlexibleColumnsAtTheLimit() {
        var table = TableFormatter(
            columns: [.init("TID", .trailing), .init("COMMAND", isFlexible: true, minimumWidth: 4)], widthLimit: 12)
        table.add(["1", "a very long name"])
        let lines = table.render().split(separator: "\n")
        #expect(lines == ["TID  COMMAND", "  1  a very…"])
    }

    @Test func countsWideAndCombiningCharactersAsTheTerminalDoes() {
        #expect(TableFormatter.width(of: "日本") == 4)
        #expect(TableFormatter.width(of: "e\u{301}") == 1)
        #expect(TableFormatter.width(of: "…") == 1)
    }

    @Test func fillsMissingCellsAndEscapesControlCharacters() {
        var table = TableFormatter(columns: [.init(""), .init("")], indent: 2)
        table.add(["a\tb"])
        table.add(["c", "d", "ignored"])
        #expect(table.render() == "  a\\tb\n  c     d\n")
    }
}
