import Glibc

/// The clocks, as a value a test replaces.
///
/// Instants are nanoseconds: `monotonic` since an arbitrary start and stopped during suspend, `boottime` since boot
/// (what start times in `/proc/<pid>/stat` count from), `realtime` since 1970.
package protocol TimeSource: Sendable {
    /// CLOCK_MONOTONIC.
    var monotonicNanoseconds: UInt64 { get }
    /// CLOCK_BOOTTIME.
    var boottimeNanoseconds: UInt64 { get }
    /// CLOCK_REALTIME.
    var realtimeNanoseconds: UInt64 { get }

    /// Returns once `monotonicNanoseconds` has reached the deadline.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(untilMonotonicNanoseconds deadline: UInt64) async throws

    /// Blocks the calling thread: for code on a thread of its own, and pauses below a millisecond.
    func pause(nanoseconds: UInt64)

    /// Blocks the calling thread until a latch is open, or `monotonicNanoseconds` has reached the deadline.
    ///
    /// - Returns: Whether the latch is open.
    func wait(for latch: Latch, untilMonotonicNanoseconds deadline: UInt64) -> Bool
}

/// The host's clocks.
package struct SystemTime: TimeSource {
    package init() {}

    package var monotonicNanoseconds: UInt64 { Self.monotonicNow() }
    package var boottimeNanoseconds: UInt64 { Self.now(CLOCK_BOOTTIME) }
    package var realtimeNanoseconds: UInt64 { Self.now(CLOCK_REALTIME) }

    package func sleep(untilMonotonicNanoseconds deadline: UInt64) async throws {
        // SuspendingClock is CLOCK_MONOTONIC on Linux, but does not let an instant be made from a number.
        let now = monotonicNanoseconds
        guard deadline > now else { return try Task.checkCancellation() }
        try await Task.sleep(for: .nanoseconds(deadline - now), clock: .suspending)
    }

    /// clock_nanosleep(2) until an instant: a signal does not end it early.
    package func pause(nanoseconds: UInt64) {
        let (end, overflow) = monotonicNanoseconds.addingReportingOverflow(nanoseconds)
        var deadline = timespec()
        deadline.tv_sec = Int((overflow ? UInt64(Int64.max) : end) / 1_000_000_000)
        deadline.tv_nsec = overflow ? 0 : Int(end % 1_000_000_000)
        while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nil) == EINTR {}
    }

    package func wait(for latch: Latch, untilMonotonicNanoseconds deadline: UInt64) -> Bool {
        latch.wait(untilMonotonicNanoseconds: deadline)
    }

    /// CPU time this thread has used, in nanoseconds: CLOCK_THREAD_CPUTIME_ID.
    package static var threadCPUNanoseconds: UInt64 { now(CLOCK_THREAD_CPUTIME_ID) }

    /// CPU time all threads of this process have used, in nanoseconds: CLOCK_PROCESS_CPUTIME_ID.
    package static var processCPUNanoseconds: UInt64 { now(CLOCK_PROCESS_CPUTIME_ID) }

    static func monotonicNow() -> UInt64 { now(CLOCK_MONOTONIC) }

    // None of these clocks is ever missing.
    private static func now(_ clock: clockid_t) -> UInt64 { nanoseconds(of: clock) ?? 0 }

    /// The clock of a process's run time: that of clock_getcpuclockid(3), made here as no call is needed for it.
    static func clock(ofProcess pid: Int32) -> clockid_t { (~pid &<< 3) | 2 }

    /// The reading of any clock; nil where it does not exist, as that of a thread that has ended.
    static func nanoseconds(of clock: clockid_t) -> UInt64? {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
