package import History
import LinuxSystem
import NUMATopology

/// What a history may hold.
package struct HistoryLimits: Sendable, Equatable {
    /// How long rounds are kept, and minutes, milliseconds.
    package var roundAgeMilliseconds: UInt64 = 86_400_000
    package var minuteAgeMilliseconds: UInt64 = 30 * 86_400_000
    /// The file's size, bytes.
    package var sizeBytes: Int = 256 << 20

    package init() {}
}

/// Who writes.
package struct HistoryLife: Sendable, Equatable {
    /// `/proc/sys/kernel/random/boot_id`; nil where it cannot be read.
    package var bootID: String?
    package var version: String
    package var hostName: String?

    package init(bootID: String?, version: String, hostName: String?) {
        self.bootID = bootID
        self.version = version
        self.hostName = hostName
    }
}

/// What there is to write of a minute.
package struct HistoryEntry: Sendable {
    package var minute = HistoryMinute()
    package var gaps: [HistoryGap] = []
    package var settings: [HistorySetting] = []
    package var events: [HistoryEvent] = []
    /// Whether what is too old may go: not while the clock is in doubt.
    package var mayExpire = true

    package init() {}
}

/// Writes a history: each minute a transaction, which reaches the disk before it ends.
///
/// After a failure it is of no use any more: another one is made, which reads anew what the file holds.
final class HistoryWriter {
    private let database: Database
    private let limits: HistoryLimits
    private let life: Int64
    private let pageBytes: Int
    private var rounds: BlockTable
    private var minutes: BlockTable
    private var keys: [HistoryKey: Int] = [:]
    private var scopes: [HistoryScope: (number: Int, group: HistoryGroup?)] = [:]

    /// What a file that was there says.
    struct Found {
        /// The last sample of it, milliseconds; nil for a new file.
        var lastMilliseconds: UInt64?
        var bootID: String?
        /// Whether keeping it had been turned off.
        var wasOff = false
        /// How settings stood, by name.
        var settings: [String: String?] = [:]
        /// The version it was brought up to date from.
        var upgradedFrom: Int64?
    }
    let found: Found

    /// Small, for each minute writes anew those that are not full.
    private static let pageBytes = 1024
    /// Pages of the log after which they are written to their places: 1 MiB.
    private static let logPages = 1024

    /// Opens the file, or makes it.
    ///
    /// - Parameter nowMilliseconds: When the life begins.
    init(_ path: String, limits: HistoryLimits, life: HistoryLife, nowMilliseconds: UInt64) throws(DatabaseFailure) {
        self.limits = limits
        database = try Database(path, .writing)
        try database.execute("PRAGMA page_size=\(Self.pageBytes)")
        try database.execute("PRAGMA journal_mode=WAL")
        // The log reaches the disk with each transaction: a power cut takes nothing that was written.
        try database.execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=\(Self.logPages)")
        try database.execute("PRAGMA journal_size_limit=\(Self.logPages * Self.pageBytes)")
        var found = Found()
        found.upgradedFrom = try HistorySchema.prepare(database)
        // A file that is there keeps the size of its pages.
        pageBytes = Int(try database.number("PRAGMA page_size") ?? Int64(Self.pageBytes))
        if try (database.number("PRAGMA page_count") ?? 0) * Int64(pageBytes) > Int64(limits.sizeBytes) {
            try Self.shrink(database, to: limits, pageBytes)
        }
        try database.execute("PRAGMA max_page_count=\(max(64, limits.sizeBytes / pageBytes))")
        rounds = try BlockTable("rounds", in: database)
        minutes = try BlockTable("minutes", in: database)
        let last = try [
            database.number("SELECT until FROM rounds ORDER BY id DESC LIMIT 1"),
            database.number("SELECT until FROM minutes ORDER BY id DESC LIMIT 1"),
        ]
        found.lastMilliseconds = last.compactMap { $0 }.max().map { UInt64(clamping: $0) }
        try database.rows("SELECT boot FROM lives ORDER BY id DESC LIMIT 1") { row throws(DatabaseFailure) in
            found.bootID = row.text(0)
            return false
        }
        let off = try database.number(
            "SELECT until FROM gaps WHERE id = (SELECT max(id) FROM gaps) AND reason = ? AND since = until",
            .text(HistoryGap.Reason.off.rawValue))
        found.wasOff = off != nil && off == last.compactMap { $0 }.max()
        try database.rows("SELECT name, value FROM settings ORDER BY id") { row throws(DatabaseFailure) in
            found.settings[row.text(0) ?? ""] = .some(row.text(1))
            return true
        }
        self.found = found
        var keys: [HistoryKey: Int] = [:]
        try HistoryNames.eachKey(database) { number, key in keys[key] = number }
        self.keys = keys
        try database.run(
            "INSERT INTO lives(boot, began, version, host, first_round, first_minute) VALUES(?, ?, ?, ?, ?, ?)",
            DatabaseValue(life.bootID), DatabaseValue(nowMilliseconds), .text(life.version),
            DatabaseValue(life.hostName), DatabaseValue(rounds.next), DatabaseValue(minutes.next))
        self.life = database.lastRowID
    }

