import FixtureSupport
package import History
import NUMATopology
import Snapshots

/// A history of a host that never was: a database whose pages go to and fro until someone turns balancing off, one that is
/// helped, quiet services, a stop of the daemon, and names as hostile as they come. The same each time.
package enum MadeUpHistory {
    /// 2100-01-01 14:00 UTC.
    package static let end: UInt64 = 4_102_495_200_000_000_000
    private static let minute: UInt64 = 60_000_000_000

    /// What the minutes are made of.
    package struct Shape: Sendable {
        package var minutes = 1440
        package var nodes = 2
        /// Beside the three that do something.
        package var quietGroups = 6
        /// The minute from which on balancing is off; nil: it stays on.
        package var offSince: Int?
        /// Minutes without a daemon.
        package var gap: Range<Int>?
        package var seed: UInt64 = 1

        package init() {}
    }

    package static func range(_ shape: Shape = Shape()) -> HistoryRange {
        let start = end - UInt64(shape.minutes) * minute
        var range = HistoryRange(sinceNanoseconds: start, untilNanoseconds: end, stepNanoseconds: minute)
        range.hostName = "db7"
        let places = (0..<shape.minutes).filter { !(shape.gap?.contains($0) ?? false) }
        range.times = places.map { start + UInt64($0 + 1) * minute }
        var maker = Maker(shape: shape, places: places, generator: SeededGenerator(seed: shape.seed))
        range.series = maker.series()
        range.settings = [
            HistorySetting(sinceNanoseconds: start, name: "kernel.numa_balancing", value: "1"),
            HistorySetting(sinceNanoseconds: start, name: "numa_balancing/scan_size_mb", value: "256"),
            HistorySetting(sinceNanoseconds: start, name: "kernel_release", value: "6.12.117+deb12-amd64"),
        ]
        if let off = shape.offSince {
            let time = start + UInt64(off) * minute
            range.settings.append(
                HistorySetting(sinceNanoseconds: time, name: "kernel.numa_balancing", value: "0"))
            range.events.append(
                HistoryEvent(
                    wallClockNanoseconds: time, kind: "balancing-mode-changed", severity: 4,
                    message: "kernel.numa_balancing changed from 1 to 0"))
        }
        if let gap = shape.gap {
            range.gaps = [
                HistoryGap(
                    sinceNanoseconds: start + UInt64(gap.lowerBound) * minute,
                    untilNanoseconds: start + UInt64(gap.upperBound + 1) * minute, reason: .stopped)
            ]
        }
        for hour in stride(from: 40, to: shape.minutes, by: 97) {
            range.events.append(
                HistoryEvent(
                    wallClockNanoseconds: start + UInt64(hour) * minute, kind: "page-ping-pong",
                    severity: hour % 2 == 0 ? 4 : 5,
                    message: "Page ping-pong in postgresql@16-main.service: 93 % of what moved is undone"))
        }
        range.events.sort { $0.wallClockNanoseconds < $1.wallClockNanoseconds }
        return range
    }
}

/// Fills the series of a shape.
private struct Maker {
    let shape: MadeUpHistory.Shape
    let places: [Int]
    var generator: SeededGenerator

    /// A number from -1 to 1.
    private mutating func noise() -> Double { Double(generator.next() >> 11) / 4_503_599_627_370_496 - 1 }

    private func isOff(_ place: Int) -> Bool { shape.offSince.map { place >= $0 } ?? false }

    mutating func series() -> [HistorySeries] {
        var result = [host()]
        for node in 0..<shape.nodes { result.append(self.node(node)) }
        result.append(group("postgresql@16-main.service", cost: 0.068, local: 0.51, verdict: .hurting))
        result.append(group("clickhouse-server.service", cost: 0.009, local: 0.9, verdict: .helping))
        result.append(group(RecordedRounds.hostile, cost: 0.001, local: 0.7, verdict: .neutral))
        for number in 0..<shape.quietGroups {
            result.append(group("quiet-\(number).service", cost: 0, local: 1, verdict: .converged))
        }
        return result
    }

