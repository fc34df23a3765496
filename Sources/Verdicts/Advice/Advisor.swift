package import Snapshots

/// Says what can be done about verdicts, with commands that hold for this host: its nodes, their CPUs, the unit's name.
///
/// Advice is made when it is asked for, and never kept: it follows from the verdict and the snapshot.
package struct Advisor: Sendable {
    let snapshot: HostSnapshot
    /// By group, to find what an administrator calls a process's.
    private let titles: [String: String]

    package init(_ snapshot: HostSnapshot) {
        self.snapshot = snapshot
        titles = Dictionary(
            snapshot.groups.compactMap { group in group.title.map { (group.name, $0) } }, uniquingKeysWith: { $1 })
    }

    /// The host's verdict; nil where nothing is judged.
    package var hostEntry: VerdictEntry? {
        guard let verdict = snapshot.verdict else { return nil }
        var entry = VerdictEntry(.host, verdict.record)
        entry.gainingGroups = verdict.gainingGroups
        entry.payingGroups = verdict.payingGroups
        return completed(entry, identity: nil)
    }

    package func entry(_ group: GroupRecord) -> VerdictEntry? {
        guard let record = group.verdict else { return nil }
        var entry = VerdictEntry(.group, record)
        entry.group = group.name
        entry.title = group.title
        entry.residentBytes = group.residentBytes
        return completed(entry, identity: group.identity)
    }

    package func entry(_ process: ProcessRecord) -> VerdictEntry? {
        guard let record = process.verdict else { return nil }
        var entry = VerdictEntry(.process, record)
        entry.group = process.groupName
        entry.title = titles[process.groupName]
        entry.pid = process.identity.pid
        entry.command = process.command
        entry.residentBytes = process.residentBytes
        return completed(entry, identity: process.groupIdentity)
    }

    private func completed(_ entry: VerdictEntry, identity: GroupIdentity?) -> VerdictEntry {
        var entry = entry
        let table = AdviceTable(snapshot: snapshot, entry: entry, identity: identity)
        entry.advice = table.advice
        entry.unknown = UnknownInputs.list(entry)
        return entry
    }
}
