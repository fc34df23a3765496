import NUMATopology
import Snapshots

/// What changed of verdicts and detections.
extension SnapshotChange {
    /// For events about processes of several users, or of nobody known: what only those may see who see everything.
    private static let severalUsers: UInt32 = 0

    /// Changes of the host's verdict, those of groups that begin or end to be helped or hurt, and detections that begin or end.
    ///
    /// What a group that hardly mattered does otherwise (idle, converged, idle again) is in the documents; as events there would
    /// be hundreds of them.
    ///
    /// - Complexity: O(groups), and O(processes) for a group with something to tell.
    static func verdicts(_ previous: HostSnapshot, _ current: HostSnapshot) -> [SnapshotChange] {
        var changes: [SnapshotChange] = []
        if let before = previous.verdict?.record, let now = current.verdict?.record {
            if before.verdict != now.verdict {
                changes.append(verdict(Whom(scope: .host, name: "The host"), before, now))
            }
            changes += detections(Whom(scope: .host, name: "The host"), before.findings, now.findings)
        }
        // Both are in the order of their names.
        var position = 0
        for group in current.groups {
            while position < previous.groups.count, previous.groups[position].name < group.name { position += 1 }
            guard position < previous.groups.count, previous.groups[position].name == group.name,
                let before = previous.groups[position].verdict, let now = group.verdict
            else { continue }
            let isTold = before.verdict != now.verdict && (before.verdict.matters || now.verdict.matters)
            guard isTold || before.findings.map(\.detection) != now.findings.map(\.detection) else { continue }
            let whom = Whom(
                scope: .group, name: group.title ?? group.name, group: group.name, uid: owner(of: group, in: current))
            if isTold { changes.append(verdict(whom, before, now)) }
            changes += detections(whom, before.findings, now.findings)
        }
        return changes
    }

    private struct Whom {
        var scope: VerdictScope
        var name: String
        var group: String?
        var uid: UInt32?

        var fields: [ObservedEvent.Field] {
            [ObservedEvent.Field("scope", scope.rawValue)] + (group.map { [ObservedEvent.Field("group", $0)] } ?? [])
        }
    }

    /// The user whose processes all of a group's are.
    private static func owner(of group: GroupRecord, in snapshot: HostSnapshot) -> UInt32 {
        let owners = Set(group.pids.map { snapshot.process(pid: $0)?.ownerUID })
        guard owners.count == 1, let owner = owners.first ?? nil else { return severalUsers }
        return owner
    }

    private static func verdict(_ whom: Whom, _ before: VerdictRecord, _ now: VerdictRecord) -> SnapshotChange {
        var message = "\(whom.name): NUMA balancing: \(now.verdict.word), was \(before.verdict.word)"
        if let reason = now.reason { message += " (\(reason.words))" }
        var fields = whom.fields
        fields.append(ObservedEvent.Field("verdict", now.verdict.rawValue))
        fields.append(ObservedEvent.Field("previous_verdict", before.verdict.rawValue))
        if let reason = now.reason { fields.append(ObservedEvent.Field("reason", reason.rawValue)) }
        fields.append(ObservedEvent.Field("confidence", now.confidence.rawValue))
        if let cost = now.figures?.cost?.total {
            message += "; costs \(DetectionFinding.percentText(cost.value)) of the CPU time"
            fields.append(ObservedEvent.Field("cost_ratio", ratio(cost.value)))
        }
        if let locality = now.figures?.locality {
            message += ", \(DetectionFinding.percentText(locality.value)) local"
            fields.append(ObservedEvent.Field("local_ratio", ratio(locality.value)))
        }
        if !now.why.isEmpty { fields.append(ObservedEvent.Field("why", now.why)) }
        return SnapshotChange(event: .verdictChanged, message: message, fields: fields, uid: whom.uid)
    }

    private static func detections(
        _ whom: Whom, _ before: [DetectionFinding], _ now: [DetectionFinding]
    ) -> [SnapshotChange] {
        let begun = now.filter { finding in !before.contains { $0.detection == finding.detection } }
        let ended = before.filter { finding in !now.contains { $0.detection == finding.detection } }
        return begun.map { finding in
            var fields = whom.fields + [ObservedEvent.Field("detection", finding.detection.rawValue)]
            if let value = finding.ratio { fields.append(ObservedEvent.Field("ratio", ratio(value))) }
            if !finding.nodes.isEmpty { fields.append(ObservedEvent.Field("nodes", finding.nodes.listText)) }
            return SnapshotChange(
                event: DaemonEvent(finding.detection),
                message: "\(whom.name): \(finding.detection.words): \(finding.sentence)", fields: fields, uid: whom.uid)
        }
            + ended.map { finding in
                SnapshotChange(
                    event: .detectionEnded, message: "\(whom.name): no longer: \(finding.detection.words)",
                    fields: whom.fields + [ObservedEvent.Field("detection", finding.detection.rawValue)], uid: whom.uid)
            }
    }

    /// Four digits after the point.
    private static func ratio(_ value: Double) -> String {
        let digits = String(Int64(saturated: (abs(value) * 10_000).rounded()))
        let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        return (value < 0 ? "-" : "") + padded.dropLast(4) + "." + padded.suffix(4)
    }
}

extension Verdict {
    /// Whether somebody should hear of it.
    fileprivate var matters: Bool { self == .helping || self == .hurting }
}
