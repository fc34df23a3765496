/// `/proc/<pid>/task/<tid>/schedstat` (`CONFIG_SCHED_INFO`): three numbers. Sample: `959368070 544360091 503`.
package struct TaskSchedstat: Hashable, Sendable {
    /// Time on a CPU.
    package var runNanoseconds: UInt64
    /// Time runnable and waiting for a CPU.
    package var waitNanoseconds: UInt64
    /// Times put on a CPU.
    package var timesliceCount: UInt64

    /// Reads a whole file; words behind the third pass.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        var offset = 0
        guard let line = try bytes.nextLine(&offset, .taskSchedstat) else {
            throw KernelTextError(.taskSchedstat, "run_time", at: 0, .unexpectedEnd)
        }
        var position = line.lowerBound
        runNanoseconds = try Self.number(bytes, &position, line.upperBound, "run_time")
        waitNanoseconds = try Self.number(bytes, &position, line.upperBound, "run_delay")
        timesliceCount = try Self.number(bytes, &position, line.upperBound, "pcount")
    }

    private static func number(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> UInt64 {
        bytes.skipBlanks(&offset, end)
        let value = try bytes.decimal(&offset, end, .taskSchedstat, field)
        guard offset == end || bytes[offset] == Byte.space else {
            throw KernelTextError(.taskSchedstat, field, at: offset, .trailingBytes)
        }
        return value
    }
}
