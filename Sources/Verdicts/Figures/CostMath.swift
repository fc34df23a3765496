import Snapshots

/// What balancing costs and saves, as shares of the CPU time.
enum CostMath {
    /// Copying one more page of a folio that is moved as a whole: a page at 4 to 20 GB/s, without a fault of its own.
    static let copiedPage = CostModel.Range(low: 200, value: 400, high: 1000)

    /// - Returns: nil where arming, faults or moves were not counted for half of the time, or there was no CPU time.
    static func cost(_ sums: ScopeWindow.Sums, _ model: CostModel) -> BalancingCost? {
        guard sums.seconds > 0, sums.cpuSeconds > 0, sums.countedSeconds >= sums.seconds / 2,
            sums.movedSeconds >= sums.seconds / 2
        else { return nil }
        // By second of counting, over CPU time by second of all.
        let cpu = Double(sums.cpuSeconds / sums.seconds) * 1e9
        let counted = Double(sums.countedSeconds)
        let moved = Double(sums.moved / sums.movedSeconds)
        let isExact = sums.armed.low == sums.armed.high && sums.faulted.low == sums.faulted.high
        func share(_ part: KeyPath<ScopeWindow.Amount, Float>, _ time: KeyPath<CostModel.Range, Double>) -> [Double] {
            let armed = Double(sums.armed[keyPath: part]) / counted
            let likely = Double(sums.faulted[keyPath: part]) / counted
            // Of a folio that is moved as a whole one page faults; a count that is only likely says nothing of that.
            let faulted = isExact ? likely : max(likely, moved)
            let movedByFault = min(moved, faulted)
            return [
                armed * model.armedPage[keyPath: time] / cpu,
                max(0, faulted - moved) * model.fault[keyPath: time] / cpu,
                (movedByFault * model.movedPage[keyPath: time] + (moved - movedByFault) * copiedPage[keyPath: time])
                    / cpu,
            ]
        }
        let low = share(\.low, \.low)
        let value = share(\.value, \.value)
        let high = share(\.high, \.high)
        // Where faults are only bounded, few of them may stand behind many moves.
        let isByFault = isExact || Double(sums.faulted.value) / counted >= moved
        let lowest = isByFault ? low : [low[0], low[1], moved * copiedPage.low / cpu]
        func sum(_ parts: [Double]) -> Double { min(1, parts.reduce(0, +)) }
        var cost = BalancingCost(
            total: BoundedRatio(sum(value), low: sum(lowest), high: sum(high), source: model.source))
        (cost.armingRatio, cost.faultRatio, cost.moveRatio) = (value[0], value[1], value[2])
        return cost
    }

    /// What a change of the local share saves: share of the time that waits for memory, times the change, times how much slower
    /// another node is.
    static func gain(_ change: BoundedRatio, remote: CostModel.Range, source: FigureSource) -> BoundedRatio {
        let stall = CostModel.stallRatio
        let slower = CostModel.Range(low: remote.low - 1, value: remote.value - 1, high: remote.high - 1)
        func product(_ change: Double, low: Bool) -> Double {
            // The least of a loss is the largest product.
            let isSmall = (change >= 0) == low
            return change * (isSmall ? stall.low * slower.low : stall.high * slower.high)
        }
        return BoundedRatio(
            change.value * stall.value * slower.value, low: product(change.low, low: true),
            high: product(change.high, low: false), source: source)
    }
}
