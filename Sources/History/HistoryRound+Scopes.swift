import BalancingModel
package import NUMATopology
import Snapshots

/// Which figures of a snapshot are kept, and as what.
extension HistoryRound {
    package static let kernelSetting = "kernel_release"
    package static let nodesSetting = "online_nodes"
    package static let onlineCPUsSetting = "online_cpus"
    /// `/proc/sys/kernel/random/boot_id`: another after each start of the machine.
    package static let bootSetting = "boot_id"
    package static func cpusSetting(of node: NodeID) -> String { "node\(node)/cpus" }
    package static func distancesSetting(of node: NodeID) -> String { "node\(node)/distances" }
}

extension HistoryRound.Scope {
    private init(_ scope: HistoryScope, group: HistoryGroup? = nil) {
        self.init(scope: scope, group: group, values: [])
        values.reserveCapacity(40)
    }

    /// Leaves out what is not known.
    private mutating func add(
        _ figure: HistoryFigure, _ amount: Double?, node: NodeID? = nil, target: NodeID? = nil
    ) {
        guard let steps = amount.flatMap({ figure.steps($0) }) else { return }
        values.append(
            HistoryRound.Value(key: HistoryKey(figure, node: node, target: target), steps: steps))
    }

    private mutating func add(_ figure: HistoryFigure, _ count: (some BinaryInteger)?) {
        add(figure, count.map { Double($0) })
    }

    private mutating func add(_ figure: HistoryFigure, code: (some HistoryCode)?) {
        add(figure, code.map { Double($0.historyCode) })
    }

    /// The total, and the nodes that have some of it.
    private mutating func add<Value>(
        _ figure: HistoryFigure, byNode amounts: NodeValues<Value>?, unit: Double = 1
    ) {
        guard let amounts = amounts?.whereLocated else { return }
        add(figure, Double(amounts.total) / unit)
        for node in amounts.nodes { add(figure, Double(amounts[node]) / unit, node: node) }
    }

    private mutating func add(
        _ ratio: BoundedRatio?, _ value: HistoryFigure, _ low: HistoryFigure?, _ high: HistoryFigure?,
        _ source: HistoryFigure
    ) {
        guard let ratio else { return }
        add(value, ratio.value)
        if let low { add(low, ratio.low) }
        if let high { add(high, ratio.high) }
        add(source, code: ratio.source)
    }

    /// Pages a second by the model, in all and from node to node.
    private mutating func add(moves activity: ModelledActivity?) {
        guard let activity, activity.intervalNanoseconds > 0 else { return }
        let scale = 1e9 / Double(activity.intervalNanoseconds)
        add(.movedPagesPerSecond, activity.migratedPages.value * scale)
        for move in activity.moves where move.pages.value > 0 {
            add(.movedPagesPerSecond, move.pages.value * scale, node: move.source, target: move.target)
        }
    }

    private mutating func add(
        _ record: VerdictRecord?, locality: BoundedRatio?, in snapshot: HostSnapshot
    ) {
        let figures = record?.figures
        add(figures?.locality ?? locality, .locality, .localityLow, .localityHigh, .localitySource)
        guard let record else { return }
        add(.verdict, code: record.verdict)
        // A verdict that needs no reason has none: the one before does not hold on.
        add(.reason, record.reason?.historyCode ?? -1)
        add(.verdictSince, snapshot.wallClock(at: record.sinceNanoseconds) / 1_000_000_000)
        add(.confidencePoints, record.confidencePoints)
        add(.isSevere, record.isSevere ? 1 : 0)
        add(.detections, record.findings.reduce(UInt64(0)) { $0 | 1 << UInt64($1.detection.historyCode) })
        guard let figures else { return }
        add(figures.bestLocality, .bestLocality, nil, nil, .bestLocalitySource)
        add(figures.cost?.total, .cost, .costLow, .costHigh, .costSource)
        add(.armingCost, figures.cost?.armingRatio)
        add(.faultCost, figures.cost?.faultRatio)
        add(.moveCost, figures.cost?.moveRatio)
        add(figures.gain, .gain, .gainLow, .gainHigh, .gainSource)
        add(figures.kept, .kept, .keptLow, .keptHigh, .keptSource)
        add(.trendPerMinute, figures.trendPerMinute)
        add(.recentMovedPagesPerSecond, figures.movedPagesPerSecond)
        add(.recentHintFaultsPerSecond, figures.hintFaultsPerSecond)
        add(.recentArmedPagesPerSecond, figures.armedPagesPerSecond)
        add(.recentCounterSource, code: figures.counterSource)
        add(.cpusUsed, figures.cpusUsed)
        add(.scanPeriodMilliseconds, figures.scanPeriodMilliseconds)
    }

    // MARK: The scopes

    /// Counters of `/proc/vmstat` by the kernel's names.
    package static let hostCounters: [(name: String, figure: HistoryFigure)] = [
        .armedPages, .armedHugePages, .hintFaults, .localHintFaults, .hostMigratedPages, .migrationSuccesses,
        .migrationFailures, .promotedPages,
    ].map { ($0.rawValue, $0) }

