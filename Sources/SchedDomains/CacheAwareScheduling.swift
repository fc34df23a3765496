/// Cache-aware scheduling (`CONFIG_SCHED_CACHE`, since 7.2): the load balancer draws the threads of a process to one last-level
/// cache, within the node that NUMA balancing prefers for them, and lets go of processes that do not fit.
///
/// What fits is told by a *footprint*: the kernel adds to it what NUMA balancing counts as faults of each thread, so that it
/// is the sum of the threads' `total_numa_faults`, in pages. Nothing else limits it: with NUMA balancing off there is no
/// footprint, and processes of any size are drawn together (`exceed_llc_capacity`, kernel/sched/fair.c, 7.2.13).
package struct CacheAwareScheduling: Hashable, Sendable {
    /// debugfs `sched/llc_balancing/enabled`; nil where it cannot be read.
    package var isEnabled: Bool?
    /// `aggr_tolerance`: 0 draws nothing together, 1 what fits into the cache, 100 and more anything.
    package var tolerance: UInt64?
    /// The size of a last-level cache; nil where it is not known.
    package var cacheBytes: UInt64?

    package init(isEnabled: Bool? = nil, tolerance: UInt64? = nil, cacheBytes: UInt64? = nil) {
        self.isEnabled = isEnabled
        self.tolerance = tolerance
        self.cacheBytes = cacheBytes
    }

    /// From which tolerance on there is no limit.
    private static let unlimitedTolerance: UInt64 = 100
    /// By how many caches each further step of the tolerance raises the limit.
    private static let cachesPerStep: UInt64 = 256

    /// The largest footprint that is drawn together while NUMA balancing is on.
    package enum FootprintLimit: Hashable, Sendable {
        case bytes(UInt64)
        case unlimited
    }

    /// The limit; nil where it is not known.
    package var footprintLimit: FootprintLimit? {
        guard let tolerance else { return nil }
        if tolerance >= Self.unlimitedTolerance { return .unlimited }
        if tolerance == 0 { return .bytes(0) }
        guard let cacheBytes else { return nil }
        let (bytes, overflow) = cacheBytes.multipliedReportingOverflow(by: 1 + (tolerance - 1) * Self.cachesPerStep)
        return overflow ? .unlimited : .bytes(bytes)
    }

    /// What it means for the processes of a host, in a sentence without a full stop.
    ///
    /// - Parameter isBalancing: Whether NUMA balancing is on; nil where that is not known.
    package func meaning(isBalancing: Bool?) -> String {
        guard let isEnabled else { return "whether it is on is not readable here" }
        guard isEnabled else { return "off" }
        let drawn = "on: the threads of a process are drawn to one last-level cache of their preferred node"
        let limit =
            switch footprintLimit {
            case .bytes(0): "; as aggr_tolerance is 0, none are while NUMA balancing is on"
            case .bytes(let bytes):
                " while its threads' total_numa_faults are \(Self.text(bytes)) at most"
            case .unlimited: ", whatever its size"
            case nil: " up to a limit of their total_numa_faults that is not known"
            }
        if case .unlimited = footprintLimit { return drawn + limit }
        switch isBalancing {
        case true?: return drawn + limit + "; without NUMA balancing there would be no limit"
        case false?: return drawn + ", whatever its size: NUMA balancing, which would limit that, is off"
        case nil: return drawn + limit + ", and without limit if NUMA balancing is off"
        }
    }

    private static func text(_ bytes: UInt64) -> String {
        bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}

extension DomainHierarchy {
    /// Whether cache-aware scheduling has anything to choose from: somewhere a last-level cache of two CPUs or more lies in
    /// a wider domain (`_sched_cache_active_set`, kernel/sched/topology.c, 7.2.13).
    package var hasCachesToChoose: Bool {
        online.contains { cpu in
            guard let index = landmarks(of: cpu).lastLevelCacheIndex else { return false }
            let domains = domains(of: cpu)
            let cache = domains[index]
            return spans.weight(cache.span) > 1
                && domains.contains { $0.index > index && spans.weight($0.span) > spans.weight(cache.span) }
        }
    }
}
