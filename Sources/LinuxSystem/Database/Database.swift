import CSQLite

/// A connection to an SQLite database. Not for several threads at once.
///
/// It takes little memory: a page cache of ``cacheKibibytes``, no memory map of the file.
@safe package final class Database {
    package enum Mode {
        /// Made where it is not there.
        case writing
        case reading
        /// As it lies there, without looking for what is written beside it: for copies on disks that cannot be written to.
        case frozen
    }

    package let path: String
    private let handle: OpaquePointer
    private var statements: [String: DatabaseStatement] = [:]

    static let cacheKibibytes = 256
    /// How long another one that writes is waited for.
    private static let busyMilliseconds: Int32 = 2_000

    package init(_ path: String, _ mode: Mode) throws(DatabaseFailure) {
        self.path = path
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        switch mode {
        case .writing: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .reading: flags |= SQLITE_OPEN_READONLY
        case .frozen: flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        }
        let name = mode == .frozen ? "file:\(Self.escaped(path))?immutable=1" : path
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(name, &opened, flags, nil)
        guard code == SQLITE_OK, let connection = unsafe opened else {
            let failure = unsafe Self.failure(code, opened, path, "open")
            unsafe sqlite3_close_v2(opened)
            throw failure
        }
        unsafe handle = connection
        unsafe sqlite3_busy_timeout(handle, Self.busyMilliseconds)
        // On a disk that is read only it opens for reading, and fails later with an error that says nothing of it.
        if mode == .writing, unsafe sqlite3_db_readonly(handle, "main") == 1 {
            throw DatabaseFailure(.readOnly, path: path, operation: "open", reason: "it cannot be written to")
        }
        try execute("PRAGMA cache_size=-\(Self.cacheKibibytes)")
        try execute("PRAGMA temp_store=MEMORY")
    }

    deinit {
        statements = [:]
        unsafe sqlite3_close_v2(handle)
    }

    /// As a part of a URI.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain =
                byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
                || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || Array("/-._".utf8).contains(byte)
            let digits = String(byte, radix: 16)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }

    /// Runs statements that have no parameters and whose rows are of no interest.
    package func execute(_ sql: String, _ operation: String = "set up") throws(DatabaseFailure) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw unsafe Self.failure(code, handle, path, operation) }
    }

    /// Runs one statement to its end.
    package func run(_ sql: String, _ values: DatabaseValue..., operation: String = "write") throws(DatabaseFailure) {
        let statement = try prepare(sql, operation)
        defer { statement.reset() }
        try statement.bind(values, operation)
        while try statement.step(operation) {}
    }

    /// The rows of one statement, one after the other.
    ///
    /// - Parameter body: Returns whether to go on. It must not run the same statement.
    package func rows(
        _ sql: String, _ values: DatabaseValue..., operation: String = "read",
        _ body: (DatabaseStatement) throws(DatabaseFailure) -> Bool
    ) throws(DatabaseFailure) {
        let statement = try prepare(sql, operation)
        defer { statement.reset() }
        try statement.bind(values, operation)
        while try statement.step(operation) {
            guard try body(statement) else { return }
        }
    }

    /// A whole number of one row; nil without a row, or for NULL.
    package func number(_ sql: String, _ values: DatabaseValue...) throws(DatabaseFailure) -> Int64? {
        let statement = try prepare(sql, "read")
        defer { statement.reset() }
        try statement.bind(values, "read")
        return try statement.step("read") ? statement.number(0) : nil
    }

    /// All or nothing.
    package func transaction(_ body: () throws(DatabaseFailure) -> Void) throws(DatabaseFailure) {
        try execute("BEGIN IMMEDIATE", "write")
        do throws(DatabaseFailure) {
            try body()
            try execute("COMMIT", "write")
        } catch {
            // After some errors SQLite has done so itself.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK", "write") }
            throw error
        }
    }

    package var lastRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// Gives back what memory of the cache is not in use.
    package func releaseMemory() { unsafe sqlite3_db_release_memory(handle) }

    private func prepare(_ sql: String, _ operation: String) throws(DatabaseFailure) -> DatabaseStatement {
        if let statement = statements[sql] { return statement }
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let new = unsafe prepared else {
            throw unsafe Self.failure(code, handle, path, operation)
        }
        let statement = unsafe DatabaseStatement(new, path: path)
        statements[sql] = statement
        return statement
    }

    static func failure(
        _ code: Int32, _ handle: OpaquePointer?, _ path: String, _ operation: String
    ) -> DatabaseFailure {
        let message = unsafe handle.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
        let errno = unsafe handle.map { unsafe sqlite3_system_errno($0) } ?? 0
        return DatabaseFailure(code: code, message: message, errno: errno, path: path, operation: operation)
    }
}
