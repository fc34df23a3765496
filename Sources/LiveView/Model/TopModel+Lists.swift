import NUMATopology
import Snapshots

/// The lists of the views, filtered and in order.
extension TopModel {
    /// The list of a view; nil for views that have none, and before the first sample.
    func list(of view: View) -> ListContent? {
        guard let context else { return nil }
        let sample = context.sample
        let hidden = settings.hidden[view.name] ?? []
        var list: ListContent
        switch view {
        case .overview:
            list = groupList(Self.byLoss(sample), Column<GroupRecord>.overview, context, hidden)
        case .groups:
            let groups = sample.groups.sorted { $0.residentBytes > $1.residentBytes }
            list = groupList(groups, Column<GroupRecord>.placement, context, hidden)
        case .processes(let group):
            let all = (sample.processes ?? []).filter { group == nil || $0.groupName == group }
            let rates = context.rates
            list = ListContent(
                all.sorted { $0.residentBytes > $1.residentBytes }, columns: Column<ProcessRecord>.all,
                context: context, hidden: hidden, identify: { "\($0.identity.pid)" },
                text: { "\($0.identity.pid) \($0.command) \($0.groupName) \($0.uid.map(String.init) ?? "")" },
                isIdle: { rates.cpus(process: $0).map { $0 < 0.001 } ?? false })
        case .threads(let pid):
            let answer = sample.process.flatMap { $0.process.identity.pid == pid ? $0 : nil }
            let rates = context.rates
            list = ListContent(
                answer?.process.threads ?? [], columns: Column<ThreadRecord>.all, context: context, hidden: hidden,
                identify: { "\($0.tid)" }, text: { "\($0.tid) \($0.command)" },
                isIdle: { rates.cpus(thread: $0).map { $0 < 0.001 } ?? false })
        default: return nil
        }
        if !settings.filter.isEmpty, let filter = try? Regex(settings.filter).ignoresCase() {
            list.rows.removeAll { $0.text.firstMatch(of: filter) == nil }
        }
        if settings.hidesIdle { list.rows.removeAll(where: \.isIdle) }
        if let order = settings.orders[view.name] { list.sort(order) }
        return list
    }

    private func groupList(
        _ groups: [GroupRecord], _ columns: [Column<GroupRecord>], _ context: TableContext, _ hidden: Set<String>
    ) -> ListContent {
        let rates = context.rates
        let commands = Dictionary(
            grouping: context.sample.processes ?? [], by: \.groupName)
        return ListContent(
            groups, columns: columns, context: context, hidden: hidden, identify: \.name,
            text: { group in
                let processes = (commands[group.name] ?? []).map { "\($0.identity.pid) \($0.command)" }
                let words = [group.name, group.title ?? ""] + group.pids.map(String.init) + processes
                return words.joined(separator: " ")
            },
            isIdle: { group in
                (rates.movedPagesPerSecond(group: group) ?? 0) == 0
                    && (rates.cpus(group: group).map { $0 < 0.001 } ?? false)
            })
    }

    /// The usual order of the overview: what loses most CPU time first, so that the top line is the one to look at; those
    /// without a verdict follow by memory.
    private static func byLoss(_ sample: LiveSample) -> [GroupRecord] {
        func loss(_ group: GroupRecord) -> Double? {
            sample.verdicts?.groups[group.name].flatMap { entry in
                entry.record.lostRatio.map { $0 * (group.cpuNanosecondsByNode.map { Double($0.total) } ?? 1) }
            }
        }
        let keyed = sample.groups.map { (group: $0, loss: loss($0)) }
        return keyed.sorted { left, right in
            switch (left.loss, right.loss) {
            case (let left?, let right?) where left != right: return left > right
            case (.some, nil): return true
            case (nil, .some): return false
            default:
                return left.group.residentBytes != right.group.residentBytes
                    ? left.group.residentBytes > right.group.residentBytes : left.group.name < right.group.name
            }
        }.map(\.group)
    }

    // MARK: The chosen row

    /// The place of the chosen row; nil in an empty list. Where the row is gone, the first one is chosen.
    func selection(in list: ListContent, of view: View) -> Int? {
        guard !list.rows.isEmpty else { return nil }
        guard let id = lists[view.name]?.selected else { return 0 }
        return list.rows.firstIndex { $0.id == id } ?? 0
    }

    mutating func select(_ place: Int, in list: ListContent, of view: View) {
        guard !list.rows.isEmpty else { return }
        lists[view.name, default: ListState()].selected = list.rows[min(max(0, place), list.rows.count - 1)].id
    }

    /// The chosen row's identity.
    var selectedID: String? {
        guard let list = list(of: view), let place = selection(in: list, of: view) else { return nil }
        return list.rows[place].id
    }
}
