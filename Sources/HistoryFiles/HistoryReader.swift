import History
import LinuxSystem

/// Reads ranges from an open history.
struct HistoryReader {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// What is asked beside the query.
    struct Options {
        /// Groups of this user alone; nil for all.
        var viewer: UInt32?
        /// Values after which it ends, at the end of a step; nil for no limit.
        var valueLimit: Int?
        /// What is not written yet.
        var pending: HistoryEntry?
    }

    /// A range, and where it goes on; nil at its end.
    struct Answer {
        var range: HistoryRange
        var nextSinceNanoseconds: UInt64?
    }

    func range(_ query: HistoryQuery, _ options: Options = Options()) throws(DatabaseFailure) -> Answer {
        let scopes = try HistoryNames.scopes(database, query.scopes, viewer: options.viewer)
        var keys: [Int: HistoryKey] = [:]
        var pendingNames = PendingNames()
        try HistoryNames.eachKey(database) { number, key in
            keys[number] = key
            pendingNames.keys[key] = number
        }
        for (number, name) in scopes { pendingNames.scopes[name.scope] = number }
        var names = RangeBuilder.Names(scopes: scopes, keys: keys)
        if let pending = options.pending {
            pendingNames.add(pending.minute, to: &names, query.scopes, viewer: options.viewer)
        }
        var builder = RangeBuilder(query, names: names)
        let wanted = Set(scopes.keys)
        let lives = try lives()
        let step = (query.stepNanoseconds ?? 0) / 1_000_000
        // Minutes do for what is a multiple of them, and for what is older than the oldest round.
        let minute = HistoryQuery.minuteNanoseconds / 1_000_000
        let oldestRound = try database.number("SELECT since FROM rounds ORDER BY id LIMIT 1")
            .map { UInt64(clamping: $0) }
        var next: UInt64?
        var damage: [HistoryGap] = []
        for (place, life) in lives.enumerated() {
            // What was before the clock was set back is not shown.
            builder.shownUntilMilliseconds = lives[(place + 1)...].map(\.began).min() ?? .max
            let usesMinutes = step >= minute && step % minute == 0
            var walk = Walk(
                since: query.sinceNanoseconds / 1_000_000, until: query.untilNanoseconds / 1_000_000, step: step,
                wanted: wanted, limit: options.valueLimit)
            if usesMinutes {
                next = try add("minutes", life.minutes, walk, to: &builder, &damage)
            } else {
                walk.until = min(walk.until, (oldestRound ?? .max) - 1)
                if walk.since < walk.until { next = try add("minutes", life.minutes, walk, to: &builder, &damage) }
                walk.until = query.untilNanoseconds / 1_000_000
                if next == nil { next = try add("rounds", life.rounds, walk, to: &builder, &damage) }
            }
            if next != nil { break }
        }
        builder.shownUntilMilliseconds = .max
        if next == nil, let pending = options.pending {
            builder.weigh(1)
            builder.add(
                pending.minute, number: { pendingNames.scopes[$0] }, key: { pendingNames.keys[$0] })
        }
        var range = builder.finish()
        range.hostName = lives.last { $0.host != nil }?.host
        if let next { range.untilNanoseconds = next }
        try addFacts(to: &range, options)
        range.gaps = (range.gaps + damage).sorted { $0.sinceNanoseconds < $1.sinceNanoseconds }
        return Answer(range: range, nextSinceNanoseconds: next)
    }

    // MARK: Blocks

    private struct Life {
        var began: UInt64
        var host: String?
        var rounds: Range<Int64>
        var minutes: Range<Int64>
    }

    private func lives() throws(DatabaseFailure) -> [Life] {
        var lives: [Life] = []
        try database.rows("SELECT began, host, first_round, first_minute FROM lives ORDER BY id") {
            row throws(DatabaseFailure) in
            let round = row.number(2) ?? 0
            let minute = row.number(3) ?? 0
            if !lives.isEmpty {
                let last = lives.count - 1
                lives[last].rounds = lives[last].rounds.lowerBound..<max(lives[last].rounds.lowerBound, round)
                lives[last].minutes = lives[last].minutes.lowerBound..<max(lives[last].minutes.lowerBound, minute)
            }
            lives.append(
                Life(
                    began: UInt64(clamping: row.number(0) ?? 0), host: row.text(1), rounds: round..<Int64.max,
                    minutes: minute..<Int64.max))
            return true
        }
        return lives
    }

