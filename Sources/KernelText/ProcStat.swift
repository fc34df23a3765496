/// The `cpu` lines of `/proc/stat`: time per CPU since boot in clock ticks. Sample: `cpu0 629 0 826 78329 15 0 7 3 0 0`.
///
/// The first line, `cpu` without a number, is the sum. Columns were added over time: what is not printed is nil.
package struct ProcStat: Hashable, Sendable {
    /// The times of one CPU, or of all together. All in clock ticks (`_SC_CLK_TCK`).
    package struct CPUTimes: Hashable, Sendable {
        /// The CPU; nil in the line of all together.
        package var cpu: Int?
        /// Contains ``guestTicks``.
        package var userTicks: UInt64
        package var niceTicks: UInt64
        package var systemTicks: UInt64
        package var idleTicks: UInt64
        package var ioWaitTicks: UInt64?
        package var interruptTicks: UInt64?
        package var softInterruptTicks: UInt64?
        package var stealTicks: UInt64?
        package var guestTicks: UInt64?
        package var guestNiceTicks: UInt64?
    }

    /// All CPUs together.
    package var total: CPUTimes?
    /// The online CPUs as printed.
    package var cpus: [CPUTimes] = []
    /// `btime`: boot time, seconds since 1970.
    package var bootTimeSeconds: UInt64?
    /// `ctxt`: context switches since boot.
    package var contextSwitchCount: UInt64?

    package init() {}

    /// Reads a whole file; allocates only the array of CPUs.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        try Self.parse(bytes, into: &self)
    }

    /// Reads a whole file into `stat`, keeping its buffer.
    package static func parse(_ bytes: Span<UInt8>, into stat: inout ProcStat) throws(KernelTextError) {
        stat.total = nil
        stat.cpus.removeAll(keepingCapacity: true)
        stat.bootTimeSeconds = nil
        stat.contextSwitchCount = nil
        var offset = 0
        while let line = try bytes.nextLine(&offset, .procStat) {
            let (start, end) = (line.lowerBound, line.upperBound)
            if bytes.hasPrefix("cpu", start, end) {
                let times = try cpuTimes(bytes, line)
                if times.cpu == nil { stat.total = times } else { stat.cpus.append(times) }
            } else if bytes.hasPrefix("btime ", start, end) {
                stat.bootTimeSeconds = try number(bytes, start + 6, end, "btime")
            } else if bytes.hasPrefix("ctxt ", start, end) {
                stat.contextSwitchCount = try number(bytes, start + 5, end, "ctxt")
            }
        }
    }

    private static func number(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        var offset = start
        let value = try bytes.decimal(&offset, end, .procStat, field)
        guard offset == end else { throw KernelTextError(.procStat, field, at: offset, .trailingBytes) }
        return value
    }

    private static func cpuTimes(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(KernelTextError) -> CPUTimes {
        let end = line.upperBound
        var offset = line.lowerBound + 3
        var cpu: Int?
        if offset < end, bytes[offset] != Byte.space {
            cpu = try bytes.decimalInt(&offset, end, max: CPUList.largestNumber, .procStat, "cpu")
        }
        func required(_ field: String) throws(KernelTextError) -> UInt64 {
            guard let value = try optional(field) else {
                throw KernelTextError(.procStat, field, at: offset, .unexpectedEnd)
            }
            return value
        }
        func optional(_ field: String) throws(KernelTextError) -> UInt64? {
            guard offset < end else { return nil }
            try bytes.expect(Byte.space, " ", &offset, end, .procStat, field)
            bytes.skipBlanks(&offset, end)
            guard offset < end else { return nil }
            return try bytes.decimal(&offset, end, .procStat, field)
        }
        return CPUTimes(
            cpu: cpu, userTicks: try required("user"), niceTicks: try required("nice"),
            systemTicks: try required("system"), idleTicks: try required("idle"),
            ioWaitTicks: try optional("iowait"), interruptTicks: try optional("irq"),
            softInterruptTicks: try optional("softirq"), stealTicks: try optional("steal"),
            guestTicks: try optional("guest"), guestNiceTicks: try optional("guest_nice"))
    }
}
