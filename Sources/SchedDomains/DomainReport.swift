import NUMATopology

/// The domains of a machine, everything known taken together.
package struct DomainReport: Sendable {
    /// The result: what the kernel shows where it shows it, else what was derived.
    package var hierarchy: DomainHierarchy
    /// Where derivation and kernel differ; empty where they agree or the kernel shows nothing.
    package var disagreements: [DomainDisagreement]
    /// A rule other than the expected one that reproduces what the kernel shows.
    package var inferred: String?
    /// The same as a sentence for people.
    package var explanation: String?
    /// Whether spans were compared with the kernel's.
    package var isSpanChecked: Bool
    /// Whether names and flags were compared with the kernel's.
    package var isFlagChecked: Bool
}

/// Joins what was derived with what the kernel shows.
///
/// The kernel's spans, names, flags and parameters win. If the derivation reproduces the spans its groups are the kernel's
/// too. If not, other readings of the host are tried, each a thing that the host may not expose rightly: the partitions,
/// a level that is not configured, the last-level cache, the package level, rewritten distances. The first that reproduces
/// all spans is kept and named. If none does, groups are derived anew from the observed spans and marked approximate.
package enum DomainReconciliation {
    /// Derives, compares and joins.
    package static func reconcile(_ input: DomainsInput, _ observed: ObservedDomains) -> DomainReport {
        let plain = DomainDerivation.derive(input)
        guard observed.hasSpans || observed.hasDetails else {
            return DomainReport(
                hierarchy: plain, disagreements: [], inferred: nil, explanation: nil, isSpanChecked: false,
                isFlagChecked: false)
        }
        var collector = DisagreementCollector()
        var result = plain
        var inferred: String?
        var explanation: String?
        var cause = DomainDisagreement.Cause.unknown
        if !matches(plain, observed) {
            if let found = alternative(input, observed) {
                result = found.hierarchy
                inferred = found.name
                explanation = found.explanation
                cause = found.cause
            }
            compareStructure(plain, observed, input, cause, &collector)
            if inferred == nil, observed.hasSpans {
                result = ObservedBuilder.build(input, observed, derived: plain)
            }
        }
        compareDetails(result, observed, input, &collector)
        checkConsistency(observed, result.spans, input, &collector)
        var joined = overlay(result, observed, isInferred: inferred != nil)
        if let dump = observed.dump {
            compareDump(joined, dump, &collector)
        }
        joined.online = input.machine.onlineCPUs
        return DomainReport(
            hierarchy: joined, disagreements: collector.records, inferred: inferred, explanation: explanation,
            isSpanChecked: observed.hasSpans, isFlagChecked: observed.hasDetails)
    }

    // MARK: Alternatives

    private struct Alternative {
        var name: String
        /// The reading as a sentence.
        var explanation: String
        var cause: DomainDisagreement.Cause
        var hierarchy: DomainHierarchy
    }

    private static func alternative(_ input: DomainsInput, _ observed: ObservedDomains) -> Alternative? {
        // Spans that end below the partition mean refused distances only if the partitions are known; else they mean
        // partitions.
        if input.partitions != nil {
            var refusing = input
            refusing.overrides.refusesDistances = true
            let refused = DomainDerivation.derive(refusing)
            if matches(refused, observed) {
                return Alternative(
                    name: "without NUMA levels",
                    explanation:
                        "the kernel has no NUMA domains: the host is read as if the kernel had refused its distances",
                    cause: .numaInvalidTable, hierarchy: refused)
            }
        }
        var base = input
        var partitionCause = DomainDisagreement.Cause.partition
        if let partitions = observed.partitions(input.spans) {
            let known = input.effectivePartitions
            base.partitions = Sourced(
                partitions.map { cpus in
                    PartitionRequest(
                        cpus: cpus, relaxDomainLevel: known.first { $0.cpus == cpus }?.relaxDomainLevel)
                } + unseen(input, observed, partitions), .observed)
            if partitions.allSatisfy({ part in known.contains { $0.cpus == part } }) {
                partitionCause = .isolated
            }
            let hierarchy = DomainDerivation.derive(base)
            if matches(hierarchy, observed) {
                let parts = partitions.map { "CPUs \($0)" }.joined(separator: " and ")
                return Alternative(
                    name: "partitions as observed",
                    explanation:
                        "the kernel's domains end at \(parts): the host is read as if its CPUs were parted there",
                    cause: partitionCause, hierarchy: hierarchy)
            }
        }
        for change in changes(input) {
            var changed = base
            change.apply(&changed)
            let hierarchy = DomainDerivation.derive(changed)
            if matches(hierarchy, observed) {
                return Alternative(
                    name: change.name, explanation: change.explanation, cause: change.cause, hierarchy: hierarchy)
            }
        }
        return nil
    }

    /// The partitions of CPUs of which the kernel shows nothing, as they are known: that it shows nothing does not say that
    /// they have no domains.
    private static func unseen(
        _ input: DomainsInput, _ observed: ObservedDomains, _ partitions: [CPUSet]
    ) -> [PartitionRequest] {
        let unseen = CPUSet(input.machine.onlineCPUs.filter { observed[$0] == nil })
        let rest = partitions.reduce(unseen) { $0.subtracting($1) }
        return input.effectivePartitions.compactMap { known in
            let cpus = known.cpus.intersection(rest)
            return cpus.isEmpty ? nil : PartitionRequest(cpus: cpus, relaxDomainLevel: known.relaxDomainLevel)
        }
    }

    private struct Change {
        var name: String
        var explanation: String
        var cause: DomainDisagreement.Cause
        var apply: (inout DomainsInput) -> Void

        init(
            _ name: String, _ explanation: String, _ cause: DomainDisagreement.Cause,
            _ apply: @escaping (inout DomainsInput) -> Void
        ) {
            self.name = name
            self.explanation = explanation
            self.cause = cause
            self.apply = apply
        }
    }

    /// The other readings, in the order in which they are tried.
    private static func changes(_ input: DomainsInput) -> [Change] {
        let hasPackage = !LevelTable(input).hasNUMAInPackage
        let hasCluster = input.configuration.cluster.value
        func level(_ name: String, _ option: String, isThere: Bool) -> String {
            "the kernel has \(isThere ? "domains" : "no domain") for \(name): the host is read as if the kernel was built "
                + "\(isThere ? "with" : "without") \(option)"
        }
        func withoutLevel(_ name: String, _ option: String) -> String { level(name, option, isThere: false) }
        return [
            Change(
                "\(hasCluster ? "without" : "with") the CLS level",
                level("CLS", "CONFIG_SCHED_CLUSTER", isThere: !hasCluster), .configLevelMissing
            ) {
                $0.configuration.cluster = Sourced(!hasCluster, .inferred)
            },
            Change("without the MC level", withoutLevel("MC", "CONFIG_SCHED_MC"), .configLevelMissing) {
                $0.configuration.mc = Sourced(false, .inferred)
            },
            Change("without the SMT level", withoutLevel("SMT", "CONFIG_SCHED_SMT"), .configLevelMissing) {
                $0.configuration.smt = Sourced(false, .inferred)
            },
            Change(
                "last-level cache invalid",
                "the kernel's domains follow no shared cache: the host is read as if the kernel had found its last-level "
                    + "cache invalid", .lastLevelCache
            ) { $0.overrides.lastLevelCache = .invalid },
            Change(
                "last-level cache per CPU",
                "the kernel's domains follow no shared cache: the host is read as if each CPU had a last-level cache of its own",
                .lastLevelCache
            ) { $0.overrides.lastLevelCache = .ownCPUOnly },
            Change(
                "\(hasPackage ? "without" : "with") the package level",
                hasPackage
                    ? "the kernel has no domain for PKG: the host is read as if its packages held several nodes"
                    : "the kernel has domains for PKG: the host is read as if its packages held one node each",
                .configLevelMissing
            ) {
                $0.overrides.hasPackageLevel = !hasPackage
            },
            Change(
                "with rewritten distances",
                "the kernel's NUMA domains follow other distances than it shows: the host is read as if the kernel had "
                    + "rewritten them", .numaArchDistance
            ) { $0.overrides.usesModifiedDistances = true },
        ]
    }

    /// Whether spans, names and level numbers are those observed, on every CPU they were observed for.
    static func matches(_ hierarchy: DomainHierarchy, _ observed: ObservedDomains) -> Bool {
        for (cpu, domains) in observed.byCPU.enumerated() {
            guard let domains else { continue }
            guard domains.count == hierarchy.domainCount(of: cpu) else { return false }
            for (index, domain) in domains.enumerated() {
                guard let pattern = hierarchy.pattern(of: cpu, index: index) else { return false }
                if let span = domain.span, span != pattern.span { return false }
                if let name = domain.name, !isSame(name, pattern.name) { return false }
                if let level = domain.levelNumber, level != pattern.levelNumber { return false }
            }
        }
        return true
    }

    /// Whether two level names are the same level: DIE became PKG.
    static func isSame(_ left: String, _ right: String?) -> Bool {
        guard let right else { return false }
        func plain(_ name: String) -> String { name == "DIE" ? "PKG" : name }
        return plain(left) == plain(right)
    }

    // MARK: Joining

    /// The hierarchy with what was observed in place of what was derived.
    private static func overlay(
        _ hierarchy: DomainHierarchy, _ observed: ObservedDomains, isInferred: Bool
    ) -> DomainHierarchy {
        var result = hierarchy
        result.patterns = []
        result.patternIDs = [:]
        var hints: [Int32] = []
        for cpu in hierarchy.firstSlot.indices {
            let seen = observed[cpu]
            for index in 0..<hierarchy.domainCount(of: cpu) {
                let slot = Int(hierarchy.firstSlot[cpu]) + index
                var pattern = hierarchy.patterns[Int(hierarchy.slots[slot].pattern)]
                if isInferred {
                    pattern.origins = pattern.origins.raised(to: .inferred)
                }
                if let seen, seen.count == hierarchy.domainCount(of: cpu) {
                    pattern.take(seen[index])
                }
                let id = result.internPattern(pattern, hint: index < hints.count ? hints[index] : nil)
                if index < hints.count {
                    hints[index] = id
                } else {
                    hints.append(id)
                }
                result.slots[slot].pattern = id
            }
        }
        return result
    }
}

