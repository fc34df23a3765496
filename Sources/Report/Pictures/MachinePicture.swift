package import Drawing
import NUMATopology
import TextOutput

/// The machine: a box for each node, and lines between them by distance.
///
/// The nodes stand on a circle in the order in which the sum of the distances of neighbours is least, so that those that are
/// near are beside each other. Which of all orders that is, is tried out: of eight nodes there are 2520 up to turning and
/// mirroring, and the first of the best is taken, so that a machine looks the same each time. Lines of one distance look the
/// same: the nearer, the wider; and each distance has a dash of its own. With more than eight nodes the lines would hide each
/// other, and the picture is the matrix instead, in shades.
///
/// Example: nodes 0 to 3 where 0 is near 2, and 1 near 3 (distance 12, all others 32). The orders 0 1 2 3, 0 1 3 2 and
/// 0 2 1 3 are all that differ; their sums are 128, 32 + 12 + 32 + 12 = 88 and 12 + 32 + 12 + 32 = 88. The first of the two
/// best is taken: 0 1 3 2.
package enum MachinePicture {
    private static let circleLimit = 8

    package static func draw(_ machine: MachineShape, id: String) -> Picture {
        let nodes = machine.nodes
        let title = "The machine's nodes and their distances"
        var description =
            nodes.count == 1 ? "One node" : "\(nodes.count) nodes"
        if let distances = machine.distances, nodes.count > 1 {
            let others = Set(
                distances.indices.flatMap { row in distances.indices.filter { $0 != row }.map { distances[row][$0] } })
            description += "; distances between them: " + others.sorted().map(String.init).joined(separator: ", ")
        } else if nodes.count > 1 {
            description += "; their distances cannot be read"
        }
        let picture = Picture(id: id, title: title, description: description, width: 720)
        return nodes.count <= circleLimit ? circle(machine, picture) : matrix(machine, picture)
    }

    /// The alternative to the picture, and more than it has room for.
    package static func table(_ machine: MachineShape) -> ReportTable {
        var columns = [
            ReportTable.Column("Node"), .init("CPUs"), .init("Memory", isNumber: true), .init("Free", isNumber: true),
        ]
        let hasFirmware = machine.nodes.contains { $0.readLatencyNanoseconds != nil }
        let hasTiers = machine.nodes.contains { $0.memoryTier != nil }
        if hasFirmware { columns += [.init("Read", isNumber: true), .init("Bandwidth", isNumber: true)] }
        if hasTiers { columns.append(.init("Tier", isNumber: true)) }
        if machine.distances != nil { columns += machine.nodes.map { .init("to \($0.id)", isNumber: true) } }
        let rows = machine.nodes.enumerated().map { index, node in
            var row = [
                "\(node.id)", node.cpus.map { $0.isEmpty ? "none" : $0 } ?? Words.unknown,
                Words.bytes(node.memoryBytes), Words.bytes(node.freeBytes),
            ]
            if hasFirmware {
                row.append(node.readLatencyNanoseconds.map { "\($0) ns" } ?? Words.unknown)
                row.append(node.readBandwidthBytesPerSecond.map { String(bytes: Double($0)) + "/s" } ?? Words.unknown)
            }
            if hasTiers { row.append(node.memoryTier.map(String.init) ?? Words.unknown) }
            if let distances = machine.distances { row += distances[index].map(String.init) }
            return row
        }
        return ReportTable("Nodes and distances", columns: columns, rows: rows)
    }

    // MARK: Circle

    private static let box = (width: 168.0, height: 64.0)

    private static func circle(_ machine: MachineShape, _ picture: Picture) -> Picture {
        var picture = picture
        let order = order(machine)
        let count = order.count
        let radius = count == 1 ? (0.0, 0.0) : (250.0, count == 2 ? 0 : 70.0 + 16 * Double(count))
        picture.height = 2 * radius.1 + box.height + 24
        let centre = (picture.width / 2, radius.1 + box.height / 2 + 8)
        var places = [(Double, Double)](repeating: centre, count: count)
        for (position, node) in order.enumerated() where count > 1 {
            let (x, y) = directions[count]?[position] ?? (0, 0)
            places[node] = (centre.0 + radius.0 * x, centre.1 + radius.1 * y)
        }
        let legend = edges(machine, places, &picture)
        for (index, node) in machine.nodes.enumerated() { draw(node, at: places[index], &picture) }
        var y = picture.height + 12
        for (distance, stroke) in legend {
            picture.line(from: (24, y - 4), to: (84, y - 4), stroke)
            picture.text("distance \(distance)", x: 94, y: y)
            y += 18
        }
        picture.height = y
        return picture
    }

    /// Two to eight places around the circle, the first to the left: moved a little from where a sine would have them, so that
    /// the boxes, which are wider than high, stay clear of each other.
    private static let directions: [Int: [(Double, Double)]] = [
        2: [(-1, 0), (1, 0)],
        3: [(-1, 0.5), (0, -1), (1, 0.5)],
        4: [(-1, 0), (0, -1), (1, 0), (0, 1)],
        5: [(-1, 0.2), (-0.59, -0.9), (0.59, -0.9), (1, 0.2), (0, 1)],
        6: [(-1, 0), (-0.5, -0.87), (0.5, -0.87), (1, 0), (0.5, 0.87), (-0.5, 0.87)],
        7: [(-1, 0.1), (-0.72, -0.75), (0, -1), (0.72, -0.75), (1, 0.1), (0.5, 1), (-0.5, 1)],
        8: [(-1, -0.3), (-0.45, -1), (0.45, -1), (1, -0.3), (1, 0.4), (0.45, 1), (-0.45, 1), (-1, 0.4)],
    ]

    private static func edges(
        _ machine: MachineShape, _ places: [(Double, Double)], _ picture: inout Picture
    ) -> [(Int, Stroke)] {
        guard let distances = machine.distances, machine.nodes.count > 1 else { return [] }
        // A matrix that is not the same both ways shows the larger.
        func distance(_ one: Int, _ other: Int) -> Int { max(distances[one][other], distances[other][one]) }
        let pairs = machine.nodes.indices.flatMap { one in
            machine.nodes.indices.filter { $0 > one }.map { (one, $0) }
        }
        let kinds = Set(pairs.map { distance($0.0, $0.1) }).sorted()
        let strokes = kinds.enumerated().map { index, distance in
            let dash = Stroke.dashes[index % Stroke.dashes.count]
            return (distance, Stroke(Palette.edge, width: max(1.2, 4 - Double(index)), dash: dash))
        }
        for (one, other) in pairs.reversed() {
            let stroke = strokes.first { $0.0 == distance(one, other) }?.1 ?? Stroke(Palette.edge)
            picture.line(from: places[one], to: places[other], stroke)
        }
        // Few lines have room for their number; of many the legend tells.
        if machine.nodes.count <= 3 {
            for (one, other) in pairs {
                let middle = ((places[one].0 + places[other].0) / 2, (places[one].1 + places[other].1) / 2)
                let text = "\(distance(one, other))"
                let width = TextMeasure.width(text, size: 13) + 10
                picture.rectangle(
                    x: middle.0 - width / 2, y: middle.1 - 10, width: width, height: 20, fill: .solid(Palette.paper))
                picture.text(text, x: middle.0, y: middle.1 + 4.5, size: 13, anchor: .middle, isBold: true)
            }
        }
        return strokes
    }

    private static func draw(_ node: MachineShape.Node, at place: (Double, Double), _ picture: inout Picture) {
        let left = place.0 - box.width / 2
        let top = place.1 - box.height / 2
        let isMemoryOnly = node.cpus?.isEmpty ?? false
        picture.rectangle(
            x: left, y: top, width: box.width, height: box.height, fill: .solid(Palette.panel),
            stroke: Stroke(Palette.ink, width: 1.5, dash: isMemoryOnly ? "5 3" : nil), radius: 4)
        picture.text("node \(node.id)", x: place.0, y: top + 19, size: 14, anchor: .middle, isBold: true)
        let cpus = node.cpus.map { $0.isEmpty ? "memory only" : "CPUs \($0)" } ?? "CPUs -"
        picture.text(cpus, x: place.0, y: top + 36, anchor: .middle, limit: box.width - 12)
        let memory = "\(Words.bytes(node.memoryBytes)), \(Words.bytes(node.freeBytes)) free"
        picture.text(memory, x: place.0, y: top + 53, anchor: .middle, limit: box.width - 12)
    }

    /// Indices of nodes in the order in which they stand around the circle.
    package static func order(_ machine: MachineShape) -> [Int] {
        let all = Array(machine.nodes.indices)
        guard let distances = machine.distances, all.count > 3 else { return all }
        var best = (sum: Int.max, order: all)
        // The first stays where it is: turned around, an order is the same.
        var rest = Array(all.dropFirst())
        func sum(_ order: [Int]) -> Int {
            order.indices.reduce(0) { $0 + distances[order[$1]][order[($1 + 1) % order.count]] }
        }
        repeat {
            // Nor does the mirrored one tell anything.
            if rest[0] < rest[rest.count - 1] {
                let order = [0] + rest
                let length = sum(order)
                if length < best.sum { best = (length, order) }
            }
        } while nextPermutation(&rest)
        return best.order
    }

    /// The next order by the alphabet; false after the last.
    private static func nextPermutation(_ values: inout [Int]) -> Bool {
        guard let pivot = values.indices.dropLast().last(where: { values[$0] < values[$0 + 1] }),
            let swap = values.indices.last(where: { values[$0] > values[pivot] })
        else { return false }
        values.swapAt(pivot, swap)
        values[(pivot + 1)...].reverse()
        return true
    }

    // MARK: Matrix

    private static func matrix(_ machine: MachineShape, _ picture: Picture) -> Picture {
        var picture = picture
        guard let distances = machine.distances else {
            picture.height = 40
            picture.text("\(machine.nodes.count) nodes; their distances cannot be read", x: 8, y: 24)
            return picture
        }
        let count = Double(machine.nodes.count)
        let cell = min(24, 600 / count)
        let kinds = Set(distances.flatMap { $0 }).sorted()
        func shade(_ distance: Int) -> Colour {
            let place = kinds.firstIndex(of: distance) ?? 0
            return Palette.steps[kinds.count < 2 ? 0 : place * (Palette.steps.count - 1) / (kinds.count - 1)]
        }
        // Numbers of nodes where they have room.
        let every = max(1, Int((16 / cell).rounded(.up)))
        for (row, values) in distances.enumerated() {
            let y = 24 + Double(row) * cell
            if row % every == 0 {
                picture.text("\(machine.nodes[row].id)", x: 34, y: y + cell / 2 + 4, size: 11, anchor: .end)
                picture.text(
                    "\(machine.nodes[row].id)", x: 40 + (Double(row) + 0.5) * cell, y: 18, size: 11, anchor: .middle)
            }
            for (column, distance) in values.enumerated() {
                picture.rectangle(
                    x: 40 + Double(column) * cell, y: y, width: cell - 0.5, height: cell - 0.5,
                    fill: .solid(shade(distance)))
            }
        }
        var y = 24 + count * cell + 22
        var x = 40.0
        for distance in kinds {
            picture.rectangle(
                x: x, y: y - 11, width: 14, height: 14, fill: .solid(shade(distance)), stroke: Stroke(Palette.edge))
            picture.text("\(distance)", x: x + 20, y: y)
            x += 64
            if x > picture.width - 64 { (x, y) = (40, y + 20) }
        }
        picture.height = y + 12
        return picture
    }
}
