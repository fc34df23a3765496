package import KernelText
package import NUMATopology
package import SchedDomains

/// How often the balancer ran and what it achieved, per level of domains, between two readings of `/proc/schedstat`.
///
/// The counters count only while `kernel.sched_schedstats` is 1. Domains whose span changed between the readings, or whose
/// counters fell (a rebuild starts them anew), are left out and counted.
package struct BalanceStatistics: Sendable, Hashable {
    /// Load balancing of one idle type; events per second, summed over the level's CPUs.
    package struct Rates: Sendable, Hashable {
        /// `lb_count`.
        package var attemptsPerSecond = 0.0
        /// `lb_balanced`.
        package var balancedPerSecond = 0.0
        /// `lb_failed`.
        package var failedPerSecond = 0.0
        /// `lb_imbalance` (`lb_imbalance_load`): load found to be moved, in the kernel's units.
        package var imbalanceLoadPerSecond = 0.0
        /// `lb_gained`: tasks pulled.
        package var pulledPerSecond = 0.0
        /// `lb_hot_gained`: tasks pulled though cache-hot.
        package var pulledHotPerSecond = 0.0
        /// `lb_nobusyq`.
        package var noBusyQueuePerSecond = 0.0
        /// `lb_nobusyg`.
        package var noBusyGroupPerSecond = 0.0

        mutating func add(_ other: Rates) {
            attemptsPerSecond += other.attemptsPerSecond
            balancedPerSecond += other.balancedPerSecond
            failedPerSecond += other.failedPerSecond
            imbalanceLoadPerSecond += other.imbalanceLoadPerSecond
            pulledPerSecond += other.pulledPerSecond
            pulledHotPerSecond += other.pulledHotPerSecond
            noBusyQueuePerSecond += other.noBusyQueuePerSecond
            noBusyGroupPerSecond += other.noBusyGroupPerSecond
        }
    }

    /// One level, or one domain of one CPU.
    package struct Level: Sendable, Hashable {
        /// The level's name; `domainN` where it is not known.
        package var name: String
        /// The level's distance, for NUMA levels.
        package var distance: Int?
        /// The CPUs counted.
        package var cpuCount = 0
        package var busy = Rates()
        package var idle = Rates()
        package var newlyIdle = Rates()
        /// `alb_count`: a running task pushed away.
        package var activeAttemptsPerSecond = 0.0
        /// `alb_failed`.
        package var activeFailedPerSecond = 0.0
        /// `alb_pushed`.
        package var activePushedPerSecond = 0.0
        /// `ttwu_wake_remote`: wakeups from another CPU of the domain.
        package var remoteWakeupsPerSecond = 0.0
        /// `ttwu_move_affine`: wakeups moved towards the waker.
        package var affineMovesPerSecond = 0.0
        /// `ttwu_move_balance`: wakeups moved for balance.
        package var balanceMovesPerSecond = 0.0

        mutating func add(_ other: Level) {
            cpuCount += other.cpuCount
            busy.add(other.busy)
            idle.add(other.idle)
            newlyIdle.add(other.newlyIdle)
            activeAttemptsPerSecond += other.activeAttemptsPerSecond
            activeFailedPerSecond += other.activeFailedPerSecond
            activePushedPerSecond += other.activePushedPerSecond
            remoteWakeupsPerSecond += other.remoteWakeupsPerSecond
            affineMovesPerSecond += other.affineMovesPerSecond
            balanceMovesPerSecond += other.balanceMovesPerSecond
        }
    }

    /// One domain of one CPU.
    package struct CPUDomain: Sendable, Hashable {
        package var cpu: Int
        package var index: Int
        package var rates: Level
    }

    /// Summed over CPUs, levels in the order of construction.
    package var levels: [Level] = []
    /// Each domain by itself, as far as asked for.
    package var domains: [CPUDomain] = []
    /// Domains left out because they were rebuilt between the readings.
    package var rebuiltDomainCount = 0

    /// The rates between two readings; nothing if no time passed.
    ///
    /// - Parameters:
    ///   - seconds: The time between the readings.
    ///   - hierarchy: Gives the levels their names; may be of either time.
    ///   - cpus: The CPUs to list domain by domain; all are summed.
    package init?(
        from old: Schedstat, to new: Schedstat, seconds: Double, hierarchy: DomainHierarchy, listing cpus: CPUSet = []
    ) {
        guard seconds > 0, seconds.isFinite else { return nil }
        let before = Dictionary(old.cpus.map { ($0.cpu, $0.domains) }) { first, _ in first }
        var sums: [LevelKey: Level] = [:]
        for record in new.cpus {
            for (index, domain) in record.domains.enumerated() {
                let pattern = hierarchy.pattern(of: record.cpu, index: index)
                guard let earlier = before[record.cpu], index < earlier.count, earlier[index].span == domain.span,
                    let rates = Self.level(earlier[index].counters, domain.counters, seconds)
                else {
                    rebuiltDomainCount += 1
                    continue
                }
                var level = rates
                level.name = domain.name ?? pattern?.name ?? "domain\(index)"
                level.distance = pattern?.distance
                level.cpuCount = 1
                let key = LevelKey(number: pattern?.levelNumber ?? index, name: level.name)
                if sums[key] == nil {
                    sums[key] = level
                } else {
                    sums[key]?.add(level)
                }
                if cpus.contains(record.cpu) {
                    domains.append(CPUDomain(cpu: record.cpu, index: index, rates: level))
                }
            }
        }
        levels = sums.sorted { ($0.key.number, $0.key.name) < ($1.key.number, $1.key.name) }.map(\.value)
    }

    private struct LevelKey: Hashable {
        var number: Int
        var name: String
    }

    private static func level(
        _ old: Schedstat.DomainCounters?, _ new: Schedstat.DomainCounters?, _ seconds: Double
    ) -> Level? {
        guard let old, let new else { return nil }
        var hasFallen = false
        func rate(_ before: UInt64, _ after: UInt64) -> Double {
            guard after >= before else {
                hasFallen = true
                return 0
            }
            return Double(after - before) / seconds
        }
        func rates(_ before: Schedstat.BalanceCounters, _ after: Schedstat.BalanceCounters) -> Rates {
            Rates(
                attemptsPerSecond: rate(before.attempts, after.attempts),
                balancedPerSecond: rate(before.foundBalanced, after.foundBalanced),
                failedPerSecond: rate(before.failed, after.failed),
                imbalanceLoadPerSecond: rate(before.imbalanceLoad, after.imbalanceLoad),
                pulledPerSecond: rate(before.gained, after.gained),
                pulledHotPerSecond: rate(before.hotGained, after.hotGained),
                noBusyQueuePerSecond: rate(before.noBusyQueue, after.noBusyQueue),
                noBusyGroupPerSecond: rate(before.noBusyGroup, after.noBusyGroup))
        }
        var level = Level(name: "")
        level.busy = rates(old.busy, new.busy)
        level.idle = rates(old.idle, new.idle)
        level.newlyIdle = rates(old.newlyIdle, new.newlyIdle)
        level.activeAttemptsPerSecond = rate(old.activeBalanceAttempts, new.activeBalanceAttempts)
        level.activeFailedPerSecond = rate(old.activeBalanceFailed, new.activeBalanceFailed)
        level.activePushedPerSecond = rate(old.activeBalancePushed, new.activeBalancePushed)
        level.remoteWakeupsPerSecond = rate(old.wakeupRemote, new.wakeupRemote)
        level.affineMovesPerSecond = rate(old.wakeupMovedAffine, new.wakeupMovedAffine)
        level.balanceMovesPerSecond = rate(old.wakeupMovedBalance, new.wakeupMovedBalance)
        return hasFallen ? nil : level
    }
}
