import NUMATopology
import Snapshots
import TextOutput

/// The overview: the host's verdict, its nodes, the groups that lose most, the newest events.
extension TopModel {
    func overviewPage(_ context: TableContext) -> Page {
        guard let list = list(of: .overview) else {
            return Page(header: [], content: .lines([]), keys: "q quit")
        }
        let sample = context.sample
        var header = [titleLine(context), verdictLine(sample), countersLine(context)]
        // At the design size of 24 rows four nodes fit, and seven groups below them.
        let nodeRoom = max(2, (rows - 16) / 2)
        let nodes = sample.nodes.nodes
        let shown = nodes.count <= nodeRoom ? nodes : Array(nodes.prefix(nodeRoom - 1))
        header.append(nodeHeading)
        header += shown.map { nodeLine($0, sample) }
        if shown.count < nodes.count {
            header.append(StyledLine(" \(nodes.count - shown.count) more nodes: 5 shows them", .faint))
        }
        header += [movesLine(context), ruleLine(list)]
        let events = sample.events.suffix(2).reversed().map(Self.eventLine)
        let footer = [StyledLine(String(repeating: "-", count: columns), .faint)] + events
        return Page(
            header: header, content: .list(list),
            footer: footer + Array(repeating: StyledLine(), count: 2 - events.count),
            keys: "?help Enter open  v verdict  / find  S sort  space freeze  , . step  J jump  q")
    }

    // MARK: Nodes

    private var barWidth: Int { columns >= 80 ? 15 : 8 }
    /// What stands behind the bars, as far as there is room.
    private var nodeTitles: [String] {
        Array(["FREE", "ANON", "FILE", "THR", "PREF"].prefix(max(0, columns - 5 - 2 * (barWidth + 7)) / 6))
    }

    private var nodeHeading: StyledLine {
        var line = StyledLine("NODE ", .heading)
        line.add("CPU", width: barWidth + 7, .leading, .heading)
        line.add("MEMORY", width: barWidth + 7, .leading, .heading)
        for title in nodeTitles { line.add(title, width: 6, .trailing, .heading) }
        return line
    }

    private func nodeLine(_ node: NodesAnswer.Node, _ sample: LiveSample) -> StyledLine {
        let totals = node.totals
        let total = totals.meminfoBytes("MemTotal")
        let used = total.flatMap { total in
            totals.meminfoBytes("MemFree").flatMap { total > 0 ? 1 - Double($0) / Double(total) : nil }
        }
        var line = StyledLine()
        line.add("\(totals.id)", width: 4, .trailing)
        line.add(" ")
        // A node without CPUs is not one that idles.
        line.add(totals.cpus?.isEmpty == true ? "no CPUs" : bar(totals.busyShare), width: barWidth + 7, .leading)
        line.add(bar(used), width: barWidth + 7, .leading)
        let cells = [
            memory(totals.meminfoBytes("MemFree"), total), memory(totals.meminfoBytes("AnonPages"), total),
            memory(totals.meminfoBytes("FilePages"), total),
            Figure.count(threads(on: totals.id, sample)).text,
            Figure.count(preferring(totals.id, sample)).text,
        ]
        for cell in cells.prefix(nodeTitles.count) { line.add(cell, width: 6, .trailing) }
        return line
    }

    private func memory(_ bytes: UInt64?, _ total: UInt64?) -> String {
        context?.memory(bytes, of: total).text ?? Figure.missing.text
    }

    /// `[||||||||        ] 50%`
    private func bar(_ share: Double?) -> String {
        guard let share, share.isFinite else { return "[" + String(repeating: " ", count: barWidth) + "]   -" }
        let filled = min(barWidth, Int((min(1, max(0, share)) * Double(barWidth)).rounded()))
        let percent = String(fixed: share * 100, decimals: 0)
        return "[" + String(repeating: "|", count: filled) + String(repeating: " ", count: barWidth - filled) + "]"
            + String(repeating: " ", count: max(0, 3 - percent.count)) + percent + "%"
    }

    /// Threads on a node; nil where those of a group are not known.
    private func threads(on node: NodeID, _ sample: LiveSample) -> Int? {
        let located = sample.groups.map(\.threadsByNode.whereLocated)
        return located.contains(nil) ? nil : located.reduce(0) { $0 + ($1?[node] ?? 0) }
    }

    /// Tasks that the kernel prefers a node for; nil where no ledger is readable.
    private func preferring(_ node: NodeID, _ sample: LiveSample) -> Int? {
        let ledgers = sample.groups.compactMap(\.ledger)
        return ledgers.isEmpty ? nil : ledgers.reduce(0) { $0 + $1.tasksByPreferredNode[node] }
    }

    /// ` moved pages/s 0>1 9.4km  1>0 9.3km   tiering off`
    private func movesLine(_ context: TableContext) -> StyledLine {
        var line = StyledLine(" moved pages/s")
        if let moves = context.rates.tracedMoves ?? context.rates.moves() {
            let largest = moves.sorted { $0.perSecond > $1.perSecond }.prefix(4)
            for move in largest {
                let figure = Figure.count(move.perSecond, context.isOld ? .old : move.mark)
                line.add(" \(move.source)>\(move.target) \(figure.marked) ")
            }
            if largest.isEmpty { line.add(" none") }
            if moves.count > largest.count { line.add(" and \(moves.count - largest.count) more") }
        } else {
            line.add(" -")
        }
        if let mode = context.sample.status.host.balancingMode {
            line.add("   tiering \(mode & 2 != 0 ? "on" : "off")")
        }
        let cost = context.sample.status.cost
        line.add("   watching \(String(fixed: cost.cpuShare * 100, decimals: 1))% of a CPU")
        return line
    }

    // MARK: Events

    /// `!14:31:50 page ping-pong …`: what calls for a look has a `!` before it.
    static func eventLine(_ event: ObservedEvent) -> StyledLine {
        var line = StyledLine(
            event.severity == .notice ? " " : "!", event.severity == .notice ? .plain : .bad)
        line.add(Clock.time(event.wallClockNanoseconds) + " ", .faint)
        line.add(event.message)
        return line
    }
}
