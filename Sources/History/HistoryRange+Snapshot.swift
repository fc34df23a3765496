import BalancingModel
import NUMATopology
package import Snapshots

/// The past as the present is: a snapshot of one round of the history, of which every table and picture is made.
///
/// It holds what the history keeps and nothing else: there are no processes, no threads, no sources, and of groups no pids.
extension HistoryRange {
    /// What the note of such a snapshot is about.
    package static let note = "history"

    /// - Parameter place: Of the round among ``times``.
    package func snapshot(at place: Int) -> HostSnapshot {
        let time = times[place]
        let settings = settings(at: time)
        var snapshot = HostSnapshot(
            // Another life of the daemon counts anew; here they are in one row.
            sequence: UInt64(place + 1), wallClockNanoseconds: time, monotonicNanoseconds: time,
            machine: machine(settings))
        snapshot.hostName = hostName
        snapshot.kernelRelease = settings[HistoryRound.kernelSetting]
        snapshot.view = [
            HostNote(
                .unknown, Self.note,
                "a round of the history: it keeps the host, its nodes and groups, no processes, and tells no classes of memory apart"
            )
        ]
        snapshot.host = totals(at: place, settings)
        snapshot.host.nodes = nodes.compactMap { nodeTotals($0, at: place, settings) }
        snapshot.groups = groups.compactMap { $0.group(at: place, self) }.sorted { $0.name < $1.name }
        if let host, let record = host.verdictRecord(at: place) {
            var verdict = HostVerdict(record)
            verdict.gainingGroups = names(.helping, snapshot.groups)
            verdict.payingGroups = names(.hurting, snapshot.groups)
            snapshot.verdict = verdict
        }
        if let host, let activity = host.activity(at: place, interval: interval(at: place)) {
            snapshot.model = ModelRecord(
                activity: activity, hintFaults: Estimate(observed: 0), isReconciled: false, profile: "history")
        }
        snapshot.cost.cpuShare = host?[.watchingCPURatio]?[place] ?? 0
        snapshot.cost.residentBytes = host?.count(.watchingResidentBytes, at: place) ?? 0
        var tier = CostReport.Tier(name: "host", configuredIntervalNanoseconds: interval(at: place))
        tier.rounds = UInt64(place + 1)
        tier.lastRoundAtNanoseconds = time
        snapshot.cost.tiers = [tier]
        return snapshot
    }

    /// The last round up to an instant; nil where the history has none, or a gap lies between.
    package func place(at instant: UInt64) -> Int? {
        guard let place = times.lastIndex(where: { $0 <= instant }) else { return nil }
        let isMissing = gaps.contains { $0.sinceNanoseconds >= times[place] && $0.sinceNanoseconds < instant }
        return isMissing ? nil : place
    }

    /// The time from the round before to this one, nanoseconds; five seconds where there is none before.
    fileprivate func interval(at place: Int) -> UInt64 {
        stepNanoseconds ?? (place > 0 ? min(times[place] - times[place - 1], 60_000_000_000) : 5_000_000_000)
    }

    private func names(_ verdict: Verdict, _ groups: [GroupRecord]) -> [String] {
        groups.filter { $0.verdict?.verdict == verdict }
            .sorted { ($0.verdict?.figures?.cost?.total.value ?? 0) > ($1.verdict?.figures?.cost?.total.value ?? 0) }
            .map(\.name)
    }

    // MARK: Settings

    private func settings(at instant: UInt64) -> [String: String] {
        var known: [String: String] = [:]
        for setting in settings where setting.sinceNanoseconds <= instant { known[setting.name] = setting.value }
        return known
    }

    /// The numbers of a list as the kernel writes it: `0-3,8`.
    private static func ranges(_ list: String) -> [ClosedRange<Int>] {
        list.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }

    private func machine(_ settings: [String: String]) -> Machine {
        let ids = NodeSet(ranges: Self.ranges(settings[HistoryRound.nodesSetting] ?? ""))
        let nodes = ids.map { id in
            let cpus = settings[HistoryRound.cpusSetting(of: id)].map { CPUSet(ranges: Self.ranges($0)) }
            var node = Machine.Node(id: id, cpus: cpus ?? [])
            node.knowsCPUs = cpus != nil
            return node
        }
        let cpus = nodes.reduce(into: CPUSet()) { $0.formUnion($1.cpus) }
        return Machine(nodes: Array(nodes), distances: nil, possibleCPUs: cpus, onlineCPUs: cpus)
    }

