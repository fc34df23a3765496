import HostReading
import SchedDomains

/// Domains of machines up to 4,096 CPUs on 64 nodes. The baseline is the same machine at half the size: a ratio of 2 is
/// linear growth. Where the output grows faster than the machine (each CPU of a mesh of unequal distances has groups of
/// its own), the note tells both.
enum DomainBenchmarks {
    static var all: [Benchmark] {
        [
            derive("domains.derive", flat),
            derive("domains.derive-ring", ring),
            read("domains.read+derive", flat),
        ]
    }

    /// All other nodes equally far.
    static func flat(_ nodes: Int) -> SyntheticTopology {
        SyntheticTopology.make(nodes: nodes, coresPerNode: 32, threads: 2, coresPerCache: 8)
    }

    /// Boards of eight nodes: neighbours on the board in a ring, other boards far. Groups overlap.
    static func ring(_ nodes: Int) -> SyntheticTopology {
        SyntheticTopology.make(nodes: nodes, coresPerNode: 32, threads: 2, coresPerCache: 8) { from, to in
            if from == to { return 10 }
            if from / 8 != to / 8 { return 40 }
            let steps = abs(from - to) % 8
            return min(steps, 8 - steps) == 1 ? 20 : 30
        }
    }

    private static func derive(_ name: String, _ shape: @escaping (Int) -> SyntheticTopology) -> Benchmark {
        Benchmark(name: name, unit: .milliseconds, baselineName: "half the CPUs", target: .atMost(100)) {
            let whole = shape(64).input
            let half = shape(32).input
            return workload(note(DomainDerivation.derive(whole), DomainDerivation.derive(half))) {
                size(DomainDerivation.derive(whole))
            } baseline: {
                size(DomainDerivation.derive(half))
            }
        }
    }

    private static func read(_ name: String, _ shape: @escaping (Int) -> SyntheticTopology) -> Benchmark {
        Benchmark(name: name, unit: .milliseconds, baselineName: "half the CPUs", target: .atMost(100)) {
            let whole = FlatRoot(SyntheticRoot.make(shape(64)))
            let half = FlatRoot(SyntheticRoot.make(shape(32)))
            return workload(note(derived(whole), derived(half))) {
                size(derived(whole))
            } baseline: {
                size(derived(half))
            }
        }
    }

    /// From the files of a machine in memory to its domains.
    static func derived(_ root: FlatRoot) -> DomainHierarchy {
        DomainDerivation.derive(DomainsReader.read(root, ignoresObservations: true).input)
    }

    private static func workload(
        _ note: String, subject: @escaping () -> UInt64, baseline: @escaping () -> UInt64
    ) -> Workload {
        Workload(
            amount: 1, baselineAmount: 1, subject: subject, baseline: baseline, note: note, comparesPerUnit: false)
    }

    private static func size(_ hierarchy: DomainHierarchy) -> UInt64 {
        let sizes = hierarchy.sizes
        return UInt64(sizes.slots + sizes.groups + sizes.patterns)
    }

    private static func note(_ whole: DomainHierarchy, _ half: DomainHierarchy) -> String {
        "4,096 CPUs, 64 nodes: \(whole.sizes.slots) domains, \(whole.sizes.groups) groups kept; "
            + "half: \(half.sizes.slots), \(half.sizes.groups)"
    }
}
