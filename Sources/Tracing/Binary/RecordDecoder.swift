package import BalancingModel
package import LinuxSystem

/// From records of the ring buffer to events: the pure part of reading pages.
///
/// A record begins with its event's id, which leads to the layout of its fields. Records of other events are counted;
/// nothing a record holds makes the decoder fail.
package struct RecordDecoder: Sendable {
    private let layouts: [RecordLayout]
    /// The place in `layouts` by event id, -1 for events that are not wanted.
    private var places: [Int16] = []
    private var marks = MarkJoiner()

    /// Events delivered, by `TraceEventKind.rawValue`.
    package private(set) var eventCounts = [UInt64](repeating: 0, count: TraceEventKind.allCases.count)
    /// Records of events without a layout.
    package private(set) var unknownRecords: UInt64 = 0
    /// The same by event id, for the first few ids.
    package private(set) var unknownByID: [Int: UInt64] = [:]
    /// Records too short for their event, or whose fields make no sense.
    package private(set) var malformedRecords: UInt64 = 0
    package private(set) var hintFaultsWithJiffies: UInt64 = 0
    package private(set) var scansWithJiffies: UInt64 = 0
    package private(set) var ledgerMarks: UInt64 = 0
    package private(set) var vmstatMarks: UInt64 = 0
    package private(set) var foreignMarks: UInt64 = 0

    private static let unknownIDsKept = 64

    /// - Parameter layouts: By event id; ids are below 65,536 (`common_type` has 16 bits).
    package init(_ layouts: [Int: RecordLayout]) {
        let sorted = layouts.filter { $0.key >= 0 && $0.key < 65_536 }.sorted { $0.key < $1.key }
        self.layouts = sorted.map(\.value)
        places = [Int16](repeating: -1, count: (sorted.last?.key ?? 0) + 1)
        for (place, entry) in sorted.enumerated() { places[entry.key] = Int16(place) }
    }

    /// Whether records of an event id are known.
    package func knows(_ id: Int) -> Bool { places.indices.contains(id) && places[id] >= 0 }

    /// Decodes the records of a page.
    ///
    /// - Parameters:
    ///   - page: The page the places point into.
    ///   - records: Where the records are.
    ///   - cpu: Whose page it is.
    ///   - events: The events are appended.
    package mutating func decode(
        _ page: Span<UInt8>, _ records: [TraceRecordPlace], cpu: Int32, into events: inout [BalancingEvent]
    ) {
        for record in records {
            guard record.byteOffset >= 0, record.byteCount >= 2, record.byteOffset <= page.count - record.byteCount
            else {
                malformedRecords += 1
                continue
            }
            let bytes = page.extracting(record.byteOffset..<(record.byteOffset + record.byteCount))
            let id = Int(bytes[0]) | Int(bytes[1]) << 8
            guard id < places.count, places[id] >= 0 else {
                noteUnknown(id)
                continue
            }
            let layout = layouts[Int(places[id])]
            guard layout.leastBytes <= bytes.count else {
                malformedRecords += 1
                continue
            }
            guard let payload = payload(bytes, layout) else { continue }
            eventCounts[Int(layout.kind.rawValue)] += 1
            events.append(
                BalancingEvent(
                    timeNanoseconds: record.timeNanoseconds,
                    tid: Int32(truncatingIfNeeded: Self.value(bytes, layout.commonPID)), cpu: cpu, payload: payload))
        }
    }

    private mutating func noteUnknown(_ id: Int) {
        unknownRecords += 1
        if unknownByID[id] != nil || unknownByID.count < Self.unknownIDsKept { unknownByID[id, default: 0] += 1 }
    }

    // MARK: Fields

    /// A number of a record, sign-extended if it is signed: the bits of the value. 0 for a field the event lacks.
    @inline(__always)
    private static func value(_ bytes: Span<UInt8>, _ number: RecordLayout.Number) -> UInt64 {
        let start = Int(number.byteOffset)
        switch number.byteCount {
        case 4:
            let value =
                UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
                | UInt32(bytes[start + 3]) << 24
            return number.isSigned ? UInt64(bitPattern: Int64(Int32(bitPattern: value))) : UInt64(value)
        case 8:
            let low =
                UInt64(bytes[start]) | UInt64(bytes[start + 1]) << 8 | UInt64(bytes[start + 2]) << 16
                | UInt64(bytes[start + 3]) << 24
            return low | UInt64(bytes[start + 4]) << 32 | UInt64(bytes[start + 5]) << 40
                | UInt64(bytes[start + 6]) << 48 | UInt64(bytes[start + 7]) << 56
        case 2:
            let value = UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8
            return number.isSigned ? UInt64(bitPattern: Int64(Int16(bitPattern: value))) : UInt64(value)
        case 1:
            let value = bytes[start]
            return number.isSigned ? UInt64(bitPattern: Int64(Int8(bitPattern: value))) : UInt64(value)
        default: return 0
        }
    }

    /// The payload of a record that is long enough; nil if it is a mark that is no event, which was counted.
    @inline(__always)
    private mutating func payload(_ bytes: Span<UInt8>, _ layout: RecordLayout) -> BalancingEvent.Payload? {
        let numbers = layout.numbers
        func bits(_ index: Int) -> UInt64 { Self.value(bytes, numbers[index]) }
        func int(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: Self.value(bytes, numbers[index])) }
        switch layout.kind {
        case .hintFault:
            let hasJiffies = numbers[4].byteCount > 0
            if hasJiffies { hintFaultsWithJiffies += 1 }
            return .hintFault(
                lastCPUPID: int(0), memNode: int(1), pages: int(2),
                flags: FaultFlags(rawValue: UInt32(truncatingIfNeeded: bits(3))), jiffies: hasJiffies ? bits(4) : nil)
        case .misplaced: return .misplaced(address: bits(0))
        case .misplacedReturn: return .misplacedReturn(target: int(0))
        case .migrateCheck: return .migrateCheck(source: int(0), cpu: int(1))
        case .placement: return placement(bytes, numbers)
        case .scanWork: return .scanWork(jiffies: jiffies(bytes, numbers[0]))
        case .scanDone: return .scanDone(jiffies: jiffies(bytes, numbers[0]))
        case .scanRange: return .scanRange(start: bits(0), end: bits(1))
        case .scanRangeReturn: return .scanRangeReturn(updatedPages: bits(0))
        case .setPreferred: return .setPreferred(node: int(0))
        case .moveNUMA:
            return .moveNUMA(
                .init(
                    pid: int(0), groupID: int(1), sourceCPU: int(2), sourceNode: int(3), otherPID: 0, otherGroupID: 0,
                    destinationCPU: int(4), destinationNode: int(5)))
        case .stickNUMA, .swapNUMA:
            let move = BalancingEvent.TaskMove(
                pid: int(0), groupID: int(1), sourceCPU: int(2), sourceNode: int(3), otherPID: int(4),
                otherGroupID: int(5), destinationCPU: int(6), destinationNode: int(7))
            return layout.kind == .stickNUMA ? .stickNUMA(move) : .swapNUMA(move)
        case .skipVMA:
            return .skipVMA(
                scanOffset: bits(0), start: bits(1), end: bits(2),
                reason: UInt8(exactly: bits(3)).flatMap { BalancingEvent.SkipReason(rawValue: $0) } ?? .unknown)
        case .skipCPUSet: return .skipCPUSet(pid: int(0))
        case .migrateTask: return .migrateTask(pid: int(0), originCPU: int(1), destinationCPU: int(2))
        case .schedSwitch:
            return .schedSwitch(previous: int(0), previousState: Self.stateLetter(bits(1)), next: int(2))
        case .fork: return .fork(parent: int(0), child: int(1))
        case .exec: return .exec(pid: int(0), oldPID: int(1))
        case .exit: return .exit(pid: int(0))
        case .free: return .free(pid: int(0))
        case .newTask: return .newTask(pid: int(0), cloneFlags: bits(1))
        case .migratePages:
            // MR_NUMA_MISPLACED (include/linux/migrate_mode.h).
            return .migratePages(succeeded: bits(0), failed: bits(1), isNUMAMisplaced: bits(2) == 5)
        case .mark, .print: return mark(bytes, layout)
        }
    }

    private func placement(_ bytes: Span<UInt8>, _ numbers: [RecordLayout.Number]) -> BalancingEvent.Payload {
        guard numbers.allSatisfy({ $0.byteCount > 0 }) else { return .placement }
        return .measuredPlacement(BalancingEvent.PlacementState { Self.value(bytes, numbers[$0]) })
    }

    private mutating func jiffies(_ bytes: Span<UInt8>, _ number: RecordLayout.Number) -> UInt64? {
        guard number.byteCount > 0 else { return nil }
        scansWithJiffies += 1
        return Self.value(bytes, number)
    }

    /// The first letter the kernel prints for `prev_state` (include/trace/events/sched.h, `sched_switch`): the lowest bit
    /// of `TASK_REPORT`, or `R` without any, a task that was preempted included.
    static func stateLetter(_ state: UInt64) -> UInt8 {
        switch (state & 0xFF).trailingZeroBitCount {
        case 0: UInt8(ascii: "S")
        case 1: UInt8(ascii: "D")
        case 2: UInt8(ascii: "T")
        case 3: UInt8(ascii: "t")
        case 4: UInt8(ascii: "X")
        case 5: UInt8(ascii: "Z")
        case 6: UInt8(ascii: "P")
        case 7: UInt8(ascii: "I")
        default: UInt8(ascii: "R")
        }
    }

    private mutating func mark(_ bytes: Span<UInt8>, _ layout: RecordLayout) -> BalancingEvent.Payload? {
        var end = min(layout.textOffset, bytes.count)
        let start = end
        while end < bytes.count, bytes[end] != 0, bytes[end] != 0x0A { end += 1 }
        let writer = Int32(truncatingIfNeeded: Self.value(bytes, layout.commonPID))
        switch marks.content(bytes.extracting(start..<end), writer: writer) {
        case .ledger(let mark):
            ledgerMarks += 1
            return .mark(mark)
        case .vmstat(let counters):
            vmstatMarks += 1
            return .vmstat(counters)
        case .malformed:
            malformedRecords += 1
            return nil
        case .foreign:
            foreignMarks += 1
            return nil
        }
    }
}
