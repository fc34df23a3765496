import NUMATopology
import Snapshots

/// How much of what a scope does is near its memory, from where it ran and where its memory is.
///
/// Which page is used from which node is not seen; only how much time was spent on each node and how much memory is on each. If
/// threads use all memory evenly, the local share is the sum over nodes of time share times memory share. `Locality` says between
/// which bounds it lies, whatever they use.
///
/// Example: 30 % of the time on node 0 and 70 % on node 1, 40 % of the memory on node 0 and 60 % on node 1. Evenly used:
/// 0.3 · 0.4 + 0.7 · 0.6 = 0.54.
enum LocalityMath {
    /// The share if memory is used evenly.
    static func product(_ time: [Double], _ memory: [Double]) -> Double {
        zip(time, memory).reduce(0) { $0 + $1.0 * $1.1 }
    }

    static func bounds(_ time: [Double], _ memory: [Double]) -> (low: Double, high: Double) {
        Locality.bounds(zip(time, memory).map { Locality.NodeShare(time: $0, leastMemory: $1, mostMemory: $1) })
    }

    /// Half of what two distributions differ by: the share that is elsewhere.
    static func distance(_ left: [Double], _ right: [Double]) -> Double {
        zip(left, right).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    }

    /// The amounts as shares of their sum; nil for a sum of zero.
    static func shares(_ amounts: [Double]) -> [Double]? {
        let sum = amounts.reduce(0, +)
        return sum > 0 ? amounts.map { $0 / sum } : nil
    }

    /// The local share over a time: the mean of what rounds found and of what sums over the time say, with bounds that cover both.
    ///
    /// - Parameters:
    ///   - unknownTime: Share of the CPU time of which the node is not known.
    ///   - unknownMemory: Share of the memory of which the node is not known.
    ///   - memoryError: Half the width of the error of memory shares, where they were sampled.
    /// - Returns: The share, and how far the two are apart; nil where time or memory are not known.
    static func locality(
        _ total: ScopeWindow.Total, unknownTime: Double, unknownMemory: Double, memoryError: Double,
        source: FigureSource
    ) -> (ratio: BoundedRatio, spread: Double)? {
        guard let time = shares(total.cpu), let memory = total.shares, total.sums.judgedCPUSeconds > 0 else {
            return nil
        }
        let byRound = Double(total.sums.localCPUSeconds / total.sums.judgedCPUSeconds)
        let overall = product(time, memory)
        let bounds = bounds(time, memory)
        let known = (1 - min(1, unknownTime)) * (1 - min(1, unknownMemory))
        let low = (max(0, min(bounds.low, byRound, overall) - memoryError)) * known
        let high = min(1, max(bounds.high, byRound, overall) + memoryError) * known + 1 - known
        return (
            BoundedRatio((byRound + overall) / 2, low: low, high: high, source: source), abs(byRound - overall)
        )
    }
}
