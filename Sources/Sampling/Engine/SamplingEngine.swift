import HostReading
import KernelText
package import LinuxSystem
import NUMATopology
package import Snapshots

/// Reads a host round by round and makes snapshots of it: what is read when, and at what cost.
///
/// One value, no concurrency: whoever owns it calls ``round()`` when ``nextRoundAtNanoseconds`` has come. The daemon does so
/// on a thread of its own, a command once.
///
/// Three tiers, each with its interval and its account: totals of host and nodes; the ledger of every thread; memory
/// placement, of which each round reads a few processes. All intervals are stretched together when the whole process
/// needs more CPU time than its limit (``CPUGovernor``); nothing is ever throttled.
package struct SamplingEngine: ~Copyable {
    private let root: any HostRoot
    private let time: any TimeSource
    private let cost: any CostMeter
    private let units: HostUnits
    private let tracing: TracingExchange?
    private var settings: SamplingSettings
    private var governor: CPUGovernor
    private var hostReader: HostTotalsReader
    private var ledger: LedgerReader
    private var placement: PlacementReader
    private var scheduler = PlacementScheduler()
    private var domains: DomainsObserver
    private var model: ModelObserver

    private var host: TierClock
    private var ledgerTier: TierClock
    private var placementTier: TierClock
    private var domainsTier: TierClock
    private var sourcesAt: UInt64?
    /// Whether the last round could list the processes, and found any: a copy of a host may hold none.
    private var knowsProcesses = false

    private var machine = Machine(nodes: [], distances: nil, possibleCPUs: [], onlineCPUs: [])
    private var totals = HostTotals()
    private var sources: [SourceStatus] = []
    private var report = CostReport()
    private var sequence: UInt64 = 0
    private let startedAt: UInt64
    private let startCPU: UInt64
    private var accountedAt: UInt64
    private var accountedCPU: UInt64
    private let kernelRelease: String?
    private let hostName: String?

    /// Sources are tried again this often: what is mounted or locked seldom changes.
    static let sourcesInterval: UInt64 = 300_000_000_000

    /// - Parameters:
    ///   - root: The live host or a captured root.
    ///   - time: The clocks.
    ///   - cost: What is measured of this process.
    ///   - seed: Of the random samples.
    ///   - tracing: Where ledger readings are left for the tracer, and how tracing stands is found.
    package init(
        root: any HostRoot, settings: SamplingSettings, time: any TimeSource = SystemTime(),
        cost: any CostMeter = OwnCost(), seed: UInt64, tracing: TracingExchange? = nil
    ) {
        self.tracing = tracing
        let units = HostUnits(of: root)
        let now = time.monotonicNanoseconds
        self.root = root
        self.settings = settings
        self.time = time
        self.cost = cost
        self.units = units
        governor = CPUGovernor(limitShare: settings.cpuLimitShare)
        hostReader = HostTotalsReader(root: root, units: units)
        let surroundings = KernelSurroundings(of: root)
        // A copy's clock is not ours: nothing in it counts as born while we watched.
        let ticks = root.isLive ? units.ticks(nanoseconds: time.boottimeNanoseconds) : .max
        ledger = LedgerReader(
            root: root, units: units, startTicks: ticks,
            forkResetsMigrated: (surroundings.release?.version).map { $0 >= .init(5, 18) } ?? false)
        placement = PlacementReader(root: root, units: units, time: time, seed: seed)
        host = TierClock("host", intervalNanoseconds: settings.hostIntervalNanoseconds)
        ledgerTier = TierClock("ledger", intervalNanoseconds: settings.ledgerIntervalNanoseconds)
        placementTier = TierClock("placement", intervalNanoseconds: settings.placementIntervalNanoseconds)
        domainsTier = TierClock("domains", intervalNanoseconds: settings.domainsIntervalNanoseconds)
        domains = DomainsObserver(root: root)
        model = ModelObserver(root: root)
        startedAt = now
        startCPU = cost.processCPUNanoseconds
        accountedAt = now
        accountedCPU = startCPU
        kernelRelease = try? root.readText("/proc/sys/kernel/osrelease")
        hostName = try? root.readText("/proc/sys/kernel/hostname")
    }

    /// Puts other settings in force at the next round.
    package mutating func apply(_ settings: SamplingSettings) {
        self.settings = settings
        governor.limitShare = settings.cpuLimitShare
        updateIntervals()
    }

    /// Monotonic time at which the next round is due, nanoseconds.
    package var nextRoundAtNanoseconds: UInt64 { min(host.dueAt, ledgerTier.dueAt) }

    /// Reads the tiers that are due now.
    ///
    /// - Returns: The snapshot after it.
    package mutating func round() -> HostSnapshot {
        // What the last round and all that followed it cost, over the time until now: a round alone is no interval.
        if sequence > 0 { govern() }
        let now = time.monotonicNanoseconds
        if host.isDue(at: now) {
            readHost(now)
            readDomains(now)
        }
        if ledgerTier.isDue(at: now) {
            readLedger(now)
            readPlacements(now)
        }
        if sourcesAt.map({ now >= $0.addingSaturated(Self.sourcesInterval) }) ?? true {
            sources = SourceProbes(root).run()
            sourcesAt = now
        }
        sequence += 1
        return snapshot()
    }

    /// Reads everything once, every placement the bound allows included: for a command.
    package mutating func collectOnce() -> HostSnapshot {
        let now = time.monotonicNanoseconds
        readHost(now)
        readLedger(now)
        let meter = Meter(time, cost)
        for process in placeable() {
            place(process, now)
        }
        finishPlacements(meter, now)
        sources = SourceProbes(root).run()
        sourcesAt = now
        sequence += 1
        return snapshot()
    }

    // MARK: Tiers

    private mutating func readHost(_ now: UInt64) {
        let meter = Meter(time, cost)
        // A machine that cannot be read this time keeps the shape it had; its source says what is wrong.
        if let machine = try? MachineReader.read(from: root) { self.machine = machine }
        totals = hostReader.read(machine: machine, now: now)
        host.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: meter.cpu(cost),
            filesRead: hostReader.account.files, bytesRead: hostReader.account.bytes)
    }

    /// A cheap look each time; everything when the tier is due.
    private mutating func readDomains(_ now: UInt64) {
        let meter = Meter(time, cost)
        if domainsTier.isDue(at: now) {
            domains.inspect(now: now)
        } else if !domains.look(now: now) {
            return
        }
        domainsTier.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: meter.cpu(cost), filesRead: domains.filesRead,
            bytesRead: domains.bytesRead)
    }

    private mutating func readLedger(_ now: UInt64) {
        let meter = Meter(time, cost)
        ledger.readingClock = tracing?.isActive == true ? time : nil
        do {
            try ledger.read(machine: machine, threadLimit: settings.maximumThreadsPerRound, now: now)
            knowsProcesses = root.isLive || !ledger.processes.isEmpty
        } catch {
            knowsProcesses = false
        }
        tracing?.leave(readings: ledger.takeReadings())
        model.observe(ledger.processes, machine: machine, totals: totals, now: now)
        ledgerTier.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: meter.cpu(cost),
            filesRead: ledger.account.files, bytesRead: ledger.account.bytes)
    }

    /// The processes whose placement may be read; the others get the reason why not.
    private mutating func placeable() -> [TrackedProcess] {
        ledger.processes.values.filter { process in
            guard !process.isZombie else { return false }
            guard settings.mayPlace(unit: process.groupName) else {
                process.placement = nil
                process.placementGap = .excluded
                return false
            }
            guard units.bytes(pages: process.residentPages) >= settings.minimumResidentBytes else {
                process.placement = nil
                process.placementGap = .tooSmall
                return false
            }
            if process.placementGap == .excluded || process.placementGap == .tooSmall {
                process.placementGap = .notYet
            }
            return true
        }
    }

    /// Reads the placements whose turn it is.
    private mutating func readPlacements(_ now: UInt64) {
        let meter = Meter(time, cost)
        let interval = placementTier.account.intervalNanoseconds
        let elapsed =
            placementTier.account.rounds == 0
            ? ledgerTier.account.intervalNanoseconds : now - min(placementTier.account.lastRoundAtNanoseconds, now)
        let processes = placeable()
        scheduler.tick(
            elapsedNanoseconds: elapsed,
            cpuShare: settings.cpuLimitShare * SamplingSettings.placementBudgetShare,
            candidateCount: processes.count, intervalNanoseconds: interval)
        let candidates = processes.enumerated().map { index, process in
            PlacementScheduler.Candidate(
                identity: index, residentBytes: units.bytes(pages: process.residentPages),
                // An attempt that failed waits for its turn like any other: refusals must not be asked for every round.
                ageNanoseconds: process.placementTriedAt.map { now - min($0, now) },
                seenForNanoseconds: now - min(process.firstSeenAt, now))
        }
        for candidate in scheduler.order(candidates, intervalNanoseconds: interval) {
            guard scheduler.mayRead(candidate) else { continue }
            let one = Meter(time, cost)
            place(processes[candidate.identity], now)
            scheduler.charge(candidate, cpuNanoseconds: one.cpu(cost))
        }
        finishPlacements(meter, now)
    }

    private mutating func finishPlacements(_ meter: Meter, _ now: UInt64) {
        placementTier.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: meter.cpu(cost),
            filesRead: placement.account.files, bytesRead: placement.account.bytes)
    }

    private mutating func place(_ process: TrackedProcess, _ now: UInt64) {
        let meter = Meter(time, cost)
        process.placementTriedAt = now
        switch placement.place(process, settings: settings, nodes: machine.nodes.map(\.id), now: now) {
        case .read(var record):
            record.costNanoseconds = meter.cpu(cost)
            process.placement = record
            process.placementGap = nil
            process.allow("numa_maps")
            switch record.method {
            case .full: report.placementsRead += 1
            case .sampled: report.placementsSampled += 1
            }
            report.longestHoldNanoseconds = max(report.longestHoldNanoseconds, record.longestCallNanoseconds)
            if record.longestCallNanoseconds > settings.maximumHoldNanoseconds { report.holdsOverBound += 1 }
        case .gap(let gap):
            process.placementGap = gap
            switch gap {
            case .tooExpensive: report.placementsSkipped += 1
            case .denied:
                process.placement = nil
                if process.deny("numa_maps") { ledger.count(.permissionDenied) }
            case .exited: ledger.count(.exitedDuringRead)
            case .notYet, .tooSmall, .excluded, .unsupported: break
            }
        }
    }

    // MARK: Cost

    private mutating func govern() {
        let now = time.monotonicNanoseconds
        let cpu = cost.processCPUNanoseconds
        _ = governor.record(
            cpuNanoseconds: cpu - min(accountedCPU, cpu), wallNanoseconds: now - min(accountedAt, now))
        accountedAt = now
        accountedCPU = cpu
        updateIntervals()
    }

    private mutating func updateIntervals() {
        host.setInterval(
            configured: settings.hostIntervalNanoseconds, inForce: governor.interval(settings.hostIntervalNanoseconds))
        ledgerTier.setInterval(
            configured: settings.ledgerIntervalNanoseconds,
            inForce: governor.interval(settings.ledgerIntervalNanoseconds))
        placementTier.setInterval(
            configured: settings.placementIntervalNanoseconds,
            inForce: governor.interval(settings.placementIntervalNanoseconds))
        domainsTier.setInterval(
            configured: settings.domainsIntervalNanoseconds,
            inForce: governor.interval(settings.domainsIntervalNanoseconds))
    }

    // MARK: The snapshot

    private mutating func snapshot() -> HostSnapshot {
        let now = time.monotonicNanoseconds
        var snapshot = HostSnapshot(
            sequence: sequence, wallClockNanoseconds: time.realtimeNanoseconds, monotonicNanoseconds: now,
            machine: machine)
        snapshot.kernelRelease = kernelRelease
        snapshot.hostName = hostName
        let nodeByCPU = machine.nodeByCPU()
        let units = units
        snapshot.processes = ledger.processes.values
            .map { SnapshotAssembly.record(of: $0, units: units, nodeByCPU: nodeByCPU) }
            .sorted { $0.identity.pid < $1.identity.pid }
        snapshot.groups = SnapshotAssembly.groups(of: snapshot.processes, migrated: ledger.migratedByGroup)
        snapshot.model = model.record
        for index in snapshot.processes.indices {
            snapshot.processes[index].model = model.byProcess[snapshot.processes[index].identity.pid]
        }
        let movedTotals = model.movedTotals
        for index in snapshot.groups.indices {
            snapshot.groups[index].model = model.byGroup[snapshot.groups[index].name]
            snapshot.groups[index].movedTotals = movedTotals[snapshot.groups[index].name] ?? []
        }
        snapshot.host = totals
        if knowsProcesses {
            snapshot.host.processCount = snapshot.processes.count
            snapshot.host.threadCount = snapshot.processes.reduce(0) { $0 + $1.threadCount }
        }
        snapshot.sources = sources
        if let tracing { exchange(tracing, &snapshot, now) }
        snapshot.domains = domains.record
        snapshot.cost = costReport(snapshot, now)
        return snapshot
    }

    private func exchange(_ tracing: TracingExchange, _ snapshot: inout HostSnapshot, _ now: UInt64) {
        tracing.leave(
            processes: snapshot.processes, hintFaults: totals.vmstatValue("numa_hint_faults"),
            readAtNanoseconds: host.account.lastRoundAtNanoseconds)
        guard var record = tracing.record else { return }
        snapshot.sources.append(record.source)
        // Each to its own record: who may not see a process may not see what was traced of it.
        for index in snapshot.processes.indices {
            snapshot.processes[index].traced = record.processes[snapshot.processes[index].identity.pid]
        }
        let byGroup = Dictionary(record.groups.map { ($0.name, $0.activity) }, uniquingKeysWith: { $1 })
        for index in snapshot.groups.indices {
            snapshot.groups[index].traced = byGroup[snapshot.groups[index].name]
        }
        record.processes = [:]
        record.groups = []
        snapshot.tracing = record
    }

    private func costReport(_ snapshot: HostSnapshot, _ now: UInt64) -> CostReport {
        var report = report
        let cpu = cost.processCPUNanoseconds
        report.tiers = [host.account, ledgerTier.account, placementTier.account, domainsTier.account]
        report.cpuLimitShare = settings.cpuLimitShare
        report.processCPUNanoseconds = cpu
        // At least one interval: what starting costs is spread over the first one.
        let elapsed = max(now - min(startedAt, now), settings.hostIntervalNanoseconds, 1)
        report.cpuShare = Double(cpu - min(startCPU, cpu)) / Double(elapsed)
        report.residentBytes = cost.residentBytes ?? 0
        report.maximumHoldNanoseconds = settings.maximumHoldNanoseconds
        report.incidents = ledger.incidents
        for process in snapshot.processes {
            for thread in process.threads {
                let age = now - min(thread.readAtNanoseconds, now)
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

/// Wall and CPU time from an instant on.
private struct Meter {
    private let wallStart: UInt64
    private let cpuStart: UInt64

    init(_ time: any TimeSource, _ cost: any CostMeter) {
        wallStart = time.monotonicNanoseconds
        cpuStart = cost.threadCPUNanoseconds
    }

    func wall(_ time: any TimeSource) -> UInt64 {
        let now = time.monotonicNanoseconds
        return now - min(wallStart, now)
    }

    func cpu(_ cost: any CostMeter) -> UInt64 {
        let now = cost.threadCPUNanoseconds
        return now - min(cpuStart, now)
    }
}