    /// What adds up to pages demoted, by the kernel's names.
    package static let demotionCounters = [
        "pgdemote_kswapd", "pgdemote_direct", "pgdemote_khugepaged", "pgdemote_proactive",
    ]

    /// Counters of `nodeN/numastat` by the kernel's names.
    package static let nodeCounters: [(name: String, figure: HistoryFigure)] = [
        .numaHit, .numaMiss, .numaForeign, .localNode, .otherNode,
    ].map { ($0.rawValue, $0) }

    static func host(_ snapshot: HostSnapshot, hiddenGroups: Int) -> Self {
        let host = snapshot.host
        var scope = Self(.host)
        scope.add(.processCount, host.processCount)
        scope.add(.threadCount, host.threadCount)
        scope.add(.hiddenGroups, hiddenGroups)
        for (name, figure) in hostCounters { scope.add(figure, host.vmstatValue(name)) }
        scope.add(.demotedPages, sum(demotionCounters.map { host.vmstatValue($0) }))
        scope.add(moves: snapshot.model?.activity)
        scope.add(host.traffic)
        scope.add(snapshot.verdict?.record, locality: host.locality, in: snapshot)
        scope.add(.watchingCPURatio, snapshot.cost.cpuShare)
        scope.add(.watchingResidentBytes, snapshot.cost.residentBytes)
        return scope
    }

    /// Nil where none is known; kernels before 6.7 have fewer.
    private static func sum(_ counters: [UInt64?]) -> UInt64? {
        let known = counters.compactMap { $0 }
        return known.isEmpty ? nil : known.reduce(0) { $0.addingSaturated($1) }
    }

    private mutating func add(_ traffic: MemoryTraffic?) {
        guard let traffic else { return }
        add(.trafficBytesPerSecond, traffic.totalBytesPerSecond)
        add(.localTrafficBytesPerSecond, traffic.localBytesPerSecond)
        let nodes = Set(traffic.caches.compactMap(\.node)).sorted()
        for node in nodes {
            let caches = traffic.caches.filter { $0.node == node }
            let part = MemoryTraffic(caches: caches)
            if traffic.totalBytesPerSecond != nil {
                add(.trafficBytesPerSecond, part.totalBytesPerSecond, node: node)
            }
            if traffic.localBytesPerSecond != nil {
                add(.localTrafficBytesPerSecond, part.localBytesPerSecond, node: node)
            }
        }
    }

    static func node(_ node: NodeTotals, _ snapshot: HostSnapshot) -> Self {
        var scope = Self(.node(node.id))
        scope.add(.totalBytes, node.meminfoBytes("MemTotal"))
        scope.add(.freeBytes, node.meminfoBytes("MemFree"))
        scope.add(.anonymousBytes, node.meminfoBytes("AnonPages"))
        scope.add(.fileBytes, node.meminfoBytes("FilePages"))
        scope.add(.busyRatio, node.busyShare)
        for (name, figure) in nodeCounters { scope.add(figure, node.numastatPages(name)) }
        func counter(_ name: String) -> UInt64? { node.vmstat?.first { $0.name == name }?.value }
        scope.add(.promotedPages, counter(HistoryFigure.promotedPages.rawValue))
        scope.add(.demotedPages, sum(demotionCounters.map(counter)))
        return scope
    }

    static func group(_ group: GroupRecord, _ snapshot: HostSnapshot) -> Self {
        var scope = Self(
            .group(group.name, owner: owner(of: group, snapshot)),
            group: HistoryGroup(kind: group.identity.kind, title: group.title))
        scope.add(.processCount, group.pids.count)
        scope.add(.threadCount, group.threadCount)
        scope.add(.residentBytes, group.residentBytes)
        scope.add(.cpuSeconds, byNode: group.cpuNanosecondsByNode, unit: 1e9)
        scope.add(.threadNodeChanges, group.threadNodeChanges)
        scope.add(.threads, byNode: group.threadsByNode)
        scope.add(.preferredTasks, byNode: group.ledger?.tasksByPreferredNode)
        scope.add(.memoryBytes, byNode: group.bytes)
        if group.bytes != nil { scope.add(.memoryProvenance, code: HistoryMemory(group)) }
        scope.add(.currentBytes, group.currentBytes)
        scope.add(.migratedPages, group.migratedPagesTotal)
        scope.add(moves: group.model)
        scope.add(group.verdict, locality: group.locality, in: snapshot)
        return scope
    }

    /// The user whose processes all of a group's are; nil where they are several users', and where the group had another
    /// before: its figures by name go back to that time.
    private static func owner(of group: GroupRecord, _ snapshot: HostSnapshot) -> UInt32? {
        guard !group.hasChangedOwner, let first = group.pids.first else { return nil }
        guard let owner = snapshot.process(pid: first)?.ownerUID else { return nil }
        return group.pids.allSatisfy { snapshot.process(pid: $0)?.ownerUID == owner } ? owner : nil
    }
}

extension HistoryMemory {
    init(_ group: GroupRecord) {
        if group.halfWidth95Bytes != nil {
            self = .estimated
        } else if case .cgroup = group.memorySource {
            self = .account
        } else {
            self = .mappings
        }
    }
}
