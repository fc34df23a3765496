import NUMATopology
import SchedDomains

/// The machines of the reference document's worked examples.
enum MachineShapes {
    /// 16 CPUs, two threads per core, clusters of four, nodes of eight; arm64 with a device tree, no valid cache.
    static func seed(_ kernel: SchedKernelVersion = SchedKernelVersion(6, 12, 0)) -> DomainsInput {
        var shape = SyntheticTopology.make(nodes: 2, coresPerNode: 4, threads: 2)
        shape.architecture = .arm64
        shape.kernel = kernel
        shape.clusters = stride(from: 0, to: 16, by: 4).map { CPUSet($0..<$0 + 4) }
        shape.caches = nil
        var input = shape.input
        for cpu in input.cpus.indices {
            let own = input.spans.intern([cpu])
            input.cpus[cpu]?.lastCacheLeaf = CacheLeaf(level: 1, sharedCPUs: own, hasID: false, hasSize: false)
        }
        return input
    }

    /// x86, one CPU pair per node with one last-level cache, no threads.
    static func pairs(_ distances: [[Int]], numbering: SyntheticTopology.Numbering = .adjacent) -> SyntheticTopology {
        SyntheticTopology.make(nodes: distances.count, coresPerNode: 2, numbering: numbering) { distances[$0][$1] }
    }

    static let ring = [[10, 20, 30, 20], [20, 10, 20, 30], [30, 20, 10, 20], [20, 30, 20, 10]]
    static let unequalDepth = [[10, 20, 20, 30], [20, 10, 20, 20], [20, 20, 10, 20], [30, 20, 20, 10]]
    static let line = [[10, 20, 30, 40], [20, 10, 20, 30], [30, 20, 10, 20], [40, 30, 20, 10]]
    static let backplane = (0..<8).map { from in (0..<8).map { from == $0 ? 10 : from / 4 == $0 / 4 ? 12 : 40 } }
    static let fiveDistances = [[10, 12, 20, 22], [12, 10, 22, 24], [20, 22, 10, 12], [22, 24, 12, 10]]
    static let eightRing = (0..<8).map { from in
        (0..<8).map { 10 + 10 * min(abs(from - $0), 8 - abs(from - $0)) }
    }
}

extension DomainHierarchy {
    /// The dump of some CPUs, in the order given, without the partitions' lines.
    func dump(_ cpus: [Int]) -> String {
        cpus.map { cpu in
            var text = ""
            KernelDump.render(self, cpus: [cpu]) { text += $0 }
            return text.split(separator: "\n").filter { !$0.hasPrefix("root domain") }.map { $0 + "\n" }.joined()
        }.joined()
    }

    /// One line per domain: `SMT(0) 0-1 2/4 110 0`.
    func summary(_ cpu: Int) -> [String] {
        domains(of: cpu).map { domain in
            let level = domain.pattern.levelNumber.map { "(\($0))" } ?? ""
            let figures = domain.pattern.parameters.map {
                " \($0.minIntervalMilliseconds)/\($0.maxIntervalMilliseconds) \($0.imbalancePercent) \($0.cacheNiceTries)"
            }
            return "\(domain.name)\(level) \(spans[domain.span])\(figures ?? "")"
        }
    }
}

extension DomainFlags {
    static let threads: DomainFlags = [
        .balanceNewidle, .balanceExec, .balanceFork, .wakeAffine, .shareCPUCapacity, .shareLLC, .preferSibling,
    ]
    static let clusterLevel: DomainFlags = [
        .balanceNewidle, .balanceExec, .balanceFork, .wakeAffine, .cluster, .shareLLC, .preferSibling,
    ]
    static let cacheLevel: DomainFlags = [
        .balanceNewidle, .balanceExec, .balanceFork, .wakeAffine, .shareLLC, .preferSibling,
    ]
    static let packageLevel: DomainFlags = [.balanceNewidle, .balanceExec, .balanceFork, .wakeAffine, .preferSibling]
    static let nearNUMA: DomainFlags = [
        .balanceNewidle, .balanceExec, .balanceFork, .wakeAffine, .serialize, .overlap, .numa,
    ]
    static let farNUMA: DomainFlags = [.balanceNewidle, .serialize, .overlap, .numa]
}
