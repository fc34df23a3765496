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
///
/// A kernel that is at work on its domains shows some files of before and some of after: before 6.10 it rebuilds them
/// some time after it has said which CPUs are online. A reading that does not agree with itself is therefore held back,
/// and all is read again in the next round; what still disagrees then in the same way is so.
///
/// For example, CPU 7 goes on a kernel 6.1. The round that sees it reads `online` without CPU 7, and spans with it: nothing
/// is published but what was known before. The next round reads both without it: the domains have changed, and nobody is
/// told of a disagreement that never was.
struct DomainsObserver {
    private let root: CountingRoot
    private(set) var record: DomainsRecord?
    private var quickLook: DomainsFingerprint?
    private var fullLook: DomainsFingerprint?
    /// The last reading that was held back, and how many there were in a row.
    private var heldBack: (disagreements: [DomainDisagreement], count: Int)?
    /// The reading that rates count from; absent while the kernel does not count.
    private var counters: (reading: Schedstat, atNanoseconds: UInt64)?
    /// What was counted up to the last reading, domains included that are gone.
    private var total: (statistics: BalanceStatistics, reading: Schedstat)?

    /// A machine that changes in every round is published as it is read at last.
    private static let heldBackLimit = 5

    init(root: any HostRoot) {
        self.root = CountingRoot(root)
    }

    var shortages: UInt64 { root.shortages }
    var filesRead: UInt64 { root.account.files }
    var bytesRead: UInt64 { root.account.bytes }

    /// A cheap look, each round.
    ///
    /// - Returns: Whether the domains were read anew.
    mutating func look(now: UInt64) -> Bool {
        guard let look = fingerprint(includesSpans: false) else { return false }
        guard record == nil || heldBack != nil || look != quickLook else { return false }
        quickLook = look
        read(now)
        return true
    }

    /// The thorough look, at the tier's interval: spans and counters.
    mutating func inspect(now: UInt64) {
        guard let look = fingerprint(includesSpans: true) else { return }
        let hasRead = self.look(now: now)
        if !hasRead, let fullLook, fullLook != look { read(now) }
        fullLook = look
        readCounters(now)
    }

    /// Nil where it could not be told: a file that fails to open for want of descriptors is no change of the machine.
    private func fingerprint(includesSpans: Bool) -> DomainsFingerprint? {
        let before = root.shortages
        let look = DomainsFingerprint(root, includesSpans: includesSpans)
        return root.shortages == before ? look : nil
    }

    private mutating func read(_ now: UInt64) {
        let before = root.shortages
        let reading = DomainsReader.read(root)
        guard root.shortages == before else {
            // To be looked at again, whatever it looks like then.
            quickLook = nil
            return
        }
        let report = DomainReconciliation.reconcile(reading.input, reading.observed)
        guard isSettled(report, changedWhileReading: reading.changedWhileReading) else { return }
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

    /// Whether a reading shows one state of the machine; else it is held back. The first is taken as it is: there is
    /// nothing to publish in its place.
    private mutating func isSettled(_ report: DomainReport, changedWhileReading: Bool) -> Bool {
        let known = heldBack?.disagreements ?? record?.report.disagreements ?? report.disagreements
        let isConsistent = report.disagreements.isEmpty || report.disagreements == known
        let count = heldBack?.count ?? 0
        if record == nil || isConsistent && !changedWhileReading || count == Self.heldBackLimit {
            heldBack = nil
            return true
        }
        heldBack = (report.disagreements, count + 1)
        return false
    }

    private mutating func readCounters(_ now: UInt64) {
        let before = root.shortages
        let mode = try? root.readText("/proc/sys/kernel/sched_schedstats")
        let text = try? root.readBytes("/proc/schedstat")
        // The next reading counts from the last one that was.
        guard root.shortages == before else { return }
        // With counting switched off the counters stand still: what they show is not zero, it is unknown.
        guard mode != "0", let hierarchy = record?.report.hierarchy, let bytes = text,
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
        addTotals(reading, hierarchy)
        record?.totals = total?.statistics
        counters = (reading, now)
    }

    /// Domains are counted anew when the kernel builds them anew; the sum over them goes on.
    private mutating func addTotals(_ reading: Schedstat, _ hierarchy: DomainHierarchy) {
        let since = total?.reading ?? reading.withoutDomains
        guard
            let counted = BalanceStatistics(
                from: since, to: reading, seconds: 1, hierarchy: hierarchy, countsRebuilt: true)
        else { return }
        var sum = total?.statistics ?? BalanceStatistics()
        sum.addLevels(of: counted)
        total = (sum, reading)
    }
}

extension Schedstat {
    /// The same CPUs without domains: the difference to it is what was counted since the domains were built.
    fileprivate var withoutDomains: Schedstat {
        var copy = self
        for cpu in copy.cpus.indices { copy.cpus[cpu].domains = [] }
        return copy
    }
}
