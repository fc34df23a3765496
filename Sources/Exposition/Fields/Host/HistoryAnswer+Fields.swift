import History
import NUMATopology
import TextOutput

extension HistoryFigure: FieldChoice {}
extension HistoryFigure.Kind: FieldChoice {}
extension HistoryFigure.Unit: FieldChoice {}
extension HistoryGap.Reason: FieldChoice {}

extension HistoryAnswer {
    package static let fields = Fields<HistoryAnswer>(
        of: HistoryAnswer(HistoryRange(sinceNanoseconds: 0, untilNanoseconds: 0))
    ) {
        HistoryRange.fields.lifted(\.range)
        Field(
            "next_since", find: { $0.nextSinceNanoseconds.map(UTCTime.init(nanoseconds:)) },
            set: { $0.nextSinceNanoseconds = $1.nanoseconds },
            "It is more than one answer holds: ask again since then.")
    }
}

extension HistoryRange {
    static let fields = Fields<HistoryRange>(of: HistoryRange(sinceNanoseconds: 0, untilNanoseconds: 0)) {
        Field("host_name", \.hostName, "The host it was kept on.")
        time("since", \.sinceNanoseconds, "Samples later than that.")
        time("until", \.untilNanoseconds, "And not later than that.")
        Field("step_seconds", seconds: \.stepNanoseconds, "The length of a step; absent for the rounds as they were.")
        Field(
            "times_unix_milliseconds", get: { $0.times.map { $0 / 1_000_000 } },
            set: { range, times in range.times = times.map { $0.multipliedReportingOverflow(by: 1_000_000).0 } },
            "The ends of the steps that have samples, ascending, milliseconds since 1970. A step without any is not there."
        )
        Field(
            "series", parts: { $0.series.map { SeriesPart($0) } },
            set: { (range, parts) throws(FieldError) in
                range.series = try parts.map { part throws(FieldError) in try part.series(range.times.count) }
            }, each: SeriesPart.fields, isRequired: true, "The figures, by whom they are about.")
        Field(
            "gaps", \.gaps, each: HistoryGap.fields,
            "Spans without samples, and why; they may begin before and end after what was asked for.")
        Field(
            "settings", \.settings, each: HistorySetting.fields,
            "How settings stood at the beginning, and each change of one.")
        Field("events", \.events, each: HistoryEvent.fields, "The events of the span.")
    }
}

/// A time of a record, in documents as RFC 3339.
private func time<Record>(
    _ name: FieldName, _ path: any WritableKeyPath<Record, UInt64> & Sendable, _ description: String
) -> Field<Record> {
    Field(
        name, get: { UTCTime(nanoseconds: $0[keyPath: path]) }, set: { $0[keyPath: path] = $1.nanoseconds }, description
    )
}

extension HistoryGap {
    static let fields = Fields<HistoryGap>(
        of: HistoryGap(sinceNanoseconds: 0, untilNanoseconds: 0, reason: .stopped)
    ) {
        time("since", \.sinceNanoseconds, "The last sample before it.")
        time("until", \.untilNanoseconds, "The first sample after it.")
        Field(.reason, \.reason, "Why nothing is there.")
        Field("text", derived: { $0.words }, "The same in a few words.")
        Field("detail", \.detail, "Further words, such as an error's.")
    }
}

extension HistorySetting {
    static let fields = Fields<HistorySetting>(of: HistorySetting(sinceNanoseconds: 0, name: "", value: nil)) {
        time("since", \.sinceNanoseconds, "Since when it is so.")
        Field(.name, \.name, "As the kernel calls it.")
        Field(.value, \.value, "Its value; absent where it could not be read.")
    }
}

extension HistoryEvent {
    static let fields = Fields<HistoryEvent>(
        of: HistoryEvent(wallClockNanoseconds: 0, kind: "", severity: 5, message: "")
    ) {
        time(.time, \.wallClockNanoseconds, "When it happened.")
        Field(.kind, \.kind, "The kind of event.")
        Field("priority", \.severity, "How serious it is: 3 error, 4 warning, 5 notice.")
        Field(.message, \.message, "One sentence.")
        Field(.group, \.group, "The group it is about.")
        Field(.uid, \.uid, "The user whose process it is about.")
    }
}

/// A series as documents have it.
private struct SeriesPart: Sendable {
    var kind = ""
    var name: String?
    var owner: UInt32?
    var groupKind: String?
    var title: String?
    var columns: [ColumnPart] = []

