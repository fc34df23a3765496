import NUMATopology
import SchedDomains
package import Snapshots

extension DomainsAnswer {
    package static let fields = Fields<DomainsAnswer>() {
        Field(
            "kernel", derived: { $0.input.guesses.contains(.kernel) ? nil : $0.rules },
            "The kernel version the rules were chosen by; absent where nothing tells it.")
        // Rules of a version that was assumed say nothing of the kernel.
        Field(
            assumedKernel, derived: { $0.input.guesses.contains(.kernel) ? $0.rules : nil },
            "The version whose rules were taken where nothing tells the kernel's.")
        Field(
            "architecture", derived: { $0.input.architecture.text },
            "The architecture the rules were chosen by.")
        Field("cpus_online", derived: { CPUListText($0.report.hierarchy.online) }, "The online CPUs.")
        Field(
            "cpus_housekeeping", derived: { $0.housekeeping.map(CPUListText.init) },
            "The CPUs that do the kernel's own work (numawatch domains alone, Linux 7.0 and later); empty where none are set apart."
        )
        Field(
            .topologyType, derived: { $0.report.hierarchy.topologyType },
            "How the nodes are connected; absent where distances could not be read."
        ).shaped(.string)
        Field(
            "spans_checked", derived: { $0.report.isSpanChecked },
            "Whether spans were compared with the kernel's.")
        Field(
            "flags_checked", derived: { $0.report.isFlagChecked },
            "Whether flags were compared with the kernel's.")
        Field(
            "inferred", derived: { $0.report.inferred },
            "A reading of the host that explains what the kernel shows.")
        Field.notes(derived: { $0.input.notes }).listed(behind: assumedKernel)
        Field(
            "partitions",
            derived: { answer in
                let hierarchy = answer.report.hierarchy
                return hierarchy.partitions.map {
                    RootDomain(cpus: hierarchy.spans[$0.span], failure: $0.failure)
                }
            }, each: RootDomain.fields, "The root domains.")
        Field(
            .cpus,
            derived: { answer in
                answer.report.hierarchy.online.filter { answer.cpus?.contains($0) ?? true }.map {
                    DomainsOfCPU(cpu: $0, hierarchy: answer.report.hierarchy)
                }
            }, each: DomainsOfCPU.fields, "Every online CPU.")
        Field(
            "disagreements", derived: { $0.report.disagreements }, each: DomainDisagreement.fields,
            "Where derivation and kernel differ.")
        Field(
            "balancing", derived: { $0.statistics }, BalanceStatistics.fields,
            "Load balancing since the previous round; absent without schedstat.")
    }

    private static let assumedKernel: FieldName = "assumed_kernel"

    private var rules: String { report.hierarchy.kernel.description }
}

/// A root domain's CPUs.
private struct RootDomain: Sendable {
    var cpus: CPUSet
    var failure: String?

    static let fields = Fields<RootDomain>() {
        Field(.cpus, derived: { CPUListText($0.cpus) }, "The CPUs of a root domain.")
        Field("failure", derived: { $0.failure }, "Why it has no domains.")
    }
}

/// A CPU and its domains.
private struct DomainsOfCPU: Sendable {
    var cpu: Int
    var hierarchy: DomainHierarchy

    static let fields = Fields<DomainsOfCPU>() {
        Field(.cpu, derived: { $0.cpu }, "The CPU.")
        Field(
            "llc_id", derived: { $0.hierarchy.landmarks(of: $0.cpu).lastLevelCacheID },
            "The lowest CPU that shares its last-level cache.")
        Field(
            "llc_cpus", derived: { $0.hierarchy.landmarks(of: $0.cpu).lastLevelCacheCPUs },
            "How many CPUs share it.")
        Field(
            .domains,
            derived: { place in
                place.hierarchy.domains(of: place.cpu).map { DomainPlace(domain: $0, hierarchy: place.hierarchy) }
            }, each: DomainPlace.fields, "Lowest first.")
    }
}

/// A domain in its hierarchy.
private struct DomainPlace: Sendable {
    var domain: Domain
    var hierarchy: DomainHierarchy

    var pattern: DomainPattern { domain.pattern }

    func names(_ flags: FlagNames) -> [String] { flags.flags.names(on: hierarchy.kernel) + flags.unknown }

    static let fields = Fields<DomainPlace>() {
        Field(.index, derived: { $0.domain.index }, "The N of domainN.")
        Field(.name, derived: { $0.pattern.name }, "SMT, CLS, MC, PKG, NODE, NUMA…")
        Field(
            .level, derived: { $0.pattern.levelNumber },
            "The number of construction; removed levels leave gaps.")
        Field(.span, derived: { CPUListText($0.hierarchy.spans[$0.pattern.span]) }, "Its CPUs.")
        Field(
            .distance, derived: { $0.pattern.distance },
            "Of a NUMA level; absent where distances could not be read.")
        Field(
            .flags, derived: { $0.names($0.pattern.flags) }, "SD_ flags by the kernel's names, in its order.")
        Field(.groupsFlags, derived: { $0.names($0.pattern.groupsFlags) }, "The flags of its first group.")
        Field(
            "min_interval_ms", derived: { $0.pattern.parameters?.minIntervalMilliseconds }, "min_interval.")
        Field(
            "max_interval_ms", derived: { $0.pattern.parameters?.maxIntervalMilliseconds }, "max_interval.")
        Field("busy_factor", derived: { $0.pattern.parameters?.busyFactor }, "busy_factor.")
        Field("imbalance_pct", derived: { $0.pattern.parameters?.imbalancePercent }, "imbalance_pct.")
        Field("cache_nice_tries", derived: { $0.pattern.parameters?.cacheNiceTries }, "cache_nice_tries.")
        Field(
            "imb_numa_nr", derived: { $0.pattern.imbalanceNUMATasks }, "Tasks by which NUMA nodes may differ.")
        Field(
            .groups,
            derived: { place in
                place.hierarchy.groups(of: place.domain).map { GroupPlace(group: $0, hierarchy: place.hierarchy) }
            }, each: GroupPlace.fields, "Its groups, in the kernel's order.")
        Field(.source, sources, "observed, derived or assumed, part by part.")
    }

