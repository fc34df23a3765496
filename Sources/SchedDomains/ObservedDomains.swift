package import NUMATopology

/// What the kernel itself says about one domain; every part may be missing.
package struct ObservedDomain: Hashable, Sendable {
    /// The span (`/proc/schedstat`).
    package var span: SpanID?
    /// The level's name (debugfs, or `/proc/schedstat` from version 17).
    package var name: String?
    /// The level number of construction (debugfs `level`, 6.10).
    package var levelNumber: Int?
    package var flags: FlagNames?
    /// The flags of the first group (debugfs, 6.6).
    package var groupsFlags: FlagNames?
    package var minIntervalMilliseconds: Int?
    package var maxIntervalMilliseconds: Int?
    package var busyFactor: Int?
    package var imbalancePercent: Int?
    package var cacheNiceTries: Int?
    /// `max_newidle_lb_cost`: the longest newly-idle balance of late.
    package var maxNewidleCostNanoseconds: UInt64?

    package init() {}

    /// All five parameters, if all were readable.
    package var parameters: DomainParameters? {
        guard let minIntervalMilliseconds, let maxIntervalMilliseconds, let busyFactor, let imbalancePercent,
            let cacheNiceTries
        else { return nil }
        return DomainParameters(
            minIntervalMilliseconds: minIntervalMilliseconds, maxIntervalMilliseconds: maxIntervalMilliseconds,
            busyFactor: busyFactor, imbalancePercent: imbalancePercent, cacheNiceTries: cacheNiceTries)
    }
}

/// What the kernel itself says about the domains of a machine.
package struct ObservedDomains: Sendable {
    /// By CPU number: its domains, lowest first; absent for CPUs nothing is known of. An empty list says "no domains".
    package var byCPU: [[ObservedDomain]?]
    /// Whether spans were readable (`/proc/schedstat`).
    package var hasSpans: Bool
    /// Whether names and flags were readable (debugfs or `/proc/sys/kernel/sched_domain`).
    package var hasDetails: Bool
    /// The kernel's own dump, if its log was readable.
    package var dump: KernelDump?

    package init(byCPU: [[ObservedDomain]?] = [], hasSpans: Bool = false, hasDetails: Bool = false) {
        self.byCPU = byCPU
        self.hasSpans = hasSpans
        self.hasDetails = hasDetails
    }

    /// What is known of a CPU's domains.
    package subscript(cpu: Int) -> [ObservedDomain]? {
        byCPU.indices.contains(cpu) ? byCPU[cpu] : nil
    }

    /// Every level name seen anywhere: proof that the level is configured.
    package var names: Set<String> {
        var result: Set<String> = []
        for case let domains? in byCPU {
            for case let name? in domains.map(\.name) {
                result.insert(name)
            }
        }
        return result
    }

    /// The partitions that the top spans show, with the CPUs of each; nothing without spans.
    ///
    /// - Parameter online: The online CPUs; those without domains are in no partition.
    package func partitions(_ spans: SpanTable) -> [CPUSet]? {
        guard hasSpans else { return nil }
        var seen: Set<SpanID> = []
        var result: [CPUSet] = []
        for case let domains? in byCPU {
            guard let top = domains.last?.span, seen.insert(top).inserted else { continue }
            result.append(spans[top])
        }
        return result
    }
}
