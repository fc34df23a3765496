/// `/proc/<pid>/stat` and `/proc/<pid>/task/<tid>/stat`: one line of blank-separated fields.
///
/// Sample: `6199 (cat) R 6183 6183 3440 0 -1 4194304 108 0 0 0 0 0 …`. The command name is in parentheses and may itself
/// hold blanks, parentheses and newlines: everything is counted from the *last* `)`. Fields are numbered as in
/// `proc_pid_stat(5)`; later kernels append fields, which pass. In `/proc/<pid>/stat` times and faults are those of the
/// whole process, in `task/<tid>/stat` of the thread.
package struct TaskStat: Hashable, Sendable {
    /// (1) `pid`
    package var pid: Int = 0
    /// (2) `comm`: where the name lies in the bytes parsed, without its parentheses.
    package var commRange: Range<Int> = 0..<0
    /// (3) `state`: the letter, such as `R`, `S`, `D`, `Z`.
    package var state: UInt8 = 0
    /// (4) `ppid`
    package var parentPID: Int = 0
    /// (9) `flags`: `PF_*` bits; `PF_KTHREAD` is 0x200000.
    package var flags: UInt64 = 0
    /// (10) `minflt`: faults without I/O, NUMA hint faults included.
    package var minorFaults: UInt64 = 0
    /// (12) `majflt`
    package var majorFaults: UInt64 = 0
    /// (14) `utime`, clock ticks (`sysconf(_SC_CLK_TCK)`, 100 a second on all our platforms).
    package var userTicks: UInt64 = 0
    /// (15) `stime`, clock ticks.
    package var systemTicks: UInt64 = 0
    /// (18) `priority`
    package var priority: Int64 = 0
    /// (19) `nice`
    package var nice: Int64 = 0
    /// (20) `num_threads`
    package var threadCount: Int = 0
    /// (22) `starttime`, clock ticks since boot. With the pid it names a process for good.
    package var startTicks: UInt64 = 0
    /// (23) `vsize`
    package var virtualSizeBytes: UInt64 = 0
    /// (24) `rss`, base pages, inexact on purpose in the kernel.
    package var residentPages: Int64 = 0
    /// (39) `processor`: the CPU last run on. Since 2.2.8.
    package var processor: Int?
    /// (40) `rt_priority`
    package var realtimePriority: UInt64?
    /// (41) `policy`: `SCHED_*`.
    package var policy: UInt64?
    /// (42) `delayacct_blkio_ticks`
    package var blockIODelayTicks: UInt64?
    /// (43) `guest_time`, clock ticks, contained in ``userTicks``.
    package var guestTicks: UInt64?

    package init() {}

    /// `PF_KTHREAD`: the task is a kernel thread.
    package var isKernelThread: Bool { flags & 0x0020_0000 != 0 }

    /// Reads a whole file. Allocates nothing.
    ///
    /// - Throws: ``KernelTextError`` when one of the fields up to `rss` is missing or malformed.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        var last = bytes.count
        while last > 0, bytes[last - 1] != Byte.rightParenthesis { last -= 1 }
        guard last > 0 else { throw KernelTextError(.taskStat, "comm", at: 0, .expectedToken(")")) }
        var offset = 0
        pid = try bytes.decimalInt(&offset, last, max: Int(Int32.max), .taskStat, "pid")
        guard bytes.hasPrefix(" (", offset, last - 1) else {
            throw KernelTextError(.taskStat, "comm", at: offset, .expectedToken(" ("))
        }
        commRange = (offset + 2)..<(last - 1)
        offset = last
        try parseFields(bytes, &offset)
    }

    private mutating func parseFields(_ bytes: Span<UInt8>, _ offset: inout Int) throws(KernelTextError) {
        let end = bytes.find(Byte.newline, offset, bytes.count)
        guard end < bytes.count else { throw KernelTextError(.taskStat, "line", at: 0, .unterminatedLine) }
        try bytes.expect(Byte.space, " ", &offset, end, .taskStat, "state")
        guard offset < end, Byte.isLetter(bytes[offset]) else {
            throw KernelTextError(.taskStat, "state", at: offset, .expectedToken("a state letter"))
        }
        state = bytes[offset]
        offset += 1
        parentPID = try fieldInt(bytes, &offset, end, "ppid")
        try skipFields(4, bytes, &offset, end, "tpgid")
        flags = try field(bytes, &offset, end, "flags")
        minorFaults = try field(bytes, &offset, end, "minflt")
        try skipFields(1, bytes, &offset, end, "cminflt")
        majorFaults = try field(bytes, &offset, end, "majflt")
        try skipFields(1, bytes, &offset, end, "cmajflt")
        userTicks = try field(bytes, &offset, end, "utime")
        systemTicks = try field(bytes, &offset, end, "stime")
        try skipFields(2, bytes, &offset, end, "cutime")
        priority = try signedField(bytes, &offset, end, "priority")
        nice = try signedField(bytes, &offset, end, "nice")
        threadCount = try fieldInt(bytes, &offset, end, "num_threads")
        try skipFields(1, bytes, &offset, end, "itrealvalue")
        startTicks = try field(bytes, &offset, end, "starttime")
        virtualSizeBytes = try field(bytes, &offset, end, "vsize")
        residentPages = try signedField(bytes, &offset, end, "rss")
        for _ in 25...38 {
            guard skipField(bytes, &offset, end) else { return }
        }
        processor = try optionalField(bytes, &offset, end, "processor").map { Int(truncatingIfNeeded: $0) }
        realtimePriority = try optionalField(bytes, &offset, end, "rt_priority")
        policy = try optionalField(bytes, &offset, end, "policy")
        blockIODelayTicks = try optionalField(bytes, &offset, end, "delayacct_blkio_ticks")
        guestTicks = try optionalField(bytes, &offset, end, "guest_time")
    }

    @inline(__always)
    private func skipField(_ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int) -> Bool {
        guard offset < end, bytes[offset] == Byte.space else { return false }
        let start = offset + 1
        offset = bytes.find(Byte.space, start, end)
        return offset > start
    }

    private func skipFields(
        _ count: Int, _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ field: String
    ) throws(KernelTextError) {
        for _ in 0..<count where !skipField(bytes, &offset, end) {
            throw KernelTextError(.taskStat, field, at: offset, .unexpectedEnd)
        }
    }

    @inline(__always)
    private func field(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        try bytes.expect(Byte.space, " ", &offset, end, .taskStat, field)
        let value = try bytes.decimal(&offset, end, .taskStat, field)
        try checkFieldEnd(bytes, offset, end, field)
        return value
    }

    private func fieldInt(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> Int {
        try bytes.expect(Byte.space, " ", &offset, end, .taskStat, field)
        let value = try bytes.decimalInt(&offset, end, max: Int(Int32.max), .taskStat, field)
        try checkFieldEnd(bytes, offset, end, field)
        return value
    }

    @inline(__always)
    private func signedField(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> Int64 {
        try bytes.expect(Byte.space, " ", &offset, end, .taskStat, field)
        let value = try bytes.signedDecimal(&offset, end, .taskStat, field)
        try checkFieldEnd(bytes, offset, end, field)
        return value
    }

    @inline(__always)
    private func checkFieldEnd(
        _ bytes: Span<UInt8>, _ offset: Int, _ end: Int, _ field: String
    ) throws(KernelTextError) {
        guard offset == end || bytes[offset] == Byte.space else {
            throw KernelTextError(.taskStat, field, at: offset, .trailingBytes)
        }
    }

    /// A field older kernels may lack: nil at the end of the line, an error when it is there and no number.
    private func optionalField(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ name: String
    ) throws(KernelTextError) -> UInt64? {
        guard offset < end else { return nil }
        let start = offset
        let value = try field(bytes, &offset, end, name)
        guard value <= UInt64(Int64.max) else { throw KernelTextError(.taskStat, name, at: start, .outOfRange) }
        return value
    }
}

extension TaskStat {
    /// Z and X: the task has exited.
    package var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
}
