package import Drawing
import NUMATopology
import TextOutput

/// Who moved what where: nodes to the left, nodes to the right, and ribbons between them as wide as the pages are many. Of each
/// ribbon the part that was undone is hatched: two hatched ribbons that cross, of one width, are pages that go to and fro.
package enum FlowPicture {
    private static let nodeLimit = 8

    package static func draw(_ flow: NodeFlow, id: String) -> Picture {
        let knows = flow.moves.allSatisfy { $0.undoneShare != nil }
        let undone = flow.moves.reduce(0) { $0 + $1.pages * ($1.undoneShare ?? 0) }
        var description = "\(Words.count(flow.pages)) pages moved between \(flow.nodes.count) nodes"
        if flow.pages > 0 {
            description +=
                knows ? ", \(Words.percent(undone / flow.pages)) of them undone" : "; whether they stayed is not seen"
        }
        let picture = Picture(
            id: id, title: "Pages moved between nodes: \(flow.subject)", description: description, width: 720)
        return flow.nodes.count <= nodeLimit ? ribbons(flow, picture) : bars(flow, picture)
    }

    package static func table(_ flow: NodeFlow) -> ReportTable {
        ReportTable(
            "Pages moved, \(flow.source): \(flow.subject)",
            columns: [
                .init("From node"), .init("To node", isNumber: true), .init("Pages", isNumber: true),
                .init("Undone", isNumber: true),
            ],
            rows: flow.moves.sorted { $0.pages > $1.pages }.map { move in
                [
                    "\(move.source)", "\(move.target)", Words.count(move.pages), Words.percent(move.undoneShare),
                ]
            })
    }

    // MARK: Ribbons

    private static let barHeight = 260.0
    private static let gap = 18.0

    private static func ribbons(_ flow: NodeFlow, _ picture: Picture) -> Picture {
        var picture = picture
        let top = 30.0
        picture.text("from", x: 130, y: 18, anchor: .end, colour: Palette.faintInk)
        picture.text("to", x: 590, y: 18, colour: Palette.faintInk)
        guard flow.pages > 0 else {
            picture.height = 60
            picture.text("No page moved.", x: 300, y: 40)
            return picture
        }
        let scale = barHeight / flow.pages
        let sums = flow.nodes.map { node in
            (
                out: flow.moves.filter { $0.source == node }.reduce(0) { $0 + $1.pages },
                into: flow.moves.filter { $0.target == node }.reduce(0) { $0 + $1.pages }
            )
        }
        var leftTops: [NodeID: Double] = [:]
        var rightTops: [NodeID: Double] = [:]
        var (left, right) = (top, top)
        for (node, sum) in zip(flow.nodes, sums) {
            leftTops[node] = left
            rightTops[node] = right
            end(node, sum.out, x: 140, y: left, height: sum.out * scale, isLeft: true, &picture)
            end(node, sum.into, x: 566, y: right, height: sum.into * scale, isLeft: false, &picture)
            left += max(sum.out * scale, 8) + gap
            right += max(sum.into * scale, 8) + gap
        }
        for move in flow.moves {
            let height = move.pages * scale
            let (from, to) = (leftTops[move.source] ?? top, rightTops[move.target] ?? top)
            leftTops[move.source] = from + height
            rightTops[move.target] = to + height
            let number = flow.nodes.firstIndex(of: move.source) ?? 0
            let colour = Palette.series[number % Palette.series.count]
            let undone = height * (move.undoneShare ?? 0)
            ribbon(
                from: from, to: to, height: height - undone,
                fill: .solid(colour.mixed(with: Palette.paper, share: 0.35)), colour, &picture)
            ribbon(
                from: from + height - undone, to: to + height - undone, height: undone,
                fill: .hatch(Hatch(.rising, colour)), colour, &picture)
        }
        picture.height = max(left, right) + 30
        legend(flow, at: picture.height - 16, &picture)
        return picture
    }

    private static func end(
        _ node: NodeID, _ pages: Double, x: Double, y: Double, height: Double, isLeft: Bool, _ picture: inout Picture
    ) {
        picture.rectangle(x: x, y: y, width: 14, height: max(height, 2), fill: .solid(Palette.ink))
        let text = "node \(node): \(Words.count(pages))"
        picture.text(
            text, x: isLeft ? x - 8 : x + 22, y: y + max(height, 8) / 2 + 4, anchor: isLeft ? .end : .start)
    }

    private static func ribbon(
        from left: Double, to right: Double, height: Double, fill: Paint, _ edge: Colour, _ picture: inout Picture
    ) {
        guard height > 0.05 else { return }
        let (x1, x2) = (154.0, 566.0)
        let bend = (x1 + x2) / 2
        var path = PathData()
        path.move(x1, left)
        path.curve(bend, left, bend, right, x2, right)
        path.line(x2, right + height)
        path.curve(bend, right + height, bend, left + height, x1, left + height)
        path.close()
        picture.path(path, fill: fill, stroke: Stroke(edge, width: 0.75))
    }

    private static func legend(_ flow: NodeFlow, at y: Double, _ picture: inout Picture) {
        guard flow.moves.contains(where: { $0.undoneShare != nil }) else {
            picture.text("Whether the pages stayed is not seen.", x: 140, y: y, colour: Palette.faintInk)
            return
        }
        let colour = Palette.series[0]
        let shown: [(Paint, String)] = [
            (.solid(colour.mixed(with: Palette.paper, share: 0.35)), "stayed"),
            (.hatch(Hatch(.rising, colour)), "undone: went back later"),
        ]
        var x = 140.0
        for (paint, words) in shown {
            picture.rectangle(x: x, y: y - 11, width: 22, height: 14, fill: paint, stroke: Stroke(colour, width: 0.75))
            picture.text(words, x: x + 30, y: y)
            x += 110
        }
    }

    // MARK: Bars

    /// Of many nodes the pairs that moved most: ribbons would hide each other.
    private static func bars(_ flow: NodeFlow, _ picture: Picture) -> Picture {
        var picture = picture
        let shown = flow.moves.sorted { $0.pages > $1.pages }.prefix(12)
        let largest = shown.first?.pages ?? 1
        var y = 24.0
        picture.text("The pairs of nodes that moved most", x: 8, y: 16, colour: Palette.faintInk)
        for move in shown {
            let width = 480 * move.pages / largest
            let undone = width * (move.undoneShare ?? 0)
            let colour = Palette.series[0]
            picture.text("\(move.source) → \(move.target)", x: 96, y: y + 14, anchor: .end)
            picture.rectangle(
                x: 104, y: y + 3, width: width - undone, height: 15,
                fill: .solid(colour.mixed(with: Palette.paper, share: 0.35)))
            picture.rectangle(
                x: 104 + width - undone, y: y + 3, width: undone, height: 15, fill: .hatch(Hatch(.rising, colour)))
            picture.text(Words.count(move.pages), x: 110 + width, y: y + 14)
            y += 22
        }
        picture.height = y + 30
        legend(flow, at: y + 20, &picture)
        return picture
    }
}