    /// What is read of a table.
    private struct Walk {
        var since: UInt64
        var until: UInt64
        var step: UInt64
        var wanted: Set<Int>
        var limit: Int?
    }

    /// Adds the blocks of one life.
    ///
    /// - Returns: Where to go on, nanoseconds; nil where all is added.
    private func add(
        _ table: String, _ numbers: Range<Int64>, _ walk: Walk, to builder: inout RangeBuilder,
        _ damage: inout [HistoryGap]
    ) throws(DatabaseFailure) -> UInt64? {
        guard let first = try first(table, numbers, after: walk.since) else { return nil }
        var unpacker = HistoryUnpacker(wanted: walk.wanted)
        var next: UInt64?
        var isBroken = true
        var lastUntil: UInt64 = 0
        try database.rows(
            "SELECT id, chain, since, until, rounds, block FROM \(table) WHERE id >= ? AND id < ? ORDER BY id",
            .integer(first), .integer(numbers.upperBound)
        ) { row throws(DatabaseFailure) in
            let id = row.number(0) ?? 0
            let since = UInt64(clamping: row.number(2) ?? 0)
            let until = UInt64(clamping: row.number(3) ?? 0)
            if since > walk.until { return false }
            if let limit = walk.limit, builder.valueCount > limit, since > walk.since {
                if walk.step == 0 {
                    next = lastUntil * 1_000_000
                    return false
                }
                // At the beginning of a step, which is a nanosecond later.
                if since / walk.step > lastUntil / walk.step {
                    next = since / walk.step * walk.step * 1_000_000 - 1
                    return false
                }
            }
            let isFirst = row.number(1) == id
            if isFirst { isBroken = false }
            // The beginning of its chain is gone: what is left of it cannot be read.
            if isBroken { return true }
            builder.weigh(Int(clamping: row.number(4) ?? 1))
            do throws(HistoryDamage) {
                try unpacker.unpack(row.blob(5), isFirst: isFirst, into: &builder)
            } catch {
                // The database is whole, but not what lies in it: what follows in the chain cannot be read either.
                isBroken = true
                damage.append(
                    HistoryGap(
                        sinceNanoseconds: since * 1_000_000, untilNanoseconds: (until + 1) * 1_000_000,
                        reason: .damaged, detail: "block \(id) of \(table), \(error)"))
            }
            lastUntil = until
            return true
        }
        return next
    }

