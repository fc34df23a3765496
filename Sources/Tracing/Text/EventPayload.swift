import BalancingModel

/// From the fields of a line to the event.
enum EventPayload {
    /// The payload of a known event other than a mark; nil if its fields are missing or make no sense.
    @inline(__always)
    static func parse(_ line: Span<UInt8>, from start: Int, _ schema: borrowing EventSchema)
        -> BalancingEvent.Payload?
    {
        var offset = start
        TextScanner.skipBlanks(line, &offset)
        if schema.isProbe {
            // `(task_numa_fault+0x4/0xbf0)`, `(caller+0x0 <- mpol_misplaced)` or an address.
            guard offset < line.count, line[offset] == UInt8(ascii: "(") else { return nil }
            while offset < line.count, line[offset] != UInt8(ascii: ")") { offset += 1 }
            guard offset < line.count else { return nil }
            offset += 1
        }
        var fields = FieldReader()
        guard fields.read(line, from: offset, schema) else {
            return schema.kind == .schedSwitch ? shortSwitch(line, offset) : nil
        }
        switch schema.kind {
        case .hintFault: return hintFault(fields)
        case .misplaced: return .misplaced(address: fields.unsigned(0))
        case .misplacedReturn:
            guard let target = fields.signed(0) else { return nil }
            return .misplacedReturn(target: target)
        case .migrateCheck:
            guard let source = fields.signed(0), let cpu = fields.signed(1) else { return nil }
            return .migrateCheck(source: source, cpu: cpu)
        case .placement:
            guard (0..<RecordLayout.placementState.count).allSatisfy({ fields.has($0) }) else { return .placement }
            return .measuredPlacement(BalancingEvent.PlacementState { fields.unsigned($0) })
        case .scanWork: return .scanWork(jiffies: fields.has(0) ? fields.unsigned(0) : nil)
        case .scanDone: return .scanDone(jiffies: fields.has(0) ? fields.unsigned(0) : nil)
        case .scanRange: return .scanRange(start: fields.unsigned(0), end: fields.unsigned(1))
        case .scanRangeReturn: return .scanRangeReturn(updatedPages: fields.unsigned(0))
        case .setPreferred:
            guard let node = fields.signed(0) else { return nil }
            return .setPreferred(node: node)
        case .moveNUMA: return move(fields)
        case .stickNUMA:
            guard let pair = pair(fields) else { return nil }
            return .stickNUMA(pair)
        case .swapNUMA:
            guard let pair = pair(fields) else { return nil }
            return .swapNUMA(pair)
        case .skipVMA:
            return .skipVMA(
                scanOffset: fields.unsigned(0), start: fields.unsigned(1), end: fields.unsigned(2),
                reason: skipReason(line, fields.word(3)))
        case .skipCPUSet:
            guard let pid = fields.signed(1) else { return nil }
            return .skipCPUSet(pid: pid)
        case .migrateTask:
            guard let pid = fields.signed(1), let origin = fields.signed(3), let destination = fields.signed(4)
            else { return nil }
            return .migrateTask(pid: pid, originCPU: origin, destinationCPU: destination)
        case .schedSwitch:
            guard let previous = fields.signed(1), let next = fields.signed(5) else { return nil }
            return .schedSwitch(previous: previous, previousState: line[fields.word(3).lowerBound], next: next)
        case .fork:
            guard let parent = fields.signed(1), let child = fields.signed(3) else { return nil }
            return .fork(parent: parent, child: child)
        case .exec:
            guard let pid = fields.signed(1), let oldPID = fields.signed(2) else { return nil }
            return .exec(pid: pid, oldPID: oldPID)
        case .exit:
            guard let pid = fields.signed(1) else { return nil }
            return .exit(pid: pid)
        case .free:
            guard let pid = fields.signed(1) else { return nil }
            return .free(pid: pid)
        case .newTask:
            guard let pid = fields.signed(0) else { return nil }
            return .newTask(pid: pid, cloneFlags: fields.unsigned(2))
        case .migratePages:
            return .migratePages(
                succeeded: fields.unsigned(0), failed: fields.unsigned(1),
                isNUMAMisplaced: isNUMAMisplaced(line, fields.word(2)))
        case .mark, .print: return nil
        }
    }

    @inline(__always)
    private static func hintFault(_ fields: borrowing FieldReader) -> BalancingEvent.Payload? {
        guard let lastCPUPID = fields.signed(0), let memNode = fields.signed(1), let pages = fields.signed(2),
            let flags = UInt32(exactly: fields.unsigned(3))
        else { return nil }
        return .hintFault(
            lastCPUPID: lastCPUPID, memNode: memNode, pages: pages, flags: FaultFlags(rawValue: flags),
            jiffies: fields.has(4) ? fields.unsigned(4) : nil)
    }

