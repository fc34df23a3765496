package import History
package import LinuxSystem

/// The user's own figures, in a file of the user's own: the same kind of file as the daemon's history, with nothing in it but
/// what the user's command printed.
///
/// The daemon runs no command of anybody and takes no figure from anybody: what is compared with its history is put together
/// by who asks.
package struct MetricsFile: Sendable {
    private let path: String

    /// The file is made where it is not there.
    package init(writing path: String) throws(DatabaseFailure) {
        self.path = path
        let database = try Database(path, .writing)
        try database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
        _ = try HistorySchema.prepare(database)
        try HistorySchema.check(database)
    }

    /// Adds a value; it has reached the disk when this returns.
    package func add(_ value: Double, name: String, at wallClockNanoseconds: UInt64) throws(DatabaseFailure) {
        let database = try Database(path, .writing)
        try database.run(
            "INSERT INTO metrics(time, name, value) VALUES(?, ?, ?)", DatabaseValue(wallClockNanoseconds / 1_000_000),
            .text(name), .real(value))
    }
}

/// The metrics of a file as series of a range: each step has the mean of the values in it.
enum MetricSeries {
    /// Adds them to a range. Steps that had no sample of the daemon's come into being.
    static func add(_ database: Database, to range: inout HistoryRange) throws(DatabaseFailure) {
        guard try database.number("PRAGMA user_version") ?? 0 >= 2 else { return }
        let step = (range.stepNanoseconds ?? 0) / 1_000_000
        var sums: [String: [UInt64: (sum: Double, count: Double)]] = [:]
        try database.rows(
            "SELECT time, name, value FROM metrics WHERE time > ? AND time <= ? ORDER BY time",
            DatabaseValue(range.sinceNanoseconds / 1_000_000), DatabaseValue(range.untilNanoseconds / 1_000_000)
        ) { row throws(DatabaseFailure) in
            guard let time = row.number(0).flatMap({ UInt64(exactly: $0) }), let name = row.text(1),
                let value = row.real(2), value.isFinite
            else { return true }
            let end = (step == 0 ? time : (time / step + 1) * step) * 1_000_000
            sums[name, default: [:]][end, default: (0, 0)].sum += value
            sums[name, default: [:]][end, default: (0, 0)].count += 1
            return true
        }
        guard !sums.isEmpty else { return }
        range.insert(times: sums.values.flatMap(\.keys))
        for (name, steps) in sums.sorted(by: { $0.key < $1.key }) {
            var series = HistorySeries(scope: .metric(name))
            series.columns[HistoryKey(.value)] = HistoryColumn(
                values: range.times.map { time in steps[time].map { $0.sum / $0.count } ?? .nan })
            range.series.append(series)
        }
    }
}

extension HistoryFileReader {
    /// Adds the metrics of the file to a range that comes from elsewhere.
    package func addMetrics(to range: inout HistoryRange) throws(DatabaseFailure) {
        try MetricSeries.add(open(), to: &range)
    }
}
