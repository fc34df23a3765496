/// `/proc/schedstat` (`CONFIG_SCHEDSTATS`): per online CPU its run-queue counters and the span of each of its scheduling
/// domains.
///
/// ```
/// version 16
/// timestamp 4294893283
/// cpu0 0 0 0 0 0 0 959368070 544360091 503
/// domain0 03 0 0 0 … (36 numbers)
/// domain1 MC 0f 0 0 0 … (name and 45 numbers from version 17 on)
/// ```
///
/// | version | kernel | domain line | order of the idle types |
/// |---|---|---|---|
/// | 14, 15 | 2.6.20 to 6.9 | mask, 3 × 8 + 12 numbers | idle, busy, newly idle |
/// | 16 | 6.10 to 6.13 | the same | busy, idle, newly idle |
/// | 17 | 6.14 and later | name, mask, 3 × 11 + 12 numbers | busy, idle, newly idle |
///
/// The kernel's document still gives the old order for version 16; the code decides. Where the mask stands is decided by
/// the version line. Counters are read only when the count of numbers is the one the version prints: a longer line is one
/// of a future kernel, whose name and mask are still good and whose counters are nil. Spans are right even where
/// `kernel.sched_schedstats` is off and every counter is 0. Not an atomic snapshot.
package struct Schedstat: Hashable, Sendable {
    /// `version`
    package var version: Int
    /// `timestamp`, jiffies.
    package var timestampJiffies: UInt64?
    /// The online CPUs, as printed.
    package var cpus: [CPU]

    /// One `cpu<N>` line, with its domain lines.
    package struct CPU: Hashable, Sendable {
        package var cpu: Int
        /// Nil when the line has another shape than its version prints.
        package var counters: CPUCounters?
        /// The CPU's domains, lowest first; empty for a CPU without any.
        package var domains: [Domain]
    }

    /// One `domain<M>` line, decoded.
    package struct Domain: Hashable, Sendable {
        package var index: Int
        /// Printed from version 17 on.
        package var name: String?
        /// The CPUs of the domain, ascending and disjoint.
        package var span: [ClosedRange<Int>]
        /// Nil when the line has another shape than its version prints.
        package var counters: DomainCounters?
    }

    /// Reads a whole file. Allocates for each line; the hot path is ``forEachLine(_:onCPU:onDomain:)``.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        var cpus: [CPU] = []
        var failure: KernelTextError?
        let header = try Self.forEachLine(bytes) { line in
            cpus.append(CPU(cpu: line.cpu, counters: line.counters, domains: []))
        } onDomain: { line in
            guard failure == nil else { return }
            do throws(KernelTextError) {
                let domain = Domain(
                    index: line.index,
                    name: line.nameRange.map { bytes.text($0) },
                    span: try CPUMask.ranges(bytes, line.maskRange, file: .schedstat, field: "domain mask"),
                    counters: line.counters)
                cpus[cpus.count - 1].domains.append(domain)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        self.version = header.version
        self.timestampJiffies = header.timestampJiffies
        self.cpus = cpus
    }
}

extension Schedstat {
    /// The counters of a `cpu` line.
    package struct CPUCounters: Hashable, Sendable {
        /// `yld_count`: `sched_yield()` calls.
        package var yieldCount: UInt64
        /// `sched_count`: `schedule()` calls.
        package var scheduleCount: UInt64
        /// `sched_goidle`: those that left the CPU idle.
        package var goIdleCount: UInt64
        /// `ttwu_count`: wakeups.
        package var wakeupCount: UInt64
        /// `ttwu_local`: wakeups by the same CPU.
        package var localWakeupCount: UInt64
        /// `rq_cpu_time`: time tasks ran here.
        package var runNanoseconds: UInt64
        /// `run_delay`: time tasks waited to run here.
        package var waitNanoseconds: UInt64
        /// `pcount`: timeslices run here.
        package var timesliceCount: UInt64
    }

    /// Load balancing of one idle type.
    package struct BalanceCounters: Hashable, Sendable {
        /// `lb_count`
        package var attempts: UInt64
        /// `lb_balanced`
        package var foundBalanced: UInt64
        /// `lb_failed`
        package var failed: UInt64
        /// `lb_imbalance`, from version 17 on `lb_imbalance_load`: sums of load.
        package var imbalanceLoad: UInt64
        /// `lb_imbalance_util`: from version 17 on.
        package var imbalanceUtilisation: UInt64?
        /// `lb_imbalance_task`: from version 17 on.
        package var imbalanceTasks: UInt64?
        /// `lb_imbalance_misfit`: from version 17 on.
        package var imbalanceMisfit: UInt64?
        /// `lb_gained`: tasks pulled.
        package var gained: UInt64
        /// `lb_hot_gained`: tasks pulled though cache-hot.
        package var hotGained: UInt64
        /// `lb_nobusyq`
        package var noBusyQueue: UInt64
        /// `lb_nobusyg`
        package var noBusyGroup: UInt64
    }

    /// The counters of a `domain` line. The unused `sbe_*` and `sbf_*` are left out.
    package struct DomainCounters: Hashable, Sendable {
        package var busy: BalanceCounters
        package var idle: BalanceCounters
        package var newlyIdle: BalanceCounters
        /// `alb_count`
        package var activeBalanceAttempts: UInt64
        /// `alb_failed`
        package var activeBalanceFailed: UInt64
        /// `alb_pushed`
        package var activeBalancePushed: UInt64
        /// `ttwu_wake_remote`
        package var wakeupRemote: UInt64
        /// `ttwu_move_affine`
        package var wakeupMovedAffine: UInt64
        /// `ttwu_move_balance`
        package var wakeupMovedBalance: UInt64
    }
}
