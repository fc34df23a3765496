import BalancingModel
import HostReading
import KernelText
package import LinuxSystem
import NUMATopology
package import Snapshots
package import Verdicts

/// Reads a host round by round and makes snapshots of it: what is read when, and at what cost.
///
/// One value, no concurrency: whoever owns it calls ``round()`` when ``nextRoundAtNanoseconds`` has come. The daemon does so
/// on a thread of its own, a command once.
///
/// Three tiers, each with its interval and its account: totals of host and nodes; the ledger of every thread; memory
/// placement, of which each round reads a few processes. All intervals are stretched together when the whole process
/// needs more CPU time than its limit (``CPUGovernor``); nothing is ever throttled.
///
/// What can wait for another process is read on threads that can be left behind (``PlacementDesk``): totals and ledgers never
/// wait for a placement.
///
/// Between rounds it *looks* at the ledgers of processes that are being balanced (``FollowSchedule``), so that the model
/// sees each placement on its own. Looks publish nothing.
package struct SamplingEngine: ~Copyable {
    let root: any HostRoot
    let time: any TimeSource
    let cost: any CostMeter
    let units: HostUnits
    let tracing: TracingExchange?
    var settings: SamplingSettings
    var governor: CPUGovernor
    var hostReader: HostTotalsReader
    var ledger: LedgerReader
    var cgroups: CgroupReader
    /// What an administrator calls pods, containers and jobs.
    var names = GivenNames()
    var placement: PlacementDesk
    var mappings = SharedMappingPool()
    var scheduler = PlacementScheduler()
    var domains: DomainsObserver
    var model: ModelObserver
    var judge: VerdictJudge

    var follow: FollowSchedule
    var followAccount = ReadAccount()
    var counterReader: BalancingCounterReader

    var host: TierClock
    var ledgerTier: TierClock
    var followTier: TierClock
    var placementTier: TierClock
    var domainsTier: TierClock
    var sourcesAt: UInt64?
    /// Whether the last round could list the processes, and found any: a copy of a host may hold none.
    var knowsProcesses = false

    var machine = Machine(nodes: [], distances: nil, possibleCPUs: [], onlineCPUs: [])
    /// The machine the records of processes were made with.
    var recordedMachine: Machine?
    var totals = HostTotals()
    /// The balancing counters of the last host round, and when they were read.
    var countersRead: (counters: BalancingCounters, at: UInt64)?
    var sources: [SourceStatus] = []
    /// The root, for sources that are tried on another process.
    let probedRoot: any HostRoot
    /// Whether placements were ever given up because too many threads were left behind: from then on it is a source.
    var hasBeenExhausted = false
    /// What is attached to which node; absent until it was read.
    var devices: [DeviceRecord]?
    /// Readings of the machine, its processes and its sources that failed for want of descriptors or memory.
    var shortages: UInt64 = 0
    /// Whose view of the host this is.
    var view: [HostNote] = []
    var report = CostReport()
    var longestHold = RecentLongest()
    var sequence: UInt64 = 0
    let startedAt: UInt64
    let startCPU: UInt64
    var accountedAt: UInt64
    var accountedCPU: UInt64
    let kernelRelease: String?
    let hostName: String?
    /// Whether tasks begin with their parents' counts of migrated pages: then those of no task are its own.
    let inheritsMigrated: Bool

    /// Sources are tried again this often: what is mounted or locked seldom changes.
    static let sourcesInterval: UInt64 = 300_000_000_000

    /// Threads of the daemon that may be left behind in calls that never end: each keeps some 100 KiB.
    package static let mostAbandonedThreads = 4

    /// - Parameters:
    ///   - root: The live host or a captured root.
    ///   - time: The clocks.
    ///   - cost: What is measured of this process.
    ///   - seed: Of the random samples.
    ///   - threads: For what may wait for another process.
    ///   - tracing: Where ledger readings are left for the tracer, and how tracing stands is found.
    ///   - costs: What the work of balancing takes on this machine.
    package init(
        root: any HostRoot, settings: SamplingSettings, time: any TimeSource = SystemTime(),
        cost: any CostMeter = OwnCost(), seed: UInt64,
        threads: ExpendableThreads = ExpendableThreads(name: "placement", limit: SamplingEngine.mostAbandonedThreads),
        tracing: TracingExchange? = nil, costs: CostModel = .assumed
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
        let switches = surroundings.release.flatMap { BalancingModel.KernelRelease(parsing: $0.text) }
            .map(KernelSwitches.init(release:))
        inheritsMigrated = switches?.contains(.forkKeepsCounters) ?? false
        // A copy's clock is not ours: nothing in it counts as born while we watched.
        let ticks = root.isLive ? units.ticks(nanoseconds: time.boottimeNanoseconds) : .max
        ledger = LedgerReader(
            root: root, units: units, startTicks: ticks,
            forkResetsMigrated: switches.map { !$0.contains(.forkKeepsCounters) } ?? false)
        cgroups = CgroupReader(root: root)
        placement = PlacementDesk(root: root, units: units, time: time, cost: cost, threads: threads, seed: seed)
        probedRoot =
            root.isLive
            ? PatientRoot(
                root,
                Patience(
                    threads: threads, time: time, firstNanoseconds: PlacementDesk.roundPatience,
                    laterNanoseconds: PlacementDesk.roundPatience)) : root
        host = TierClock("host", intervalNanoseconds: settings.hostIntervalNanoseconds)
        ledgerTier = TierClock("ledger", intervalNanoseconds: settings.ledgerIntervalNanoseconds)
        followTier = TierClock(
            "follow", intervalNanoseconds: settings.followIntervalNanoseconds, isBetweenRounds: true)
        follow = FollowSchedule(now: now)
        counterReader = BalancingCounterReader(root: root)
        placementTier = TierClock("placement", intervalNanoseconds: settings.placementIntervalNanoseconds)
        domainsTier = TierClock("domains", intervalNanoseconds: settings.domainsIntervalNanoseconds)
        domains = DomainsObserver(root: root)
        model = ModelObserver(root: root)
        judge = VerdictJudge(
            settings: VerdictSettings(windowNanoseconds: settings.verdictWindow.wholeNanoseconds, costs: costs))
        startedAt = now
        startCPU = cost.processCPUNanoseconds
        accountedAt = now
        accountedCPU = startCPU
        kernelRelease = surroundings.release?.text
        hostName = try? root.readText("/proc/sys/kernel/hostname")
    }

    /// Puts other settings in force at the next round.
    package mutating func apply(_ settings: SamplingSettings) {
        self.settings = settings
        judge.settings = VerdictSettings(
            windowNanoseconds: settings.verdictWindow.wholeNanoseconds, costs: judge.settings.costs)
        governor.limitShare = settings.cpuLimitShare
        updateIntervals()
    }

    /// Puts other names of pods, containers and jobs in force at the next round.
    package mutating func name(_ names: GivenNames) {
        self.names = names
    }

    /// Monotonic time at which the next round is due, nanoseconds.
    package var nextRoundAtNanoseconds: UInt64 { min(host.dueAt, ledgerTier.dueAt) }

    /// Monotonic time at which ``advance()`` has something to do, nanoseconds: a round, or a look between rounds.
    package var nextDueAtNanoseconds: UInt64 {
        min(nextRoundAtNanoseconds, isFollowing ? followTier.dueAt : .max, placement.looksAt ?? .max)
    }

    /// Does what is due: a round, or else looks at a placement under way, and at the ledgers that change.
    ///
    /// - Returns: The snapshot after a round; nil after a look.
    package mutating func advance() -> HostSnapshot? {
        let now = time.monotonicNanoseconds
        if sequence == 0 || now >= nextRoundAtNanoseconds { return round() }
        if let looksAt = placement.looksAt, now >= looksAt {
            settlePlacement(now)
            guard isFollowing, now >= followTier.dueAt else { return nil }
        }
        look()
        return nil
    }

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
            readLedger(now, cgroupAllowance: cgroupAllowance)
            followTier.postpone(from: now)
            readPlacements(now)
        }
        if sourcesAt.map({ now >= $0.addingSaturated(Self.sourcesInterval) }) ?? true {
            readSurroundings(now)
        }
        sequence += 1
        return snapshot()
    }

    /// What seldom changes: the sources, what is attached to which node, and whose view of the host this is.
    private mutating func readSurroundings(_ now: UInt64) {
        probeSources(now)
        devices = DeviceReader.read(from: root)
        view = HostView(of: root, mounts: KernelSurroundings(of: root).mounts).notes
    }

    /// Reads everything once, every placement the bound allows included: for a command. Processes that let no reader in are
    /// waited for a few seconds, all together.
    package mutating func collectOnce() -> HostSnapshot {
        let now = time.monotonicNanoseconds
        readHost(now)
        readLedger(now, cgroupAllowance: .max)
        let meter = Meter(time, cost)
        for process in placeable() {
            process.placementTriedAt = now
            take(placement.readToEnd(order(for: process, now)), of: process)
        }
        finishPlacements(meter, now)
        readSurroundings(now)
        sequence += 1
        var once = snapshot()
        // What happened since a start that nobody watched is not known.
        for index in once.groups.indices { once.groups[index].migratedPagesTotal = nil }
        return once
    }

    // MARK: Cost

    private mutating func govern() {
        let now = time.monotonicNanoseconds
        let spent = cost.processCPUNanoseconds
        let cpu = spent - min(tracing?.spentCPUNanoseconds ?? 0, spent)
        _ = governor.record(
            cpuNanoseconds: cpu - min(accountedCPU, cpu), wallNanoseconds: now - min(accountedAt, now))
        accountedAt = now
        accountedCPU = cpu
        updateIntervals()
    }

    mutating func updateIntervals() {
        host.setInterval(
            configured: settings.hostIntervalNanoseconds, inForce: governor.interval(settings.hostIntervalNanoseconds))
        ledgerTier.setInterval(
            configured: settings.ledgerIntervalNanoseconds,
            inForce: governor.interval(settings.ledgerIntervalNanoseconds))
        placementTier.setInterval(
            configured: settings.placementIntervalNanoseconds,
            inForce: governor.interval(settings.placementIntervalNanoseconds))
        followTier.setInterval(
            configured: settings.followIntervalNanoseconds, inForce: followInterval)
        domainsTier.setInterval(
            configured: settings.domainsIntervalNanoseconds,
            inForce: governor.interval(settings.domainsIntervalNanoseconds))
    }
}