    /// Values around a mean that wander a little: each remembers most of the one before.
    private mutating func wander(
        _ mean: Double, by width: Double, _ factor: (Int) -> Double = { _ in 1 }
    ) -> HistoryColumn {
        var state = 0.0
        return HistoryColumn(
            values: places.map { place in
                state = 0.7 * state + noise()
                return max(0, mean * factor(place) * (1 + width * state))
            })
    }

    /// The counter that grows by so much a second.
    private func counter(_ rates: HistoryColumn) -> HistoryColumn {
        var sum = 1_000_000.0
        return HistoryColumn(
            values: rates.values.map {
                sum += ($0 * 60).rounded()
                return sum
            })
    }

    private mutating func host() -> HistorySeries {
        let (isOff, nodes) = (self.isOff, shape.nodes)
        func on(_ place: Int) -> Double { isOff(place) ? 0 : 1 }
        var host = HistorySeries(scope: .host)
        host.columns[HistoryKey(.cost)] = wander(0.029, by: 0.05, on)
        host.columns[HistoryKey(.gain)] = wander(0.002, by: 0.1, on)
        host.columns[HistoryKey(.locality)] = wander(0.62, by: 0.01)
        host.columns[HistoryKey(.kept)] = wander(0.09, by: 0.05)
        host.columns[HistoryKey(.hintFaults)] = counter(wander(41_200, by: 0.1, on))
        host.columns[HistoryKey(.armedPages)] = counter(wander(48_900, by: 0.1, on))
        let moved = wander(18_700, by: 0.1, on)
        host.columns[HistoryKey(.hostMigratedPages)] = counter(moved)
        host.columns[HistoryKey(.cpusUsed)] = wander(20, by: 0.02)
        host.columns[HistoryKey(.movedPagesPerSecond)] = moved
        for source in 0..<nodes {
            for target in 0..<nodes where source != target && nodes > 1 {
                let key = HistoryKey(.movedPagesPerSecond, node: NodeID(source), target: NodeID(target))
                let share = 1 / Double(nodes * (nodes - 1))
                host.columns[key] = HistoryColumn(values: moved.values.map { $0 * share })
            }
        }
        let code = Verdict.hurting.historyCode
        let off = Verdict.inactive.historyCode
        host.columns[HistoryKey(.verdict)] = HistoryColumn(values: places.map { Double(isOff($0) ? off : code) })
        return host
    }

    private mutating func node(_ number: Int) -> HistorySeries {
        var node = HistorySeries(scope: .node(NodeID(number)))
        let day = shape.minutes
        func tide(_ place: Int) -> Double { 0.6 + 0.8 * abs(Double(2 * place) / Double(day) - 1) }
        node.columns[HistoryKey(.busyRatio)] = wander(number == 0 ? 0.5 : 0.2, by: 0.1, tide)
        node.columns[HistoryKey(.freeBytes)] = wander(Double(33 + 42 * number) * 1_073_741_824, by: 0.02, tide)
        node.columns[HistoryKey(.otherNode)] = counter(wander(1200, by: 0.3))
        node.columns[HistoryKey(.localNode)] = counter(wander(2400, by: 0.2))
        return node
    }

    private mutating func group(_ name: String, cost: Double, local: Double, verdict: Verdict) -> HistorySeries {
        let isOff = self.isOff
        func on(_ place: Int) -> Double { isOff(place) ? 0 : 1 }
        var group = HistorySeries(scope: .group(name, owner: 0), group: HistoryGroup(kind: "unit"))
        group.columns[HistoryKey(.cost)] = wander(cost, by: 0.05, on)
        group.columns[HistoryKey(.gain)] = wander(cost * 0.1, by: 0.05, on)
        group.columns[HistoryKey(.locality)] = HistoryColumn(values: wander(local, by: 0.01).values.map { min(1, $0) })
        group.columns[HistoryKey(.cpuSeconds)] = counter(wander(4, by: 0.02))
        group.columns[HistoryKey(.residentBytes)] = wander(8_589_934_592, by: 0.001)
        group.columns[HistoryKey(.migratedPages)] = counter(wander(cost * 270_000, by: 0.1, on))
        let (during, after) = (verdict.historyCode, Verdict.inactive.historyCode)
        group.columns[HistoryKey(.verdict)] = HistoryColumn(values: places.map { Double(isOff($0) ? after : during) })
        return group
    }
}
