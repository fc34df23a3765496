import BalancingModel
import NUMATopology
import Snapshots

/// What one round says of a scope: what it has counted so far, and where its memory is now. Absent: not known.
struct ScopeReading {
    /// CPU time so far by node, nanoseconds.
    var cpuByNode: NodeValues<UInt64>?
    /// The kernel's own counters for exactly this scope, so far.
    var counters: Counters?
    /// Base pages moved by its tasks so far, where the counters are absent.
    var movedPages: UInt64?
    /// Pages faulted in the interval, by the model, where the counters are absent.
    var modelledFaults: Estimate?
    var memory: Memory?
    /// Share of its memory of which the node is not known, 0 to 1.
    var unplacedRatio = 0.0
    /// Share of its memory that balancing leaves alone by policy; absent where policies are not known.
    var policyRatio: Double?
    var threadsByNode = NodeValues<Int>()
    var threadCount = 0
    /// How often a thread was found on another node than before, so far.
    var threadNodeChanges: UInt64 = 0
    /// Of the CPU time so far, what may have been spent on other nodes, nanoseconds.
    var uncertainCPUNanoseconds: UInt64 = 0
    /// Tasks that have a preferred node, and those of them that are on another.
    var preferringTasks = 0
    var displacedTasks = 0
    /// Time between scans, milliseconds.
    var scanPeriodMilliseconds: Double?

    struct Counters: Equatable {
        var armed: UInt64
        var faulted: UInt64
        var moved: UInt64
    }

    /// Where its memory is: anonymous, shared, and of hugetlbfs.
    struct Memory {
        var bytes: NodeValues<UInt64>
        var halfWidthBytes: NodeValues<UInt64>?
        /// Monotonic time of the reading; absent where it is not known, and then a change of the bytes tells a new one.
        var takenAtNanoseconds: UInt64?
        var source: FigureSource
    }

    /// The share of memory that balancing never arms: under another policy than the default one, and of hugetlbfs.
    ///
    /// `mpol_to_str` writes `balancing` behind a policy that asks for balancing all the same.
    static func policyRatio(
        _ byPolicy: [String: NodeValues<UInt64>]?, byClass: [MemoryClass: NodeValues<UInt64>]
    ) -> Double? {
        guard let byPolicy else { return nil }
        var bound = 0.0
        var other = 0.0
        for (policy, bytes) in byPolicy {
            let isLeftAlone = !policy.hasPrefix("default") && !policy.contains("balancing")
            if isLeftAlone { bound += Double(bytes.total) } else { other += Double(bytes.total) }
        }
        // Huge pages are in the policies' sums as well; they are left alone whatever the policy.
        let huge = byClass.reduce(0.0) { $1.key.pageSizeBytes == nil ? $0 : $0 + Double($1.value.total) }
        let files = Double(byClass[.file]?.total ?? 0)
        let all = bound + max(0, other - files)
        guard all > 0 else { return nil }
        return min(1, max(bound, huge) / all)
    }
}
