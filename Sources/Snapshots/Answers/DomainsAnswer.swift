package import NUMATopology
package import SchedDomains

/// The scheduling domains of a host: what `/v1/domains` and `numawatch domains --format json` show.
package struct DomainsAnswer: Sendable {
    package var report: DomainReport
    package var input: DomainsInput
    /// The CPUs to list; absent: all online ones.
    package var cpus: CPUSet?
    /// Rates of load balancing, if measured.
    package var statistics: BalanceStatistics?
    /// The CPUs that do the kernel's own work; absent: not known.
    package var housekeeping: CPUSet?

    package init(
        _ report: DomainReport, input: DomainsInput, cpus: CPUSet? = nil, statistics: BalanceStatistics? = nil
    ) {
        self.report = report
        self.input = input
        self.cpus = cpus
        self.statistics = statistics
    }

    package init(_ record: DomainsRecord) {
        self.init(record.report, input: record.input, statistics: record.statistics)
    }
}
