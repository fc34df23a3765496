import BalancingModel

/// The text of a mark: what a recorder wrote to `trace_marker`.
///
/// `SCHED <tid> [<cpu>] <lines of /proc/<pid>/task/<tid>/sched, ended by semicolons>` is the kernel's ledger of a task;
/// every field may be missing. `VMSTAT <name> <value> …` are lines of `/proc/vmstat`.
///
/// ```
/// SCHED 219 3 se.sum_exec_runtime:3684.783344;mm->numa_scan_seq:3;numa_pages_migrated:152;numa_preferred_nid:2;
/// total_numa_faults:2068;current_node=1, numa_group_id=221;numa_faults node=0 task_private=2021 task_shared=3
/// group_private=5673 group_shared=4;…
/// ```
///
/// `numawatch record` adds the process, and `start:1` to the marks it writes when it begins: `SCHED 219 tgid:217;start:1;…`.
/// Where there is the iterator, it adds where the task's group lies among the others, no address: `numa_group_order:…;`.
///
/// Kernels before 6.9 take at most 1,024 bytes of a mark at once; the rest arrives as a second mark that begins
/// anywhere. `unfinished` is where the complete part ends.
enum MarkText {
    enum Content {
        case ledger(BalancingEvent.LedgerMark, unfinished: Int?)
        case vmstat([BalancingEvent.VmstatCounter])
    }

    /// From this length on a mark that does not end in a semicolon was cut by the kernel.
    private static var cutLength: Int { 1000 }

    static func isLedger(_ line: Span<UInt8>, _ start: Int) -> Bool {
        TextScanner.matches(line, at: start, "SCHED ")
    }

    static func isVmstat(_ line: Span<UInt8>, _ start: Int) -> Bool {
        TextScanner.matches(line, at: start, "VMSTAT ")
    }

    /// Reads a mark; nil if it is another program's or has no task.
    static func parse(_ line: Span<UInt8>, from start: Int) -> Content? {
        if isVmstat(line, start) { return .vmstat(vmstat(line, start + 7)) }
        guard isLedger(line, start) else { return nil }
        var offset = start + 6
        TextScanner.skipBlanks(line, &offset)
        guard let value = TextScanner.decimal(line, &offset), let tid = Int32(exactly: value),
            offset == line.count || TextScanner.isBlank(line[offset]) || line[offset] == UInt8(ascii: ";")
        else { return nil }
        var mark = BalancingEvent.LedgerMark(tid: tid)
        TextScanner.skipBlanks(line, &offset)
        var cpuEnd = offset
        if let value = TextScanner.decimal(line, &cpuEnd),
            cpuEnd == line.count || TextScanner.isBlank(line[cpuEnd]) || line[cpuEnd] == UInt8(ascii: ";")
        {
            mark.cpu = Int32(exactly: value)
            offset = cpuEnd
        }
        let isCut = line.count - start >= cutLength && line[line.count - 1] != UInt8(ascii: ";")
        var segment = offset
        while segment < line.count {
            var end = segment
            while end < line.count, line[end] != UInt8(ascii: ";") { end += 1 }
            if end == line.count, isCut { return .ledger(mark, unfinished: segment) }
            read(line.extracting(segment..<end), into: &mark)
            segment = end + 1
        }
        return .ledger(mark, unfinished: nil)
    }

    private static func vmstat(_ line: Span<UInt8>, _ start: Int) -> [BalancingEvent.VmstatCounter] {
        var counters: [BalancingEvent.VmstatCounter] = []
        var offset = start
        while true {
            let name = word(line, &offset)
            guard !name.isEmpty else { return counters }
            TextScanner.skipBlanks(line, &offset)
            let value = TextScanner.decimal(line, &offset)
            if let value, offset == line.count || TextScanner.isBlank(line[offset]) {
                counters.append(.init(name: text(line.extracting(name)), value: value))
            }
        }
    }

