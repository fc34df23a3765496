import Snapshots
import TextOutput

/// What keys do.
extension TopModel {
    mutating func press(_ key: Key) -> [Effect] {
        note = ""
        if prompt != nil { return type(key) }
        guard let action = KeyBinding.action(of: key, in: view) else { return [] }
        return perform(action)
    }

    mutating func perform(_ action: Action) -> [Effect] {
        let before = settings
        switch action {
        case .quit: return [.quit]
        case .back: goBack()
        case .help: if view != .help { open(.help) }
        case .open(let number): restart(at: View.numbered[number])
        case .nextScreen: turn(1)
        case .previousScreen: turn(-1)
        case .move(let lines): move(lines)
        case .page(let pages): move(pages * max(1, pageRows - 1))
        case .first: move(Int.min)
        case .last: move(Int.max)
        case .enter: enter()
        case .sort: prompt = Prompt(purpose: .sort)
        case .sortLeft: sortBeside(-1)
        case .sortRight: sortBeside(1)
        case .reverse: reverse()
        case .search: prompt = Prompt(purpose: .search)
        case .searchNext: find(1)
        case .searchPrevious: find(-1)
        case .filter: prompt = Prompt(purpose: .filter, text: settings.filter)
        case .freeze: freeze()
        case .olderSample: return step(-1)
        case .newerSample: return step(1)
        case .jump: prompt = Prompt(purpose: .jump)
        case .live: goLive()
        case .card: openCard()
        case .explain: if let id = selectedID.flatMap({ Int32($0) }) { open(.story(id: id)) }
        case .whatIf:
            note = "What other settings would have done is told of a recording: numawatch record, then replay --set."
        case .copy: copyAdvice()
        case .hideIdle: settings.hidesIdle.toggle()
        case .widen: settings.interval = Self.beside(settings.interval, 1)
        case .narrow: settings.interval = Self.beside(settings.interval, -1)
        case .units: settings.units = settings.units.next
        case .previousCPU: stepCPU(-1)
        case .nextCPU: stepCPU(1)
        case .dump: return [.dump(frame().text)]
        }
        return before == settings ? [] : [.remember(settings)]
    }

    // MARK: Views

    mutating func open(_ view: View) {
        views.append(view)
        scroll = 0
        if view.isList { lists[view.name] = nil }
    }

    private mutating func goBack() {
        if views.count > 1 { views.removeLast() }
        scroll = 0
    }

    private mutating func restart(at view: View) {
        views = [view]
        scroll = 0
    }

    private mutating func turn(_ by: Int) {
        let place = View.numbered.firstIndex(of: views[0]) ?? 0
        let count = View.numbered.count
        restart(at: View.numbered[(place + by + count) % count])
    }

    private mutating func enter() {
        guard let id = selectedID else { return }
        switch view {
        case .overview, .groups: open(.processes(group: id))
        case .processes: if let pid = Int32(id) { open(.threads(pid: pid)) }
        case .threads: if let tid = Int32(id) { open(.story(id: tid)) }
        default: break
        }
    }

    private mutating func openCard() {
        switch view {
        case .overview, .groups: open(.card(group: selectedID))
        case .processes(let group):
            let pid = selectedID.flatMap { Int32($0) }
            let record = place.flatMap { ring.samples[$0].processes?.first { $0.identity.pid == pid } }
            open(.card(group: record?.groupName ?? group))
        default: open(.card(group: nil))
        }
    }

    // MARK: Lines

    private mutating func move(_ lines: Int) {
        guard let list = list(of: view) else {
            scroll = min(max(0, scroll.addingClamped(lines)), max(0, lineCount - pageRows))
            return
        }
        let place = selection(in: list, of: view) ?? 0
        select(place.addingClamped(lines), in: list, of: view)
    }

    private mutating func find(_ by: Int) {
        guard !searched.isEmpty, let list = list(of: view), !list.rows.isEmpty else { return }
        let start = selection(in: list, of: view) ?? 0
        let count = list.rows.count
        let wanted = searched.lowercased()
        for step in 1...count {
            let place = ((start + by * step) % count + count) % count
            if list.rows[place].text.lowercased().contains(wanted) { return select(place, in: list, of: view) }
        }
        note = "No line holds “\(searched)”."
    }

    // MARK: Order

    private mutating func sortBeside(_ by: Int) {
        guard let list = list(of: view), !list.headings.isEmpty else { return }
        let titles = list.headings.map(\.title)
        let place = settings.orders[view.name].flatMap { titles.firstIndex(of: $0.title) }
        let next = place.map { min(max(0, $0 + by), titles.count - 1) } ?? (by > 0 ? 0 : titles.count - 1)
        settings.orders[view.name] = TopSettings.Order(title: titles[next])
    }

    private mutating func reverse() {
        guard var order = settings.orders[view.name] else {
            note = "The usual order has no other way round: choose a column with S, < or >."
            return
        }
        order.isReversed.toggle()
        settings.orders[view.name] = order
    }

    private static func beside(_ interval: TopSettings.Interval, _ by: Int) -> TopSettings.Interval {
        let all = TopSettings.Interval.allCases
        let place = (all.firstIndex(of: interval) ?? 0) + by
        return all[min(max(0, place), all.count - 1)]
    }

    private mutating func copyAdvice() {
        let group: String? =
            switch view {
            case .card(let group): group
            default: selectedID
            }
        let verdicts = place.flatMap { ring.samples[$0].verdicts }
        let entry = group.map { verdicts?.groups[$0] } ?? verdicts?.host
        note = entry?.advice.lazy.flatMap(\.commands).first ?? "There is no advice with a command."
    }

    private mutating func stepCPU(_ by: Int) {
        guard let place else { return }
        let cpus = ring.samples[place].nodes.nodes.compactMap(\.totals.cpus).flatMap { Array($0) }.sorted()
        guard !cpus.isEmpty else { return }
        let index = cpu.flatMap { cpus.firstIndex(of: $0) }.map { $0 + by } ?? (by > 0 ? 0 : cpus.count - 1)
        cpu = cpus.indices.contains(index) ? cpus[index] : nil
    }
}

extension Int {
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
