/// A line that says events were lost.
///
/// The kernel prints `CPU:2 [LOST 123 EVENTS]` or, where it does not know how many, `CPU:2 [LOST EVENTS]`; trace-cmd
/// `CPU:2 [123 EVENTS DROPPED]` and `CPU:2 [EVENTS DROPPED]`; perf a `PERF_RECORD_LOST lost 123` record.
struct LossMark {
    var cpu: Int32
    /// Absent where the trace does not know.
    var count: UInt64?

    static func parse(_ line: Span<UInt8>) -> LossMark? {
        if TextScanner.matches(line, at: 0, "CPU:") { return bracketed(line) }
        return perfRecord(line)
    }

    private static func bracketed(_ line: Span<UInt8>) -> LossMark? {
        var offset = 4
        guard let number = TextScanner.decimal(line, &offset), let cpu = Int32(exactly: number) else { return nil }
        TextScanner.skipBlanks(line, &offset)
        guard TextScanner.matches(line, at: offset, "[") else { return nil }
        offset += 1
        let isKernels = TextScanner.matches(line, at: offset, "LOST ")
        if isKernels { offset += 5 }
        var count: UInt64?
        if offset < line.count, TextScanner.isDigit(line[offset]) {
            guard let value = TextScanner.decimal(line, &offset) else { return nil }
            count = value
            TextScanner.skipBlanks(line, &offset)
        }
        guard TextScanner.matches(line, at: offset, isKernels ? "EVENTS]" : "EVENTS DROPPED]") else { return nil }
        return LossMark(cpu: cpu, count: count)
    }

    private static func perfRecord(_ line: Span<UInt8>) -> LossMark? {
        let name = Array("PERF_RECORD_LOST".utf8)
        guard let start = (0..<min(line.count, 128)).first(where: { TextScanner.matches(line, at: $0, name) })
        else { return nil }
        var offset = start + name.count
        TextScanner.skipBlanks(line, &offset)
        var count: UInt64?
        if TextScanner.matches(line, at: offset, "lost ") {
            offset += 5
            count = TextScanner.decimal(line, &offset)
        }
        var cpu: Int32 = -1
        if let bracket = (0..<start).last(where: { line[$0] == UInt8(ascii: "[") }) {
            var digits = bracket + 1
            cpu = TextScanner.decimal(line, &digits).flatMap { Int32(exactly: $0) } ?? -1
        }
        return LossMark(cpu: cpu, count: count)
    }
}
