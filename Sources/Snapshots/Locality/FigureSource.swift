/// What a figure of locality or of a verdict rests on.
package enum FigureSource: String, Sendable, Hashable, CaseIterable {
    /// The kernel's account of a cgroup: `memory.numa_stat`, `memory.stat`.
    case account
    /// `numa_maps` of the processes, read in full.
    case placement
    /// A random sample of their pages.
    case sample
    /// The kernel's own counters of the host or of tasks.
    case counters
    /// What the model of the balancing algorithm makes of the ledgers.
    case model
    /// Traced faults.
    case trace
    /// Sampled kernel stacks.
    case stacks
    /// Measured on this machine, on memory of the daemon's own.
    case calibrated
    /// The firmware's table of latencies (HMAT).
    case firmware
    /// Ranges that hold for ordinary machines.
    case assumed
    /// Follows from figures of several sources; the weakest of them counts.
    case sampled
}