    /// The first block of the chain in which the first sample after an instant is; nil where there is none.
    private func first(
        _ table: String, _ numbers: Range<Int64>, after instant: UInt64
    ) throws(DatabaseFailure) -> Int64? {
        let last = try database.number(
            "SELECT max(id) FROM \(table) WHERE id < ?", .integer(numbers.upperBound))
        guard let last, last >= numbers.lowerBound else { return nil }
        // The smallest number from which on blocks end later: numbers may be missing.
        var low = numbers.lowerBound
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            let until = try database.number(
                "SELECT until FROM \(table) WHERE id >= ? ORDER BY id LIMIT 1", .integer(middle))
            if let until, UInt64(clamping: until) <= instant { low = middle + 1 } else { high = middle }
        }
        guard low <= last else { return nil }
        return try database.number("SELECT chain FROM \(table) WHERE id >= ? ORDER BY id LIMIT 1", .integer(low))
    }

    // MARK: Facts

    private func addFacts(to range: inout HistoryRange, _ options: Options) throws(DatabaseFailure) {
        let since = DatabaseValue(range.sinceNanoseconds / 1_000_000)
        let until = DatabaseValue(range.untilNanoseconds / 1_000_000)
        var gaps: [HistoryGap] = []
        try database.rows(
            "SELECT since, until, reason, detail FROM gaps WHERE until > ? AND since <= ? ORDER BY since", since, until
        ) { row throws(DatabaseFailure) in
            guard let reason = row.text(2).flatMap(HistoryGap.Reason.init(rawValue:)) else { return true }
            gaps.append(
                HistoryGap(
                    sinceNanoseconds: Self.nanoseconds(row.number(0)),
                    untilNanoseconds: Self.nanoseconds(row.number(1)),
                    reason: reason, detail: row.text(3)))
            return true
        }
        gaps += (options.pending?.gaps ?? []).filter {
            $0.untilNanoseconds > range.sinceNanoseconds && $0.sinceNanoseconds <= range.untilNanoseconds
        }
        range.gaps = gaps
        var settings: [HistorySetting] = []
        try database.rows("SELECT since, name, value FROM settings WHERE since <= ? ORDER BY id", until) {
            row throws(DatabaseFailure) in
            settings.append(
                HistorySetting(
                    sinceNanoseconds: Self.nanoseconds(row.number(0)), name: row.text(1) ?? "", value: row.text(2)))
            return true
        }
        settings += (options.pending?.settings ?? []).filter { $0.sinceNanoseconds <= range.untilNanoseconds }
        range.settings = Self.standing(settings, at: range.sinceNanoseconds)
        var events: [HistoryEvent] = []
        try database.rows(
            """
            SELECT time, kind, severity, message, group_name, uid FROM events
            WHERE time > ? AND time <= ? ORDER BY time, id
            """, since, until
        ) { row throws(DatabaseFailure) in
            events.append(
                HistoryEvent(
                    wallClockNanoseconds: Self.nanoseconds(row.number(0)), kind: row.text(1) ?? "",
                    severity: Int(clamping: row.number(2) ?? 5), message: row.text(3) ?? "", group: row.text(4),
                    uid: row.number(5).flatMap { UInt32(exactly: $0) }))
            return true
        }
        events += (options.pending?.events ?? []).filter {
            $0.wallClockNanoseconds > range.sinceNanoseconds && $0.wallClockNanoseconds <= range.untilNanoseconds
        }
        range.events = events.filter { event in
            options.viewer == nil || event.uid == nil || event.uid == options.viewer
        }
    }

    private static func nanoseconds(_ milliseconds: Int64?) -> UInt64 {
        UInt64(clamping: milliseconds ?? 0).multipliedReportingOverflow(by: 1_000_000).partialValue
    }

    /// Of each setting the last value up to an instant, and all later ones.
    private static func standing(_ settings: [HistorySetting], at instant: UInt64) -> [HistorySetting] {
        var standing: [HistorySetting] = []
        for setting in settings where setting.sinceNanoseconds <= instant {
            standing.removeAll { $0.name == setting.name }
            standing.append(setting)
        }
        return standing.sorted { $0.sinceNanoseconds < $1.sinceNanoseconds }
            + settings.filter { $0.sinceNanoseconds > instant }.sorted { $0.sinceNanoseconds < $1.sinceNanoseconds }
    }
}

/// Numbers for what is not in the file yet.
private struct PendingNames {
    var scopes: [HistoryScope: Int] = [:]
    var keys: [HistoryKey: Int] = [:]

    mutating func add(
        _ minute: HistoryMinute, to names: inout RangeBuilder.Names, _ wanted: HistoryQuery.Scopes, viewer: UInt32?
    ) {
        var scopeNumber = (names.scopes.keys.max() ?? 0) + 1
        var keyNumber = (names.keys.keys.max() ?? 0) + 1
        for (scope, content) in minute.scopes where wanted.includes(scope, viewer: viewer) {
            if let known = scopes[scope] {
                names.scopes[known] = (scope, content.group)
            } else {
                scopes[scope] = scopeNumber
                names.scopes[scopeNumber] = (scope, content.group)
                scopeNumber += 1
            }
            for key in content.columns.keys where keys[key] == nil {
                keys[key] = keyNumber
                names.keys[keyNumber] = key
                keyNumber += 1
            }
        }
    }
}

extension HistoryQuery.Scopes {
    /// Whether a scope is asked for and may be seen.
    func includes(_ scope: HistoryScope, viewer: UInt32?) -> Bool {
        switch (scope, self) {
        case (.host, .all), (.host, .host), (.node, .all), (.node, .host): true
        case (.group(_, let owner), .all): viewer == nil || owner == viewer
        case (.group(let name, let owner), .group(let asked)): name == asked && (viewer == nil || owner == viewer)
        default: false
        }
    }
}
