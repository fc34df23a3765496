package import Snapshots

/// Figures as people and comparisons take them.
extension HistoryRange {
    /// A key of a scope step by step: levels as they are, counters as what they grew by a second since the step before.
    ///
    /// What grew over a gap is not told: nobody knows how often it began anew.
    ///
    /// - Returns: One for each of ``times``; nil where it is not known.
    package func figures(_ key: HistoryKey, of series: HistorySeries) -> [Double?] {
        guard key.figure.kind == .counter else { return times.indices.map { series.value(key, at: $0) } }
        let first = series.columns[key]?.before
        var previous = first.map { ($0.wallClockNanoseconds, $0.value) }
        return times.indices.map { place in
            guard let value = series.value(key, at: place) else { return nil }
            let time = times[place]
            defer { previous = (time, value) }
            guard let (earlier, before) = previous, time > earlier, value >= before else { return nil }
            if gaps.contains(where: { $0.lies(after: earlier, upTo: time) }) { return nil }
            return (value - before) * 1e9 / Double(time - earlier)
        }
    }

    /// The same without the steps where it is not known. With a step of a minute these are the blocks of comparisons.
    package func blocks(_ key: HistoryKey, of series: HistorySeries) -> [Double] {
        figures(key, of: series).compactMap { $0 }
    }

    /// A time during which a verdict was the same.
    package struct VerdictSpan: Sendable, Equatable {
        /// The first and the last step of it, nanoseconds since 1970.
        package var sinceNanoseconds: UInt64
        package var untilNanoseconds: UInt64
        package var verdict: Verdict
        /// At its end.
        package var reason: VerdictReason?
    }

    /// The verdicts of a scope in their order. A step without one, and a gap, end a span.
    package func verdicts(of series: HistorySeries) -> [VerdictSpan] {
        var spans: [VerdictSpan] = []
        var isOpen = false
        for place in times.indices {
            let time = times[place]
            if let last = spans.last?.untilNanoseconds, gaps.contains(where: { $0.lies(after: last, upTo: time) }) {
                isOpen = false
            }
            guard let verdict = series.verdict(at: place) else {
                isOpen = false
                continue
            }
            let reason = series.reason(at: place)
            if isOpen, let last = spans.last, last.verdict == verdict {
                spans[spans.count - 1].untilNanoseconds = time
                spans[spans.count - 1].reason = reason
            } else {
                spans.append(
                    VerdictSpan(sinceNanoseconds: time, untilNanoseconds: time, verdict: verdict, reason: reason))
            }
            isOpen = true
        }
        return spans
    }

    /// A setting that has changed.
    package struct SettingChange: Sendable, Equatable {
        /// Nanoseconds since 1970.
        package var atNanoseconds: UInt64
        package var name: String
        /// Nil where it could not be read.
        package var before: String?
        package var after: String?
    }

    /// The changes of settings in the span, in their order.
    package var settingChanges: [SettingChange] {
        var known: [String: String?] = [:]
        var changes: [SettingChange] = []
        for setting in settings {
            if let before = known[setting.name], before != setting.value, setting.sinceNanoseconds > sinceNanoseconds {
                changes.append(
                    SettingChange(
                        atNanoseconds: setting.sinceNanoseconds, name: setting.name, before: before,
                        after: setting.value))
            }
            known[setting.name] = .some(setting.value)
        }
        return changes
    }

    /// How settings stood at the end of the span, by name.
    package var settingsAtEnd: [String: String] {
        var known: [String: String] = [:]
        for setting in settings { known[setting.name] = setting.value }
        return known
    }
}

extension HistorySeries {
    package func verdict(at place: Int) -> Verdict? { self[.verdict]?[place].flatMap { Verdict(historyCode: $0) } }

    package func reason(at place: Int) -> VerdictReason? {
        self[.reason]?[place].flatMap { VerdictReason(historyCode: $0) }
    }

    /// The detections that held in a step; nil where nothing judged.
    package func detections(at place: Int) -> [Detection]? {
        self[.detections]?[place].map { mask in
            let bits = UInt64(exactly: mask) ?? 0
            return Detection.allCases.filter { $0.historyCode < 64 && bits >> UInt64($0.historyCode) & 1 != 0 }
        }
    }
}

extension HistoryRange {
    /// Adds a range that goes on where this one ends.
    package mutating func append(_ next: HistoryRange) {
        let count = times.count
        times += next.times
        for series in next.series where !self.series.contains(where: { $0.scope == series.scope }) {
            self.series.append(HistorySeries(scope: series.scope, group: series.group))
        }
        for index in series.indices {
            let more = next[series[index].scope]
            if let group = more?.group { series[index].group = group }
            for (key, column) in more?.columns ?? [:] where series[index].columns[key] == nil {
                // What it was before is before this one, too, if nothing of it is in it.
                series[index].columns[key] = HistoryColumn(
                    values: Array(repeating: .nan, count: count),
                    before: column.before.flatMap {
                        $0.wallClockNanoseconds <= sinceNanoseconds ? $0 : nil
                    })
            }
            for key in series[index].columns.keys {
                let values = more?.columns[key]?.values ?? Array(repeating: .nan, count: next.times.count)
                series[index].columns[key]?.values += values
            }
        }
        untilNanoseconds = next.untilNanoseconds
        gaps += next.gaps.filter { !gaps.contains($0) }
        settings += next.settings.filter { $0.sinceNanoseconds > next.sinceNanoseconds && !settings.contains($0) }
        events += next.events
    }
}

extension HistoryRange {
    /// Makes room for times that may not be among those of the range.
    package mutating func insert(times more: [UInt64]) {
        let all = Set(times).union(more).sorted()
        guard all.count > times.count else { return }
        let places = Dictionary(uniqueKeysWithValues: times.enumerated().map { ($0.element, $0.offset) })
        for index in series.indices {
            for (key, column) in series[index].columns {
                series[index].columns[key]?.values = all.map { time in
                    places[time].map { $0 < column.values.count ? column.values[$0] : .nan } ?? .nan
                }
            }
        }
        times = all
    }
}
