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
        let domain = index.map { " domain\($0)" } ?? ""
        return "\(check.rawValue): CPUs \(cpus)\(domain): kernel \(observed.isEmpty ? "none" : observed), "
            + "derived \(expected.isEmpty ? "none" : expected) (likely \(likely.rawValue))"
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
