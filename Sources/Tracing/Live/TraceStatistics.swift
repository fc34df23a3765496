import NUMATopology

/// What a live source read, delivered and lost. Totals since its start; they never fall.
package struct TraceStatistics: Sendable, Hashable {
    /// One CPU's ring buffer, as `per_cpu/cpuN/stats` tells it.
    package struct CPU: Sendable, Hashable {
        package var cpu: Int32
        /// Events in the buffer that were not read yet.
        package var entries: UInt64
        /// Events that were overwritten before they were read (`overrun`).
        package var overrun: UInt64
        /// Events that found no room because the writer had lapped itself (`commit overrun`).
        package var commitOverrun: UInt64
        /// Events that were dropped while overwriting is off (`dropped events`).
        package var droppedEvents: UInt64

        package init(cpu: Int32, entries: UInt64, overrun: UInt64, commitOverrun: UInt64, droppedEvents: UInt64) {
            self.cpu = cpu
            self.entries = entries
            self.overrun = overrun
            self.commitOverrun = commitOverrun
            self.droppedEvents = droppedEvents
        }
    }

    /// Events handed over by `poll`, losses not counted.
    package var deliveredEvents: UInt64 = 0
    /// Events taken from the buffers, of all kinds.
    package var readEvents: UInt64 = 0
    /// Events of kinds the session did not ask for, or that were malformed: not delivered.
    package var unusableEvents: UInt64 = 0
    /// Events the buffers say they lost, as far as they say how many.
    package var lostEvents: UInt64 = 0
    /// Losses of an unknown number of events.
    package var lossesWithoutCount: UInt64 = 0
    /// Events that were read after a later one had been delivered; they were delivered all the same.
    package var lateEvents: UInt64 = 0
    /// Hits of probes the kernel could not handle (`kprobe_profile`): no event was written for them.
    package var missedProbeHits: UInt64 = 0
    package var readPages: UInt64 = 0
    package var readBytes: UInt64 = 0
    /// Events read but not delivered yet.
    package var pendingEvents: Int = 0
    /// Trace time of the newest event delivered; nil before the first.
    package var newestNanoseconds: UInt64?
    /// How far the delivered events were behind the present at the end of the last `poll`: everything up to then minus
    /// this is delivered.
    package var lagNanoseconds: UInt64 = 0
    /// By CPU number; as of the last time they were asked for, at most once a second.
    package var cpus: [CPU] = []
    /// When `cpus` and `missedProbeHits` were asked for; 0 before the first time.
    package var countedAtNanoseconds: UInt64 = 0

    package init() {}

    /// What is known to be missing: events, losses of an unknown number, and probe hits.
    package var losses: UInt64 {
        lostEvents.addingSaturated(lossesWithoutCount).addingSaturated(missedProbeHits)
    }

    /// True once anything is known to be missing from the stream.
    package var isLossy: Bool { lostEvents > 0 || lossesWithoutCount > 0 || missedProbeHits > 0 }
}
