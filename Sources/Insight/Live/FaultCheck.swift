import BalancingModel

/// The kernel's count of hint faults against the trace's, at the same instants.
///
/// `/proc/vmstat` is read by the sampler, and events arrive later than that. So a reading waits until the stream has passed
/// its time; the faults seen by then belong to it. Both counts are since the first reading. Only the time between reading
/// the clock and reading the file blurs them: some faults of a millisecond, which cancel out over the life of a trace.
struct FaultCheck: Sendable {
    private var waiting: (count: UInt64, time: UInt64)?
    private var first: (kernel: UInt64, trace: UInt64)?
    private var seen: UInt64 = 0
    /// Since the first reading; absent before the second.
    private(set) var kernelFaults: UInt64?
    private(set) var tracedFaults: UInt64?

    mutating func note(count: UInt64, readAt time: UInt64) {
        waiting = (count, time)
    }

    /// Events come in the order of time.
    mutating func note(_ event: BalancingEvent) {
        settle(at: event.timeNanoseconds)
        if case .misplaced = event.payload { seen += 1 }
    }

    /// No earlier event will come.
    mutating func settle(at time: UInt64) {
        guard let reading = waiting, reading.time <= time else { return }
        waiting = nil
        guard let first else {
            first = (reading.count, seen)
            return
        }
        // A count that fell: the counter was reset (`numa_stat` is no such counter, but a guest may be restored).
        guard reading.count >= first.kernel else { return }
        kernelFaults = reading.count - first.kernel
        tracedFaults = seen - first.trace
    }
}
