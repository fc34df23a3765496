import Glibc
import SystemPackage

/// A Unix stream socket that listens at a path of our own.
///
/// A socket left over from a process that has died (its file is there, a connection is refused) is replaced, when it is
/// our user's. A socket that somebody answers on, and any other kind of file, is left alone and is an error. Mode and
/// group are set before it listens, so nobody can connect while they are not.
package struct UnixListener: ~Copyable {
    package let file: SocketFile
    private let socket: OwnedDescriptor

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - path: At most 107 bytes (sockaddr_un). Its directory must exist.
    ///   - mode: Permissions of the file; who may write to it may connect.
    ///   - groupID: The file's group; nil leaves our own.
    ///   - backlog: Connections that may wait to be accepted.
    ///   - lockAttempts: How often, a hundredth of a second apart, the directory's lock is tried for.
    package init(
        path: String, mode: UInt32 = 0o660, groupID: UInt32? = nil, backlog: Int32 = 128, lockAttempts: Int = 200
    ) throws(SystemFailure) {
        // Two of us starting at once must not take each other's socket, bound but not yet listening, for a stale one.
        // Whoever may read the directory can hold that lock for ever, so that it is not waited for without end.
        let directory = try Self.lockDirectory(of: path, attempts: lockAttempts)
        try Self.removeStaleSocket(path)
        let socket = try UnixSocketAddress.makeSocket(path)
        try UnixSocketAddress(path).bind(socket)
        var status = stat()
        do throws(Errno) {
            if unsafe lstat(path, &status) != 0 { throw Errno(rawValue: errno) }
            _ = try calling(.chmod) { unsafe chmod(path, mode) }
            if let groupID { _ = try calling(.chown) { unsafe lchown(path, uid_t.max, groupID) } }
            let number = socket.rawValue
            _ = try calling(.listen) { listen(number, backlog) }
        } catch {
            unsafe unlink(path)
            throw SystemFailure(
                "set up the socket", path, error,
                remedy: error == .notPermitted ? "be a member of the socket's group" : nil)
        }
        file = SocketFile(path: path, status)
        self.socket = consume socket
        withExtendedLifetime(directory.rawValue) {}
    }

    /// Gives up the listening descriptor: the caller closes it, and removes the file by `file`.
    package consuming func releaseDescriptor() -> Int32 { socket.release() }

    private static func lockDirectory(of path: String, attempts: Int) throws(SystemFailure) -> OwnedDescriptor {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let directory = slash.map { $0 == path.utf8.startIndex ? "/" : String(path[..<$0]) } ?? "."
        do {
            let descriptor = try openDirectoryFile(directory, relativeTo: AT_FDCWD)
            let number = descriptor.rawValue
            for _ in 0..<attempts {
                // Where there are no such locks, waiting does not help.
                guard flock(number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { break }
                SystemTime().pause(nanoseconds: 10_000_000)
            }
            return descriptor
        } catch {
            throw SystemFailure(
                "open the directory of the socket", path, error.errno, remedy: "create \(directory) first")
        }
    }

    private static func removeStaleSocket(_ path: String) throws(SystemFailure) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SystemFailure(
                "listen at", path, .fileExists, remedy: "a file that is no socket is there: choose another path"
            )
        }
        guard try !UnixSocketAddress(path).isAnswered() else {
            throw SystemFailure(
                "listen at", path, .addressInUse, remedy: "another process answers there: stop it first")
        }
        guard status.st_uid == geteuid() else {
            throw SystemFailure("listen at", path, .notPermitted, remedy: "another user's stale socket: remove it")
        }
        do {
            _ = try calling(.unlink) { unsafe unlink(path) }
        } catch {
            throw SystemFailure("remove the stale socket", path, error)
        }
    }
}
