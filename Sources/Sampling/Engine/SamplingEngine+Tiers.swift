import HostReading
import LinuxSystem
import NUMATopology
import Snapshots

/// The tiers of every round.
extension SamplingEngine {
    mutating func readHost(_ now: UInt64) {
        let meter = Meter(time, cost)
        // A machine that cannot be read this time keeps the shape it had; its source says what is wrong.
        let reading = MachineReader.read(from: root)
        if reading.hasShortage { shortages += 1 }
        if machine.nodes.isEmpty || reading.hasShape && !reading.mayBePassing { machine = reading.machine }
        totals = hostReader.read(machine: machine, now: now)
        let counters = BalancingCounters(totals)
        countersRead = counters.map { ($0, now) }
        follow.note(hintFaults: counters?.hintFaults, at: now)
        followTier.setInterval(configured: settings.followIntervalNanoseconds, inForce: followInterval)
        host.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: meter.cpu(cost),
            filesRead: hostReader.account.files, bytesRead: hostReader.account.bytes)
    }

    /// A cheap look each time; everything when the tier is due.
    mutating func readDomains(_ now: UInt64) {
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

    /// Reads ledgers, and what the kernel accounts to the cgroups of the groups.
    ///
    /// - Parameter cgroupAllowance: CPU time for the latter, nanoseconds.
    mutating func readLedger(_ now: UInt64, cgroupAllowance: UInt64) {
        let meter = Meter(time, cost)
        ledger.readingClock = tracing?.isActive == true ? time : nil
        do {
            try ledger.read(machine: machine, threadLimit: settings.maximumThreadsPerRound, now: now)
            knowsProcesses = root.isLive || !ledger.processes.isEmpty
        } catch {
            if error.isShortage { shortages += 1 } else { knowsProcesses = false }
        }
        readCgroups(now, allowance: cgroupAllowance)
        tracing?.leave(readings: ledger.takeReadings())
        model.observe(ledger.processes, machine: machine, counters: counters(at: now), now: now)
        model.beginAnew(ledger.groupTotals.begunAnew)
        ledgerTier.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: meter.cpu(cost),
            filesRead: ledger.account.files, bytesRead: ledger.account.bytes)
    }

    /// CPU time of one round that the accounts of cgroups may take.
    var cgroupAllowance: UInt64 {
        let share = max(settings.cpuLimitShare, 0) * SamplingSettings.cgroupBudgetShare
        return UInt64(min(Double(ledgerTier.account.intervalNanoseconds) * share, 1e18))
    }

    private mutating func readCgroups(_ now: UInt64, allowance: UInt64) {
        let meter = Meter(time, cost)
        let cost = cost
        cgroups.read(
            Set(ledger.processes.values.compactMap(\.groupCgroupPath)), now: now, account: &ledger.account
        ) { meter.cpu(cost) < allowance }
    }

    /// The host's balancing counters of this instant: those of the host tier, if it was read in this round.
    private mutating func counters(at now: UInt64) -> BalancingCounters? {
        if let countersRead, countersRead.at == now { return countersRead.counters }
        return counterReader.read(&followAccount)
    }

    // MARK: Looks

    /// Whether there is anything to look at between rounds.
    var isFollowing: Bool {
        sequence > 0 && totals.balancingMode != 0 && machine.nodes.count > 1
            && followInterval < ledgerTier.account.intervalNanoseconds
            && follow.isArmed(at: max(followTier.account.lastRoundAtNanoseconds, host.account.lastRoundAtNanoseconds))
    }

    /// The configured interval, or half the kernel's shortest scan period where that is shorter: then each step of a scan
    /// sequence is seen on its own.
    var followInterval: UInt64 {
        let halfPeriod = totals.knobs.scanPeriodMinMilliseconds.map {
            max($0.multipliedSaturated(by: 500_000), Self.shortestFollowInterval)
        }
        return min(settings.followIntervalNanoseconds, halfPeriod ?? .max)
    }

    /// Scan periods below a fifth of a second are not followed step by step.
    static var shortestFollowInterval: UInt64 { 100_000_000 }

    /// Looks at the ledgers that may have changed since they were read.
    mutating func look() {
        let now = time.monotonicNanoseconds
        let meter = Meter(time, cost)
        let allowance = follow.allowance(
            cpuShare: settings.cpuLimitShare * SamplingSettings.followBudgetShare, at: now)
        if allowance > 0 {
            swap(&followAccount, &ledger.account)
            let counters = counterReader.read(&ledger.account)
            if follow.note(hintFaults: counters?.hintFaults, at: now) {
                let cost = cost
                ledger.readingClock = tracing?.isActive == true ? time : nil
                let seen = ledger.look(now: now) { meter.cpu(cost) < allowance }
                tracing?.leave(readings: ledger.takeReadings())
                model.collect(seen, now: now)
            }
            swap(&followAccount, &ledger.account)
        }
        let spent = allowance > 0 ? meter.cpu(cost) : 0
        follow.charge(cpuNanoseconds: spent)
        followTier.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: spent, filesRead: followAccount.files,
            bytesRead: followAccount.bytes)
    }
}
