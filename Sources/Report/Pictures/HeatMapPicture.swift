package import Drawing
import TextOutput

/// Strips of node × time: a column for each piece of time, the darker the more, with the numbers of the shades beside it.
///
/// Size counts here: a day is 480 columns for each node and figure. All cells of one shade of one row are one path of marks,
/// drawn by a stroke as wide as the row: `M102 40h3M190 40h1`; neighbours of one shade are one mark.
package enum HeatMapPicture {
    package static let columnLimit = 480
    private static let left = 72.0
    private static let plotWidth = 560.0

    package static func draw(_ map: HeatMap, id: String) -> Picture {
        let pooled = map.pooled(to: columnLimit)
        let span = Words.time(Double(map.endSeconds - map.startSeconds))
        var picture = Picture(
            id: id, title: "Nodes over time",
            description: "For each node over \(span): " + map.strips.map(\.title).joined(separator: "; "), width: 720)
        var y = 14.0
        let bottom = pooled.strips.reduce(y) { $0 + height(of: $1) }
        marks(map, from: y + 6, to: bottom, &picture)
        for strip in pooled.strips {
            draw(strip, columns: pooled.columnCount, at: y, &picture)
            y += height(of: strip)
        }
        axis(map, at: y, &picture)
        picture.height = y + 26
        return picture
    }

    /// Some rows of the data: as many as a person reads.
    package static func table(_ map: HeatMap) -> ReportTable {
        let series = map.strips.flatMap { strip in strip.rows.map { (strip, $0) } }
        let rows = max(6, min(48, 1500 / max(1, series.count)))
        let pooled = map.pooled(to: rows)
        let count = pooled.columnCount
        // The last column may be a shorter one: times count whole ones.
        let size = count == 0 ? 1 : (map.columnCount + rows - 1) / max(1, rows)
        let length = Double(map.endSeconds - map.startSeconds) / Double(max(1, map.columnCount)) * Double(max(1, size))
        let columns =
            [ReportTable.Column("From (UTC)")]
            + series.map { ReportTable.Column("\($0.0.title), \($0.1.label)", isNumber: true) }
        let lines = (0..<count).map { column in
            let start = map.startSeconds + UInt64(Double(column) * length)
            return [TimeMarks.clock(start)]
                + pooled.strips.flatMap { strip in
                    strip.rows.map { row in
                        text(column < row.values.count ? row.values[column] : nil, strip.unit)
                    }
                }
        }
        return ReportTable(
            "The largest of each \(Words.time(length))", columns: columns, rows: lines)
    }

    static func text(_ value: Double?, _ unit: HeatMap.Strip.Unit) -> String {
        guard let value else { return Words.unknown }
        return switch unit {
        case .share: Words.percent(value)
        case .bytes: String(bytes: value)
        case .perSecond: Words.count(value)
        }
    }

    // MARK: Strips

    private static func rowHeight(_ strip: HeatMap.Strip) -> Double {
        strip.rows.count <= 8 ? 16 : max(3, 128 / Double(strip.rows.count))
    }

    private static func height(of strip: HeatMap.Strip) -> Double {
        26 + max(Double(strip.rows.count) * rowHeight(strip), 48) + 12
    }

    private static func draw(_ strip: HeatMap.Strip, columns: Int, at top: Double, _ picture: inout Picture) {
        let height = rowHeight(strip)
        let values = strip.rows.flatMap { $0.values.compactMap { $0 } }
        let scale = NumberScale(
            largest: strip.unit == .share ? 1 : values.max() ?? 0, isBinary: strip.unit == .bytes)
        picture.text(strip.title, x: left, y: top + 18, size: 13, isBold: true)
        let first = top + 26
        // Numbers of nodes where they have room.
        let every = max(1, Int((13 / height).rounded(.up)))
        for (index, row) in strip.rows.enumerated() {
            let y = first + Double(index) * height
            if index % every == 0 {
                picture.text(
                    row.label, x: left - 6, y: y + min(height, 16) / 2 + 4, size: 11, anchor: .end, limit: left - 10)
            }
            draw(row, columns: columns, y: y, height: height, maximum: scale.maximum, &picture)
        }
        legend(strip.unit, scale.maximum, hasGaps: hasGaps(strip, columns), at: first, &picture)
    }

    private static func hasGaps(_ strip: HeatMap.Strip, _ columns: Int) -> Bool {
        strip.rows.contains { $0.values.count < columns || $0.values.contains { $0 == nil } }
    }

    private static func draw(
        _ row: HeatMap.Row, columns: Int, y: Double, height: Double, maximum: Double, _ picture: inout Picture
    ) {
        guard columns > 0 else { return }
        let width = plotWidth / Double(columns)
        var shades = [PathData](repeating: PathData(), count: Palette.steps.count)
        var start = 0
        func shade(_ column: Int) -> Int? {
            guard column < row.values.count, let value = row.values[column] else { return nil }
            return Palette.step(value / maximum)
        }
        while start < columns {
            let step = shade(start)
            var end = start + 1
            while end < columns, shade(end) == step { end += 1 }
            let x = left + Double(start) * width
            let length = Double(end - start) * width
            if let step {
                shades[step].run(from: x, y + height / 2, length: length)
            } else {
                picture.rectangle(x: x, y: y, width: length, height: height, fill: .hatch(.unknown))
            }
            start = end
        }
        for (step, path) in shades.enumerated() {
            picture.path(path, stroke: Stroke(Palette.steps[step], width: height - 0.5))
        }
    }

    private static func legend(
        _ unit: HeatMap.Strip.Unit, _ maximum: Double, hasGaps: Bool, at top: Double, _ picture: inout Picture
    ) {
        let x = left + plotWidth + 10
        let size = 10.0
        let shown = Array(Palette.steps.enumerated().reversed())
        for (position, (step, colour)) in shown.enumerated() where position % 2 == 0 || step == 0 {
            let y = top + Double(position / 2) * (size + 3)
            picture.rectangle(
                x: x, y: y, width: size, height: size, fill: .solid(colour), stroke: Stroke(Palette.edge, width: 0.5))
            let low = text(maximum * Double(step) / Double(Palette.steps.count), unit)
            picture.text(step == 0 ? "less" : "\(low) up", x: x + size + 5, y: y + 9, size: 11)
        }
        guard hasGaps else { return }
        let y = top + 4 * (size + 3)
        picture.rectangle(
            x: x, y: y, width: size, height: size, fill: .hatch(.unknown), stroke: Stroke(Palette.edge, width: 0.5))
        picture.text("no data", x: x + size + 5, y: y + 9, size: 11)
    }

    // MARK: Time

    private static func x(_ seconds: UInt64, _ map: HeatMap) -> Double {
        let offset = Double(seconds) - Double(map.startSeconds)
        return left + plotWidth * min(1, max(0, offset / Double(map.endSeconds - map.startSeconds)))
    }

    private static func axis(_ map: HeatMap, at y: Double, _ picture: inout Picture) {
        let marks = TimeMarks.seconds(from: map.startSeconds, to: map.endSeconds)
        picture.line(from: (left, y), to: (left + plotWidth, y), Stroke(Palette.edge))
        for mark in marks {
            let x = x(mark, map)
            picture.line(from: (x, y), to: (x, y + 5), Stroke(Palette.edge))
            picture.text(
                TimeMarks.clock(mark, withSeconds: mark % 60 != 0), x: x, y: y + 18, size: 11, anchor: .middle)
        }
        picture.text("UTC", x: left + plotWidth + 24, y: y + 18, size: 11)
    }

    /// A line down through all strips for each event; of many at one place one.
    private static func marks(_ map: HeatMap, from top: Double, to bottom: Double, _ picture: inout Picture) {
        var last = -10.0
        for mark in map.marks.sorted() where mark >= map.startSeconds && mark <= map.endSeconds {
            let x = x(mark, map)
            guard x - last >= 3 else { continue }
            last = x
            var triangle = PathData()
            triangle.move(x - 4, top - 8)
            triangle.line(x + 4, top - 8)
            triangle.line(x, top)
            triangle.close()
            picture.path(triangle, fill: .solid(Palette.Tone.bad.ink))
            picture.line(from: (x, top), to: (x, bottom), Stroke(Palette.edge, width: 0.5, dash: "2 3"))
        }
    }
}
