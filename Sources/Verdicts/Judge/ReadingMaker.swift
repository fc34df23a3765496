import BalancingModel
import NUMATopology
import Snapshots

/// Takes from the records of a round what a scope's watch needs.
enum ReadingMaker {
    static func reading(of process: ProcessRecord) -> ScopeReading {
        var reading = ScopeReading()
        reading.cpuByNode = process.cpuNanosecondsByNode
        reading.movedPages = process.ledger?.migratedPages
        reading.modelledFaults = process.model?.faultedPages
        if let placement = process.placement {
            reading.memory = ScopeReading.Memory(
                bytes: placement.bytesByClass.judgedBytes ?? NodeValues(), halfWidthBytes: placement.halfWidth95Bytes,
                takenAtNanoseconds: placement.takenAtNanoseconds,
                source: placement.provenance == .kernel ? .placement : .sample)
            let known = Double(placement.bytes.total)
            let unknown = Double(placement.unlocatedBytes ?? 0)
            reading.unplacedRatio = known + unknown > 0 ? unknown / (known + unknown) : 0
            reading.policyRatio = ScopeReading.policyRatio(
                placement.bytesByPolicy, byClass: placement.bytesByClass)
        } else {
            reading.unplacedRatio = 1
        }
        tasks(process.ledger, into: &reading)
        reading.threadsByNode = process.threadsByNode
        reading.threadCount = process.threadCount
        reading.threadNodeChanges = process.threadNodeChanges
        reading.uncertainCPUNanoseconds = process.uncertainCPUNanoseconds
        reading.scanPeriodMilliseconds =
            process.model?.scanPeriodMilliseconds?.value ?? scanPeriod(of: process.threads)
        return reading
    }

    static func reading(of group: GroupRecord) -> ScopeReading {
        var reading = ScopeReading()
        reading.cpuByNode = group.cpuNanosecondsByNode
        reading.counters = counters(of: group)
        reading.movedPages = group.migratedPagesTotal
        reading.modelledFaults = group.model?.faultedPages
        if let byClass = group.bytesByClass {
            let isAccount = if case .cgroup? = group.memorySource { true } else { false }
            reading.memory = ScopeReading.Memory(
                bytes: byClass.judgedBytes ?? NodeValues(), halfWidthBytes: group.halfWidth95Bytes,
                takenAtNanoseconds: isAccount ? group.accountTakenAtNanoseconds : nil,
                source: isAccount ? .account : group.halfWidth95Bytes == nil ? .placement : .sample)
            if !isAccount, group.unplacedProcessCount > 0, group.residentBytes > 0 {
                let known = byClass.values.reduce(0.0) { $0 + Double($1.total) }
                reading.unplacedRatio = max(0, 1 - known / Double(group.residentBytes))
            }
            // Policies of what was sampled are not known: a share of the rest would not be one of all.
            if group.unknownPolicyBytes == 0 {
                reading.policyRatio = ScopeReading.policyRatio(group.bytesByPolicy, byClass: byClass)
            }
        } else {
            reading.unplacedRatio = 1
        }
        tasks(group.ledger, into: &reading)
        reading.threadsByNode = group.threadsByNode
        reading.threadCount = group.threadCount
        reading.threadNodeChanges = group.threadNodeChanges
        reading.uncertainCPUNanoseconds = group.uncertainCPUNanoseconds
        reading.scanPeriodMilliseconds = group.model?.scanPeriodMilliseconds?.value
        return reading
    }

    private static func tasks(_ ledger: LedgerSummary?, into reading: inout ScopeReading) {
        guard let ledger, let displaced = ledger.tasksOffPreferredNode else { return }
        reading.preferringTasks = ledger.tasksByPreferredNode.total
        reading.displacedTasks = displaced
    }

    /// The kernel's own, of 6.12 and later. A key that is missing is one the kernel does not count.
    private static func counters(of group: GroupRecord) -> ScopeReading.Counters? {
        guard let counters = group.kernelCounters, let armed = counters["numa_pte_updates"],
            let faulted = counters["numa_hint_faults"], let moved = counters["numa_pages_migrated"]
        else { return nil }
        return ScopeReading.Counters(armed: armed, faulted: faulted, moved: moved)
    }

    /// The shortest of its threads', as any of them scans for all.
    private static func scanPeriod(of threads: [ThreadRecord]) -> Double? {
        threads.lazy.compactMap { $0.kernel?.scanPeriodMilliseconds }.filter { $0 > 0 }.min().map { Double($0) }
    }
}