    /// What the file takes and holds.
    func measure(_ statistics: inout HistoryStatistics) throws(DatabaseFailure) {
        let pages = try database.number("PRAGMA page_count") ?? 0
        statistics.fileBytes = UInt64(clamping: pages * Int64(pageBytes))
        statistics.usedBytes = UInt64(clamping: try usedBytes)
        statistics.roundBlocks = try rounds.count(in: database)
        statistics.minuteBlocks = try minutes.count(in: database)
        let oldest = try [
            database.number("SELECT since FROM rounds ORDER BY id LIMIT 1"),
            database.number("SELECT since FROM minutes ORDER BY id LIMIT 1"),
        ]
        statistics.oldestNanoseconds = oldest.compactMap { $0 }.min().map { UInt64(clamping: $0) * 1_000_000 }
    }

    /// For reading what was written.
    var reader: HistoryReader { HistoryReader(database) }

    /// Writes a minute and what goes with it, or nothing of it.
    ///
    /// - Parameter entry: Of no use afterwards: its minute becomes an average in its place, for want of room for two.
    func write(_ entry: inout HistoryEntry) throws(DatabaseFailure) {
        try database.transaction { () throws(DatabaseFailure) in
            for gap in entry.gaps {
                try database.run(
                    "INSERT INTO gaps(since, until, reason, detail) VALUES(?, ?, ?, ?)",
                    DatabaseValue(gap.sinceNanoseconds / 1_000_000), DatabaseValue(gap.untilNanoseconds / 1_000_000),
                    .text(gap.reason.rawValue), DatabaseValue(gap.detail))
            }
            for setting in entry.settings {
                try database.run(
                    "INSERT INTO settings(since, name, value) VALUES(?, ?, ?)",
                    DatabaseValue(setting.sinceNanoseconds / 1_000_000), .text(setting.name),
                    DatabaseValue(setting.value))
            }
            for event in entry.events {
                try database.run(
                    "INSERT INTO events(time, kind, severity, message, group_name, uid) VALUES(?, ?, ?, ?, ?, ?)",
                    DatabaseValue(event.wallClockNanoseconds / 1_000_000), .text(event.kind),
                    DatabaseValue(event.severity), .text(event.message), DatabaseValue(event.group),
                    DatabaseValue(event.uid))
            }
            guard let last = entry.minute.times.last else { return }
            try makeRoom(now: last, mayExpire: entry.mayExpire)
            try name(entry.minute, now: last)
            try rounds.write(entry.minute, life: life, weight: 1, number, in: database)
            let weight = entry.minute.times.count
            entry.minute.condense()
            try minutes.write(entry.minute, life: life, weight: weight, number, in: database)
        }
    }

    private var number: BlockTable.Numbers {
        BlockTable.Numbers(
            scope: { [scopes] in scopes[$0]?.number ?? 0 }, key: { [keys] in keys[$0] ?? 0 })
    }

    // MARK: Names

    /// Gives numbers to scopes and keys that have none yet.
    private func name(_ minute: HistoryMinute, now: UInt64) throws(DatabaseFailure) {
        // A chain reads no scope of before: those that are gone need not be known any longer.
        if rounds.beginsChain { scopes = scopes.filter { minute.scopes[$0.key] != nil } }
        for (scope, content) in minute.scopes {
            if let known = scopes[scope] {
                if known.group != content.group || rounds.beginsChain {
                    try database.run(
                        "UPDATE scopes SET seen = ?, group_kind = ?, title = ? WHERE id = ?", DatabaseValue(now),
                        DatabaseValue(content.group?.kind), DatabaseValue(content.group?.title),
                        DatabaseValue(known.number))
                    scopes[scope]?.group = content.group
                }
            } else {
                scopes[scope] = (try number(of: scope, content.group, now: now), content.group)
            }
            for key in content.columns.keys where keys[key] == nil {
                try database.run(
                    "INSERT INTO keys(figure, node, target) VALUES(?, ?, ?)", .text(key.figure.rawValue),
                    DatabaseValue(key.node?.rawValue), DatabaseValue(key.target?.rawValue))
                keys[key] = Int(database.lastRowID)
            }
        }
    }

