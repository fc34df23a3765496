import NUMATopology

/// A behaviour whose accesses are known beforehand: what `numawatch-workload seed` does (`Workloads/seeds.c`), with what is to be
/// said of it.
package struct TruthSeed: Sendable, Hashable {
    package var name: String
    /// What its threads do, for the document.
    package var summary: String
    /// The seed of the workload.
    package var behaviour: String
    package var machine = TruthMachine.twoNodes
    package var threads = 1
    /// Of each thread, or of all where they share.
    package var mebibytes = 8
    package var isHuge = false
    /// Whether there is other data too, that gets a fifth of all accesses.
    package var hasSecondData = false
    /// Whether its threads stay on their nodes: then CPU time by node is no estimate.
    package var threadsStay = true
    /// What may be said of it where balancing is on.
    package var verdicts: Set<String>
    /// Sweeps are divided by this, so that all seeds take about as long.
    package var effort = 1

    package static let all = [
        TruthSeed(
            name: "private", summary: "one thread, its data first touched on the other node", behaviour: "private",
            verdicts: ["helping", "converged"]),
        TruthSeed(
            name: "right", summary: "one thread, its data on its own node from the start", behaviour: "right",
            verdicts: ["converged"]),
        TruthSeed(
            name: "pingpong", summary: "two threads on two nodes that use the same data all the time",
            behaviour: "pingpong", threads: 2, verdicts: ["hurting"], effort: 2),
        TruthSeed(
            name: "shared", summary: "four threads, two on each node, that use the same data all the time",
            behaviour: "shared", threads: 4, verdicts: ["hurting", "neutral", "settled"], effort: 4),
        TruthSeed(
            name: "hopper", summary: "one thread that changes the node four times in each window", behaviour: "hopper",
            threadsStay: false, verdicts: ["hurting"]),
        TruthSeed(
            name: "phases", summary: "one thread that changes the node once, halfway", behaviour: "phases",
            threadsStay: false, verdicts: ["helping", "converged"]),
        TruthSeed(
            name: "bound", summary: "data bound to the other node; a fifth of all accesses go to a little data at hand",
            behaviour: "bound", hasSecondData: true, verdicts: ["inactive", "settled"]),
        TruthSeed(
            name: "pinned",
            summary: "data on the other node, locked and pinned for long, as a virtual machine's may be",
            behaviour: "pinned", verdicts: ["hurting", "inactive", "settled", "neutral"]),
        TruthSeed(
            name: "huge", summary: "as private, in huge pages", behaviour: "private", isHuge: true,
            verdicts: ["helping", "converged"]),
        TruthSeed(
            name: "four", summary: "four threads on four nodes, the data of each first touched on the next node",
            behaviour: "four", machine: .fourNodes, threads: 4, mebibytes: 4, verdicts: ["helping", "converged"],
            effort: 2),
    ]

    /// Lines of a page that are used (`LINES_USED`), and the load and the store each makes.
    private static let accessesPerPage: UInt64 = 8 * 2
    private static let pagesPerMebibyte: UInt64 = 256

    /// Sweeps of each thread in a window.
    package func rounds(_ work: TruthWork) -> Int { max(1, work.rounds / effort) }

    /// How many accesses its threads make to its data in all windows: this number, and no other.
    package func accesses(_ work: TruthWork) -> UInt64 {
        let sweeps = UInt64(threads * rounds(work) * work.windows)
        let pages = UInt64(mebibytes) * Self.pagesPerMebibyte
        return sweeps * (pages + (hasSecondData ? pages / 4 : 0)) * Self.accessesPerPage
    }

    /// The words behind `numawatch-workload seed`.
    package func arguments(_ work: TruthWork, run: String) -> String {
        "\(behaviour) rounds=\(rounds(work)) windows=\(work.windows) mib=\(mebibytes) "
            + "huge=\(isHuge ? "yes" : "no") label=\(run)"
    }
}

/// How much of it is done.
package struct TruthWork: Sendable, Hashable {
    /// Sweeps of a seed's data in a window, where one thread makes them.
    package var rounds: Int
    package var windows: Int
    /// Runs with balancing on, and as many without: what differs between them is the noise.
    package var repeats: Int

    package init(rounds: Int, windows: Int, repeats: Int) {
        self.rounds = rounds
        self.windows = windows
        self.repeats = repeats
    }
}

/// A machine with seeds.
package enum TruthMachine: String, Sendable, Hashable, CaseIterable {
    case twoNodes = "truth-2"
    case fourNodes = "truth-4"

    /// Of each node all CPUs but the last are for seeds.
    package var topology: LabTopology {
        let nodes = self == .twoNodes ? 2 : 4
        let cpus = self == .twoNodes ? 3 : 2
        var topology = LabTopology(name: rawValue)
        topology.title = "\(nodes) sockets of \(cpus) CPUs"
        topology.sockets = nodes
        topology.cores = cpus
        topology.nodes = (0..<nodes).map { node in
            LabTopology.Node(cpus: CPUSet(node * cpus..<(node + 1) * cpus), memoryMiB: Self.nodeMiB)
        }
        return topology
    }

    /// Room for the daemon, for what a seed has there, and for what moves there.
    private static let nodeMiB = 256

    /// The CPUs of all that is no seed, as a mask in hexadecimal digits.
    package var otherCPUs: String {
        let mask = topology.nodes.reduce(UInt64(0)) { $0 | (($1.cpus.last.map { UInt64(1) << UInt64($0) }) ?? 0) }
        return String(mask, radix: 16)
    }

    package var seeds: [TruthSeed] { TruthSeed.all.filter { $0.machine == self } }
}
