import BalancingModel
import NUMATopology
import Snapshots

/// What a round of one scope is measured by.
struct RoundContext {
    /// The machine's nodes, in whose order all figures by node are kept.
    var nodes: [NodeID]
    /// Those of them that have memory.
    var memoryNodeCount: Int
    var settings: VerdictSettings
    var pageSizeBytes: Double
    /// Monotonic time of the round, nanoseconds.
    var now: UInt64
    /// What the kernel counted on the host since the last round; absent where it could not be read.
    var host: HostCount?
    /// Memory of each node that is free, bytes; absent where it is not known of one.
    var freeBytes: [Double]?
    /// The memory of the largest node, bytes.
    var largestNodeBytes: Double?
    /// How much slower another node's memory is, as a ratio of latencies.
    var remoteRatio: CostModel.Range
    var balancingMode: Int?
    /// The kernel's shortest and longest time between scans, milliseconds.
    var shortestPeriodMilliseconds: Double
    var longestPeriodMilliseconds: Double

    struct HostCount {
        /// Base pages: a huge page that is armed as one counts as one.
        var armed: Double
        var faulted: Double
        var moved: Double
        var cpuSeconds: Double
    }

    func pages(_ bytes: Double) -> Double { bytes / pageSizeBytes }

    /// Amounts by node in the machine's order, and their sum.
    func inOrder(_ values: NodeValues<UInt64>) -> [Double] { nodes.map { Double(values[$0]) } }
}

/// One host, group or process over time: what it counted when it was read last, its window, and what is said of it.
///
/// What hardly runs keeps its last counts only. A window of some KiB is made once it has had 2 s of CPU time within the time of
/// a window, and given up when it has had less for as long.
struct ScopeWatch {
    private(set) var window: ScopeWindow?
    private(set) var firstSeenAt: UInt64
    private var last: Last
    /// Before there is a window: since when CPU time is added up, and how much it is.
    private var waitsSince: UInt64
    private var waitedCPUSeconds: Double
    private(set) var episode: Episode?
    /// Whether pages were ever armed while it was watched.
    private(set) var wasArmed = false
    /// The switch when it was read last.
    private var sleepsUnderMode: Int?
    var verdict: VerdictHysteresis
    var detections = DetectionHysteresis()
    /// What was published last, to be shared while it stays the same.
    var published = Shared<VerdictRecord?>(wrappedValue: nil)

    fileprivate struct Last {
        var at: UInt64
        var cpuByNode: NodeValues<UInt64>?
        var counters: ScopeReading.Counters?
        var movedPages: UInt64?
        var threadsByNode: NodeValues<Int>
        var threadCount: Int
        var threadNodeChanges: UInt64
        var uncertainCPUNanoseconds: UInt64
        var memoryTakenAt: UInt64?
        var bytes: NodeValues<UInt64>?
    }

    /// A time in which pages move.
    struct Episode {
        var beganAt: UInt64
        var lastMoveAt: UInt64
        var movedPages: Double
        /// Memory shares when it began, and when they were read last while it lasted.
        var before: [Float]?
        var after: [Float]?
    }

    /// - Parameter cpuSeconds: CPU time that it is known to have had within the time of a window.
    init(_ reading: ScopeReading, _ context: RoundContext, cpuSeconds: Double = 0) {
        firstSeenAt = context.now
        waitedCPUSeconds = cpuSeconds
        waitsSince = context.now
        last = Last(reading, at: context.now)
        verdict = VerdictHysteresis(since: context.now)
    }

    /// Whether there is nothing new to say of a scope that is asleep: it has no window, has not run since it was read last, was
    /// watched for long, and is said to be inactive under the same switch. Most groups of a host are, most of the time.
    func isAsleep(_ cpuByNode: NodeValues<UInt64>?, _ context: RoundContext) -> Bool {
        window == nil && last.cpuByNode == cpuByNode && verdict.said.verdict == .inactive && detections.isEmpty
            && sleepsUnderMode == context.balancingMode
            && context.now - min(firstSeenAt, context.now) >= context.settings.windowNanoseconds
    }

    /// Lets a round pass over a scope that is asleep.
    mutating func sleep(_ context: RoundContext) { last.at = context.now }

