package import BalancingModel
import NUMATopology
package import Snapshots
package import Tracing

/// Everything a live trace needs besides the kernel: takes what came in, and says what to publish and how to filter.
///
/// Pure: the thread that traces polls the source, gives this what it got, and does what it answers.
package struct LiveTracer: Sendable {
    package struct Settings: Sendable {
        package var model = LiveSettings()
        package var shedder = LoadShedder.Settings()
        package var choice = TracingScope.Choice()
        /// The ring buffer of each CPU, bytes.
        package var bufferBytesPerCPU = 4 << 20
        /// How often a record is made, nanoseconds.
        package var recordIntervalNanoseconds: UInt64 = 1_000_000_000

        package init() {}
    }

    /// What came in since the last step.
    package struct Input: Sendable {
        package var batch: [BalancingEvent]
        package var statistics: TraceStatistics
        package var delivery: TracingExchange.Delivery
        /// Monotonic, nanoseconds: the clock of the events.
        package var nowNanoseconds: UInt64
        /// CPU time of the tracing thread, nanoseconds.
        package var cpuNanoseconds: UInt64

        package init(
            batch: [BalancingEvent], statistics: TraceStatistics, delivery: TracingExchange.Delivery,
            nowNanoseconds: UInt64, cpuNanoseconds: UInt64
        ) {
            self.batch = batch
            self.statistics = statistics
            self.delivery = delivery
            self.nowNanoseconds = nowNanoseconds
            self.cpuNanoseconds = cpuNanoseconds
        }
    }

    /// Something to tell the administrator.
    package enum Notice: Sendable, Equatable {
        /// Load is shed, or less or more than before: level before and after.
        case shedding(from: Int, to: Int, eventsPerSecond: Double)
        /// Events were lost: how many since the trace began.
        case lost(UInt64)
    }

    /// What to do.
    package struct Output: Sendable {
        /// How to change the filter, before the next step.
        package var filter: TracingScope.Change?
        package var stories: [StoryEntry] = []
        package var record: TracingRecord?
        package var notices: [Notice] = []
    }

    private let settings: Settings
    private let capability: TraceCapability
    private let startedAt: UInt64
    private var model: LiveModel
    private var shedder: LoadShedder
    private var scope: TracingScope
    private var faultCheck = FaultCheck()
    private var statistics = TraceStatistics()
    private var recordedAt: UInt64 = 0
    private var shedSince: UInt64?
    private var shedNanoseconds: UInt64 = 0
    private var lastLossNotice: UInt64 = 0
    private var processes: [ProcessRecord] = []
    /// When the filter was last set.
    private var filteredAt: UInt64 = 0
    /// Whose track a change of the filter loses that was asked for in the last step.
    private var changing: UnseenProcesses?

    /// Losses are told at most this often.
    private static let lossNoticeNanoseconds: UInt64 = 60_000_000_000
    /// An event with its header in the ring buffer, about.
    private static let eventBytes: UInt64 = 56

    /// - Parameters:
    ///   - capability: What the source sees.
    ///   - matches: Whether a unit's name fits a pattern.
    package init(
        machine: ReplayMachine, capability: TraceCapability, settings: Settings, nowNanoseconds: UInt64,
        matches: @escaping @Sendable (_ name: String, _ pattern: String) -> Bool
    ) {
        self.settings = settings
        self.capability = capability
        startedAt = nowNanoseconds
        model = LiveModel(
            machine: machine, kinds: capability.kinds.union(.marks), settings: settings.model)
        shedder = LoadShedder(settings.shedder)
        scope = TracingScope(settings.choice, matches: matches)
    }

    /// The filter to begin with.
    package var initialFilter: TraceFilter { scope.filter }

    /// Takes what came in.
    package mutating func step(_ input: Input) -> Output {
        var output = Output()
        let now = input.nowNanoseconds
        if let faults = input.delivery.hintFaults {
            faultCheck.note(count: faults.count, readAt: faults.readAtNanoseconds)
        }
        for event in input.batch {
            faultCheck.note(event)
            model.consume(event)
        }
        for reading in input.delivery.readings { model.consume(reading: reading) }
        let streamTime = now - min(now, input.statistics.lagNanoseconds)
        faultCheck.settle(at: streamTime)
        model.advance(to: streamTime)
        if let listed = input.delivery.processes {
            processes = listed
            model.update(listed, at: now)
        }
        let hasLost = noteLosses(input.statistics, now, &output)
        let before = shedder.level
        // A fill is news once; after that its buffer has been read.
        let isCounted = input.statistics.countedAtNanoseconds > statistics.countedAtNanoseconds
        // The rate is that of the events' own time: what piled up while nobody read comes all at once.
        let reading = LoadShedder.Reading(
            nowNanoseconds: streamTime, events: UInt64(input.batch.count),
            fillShare: isCounted ? fillShare(input.statistics) : 0, hasLost: hasLost)
        // Events from before the filter was last set say nothing of what it lets through.
        let hasChanged = (hasLost || streamTime >= filteredAt) && shedder.observe(reading)
        if hasChanged { noteShedding(from: before, now, &output) }
        if hasChanged || input.delivery.processes != nil {
            output.filter = scope.update(processes, shedder: shedder)
        }
        // Some time between this step and the next the filter changes.
        if let unseen = changing { model.endGap(at: now, of: unseen) }
        changing = output.filter?.unseen
        if let unseen = changing { model.beginGap(at: now, of: unseen) }
        if case .set = output.filter { filteredAt = now }
        statistics = input.statistics
        output.stories = model.takeStories()
        if now >= recordedAt &+ settings.recordIntervalNanoseconds {
            recordedAt = now
            output.record = record(now, cpuNanoseconds: input.cpuNanoseconds)
        }
        return output
    }

    /// Ends the stream: what waits is judged.
    package mutating func finish(nowNanoseconds now: UInt64, cpuNanoseconds: UInt64) -> Output {
        var output = Output()
        model.finish()
        output.stories = model.takeStories()
        output.record = record(now, cpuNanoseconds: cpuNanoseconds)
        return output
    }

    private mutating func noteLosses(_ new: TraceStatistics, _ now: UInt64, _ output: inout Output) -> Bool {
        let hasLost =
            new.lostEvents > statistics.lostEvents || new.lossesWithoutCount > statistics.lossesWithoutCount
            || new.missedProbeHits > statistics.missedProbeHits
        // A probe that was not handled leaves no mark in the stream: it was some time between two readings of the count.
        if new.missedProbeHits > statistics.missedProbeHits {
            model.beginGap(at: statistics.countedAtNanoseconds, of: .all)
            model.endGap(at: new.countedAtNanoseconds, of: .all)
        }
        if hasLost, lastLossNotice == 0 || now >= lastLossNotice &+ Self.lossNoticeNanoseconds {
            lastLossNotice = now
            output.notices.append(.lost(new.losses))
        }
        return hasLost
    }

    private mutating func noteShedding(from before: Int, _ now: UInt64, _ output: inout Output) {
        output.notices.append(
            .shedding(from: before, to: shedder.level, eventsPerSecond: shedder.eventsPerSecond ?? 0))
        if shedder.level > 0, shedSince == nil { shedSince = now }
        if shedder.level == 0, let since = shedSince {
            shedNanoseconds += now - min(since, now)
            shedSince = nil
        }
    }

    private func fillShare(_ statistics: TraceStatistics) -> Double {
        let fullest = statistics.cpus.reduce(0) { max($0, $1.entries) }
        return min(1, Double(fullest &* Self.eventBytes) / Double(max(1, settings.bufferBytesPerCPU)))
    }

    private func record(_ now: UInt64, cpuNanoseconds: UInt64) -> TracingRecord {
        var record = TracingRecord()
        record.state = .running
        let level = capability.level
        record.level = level.name.rawValue
        record.missing = level.missing.filter { !$0.mayNotHaveHappened || !capability.kinds.contains($0.kind) }
            .filter { $0.kind != .marks && $0.kind != .vmstat }
            .map { TracingRecord.Missing(event: $0.name, lost: $0.lost) }
        record.scope = scope.description
        record.startedAtNanoseconds = startedAt
        model.fill(&record)
        record.lostEvents = statistics.lostEvents.addingSaturated(statistics.lossesWithoutCount)
        record.missedProbeHits = statistics.missedProbeHits
        record.lagNanoseconds = max(record.lagNanoseconds, statistics.lagNanoseconds)
        record.eventsPerSecond = shedder.eventsPerSecond ?? 0
        record.bufferFillShare = statistics.cpus.isEmpty ? nil : fillShare(statistics)
        record.cpuNanoseconds = cpuNanoseconds
        record.kernelFaults = faultCheck.kernelFaults
        record.tracedFaults = faultCheck.tracedFaults
        record.shedding.level = shedder.level
        record.shedding.raises = shedder.raises
        record.shedding.processes = scope.shedProcesses.count
        record.shedding.nanoseconds = shedNanoseconds + (shedSince.map { now - min($0, now) } ?? 0)
        return record
    }
}
