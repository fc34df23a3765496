import Glibc
import SystemPackage

/// The file that leads clients to a listening socket, known by its inode so that another in its place is told apart.
package struct SocketFile: Hashable, Sendable {
    package let path: String
    private let device: UInt64
    private let inode: UInt64

    init(path: String, _ status: stat) {
        self.path = path
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// The file a socket of somebody else's making is bound to, as it stands.
    ///
    /// - Parameter socket: A Unix socket.
    /// - Returns: Nil for a socket without a path, or whose path leads to no socket from here.
    package init?(ofSocket socket: Int32) {
        guard let path = UnixSocketAddress.path(ofSocket: socket) else { return nil }
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        self.init(path: path, status)
    }

    /// Whether clients still get to the socket by it: it is there, and no other has taken its place.
    ///
    /// One that cannot be looked at for another reason than that it is gone counts as being there.
    package var isInPlace: Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return errno != ENOENT && errno != ENOTDIR }
        return SocketFile(path: path, status) == self
    }

    /// Removes the file, unless somebody has put another in its place. Returns whether it was removed.
    @discardableResult
    package func removeIfOwn() -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, SocketFile(path: path, status) == self else { return false }
        return unsafe unlink(path) == 0
    }
}
