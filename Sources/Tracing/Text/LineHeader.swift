/// The beginning of a trace line: which task, on which CPU, when, and the event's name.
///
/// Three programs print it, one of them in two forms:
///
/// ```
///             wl-221     [002] .....     3.575210: hint_fault: (…) …          the kernel, with the irq-info column
///             wl-221     (    213) [002] 3.575210: hint_fault: …              with TGIDs, without irq-info
///             wl-221   [002]     3.575210: hint_fault:      (…) …             trace-cmd report
///       wl-221     2d..2.     3.575210: hint_fault: (…) …          trace-cmd report -l
///             wl   213/221   [002]     3.575210: numawatch:hint_fault: (…) …  perf script
/// ```
///
/// A command name may hold anything, even text that looks like the rest of such a line. But most print it right
/// aligned in 16 columns and it has at most 15 bytes, so the byte behind it is byte 16 of the line: that is tried first.
/// Only where it does not fit (another program changed the blanks) is the end of the name searched: the last position
/// up to byte 16 from where on the line makes sense, else the first one behind.
struct LineHeader {
    var tid: Int32
    var cpu: Int32
    var stamp: TraceStamp
    /// The event's name without its group; `nameStart..<nameEnd` in the line.
    var name: PackedName
    var nameStart: Int
    var nameEnd: Int
    /// Where the event's text begins.
    var payload: Int
    /// True for the form of `perf script`.
    var isPerf: Bool

    /// Columns of the command name.
    private static var nameColumns: Int { 16 }
    /// Where the search for the end of a command name gives up.
    private static var searchLimit: Int { 64 }

    @inline(__always)
    static func parse(_ line: Span<UInt8>) -> LineHeader? {
        if line.count > nameColumns {
            let byte = line[nameColumns]
            if byte == UInt8(ascii: "-") {
                if let header = afterDash(line, nameColumns + 1) { return header }
            } else if TextScanner.isBlank(byte) {
                if let header = afterBlank(line, nameColumns) { return header }
            }
        }
        return search(line)
    }

    @inline(never)
    private static func search(_ line: Span<UInt8>) -> LineHeader? {
        let near = min(nameColumns, line.count - 1)
        if near >= 0 {
            for offset in stride(from: near, through: 0, by: -1) {
                if let header = candidate(line, offset) { return header }
            }
            for offset in stride(from: near + 1, to: min(searchLimit, line.count), by: 1) {
                if let header = candidate(line, offset) { return header }
            }
        }
        return nil
    }

    private static func candidate(_ line: Span<UInt8>, _ offset: Int) -> LineHeader? {
        if line[offset] == UInt8(ascii: "-") { return afterDash(line, offset + 1) }
        if TextScanner.isBlank(line[offset]) { return afterBlank(line, offset) }
        return nil
    }

    /// `221     [002] …`, behind the dash.
    @inline(__always)
    private static func afterDash(_ line: Span<UInt8>, _ start: Int) -> LineHeader? {
        var offset = start
        guard let tid = taskID(line, &offset) else { return nil }
        return afterTask(line, offset, tid: tid, isPerf: false)
    }

    /// `  213/221   [002] …` or `  221 [002] …`, from the blank behind the command name.
    private static func afterBlank(_ line: Span<UInt8>, _ start: Int) -> LineHeader? {
        var offset = start
        TextScanner.skipBlanks(line, &offset)
        guard var tid = taskID(line, &offset) else { return nil }
        if offset < line.count, line[offset] == UInt8(ascii: "/") {
            offset += 1
            guard let thread = taskID(line, &offset) else { return nil }
            tid = thread
        }
        return afterTask(line, offset, tid: tid, isPerf: true)
    }

    @inline(__always)
    private static func taskID(_ line: Span<UInt8>, _ offset: inout Int) -> Int32? {
        guard let value = TextScanner.decimal(line, &offset) else { return nil }
        return Int32(exactly: value)
    }

