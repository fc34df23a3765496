import LinuxSystem
import NUMATopology
import Snapshots
import Verdicts

/// What is published after a round.
extension SamplingEngine {
    mutating func snapshot() -> HostSnapshot {
        let now = time.monotonicNanoseconds
        var snapshot = HostSnapshot(
            sequence: sequence, wallClockNanoseconds: time.realtimeNanoseconds, monotonicNanoseconds: now,
            machine: machine)
        snapshot.view = view
        snapshot.kernelRelease = kernelRelease
        snapshot.hostName = hostName
        if machine != recordedMachine {
            // Records name the nodes of CPUs.
            for process in ledger.processes.values { process.record = nil }
            recordedMachine = machine
        }
        let nodeByCPU = machine.nodeByAnyCPU()
        let units = units
        let onlineCPUs = machine.onlineCPUs
        let inheritsMigrated = inheritsMigrated
        let numaGroups = ledger.numaGroups
        snapshot.processes = ledger.processes.values
            .sorted { $0.identity.pid < $1.identity.pid }
            .map {
                SnapshotAssembly.record(
                    of: $0, units: units, nodeByCPU: nodeByCPU, onlineCPUs: onlineCPUs,
                    inheritsMigrated: inheritsMigrated, numaGroups: numaGroups)
            }
        snapshot.groups = SnapshotAssembly.groups(
            of: snapshot.processes, totals: ledger.groupTotals, accounts: cgroups.accounts, names: names)
        let locality = SnapshotAssembly.judgeLocality(of: &snapshot.groups, processes: snapshot.processes)
        snapshot.model = model.record
        if !model.byProcess.isEmpty {
            for index in snapshot.processes.indices {
                snapshot.processes[index].model = model.byProcess[snapshot.processes[index].identity.pid]
            }
        }
        let movedTotals = model.movedTotals
        for index in snapshot.groups.indices {
            snapshot.groups[index].model = model.byGroup[snapshot.groups[index].name]
            snapshot.groups[index].movedTotals = movedTotals[snapshot.groups[index].name] ?? []
        }
        snapshot.host = totals
        snapshot.host.locality = locality
        if knowsProcesses {
            snapshot.host.processCount = snapshot.processes.count
            snapshot.host.threadCount = snapshot.processes.reduce(0) { $0 + $1.threadCount }
        }
        snapshot.sources = sources
        hasBeenExhausted = hasBeenExhausted || placement.isExhausted
        if hasBeenExhausted { snapshot.sources.append(placement.source) }
        snapshot.devices = devices
        if let tracing { exchange(tracing, &snapshot, now) }
        snapshot.domains = domains.record
        judge.judge(&snapshot, pageSizeBytes: units.pageSizeBytes)
        snapshot.cost = costReport(snapshot, now)
        return snapshot
    }

    private func exchange(_ tracing: TracingExchange, _ snapshot: inout HostSnapshot, _ now: UInt64) {
        if var record = tracing.record {
            var source = record.source
            source.triedAtNanoseconds = record.triedAtNanoseconds ?? now
            snapshot.sources.append(source)
            // Each to its own record: who may not see a process may not see what was traced of it.
            if !record.processes.isEmpty {
                for index in snapshot.processes.indices {
                    snapshot.processes[index].traced = record.processes[snapshot.processes[index].identity.pid]
                }
            }
            let byGroup = Dictionary(record.groups.map { ($0.name, $0.activity) }, uniquingKeysWith: { $1 })
            for index in snapshot.groups.indices {
                snapshot.groups[index].traced = byGroup[snapshot.groups[index].name]
            }
            record.processes = [:]
            record.groups = []
            snapshot.tracing = record
        }
        // Last: while it is shared, each change would copy all of it.
        tracing.leave(
            processes: snapshot.processes, hintFaults: totals.vmstatValue("numa_hint_faults"),
            readAtNanoseconds: host.account.lastRoundAtNanoseconds)
    }

    private mutating func costReport(_ snapshot: HostSnapshot, _ now: UInt64) -> CostReport {
        var report = report
        let cpu = cost.processCPUNanoseconds
        report.tiers = [
            host.account, ledgerTier.account, placementTier.account, domainsTier.account, followTier.account,
        ]
        report.cpuLimitShare = settings.cpuLimitShare
        report.processCPUNanoseconds = cpu
        // At least one interval: what starting costs is spread over the first one.
        let elapsed = max(now - min(startedAt, now), settings.hostIntervalNanoseconds, 1)
        report.cpuShare = Double(cpu - min(startCPU, cpu)) / Double(elapsed)
        report.residentBytes = cost.residentBytes ?? 0
        report.longestHoldNanoseconds = longestHold.value(at: now)
        report.maximumHoldNanoseconds = settings.maximumHoldNanoseconds
        report.incidents = ledger.incidents
        report.abandonedThreads = placement.abandonedThreads
        report.abandonedThreadLimit = placement.abandonedThreadLimit
        report.stuckProcesses = snapshot.processes.count { $0.placementGap == .stuck }
        report.shortages = shortages + domains.shortages + ledger.shortages
        for process in snapshot.processes {
            // Where it did not run, its age is that of all.
            for thread in process.unchangedAtNanoseconds == nil ? process.threads[...] : process.threads.prefix(1) {
                let age = now - min(process.heldNanoseconds(thread), now)
                report.oldestLedgerAgeNanoseconds = max(report.oldestLedgerAgeNanoseconds ?? 0, age)
            }
            if let placement = process.placement {
                let age = now - min(placement.takenAtNanoseconds, now)
                report.oldestPlacementAgeNanoseconds = max(report.oldestPlacementAgeNanoseconds ?? 0, age)
            }
        }
        return report
    }
}