    private func totals(at place: Int, _ settings: [String: String]) -> HostTotals {
        var totals = HostTotals()
        func number(_ name: String) -> UInt64? { settings[name].flatMap { UInt64($0) } }
        totals.balancingMode = settings["kernel.numa_balancing"].flatMap { Int($0) }
        totals.knobs.scanDelayMilliseconds = number("numa_balancing/scan_delay_ms")
        totals.knobs.scanPeriodMinMilliseconds = number("numa_balancing/scan_period_min_ms")
        totals.knobs.scanPeriodMaxMilliseconds = number("numa_balancing/scan_period_max_ms")
        totals.knobs.scanSizeMegabytes = number("numa_balancing/scan_size_mb")
        totals.knobs.hotThresholdMilliseconds = number("numa_balancing/hot_threshold_ms")
        totals.knobs.promoteRateLimitMegabytesPerSecond = number("kernel.numa_balancing_promote_rate_limit_MBps")
        totals.zoneReclaimMode = settings["vm.zone_reclaim_mode"].flatMap { Int($0) }
        totals.isDemotionEnabled = settings["mm/numa/demotion_enabled"].map { $0 == "true" }
        guard let host else { return totals }
        totals.processCount = host.count(.processCount, at: place)
        totals.threadCount = host.count(.threadCount, at: place)
        let counters: [(String, HistoryFigure)] = HistoryRound.Scope.hostCounters
        let known = counters.compactMap { name, figure in
            (host.count(figure, at: place) as UInt64?).map { HostTotals.Counter(name: name, value: $0) }
        }
        totals.vmstat = known.isEmpty ? nil : known
        totals.vmstatRates = counters.compactMap { name, figure in
            perSecond(HistoryKey(figure), of: host, at: place).map { HostTotals.Rate(name: name, perSecond: $0) }
        }
        totals.locality = host.ratio(.locality, .localityLow, .localityHigh, .localitySource, at: place)
        return totals
    }

    private func nodeTotals(
        _ series: HistorySeries, at place: Int, _ settings: [String: String]
    ) -> NodeTotals? {
        guard case .node(let id) = series.scope, series.isPresent(at: place) else { return nil }
        var node = NodeTotals(
            id: id, cpus: settings[HistoryRound.cpusSetting(of: id)].map { CPUSet(ranges: Self.ranges($0)) })
        node.distances = settings[HistoryRound.distancesSetting(of: id)].map {
            $0.split(separator: " ").compactMap { Int($0) }
        }
        let memory: [(String, HistoryFigure)] = [
            ("MemTotal", .totalBytes), ("MemFree", .freeBytes), ("AnonPages", .anonymousBytes),
            ("FilePages", .fileBytes),
        ]
        let lines = memory.compactMap { name, figure in
            (series.count(figure, at: place) as UInt64?).map { HostTotals.Counter(name: name, value: $0) }
        }
        node.meminfo = lines.isEmpty ? nil : lines
        let counters = HistoryRound.Scope.nodeCounters.compactMap { name, figure in
            (series.count(figure, at: place) as UInt64?).map { HostTotals.Counter(name: name, value: $0) }
        }
        node.numastat = counters.isEmpty ? nil : counters
        node.busyShare = series[.busyRatio]?[place]
        return node
    }

    /// What a counter grew by a second since the round before.
    fileprivate func perSecond(_ key: HistoryKey, of series: HistorySeries, at place: Int) -> Double? {
        guard let value = series.value(key, at: place) else { return nil }
        let before: (time: UInt64, value: Double)? =
            place > 0
            ? series.value(key, at: place - 1).map { (times[place - 1], $0) }
            : series.columns[key]?.before.map { ($0.wallClockNanoseconds, $0.value) }
        guard let before, times[place] > before.time, value >= before.value,
            !gaps.contains(where: { $0.lies(after: before.time, upTo: times[place]) })
        else { return nil }
        return (value - before.value) * 1e9 / Double(times[place] - before.time)
    }
}

extension HistorySeries {
    fileprivate func count<Number: FixedWidthInteger>(_ figure: HistoryFigure, at place: Int) -> Number? {
        self[figure]?[place].flatMap { Number(exactly: $0.rounded()) }
    }

    fileprivate func ratio(
        _ value: HistoryFigure, _ low: HistoryFigure?, _ high: HistoryFigure?, _ source: HistoryFigure, at place: Int
    ) -> BoundedRatio? {
        guard let middle = self[value]?[place] else { return nil }
        let from = self[source]?[place].flatMap { FigureSource(historyCode: $0) } ?? .sampled
        return BoundedRatio(
            middle, low: low.flatMap { self[$0]?[place] } ?? middle, high: high.flatMap { self[$0]?[place] } ?? middle,
            source: from)
    }

    /// Amounts by node; nil where not even the total is known.
    fileprivate func byNode<Value: FixedWidthInteger & Hashable & Sendable>(
        _ figure: HistoryFigure, at place: Int, unit: Double = 1
    ) -> NodeValues<Value>? {
        guard self[figure]?[place] != nil else { return nil }
        var amounts = NodeValues<Value>()
        for key in keys(byNode: figure) {
            guard let node = key.node, let value = value(key, at: place),
                let amount = Value(exactly: (value * unit).rounded())
            else { continue }
            amounts[node] = amount
        }
        return amounts
    }

