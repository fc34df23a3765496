import Glibc
import Synchronization

/// Users and groups by number and by name, as the name service knows them.
///
/// Names by number are remembered, unknown numbers too: a listing of processes asks for the same few again and again,
/// and a name service may be a network away. These calls may block; do not make them on the shared pool.
package final class Accounts: Sendable {
    private struct Names {
        var users: [UInt32: String?] = [:]
        var groups: [UInt32: String?] = [:]
    }

    private let names = Mutex(Names())

    package init() {}

    /// The name of a user; nil when it has none.
    package func userName(_ userID: UInt32) -> String? {
        if let known = names.withLock({ $0.users[userID] }) { return known }
        let name = unsafe Self.user { unsafe getpwuid_r(userID, $0, $1, $2, $3) }?.name
        names.withLock { $0.users[userID] = .some(name) }
        return name
    }

    /// The name of a group; nil when it has none.
    package func groupName(_ groupID: UInt32) -> String? {
        if let known = names.withLock({ $0.groups[groupID] }) { return known }
        let name = unsafe Self.group { unsafe getgrgid_r(groupID, $0, $1, $2, $3) }?.name
        names.withLock { $0.groups[groupID] = .some(name) }
        return name
    }

    /// The number of a user; nil when there is none of that name.
    package func userID(named name: String) -> UInt32? {
        unsafe Self.user { unsafe getpwnam_r(name, $0, $1, $2, $3) }?.userID
    }

    /// The number of a group; nil when there is none of that name.
    package func groupID(named name: String) -> UInt32? {
        unsafe Self.group { unsafe getgrnam_r(name, $0, $1, $2, $3) }?.groupID
    }

    /// All groups a user is in by the databases: the primary one and the supplementary ones. Empty for an unknown user.
    ///
    /// A running process may have others: for the peer of a socket ask `PeerCredentials`.
    package func groupIDs(ofUser userID: UInt32) -> [UInt32] {
        guard let user = unsafe Self.user({ unsafe getpwuid_r(userID, $0, $1, $2, $3) }) else { return [] }
        var groups = [gid_t](repeating: 0, count: 32)
        while true {
            var count = Int32(groups.count)
            let status = unsafe getgrouplist(user.name, user.groupID, &groups, &count)
            if status >= 0 { return Array(groups[..<Int(count)]) }
            // The C library says how many there are; were it not more than there is room for, this would never end.
            groups = [gid_t](repeating: 0, count: max(Int(count), groups.count * 2))
        }
    }

    // MARK: Calling the C library

    private struct User {
        let name: String
        let userID: UInt32
        let groupID: UInt32
    }

    private struct Group {
        let name: String
        let groupID: UInt32
    }

    private typealias Lookup<Entry> = (
        UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
    ) -> Int32

    private static func user(_ lookup: Lookup<passwd>) -> User? {
        unsafe look(up: lookup, empty: passwd()) { entry in
            unsafe User(name: String(cString: entry.pw_name), userID: entry.pw_uid, groupID: entry.pw_gid)
        }
    }

    private static func group(_ lookup: Lookup<group>) -> Group? {
        unsafe look(up: lookup, empty: Glibc.group()) { entry in
            unsafe Group(name: String(cString: entry.gr_name), groupID: entry.gr_gid)
        }
    }

    /// Calls with storage for the strings, and with more when that was not enough.
    private static func look<Entry, Value>(
        up lookup: Lookup<Entry>, empty: Entry, _ value: (Entry) -> Value
    ) -> Value? {
        var entry = empty
        // A group with very many members needs much; beyond 16 MiB something is wrong.
        var byteCount = 1024
        while byteCount <= 16 << 20 {
            var strings = [CChar](repeating: 0, count: byteCount)
            var found: UnsafeMutablePointer<Entry>?
            let (result, status) = unsafe strings.withUnsafeMutableBufferPointer { strings -> (Value?, Int32) in
                guard let start = strings.baseAddress else { return (nil, ERANGE) }
                let status = unsafe lookup(&entry, start, strings.count, &found)
                return unsafe (found == nil ? nil : value(entry), status)
            }
            switch status {
            case ERANGE: byteCount *= 4
            case EINTR: continue
            default: return result
            }
        }
        return nil
    }
}
