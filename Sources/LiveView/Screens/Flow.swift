import NUMATopology
import Snapshots
import TextOutput

/// Who moves what where, and which rule let it.
extension TopModel {
    func flowLines(_ context: TableContext) -> [StyledLine] {
        let rates = context.rates
        let interval = rates.seconds.map { ", last \(Amount.time($0))" } ?? ""
        let moves = rates.tracedMoves ?? rates.moves()
        var lines = [StyledLine("Pages moved a second from node to node\(interval)", .heading)]
        lines += matrix(moves, context)
        lines.append(StyledLine())
        lines += rules(context)
        if let group = lists["overview"]?.selected ?? lists["groups"]?.selected ?? loudest(context) {
            lines.append(StyledLine())
            lines.append(StyledLine("The same of \(group)\(interval)", .heading))
            lines += matrix(rates.moves(group: group), context)
        }
        return lines
    }

    /// The group whose pages move most.
    private func loudest(_ context: TableContext) -> String? {
        context.sample.groups.max {
            (context.rates.movedPagesPerSecond(group: $0) ?? -1) < (context.rates.movedPagesPerSecond(group: $1) ?? -1)
        }?.name
    }

    /// One row for each source, one column for each target; a list where the nodes are too many for the screen.
    private func matrix(_ moves: [Rates.Move]?, _ context: TableContext) -> [StyledLine] {
        guard let moves else {
            return [StyledLine(" - (the model needs two rounds with readable ledgers)", .faint)]
        }
        let nodes = context.sample.nodes.nodes.map(\.totals.id)
        let width = 8
        guard !nodes.isEmpty, 10 + nodes.count * width <= columns else { return list(moves, context) }
        var heading = StyledLine("from \\ to", .heading)
        for node in nodes { heading.add("\(node)", width: width, .trailing, .heading) }
        return [heading]
            + nodes.map { source in
                var line = StyledLine()
                line.add("\(source)", width: 9, .trailing, .heading)
                for target in nodes {
                    let move = moves.first { $0.source == source && $0.target == target }
                    // Along the diagonal nothing is moved.
                    let text = source == target ? "." : move.map { figure($0, context).marked } ?? "0"
                    line.add(text, width: width, .trailing)
                }
                return line
            } + bounds(moves)
    }

    private func list(_ moves: [Rates.Move], _ context: TableContext) -> [StyledLine] {
        guard !moves.isEmpty else { return [" none"] }
        return moves.sorted { $0.perSecond > $1.perSecond }.map { move in
            var line = StyledLine()
            line.add("\(move.source)>\(move.target)", width: 9, .trailing, .heading)
            line.add(figure(move, context).marked, width: 9, .trailing)
            return line
        } + bounds(moves)
    }

    private func figure(_ move: Rates.Move, _ context: TableContext) -> Figure {
        .count(move.perSecond, context.isOld ? .old : move.mark)
    }

    /// Modelled amounts have bounds; those of the largest are told.
    private func bounds(_ moves: [Rates.Move]) -> [StyledLine] {
        let wide = moves.filter { $0.mark == .modelled && $0.highest - $0.lowest >= 0.1 }
            .sorted { $0.perSecond > $1.perSecond }.prefix(4)
        guard !wide.isEmpty else { return [] }
        let parts = wide.map { "\($0.source)>\($0.target) \(Amount.count($0.lowest)) to \(Amount.count($0.highest))" }
        return Fitting.wrap("m: modelled, within " + parts.joined(separator: ", "), to: columns - 1).map {
            StyledLine(" " + $0, .faint)
        }
    }

    private func rules(_ context: TableContext) -> [StyledLine] {
        guard let rules = context.rates.rules else {
            let state = context.sample.model?.tracing?.state ?? context.sample.status.tracing?.state
            let why =
                switch state {
                case .running?: "Rules are told from the second sample on."
                case .unavailable(let reason, _)?: "Which rule decided is not known: \(reason)"
                case .off?, nil:
                    "Which rule decided is told where hint faults are traced: Enabled=yes in [Tracing] of numawatchd.conf."
                }
            return Fitting.wrap(why.terminalSafe, to: columns).map { StyledLine($0, .faint) }
        }
        var heading = StyledLine("RULE", width: 16, .heading)
        heading.add("FAULTS/s", width: 10, .trailing, .heading)
        heading.add("MOVED/s", width: 10, .trailing, .heading)
        return [heading]
            + rules.sorted { $0.faults > $1.faults }.map { rule in
                var line = StyledLine(rule.rule, width: 16)
                line.add(Amount.count(rule.faults), width: 10, .trailing)
                line.add(Amount.count(rule.moved), width: 10, .trailing)
                return line
            }
    }
}

extension StyledLine {
    /// Text at the beginning, in so many columns.
    fileprivate init(_ text: String, width: Int, _ role: Role = .plain) {
        self.init()
        add(text, width: width, .leading, role)
    }
}