    /// `  (  213) [002] .....     3.575210: hint_fault: …`
    @inline(__always)
    private static func afterTask(_ line: Span<UInt8>, _ start: Int, tid: Int32, isPerf: Bool) -> LineHeader? {
        var offset = start
        TextScanner.skipBlanks(line, &offset)
        guard offset > start else { return nil }
        if offset < line.count, line[offset] == UInt8(ascii: "(") {
            while offset < line.count, line[offset] != UInt8(ascii: ")") { offset += 1 }
            offset += 1
            TextScanner.skipBlanks(line, &offset)
        }
        guard offset < line.count else { return nil }
        if line[offset] != UInt8(ascii: "[") {
            return isPerf ? nil : afterTaskWithFlags(line, offset, tid: tid)
        }
        offset += 1
        guard let number = TextScanner.decimal(line, &offset), let cpu = Int32(exactly: number),
            offset < line.count, line[offset] == UInt8(ascii: "]")
        else { return nil }
        offset += 1
        guard let stamp = time(line, &offset) else { return nil }
        return eventName(line, offset, tid: tid, cpu: cpu, stamp: stamp, isPerf: isPerf)
    }

    /// `2d..2.     3.575210: hint_fault: …`: the CPU and the flags are one word.
    @inline(never)
    private static func afterTaskWithFlags(_ line: Span<UInt8>, _ start: Int, tid: Int32) -> LineHeader? {
        var offset = start
        guard let number = TextScanner.decimal(line, &offset), let cpu = Int32(exactly: number) else { return nil }
        let flags = offset
        while offset < line.count, !TextScanner.isBlank(line[offset]) {
            if line[offset] == UInt8(ascii: ":") { return nil }
            offset += 1
        }
        // Interrupts, rescheduling, context, preemption and migration: never fewer.
        guard offset - flags >= 4, let stamp = time(line, &offset) else { return nil }
        return eventName(line, offset, tid: tid, cpu: cpu, stamp: stamp, isPerf: false)
    }

    /// The time with its colon, behind up to three words of flags.
    @inline(__always)
    private static func time(_ line: Span<UInt8>, _ offset: inout Int) -> TraceStamp? {
        for _ in 0..<4 {
            TextScanner.skipBlanks(line, &offset)
            guard offset < line.count else { return nil }
            if TextScanner.isDigit(line[offset]) {
                if let stamp = stamp(line, &offset) { return stamp }
            }
            while offset < line.count, !TextScanner.isBlank(line[offset]) { offset += 1 }
        }
        return nil
    }

    @inline(__always)
    private static func stamp(_ line: Span<UInt8>, _ offset: inout Int) -> TraceStamp? {
        guard let whole = TextScanner.decimal(line, &offset), offset < line.count else { return nil }
        if line[offset] == UInt8(ascii: ":") {
            offset += 1
            return TraceStamp(nanoseconds: whole, fractionDigits: 0)
        }
        guard line[offset] == UInt8(ascii: ".") else { return nil }
        offset += 1
        let start = offset
        guard var fraction = TextScanner.decimal(line, &offset), offset < line.count,
            line[offset] == UInt8(ascii: ":"), offset - start <= 9
        else { return nil }
        let digits = offset - start
        offset += 1
        if digits == 6 {
            fraction *= 1000
        } else {
            for _ in digits..<9 { fraction *= 10 }
        }
        let (seconds, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = seconds.addingReportingOverflow(fraction)
        if overflow || carry { return nil }
        return TraceStamp(nanoseconds: sum, fractionDigits: UInt8(truncatingIfNeeded: digits))
    }

    /// `hint_fault:` or `numawatch:hint_fault:`; a colon ends the name if a blank or the line's end follows it.
    @inline(__always)
    private static func eventName(
        _ line: Span<UInt8>, _ start: Int, tid: Int32, cpu: Int32, stamp: TraceStamp, isPerf: Bool
    ) -> LineHeader? {
        var offset = start
        TextScanner.skipBlanks(line, &offset)
        var name = PackedName()
        var nameStart = offset
        while offset < line.count {
            let byte = line[offset]
            if byte == UInt8(ascii: ":") {
                let next = offset + 1
                if next == line.count || TextScanner.isBlank(line[next]) {
                    guard offset > nameStart else { return nil }
                    return LineHeader(
                        tid: tid, cpu: cpu, stamp: stamp, name: name, nameStart: nameStart, nameEnd: offset,
                        payload: next, isPerf: isPerf)
                }
                name = PackedName()
                nameStart = next
            } else if TextScanner.isBlank(byte) {
                return nil
            } else {
                name.append(byte)
            }
            offset += 1
        }
        return nil
    }
}
