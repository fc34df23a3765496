extension TaskSched {
    /// Reads a whole file.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        try Self.parse(bytes, into: &self)
    }

    /// Reads a whole file into `sched`, every field of which is overwritten. Allocates nothing once its buffer has grown.
    ///
    /// - Parameter separator: what ends a line. Recorded traces join the lines of this file with `;` into one mark, without
    ///   header and, perhaps, without the last separator.
    /// - Throws: ``KernelTextError``; `.unterminatedLine` when a text of lines was cut.
    package static func parse(
        _ bytes: Span<UInt8>, into sched: inout TaskSched, separator: UInt8 = 0x0A
    ) throws(KernelTextError) {
        sched.clear()
        var offset = separator == Byte.newline ? try sched.parseHeader(bytes) : 0
        let end = bytes.count
        while offset < end {
            let lineEnd = bytes.find(separator, offset, end)
            if lineEnd == end, separator == Byte.newline {
                throw KernelTextError(.taskSched, "line", at: offset, .unterminatedLine)
            }
            try sched.parseLine(bytes, offset, lineEnd)
            offset = lineEnd + 1
        }
    }

    /// Reads `comm (pid, #threads: n)` and returns where the first line behind the dashes starts.
    ///
    /// A command name may hold newlines and parentheses, so the header is what precedes the line of dashes, which is
    /// longer than any name, and is read from its end. A text that begins with neither has no header.
    private mutating func parseHeader(_ bytes: Span<UInt8>) throws(KernelTextError) -> Int {
        var lineStart = 0
        // The name is at most 64 bytes; a header that has not ended in 256 is none.
        while lineStart < Swift.min(bytes.count, 256) {
            let lineEnd = bytes.find(Byte.newline, lineStart, bytes.count)
            if lineEnd - lineStart >= 32, isDashes(bytes, lineStart..<lineEnd) {
                guard lineStart > 0 else { throw KernelTextError(.taskSched, "header", at: 0, .missingField) }
                guard lineEnd < bytes.count else {
                    throw KernelTextError(.taskSched, "line", at: lineStart, .unterminatedLine)
                }
                try parseHeaderLine(bytes, lineStart - 1)
                return lineEnd + 1
            }
            lineStart = lineEnd + 1
        }
        return 0
    }

    private func isDashes(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] != Byte.minus { return false }
        return true
    }

    private mutating func parseHeaderLine(_ bytes: Span<UInt8>, _ end: Int) throws(KernelTextError) {
        var open = end
        while open > 0, bytes[open - 1] != Byte.leftParenthesis { open -= 1 }
        guard open >= 2, bytes[open - 2] == Byte.space else {
            throw KernelTextError(.taskSched, "header", at: end, .expectedToken(" ("))
        }
        var offset = open
        let pid = try bytes.decimalInt(&offset, end, max: Int(Int32.max), .taskSched, "pid")
        let label = ", #threads: "
        guard bytes.hasPrefix(label, offset, end) else {
            throw KernelTextError(.taskSched, "#threads", at: offset, .expectedToken(label))
        }
        offset += label.utf8.count
        threadCount = try bytes.decimalInt(&offset, end, max: Int(Int32.max), .taskSched, "#threads")
        try bytes.expect(Byte.rightParenthesis, ")", &offset, end, .taskSched, "#threads")
        self.pid = pid
        commRange = 0..<(open - 2)
    }

    @inline(__always)
    private mutating func parseLine(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(KernelTextError) {
        guard start < end else { return }
        switch bytes[start] {
        case 0x63:  // c
            if bytes.hasPrefix("current_node=", start, end) { try parseCurrentNode(bytes, start, end) }
        case 0x6E:  // n
            if bytes.hasPrefix("numa_faults node=", start, end) {
                try parseFaults(bytes, start, end)
            } else {
                try parseCounter(bytes, start, end)
            }
        case 0x73:  // s
            if bytes.hasPrefix("se.", start, end) { try parseEntity(bytes, start, end) }
        case 0x6D:  // m
            if let at = valueStart("mm->numa_scan_seq", bytes, start, end) {
                scanSequence = Int(try integer(bytes, at, end, "mm->numa_scan_seq"))
            }
        case 0x70:  // p
            if let at = valueStart("policy", bytes, start, end) {
                policy = Int(try integer(bytes, at, end, "policy"))
            } else if let at = valueStart("prio", bytes, start, end) {
                priority = Int(try integer(bytes, at, end, "prio"))
            }
        case 0x74:  // t
            if let at = valueStart("total_numa_faults", bytes, start, end) {
                totalFaults = try unsigned(bytes, at, end, "total_numa_faults")
            }
        default: break
        }
    }

    /// The lines that begin with `n`.
    @inline(__always)
    private mutating func parseCounter(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(KernelTextError) {
        if let at = valueStart("nr_switches", bytes, start, end) {
            switchCount = try unsigned(bytes, at, end, "nr_switches")
        } else if let at = valueStart("nr_voluntary_switches", bytes, start, end) {
            voluntarySwitchCount = try unsigned(bytes, at, end, "nr_voluntary_switches")
        } else if let at = valueStart("nr_involuntary_switches", bytes, start, end) {
            involuntarySwitchCount = try unsigned(bytes, at, end, "nr_involuntary_switches")
        } else if let at = valueStart("numa_pages_migrated", bytes, start, end) {
            pagesMigrated = try unsigned(bytes, at, end, "numa_pages_migrated")
        } else if let at = valueStart("numa_preferred_nid", bytes, start, end) {
            preferredNode = Int(try integer(bytes, at, end, "numa_preferred_nid"))
        } else if let at = valueStart("numa_task_migrated", bytes, start, end) {
            taskMigrated = try unsigned(bytes, at, end, "numa_task_migrated")
        } else if let at = valueStart("numa_task_swapped", bytes, start, end) {
            taskSwapped = try unsigned(bytes, at, end, "numa_task_swapped")
        }
    }

    /// The lines that begin with `se.`.
    @inline(__always)
    private mutating func parseEntity(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(KernelTextError) {
        if let at = valueStart("se.exec_start", bytes, start, end) {
            execStartNanoseconds = try nanoseconds(bytes, at, end, "se.exec_start")
        } else if let at = valueStart("se.sum_exec_runtime", bytes, start, end) {
            sumExecRuntimeNanoseconds = try nanoseconds(bytes, at, end, "se.sum_exec_runtime")
        } else if let at = valueStart("se.nr_migrations", bytes, start, end) {
            migrationCount = try unsigned(bytes, at, end, "se.nr_migrations")
        } else if let at = valueStart("se.avg.load_sum", bytes, start, end) {
            loadSum = try unsigned(bytes, at, end, "se.avg.load_sum")
        }
    }

    /// Where the value of `key` starts, if the line is `key`, blanks, a colon.
    @inline(__always)
    private func valueStart(_ key: String, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard bytes.hasPrefix(key, start, end) else { return nil }
        var offset = start + key.utf8.count
        bytes.skipBlanks(&offset, end)
        guard offset < end, bytes[offset] == Byte.colon else { return nil }
        offset += 1
        bytes.skipBlanks(&offset, end)
        return offset
    }

    @inline(__always)
    private func unsigned(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        var offset = start
        let value = try bytes.decimal(&offset, end, .taskSched, field)
        try expectEnd(bytes, offset, end, field)
        return value
    }

    @inline(__always)
    private func integer(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> Int32 {
        var offset = start
        let value = try bytes.signedDecimal(&offset, end, .taskSched, field)
        try expectEnd(bytes, offset, end, field)
        guard let narrow = Int32(exactly: value) else {
            throw KernelTextError(.taskSched, field, at: start, .outOfRange)
        }
        return narrow
    }

    /// `milliseconds.nnnnnn`.
    @inline(__always)
    private func nanoseconds(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        var offset = start
        let milliseconds = try bytes.decimal(&offset, end, .taskSched, field)
        try bytes.expect(Byte.dot, ".", &offset, end, .taskSched, field)
        let fractionStart = offset
        let fraction = try bytes.decimal(&offset, end, .taskSched, field)
        guard offset - fractionStart == 6 else {
            throw KernelTextError(.taskSched, field, at: fractionStart, .expectedDecimal)
        }
        try expectEnd(bytes, offset, end, field)
        let (whole, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carry) = whole.addingReportingOverflow(fraction)
        if overflow || carry { throw KernelTextError(.taskSched, field, at: start, .outOfRange) }
        return sum
    }

    @inline(__always)
    private func expectEnd(
        _ bytes: Span<UInt8>, _ offset: Int, _ end: Int, _ field: String
    ) throws(KernelTextError) {
        var offset = offset
        bytes.skipBlanks(&offset, end)
        if offset != end { throw KernelTextError(.taskSched, field, at: offset, .trailingBytes) }
    }

    /// `current_node=0, numa_group_id=0`
    private mutating func parseCurrentNode(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(KernelTextError) {
        var offset = start
        let node = try labelled("current_node=", bytes, &offset, end)
        let group = try labelled(", numa_group_id=", bytes, &offset, end)
        try expectEnd(bytes, offset, end, "numa_group_id")
        currentNode = Int(node)
        groupID = Int(group)
    }

    /// `numa_faults node=0 task_private=571 task_shared=80 group_private=0 group_shared=0`
    private mutating func parseFaults(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(KernelTextError) {
        var offset = start + "numa_faults node=".utf8.count
        let node = try bytes.decimalInt(&offset, end, max: CPUList.largestNumber, .taskSched, "numa_faults node")
        let entry = NodeFaults(
            node: node,
            taskPrivate: try counted(" task_private=", bytes, &offset, end),
            taskShared: try counted(" task_shared=", bytes, &offset, end),
            groupPrivate: try counted(" group_private=", bytes, &offset, end),
            groupShared: try counted(" group_shared=", bytes, &offset, end))
        guard offset == end || bytes[offset] == Byte.space else {
            throw KernelTextError(.taskSched, "numa_faults", at: offset, .trailingBytes)
        }
        faults.append(entry)
    }

    @inline(__always)
    private func skipLabel(
        _ label: String, _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int
    ) throws(KernelTextError) {
        guard bytes.hasPrefix(label, offset, end) else {
            throw KernelTextError(.taskSched, label, at: offset, .expectedToken(label))
        }
        offset += label.utf8.count
    }

    @inline(__always)
    private func counted(
        _ label: String, _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int
    ) throws(KernelTextError) -> UInt64 {
        try skipLabel(label, bytes, &offset, end)
        return try bytes.decimal(&offset, end, .taskSched, label)
    }

    private func labelled(
        _ label: String, _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int
    ) throws(KernelTextError) -> Int32 {
        try skipLabel(label, bytes, &offset, end)
        let start = offset
        let value = try bytes.signedDecimal(&offset, end, .taskSched, label)
        guard let narrow = Int32(exactly: value) else {
            throw KernelTextError(.taskSched, label, at: start, .outOfRange)
        }
        return narrow
    }
}
