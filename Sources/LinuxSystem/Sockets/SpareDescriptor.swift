import Glibc
import SystemPackage

/// A descriptor kept open for when there is none left, to send clients away with that would wait for ever.
///
/// At the limit accept(2) fails with `EMFILE`, and the client stays in the queue, of which epoll(7) says at once again
/// that it is ready. With the spare one given up for a moment a connection can be accepted, and closed.
package final class SpareDescriptor {
    private var descriptor: OwnedDescriptor?

    package init() { refill() }

    /// Accepts connections that wait at a socket and closes them.
    ///
    /// - Parameters:
    ///   - socket: Listening, and non-blocking.
    ///   - count: How many at most.
    /// - Returns: How many were sent away: fewer where another thread was faster to take the descriptor.
    @discardableResult
    package func sendAway(_ count: Int, at socket: Int32) -> Int {
        descriptor = nil
        defer { refill() }
        for done in 0..<max(count, 0) {
            guard let connection = try? calling(.accept, { accept(socket, nil, nil) }) else { return done }
            close(connection)
        }
        return max(count, 0)
    }

    private func refill() {
        descriptor = try? OwnedDescriptor(openingForReading: "/dev/null")
    }
}
