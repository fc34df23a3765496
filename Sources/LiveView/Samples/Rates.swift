import BalancingModel
package import NUMATopology
package import Snapshots

/// Amounts per second at a sample: by the daemon's own figures of its last interval, or by what counters grew since an earlier
/// sample.
package struct Rates: Sendable {
    package let sample: LiveSample
    /// What counters are compared with; nil at the first sample, which has the daemon's own rates alone.
    private let base: LiveSample?
    /// Whether the daemon's own interval is asked for.
    private let isRound: Bool
    private let groupsBefore: [String: GroupRecord]
    private let modelByGroup: [String: ModelledActivity]
    private let processesBefore: [ProcessIdentity: ProcessRecord]

    init(_ sample: LiveSample, since base: LiveSample?, isRound: Bool) {
        self.sample = sample
        self.base = base
        self.isRound = isRound
        groupsBefore = Dictionary(
            (base?.groups ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        modelByGroup = Dictionary(
            (sample.model?.groups ?? []).map { ($0.name, $0.activity) }, uniquingKeysWith: { first, _ in first })
        processesBefore = Dictionary(
            (base?.processes ?? []).map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Time between two samples of one life of the daemon; nil for others.
    static func seconds(from earlier: LiveSample, to later: LiveSample) -> Double? {
        guard earlier.status.round.sequence < later.status.round.sequence,
            earlier.wallClockNanoseconds < later.wallClockNanoseconds
        else { return nil }
        return Double(later.wallClockNanoseconds - earlier.wallClockNanoseconds) / 1e9
    }

    private var elapsed: Double? { base.flatMap { Self.seconds(from: $0, to: sample) } }

    /// The time the figures are over; nil where there are none yet.
    package var seconds: Double? {
        if !isRound, let elapsed { return elapsed }
        return sample.intervalNanoseconds.map { Double($0) / 1e9 } ?? elapsed
    }

    private func perSecond(_ later: UInt64?, _ earlier: UInt64?) -> Double? {
        guard let later, let earlier, let elapsed, later >= earlier else { return nil }
        return Double(later - earlier) / elapsed
    }

    /// A counter of `/proc/vmstat`.
    package func vmstat(_ name: String) -> Double? {
        if isRound || base == nil, let rate = sample.status.host.vmstatRate(name) { return rate }
        return perSecond(sample.status.host.vmstatValue(name), base?.status.host.vmstatValue(name))
    }

    /// Pages that hint faults moved for a group's tasks.
    package func movedPages(group: GroupRecord) -> Figure {
        movedPagesPerSecond(group: group).map { .count($0) } ?? .missing
    }

    func movedPagesPerSecond(group: GroupRecord) -> Double? {
        let counted = perSecond(group.migratedPagesTotal, groupsBefore[group.name]?.migratedPagesTotal)
        if !isRound || counted != nil { return counted }
        guard let activity = modelByGroup[group.name], activity.intervalNanoseconds > 0,
            activity.migratedPages.provenance == .observed
        else { return nil }
        return activity.migratedPages.value * 1e9 / Double(activity.intervalNanoseconds)
    }

    /// CPUs a group kept busy.
    package func cpus(group: GroupRecord) -> Double? {
        perSecond(group.cpuNanosecondsByNode?.total, groupsBefore[group.name]?.cpuNanosecondsByNode?.total).map {
            $0 / 1e9
        }
    }

    /// CPUs a process kept busy.
    package func cpus(process: ProcessRecord) -> Double? {
        perSecond(process.cpuNanoseconds, processesBefore[process.identity]?.cpuNanoseconds).map { $0 / 1e9 }
    }

    /// CPUs a thread kept busy.
    package func cpus(thread: ThreadRecord) -> Double? {
        guard let base = base?.process, base.process.identity == sample.process?.process.identity else { return nil }
        let before = base.process.threads.first { $0.tid == thread.tid }
        return perSecond(thread.cpuNanoseconds, before?.cpuNanoseconds).map { $0 / 1e9 }
    }

    // MARK: Moves between nodes

    /// Pages per second from one node to another, with bounds where they are modelled.
    package struct Move: Sendable, Equatable {
        package var source: NodeID
        package var target: NodeID
        package var perSecond: Double
        package var lowest: Double
        package var highest: Double
        package var mark: Figure.Mark
    }

    /// Moves of the host, or of one group, by the model of the last interval; nil where there is no model.
    package func moves(group: String? = nil) -> [Move]? {
        guard let activity = group.map({ modelByGroup[$0] }) ?? sample.model?.model.activity,
            activity.intervalNanoseconds > 0
        else { return nil }
        let scale = 1e9 / Double(activity.intervalNanoseconds)
        return activity.moves.map {
            Move(
                source: $0.source, target: $0.target, perSecond: $0.pages.value * scale,
                lowest: $0.pages.lowest * scale, highest: $0.pages.highest * scale, mark: Figure.Mark($0.pages))
        }
    }

    /// What was traced until then and until now, where tracing runs.
    private var traced: (earlier: TracedActivity, later: TracedActivity, elapsed: Double)? {
        guard let later = sample.model?.tracing, let earlier = base?.model?.tracing, let elapsed,
            later.state == .running, earlier.state == .running
        else { return nil }
        return (earlier.activity, later.activity, elapsed)
    }

    /// Moves that tracing saw, of the host: the kernel's own.
    package var tracedMoves: [Move]? {
        guard let (earlier, later, elapsed) = traced else { return nil }
        return later.moves.compactMap { move in
            let before = earlier.moves.first { $0.source == move.source && $0.target == move.target }?.pages ?? 0
            guard move.pages > before else { return nil }
            let rate = Double(move.pages - before) / elapsed
            return Move(
                source: move.source, target: move.target, perSecond: rate, lowest: rate, highest: rate, mark: .none)
        }
    }

    /// Faults per second that one rule settled, and of these the ones whose page was moved: traced.
    package struct RuleRate: Sendable, Equatable {
        package var rule: String
        package var faults: Double
        package var moved: Double
    }

    package var rules: [RuleRate]? {
        guard let (earlier, later, elapsed) = traced else { return nil }
        var rates: [RuleRate] = []
        for entry in later.faults {
            let before =
                earlier.faults.first { $0.rule == entry.rule && $0.outcome == entry.outcome }?.count ?? 0
            let rate = Double(entry.count - min(before, entry.count)) / elapsed
            let place = rates.firstIndex { $0.rule == entry.rule.rawValue }
            if place == nil { rates.append(RuleRate(rule: entry.rule.rawValue, faults: 0, moved: 0)) }
            rates[place ?? rates.count - 1].faults += rate
            if entry.outcome == .migrated { rates[place ?? rates.count - 1].moved += rate }
        }
        return rates
    }
}
