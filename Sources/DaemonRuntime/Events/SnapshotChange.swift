import NUMATopology
import SchedDomains
import Snapshots

/// Something worth telling that follows from one snapshot and the one before it.
struct SnapshotChange: Equatable, Sendable {
    var event: DaemonEvent
    var message: String
    var fields: [ObservedEvent.Field] = []
    /// As in ``ObservedEvent/uid``.
    var uid: UInt32?

    /// What changed, in a fixed order: sources, balancing, topology, verdicts, domains, stuck processes, intervals.
    ///
    /// - Complexity: O(sources + nodes + tiers + groups + processes).
    ///
    /// - Parameter previous: Nil for the first snapshot, of which only what is missing is told.
    static func all(from previous: HostSnapshot?, to current: HostSnapshot) -> [SnapshotChange] {
        var changes: [SnapshotChange] = []
        if let previous {
            changes += sources(previous.sources, current.sources)
            changes += balancing(previous.host.balancingMode, current.host.balancingMode)
            changes += topology(previous.machine, current.machine)
            changes += verdicts(previous, current)
        }
        if previous == nil { changes += missing(sources([], current.sources), current.sources) }
        changes += domains(previous?.domains, current.domains)
        changes += stuck(previous?.processes ?? [], current.processes)
        changes += intervals(previous?.cost.tiers ?? [], current.cost.tiers)
        return changes
    }

    /// What is missing at the start, in one sentence: which of the usual few are, a reader of the log knows already, and
    /// `numawatch doctor` has the rest.
    private static func missing(_ changes: [SnapshotChange], _ sources: [SourceStatus]) -> [SnapshotChange] {
        guard changes.count > 1 else { return changes }
        let names = sources.filter(\.isFailing).map { source in
            switch source.state {
            case .unavailable(_, let errnoName): "\(source.name) (\(errnoName))"
            case .readable, .failed, .malformed, .notApplicable: "\(source.name) (not understood)"
            }
        }
        return [
            SnapshotChange(
                event: .sourceMissing,
                message:
                    "\(changes.count) of \(sources.count) sources cannot be read: \(names.joined(separator: ", ")); "
                    + "“numawatch doctor” says what is lost without each, and what would make it readable",
                fields: [ObservedEvent.Field("sources", sources.filter(\.isFailing).map(\.name).joined(separator: " "))]
            )
        ]
    }

    private static func sources(_ previous: [SourceStatus], _ current: [SourceStatus]) -> [SnapshotChange] {
        current.compactMap { source in
            let before = previous.first { $0.name == source.name }
            guard before?.state != source.state else { return nil }
            let fields = [ObservedEvent.Field("source", source.name), ObservedEvent.Field("path", source.path)]
            switch source.state {
            case .readable:
                guard let before, before.isFailing else { return nil }
                return SnapshotChange(
                    event: .sourceReturned, message: "\(source.path) can be read again", fields: fields)
            case .unavailable(_, let errnoName):
                return SnapshotChange(
                    event: .sourceMissing,
                    message: "\(source.path) cannot be read (\(errnoName)); without it: \(source.lostWithout)"
                        + (source.remedy.map { "; to have it: \($0)" } ?? ""),
                    fields: fields + [ObservedEvent.Field("errno", errnoName)])
            case .malformed(let reason):
                return SnapshotChange(
                    event: .sourceMissing,
                    message: "\(source.path) is not understood (\(reason)); without it: \(source.lostWithout)",
                    fields: fields)
            case .failed, .notApplicable:
                // What failed has an event of its own.
                return nil
            }
        }
    }

    private static func balancing(_ previous: Int?, _ current: Int?) -> [SnapshotChange] {
        guard let previous, let current, previous != current else { return [] }
        return [
            SnapshotChange(
                event: .balancingChanged,
                message: "kernel.numa_balancing was changed from \(previous) to \(current)",
                fields: [
                    ObservedEvent.Field("previous", String(previous)), ObservedEvent.Field("current", String(current)),
                ])
        ]
    }