    private static func move(_ fields: borrowing FieldReader) -> BalancingEvent.Payload? {
        guard let pid = fields.signed(0), let group = fields.signed(2), let sourceCPU = fields.signed(3),
            let sourceNode = fields.signed(4), let cpu = fields.signed(5), let node = fields.signed(6)
        else { return nil }
        return .moveNUMA(
            .init(
                pid: pid, groupID: group, sourceCPU: sourceCPU, sourceNode: sourceNode, otherPID: 0, otherGroupID: 0,
                destinationCPU: cpu, destinationNode: node))
    }

    private static func pair(_ fields: borrowing FieldReader) -> BalancingEvent.TaskMove? {
        guard let pid = fields.signed(0), let group = fields.signed(2), let sourceCPU = fields.signed(3),
            let sourceNode = fields.signed(4), let otherPID = fields.signed(5), let otherGroup = fields.signed(7),
            let cpu = fields.signed(8), let node = fields.signed(9)
        else { return nil }
        return .init(
            pid: pid, groupID: group, sourceCPU: sourceCPU, sourceNode: sourceNode, otherPID: otherPID,
            otherGroupID: otherGroup, destinationCPU: cpu, destinationNode: node)
    }

    /// Texts of `sched_skip_vma_numa`, in the order of `NUMAB_SKIP_*`.
    private static let skipReasons: [(text: String, reason: BalancingEvent.SkipReason)] = [
        ("unsuitable", .unsuitable), ("shared_ro", .sharedReadOnly), ("inaccessible", .inaccessible),
        ("scan_delay", .scanDelay), ("pid_inactive", .pidInactive), ("ignore_pid_inactive", .ignorePID),
        ("seq_completed", .sequenceCompleted),
    ]

    private static func skipReason(_ line: Span<UInt8>, _ word: Range<Int>) -> BalancingEvent.SkipReason {
        for entry in skipReasons
        where entry.text.utf8.count == word.count && TextScanner.matches(line, at: word.lowerBound, entry.text) {
            return entry.reason
        }
        var offset = word.lowerBound
        guard let number = TextScanner.number(line, &offset), offset == word.upperBound,
            let raw = UInt8(exactly: number)
        else { return .unknown }
        return BalancingEvent.SkipReason(rawValue: raw) ?? .unknown
    }

    /// `MR_NUMA_MISPLACED` is 5 (`include/linux/migrate_mode.h`); programs that cannot resolve the name print that.
    private static func isNUMAMisplaced(_ line: Span<UInt8>, _ word: Range<Int>) -> Bool {
        if TextScanner.matches(line, at: word.lowerBound, "numa_misplaced") { return word.count == 14 }
        var offset = word.lowerBound
        return TextScanner.number(line, &offset) == 5 && offset == word.upperBound
    }

    /// `wl:221 [120] S ==> swapper/2:0 [120]`: how libtraceevent's plugin prints `sched_switch`.
    ///
    /// Names are at most 15 bytes of anything, so each ends at the last place within these where `:pid [prio]` fits.
    private static func shortSwitch(_ line: Span<UInt8>, _ start: Int) -> BalancingEvent.Payload? {
        for colon in stride(from: min(start + 16, line.count - 1), through: start, by: -1) {
            guard let previous = shortTask(line, at: colon) else { continue }
            var offset = previous.end
            TextScanner.skipBlanks(line, &offset)
            guard offset < line.count else { continue }
            let state = line[offset]
            while offset < line.count, !TextScanner.isBlank(line[offset]) { offset += 1 }
            guard TextScanner.matches(line, at: offset, " ==> ") else { continue }
            offset += 5
            for colon in stride(from: min(offset + 16, line.count - 1), through: offset, by: -1) {
                if let next = shortTask(line, at: colon) {
                    return .schedSwitch(previous: previous.pid, previousState: state, next: next.pid)
                }
            }
            return nil
        }
        return nil
    }

    /// `:221 [120]`
    private static func shortTask(_ line: Span<UInt8>, at colon: Int) -> (pid: Int32, end: Int)? {
        guard line[colon] == UInt8(ascii: ":") else { return nil }
        var offset = colon + 1
        guard let value = TextScanner.decimal(line, &offset), let pid = Int32(exactly: value),
            TextScanner.matches(line, at: offset, " [")
        else { return nil }
        offset += 2
        guard TextScanner.number(line, &offset) != nil, TextScanner.matches(line, at: offset, "]") else { return nil }
        return (pid, offset + 1)
    }
}
