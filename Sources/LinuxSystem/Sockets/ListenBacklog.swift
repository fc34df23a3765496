import Glibc
import SystemPackage

/// How many connections may wait at a listening socket.
package enum ListenBacklog {
    /// More than the kernel grants anywhere by default (`net.core.somaxconn`, 4096 since Linux 5.4), which cuts it down.
    package static let largest: Int32 = 65_535

    /// Changes the bound of a socket that listens already; what waits stays. listen(2) called again.
    ///
    /// A client that does not wait gets `EAGAIN` from connect(2) while a Unix socket's queue is full, whoever filled it.
    package static func set(_ backlog: Int32 = largest, of socket: Int32) throws(SystemFailure) {
        do {
            _ = try calling(.listen) { listen(socket, backlog) }
        } catch {
            throw SystemFailure("set how many connections may wait at", "socket \(socket)", error)
        }
    }
}
