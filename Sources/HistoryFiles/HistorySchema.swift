import LinuxSystem

/// The tables of a history.
///
/// Rounds and minutes lie in blocks (``HistoryPacker``), each the samples of a minute. Scopes and keys are written out once and
/// are numbers in blocks. `chain` is the number of the block that has to be read first. A life is a time in which one daemon
/// wrote and the clock was not set back: within it numbers and times ascend together. Times are milliseconds since 1970.
enum HistorySchema {
    static let version: Int64 = 2
    /// “NUMh”: what the header of the file says it is.
    static let application: Int64 = 0x4E55_4D68

    private static let tables = """
        CREATE TABLE lives(
            id INTEGER PRIMARY KEY, boot TEXT, began INTEGER NOT NULL, version TEXT NOT NULL, host TEXT,
            first_round INTEGER NOT NULL, first_minute INTEGER NOT NULL);
        CREATE TABLE scopes(
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT, owner INTEGER, group_kind TEXT, title TEXT,
            seen INTEGER NOT NULL);
        CREATE INDEX scopes_by_name ON scopes(name);
        CREATE TABLE keys(id INTEGER PRIMARY KEY, figure TEXT NOT NULL, node INTEGER, target INTEGER);
        CREATE TABLE rounds(
            id INTEGER PRIMARY KEY, life INTEGER NOT NULL, chain INTEGER NOT NULL, since INTEGER NOT NULL,
            until INTEGER NOT NULL, rounds INTEGER NOT NULL, block BLOB NOT NULL);
        CREATE TABLE minutes(
            id INTEGER PRIMARY KEY, life INTEGER NOT NULL, chain INTEGER NOT NULL, since INTEGER NOT NULL,
            until INTEGER NOT NULL, rounds INTEGER NOT NULL, block BLOB NOT NULL);
        CREATE TABLE gaps(
            id INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT);
        CREATE TABLE settings(id INTEGER PRIMARY KEY, since INTEGER NOT NULL, name TEXT NOT NULL, value TEXT);
        CREATE TABLE events(
            id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, severity INTEGER NOT NULL,
            message TEXT NOT NULL, group_name TEXT, uid INTEGER);
        """ + metrics

    /// The figures of a user's own, in a file of the user's own; since version 2.
    private static let metrics = """
        CREATE TABLE metrics(
            id INTEGER PRIMARY KEY, time INTEGER NOT NULL, name TEXT NOT NULL, value REAL NOT NULL);
        """

    /// Makes the tables of a new file, or brings those of an older version up to date.
    ///
    /// - Returns: The version that was brought up to date; nil where nothing was to be done.
    static func prepare(_ database: Database) throws(DatabaseFailure) -> Int64? {
        let found = try database.number("PRAGMA user_version") ?? 0
        let isEmpty = try database.number("SELECT count(*) FROM sqlite_schema") == 0
        if isEmpty {
            try database.transaction { () throws(DatabaseFailure) in
                try database.execute(tables)
                try database.execute("PRAGMA application_id=\(application); PRAGMA user_version=\(version)")
            }
            return nil
        }
        try check(database)
        guard found < version else { return nil }
        try database.transaction { () throws(DatabaseFailure) in
            for step in found..<version { try database.execute(upgrades[Int(step) - 1], "bring up to date") }
            try database.execute("PRAGMA user_version=\(version)", "bring up to date")
        }
        return found
    }

    /// Whether a file is a history that this version understands.
    static func check(_ database: Database) throws(DatabaseFailure) {
        guard try database.number("PRAGMA application_id") == application else {
            throw DatabaseFailure(
                .damaged, path: database.path, operation: "read", reason: "it is a database, but no history")
        }
        let found = try database.number("PRAGMA user_version") ?? 0
        guard found >= 1, found <= version else {
            throw DatabaseFailure(
                .otherVersion, path: database.path, operation: "read",
                reason: "its version is \(found), and this program knows \(version)")
        }
    }

    /// What leads from version 1 to 2, from 2 to 3, and so on.
    private static let upgrades = [metrics]
}