    init() {}

    init(_ series: HistorySeries) {
        kind = series.scope.kind
        name = series.scope.name
        if case .group(_, let owner) = series.scope { self.owner = owner }
        groupKind = series.group?.kind
        title = series.group?.title
        columns = series.columns.sorted { $0.key < $1.key }.map { ColumnPart($0.key, $0.value) }
    }

    func series(_ count: Int) throws(FieldError) -> HistorySeries {
        let scope: HistoryScope? =
            switch (kind, name) {
            case ("host", _): .host
            case ("node", let name?): NodeID(reading: name).map { .node($0) }
            case ("group", let name?): .group(name, owner: owner)
            case ("metric", let name?): .metric(name)
            default: nil
            }
        guard let scope else { throw FieldError(expected: "a host, node, group or metric with its name") }
        var series = HistorySeries(scope: scope, group: groupKind.map { HistoryGroup(kind: $0, title: title) })
        for column in columns {
            // A figure of a newer daemon is passed over.
            guard let figure = HistoryFigure(rawValue: column.figure) else { continue }
            series.columns[HistoryKey(figure, node: column.node, target: column.target)] = try column.column(count)
        }
        return series
    }

    static let fields = Fields<SeriesPart>(of: SeriesPart()) {
        Field(.kind, \.kind, "host, node, group or metric.")
        Field(.name, \.name, "The node's number, the group's or metric's name.")
        Field("owner_uid", \.owner, "The user whose processes all of the group's are.")
        Field("group_kind", \.groupKind, "What the group is, as in /v1/groups.")
        Field("title", \.title, "What an administrator calls it.")
        Field("figures", \.columns, each: ColumnPart.fields, "Its figures.")
    }
}

/// A column as documents have it: runs of what is known.
private struct ColumnPart: Sendable {
    struct Run: Sendable {
        var first = 0
        var values: [Double] = []

        static let fields = Fields<Run>(of: Run()) {
            Field("first", \.first, "The place of its first value among the times, from 0.")
            Field("values", \.values, "Values, one for each time from there on.")
        }
    }

    var figure = ""
    var node: NodeID?
    var target: NodeID?
    var before: HistoryColumn.Before?
    var runs: [Run] = []

    init() {}

    init(_ key: HistoryKey, _ column: HistoryColumn) {
        figure = key.figure.rawValue
        node = key.node
        target = key.target
        before = column.before
        var isOpen = false
        for (place, value) in column.values.enumerated() {
            if value.isNaN {
                isOpen = false
            } else if isOpen {
                runs[runs.count - 1].values.append(value)
            } else {
                runs.append(Run(first: place, values: [value]))
                isOpen = true
            }
        }
    }

    func column(_ count: Int) throws(FieldError) -> HistoryColumn {
        var column = HistoryColumn(values: Array(repeating: .nan, count: count), before: before)
        for run in runs {
            guard run.first >= 0, run.first <= count, run.values.count <= count - run.first else {
                throw FieldError(expected: "no more values than times")
            }
            column.values.replaceSubrange(run.first..<run.first + run.values.count, with: run.values)
        }
        return column
    }

    private var known: HistoryFigure? { HistoryFigure(rawValue: figure) }

    static let fields = Fields<ColumnPart>(of: ColumnPart()) {
        Field("figure", \.figure, "The figure; its name says the unit.")
            .shaped(.choice(HistoryFigure.allCases.map(\.rawValue)))
        Field(.kind, derived: { $0.known?.kind }, "level as it is; counter that grows; code of a case; mask of cases.")
        Field("unit", derived: { $0.known?.unit }, "What it is counted in.")
        Field("numa_node", \.node, "The node it is of; absent for all of it.")
        Field("target_node", \.target, "Of moves: where they went.")
        Field(
            "before", \.before, HistoryColumn.Before.fields,
            "Of a counter: the value just before the span, for what it grew by first.")
        Field("runs", \.runs, each: Run.fields, "What is known, in runs.")
    }
}

extension HistoryColumn.Before {
    fileprivate static let fields = Fields<HistoryColumn.Before>(
        of: HistoryColumn.Before(wallClockNanoseconds: 0, value: 0)
    ) {
        time(.time, \.wallClockNanoseconds, "When it was so.")
        Field(.value, \.value, "The value.")
    }
}