    @FieldList<DomainPlace>
    private static var sources: [Field<DomainPlace>] {
        origin(.span) { $0.span }
        origin(.name) { $0.name }
        origin(.level) { $0.levelNumber }
        origin(.flags) { $0.flags }
        origin(.groupsFlags) { $0.groupsFlags }
        origin("parameters") { $0.parameters }
        origin(.groups) { $0.groups }
    }

    private static func origin(
        _ name: FieldName, _ part: @escaping @Sendable (DomainOrigins) -> Origin
    ) -> Field<DomainPlace> {
        Field(name, derived: { part($0.pattern.origins).text }, "Where this part comes from.")
    }
}

/// A group in its hierarchy.
private struct GroupPlace: Sendable {
    var group: DomainGroup
    var hierarchy: DomainHierarchy

    static let fields = Fields<GroupPlace>() {
        Field(.id, derived: { $0.group.id }, "The number the kernel's dump shows.")
        Field(
            .span, derived: { CPUListText($0.hierarchy.spans[$0.group.span]) },
            "Its CPUs, in the kernel's list format.")
        Field(
            "balance_mask", derived: { CPUListText($0.hierarchy.spans[$0.group.balanceMask]) },
            "The CPUs that balance it.")
        Field(
            .flags,
            derived: { $0.group.flags.flags.names(on: $0.hierarchy.kernel) + $0.group.flags.unknown },
            "The flags of the child domain it stands for.")
        Field("nominal_capacity", derived: { $0.group.nominalCapacity }, "1024 for each full CPU.")
    }
}

extension DomainDisagreement {
    fileprivate static let fields = Fields<DomainDisagreement>() {
        Field("check", derived: { $0.check.rawValue }, "What was compared.")
        Field(.cpus, derived: { CPUListText($0.cpus) }, "The CPUs that differ in this way.")
        Field(.index, derived: { $0.index }, "The domain.")
        Field("expected", derived: { $0.expected }, "What was derived.")
        Field("observed", derived: { $0.observed }, "What the kernel shows.")
        Field("likely", derived: { $0.likely.rawValue }, "The likely cause.")
    }
}

// MARK: Statistics

extension BalanceStatistics {
    fileprivate static let fields = Fields<BalanceStatistics>() {
        Field(
            "rebuilt_domains", derived: { $0.rebuiltDomainCount }, "Domains rebuilt since, and left out.")
        Field("levels", derived: { $0.levels }, each: Level.fields, "Summed over CPUs, by level.")
        // For numawatch domains alone, of the CPUs it is asked about.
        Field(
            .domains, parts: { $0.domains.isEmpty ? nil : $0.domains }, set: { _, _ in }, each: CPUDomain.fields,
            isRequired: false, "By domain of the CPUs that were asked about."
        ).unlisted
    }
}

extension BalanceStatistics.CPUDomain {
    fileprivate static let fields = Fields<BalanceStatistics.CPUDomain>() {
        Field(.cpu, derived: { $0.cpu }, "The CPU.")
        Field(.index, derived: { $0.index }, "The N of domainN.")
        BalanceStatistics.Level.fields.lifted(\.rates)
    }
}

extension BalanceStatistics.Level {
    fileprivate static let fields = Fields<BalanceStatistics.Level>() {
        Field(.name, derived: { $0.name }, "The level's name.")
        Field(.distance, derived: { $0.distance }, "Of a NUMA level.")
        Field(.cpuCount, derived: { $0.cpuCount }, "CPUs counted.")
        Field("busy", \.busy, BalanceStatistics.Rates.fields, "Balancing while the CPU was busy.")
        Field("idle", \.idle, BalanceStatistics.Rates.fields, "While it was idle.")
        Field("newly_idle", \.newlyIdle, BalanceStatistics.Rates.fields, "As it became idle.")
        Field.rate("active_attempts_per_second", \.activeAttemptsPerSecond)
        Field.rate("active_failed_per_second", \.activeFailedPerSecond)
        Field.rate("active_pushed_per_second", \.activePushedPerSecond)
        Field.rate("remote_wakeups_per_second", \.remoteWakeupsPerSecond)
        Field.rate("affine_moves_per_second", \.affineMovesPerSecond)
        Field.rate("balance_moves_per_second", \.balanceMovesPerSecond)
    }
}

extension BalanceStatistics.Rates {
    fileprivate static let fields = Fields<BalanceStatistics.Rates>() {
        Field.rate("attempts_per_second", \.attemptsPerSecond)
        Field.rate("balanced_per_second", \.balancedPerSecond)
        Field.rate("failed_per_second", \.failedPerSecond)
        Field.rate("imbalance_load_per_second", \.imbalanceLoadPerSecond)
        Field.rate("pulled_per_second", \.pulledPerSecond)
        Field.rate("pulled_hot_per_second", \.pulledHotPerSecond)
        Field.rate("no_busy_queue_per_second", \.noBusyQueuePerSecond)
        Field.rate("no_busy_group_per_second", \.noBusyGroupPerSecond)
    }
}

extension Field {
    fileprivate static func rate(_ name: FieldName, _ path: Path<Double>) -> Field {
        Field(name, path, "Summed over CPUs.")
    }
}
