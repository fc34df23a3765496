import BalancingModel
import Comparison
import DomainReports
import Exposition
import History
import LinuxSystem
import NUMATopology
import Report
import Snapshots

/// Puts a report together from what a daemon, this host or a captured root answers, and from the history, where there is one.
struct ReportGatherer {
    /// What it is made of, for the head: `the daemon`, `the captured root x.tar`.
    let origin: String
    let source: any LiveSource
    /// The host's files, for its domains.
    let root: any HostRoot
    /// The past for the pictures, and why there is none.
    let past: ReportPart<HistoryRange>
    /// The same in steps of a minute, for the figures that `compare` takes.
    let minutes: HistoryRange?
    /// When it is made, nanoseconds since 1970.
    let nowNanoseconds: UInt64

    func content() async throws -> ReportContent {
        let status = try await source.answer(.status(version: NumawatchCommand.version)).record()
        let nodes = try await source.answer(.nodes).record()
        let groups = try await source.answer(.groups).record().groups
        let verdicts = try await ifThere(.verdict)
        let model = try await ifThere(.model)
        let name = status.hostName ?? past.value?.hostName ?? "a host"
        var content = ReportContent(subject: name, absence: "Not asked for.")
        content.facts = facts(status)
        content.notes = status.notes.map(\.text)
        setVerdicts(verdicts, &content)
        content.machine = MachineShape(nodes).map { .value($0) } ?? .absent("Nothing tells the nodes of this machine.")
        setPast(&content)
        content.shares = shares(groups, verdicts)
        setMoves(groups, model, nodes.nodes.map(\.totals.id), &content)
        content.domains = DomainsCommand.content(root)
        if content.events.value == nil { content.events = try await liveEvents() }
        content.cost = cost(status.cost)
        content.settings = .value(HostSetting.all(status.host, zoneReclaimMode: nodes.zoneReclaimMode))
        content.sources = .value(try await source.answer(.sources).record().sources.map(\.status))
        content.side = minutes.map { ComparisonSide([$0]) }
        return content
    }

    /// A document that is not always there.
    private func ifThere<Record>(_ document: PublishedDocument<Record>) async throws -> Record? {
        do {
            return try await source.answer(document).record()
        } catch let failure as CommandFailure where failure.status == .negative {
            return nil
        }
    }

    private func facts(_ status: StatusAnswer) -> [ReportContent.Fact] {
        var facts: [ReportContent.Fact] = []
        if let name = status.hostName { facts.append(.init("Host", name)) }
        if let kernel = status.kernelRelease { facts.append(.init("Kernel", kernel)) }
        facts.append(.init("Read from", origin))
        if let range = past.value {
            facts.append(
                .init(
                    "Time",
                    "\(ReportTime.text(range.sinceNanoseconds / 1_000_000_000)) to "
                        + "\(ReportTime.text(range.untilNanoseconds / 1_000_000_000)) UTC"))
        }
        facts.append(.init("Made", "\(ReportTime.text(nowNanoseconds / 1_000_000_000)) UTC"))
        facts.append(.init("By", "numawatch \(status.version)"))
        return facts
    }

    private func setVerdicts(_ verdicts: VerdictAnswer?, _ content: inout ReportContent) {
        guard let verdicts else {
            content.cards = .absent("Nothing judges here: the daemon is older than this program, or has just started.")
            return
        }
        // Of groups that are converged the line in the table says all there is.
        let entries = VerdictTable(verdicts.groups).sorted.filter { $0.record.verdict != .converged }
        let cards = (verdicts.host.map { [$0] } ?? []) + entries
        content.cards =
            cards.isEmpty
            ? .absent("There is no verdict yet.")
            : .value(cards.map { VerdictCard($0, round: verdicts.round).content })
        content.verdictTable = VerdictTable(verdicts.groups).table
    }

    private func setPast(_ content: inout ReportContent) {
        switch past {
        case .absent(let reason):
            content.heatMap = .absent(reason)
            content.curves = .absent(reason)
            content.events = .absent(reason)
        case .value(let range):
            content.heatMap =
                PastPictures.heatMap(range).map { .value($0) }
                ?? .absent("The history of this time holds nothing of nodes.")
            let curves = PastPictures.curves(range)
            content.curves =
                curves.isEmpty
                ? .absent("Of no group the history of this time holds the local share.") : .value(curves)
            content.events = .value(PastPictures.events(range))
        }
    }

    private func shares(_ groups: [GroupRecord], _ verdicts: VerdictAnswer?) -> ReportPart<[GroupShares]> {
        let entries = verdicts?.groups ?? []
        let shares = groups.sorted { $0.residentBytes > $1.residentBytes }.map { group in
            GroupShares(group, verdict: entries.first { $0.group == group.name }?.record)
        }
        guard shares.contains(where: { $0.bytesByNode != nil || $0.cpuNanosecondsByNode != nil }) else {
            return .absent("Where memory is and where threads ran is not known of any group.")
        }
        // Large first, and what nothing is known of last.
        return .value(
            shares.filter { $0.bytesByNode != nil || $0.cpuNanosecondsByNode != nil }
                + shares.filter { $0.bytesByNode == nil && $0.cpuNanosecondsByNode == nil })
    }

    private func cost(_ cost: CostReport) -> ReportPart<ReportTable> {
        source is DaemonClient
            ? .value(CostTable.table(cost)) : .absent("Nobody watches: the files were read once, for this report.")
    }

    private func liveEvents() async throws -> ReportPart<[ReportContent.Event]> {
        guard source is DaemonClient else { return .absent("There are no events without a daemon.") }
        return .value(
            try await source.events(after: 0).map {
                ReportContent.Event(
                    seconds: $0.wallClockNanoseconds / 1_000_000_000, severity: $0.severity, message: $0.message)
            })
    }
}
