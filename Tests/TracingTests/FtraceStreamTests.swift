import BalancingModel
import FixtureSupport
import Testing
import Tracing

/// Chunks, cuts and noise.
@Suite struct FtraceStreamTests {
    private static let bytes = Array(sampleTrace.utf8)

    @Test(arguments: [1, 2, 3, 7, 64, 131, 1000, 4096])
    func givesTheSameInChunksOfAnySizeAsAtOnce(chunkBytes: Int) {
        let whole = parse(bytes: Self.bytes)
        let chunked = parse(bytes: Self.bytes, chunkBytes: chunkBytes)
        #expect(chunked.records == whole.records)
        #expect(chunked.diagnostics == whole.diagnostics)
    }

    @Test func survivesBeingCutAtEveryByteAndReportsIt() {
        let whole = parse(bytes: Self.bytes)
        for length in 0..<Self.bytes.count {
            let cut = parse(bytes: Array(Self.bytes[..<length]))
            #expect(cut.records == Array(whole.records.prefix(cut.records.count)))
            let endsInLine = length > 0 && Self.bytes[length - 1] != 0x0a
            #expect(cut.diagnostics.count(of: .truncated) == (endsInLine ? 1 : 0))
            #expect(cut.diagnostics.bytes == UInt64(length))
        }
    }

    @Test func survivesLinesThatLostTheirEnd() {
        // Each line cut at every byte, with the newline in place: what comes out is a prefix of sense, never a crash.
        for line in sampleTrace.split(separator: "\n") {
            let bytes = Array(line.utf8)
            for length in 0...bytes.count {
                let (records, diagnostics) = parse(bytes: Array(bytes[..<length]) + [0x0a])
                #expect(records.count <= 1)
                #expect(diagnostics.lines == 1)
            }
        }
    }

    @Test(arguments: UInt64(0)..<64)
    func survivesRandomBytes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let noise = (0..<4096).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let (_, diagnostics) = parse(bytes: noise, chunkBytes: Int.random(in: 1...700, using: &generator))
        #expect(diagnostics.bytes == 4096)
    }

    @Test(arguments: UInt64(0)..<64)
    func survivesARealTraceWithRandomBytesChanged(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bytes = Self.bytes
        for _ in 0..<(1 + Int(seed)) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                in: .min ... .max, using: &generator)
        }
        let whole = parse(bytes: bytes)
        let chunked = parse(bytes: bytes, chunkBytes: Int.random(in: 1...700, using: &generator))
        #expect(whole.records == chunked.records)
        #expect(whole.diagnostics == chunked.diagnostics)
    }

    @Test func neverCarriesMoreThanTheLongestLine() {
        var parser = FtraceTextParser()
        var records: [TraceRecord] = []
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 4000)
        for _ in 0..<100 {
            parser.parse(piece.span, into: &records)
            #expect(parser.carriedBytes <= FtraceTextParser.maximumLineBytes)
        }
        let rest = Array("\n              wl-221     [002] ...1.     3.5: misplaced: (a) addr=0x1\n".utf8)
        parser.parse(rest.span, into: &records)
        parser.finish()
        #expect(records.count == 1)
        #expect(parser.diagnostics.count(of: .oversized) == 1)
        #expect(parser.diagnostics.lines == 2)
    }

    @Test func keepsTheFirstFewProblemsOfEachKindAndCountsAll() {
        let text = String(repeating: "nonsense\n", count: 50)
        let (_, diagnostics) = parse(text)
        #expect(diagnostics.count(of: .unrecognised) == 50)
        #expect(diagnostics.problems.count == TraceDiagnostics.problemsKeptPerKind)
        #expect(diagnostics.problems.map(\.line) == Array(1...8))
        #expect(diagnostics.problems.map(\.byteOffset) == Array(stride(from: 0, through: 63, by: 9)))
    }
}
