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

        package init() {}

        package mutating func add(_ other: Rates) {
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

        package init(name: String) {
            self.name = name
        }

        package mutating func add(_ other: Level) {
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

        package init(cpu: Int, index: Int, rates: Level) {
            self.cpu = cpu
            self.index = index
            self.rates = rates
        }
    }

    /// Summed over CPUs, levels in the order of construction.
    package var levels: [Level] = []
    /// Each domain by itself, as far as asked for.
    package var domains: [CPUDomain] = []
    /// Domains left out because they were rebuilt between the readings.
    package var rebuiltDomainCount = 0

    package init() {}

    /// Adds the levels of another: levels are the same by name and distance, and those of the other come first. Counts of
    /// CPUs are the other's.
    package mutating func addLevels(of other: BalanceStatistics) {
        var sums = other.levels
        for level in levels {
            if let index = sums.firstIndex(where: { $0.name == level.name && $0.distance == level.distance }) {
                let cpuCount = sums[index].cpuCount
                sums[index].add(level)
                sums[index].cpuCount = cpuCount
            } else {
                sums.append(level)
            }
        }
        levels = sums
    }
}
