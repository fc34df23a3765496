import NUMATopology
import Snapshots

/// What a scope's window says after a round: the figures that are published, what the verdict is decided by, and what
/// detections look at.
struct Assessment {
    var figures = VerdictFigures()
    var evidence = Evidence()
    /// Of the last twentieth of the window.
    var recent = Recent()

    struct Recent {
        var cost: BoundedRatio?
        var movesPerMinute: Double?
        var faultsPerSecond: Double?
        var threadMovesPerRound: Double?
        var threadMovesPerSecond: Double?
        var displacedRatio: Double?
    }
}

extension ScopeWatch {
    /// What is known of a scope that has no window: when it was seen first, and little else.
    private func idle(_ reading: ScopeReading, _ context: RoundContext) -> Assessment {
        var assessment = Assessment()
        assessment.evidence.balancingMode = context.balancingMode
        assessment.evidence.memoryNodeCount = context.memoryNodeCount
        assessment.evidence.watchedSeconds = Double(context.now - min(firstSeenAt, context.now)) / 1e9
        assessment.evidence.minimumSeconds = Double(context.settings.minimumNanoseconds) / 1e9
        assessment.evidence.policyRatio = reading.policyRatio
        assessment.evidence.unplacedRatio = reading.unplacedRatio
        assessment.evidence.isPlacementExact = isPlacementExact(reading, context)
        return assessment
    }

    private func isPlacementExact(_ reading: ScopeReading, _ context: RoundContext) -> Bool {
        guard let memory = reading.memory, memory.source != .sample else { return false }
        guard let taken = memory.takenAtNanoseconds else { return false }
        return context.now - min(taken, context.now) <= context.settings.activityNanoseconds
    }

    func assess(_ reading: ScopeReading, _ context: RoundContext) -> Assessment {
        var assessment = idle(reading, context)
        guard let window else { return assessment }
        let settings = context.settings
        let all = window.total()
        let active = window.total(lastSeconds: Double(settings.activityNanoseconds) / 1e9)
        assessment.evidence.cpuSeconds = Double(all.sums.cpuSeconds)
        if all.sums.countedSeconds >= all.sums.seconds / 2 {
            assessment.evidence.isUnarmed = all.sums.armed.high == 0 && all.sums.faulted.high == 0
        }
        var figures = VerdictFigures()
        rates(active, &figures)
        figures.policyRatio = reading.policyRatio
        let pages = window.now.map { context.pages($0.bytes) }
        if let pages, pages > 0, let moved = figures.movedPagesPerSecond {
            assessment.evidence.movesPerMinute = moved * 60 / pages
        }
        locality(active, reading, context, &figures, &assessment.evidence)
        let cost = CostMath.cost(active.sums, settings.costs)
        figures.cost = cost
        if cost != nil { figures.paybackLineFills = settings.costs.paybackLineFills }
        assessment.evidence.cost = cost?.total
        assessment.evidence.isCostZero = cost.map { $0.total.high == 0 } ?? false
        moves(all, context, pages, &figures, &assessment.evidence)
        best(active, window, context, &figures, &assessment.evidence)
        trend(all, window, context, &figures)
        if active.sums.scanPeriodCount > 0 {
            let period = Double(active.sums.scanPeriod / active.sums.scanPeriodCount)
            figures.scanPeriodMilliseconds = period
            assessment.evidence.isAtLongestPeriod =
                period >= DecisionLimits.longestPeriod * context.longestPeriodMilliseconds
        }
        assessment.recent = recent(window, context, pages)
        assessment.figures = figures
        return assessment
    }

    private func rates(_ active: ScopeWindow.Total, _ figures: inout VerdictFigures) {
        let sums = active.sums
        guard sums.seconds > 0 else { return }
        figures.cpusUsed = Double(sums.cpuSeconds / sums.seconds)
        if sums.movedSeconds >= sums.seconds / 2 {
            figures.movedPagesPerSecond = Double(sums.moved / sums.movedSeconds)
        }
        guard sums.countedSeconds >= sums.seconds / 2 else { return }
        figures.hintFaultsPerSecond = Double(sums.faulted.value / sums.countedSeconds)
        figures.armedPagesPerSecond = Double(sums.armed.value / sums.countedSeconds)
        let isExact = sums.armed.low == sums.armed.high && sums.faulted.low == sums.faulted.high
        figures.counterSource = isExact ? .counters : .model
    }

    private func locality(
        _ active: ScopeWindow.Total, _ reading: ScopeReading, _ context: RoundContext,
        _ figures: inout VerdictFigures, _ evidence: inout Evidence
    ) {
        if let memory = reading.memory { figures.bytesByNode = memory.bytes }
        var time = NodeValues<UInt64>()
        for (index, node) in context.nodes.enumerated() { time[node] = UInt64(saturated: active.cpu[index] * 1e9) }
        time.unlocated = UInt64(saturated: Double(active.sums.unlocatedCPUSeconds) * 1e9)
        figures.cpuNanosecondsByNode = time
        guard let memory = reading.memory, active.sums.cpuSeconds > 0 else { return }
        let unknown = active.sums.unlocatedCPUSeconds + active.sums.uncertainCPUSeconds
        let width = memory.halfWidthBytes.map { Double($0.total) / 2 / max(1, Double(memory.bytes.total)) } ?? 0
        guard
            let found = LocalityMath.locality(
                active, unknownTime: Double(unknown / active.sums.cpuSeconds),
                unknownMemory: reading.unplacedRatio, memoryError: min(1, width), source: memory.source)
        else { return }
        figures.locality = found.ratio
        evidence.locality = found.ratio
        evidence.localitySpread = found.spread
    }