    private static func topology(_ previous: Machine, _ current: Machine) -> [SnapshotChange] {
        var parts: [String] = []
        if previous.nodeSet != current.nodeSet {
            parts.append("nodes \(previous.nodeSet) became \(current.nodeSet)")
        }
        if previous.onlineCPUs != current.onlineCPUs {
            parts.append("online CPUs \(previous.onlineCPUs) became \(current.onlineCPUs)")
        }
        if previous.distances != current.distances { parts.append("the node distances are different") }
        guard !parts.isEmpty else { return [] }
        return [SnapshotChange(event: .topologyChanged, message: "Topology changed: " + parts.joined(separator: ", "))]
    }

    private static func domains(_ previous: DomainsRecord?, _ current: DomainsRecord?) -> [SnapshotChange] {
        guard let current, current.generation != previous?.generation else { return [] }
        var changes: [SnapshotChange] = []
        if previous != nil, let difference = current.lastChange {
            changes.append(
                SnapshotChange(
                    event: .domainsChanged, message: "The kernel rebuilt its scheduling domains",
                    fields: [ObservedEvent.Field("difference", difference)]))
        }
        changes += current.report.disagreements.map { disagreement in
            SnapshotChange(
                event: .domainsDisagree, message: "Scheduling domains are not as derived: \(disagreement.text)",
                fields: [
                    ObservedEvent.Field("check", disagreement.check.rawValue),
                    ObservedEvent.Field("cpus", disagreement.cpus.listText),
                ])
        }
        return changes
    }

    private static func stuck(_ previous: [ProcessRecord], _ current: [ProcessRecord]) -> [SnapshotChange] {
        let now = current.filter { $0.placementGap == .stuck }
        guard !now.isEmpty else { return [] }
        let before = Set(previous.lazy.filter { $0.placementGap == .stuck }.map(\.identity))
        return now.filter { !before.contains($0.identity) }.map { process in
            SnapshotChange(
                event: .processStuck,
                message: "Process \(process.identity.pid) keeps its memory locked and does not let go of it: where its "
                    + "memory is is not read again for as long as it lives",
                fields: [
                    ObservedEvent.Field("pid", String(process.identity.pid)),
                    ObservedEvent.Field("command", process.command), ObservedEvent.Field("group", process.groupName),
                ])
        }
    }

    private static func intervals(
        _ previous: [CostReport.Tier], _ current: [CostReport.Tier]
    ) -> [SnapshotChange] {
        current.compactMap { tier in
            let wasLengthened = previous.first { $0.name == tier.name }?.isLengthened ?? false
            guard wasLengthened != tier.isLengthened else { return nil }
            let fields = [
                ObservedEvent.Field("tier", tier.name),
                ObservedEvent.Field("interval_seconds", seconds(tier.intervalNanoseconds)),
                ObservedEvent.Field("configured_seconds", seconds(tier.configuredIntervalNanoseconds)),
            ]
            guard tier.isLengthened else {
                return SnapshotChange(
                    event: .intervalsRestored,
                    message: "The \(tier.name) rounds fit into the CPU limit again and come as configured, every "
                        + "\(seconds(tier.intervalNanoseconds)) s", fields: fields)
            }
            return SnapshotChange(
                event: .intervalsLengthened,
                message: "The \(tier.name) rounds cost more than CPULimit= allows: they now come every "
                    + "\(seconds(tier.intervalNanoseconds)) s instead of "
                    + "\(seconds(tier.configuredIntervalNanoseconds)) s", fields: fields)
        }
    }

    /// Seconds with at most one decimal.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let tenths = nanoseconds / 100_000_000
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}

extension CostReport.Tier {
    fileprivate var isLengthened: Bool { intervalNanoseconds > configuredIntervalNanoseconds }
}

extension SourceStatus {
    /// Whether it should be readable here and is not.
    fileprivate var isFailing: Bool {
        switch state {
        case .unavailable, .malformed: true
        case .readable, .failed, .notApplicable: false
        }
    }
}
