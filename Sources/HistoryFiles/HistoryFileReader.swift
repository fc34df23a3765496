package import History
package import LinuxSystem

/// Ranges of a file: this host's, or another's that was copied here.
///
/// A history is copied with its log: `cp history.db history.db-wal …`, where there is one. It is opened for each range, and never
/// written to.
package struct HistoryFileReader: HistorySource {
    package let path: String

    /// - Throws: Where it cannot be opened or is no history.
    package init(path: String) throws(DatabaseFailure) {
        self.path = path
        _ = try open()
    }

    package func range(_ query: HistoryQuery) async throws -> HistoryRange { try readRange(query) }

    /// The same, at once.
    package func readRange(_ query: HistoryQuery) throws(DatabaseFailure) -> HistoryRange {
        let database = try open()
        var range = try HistoryReader(database).range(query).range
        if case .all = query.scopes { try MetricSeries.add(database, to: &range) }
        return range
    }

    /// The first and the last sample, nanoseconds since 1970; nil for a history without any.
    package func span() throws(DatabaseFailure) -> ClosedRange<UInt64>? {
        let database = try open()
        let since = try database.number(
            "SELECT min(since) FROM (SELECT since FROM minutes UNION SELECT since FROM rounds)")
        let until = try database.number(
            "SELECT max(until) FROM (SELECT until FROM minutes UNION SELECT until FROM rounds)")
        guard let since, let until, since >= 0, until >= since else { return nil }
        return UInt64(since) * 1_000_000...UInt64(until) * 1_000_000
    }

    func open() throws(DatabaseFailure) -> Database {
        do throws(DatabaseFailure) {
            let database = try Database(path, .reading)
            try HistorySchema.check(database)
            return database
        } catch {
            // Where nothing can be made beside it, as on a disk that is read only, it is read as it lies there.
            guard error.kind == .unavailable || error.kind == .readOnly else { throw error }
            let database = try Database(path, .frozen)
            try HistorySchema.check(database)
            return database
        }
    }
}
