package import Snapshots

/// What a verdict is decided by. Absent: not known.
package struct Evidence: Sendable {
    /// `kernel.numa_balancing`.
    package var balancingMode: Int?
    /// Nodes with memory.
    package var memoryNodeCount = 0
    package var watchedSeconds = 0.0
    package var minimumSeconds = 0.0
    package var cpuSeconds = 0.0
    /// Whether no page was armed in the window; absent where that was not counted.
    package var isUnarmed: Bool?
    /// Of the memory, moved each minute, lately.
    package var movesPerMinute: Double?
    package var policyRatio: Double?
    package var unplacedRatio = 0.0
    package var locality: BoundedRatio?
    package var bestLocality: BoundedRatio?
    /// Change of the local share since pages began to move, or over the window.
    package var localityChange: BoundedRatio?
    package var cost: BoundedRatio?
    /// Whether anything was counted that costs: a cost of zero rests on no assumption.
    package var isCostZero = false
    package var gain: BoundedRatio?
    package var efficiency: Double?
    package var kept: Double?
    /// Whether pages were moved more than once.
    package var areMovesRepeated = false
    /// Faults or scans that lead to nothing: moves are refused, or a storm goes on without moves.
    package var isFutile = false
    /// Whether it is scanned as seldom as the kernel allows.
    package var isAtLongestPeriod = false
    /// Whether its nodes have room for what is not local.
    package var fits: Bool?
    /// Whether the memory was read in full and lately.
    package var isPlacementExact = false
    /// Whether remote accesses were counted, by the hardware or by tracing.
    package var isRemoteShareMeasured = false
    /// How far two ways of counting the local share are apart.
    package var localitySpread = 0.0

    package init() {}
}
