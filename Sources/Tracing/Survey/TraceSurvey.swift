package import BalancingModel

/// One pass over a trace before its replay: what kinds of events there are, and what the stream tells of the machine.
///
/// The machine is told indirectly. A fault with the local flag names the node of its CPU; so does an answer of the
/// kernel (the target is the node of the faulting CPU), and a task move names both ends. Each is a vote for one pair,
/// and the majority wins: the CPU of a record may differ from that of the fault. The jiffies beside the times tell the
/// tick rate: (4294893300 − 4294893050) ticks in 1.0 s are 250 Hz. A `last_cpupid` that was never set is all ones: 21
/// ones are 8 bits of the PID and 13 of the CPU, a kernel built for up to 8192 CPUs.
package struct TraceSurvey: Sendable {
    /// The kinds of events that occur.
    package private(set) var kinds: EventKinds = []
    /// Node numbers seen anywhere, ascending.
    package var nodes: [Int32] { seenNodes.sorted() }
    /// The highest CPU number seen; -1 for none.
    package private(set) var highestCPU: Int32 = -1
    /// True if a scanner told why it passed a VMA by: kernels from 6.7 on.
    package var hasSkipReasons: Bool { kinds.contains(.skipVMA) }

    /// Whether the trace begins with the ledgers of the threads there were: marks then tell what was before.
    package private(set) var hasStartLedgers = false

    private var seenNodes: Set<Int32> = []
    private var votes: [Vote: UInt64] = [:]
    private var firstTick: (jiffies: UInt64, time: UInt64)?
    private var lastTick: (jiffies: UInt64, time: UInt64)?
    /// How often each width of an all-ones `last_cpupid` occurred, by number of ones.
    private var widths = [UInt64](repeating: 0, count: 33)

    private struct Vote: Hashable {
        var cpu: Int32
        var node: Int32
    }

    /// Numbers above are noise: no kernel has more CPUs or nodes.
    private static let largestCPU: Int32 = 8191
    private static let largestNode: Int32 = 1023

    package init() {}

    /// Looks at one event.
    package mutating func note(_ event: BalancingEvent) {
        kinds.formUnion(EventKinds(of: event.payload))
        if event.cpu > highestCPU, event.cpu <= Self.largestCPU { highestCPU = event.cpu }
        switch event.payload {
        case .hintFault(let lastCPUPID, let memNode, _, let flags, let jiffies):
            note(node: memNode)
            if flags.contains(.faultLocal) { vote(cpu: event.cpu, node: memNode) }
            if lastCPUPID > 0, lastCPUPID & (lastCPUPID &+ 1) == 0 { widths[32 - lastCPUPID.leadingZeroBitCount] += 1 }
            if let jiffies { note(jiffies: jiffies, at: event.timeNanoseconds) }
        case .migrateCheck(let source, let cpu):
            note(node: source)
            if cpu > highestCPU, cpu <= Self.largestCPU { highestCPU = cpu }
        case .misplacedReturn(let target):
            note(node: target)
            if target >= 0 { vote(cpu: event.cpu, node: target) }
        case .setPreferred(let node): note(node: node)
        case .moveNUMA(let move), .stickNUMA(let move), .swapNUMA(let move):
            note(node: move.sourceNode)
            note(node: move.destinationNode)
            vote(cpu: move.sourceCPU, node: move.sourceNode)
            vote(cpu: move.destinationCPU, node: move.destinationNode)
        case .mark(let mark):
            if mark.isStart { hasStartLedgers = true }
            for node in mark.nodes { note(node: node.node) }
        case .scanWork(let jiffies?), .scanDone(let jiffies?):
            note(jiffies: jiffies, at: event.timeNanoseconds)
        default: break
        }
    }

    private mutating func note(node: Int32) {
        if node >= 0, node <= Self.largestNode, !seenNodes.contains(node) { seenNodes.insert(node) }
    }

    private mutating func vote(cpu: Int32, node: Int32) {
        guard cpu >= 0, cpu <= Self.largestCPU, node >= 0, node <= Self.largestNode else { return }
        votes[Vote(cpu: cpu, node: node), default: 0] += 1
    }

    private mutating func note(jiffies: UInt64, at time: UInt64) {
        if firstTick == nil { firstTick = (jiffies, time) }
        if jiffies >= lastTick?.jiffies ?? 0 { lastTick = (jiffies, time) }
    }

    // MARK: Conclusions

    /// The node of each CPU from 0 to the highest seen. A CPU nothing was told about counts to the node of the nearest
    /// one below that is known, else above; absent without any vote.
    package func nodeByCPU() -> [Int32]? {
        guard highestCPU >= 0, !votes.isEmpty else { return nil }
        let count = Int(max(highestCPU, votes.keys.map(\.cpu).max() ?? 0)) + 1
        var result = [Int32](repeating: -1, count: count)
        var best = [UInt64](repeating: 0, count: count)
        for (vote, number) in votes.sorted(by: { ($0.key.cpu, $0.key.node) < ($1.key.cpu, $1.key.node) })
        where number > best[Int(vote.cpu)] {
            best[Int(vote.cpu)] = number
            result[Int(vote.cpu)] = vote.node
        }
        let first = result.first { $0 >= 0 } ?? 0
        var known = first
        for cpu in result.indices {
            if result[cpu] >= 0 { known = result[cpu] } else { result[cpu] = known }
        }
        return result
    }

    /// `CONFIG_HZ`, of the usual ones the nearest; absent with less than half a second of jiffies.
    package var ticksPerSecond: UInt64? {
        guard let firstTick, let lastTick, lastTick.jiffies > firstTick.jiffies,
            lastTick.time >= firstTick.time, lastTick.time - firstTick.time >= 500_000_000
        else { return nil }
        let rate = Double(lastTick.jiffies - firstTick.jiffies) * 1e9 / Double(lastTick.time - firstTick.time)
        let usual: [UInt64] = [100, 250, 300, 1000]
        return usual.min { abs(Double($0) - rate) < abs(Double($1) - rate) }
    }

    /// The CPUs the kernel was built for, rounded up to a power of two: from the width of an unset `last_cpupid`.
    package var maximumCPUCount: Int? {
        guard let width = widths.indices.filter({ $0 > 8 && $0 <= 24 }).max(by: { widths[$0] < widths[$1] }),
            widths[width] > 0
        else { return nil }
        return 1 << (width - 8)
    }
}
