package import Drawing
import Snapshots
import TextOutput

/// The local share of groups over time, one below the other. The dotted line is what the kernel aims at: where seven of ten
/// faults are local, it scans less often. The band behind says what was concluded meanwhile, in words where they fit.
package enum CurvesPicture {
    package static let groupLimit = 12
    private static let columnLimit = 240
    private static let left = 72.0
    private static let width = 560.0
    private static let height = 84.0
    private static let kernelAim = 0.7

    package static func draw(_ curves: [LocalityCurve], id: String) -> Picture {
        let shown = curves.prefix(groupLimit)
        var picture = Picture(
            id: id, title: "Local share over time",
            description: "The local share of \(shown.count) of \(curves.count) groups, with their verdicts", width: 720)
        var y = 6.0
        for curve in shown {
            draw(curve, at: y, &picture)
            y += height + 62
        }
        picture.height = y
        return picture
    }

    package static func table(_ curves: [LocalityCurve]) -> ReportTable {
        let shown = curves.prefix(groupLimit)
        let rows = 24
        let pooled = shown.map { $0.pooled(to: rows) }
        let count = pooled.map(\.count).max() ?? 0
        let start = shown.first?.startSeconds ?? 0
        let length = shown.first.map { Double($0.endSeconds - $0.startSeconds) / Double(max(1, count)) } ?? 0
        return ReportTable(
            "Mean local share of each \(Words.time(length))",
            columns: [.init("From (UTC)")] + shown.map { .init($0.name, isNumber: true) },
            rows: (0..<count).map { column in
                [TimeMarks.clock(start + UInt64(Double(column) * length))]
                    + pooled.map { Words.percent(column < $0.count ? $0[column] : nil) }
            })
    }

    private static func tone(_ verdict: Verdict) -> Palette.Tone {
        switch verdict {
        case .helping, .converged: .good
        case .hurting: .bad
        case .settled, .neutral, .cannotTell: .warning
        case .inactive: .faint
        }
    }

    private static func draw(_ curve: LocalityCurve, at top: Double, _ picture: inout Picture) {
        picture.text(curve.name, x: left, y: top + 12, size: 13, isBold: true, limit: width)
        let first = top + 20
        let bottom = first + height
        func x(_ seconds: UInt64) -> Double {
            let offset = Double(seconds) - Double(curve.startSeconds)
            return left + width * min(1, max(0, offset / Double(curve.endSeconds - curve.startSeconds)))
        }
        func y(_ share: Double) -> Double { bottom - height * min(1, max(0, share)) }
        for band in curve.bands {
            let (from, to) = (x(band.startSeconds), x(band.endSeconds))
            picture.rectangle(
                x: from, y: first, width: max(to - from, 1), height: height, fill: .solid(tone(band.verdict).tint))
            if TextMeasure.width(band.verdict.word, size: 11) < to - from - 6 {
                picture.text(band.verdict.word, x: from + 4, y: bottom - 5, size: 11, colour: tone(band.verdict).ink)
            }
        }
        for share in [0, 0.5, 1] {
            picture.line(from: (left, y(share)), to: (left + width, y(share)), Stroke(Palette.grid))
            picture.text(Words.percent(share), x: left - 6, y: y(share) + 4, size: 11, anchor: .end)
        }
        picture.line(
            from: (left, y(kernelAim)), to: (left + width, y(kernelAim)), Stroke(Palette.edge, dash: "2 3"))
        picture.text("the kernel’s aim", x: left + width + 6, y: y(kernelAim) + 4, size: 10)
        line(curve, y: y, &picture)
        for mark in TimeMarks.seconds(from: curve.startSeconds, to: curve.endSeconds) {
            picture.line(from: (x(mark), bottom), to: (x(mark), bottom + 4), Stroke(Palette.edge))
            picture.text(
                TimeMarks.clock(mark, withSeconds: mark % 60 != 0), x: x(mark), y: bottom + 16, size: 11,
                anchor: .middle)
        }
    }

    /// The line, broken where nothing is known; a point where only one value stands between two gaps.
    private static func line(_ curve: LocalityCurve, y: (Double) -> Double, _ picture: inout Picture) {
        let values = curve.pooled(to: columnLimit)
        guard !values.isEmpty else { return }
        let step = width / Double(values.count)
        var path = PathData()
        var isOpen = false
        for (column, value) in values.enumerated() {
            guard let value else {
                isOpen = false
                continue
            }
            let x = left + (Double(column) + 0.5) * step
            if isOpen {
                path.line(x, y(value))
            } else if column + 1 < values.count, values[column + 1] != nil {
                path.move(x, y(value))
                isOpen = true
            } else {
                picture.circle(x: x, y: y(value), radius: 2, fill: .solid(Palette.series[0]))
            }
        }
        picture.path(path, stroke: Stroke(Palette.series[0], width: 1.8))
    }
}