    /// Takes a round's reading.
    mutating func advance(_ reading: ScopeReading, _ context: RoundContext) {
        defer { last = Last(reading, at: context.now) }
        sleepsUnderMode = context.balancingMode
        guard context.now > last.at else { return }
        guard let round = round(reading, context) else { return }
        if window == nil, !makeWindow(round, context) { return }
        follow(round, context)
        window?.add(round)
        giveUpIdle(context)
    }

    /// - Returns: Whether there is a window from now on.
    private mutating func makeWindow(_ round: ScopeWindow.Round, _ context: RoundContext) -> Bool {
        if context.now - waitsSince > context.settings.windowNanoseconds {
            waitsSince = last.at
            waitedCPUSeconds = 0
        }
        waitedCPUSeconds += Double(round.sums.cpuSeconds)
        guard waitedCPUSeconds >= VerdictSettings.leastCPUSeconds else { return false }
        window = ScopeWindow(
            nodeCount: context.nodes.count, windowSeconds: Double(context.settings.windowNanoseconds) / 1e9,
            partSeconds: Double(context.settings.bucketNanoseconds) / 1e9,
            before: last.bytes.flatMap { Self.placement($0, context) })
        return true
    }

    private mutating func giveUpIdle(_ context: RoundContext) {
        guard let window, window.seconds * 1e9 >= 0.9 * Double(context.settings.windowNanoseconds),
            Double(window.total().sums.cpuSeconds)
                < VerdictSettings.leastCPUSeconds * VerdictSettings.leavingShare
        else { return }
        self.window = nil
        episode = nil
        waitsSince = context.now
        waitedCPUSeconds = 0
    }

    private mutating func follow(_ round: ScopeWindow.Round, _ context: RoundContext) {
        if round.sums.armed.low > 0 { wasArmed = true }
        let pages = max(1, context.pages(round.bytes))
        let moved = Double(round.sums.moved)
        let perMinute = moved / max(Double(round.sums.seconds), 1e-3) * 60 / pages
        let hasEnded =
            episode.map { context.now - min($0.lastMoveAt, context.now) > context.settings.activityNanoseconds } ?? true
        if moved > 0, perMinute >= DecisionLimits.quietMovesPerMinute || !hasEnded {
            if hasEnded {
                episode = Episode(
                    beganAt: last.at, lastMoveAt: last.at, movedPages: 0,
                    before: last.bytes.flatMap { Self.placement($0, context)?.shares })
            }
            episode?.movedPages += moved
            episode?.lastMoveAt = context.now
        }
        if !hasEnded || moved > 0, let shares = round.shares { episode?.after = shares }
    }

    // MARK: One round

    private func round(_ reading: ScopeReading, _ context: RoundContext) -> ScopeWindow.Round? {
        let seconds = Double(context.now - last.at) / 1e9
        var round = ScopeWindow.Round(cpu: [Float](repeating: 0, count: context.nodes.count))
        round.sums.seconds = Float(seconds)
        if let time = reading.cpuByNode {
            let before = last.cpuByNode ?? NodeValues()
            // Counted anew: what belongs to this round cannot be told.
            guard time.total >= before.total else { return nil }
            for (index, node) in context.nodes.enumerated() {
                round.cpu[index] = Float(Double(time[node] - min(before[node], time[node])) / 1e9)
            }
            let unlocated = Double(time.unlocated - min(before.unlocated, time.unlocated)) / 1e9
            round.sums.unlocatedCPUSeconds = Float(unlocated)
            round.sums.cpuSeconds = round.cpu.reduce(0, +) + Float(unlocated)
            let uncertain = reading.uncertainCPUNanoseconds.subtractingSaturated(last.uncertainCPUNanoseconds)
            round.sums.uncertainCPUSeconds = min(Float(Double(uncertain) / 1e9), round.cpu.reduce(0, +))
        }
        count(reading, context, seconds, into: &round.sums)
        threads(reading, seconds, into: &round.sums)
        if let period = reading.scanPeriodMilliseconds {
            round.sums.scanPeriod = Float(period)
            round.sums.scanPeriodCount = 1
        }
        if let memory = reading.memory, let placement = Self.placement(memory.bytes, context) {
            round.shares = placement.shares
            round.bytes = placement.bytes
            round.isFresh =
                memory.takenAtNanoseconds.map { $0 > last.memoryTakenAt ?? 0 } ?? (memory.bytes != last.bytes)
            let cpu = round.cpu.reduce(0, +)
            if cpu > 0 {
                round.sums.judgedCPUSeconds = cpu
                for (time, share) in zip(round.cpu, placement.shares) { round.sums.localCPUSeconds += time * share }
            }
        }
        return round
    }

