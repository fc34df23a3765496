package import KernelText
package import NUMATopology
package import SchedDomains

extension BalanceStatistics {
    /// The rates between two readings; nothing if no time passed.
    ///
    /// - Parameters:
    ///   - seconds: The time between the readings.
    ///   - hierarchy: Gives the levels their names; may be of either time.
    ///   - cpus: The CPUs to list domain by domain; all are summed.
    ///   - countsRebuilt: Take what domains that were rebuilt between the readings have counted since, instead of leaving
    ///     them out: for sums, not for rates.
    package init?(
        from old: Schedstat, to new: Schedstat, seconds: Double, hierarchy: DomainHierarchy, listing cpus: CPUSet = [],
        countsRebuilt: Bool = false
    ) {
        guard seconds > 0, seconds.isFinite else { return nil }
        self.init()
        let before = Dictionary(old.cpus.map { ($0.cpu, $0.domains) }) { first, _ in first }
        var sums: [LevelKey: Level] = [:]
        for record in new.cpus {
            for (index, domain) in record.domains.enumerated() {
                let pattern = hierarchy.pattern(of: record.cpu, index: index)
                let earlier = before[record.cpu].flatMap { index < $0.count ? $0[index] : nil }
                var rates = earlier?.span == domain.span ? Self.level(earlier?.counters, domain.counters, seconds) : nil
                if rates == nil {
                    rebuiltDomainCount += 1
                    if countsRebuilt { rates = Self.level(.zero, domain.counters, seconds) }
                }
                guard var level = rates else { continue }
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
            var rates = Rates()
            rates.attemptsPerSecond = rate(before.attempts, after.attempts)
            rates.balancedPerSecond = rate(before.foundBalanced, after.foundBalanced)
            rates.failedPerSecond = rate(before.failed, after.failed)
            rates.imbalanceLoadPerSecond = rate(before.imbalanceLoad, after.imbalanceLoad)
            rates.pulledPerSecond = rate(before.gained, after.gained)
            rates.pulledHotPerSecond = rate(before.hotGained, after.hotGained)
            rates.noBusyQueuePerSecond = rate(before.noBusyQueue, after.noBusyQueue)
            rates.noBusyGroupPerSecond = rate(before.noBusyGroup, after.noBusyGroup)
            return rates
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
