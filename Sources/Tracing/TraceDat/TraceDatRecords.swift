package import BalancingModel
import LinuxSystem
import SystemPackage

/// The records of a `trace.dat`, in order of time over all CPUs.
///
/// The pages of each CPU are read in blocks as they are needed, so memory does not grow with the file. A page that is
/// damaged is passed by: its CPU then has a loss of unknown size, and the first such place is the error at the end. A
/// file that is cut off gives what is in it, then the error.
package final class TraceDatRecords: TraceRecords {
    package private(set) var diagnostics = TraceDiagnostics()
    /// What the file's head says.
    package let layout: TraceDatLayout

    package let recordedKinds: EventKinds

    private let file: any StoredBytes
    private let page: TracePageFormat
    private let fractionDigits: UInt8
    private var pages: SubbufferDecoder
    private var decoder: RecordDecoder
    private var merge: EventMerge
    private var cpus: [CPU]
    private let eventNames: [Int: String]
    private var failure: TraceSourceError?
    private var latest: UInt64 = 0

    private var events: [BalancingEvent] = []
    private var places: [TraceRecordPlace] = []

    private static let eventsPerBatch = 8192
    private static let pagesPerBlock = 32

    /// One CPU's pages.
    private struct CPU {
        /// The next page in the file.
        var offset: UInt64
        var end: UInt64
        /// Pages that were read from the file, and where the next one begins in them.
        var block: [UInt8] = []
        var position = 0
        /// A page before was damaged.
        var hasLost = false
    }

    /// Reads a file's head.
    ///
    /// - Throws: At the byte where the file is no trace.dat of version 6, or one this host cannot read.
    package init(_ file: any StoredBytes) throws(TraceSourceError) {
        self.file = file
        layout = try TraceDatLayout(reading: file)
        func refusal(_ reason: String) -> TraceSourceError {
            TraceSourceError(name: file.name, reason: reason, isAtOpening: true)
        }
        guard !layout.isBigEndian, layout.longSizeBytes == 8 else {
            throw refusal("recorded on a machine that is not little-endian with 64 bits")
        }
        do throws(SystemFailure) {
            let parser = try TraceFormatParser()
            let page: TracePageFormat
            do throws(TraceFormatError) {
                page = try parser.page(layout.headerPage)
            } catch {
                throw SystemFailure("understand", "header_page of \(file.name)", .invalidArgument)
            }
            self.page = page
            pages = try SubbufferDecoder(page)
            (decoder, eventNames) = try Self.decoder(layout, parser)
        } catch {
            throw refusal("\(error)")
        }
        recordedKinds =
            try TraceDatHostSection(of: layout, in: file) == nil ? [] : Self.recordedKinds(layout)
        merge = EventMerge(queueCount: layout.cpus.count)
        fractionDigits = Self.countingClocks.contains(layout.clockName ?? "") ? 0 : 9
        cpus = []
        for cpu in layout.cpus.indices {
            let section = layout.cpus[cpu]
            let available = layout.availableBytes(of: cpu, in: file)
            cpus.append(CPU(offset: section.offsetBytes, end: section.offsetBytes + available))
            if available < section.sizeBytes {
                fail(
                    "the file ends inside the events of CPU \(cpu), \(section.sizeBytes - available) bytes of "
                        + "\(section.sizeBytes) are missing", at: file.sizeBytes)
            }
        }
        diagnostics.form = .traceDat
        diagnostics.bytes = file.sizeBytes
        diagnostics.headerCPUs = layout.cpus.count
    }

    /// Clocks whose stamps are no time (`Documentation/trace/ftrace.rst`, trace_clock).
    private static let countingClocks: Set<String> = ["counter", "x86-tsc", "uptime"]

    private static func decoder(
        _ layout: TraceDatLayout, _ parser: borrowing TraceFormatParser
    ) throws(SystemFailure) -> (RecordDecoder, [Int: String]) {
        var kinds: [String: TraceEventKind] = [:]
        for kind in TraceEventKind.allCases where kind != .mark { kinds["\(kind.group)/\(kind.name)"] = kind }
        var layouts: [Int: RecordLayout] = [:]
        var names: [Int: String] = [:]
        for format in layout.formats {
            let (name, id) = heading(format.text)
            if let name, let id { names[id] = name }
            guard let name, let kind = kinds["\(format.system)/\(name)"] else { continue }
            do throws(TraceFormatError) {
                let event = try parser.event(format.text, system: format.system)
                layouts[event.id] = try RecordLayout(kind, event)
            } catch {
                throw SystemFailure("understand", "the format of \(format.system):\(name)", .invalidArgument)
            }
        }
        return (RecordDecoder(layouts), names)
    }

    /// A recording of ours holds the formats of what was switched on, and nothing else: a tracepoint that was on and never
    /// occurs has not happened.
    private static func recordedKinds(_ layout: TraceDatLayout) -> EventKinds {
        var names: Set<String> = []
        for format in layout.formats {
            if let name = heading(format.text).name { names.insert("\(format.system)/\(name)") }
        }
        return TraceEventKind.allCases.filter { $0.isTracepoint && names.contains("\($0.group)/\($0.name)") }
            .reduce(into: []) { $0.formUnion($1.eventKinds) }
    }

    /// The first two lines of a format: `name: sched_switch`, `ID: 314`.
    private static func heading(_ text: [UInt8]) -> (name: String?, id: Int?) {
        var name: String?
        for line in text.prefix(512).split(separator: 0x0A).prefix(2) {
            let words = line.split(separator: 0x20)
            guard words.count == 2 else { continue }
            let value = String(decoding: words[1], as: UTF8.self)
            switch String(decoding: words[0], as: UTF8.self) {
            case "name:": name = value
            case "ID:": return (name, Int(value))
            default: break
            }
        }
        return (name, nil)
    }

    private func fail(_ reason: String, at offset: UInt64) {
        guard failure == nil else { return }
        failure = TraceSourceError(name: file.name, reason: "at byte \(offset): \(reason)", isAtOpening: false)
    }

    // MARK: Reading

    package func next(into records: inout [TraceRecord]) throws(TraceSourceError) -> Bool {
        records.removeAll(keepingCapacity: true)
        if diagnostics.firstStamp == nil {
            for index in cpus.indices where cpus[index].block.isEmpty && cpus[index].offset < cpus[index].end {
                var queue = merge.open(index)
                refill(index, &queue)
                merge.close(index, queue)
            }
        }
        events.removeAll(keepingCapacity: true)
        merge.take(through: .max, atMost: Self.eventsPerBatch, into: &events) { refill($0, &$1) }
        guard !events.isEmpty else {
            finish()
            if let failure { throw failure }
            return false
        }
        records.reserveCapacity(events.count)
        for event in events {
            note(event)
            records.append(
                TraceRecord(
                    event: event,
                    stamp: TraceStamp(nanoseconds: event.timeNanoseconds, fractionDigits: fractionDigits)))
        }
        return true
    }

    private func note(_ event: BalancingEvent) {
        let time = event.timeNanoseconds
        let stamp = TraceStamp(nanoseconds: time, fractionDigits: fractionDigits)
        if diagnostics.firstStamp == nil {
            diagnostics.firstStamp = stamp
            latest = time
        }
        if time < latest {
            diagnostics.add(.init(kind: .outOfOrder, line: 0, byteOffset: 0))
        } else {
            diagnostics.longestGapNanoseconds = max(diagnostics.longestGapNanoseconds, time - latest)
            latest = time
        }
        diagnostics.lastStamp = stamp
        if event.cpu > diagnostics.highestCPU ?? -1 { diagnostics.highestCPU = event.cpu }
    }

    /// Decodes pages of a CPU until one has events.
    private func refill(_ index: Int, _ queue: inout [BalancingEvent]) {
        while queue.isEmpty, let start = nextPage(index) {
            let block = cpus[index].block
            let bytes = block.span.extracting(start..<min(start + page.pageBytes, block.count))
            places.removeAll(keepingCapacity: true)
            let cpu = Int32(index)
            do throws(TracePageError) {
                let summary = try pages.decode(bytes, into: &places)
                noteLoss(summary)
                if let loss = TraceSession.loss(summary, places.first, cpu) {
                    queue.append(loss)
                } else if cpus[index].hasLost, let first = places.first {
                    queue.append(
                        BalancingEvent(
                            timeNanoseconds: first.timeNanoseconds, tid: 0, cpu: cpu,
                            payload: .lostEvents(count: nil)))
                }
                cpus[index].hasLost = false
                diagnostics.lines += UInt64(places.count)
                decoder.decode(bytes, places, cpu: cpu, into: &queue)
            } catch {
                let place = cpus[index].offset - UInt64(cpus[index].block.count - start) + UInt64(error.byteOffset)
                diagnostics.add(.init(kind: .damagedPage, line: 0, byteOffset: place))
                fail("the events of CPU \(index) are damaged: \(error.reason)", at: place)
                cpus[index].hasLost = true
            }
        }
    }

    private func noteLoss(_ summary: TracePageSummary) {
        switch summary.loss {
        case .none: return
        case .counted(let count):
            let (sum, overflows) = diagnostics.lostEvents.addingReportingOverflow(count)
            diagnostics.lostEvents = overflows ? .max : sum
        case .unknown: diagnostics.lossMarksWithoutCount += 1
        }
        diagnostics.lossMarks += 1
    }

    /// Where a CPU's next page begins in its block; nil at the end.
    private func nextPage(_ index: Int) -> Int? {
        if cpus[index].position >= cpus[index].block.count {
            let left = cpus[index].end - cpus[index].offset
            guard left > 0 else { return nil }
            let count = min(left, UInt64(Self.pagesPerBlock * page.pageBytes))
            do throws(TraceSourceError) {
                try file.read(at: cpus[index].offset, count: Int(count), into: &cpus[index].block)
            } catch {
                failure = failure ?? error
                cpus[index].block.removeAll()
            }
            cpus[index].position = 0
            cpus[index].offset += UInt64(cpus[index].block.count)
            if cpus[index].block.isEmpty {
                cpus[index].end = cpus[index].offset
                return nil
            }
        }
        let start = cpus[index].position
        cpus[index].position += page.pageBytes
        return start
    }

    private func finish() {
        diagnostics.eventCounts = decoder.eventCounts
        // A text's marks are counted as one kind, whatever the program that printed them called them.
        let prints = diagnostics.eventCounts[Int(TraceEventKind.print.rawValue)]
        diagnostics.eventCounts[Int(TraceEventKind.print.rawValue)] = 0
        diagnostics.eventCounts[Int(TraceEventKind.mark.rawValue)] = prints
        diagnostics.hintFaultsWithJiffies = decoder.hintFaultsWithJiffies
        diagnostics.scansWithJiffies = decoder.scansWithJiffies
        diagnostics.ledgerMarks = decoder.ledgerMarks
        diagnostics.vmstatMarks = decoder.vmstatMarks
        diagnostics.foreignMarks = decoder.foreignMarks
        diagnostics.unknownEvents = decoder.unknownByID.sorted { $0.key < $1.key }.map {
            .init(name: eventNames[$0.key] ?? "event \($0.key)", count: $0.value)
        }
    }
}
