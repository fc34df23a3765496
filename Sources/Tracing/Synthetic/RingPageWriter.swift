package import BalancingModel
package import LinuxSystem

/// Writes events into pages of a ring buffer as the kernel would (`kernel/trace/ring_buffer.c`), for tests and for
/// measuring at sizes no guest records.
///
/// A page begins with its time and the length of its records. A record begins with 32 bits: its length in words, and the
/// time since the record before; longer pauses have a record of time alone before them.
package struct RingPageWriter {
    private let format: TracePageFormat
    private var formats: [TraceEventFormat] = []
    private var page: [UInt8] = []
    private var lastTime: UInt64 = 0
    /// Finished pages, for the caller to take.
    package var finished: [UInt8] = []

    private static let longestDelta: UInt64 = (1 << 27) - 1

    package init(_ format: TracePageFormat = SyntheticFormats.page) {
        self.format = format
        formats = TraceEventKind.allCases.map(SyntheticFormats.format)
    }

    /// Appends an event. Losses, and marks without a text, are no records and are left out.
    package mutating func append(_ event: BalancingEvent, markText: [UInt8] = []) {
        guard let kind = Self.kind(of: event.payload) else { return }
        var record = [UInt8](repeating: 0, count: 8)
        let layout = formats[Int(kind.rawValue)]
        let values = Self.values(of: event.payload)
        Self.put(UInt64(layout.id), 0, 2, into: &record)
        Self.put(UInt64(UInt32(bitPattern: event.tid)), 4, 4, into: &record)
        for (field, value) in zip(layout.fields.dropFirst(4), values) {
            Self.put(value, field.byteOffset, field.byteCount, into: &record)
        }
        if kind == .print {
            record += [UInt8](repeating: 0, count: 16 - record.count) + markText + [0x0A, 0]
        }
        while record.count % 4 != 0 { record.append(0) }
        append(record, at: event.timeNanoseconds)
    }

    private mutating func append(_ record: [UInt8], at time: UInt64) {
        let isLong = record.count > 112
        var needed = record.count + (isLong ? 8 : 4)
        if !page.isEmpty, time < lastTime || time - lastTime > Self.longestDelta { needed += 8 }
        if !page.isEmpty, page.count + needed > format.pageBytes { finishPage() }
        if page.isEmpty {
            page = [UInt8](repeating: 0, count: format.headerBytes)
            Self.put(time, 0, 8, into: &page)
            lastTime = time
        }
        let delta = time - min(time, lastTime)
        if delta > Self.longestDelta {
            appendWord(30 | (delta & Self.longestDelta) << 5)
            appendWord(delta >> 27)
        }
        let small = delta > Self.longestDelta ? 0 : delta
        if isLong {
            appendWord(small << 5)
            // The length counts itself.
            appendWord(UInt64(record.count + 4))
        } else {
            appendWord(UInt64(record.count / 4) | small << 5)
        }
        page += record
        lastTime = time
    }

    private mutating func appendWord(_ value: UInt64) {
        for index in 0..<4 { page.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }

    /// Ends the page in work.
    package mutating func finishPage() {
        guard !page.isEmpty else { return }
        Self.put(UInt64(page.count - format.headerBytes), 8, 8, into: &page)
        finished += page
        finished += repeatElement(0, count: format.pageBytes - page.count)
        page.removeAll(keepingCapacity: true)
    }

    private static func put(_ value: UInt64, _ offset: Int, _ count: Int, into bytes: inout [UInt8]) {
        while bytes.count < offset + count { bytes.append(0) }
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
    }

    private static func kind(of payload: BalancingEvent.Payload) -> TraceEventKind? {
        switch payload {
        case .hintFault: .hintFault
        case .misplaced: .misplaced
        case .misplacedReturn: .misplacedReturn
        case .migrateCheck: .migrateCheck
        case .placement, .measuredPlacement: .placement
        case .scanWork: .scanWork
        case .scanDone: .scanDone
        case .scanRange: .scanRange
        case .scanRangeReturn: .scanRangeReturn
        case .setPreferred: .setPreferred
        case .moveNUMA: .moveNUMA
        case .stickNUMA: .stickNUMA
        case .swapNUMA: .swapNUMA
        case .skipVMA: .skipVMA
        case .skipCPUSet: .skipCPUSet
        case .migrateTask: .migrateTask
        case .schedSwitch: .schedSwitch
        case .fork: .fork
        case .exec: .exec
        case .exit: .exit
        case .free: .free
        case .newTask: .newTask
        case .migratePages: .migratePages
        case .mark, .vmstat: .print
        case .lostEvents: nil
        }
    }

    /// The numbers of an event, in the order of `RecordLayout.names(of:)`.
    private static func values(of payload: BalancingEvent.Payload) -> [UInt64] {
        func bits(_ value: Int32) -> UInt64 { UInt64(UInt32(bitPattern: value)) }
        switch payload {
        case .hintFault(let last, let node, let pages, let flags, let jiffies):
            return [bits(last), bits(node), bits(pages), UInt64(flags.rawValue), jiffies ?? 0]
        case .misplaced(let address): return [address]
        case .misplacedReturn(let target): return [bits(target)]
        case .migrateCheck(let source, let cpu): return [bits(source), bits(cpu)]
        case .scanWork(let jiffies), .scanDone(let jiffies): return [jiffies ?? 0]
        case .scanRange(let start, let end): return [start, end]
        case .scanRangeReturn(let updated): return [updated]
        case .setPreferred(let node): return [bits(node)]
        case .moveNUMA(let move):
            return [move.pid, move.groupID, move.sourceCPU, move.sourceNode, move.destinationCPU, move.destinationNode]
                .map(bits)
        case .stickNUMA(let move), .swapNUMA(let move):
            return [
                move.pid, move.groupID, move.sourceCPU, move.sourceNode, move.otherPID, move.otherGroupID,
                move.destinationCPU, move.destinationNode,
            ].map(bits)
        case .skipVMA(let offset, let start, let end, let reason): return [offset, start, end, UInt64(reason.rawValue)]
        case .skipCPUSet(let pid), .exit(let pid), .free(let pid): return [bits(pid)]
        case .migrateTask(let pid, let origin, let destination): return [bits(pid), bits(origin), bits(destination)]
        case .schedSwitch(let previous, let state, let next):
            return [bits(previous), stateBits(state), bits(next)]
        case .fork(let parent, let child): return [bits(parent), bits(child)]
        case .exec(let pid, let oldPID): return [bits(pid), bits(oldPID)]
        case .newTask(let pid, let cloneFlags): return [bits(pid), cloneFlags]
        case .migratePages(let succeeded, let failed, let isNUMA): return [succeeded, failed, isNUMA ? 5 : 0]
        case .placement, .measuredPlacement, .mark, .vmstat, .lostEvents: return []
        }
    }

    /// The bit that is printed as a letter; none for `R`.
    private static func stateBits(_ letter: UInt8) -> UInt64 {
        Array("SDTtXZPI".utf8).firstIndex(of: letter).map { 1 << UInt64($0) } ?? 0
    }
}

/// A whole `trace.dat` of made-up events.
package enum SyntheticRecording {
    /// Writes events as a recording.
    ///
    /// - Parameter events: In order of time; each goes to the pages of its CPU.
    package static func bytes(_ events: some Sequence<BalancingEvent>, cpuCount: Int) -> [UInt8] {
        var writers = Array(repeating: RingPageWriter(), count: cpuCount)
        for event in events where writers.indices.contains(Int(event.cpu)) {
            writers[Int(event.cpu)].append(event)
        }
        for index in writers.indices { writers[index].finishPage() }
        var layout = TraceDatLayout()
        layout.headerPage = Array(SyntheticFormats.headerPage.utf8)
        layout.formats = TraceEventKind.allCases.filter { $0 != .mark }.map {
            .init(system: $0.group, text: Array(SyntheticFormats.text($0).utf8))
        }
        layout.options = [.init(id: .traceClock, data: Array("[mono]\0".utf8))]
        let (head, sections) = layout.head(cpuSizesBytes: writers.map { UInt64($0.finished.count) })
        var bytes = head
        bytes.reserveCapacity(head.count + writers.reduce(0) { $0 + $1.finished.count })
        for (writer, section) in zip(writers, sections) {
            bytes += repeatElement(0, count: Int(section.offsetBytes) - bytes.count)
            bytes += writer.finished
        }
        return bytes
    }
}