    /// What moves achieved, and what that saves.
    private func moves(
        _ all: ScopeWindow.Total, _ context: RoundContext, _ pages: Double?, _ figures: inout VerdictFigures,
        _ evidence: inout Evidence
    ) {
        guard let window, let pages, pages > 0, let time = LocalityMath.shares(all.cpu) else { return }
        func local(_ shares: [Float]) -> Double { LocalityMath.product(time, shares.map { Double($0) }) }
        if let episode {
            var record = BalancingEpisode(beganAtNanoseconds: episode.beganAt)
            record.lastMoveAtNanoseconds = episode.lastMoveAt
            record.movedPages = episode.movedPages
            record.localityBefore = episode.before.map(local)
            record.localityAfter = episode.after.map(local)
            figures.episode = record
            evidence.areMovesRepeated = episode.movedPages >= DecisionLimits.provenMoves * pages
        }
        guard let change = window.change else { return }
        let from = change.from.shares.map { Double($0) }
        let to = change.to.shares.map { Double($0) }
        let rise = LocalityMath.product(time, to) - LocalityMath.product(time, from)
        // Against what it would have been with the memory where it was: where threads change nodes in phases and their pages
        // follow, the sums over the window say nothing, and the rounds do.
        let local =
            all.sums.judgedCPUSeconds > 0
            ? Double(all.sums.localCPUSeconds / all.sums.judgedCPUSeconds) : LocalityMath.product(time, to)
        let gained = local - LocalityMath.product(time, from)
        let error = max(DecisionLimits.changeError, evidence.localitySpread / 2)
        let localityChange = BoundedRatio(gained, low: gained - error, high: gained + error, source: .sampled)
        evidence.localityChange = localityChange
        let gain = CostMath.gain(localityChange, remote: context.remoteRatio, source: .sampled)
        figures.gain = gain
        evidence.gain = gain
        guard change.moved >= min(DecisionLimits.tellingPages, DecisionLimits.tellingRatio * pages), change.moved > 0
        else { return }
        let common = min(context.pages(change.from.bytes), context.pages(change.to.bytes))
        let efficiency = min(1, max(-1, rise * common / change.moved))
        figures.efficiency = efficiency
        evidence.efficiency = efficiency
        // Of what moved, at most each page once is where it was not before.
        let net = min(1, LocalityMath.distance(from, to) * common / change.moved)
        let kept = BoundedRatio(net, low: 0, high: max(net, min(1, common / change.moved)), source: .sampled)
        figures.kept = kept
        evidence.kept = kept.value
    }

    private func best(
        _ active: ScopeWindow.Total, _ window: ScopeWindow, _ context: RoundContext,
        _ figures: inout VerdictFigures, _ evidence: inout Evidence
    ) {
        guard let locality = figures.locality, let time = LocalityMath.shares(active.cpu), let now = window.now,
            let free = context.freeBytes
        else { return }
        let room = zip(time.indices, time).reduce(0.0) { sum, entry in
            let own = Double(now.shares[entry.0]) * now.bytes
            return sum + min(entry.1, (own + free[entry.0]) / now.bytes)
        }
        // Memory that tasks of several nodes share is near those of one of them at best.
        let shared = min(room, time.max() ?? 0)
        let isShared =
            (figures.efficiency.map { $0 <= DecisionLimits.inefficient } ?? false) && evidence.areMovesRepeated
        let best = BoundedRatio(
            max(locality.value, isShared ? shared : room), low: max(locality.low, shared),
            high: max(locality.high, room),
            source: .sampled)
        figures.bestLocality = best
        evidence.bestLocality = best
        evidence.fits = room >= 1 - DecisionLimits.bestMargin
    }

    private func trend(
        _ all: ScopeWindow.Total, _ window: ScopeWindow, _ context: RoundContext, _ figures: inout VerdictFigures
    ) {
        guard let time = LocalityMath.shares(all.cpu),
            let slope = TheilSen.slope(window.localShares(cpuShares: time))
        else { return }
        figures.trendPerMinute = slope
        guard slope > DecisionLimits.risingPerMinute, let best = figures.bestLocality, let now = window.now else {
            return
        }
        let missing = best.value - LocalityMath.product(time, now.shares.map { Double($0) })
        if missing > DecisionLimits.changeError {
            figures.convergesInNanoseconds = UInt64(saturated: missing / slope * 60e9)
        }
    }

    private func recent(_ window: ScopeWindow, _ context: RoundContext, _ pages: Double?) -> Assessment.Recent {
        let total = window.total(lastSeconds: Double(context.settings.recentNanoseconds) / 1e9)
        var recent = Assessment.Recent()
        recent.cost = CostMath.cost(total.sums, context.settings.costs)?.total
        if total.sums.movedSeconds > 0, let pages, pages > 0 {
            recent.movesPerMinute = Double(total.sums.moved / total.sums.movedSeconds) * 60 / pages
        }
        if total.sums.countedSeconds > 0 {
            recent.faultsPerSecond = Double(total.sums.faulted.value / total.sums.countedSeconds)
        }
        if total.sums.runningThreads > 0 {
            recent.threadMovesPerRound = Double(total.sums.threadMoves / total.sums.runningThreads)
            recent.threadMovesPerSecond = Double(total.sums.threadMoves / max(total.sums.seconds, 1))
        }
        if total.sums.preferringTasks > 0 {
            recent.displacedRatio = Double(total.sums.displacedTasks / total.sums.preferringTasks)
        }
        return recent
    }
}
