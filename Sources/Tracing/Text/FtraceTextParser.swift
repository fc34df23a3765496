import BalancingModel

/// Reads the text of a trace: the kernel's `trace` file, `trace-cmd report`, or `perf script`.
///
/// The text comes in chunks of any size, cut anywhere; lines are carried over from one to the next. Memory is bounded
/// by the longest line allowed, the chunk, and the records it holds.
///
/// ```
/// var parser = FtraceTextParser()
/// var records: [TraceRecord] = []
/// while let chunk = try source.next() {
///     records.removeAll(keepingCapacity: true)
///     parser.parse(chunk, into: &records)
///     …
/// }
/// parser.finish()
/// ```
///
/// What a line holds that is not understood is counted in `diagnostics`, with the place of the first few. Nothing a
/// trace holds makes the parser fail. Time is proportional to the bytes.
package struct FtraceTextParser: Sendable {
    /// The longest line that is read; longer ones are counted and skipped. Marks of the largest machines (1,024 nodes,
    /// 90 bytes each) would have 92 KiB, but no kernel accepts one above 8 KiB.
    package static var maximumLineBytes: Int { 64 * 1024 }

    package private(set) var diagnostics = TraceDiagnostics()
    private let schemas: [EventSchema]
    private let names: [PackedName]
    /// The beginning of a line whose end has not come yet.
    private var carried: [UInt8] = []
    /// True while the rest of a line that is too long is skipped.
    private var isSkipping = false
    /// The place of the line being read or carried.
    private var lineStart: UInt64 = 0
    private var unknownNames: [PackedName] = []
    private var latest: UInt64 = 0
    private var marks = MarkJoiner()

    package init() {
        schemas = EventSchema.makeAll()
        names = schemas.map(\.name)
    }

    /// Bytes waiting for the end of their line: never more than `maximumLineBytes`.
    package var carriedBytes: Int { carried.count }

    /// Reads the lines that end in `chunk` and appends their events to `records`.
    package mutating func parse(_ chunk: Span<UInt8>, into records: inout [TraceRecord]) {
        diagnostics.bytes += UInt64(chunk.count)
        var start = 0
        let count = chunk.count
        if isSkipping || !carried.isEmpty {
            guard let end = Self.endOfLine(chunk, 0) else {
                carry(chunk)
                return
            }
            if isSkipping {
                isSkipping = false
                lineStart += UInt64(end + 1)
            } else {
                carry(chunk.extracting(0..<end))
                if isSkipping {
                    isSkipping = false
                    lineStart += UInt64(end + 1)
                } else {
                    var line: [UInt8] = []
                    swap(&line, &carried)
                    self.line(line.span, into: &records)
                    lineStart += UInt64(line.count + 1)
                    line.removeAll(keepingCapacity: true)
                    swap(&line, &carried)
                }
            }
            start = end + 1
        }
        while start < count {
            guard let end = Self.endOfLine(chunk, start) else { break }
            if end - start <= Self.maximumLineBytes {
                line(chunk.extracting(start..<end), into: &records)
            } else {
                diagnostics.lines += 1
                add(.oversized)
            }
            lineStart += UInt64(end + 1 - start)
            start = end + 1
        }
        if start < count { carry(chunk.extracting(start..<count)) }
    }

    /// Ends the input. A last line without its newline may have lost the end of a number: it is counted as cut off and
    /// not used.
    package mutating func finish() {
        if !carried.isEmpty {
            diagnostics.lines += 1
            add(.truncated)
            lineStart += UInt64(carried.count)
            carried.removeAll()
        }
        isSkipping = false
        marks = MarkJoiner()
    }

    // MARK: Lines

    @inline(__always)
    private static func endOfLine(_ chunk: Span<UInt8>, _ start: Int) -> Int? {
        var offset = start
        while offset < chunk.count {
            if chunk[offset] == 0x0a { return offset }
            offset += 1
        }
        return nil
    }

    private mutating func carry(_ piece: Span<UInt8>) {
        if isSkipping {
            lineStart += UInt64(piece.count)
            return
        }
        if carried.count + piece.count > Self.maximumLineBytes {
            diagnostics.lines += 1
            add(.oversized)
            lineStart += UInt64(carried.count + piece.count)
            carried.removeAll()
            isSkipping = true
            return
        }
        carried.reserveCapacity(carried.count + piece.count)
        for index in piece.indices { carried.append(piece[index]) }
    }

    @inline(__always)
    private mutating func line(_ whole: Span<UInt8>, into records: inout [TraceRecord]) {
        diagnostics.lines += 1
        var line = whole
        if line.count > 0, line[line.count - 1] == 0x0d { line = line.extracting(0..<(line.count - 1)) }
        guard line.count > 0, line[0] != UInt8(ascii: "#"), let header = LineHeader.parse(line) else {
            special(line, into: &records)
            return
        }
        for index in names.indices where names[index] == header.name {
            known(line, header, index, into: &records)
            return
        }
        unknown(line, header, into: &records)
    }

    @inline(__always)
    private mutating func known(
        _ line: Span<UInt8>, _ header: LineHeader, _ index: Int, into records: inout [TraceRecord]
    ) {
        if index >= Int(TraceEventKind.mark.rawValue) {
            var text = header.payload
            TextScanner.skipBlanks(line, &text)
            if index == Int(TraceEventKind.print.rawValue) {
                // `print: tracing_mark_write: SCHED …`
                while text + 1 < line.count, line[text] != UInt8(ascii: ":") || line[text + 1] != 0x20 { text += 1 }
                text = min(text + 2, line.count)
            }
            mark(line, header, text, into: &records)
            return
        }
        guard let payload = EventPayload.parse(line, from: header.payload, schemas[index]) else {
            add(.malformedFields, schemas[index].kind)
            return
        }
        switch payload {
        case .hintFault(_, _, _, _, .some): diagnostics.hintFaultsWithJiffies += 1
        case .scanWork(.some), .scanDone(.some): diagnostics.scansWithJiffies += 1
        default: break
        }
        diagnostics.eventCounts[index] += 1
        deliver(header, payload, into: &records)
    }

    @inline(__always)
    private mutating func deliver(
        _ header: LineHeader, _ payload: BalancingEvent.Payload, into records: inout [TraceRecord]
    ) {
        let time = header.stamp.nanoseconds
        if diagnostics.firstStamp == nil {
            diagnostics.firstStamp = header.stamp
            diagnostics.form = header.isPerf ? .perfScript : .ftrace
            latest = time
        }
        if time < latest {
            add(.outOfOrder)
        } else {
            if time - latest > diagnostics.longestGapNanoseconds {
                diagnostics.longestGapNanoseconds = time - latest
                diagnostics.longestGapLine = diagnostics.lines
            }
            latest = time
        }
        diagnostics.lastStamp = header.stamp
        if header.cpu > diagnostics.highestCPU ?? -1 { diagnostics.highestCPU = header.cpu }
        records.append(
            TraceRecord(
                event: BalancingEvent(timeNanoseconds: time, tid: header.tid, cpu: header.cpu, payload: payload),
                stamp: header.stamp))
    }

    private mutating func add(_ kind: TraceDiagnostics.Problem.Kind, _ event: TraceEventKind? = nil) {
        diagnostics.add(.init(kind: kind, line: diagnostics.lines, byteOffset: lineStart, event: event))
    }

    // MARK: Marks

    private mutating func mark(
        _ line: Span<UInt8>, _ header: LineHeader, _ start: Int, into records: inout [TraceRecord]
    ) {
        let text = line.extracting(min(start, line.count)..<line.count)
        switch marks.content(text, writer: header.tid) {
        case .ledger(let mark):
            diagnostics.ledgerMarks += 1
            diagnostics.eventCounts[Int(TraceEventKind.mark.rawValue)] += 1
            deliver(header, .mark(mark), into: &records)
        case .vmstat(let counters):
            diagnostics.vmstatMarks += 1
            diagnostics.eventCounts[Int(TraceEventKind.mark.rawValue)] += 1
            deliver(header, .vmstat(counters), into: &records)
        case .malformed: add(.malformedFields, .mark)
        case .foreign: diagnostics.foreignMarks += 1
        }
    }

    // MARK: Everything else

    @inline(never)
    private mutating func unknown(_ line: Span<UInt8>, _ header: LineHeader, into records: inout [TraceRecord]) {
        var text = header.payload
        TextScanner.skipBlanks(line, &text)
        if MarkText.isLedger(line, text) || MarkText.isVmstat(line, text) {
            mark(line, header, text, into: &records)
            return
        }
        let length = header.nameEnd - header.nameStart
        for index in unknownNames.indices
        where unknownNames[index] == header.name && diagnostics.unknownEvents[index].name.utf8.count == length {
            diagnostics.unknownEvents[index].count += 1
            return
        }
        guard unknownNames.count < TraceDiagnostics.unknownNamesKept else {
            diagnostics.otherUnknownEvents += 1
            return
        }
        unknownNames.append(header.name)
        let name = MarkText.text(line.extracting(header.nameStart..<min(header.nameEnd, header.nameStart + 128)))
        diagnostics.unknownEvents.append(.init(name: name, count: 1))
    }

    /// Comments, headers, loss marks, and lines that are nothing of these.
    @inline(never)
    private mutating func special(_ line: Span<UInt8>, into records: inout [TraceRecord]) {
        var offset = 0
        TextScanner.skipBlanks(line, &offset)
        if offset == line.count {
            diagnostics.commentLines += 1
        } else if line[offset] == UInt8(ascii: "#") {
            diagnostics.commentLines += 1
            headerComment(line)
        } else if let loss = LossMark.parse(line) {
            diagnostics.lossMarks += 1
            if let count = loss.count {
                let (sum, overflow) = diagnostics.lostEvents.addingReportingOverflow(count)
                diagnostics.lostEvents = overflow ? .max : sum
            } else {
                diagnostics.lossMarksWithoutCount += 1
            }
            let stamp = diagnostics.lastStamp ?? TraceStamp(nanoseconds: 0, fractionDigits: 6)
            records.append(
                TraceRecord(
                    event: BalancingEvent(
                        timeNanoseconds: stamp.nanoseconds, tid: 0, cpu: loss.cpu,
                        payload: .lostEvents(count: loss.count)), stamp: stamp))
        } else if let cpus = Self.cpusHeader(line) {
            diagnostics.commentLines += 1
            diagnostics.headerCPUs = cpus
        } else if TextScanner.matches(line, at: 0, "CPU ") || TextScanner.matches(line, at: 0, "version = ") {
            // `CPU 2 is empty`, `version = 6`: trace-cmd.
            diagnostics.commentLines += 1
        } else {
            add(.unrecognised)
        }
    }

    /// `cpus=4`: trace-cmd.
    private static func cpusHeader(_ line: Span<UInt8>) -> Int? {
        guard TextScanner.matches(line, at: 0, "cpus=") else { return nil }
        var offset = 5
        guard let value = TextScanner.decimal(line, &offset), offset == line.count else { return nil }
        return Int(exactly: value)
    }

    /// `# entries-in-buffer/entries-written: 36929/36929   #P:4`
    private mutating func headerComment(_ line: Span<UInt8>) {
        let key = "# entries-in-buffer/entries-written: "
        guard TextScanner.matches(line, at: 0, key) else { return }
        var offset = key.utf8.count
        guard let held = TextScanner.decimal(line, &offset), TextScanner.matches(line, at: offset, "/") else { return }
        offset += 1
        guard let written = TextScanner.decimal(line, &offset) else { return }
        diagnostics.entriesInBuffer = held
        diagnostics.entriesWritten = written
        TextScanner.skipBlanks(line, &offset)
        guard TextScanner.matches(line, at: offset, "#P:") else { return }
        offset += 3
        diagnostics.headerCPUs = TextScanner.decimal(line, &offset).flatMap { Int(exactly: $0) }
    }
}