    /// One line of the kernel's file: pairs of a name and a value, joined by `:` or `=`.
    private static func read(_ segment: Span<UInt8>, into mark: inout BalancingEvent.LedgerMark) {
        var offset = 0
        var node: Int32?
        var counts: [UInt64?] = [nil, nil, nil, nil]
        while offset < segment.count {
            let range = word(segment, &offset)
            guard let separator = range.first(where: { isJoint(segment[$0]) }) else { continue }
            let name = segment.extracting(range.lowerBound..<separator)
            var value = separator + 1
            TextScanner.skipBlanks(segment, &value)
            offset = max(offset, value)
            switch Key(name) {
            case .process: mark.processID = signed(segment, &value)
            case .start: mark.isStart = TextScanner.decimal(segment, &value) == 1
            case .sumExecRuntime: mark.sumExecRuntimeNanoseconds = milliseconds(segment, &value)
            case .scanSequence:
                mark.scanSequence = TextScanner.number(segment, &value).map { Int64(bitPattern: $0) }
            case .pagesMigrated: mark.pagesMigrated = TextScanner.decimal(segment, &value)
            case .preferredNode: mark.preferredNode = signed(segment, &value)
            case .totalFaults: mark.totalFaults = TextScanner.decimal(segment, &value)
            case .currentNode: mark.currentNode = signed(segment, &value)
            case .groupID: mark.groupID = signed(segment, &value)
            case .groupOrder: mark.groupOrder = TextScanner.decimal(segment, &value)
            case .node: node = signed(segment, &value)
            case .taskPrivate: counts[0] = TextScanner.decimal(segment, &value)
            case .taskShared: counts[1] = TextScanner.decimal(segment, &value)
            case .groupPrivate: counts[2] = TextScanner.decimal(segment, &value)
            case .groupShared: counts[3] = TextScanner.decimal(segment, &value)
            case nil: break
            }
            offset = max(offset, value)
        }
        if let node, let taskPrivate = counts[0], let taskShared = counts[1], let groupPrivate = counts[2],
            let groupShared = counts[3]
        {
            mark.nodes.append(
                .init(
                    node: node, taskPrivate: taskPrivate, taskShared: taskShared, groupPrivate: groupPrivate,
                    groupShared: groupShared))
        }
    }

    /// `:` or `=`.
    private static func isJoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=")
    }

    private enum Key: String, CaseIterable {
        case process = "tgid"
        case start = "start"
        case sumExecRuntime = "se.sum_exec_runtime"
        case scanSequence = "mm->numa_scan_seq"
        case pagesMigrated = "numa_pages_migrated"
        case preferredNode = "numa_preferred_nid"
        case totalFaults = "total_numa_faults"
        case currentNode = "current_node"
        case groupID = "numa_group_id"
        case groupOrder = "numa_group_order"
        case node = "node"
        case taskPrivate = "task_private"
        case taskShared = "task_shared"
        case groupPrivate = "group_private"
        case groupShared = "group_shared"

        init?(_ name: Span<UInt8>) {
            for key in Self.allCases
            where key.rawValue.utf8.count == name.count && TextScanner.matches(name, at: 0, key.rawValue) {
                self = key
                return
            }
            return nil
        }
    }

    /// The next word, without a comma behind it. Leaves the offset behind the word.
    private static func word(_ line: Span<UInt8>, _ offset: inout Int) -> Range<Int> {
        while offset < line.count, TextScanner.isBlank(line[offset]) || line[offset] == UInt8(ascii: ",") {
            offset += 1
        }
        let start = offset
        while offset < line.count, !TextScanner.isBlank(line[offset]), line[offset] != UInt8(ascii: ",") {
            offset += 1
        }
        return start..<offset
    }

    private static func signed(_ line: Span<UInt8>, _ offset: inout Int) -> Int32? {
        TextScanner.number(line, &offset).flatMap { Int32(exactly: Int64(bitPattern: $0)) }
    }

    /// `3684.783344` (milliseconds, `SPLIT_NS`) as nanoseconds.
    private static func milliseconds(_ line: Span<UInt8>, _ offset: inout Int) -> UInt64? {
        guard let whole = TextScanner.decimal(line, &offset) else { return nil }
        var nanoseconds: UInt64 = 0
        if offset < line.count, line[offset] == UInt8(ascii: ".") {
            offset += 1
            let start = offset
            guard var fraction = TextScanner.decimal(line, &offset), offset - start <= 6 else { return nil }
            for _ in (offset - start)..<6 { fraction *= 10 }
            nanoseconds = fraction
        }
        let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carry) = product.addingReportingOverflow(nanoseconds)
        return overflow || carry ? nil : sum
    }

    static func text(_ bytes: Span<UInt8>) -> String {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
