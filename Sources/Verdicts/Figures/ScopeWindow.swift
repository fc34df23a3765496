import NUMATopology

/// What happened in the window, in about twenty parts: sums, so that parts add up, and shares at the end of each.
///
/// Bounded: a part is some 100 bytes and 12 per node, whatever the length of the window.
struct ScopeWindow {
    /// What was counted in one part, or in several.
    struct Sums {
        var seconds: Float = 0
        var cpuSeconds: Float = 0
        var unlocatedCPUSeconds: Float = 0
        /// Of the time on known nodes, what may have been spent on others.
        var uncertainCPUSeconds: Float = 0
        /// CPU time of rounds in which the local share was known, and the sum of that share times it.
        var judgedCPUSeconds: Float = 0
        var localCPUSeconds: Float = 0
        /// Time in which arming and faults were counted, and what was counted.
        var countedSeconds: Float = 0
        var armed = Amount()
        var faulted = Amount()
        var movedSeconds: Float = 0
        var moved: Float = 0
        /// Tasks times rounds: with a preferred node, and off it.
        var preferringTasks: Float = 0
        var displacedTasks: Float = 0
        /// Threads times rounds that ran, and how often one was seen to have changed its node.
        var runningThreads: Float = 0
        var threadMoves: Float = 0
        var scanPeriod: Float = 0
        var scanPeriodCount: Float = 0

        mutating func add(_ other: Sums) {
            seconds += other.seconds
            cpuSeconds += other.cpuSeconds
            unlocatedCPUSeconds += other.unlocatedCPUSeconds
            uncertainCPUSeconds += other.uncertainCPUSeconds
            judgedCPUSeconds += other.judgedCPUSeconds
            localCPUSeconds += other.localCPUSeconds
            countedSeconds += other.countedSeconds
            armed.add(other.armed)
            faulted.add(other.faulted)
            movedSeconds += other.movedSeconds
            moved += other.moved
            preferringTasks += other.preferringTasks
            displacedTasks += other.displacedTasks
            runningThreads += other.runningThreads
            threadMoves += other.threadMoves
            scanPeriod += other.scanPeriod
            scanPeriodCount += other.scanPeriodCount
        }
    }

    /// A number within bounds.
    struct Amount: Equatable {
        var low: Float = 0
        var value: Float = 0
        var high: Float = 0

        init() {}

        init(low: Double, value: Double, high: Double) {
            self.low = Float(low)
            self.value = Float(min(max(value, low), high))
            self.high = Float(high)
        }

        init(exactly value: Double) { self.init(low: value, value: value, high: value) }

        mutating func add(_ other: Amount) {
            low += other.low
            value += other.value
            high += other.high
        }
    }

    /// What one round adds.
    struct Round {
        var sums = Sums()
        /// CPU time by node, seconds, in the machine's order of nodes.
        var cpu: [Float]
        /// Memory by node as shares, and the bytes they are shares of; nil where it is not known.
        var shares: [Float]?
        var bytes: Double = 0
        /// Whether the memory was read since the last round.
        var isFresh = false
    }

    /// Memory at one instant.
    struct Placement {
        var shares: [Float]
        var bytes: Double
    }

    private struct Part {
        var sums = Sums()
        var bytesAtEnd: Double = 0
        var hasShares = false
        var isFresh = false
    }

    let nodeCount: Int
    private let partSeconds: Float
    private let windowSeconds: Float
    private var parts: [Part] = []
    /// For each part, for each node: CPU seconds, CPU seconds times share, share at the end.
    private var byNode: [Float] = []
    /// Where the memory was before the first part.
    private var before: Placement?

    init(nodeCount: Int, windowSeconds: Double, partSeconds: Double, before: Placement?) {
        self.nodeCount = nodeCount
        self.windowSeconds = Float(windowSeconds)
        self.partSeconds = Float(partSeconds)
        self.before = before
    }

    private var stride: Int { 3 * nodeCount }

