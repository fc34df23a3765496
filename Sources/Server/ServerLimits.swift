package import NIOCore

/// The bound of everything a client controls.
package struct ServerLimits: Sendable {
    /// Connections at a time. Each costs about 8 KiB while idle.
    package var connections = 256
    /// Connections one user may have; the rest is for the others.
    package var connectionsPerUser = 192
    /// Event streams at a time: they may last for ever and so are never taken away for newcomers.
    package var streams = 32
    /// Of these, one process's.
    package var streamsPerProcess = 8
    /// Bytes of the request line's target. Far above our longest.
    package var targetBytes = 4096
    /// Bytes of one header field, and of all of a request's.
    package var headerFieldBytes = 8192
    package var headerBytes = 16_384
    package var headerCount = 64
    /// Bytes of a request's body, which is read and forgotten: no path takes one.
    package var bodyBytes = 4096
    /// From connecting (or the end of the head) to the end of the head (or body).
    package var requestTimeout = TimeAmount.seconds(10)
    /// Between requests.
    package var idleTimeout = TimeAmount.seconds(75)
    /// In which a client must take the next piece of an answer.
    package var writeTimeout = TimeAmount.seconds(10)
    /// The size of such a piece.
    package var pieceBytes = 65_536
    /// Bytes of answers that wait to be taken, of all connections together.
    package var waitingBytes = 32 << 20
    /// How long answers under way may take at shutdown.
    package var shutdownTimeout = TimeAmount.seconds(5)

    package init() {}

    /// Limits for a number of connections; the shares follow.
    package init(connections: Int) {
        self.connections = max(1, connections)
        connectionsPerUser = max(1, self.connections * 3 / 4)
        streams = max(1, self.connections / 8)
        streamsPerProcess = max(1, streams / 4)
    }
}
