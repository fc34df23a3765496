package import History
import NUMATopology
import Snapshots

/// What a history gives to the report: figures over time, moves, events.
package enum PastPictures {
    /// The columns of a range: evenly spaced, also over what is missing.
    struct Columns {
        let startSeconds: UInt64
        let endSeconds: UInt64
        let count: Int
        private let places: [Int?]

        init(_ range: HistoryRange) {
            let step = max(1_000_000_000, range.stepNanoseconds ?? 5_000_000_000)
            let span = range.untilNanoseconds - min(range.sinceNanoseconds, range.untilNanoseconds)
            let count = Int(max(1, (span + step - 1) / step))
            self.count = count
            startSeconds = range.sinceNanoseconds / 1_000_000_000
            endSeconds = startSeconds + UInt64(count) * (step / 1_000_000_000)
            places = range.times.map { time in
                guard time > range.sinceNanoseconds else { return nil }
                // A step is known by its end.
                let column = Int((time - range.sinceNanoseconds - 1) / step)
                return column < count ? column : nil
            }
        }

        /// Values by place of the range as values by column.
        func spread(_ values: [Double?]) -> [Double?] {
            var result = [Double?](repeating: nil, count: count)
            for (place, value) in zip(places, values) {
                if let place, let value { result[place] = value }
            }
            return result
        }
    }

    // MARK: Nodes

    /// - Returns: nil where nothing is known of any node.
    package static func heatMap(_ range: HistoryRange) -> HeatMap? {
        let nodes = range.nodes.compactMap { series in
            if case .node(let id) = series.scope { (id: id, series: series) } else { nil }
        }
        guard !nodes.isEmpty, !range.times.isEmpty else { return nil }
        let columns = Columns(range)
        func strip(
            _ title: String, _ unit: HeatMap.Strip.Unit, _ values: (NodeID, HistorySeries) -> [Double?]?
        ) -> HeatMap.Strip? {
            let rows = nodes.map { node in
                HeatMap.Row(
                    label: "node \(node.id)", values: columns.spread(values(node.id, node.series) ?? []))
            }
            return rows.contains { $0.values.contains { $0 != nil } }
                ? HeatMap.Strip(title: title, unit: unit, rows: rows) : nil
        }
        let strips = [
            strip("remote share of memory traffic", .share) { _, series in
                let all = range.figures(HistoryKey(.trafficBytesPerSecond), of: series)
                let local = range.figures(HistoryKey(.localTrafficBytesPerSecond), of: series)
                return zip(all, local).map(Self.remainder)
            }
                ?? strip("share of new pages that went to tasks of other nodes", .share) { _, series in
                    let other = range.figures(HistoryKey(.otherNode), of: series)
                    let local = range.figures(HistoryKey(.localNode), of: series)
                    return zip(other, local).map { other, local in
                        guard let other, let local, other + local > 0 else { return nil }
                        return other / (other + local)
                    }
                },
            strip("pages moved in a second", .perSecond) { node, _ in
                range.host.flatMap { movedInto(node, nodes.map(\.id), $0, range) }
            },
            strip("free memory", .bytes) { _, series in range.figures(HistoryKey(.freeBytes), of: series) },
            strip("busy", .share) { _, series in range.figures(HistoryKey(.busyRatio), of: series) },
        ].compactMap { $0 }
        guard !strips.isEmpty else { return nil }
        return HeatMap(
            startSeconds: columns.startSeconds, endSeconds: columns.endSeconds, strips: strips,
            marks: range.events.filter { $0.severity <= ObservedEvent.Severity.warning.rawValue }.map {
                $0.wallClockNanoseconds / 1_000_000_000
            })
    }

    private static func remainder(_ all: Double?, _ local: Double?) -> Double? {
        guard let all, let local, all > 0 else { return nil }
        return max(0, all - local) / all
    }

    private static func movedInto(
        _ node: NodeID, _ nodes: [NodeID], _ host: HistorySeries, _ range: HistoryRange
    ) -> [Double?]? {
        let sources = nodes.filter { $0 != node }.map {
            range.figures(HistoryKey(.movedPagesPerSecond, node: $0, target: node), of: host)
        }
        guard !sources.isEmpty else { return nil }
        return range.times.indices.map { place in
            let known = sources.compactMap { $0[place] }
            return known.isEmpty ? nil : known.reduce(0, +)
        }
    }

    // MARK: Moves

    /// The moves of the host, and of the groups that moved most.
    package static func flows(_ range: HistoryRange, groupLimit: Int = 3) -> [NodeFlow] {
        let nodes = range.nodes.compactMap { series in
            if case .node(let id) = series.scope { id } else { nil }
        }
        guard nodes.count > 1 else { return [] }
        func flow(_ series: HistorySeries, _ subject: String) -> NodeFlow? {
            // Without a total nothing is known of moves; with one, a pair that is missing moved nothing.
            guard series[.movedPagesPerSecond]?.known.isEmpty == false else { return nil }
            let kept = range.blocks(HistoryKey(.kept), of: series)
            let undone = kept.isEmpty ? nil : 1 - kept.reduce(0, +) / Double(kept.count)
            let seconds = Double(range.stepNanoseconds ?? 5_000_000_000) / 1e9
            let moves = series.keys(byNode: .movedPagesPerSecond).compactMap { key -> NodeFlow.Move? in
                guard let source = key.node, let target = key.target else { return nil }
                let pages = range.blocks(key, of: series).reduce(0) { $0 + $1 * seconds }
                return NodeFlow.Move(source: source, target: target, pages: pages, undoneShare: undone)
            }
            return NodeFlow(subject: subject, nodes: nodes, moves: moves, source: "modelled")
        }
        let groups = range.groups.compactMap { series in
            flow(series, series.group?.title ?? series.scope.name ?? "-")
        }.filter { $0.pages > 0 }.sorted { $0.pages > $1.pages }
        return [range.host.flatMap { flow($0, "the whole host") }].compactMap { $0 } + groups.prefix(groupLimit)
    }

    // MARK: Groups

    /// Groups whose local share is known, those that were not converged all the time first.
    package static func curves(_ range: HistoryRange) -> [LocalityCurve] {
        let columns = Columns(range)
        let step = (range.stepNanoseconds ?? 5_000_000_000) / 1_000_000_000
        let curves = range.groups.compactMap { series -> LocalityCurve? in
            let values = columns.spread(range.figures(HistoryKey(.locality), of: series))
            guard values.contains(where: { $0 != nil }) else { return nil }
            let bands = range.verdicts(of: series).map { span in
                LocalityCurve.Band(
                    startSeconds: max(columns.startSeconds, span.sinceNanoseconds / 1_000_000_000 - step),
                    endSeconds: span.untilNanoseconds / 1_000_000_000, verdict: span.verdict)
            }
            return LocalityCurve(
                name: series.group?.title ?? series.scope.name ?? "-", startSeconds: columns.startSeconds,
                endSeconds: columns.endSeconds, values: values, bands: bands)
        }
        func isQuiet(_ curve: LocalityCurve) -> Bool {
            curve.bands.allSatisfy { $0.verdict == .converged || $0.verdict == .inactive }
        }
        return curves.filter { !isQuiet($0) } + curves.filter(isQuiet)
    }

    package static func events(_ range: HistoryRange) -> [ReportContent.Event] {
        let gaps = range.gaps.filter {
            $0.untilNanoseconds > range.sinceNanoseconds && $0.sinceNanoseconds < range.untilNanoseconds
        }.map { gap in
            ReportContent.Event(
                seconds: gap.sinceNanoseconds / 1_000_000_000, severity: nil,
                message: "no data until \(ReportTime.text(gap.untilNanoseconds / 1_000_000_000)): \(gap.words)"
                    + (gap.detail.map { " (\($0))" } ?? ""))
        }
        let changes = range.settingChanges.map { change in
            ReportContent.Event(
                seconds: change.atNanoseconds / 1_000_000_000, severity: .notice,
                message: "\(change.name) changed from \(change.before ?? "-") to \(change.after ?? "-")")
        }
        let events = range.events.map { event in
            ReportContent.Event(
                seconds: event.wallClockNanoseconds / 1_000_000_000,
                severity: ObservedEvent.Severity(rawValue: event.severity), message: event.message)
        }
        return (events + gaps + changes).sorted { $0.seconds < $1.seconds }
    }
}
