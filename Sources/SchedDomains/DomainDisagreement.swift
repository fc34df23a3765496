package import NUMATopology

/// One way in which the derivation and the kernel differ, for all CPUs that differ in it.
package struct DomainDisagreement: Hashable, Sendable {
    /// What was compared.
    package enum Check: String, Hashable, Sendable, CaseIterable {
        /// X1: the list of spans.
        case span
        /// X2: the names (DIE and PKG are one).
        case name
        /// X3: flags, of the domain or its first group.
        case flags
        /// X4: a parameter differs from the initial value: someone tuned it.
        case tuned
        /// X5: a span does not hold its child's, or its CPU.
        case corrupt
        /// X6, X7: CPUs that share a span do not agree on it; a rebuild came between.
        case race
        /// X8: the groups of the kernel's log.
        case groups
        /// The level numbers of construction.
        case level
    }

    /// What most likely explains it.
    package enum Cause: String, Hashable, Sendable, CaseIterable {
        case configLevelMissing = "config-level-missing"
        case lastLevelCache = "llc-differs"
        case numaArchDistance = "numa-arch-distance"
        case numaInvalidTable = "numa-invalid-slit"
        case partition
        case isolated
        case hotplugRace = "hotplug-race"
        case itmt
        case asymCapacity = "asym-capacity"
        case relax
        case tuned
        case unknown
    }

    package var check: Check
    package var cpus: CPUSet
    /// The domain index; absent where whole lists are compared.
    package var index: Int?
    /// What the derivation expects; empty for nothing.
    package var expected: String
    /// What the kernel shows; empty for nothing.
    package var observed: String
    package var likely: Cause

    /// One line for people.
    package var text: String {
        let domain = index.map { "domain\($0) of " } ?? ""
        return "\(domain)CPUs \(cpus): \(check.subject): the kernel has \(observed.isEmpty ? "none" : observed), "
            + "derived \(check.isPlural ? "are" : "is") \(expected.isEmpty ? "none" : expected); \(likely.text)"
    }
}

extension DomainDisagreement.Check {
    /// What differs.
    fileprivate var subject: String {
        switch self {
        case .span: "spans"
        case .name: "name"
        case .flags: "flags"
        case .tuned: "parameter"
        case .corrupt: "span"
        case .race: "CPUs that share a span"
        case .groups: "groups"
        case .level: "level number"
        }
    }

    fileprivate var isPlural: Bool {
        switch self {
        case .span, .flags, .race, .groups: true
        case .name, .tuned, .corrupt, .level: false
        }
    }
}

extension DomainDisagreement.Cause {
    /// What most likely explains it, as the end of a sentence.
    package var text: String {
        switch self {
        case .configLevelMissing: "most likely the kernel is built with other levels than is assumed"
        case .lastLevelCache: "most likely the kernel takes other CPUs to share a cache than the files show"
        case .numaArchDistance: "most likely the kernel rewrites the distances of this processor"
        case .numaInvalidTable: "most likely the kernel refused the distances"
        case .partition: "most likely the kernel's CPUs are parted otherwise than the cpusets show"
        case .isolated: "most likely the CPUs are isolated"
        case .hotplugRace: "most likely CPUs came or went while the files were read"
        case .itmt: "most likely ITMT is switched otherwise than the files show"
        case .asymCapacity: "most likely the kernel knows other capacities of CPUs than the files show"
        case .relax: "most likely a relax_domain_level is in force"
        case .tuned: "most likely somebody tuned it"
        case .unknown: "why is unknown"
        }
    }
}

/// Gathers differences that are the same for many CPUs.
struct DisagreementCollector {
    private struct Key: Hashable {
        var check: DomainDisagreement.Check
        var index: Int?
        var expected: String
        var observed: String
        var likely: DomainDisagreement.Cause
    }

    private var cpusByKey: [Key: [Int]] = [:]
    private var order: [Key] = []

    mutating func add(
        _ check: DomainDisagreement.Check, _ cpu: Int, index: Int?, expected: String, observed: String,
        likely: DomainDisagreement.Cause
    ) {
        let key = Key(check: check, index: index, expected: expected, observed: observed, likely: likely)
        if cpusByKey[key] == nil {
            order.append(key)
        }
        cpusByKey[key, default: []].append(cpu)
    }

    /// One record per pattern, in the order first seen.
    var records: [DomainDisagreement] {
        order.map { key in
            DomainDisagreement(
                check: key.check, cpus: CPUSet(cpusByKey[key] ?? []), index: key.index, expected: key.expected,
                observed: key.observed, likely: key.likely)
        }
    }
}
