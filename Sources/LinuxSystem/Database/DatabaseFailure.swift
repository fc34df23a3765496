import CSQLite
import SystemPackage

/// A database that could not be opened, read or written: which file, what was being done, why.
package struct DatabaseFailure: Error, Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// No room is left on the disk, or the file has reached its limit.
        case full
        /// It may not be written to.
        case readOnly = "read_only"
        /// It is no database, or what is in it contradicts itself.
        case damaged
        /// Another version's.
        case otherVersion = "other_version"
        /// It cannot be opened, or is not there.
        case unavailable
        /// Anything else.
        case other
    }

    package var kind: Kind
    package var path: String
    /// In words that complete “cannot …”.
    package var operation: String
    /// The library's words, and the system's where it has any.
    package var reason: String

    package init(_ kind: Kind, path: String, operation: String, reason: String) {
        self.kind = kind
        self.path = path
        self.operation = operation
        self.reason = reason
    }

    /// - Parameters:
    ///   - code: SQLite's, extended.
    ///   - errno: What the system said last; 0 for nothing.
    init(code: Int32, message: String, errno: Int32, path: String, operation: String) {
        // The errno stays from call to call: only errors of the system have one of their own.
        let primary = code & 0xFF
        let isSystem = [SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_FULL, SQLITE_READONLY].contains(primary)
        let system = isSystem && errno != 0 ? Errno(rawValue: errno) : nil
        let kind: Kind =
            switch primary {
            case SQLITE_FULL: .full
            case SQLITE_READONLY: .readOnly
            case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
            case SQLITE_CANTOPEN where system == .permissionDenied || system == .readOnlyFileSystem: .readOnly
            case SQLITE_CANTOPEN: .unavailable
            // A disk that is full while a page is written shows so.
            case SQLITE_IOERR where system == .noSpace || system == .diskQuotaExceeded: .full
            case SQLITE_IOERR where system == .readOnlyFileSystem: .readOnly
            default: .other
            }
        self.init(
            kind, path: path, operation: operation, reason: message + (system.map { " (\($0))" } ?? ""))
    }
}
