/// How a trace session is set up.
package struct TraceSessionConfiguration: Sendable, Hashable {
    /// The name of the tracefs instance, which nobody else may use: `numawatch` for the daemon,
    /// `numawatch-record-<pid>` for a recording. Everything a session leaves behind is found by it.
    package var instanceName = "numawatch"
    /// The ring buffer of each CPU, in memory that the kernel cannot swap. The kernel rounds up to pages.
    ///
    /// A hint fault writes about 250 bytes in all its events: 4 MiB hold about 16,000 faults, 0.3 s of the 50,000 faults
    /// a second that one CPU can take.
    package var bufferBytesPerCPU = 4 << 20
    /// A waiting `poll` wakes once some CPU's buffer is filled to this share, 1 to 100 (`buffer_percent`).
    package var wakeUpPercent = 10
    /// What is traced from the start.
    package var filter = TraceFilter.everything
    /// The most events that wait for a slower CPU to be read past their time, 64 bytes each. When more do, those older than
    /// `longestDelayNanoseconds` are handed over, and that CPU's will be late.
    package var largestBacklog = 1 << 18
    /// How long an event waits at most once more wait than that.
    package var longestDelayNanoseconds: UInt64 = 200_000_000
    /// At most this many events are handed over by one `poll`; the rest follows with the next.
    package var largestBatch = 65_536
    /// Where tracefs is; nil to ask the mount table. Never mounted by us.
    package var directory: String?

    package init() {}
}
