import History
import HistoryFiles
import LinuxSystem
import NUMATopology

/// A history of a made-up host of two nodes: rounds every five seconds, with every figure that a real one has.
///
/// Of a busy group CPU time, memory, faults, moves and all that is judged change with each round; of a quiet one nothing does.
struct MadeUpHistory {
    let groupCount: Int
    /// One in so many is busy.
    let busyOneIn: Int
    private var state: UInt64 = 20
    private var counters: [Int: Int64] = [:]

    static let second: UInt64 = 1_000_000_000
    /// 2026-12-01T00:00:00Z
    static let start: UInt64 = 1_796_083_200 * second

    init(groupCount: Int, busyOneIn: Int) {
        self.groupCount = groupCount
        self.busyOneIn = busyOneIn
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    private mutating func random(_ bound: UInt64) -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int64((word ^ (word >> 31)) % bound)
    }

    private mutating func counter(_ number: Int, _ most: UInt64) -> Int64 {
        counters[number, default: 3_000_000] += most == 0 ? 0 : random(most)
        return counters[number] ?? 0
    }

    mutating func round(_ number: Int) -> HistoryRound {
        let time = Self.start + UInt64(number) * 5 * Self.second
        var round = HistoryRound(wallClockNanoseconds: time, monotonicNanoseconds: time)
        round.scopes.append(HistoryRound.Scope(scope: .host, values: host()))
        for node in 0..<2 {
            round.scopes.append(HistoryRound.Scope(scope: .node(NodeID(node)), values: self.node(node)))
        }
        for group in 0..<groupCount {
            round.scopes.append(
                HistoryRound.Scope(
                    scope: .group("unit-\(group).service", owner: nil), group: HistoryGroup(kind: "unit"),
                    values: self.group(group)))
        }
        round.settings = [HistoryRound.Setting(name: "kernel.numa_balancing", value: "1")]
        return round
    }

    private mutating func host() -> [HistoryRound.Value] {
        var values = judged(isBusy: true)
        for (place, figure) in [
            HistoryFigure.armedPages, .hintFaults, .localHintFaults, .hostMigratedPages, .migrationSuccesses,
        ].enumerated() {
            values.append(value(figure, counter(place, 200_000)))
        }
        values += [
            value(.migrationFailures, 12), value(.promotedPages, 0), value(.demotedPages, 0),
            value(.processCount, 400), value(.threadCount, 2000), value(.hiddenGroups, 0),
            value(.watchingCPURatio, 300 + random(40)), value(.watchingResidentBytes, 320),
        ]
        return values + moves(isBusy: true)
    }

    private mutating func node(_ node: Int) -> [HistoryRound.Value] {
        [
            value(.totalBytes, 2_000_000), value(.freeBytes, 500_000 + random(5000)),
            value(.anonymousBytes, 900_000 + random(3000)), value(.fileBytes, 400_000 + random(500)),
            value(.busyRatio, random(10_000)), value(.numaHit, counter(100 + node, 50_000)),
            value(.numaMiss, counter(110 + node, 20)), value(.numaForeign, counter(120 + node, 20)),
            value(.localNode, counter(130 + node, 50_000)), value(.otherNode, counter(140 + node, 500)),
        ]
    }

    private mutating func group(_ group: Int) -> [HistoryRound.Value] {
        let isBusy = group % busyOneIn == 0
        let first = counter(1000 + group, isBusy ? 20_000 : 0)
        let second = counter(2000 + group, isBusy ? 20_000 : 0)
        let near = 30_000 + (isBusy ? random(300) : 0)
        let far = 20_000 + (isBusy ? random(300) : 0)
        var values = [
            value(.processCount, 4), value(.threadCount, 31), value(.residentBytes, near + far),
            value(.cpuSeconds, first + second), value(.cpuSeconds, first, 0), value(.cpuSeconds, second, 1),
            value(.threadNodeChanges, counter(3000 + group, isBusy ? 4 : 0)), value(.threads, 31),
            value(.threads, isBusy ? 10 + random(10) : 20, 0), value(.threads, isBusy ? 10 + random(10) : 11, 1),
            value(.preferredTasks, 31), value(.preferredTasks, 20, 0), value(.preferredTasks, 11, 1),
            value(.memoryBytes, near + far), value(.memoryBytes, near, 0), value(.memoryBytes, far, 1),
            value(.memoryProvenance, 0), value(.currentBytes, near + far + 900),
            value(.migratedPages, counter(4000 + group, isBusy ? 90_000 : 0)),
        ]
        values += moves(isBusy: isBusy)
        return values + judged(isBusy: isBusy)
    }

    private mutating func moves(isBusy: Bool) -> [HistoryRound.Value] {
        let there = isBusy ? random(100_000) : 0
        let back = isBusy ? random(100_000) : 0
        guard isBusy else { return [value(.movedPagesPerSecond, 0)] }
        return [
            value(.movedPagesPerSecond, there + back),
            HistoryRound.Value(
                key: HistoryKey(.movedPagesPerSecond, node: NodeID(0), target: NodeID(1)), steps: there),
            HistoryRound.Value(
                key: HistoryKey(.movedPagesPerSecond, node: NodeID(1), target: NodeID(0)), steps: back),
        ]
    }

    private mutating func judged(isBusy: Bool) -> [HistoryRound.Value] {
        func around(_ middle: Int64, _ width: UInt64) -> Int64 { middle + (isBusy ? random(width) : 0) }
        return [
            value(.verdict, 4), value(.reason, -1), value(.verdictSince, 1_796_083_200), value(.confidencePoints, 3),
            value(.isSevere, 0), value(.detections, 5), value(.locality, around(5000, 100)),
            value(.localityLow, around(4500, 100)), value(.localityHigh, around(5500, 100)), value(.localitySource, 0),
            value(.bestLocality, around(6000, 50)), value(.bestLocalitySource, 0), value(.cost, around(600, 50)),
            value(.costLow, around(500, 50)), value(.costHigh, around(700, 50)), value(.costSource, 3),
            value(.armingCost, around(40, 9)), value(.faultCost, around(190, 20)), value(.moveCost, around(450, 40)),
            value(.gain, around(40, 20)), value(.gainLow, 0), value(.gainHigh, around(90, 20)), value(.gainSource, 9),
            value(.kept, around(700, 60)), value(.keptLow, around(500, 60)), value(.keptHigh, around(900, 60)),
            value(.keptSource, 4), value(.trendPerMinute, around(0, 30)),
            value(.recentMovedPagesPerSecond, around(180_000, 9000)),
            value(.recentHintFaultsPerSecond, around(400_000, 9000)),
            value(.recentArmedPagesPerSecond, around(480_000, 9000)), value(.recentCounterSource, 3),
            value(.cpusUsed, around(3100, 200)), value(.scanPeriodMilliseconds, around(1000, 50)),
        ]
    }

    private func value(_ figure: HistoryFigure, _ steps: Int64, _ node: Int? = nil) -> HistoryRound.Value {
        HistoryRound.Value(key: HistoryKey(figure, node: node.map { NodeID($0) }), steps: steps)
    }
}