    /// Moves of one interval, as pages.
    fileprivate func activity(at place: Int, interval: UInt64) -> ModelledActivity? {
        guard let all = self[.movedPagesPerSecond]?[place], interval > 0 else { return nil }
        let seconds = Double(interval) / 1e9
        func pages(_ perSecond: Double) -> Estimate {
            Estimate(
                value: perSecond * seconds, lowest: perSecond * seconds, highest: perSecond * seconds,
                provenance: .modelled)
        }
        var activity = ModelledActivity(intervalNanoseconds: interval)
        activity.migratedPages = Estimate(observed: UInt64((all * seconds).rounded()))
        activity.moves = keys(byNode: .movedPagesPerSecond).compactMap { key in
            guard let source = key.node, let target = key.target, let value = value(key, at: place), value > 0 else {
                return nil
            }
            return ModelledActivity.Move(source: source, target: target, pages: pages(value))
        }
        return activity
    }

    fileprivate func verdictRecord(at place: Int) -> VerdictRecord? {
        guard let verdict = verdict(at: place) else { return nil }
        let since = self[.verdictSince]?[place].flatMap { UInt64(exactly: $0) } ?? 0
        var record = VerdictRecord(
            verdict, reason: reason(at: place), sinceNanoseconds: since.multipliedReportingOverflow(by: 1_000_000_000).0
        )
        record.confidencePoints = count(.confidencePoints, at: place) ?? 0
        record.isSevere = self[.isSevere]?[place].map { $0 >= 0.5 } ?? false
        record.findings = (detections(at: place) ?? []).map {
            DetectionFinding($0, sinceNanoseconds: record.sinceNanoseconds)
        }
        var figures = VerdictFigures()
        figures.locality = ratio(.locality, .localityLow, .localityHigh, .localitySource, at: place)
        figures.bestLocality = ratio(.bestLocality, nil, nil, .bestLocalitySource, at: place)
        figures.cost = ratio(.cost, .costLow, .costHigh, .costSource, at: place).map { total in
            var cost = BalancingCost(total: total)
            cost.armingRatio = self[.armingCost]?[place]
            cost.faultRatio = self[.faultCost]?[place]
            cost.moveRatio = self[.moveCost]?[place]
            return cost
        }
        figures.gain = ratio(.gain, .gainLow, .gainHigh, .gainSource, at: place)
        figures.kept = ratio(.kept, .keptLow, .keptHigh, .keptSource, at: place)
        figures.trendPerMinute = self[.trendPerMinute]?[place]
        figures.movedPagesPerSecond = self[.recentMovedPagesPerSecond]?[place]
        figures.hintFaultsPerSecond = self[.recentHintFaultsPerSecond]?[place]
        figures.armedPagesPerSecond = self[.recentArmedPagesPerSecond]?[place]
        figures.counterSource = self[.recentCounterSource]?[place].flatMap { FigureSource(historyCode: $0) }
        figures.cpusUsed = self[.cpusUsed]?[place]
        figures.scanPeriodMilliseconds = self[.scanPeriodMilliseconds]?[place]
        record.figures = figures
        return record
    }

    /// The group as it was; nil where it was not there.
    fileprivate func group(at place: Int, _ range: HistoryRange) -> GroupRecord? {
        guard case .group(let name, let owner) = scope, isPresent(at: place) else { return nil }
        var record = GroupRecord(name: name)
        record.identity = GroupIdentity(kind: group?.kind ?? "unit")
        record.identity.ownerUID = owner
        record.title = group?.title
        record.pastProcessCount = count(.processCount, at: place) ?? 0
        record.threadCount = count(.threadCount, at: place) ?? 0
        record.residentBytes = count(.residentBytes, at: place) ?? 0
        record.cpuNanosecondsByNode = byNode(.cpuSeconds, at: place, unit: 1e9)
        record.threadNodeChanges = count(.threadNodeChanges, at: place) ?? 0
        record.locality = ratio(.locality, .localityLow, .localityHigh, .localitySource, at: place)
        record.threadsByNode = byNode(.threads, at: place) ?? .unlocated(record.threadCount)
        if let preferred: NodeValues<Int> = byNode(.preferredTasks, at: place) {
            var ledger = LedgerSummary()
            ledger.migratedPages = nil
            ledger.tasksByPreferredNode = preferred
            record.ledger = ledger
        }
        if let bytes: NodeValues<UInt64> = byNode(.memoryBytes, at: place) {
            // The history keeps them together.
            record.bytesByClass = [.anonymous: bytes]
            let memory = self[.memoryProvenance]?[place].flatMap { HistoryMemory(historyCode: $0) }
            record.memorySource = memory == .account ? .cgroup(count: 1) : .mappings(sharedBytes: 0)
            if memory == .estimated { record.halfWidth95Bytes = NodeValues() }
        }
        record.currentBytes = count(.currentBytes, at: place)
        record.migratedPagesTotal = count(.migratedPages, at: place)
        record.model = activity(at: place, interval: range.interval(at: place))
        record.verdict = verdictRecord(at: place)
        return record
    }
}

extension NodeValues {
    fileprivate static func unlocated(_ amount: Value) -> NodeValues {
        var amounts = NodeValues()
        amounts.unlocated = amount
        return amounts
    }
}