    private func number(
        of scope: HistoryScope, _ group: HistoryGroup?, now: UInt64
    ) throws(DatabaseFailure) -> Int {
        let owner: UInt32? = if case .group(_, let owner) = scope { owner } else { nil }
        let known = try database.number(
            "SELECT id FROM scopes WHERE name IS ? AND kind = ? AND owner IS ?", DatabaseValue(scope.name),
            .text(scope.kind), DatabaseValue(owner))
        if let known {
            try database.run(
                "UPDATE scopes SET seen = ?, group_kind = ?, title = ? WHERE id = ?", DatabaseValue(now),
                DatabaseValue(group?.kind), DatabaseValue(group?.title), .integer(known))
            return Int(known)
        }
        try database.run(
            "INSERT INTO scopes(kind, name, owner, group_kind, title, seen) VALUES(?, ?, ?, ?, ?, ?)",
            .text(scope.kind), DatabaseValue(scope.name), DatabaseValue(owner), DatabaseValue(group?.kind),
            DatabaseValue(group?.title), DatabaseValue(now))
        return Int(database.lastRowID)
    }

    // MARK: Limits

    /// Chains that go in one transaction: bounded, so that none takes long, and a clock that is wrong for a while does not
    /// empty the history.
    private static let expiredChains = 1
    /// What goes for want of room, of each table.
    private static let crowdedChains = 4
    /// Room that a minute is sure to find: what one of some hundred groups takes.
    private static let spareBytes = 512 << 10

    private func makeRoom(now: UInt64, mayExpire: Bool) throws(DatabaseFailure) {
        var hasGone = false
        if mayExpire {
            for _ in 0..<Self.expiredChains {
                try rounds.removeOldest(before: now - min(now, limits.roundAgeMilliseconds), in: database)
                let gone = try minutes.removeOldest(
                    before: now - min(now, limits.minuteAgeMilliseconds), in: database)
                hasGone = hasGone || gone
            }
        }
        let spare = min(Self.spareBytes, limits.sizeBytes / 4)
        for _ in 0..<Self.crowdedChains where try usedBytes > limits.sizeBytes - spare {
            // Rounds first: the minutes tell of a longer time.
            if try !rounds.removeOldest(before: nil, in: database) {
                hasGone = try minutes.removeOldest(before: nil, in: database) || hasGone
            }
        }
        if hasGone { try forget() }
    }

    private var usedBytes: Int {
        get throws(DatabaseFailure) {
            let pages =
                try (database.number("PRAGMA page_count") ?? 0) - (database.number("PRAGMA freelist_count") ?? 0)
            return Int(pages) * pageBytes
        }
    }

    /// Drops what belongs to blocks that are gone.
    private func forget() throws(DatabaseFailure) {
        guard let oldest = try database.number("SELECT since FROM minutes ORDER BY id LIMIT 1") else { return }
        let limit = DatabaseValue.integer(oldest)
        try database.run("DELETE FROM lives WHERE id < (SELECT life FROM minutes ORDER BY id LIMIT 1)")
        try database.run("DELETE FROM gaps WHERE until < ?", limit)
        try database.run("DELETE FROM events WHERE time < ?", limit)
        try database.run(
            """
            DELETE FROM settings WHERE since < ?1 AND EXISTS (
                SELECT 1 FROM settings AS later
                WHERE later.name = settings.name AND later.id > settings.id AND later.since <= ?1)
            """, limit)
        // A chain may have begun before the oldest minute that is left.
        let day: Int64 = 86_400_000
        try database.run("DELETE FROM scopes WHERE seen < ?", .integer(oldest - day))
    }

    /// Brings a file that is larger than it may be down to its limit: the oldest blocks go, then the room they had.
    private static func shrink(
        _ database: Database, to limits: HistoryLimits, _ pageBytes: Int
    ) throws(DatabaseFailure) {
        var rounds = try BlockTable("rounds", in: database)
        var minutes = try BlockTable("minutes", in: database)
        while true {
            let pages =
                try (database.number("PRAGMA page_count") ?? 0) - (database.number("PRAGMA freelist_count") ?? 0)
            guard Int(pages) * pageBytes > limits.sizeBytes / 4 * 3 else { break }
            var isEmpty = true
            try database.transaction { () throws(DatabaseFailure) in
                for _ in 0..<16 {
                    var gone = try rounds.removeOldest(before: nil, in: database)
                    if !gone { gone = try minutes.removeOldest(before: nil, in: database) }
                    isEmpty = isEmpty && !gone
                }
            }
            if isEmpty { break }
        }
        try database.execute("VACUUM", "shrink")
    }
}
