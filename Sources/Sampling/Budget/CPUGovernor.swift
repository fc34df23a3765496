import NUMATopology

/// Keeps the process's CPU use under its limit by lengthening the intervals between rounds.
///
/// Nothing is ever throttled: a round under way runs to its end at full speed, because a reader that is held up while it
/// holds a target's lock stalls the target. What is left to turn is how often rounds happen.
///
/// The need follows from what was measured. Let `c` be the mean CPU time of a round and `w` the mean time between rounds
/// as configured; the limit `L` is kept when the intervals are lengthened by `n = c / (L * w)`, the *need*. Example: rounds
/// of 80 ms every 5 s with a limit of 1 % need n = 0.08 / (0.01 * 5) = 1.6, that is a round every 8 s.
///
/// Means are exponential over about the last ``memory`` rounds, starting from idle, so that one dear round (the first,
/// which sees every process anew) does not count for more than it is.
///
/// The stretch in force follows the need with hysteresis: above it, the stretch becomes the need and a tenth more; it comes
/// down only when that falls below ``release`` of what is in force. Costs that waver by less move nothing.
///
/// CPU time that does not come from rounds (answering clients) grows with the interval as it grows; the iteration then ends
/// at `C / (L - b)` where `b < L` is that share, and at ``maximumStretch`` where it alone exceeds the limit.
package struct CPUGovernor: Sendable, Equatable {
    /// Rounds the means look back over.
    static let memory = 8.0
    /// How far above the need the stretch is put: room for costs to waver without another change.
    static let headroom = 1.1
    /// The part of the stretch in force below which the need must fall before it is shortened.
    static let release = 0.8
    /// Five seconds become five minutes: beyond that the figures would be of no use.
    package static let maximumStretch = 60.0

    /// What was decided after a round.
    package enum Change: Sendable, Equatable {
        case lengthened(from: Double, to: Double)
        case shortened(from: Double, to: Double)
    }

    /// The limit, as a share of one CPU.
    package var limitShare: Double
    /// The factor all intervals are multiplied with, 1 to ``maximumStretch``.
    package private(set) var stretch = 1.0
    private var meanCPU = 0.0
    private var meanWall: Double?

    /// - Parameter limitShare: above 0; 0.01 is 1 % of one CPU.
    package init(limitShare: Double) {
        self.limitShare = limitShare
    }

    /// The stretch that would just keep the limit; nil before the first round.
    package var need: Double? {
        guard let meanWall, meanWall > 0, limitShare > 0 else { return nil }
        return meanCPU / (limitShare * meanWall)
    }

    /// Whether the limit cannot be kept by lengthening alone.
    package var isSaturated: Bool {
        guard let need else { return false }
        return need > Self.maximumStretch
    }

    /// An interval as it is in force.
    package func interval(_ configuredNanoseconds: UInt64) -> UInt64 {
        let stretched = Double(configuredNanoseconds) * stretch
        return min(UInt64(saturated: stretched), .max / 2)
    }

    /// Takes the account of one round.
    ///
    /// - Parameters:
    ///   - cpuNanoseconds: CPU time of the whole process since the last account.
    ///   - wallNanoseconds: Time since the last account; an account without time passed says nothing and is left out.
    /// - Returns: What changed, if anything.
    package mutating func record(cpuNanoseconds: UInt64, wallNanoseconds: UInt64) -> Change? {
        guard wallNanoseconds > 0 else { return nil }
        let weight = 1 / Self.memory
        let wall = Double(wallNanoseconds) / stretch
        meanCPU += weight * (Double(cpuNanoseconds) - meanCPU)
        meanWall = meanWall.map { $0 + weight * (wall - $0) } ?? wall
        guard let need else { return nil }
        let old = stretch
        let wanted = min(max(need * Self.headroom, 1), Self.maximumStretch)
        if need > stretch, wanted > stretch {
            stretch = wanted
            return .lengthened(from: old, to: stretch)
        }
        if stretch > 1, wanted < stretch * Self.release || need * Self.headroom <= 1 {
            stretch = wanted
            return .shortened(from: old, to: stretch)
        }
        return nil
    }
}