    mutating func add(_ round: Round) {
        if parts.last.map({ $0.sums.seconds >= partSeconds }) ?? true {
            parts.append(Part())
            byNode.append(contentsOf: repeatElement(0, count: stride))
            dropOld()
        }
        let last = parts.count - 1
        parts[last].sums.add(round.sums)
        let start = last * stride
        let cpu = round.cpu.reduce(0, +)
        for node in 0..<nodeCount {
            byNode[start + 3 * node] += round.cpu[node]
            guard let shares = round.shares else { continue }
            byNode[start + 3 * node + 1] += shares[node] * cpu
            byNode[start + 3 * node + 2] = shares[node]
        }
        if round.shares != nil {
            parts[last].hasShares = true
            parts[last].bytesAtEnd = round.bytes
            parts[last].isFresh = parts[last].isFresh || round.isFresh
        }
    }

    private mutating func dropOld() {
        var seconds = parts.reduce(Float(0)) { $0 + $1.sums.seconds }
        while parts.count > 1, seconds - parts[0].sums.seconds >= windowSeconds {
            seconds -= parts[0].sums.seconds
            if let end = placement(atEndOf: 0) { before = end }
            parts.removeFirst()
            byNode.removeFirst(stride)
        }
    }

    private func placement(atEndOf index: Int) -> Placement? {
        guard parts[index].hasShares else { return nil }
        return Placement(
            shares: (0..<nodeCount).map { byNode[index * stride + 3 * $0 + 2] }, bytes: parts[index].bytesAtEnd)
    }

    // MARK: What it says

    /// What was counted in the newest so many seconds, in whole parts and at most all of them.
    struct Total {
        var sums = Sums()
        var cpu: [Double]
        /// Memory shares, weighted by CPU time; nil where they were never known while it ran.
        var shares: [Double]?
    }

    func total(lastSeconds: Double = .infinity) -> Total {
        var total = Total(cpu: [Double](repeating: 0, count: nodeCount))
        var weighted = [Double](repeating: 0, count: nodeCount)
        for index in parts.indices.reversed() where Double(total.sums.seconds) < lastSeconds {
            total.sums.add(parts[index].sums)
            for node in 0..<nodeCount {
                total.cpu[node] += Double(byNode[index * stride + 3 * node])
                weighted[node] += Double(byNode[index * stride + 3 * node + 1])
            }
        }
        let weight = weighted.reduce(0, +)
        if weight > 0 { total.shares = weighted.map { $0 / weight } }
        return total
    }

    /// The memory now.
    var now: Placement? {
        parts.indices.last { parts[$0].hasShares }.flatMap { placement(atEndOf: $0) } ?? before
    }

    /// Two readings of the memory as far apart as the window has them, and the pages that moved between them.
    ///
    /// A reading that is shown again and again is one reading: what moved after it is not in it.
    var change: (from: Placement, to: Placement, moved: Double, seconds: Double)? {
        guard let last = parts.indices.last(where: { parts[$0].hasShares && parts[$0].isFresh }) else { return nil }
        var from = before
        var first = 0
        if from == nil, let known = parts.indices.first(where: { parts[$0].hasShares }), known < last {
            from = placement(atEndOf: known)
            first = known + 1
        }
        guard let from, first <= last, let to = placement(atEndOf: last) else { return nil }
        var moved: Float = 0
        var seconds: Float = 0
        for part in parts[first...last] {
            guard part.sums.movedSeconds >= part.sums.seconds / 2 else { return nil }
            moved += part.sums.moved
            seconds += part.sums.seconds
        }
        return (from, to, Double(moved), Double(seconds))
    }

    /// The local share at the end of each part, with the CPU time by node as given, and the time since the oldest, minutes.
    func localShares(cpuShares: [Double]) -> [(minutes: Double, share: Double)] {
        var points: [(minutes: Double, share: Double)] = []
        var seconds = 0.0
        for index in parts.indices {
            seconds += Double(parts[index].sums.seconds)
            guard parts[index].hasShares else { continue }
            let share = (0..<nodeCount).reduce(0.0) {
                $0 + cpuShares[$1] * Double(byNode[index * stride + 3 * $1 + 2])
            }
            points.append((seconds / 60, share))
        }
        return points
    }

    /// Time covered, seconds.
    var seconds: Double { Double(parts.reduce(Float(0)) { $0 + $1.sums.seconds }) }
}