extension DomainOrigins {
    /// Every part at most as sure as the given origin; what was observed stays.
    func raised(to origin: Origin) -> DomainOrigins {
        func raise(_ part: Origin) -> Origin { part == .observed ? part : max(part, origin) }
        var result = self
        result.span = raise(span)
        result.name = raise(name)
        result.levelNumber = raise(levelNumber)
        result.flags = raise(flags)
        result.groupsFlags = raise(groupsFlags)
        result.parameters = raise(parameters)
        result.groups = raise(groups)
        return result
    }
}

extension DomainPattern {
    /// Takes over what the kernel shows of this domain.
    mutating func take(_ seen: ObservedDomain) {
        if let span = seen.span, span == self.span {
            origins.span = .observed
        }
        if let name = seen.name {
            self.name = name
            origins.name = .observed
        }
        if let levelNumber = seen.levelNumber {
            self.levelNumber = levelNumber
            origins.levelNumber = .observed
        }
        if let flags = seen.flags {
            self.flags = flags
            origins.flags = .observed
        }
        if let groupsFlags = seen.groupsFlags {
            self.groupsFlags = groupsFlags
            origins.groupsFlags = .observed
        }
        if let parameters = seen.parameters {
            self.parameters = parameters
            otherMinIntervalMilliseconds = nil
            origins.parameters = .observed
        }
    }
}
