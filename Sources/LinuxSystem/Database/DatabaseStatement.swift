import CSQLite

/// A prepared statement.
@safe package final class DatabaseStatement {
    private let handle: OpaquePointer
    private let path: String

    init(_ handle: OpaquePointer, path: String) {
        unsafe self.handle = handle
        self.path = path
    }

    deinit { unsafe sqlite3_finalize(handle) }

    func bind(_ values: [DatabaseValue], _ operation: String) throws(DatabaseFailure) {
        // The library copies what it is given.
        let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            let code =
                switch value {
                case .null: unsafe sqlite3_bind_null(handle, place)
                case .integer(let number): unsafe sqlite3_bind_int64(handle, place, number)
                case .real(let number): unsafe sqlite3_bind_double(handle, place, number)
                case .text(let text): unsafe sqlite3_bind_text(handle, place, text, Int32(text.utf8.count), copied)
                case .blob(let bytes):
                    unsafe bytes.withUnsafeBytes { bytes in
                        // No bytes are no null.
                        unsafe bytes.isEmpty
                            ? sqlite3_bind_zeroblob(handle, place, 0)
                            : sqlite3_bind_blob(handle, place, bytes.baseAddress, Int32(bytes.count), copied)
                    }
                }
            guard code == SQLITE_OK else { throw failure(code, operation) }
        }
    }

    /// - Returns: Whether there is a row.
    func step(_ operation: String) throws(DatabaseFailure) -> Bool {
        let code = unsafe sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(code, operation)
        }
    }

    func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }

    private func failure(_ code: Int32, _ operation: String) -> DatabaseFailure {
        unsafe Database.failure(code, sqlite3_db_handle(handle), path, operation)
    }

    // MARK: The row

    package func number(_ column: Int32) -> Int64? {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }

    package func real(_ column: Int32) -> Double? {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_double(handle, column)
    }

    package func text(_ column: Int32) -> String? {
        guard let bytes = unsafe sqlite3_column_text(handle, column) else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    package func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = unsafe sqlite3_column_blob(handle, column) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
