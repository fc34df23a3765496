import HostReading
import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains
import Snapshots

/// Keeps the scheduling domains up to date at little cost.
///
/// Reading everything takes about twenty files per CPU; so that is done at the start and when something changed. Each
/// round only looks at what changes when the kernel rebuilds domains (online CPUs, partitions); at its own, longer interval it
/// also compares all spans in `/proc/schedstat`, and takes the balancer's counters from there.
struct DomainsObserver {
    private let root: CountingRoot
    private(set) var record: DomainsRecord?
    private var quickLook: DomainsFingerprint?
    private var fullLook: DomainsFingerprint?
    private var counters: (reading: Schedstat, atNanoseconds: UInt64)?

    init(root: any HostRoot) {
        self.root = CountingRoot(root)
    }

    var filesRead: UInt64 { root.account.files }
    var bytesRead: UInt64 { root.account.bytes }

    /// A cheap look, each round.
    ///
    /// - Returns: Whether the domains were read anew.
    mutating func look(now: UInt64) -> Bool {
        let look = DomainsFingerprint(root, includesSpans: false)
        guard record == nil || look != quickLook else { return false }
        quickLook = look
        read(now)
        return true
    }

    /// The thorough look, at the tier's interval: spans and counters.
    mutating func inspect(now: UInt64) {
        let look = DomainsFingerprint(root, includesSpans: true)
        let hasRead = self.look(now: now)
        if !hasRead, let fullLook, fullLook != look { read(now) }
        fullLook = look
        readCounters(now)
    }

    private mutating func read(_ now: UInt64) {
        let reading = DomainsReader.read(root)
        let report = DomainReconciliation.reconcile(reading.input, reading.observed)
        var new = DomainsRecord(
            report: report, input: reading.input, generation: (record?.generation ?? 0) + 1, readAtNanoseconds: now)
        if let old = record {
            let difference = DomainDiff(from: old.report.hierarchy, to: report.hierarchy)
            let isSame = difference.isEmpty && old.report.disagreements == report.disagreements
            if isSame { new.generation = old.generation }
            new.lastChange = difference.isEmpty ? old.lastChange : difference.text
            new.statistics = old.statistics
            new.totals = old.totals
        }
        record = new
    }

    private mutating func readCounters(_ now: UInt64) {
        // With counting switched off the counters stand still: what they show is not zero, it is unknown.
        guard (try? root.readText("/proc/sys/kernel/sched_schedstats")) != "0",
            let hierarchy = record?.report.hierarchy, let bytes = try? root.readBytes("/proc/schedstat"),
            let reading = try? Schedstat(parsing: bytes.span)
        else {
            record?.statistics = nil
            record?.totals = nil
            counters = nil
            return
        }
        if let counters, now > counters.atNanoseconds {
            record?.statistics = BalanceStatistics(
                from: counters.reading, to: reading, seconds: Double(now - counters.atNanoseconds) / 1e9,
                hierarchy: hierarchy)
        }
        record?.totals = BalanceStatistics(
            from: reading.withZeroCounters, to: reading, seconds: 1, hierarchy: hierarchy)
        counters = (reading, now)
    }
}

extension Schedstat {
    /// The same domains with nothing counted: the difference to it is the total since boot.
    fileprivate var withZeroCounters: Schedstat {
        var copy = self
        for cpu in copy.cpus.indices {
            for domain in copy.cpus[cpu].domains.indices where copy.cpus[cpu].domains[domain].counters != nil {
                copy.cpus[cpu].domains[domain].counters = .zero
            }
        }
        return copy
    }
}