    private func count(
        _ reading: ScopeReading, _ context: RoundContext, _ seconds: Double, into sums: inout ScopeWindow.Sums
    ) {
        if let now = reading.counters {
            guard let before = last.counters, now.armed >= before.armed, now.faulted >= before.faulted,
                now.moved >= before.moved
            else { return }
            sums.countedSeconds = Float(seconds)
            sums.movedSeconds = Float(seconds)
            sums.armed = .init(exactly: Double(now.armed - before.armed))
            sums.faulted = .init(exactly: Double(now.faulted - before.faulted))
            sums.moved = Float(now.moved - before.moved)
            return
        }
        // A sum over the living falls when one of them goes.
        if let now = reading.movedPages, let before = last.movedPages, now >= before {
            sums.moved = Float(now - before)
            sums.movedSeconds = Float(seconds)
        }
        guard let host = context.host else { return }
        sums.countedSeconds = Float(seconds)
        guard host.armed > 0 || host.faulted > 0 else { return }
        let moved = sums.movedSeconds > 0 ? Double(sums.moved) : nil
        let cpuShare = host.cpuSeconds > 0 ? min(1, Double(sums.cpuSeconds) / host.cpuSeconds) : 0
        if let model = reading.modelledFaults {
            let high = min(model.highest, host.faulted)
            sums.faulted = .init(
                low: min(model.lowest, high), value: min(model.value, high), high: max(high, moved ?? 0))
        } else {
            let share = host.moved > 0 ? moved.map { min(1, $0 / host.moved) } ?? cpuShare : cpuShare
            sums.faulted = .init(low: 0, value: host.faulted * share, high: host.faulted)
        }
        let share = host.faulted > 0 ? min(1, Double(sums.faulted.value) / host.faulted) : cpuShare
        sums.armed = .init(low: 0, value: host.armed * share, high: host.armed)
    }

    private func threads(_ reading: ScopeReading, _ seconds: Double, into sums: inout ScopeWindow.Sums) {
        sums.preferringTasks = Float(reading.preferringTasks)
        sums.displacedTasks = Float(reading.displacedTasks)
        guard sums.cpuSeconds > 0, reading.threadCount > 0 else { return }
        // Threads that sleep do not change their nodes.
        sums.runningThreads = Float(min(Double(reading.threadCount), max(1, Double(sums.cpuSeconds) / seconds)))
        sums.threadMoves = Float(reading.threadNodeChanges.subtractingSaturated(last.threadNodeChanges))
        guard reading.threadCount == last.threadCount, reading.threadsByNode.unlocated == 0,
            last.threadsByNode.unlocated == 0
        else { return }
        // What the sums by node show, where nothing counts each thread's changes.
        let net = reading.threadsByNode.nodes.reduce(0) {
            $0 + max(0, reading.threadsByNode[$1] - last.threadsByNode[$1])
        }
        sums.threadMoves = max(sums.threadMoves, Float(net))
    }

    private static func placement(_ bytes: NodeValues<UInt64>, _ context: RoundContext) -> ScopeWindow.Placement? {
        let values = context.inOrder(bytes)
        let sum = values.reduce(0, +)
        guard sum > 0 else { return nil }
        return ScopeWindow.Placement(shares: values.map { Float($0 / sum) }, bytes: sum)
    }
}

extension ScopeWatch.Last {
    init(_ reading: ScopeReading, at now: UInt64) {
        at = now
        cpuByNode = reading.cpuByNode
        counters = reading.counters
        movedPages = reading.movedPages
        threadsByNode = reading.threadsByNode
        threadCount = reading.threadCount
        threadNodeChanges = reading.threadNodeChanges
        uncertainCPUNanoseconds = reading.uncertainCPUNanoseconds
        memoryTakenAt = reading.memory?.takenAtNanoseconds
        bytes = reading.memory?.bytes
    }
}
