package import SchedDomains

/// The host's scheduling domains as last read, and how the kernel's balancing between them fared.
package struct DomainsRecord: Sendable, Equatable {
    /// The domains: what the kernel shows joined with what was derived, each part with its source.
    package var report: DomainReport
    /// What the derivation went by.
    package var input: DomainsInput
    /// Counts readings whose result differed from the one before, from 1; equal generations have equal domains.
    package var generation: UInt64
    /// Monotonic time of the reading, nanoseconds.
    package var readAtNanoseconds: UInt64
    /// What the last change changed, a line each; absent before the first.
    package var lastChange: String?
    /// Rates of load balancing by level since the previous round; absent without `/proc/schedstat`.
    package var statistics: BalanceStatistics?
    /// The kernel's counters by level, in place of rates (per second over one second): since boot, or since the domains were
    /// built that were there at the first reading; what rebuilt domains counted is kept. Absent likewise.
    package var totals: BalanceStatistics?

    package init(report: DomainReport, input: DomainsInput, generation: UInt64, readAtNanoseconds: UInt64) {
        self.report = report
        self.input = input
        self.generation = generation
        self.readAtNanoseconds = readAtNanoseconds
    }

    package static func == (left: DomainsRecord, right: DomainsRecord) -> Bool {
        left.generation == right.generation && left.readAtNanoseconds == right.readAtNanoseconds
            && left.statistics == right.statistics && left.totals == right.totals
    }
}
