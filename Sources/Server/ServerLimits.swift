package import NIOCore

/// The bound of everything a client controls.
package struct ServerLimits: Sendable {
    /// Connections at a time. Each costs about 8 KiB while idle.
    package var connections = 256
    /// Connections one user may have; the rest is for the others.
    package var connectionsPerUser = 192
    /// Connections that are kept for those who see everything.
    package var connectionsKept = 32
    /// Event streams at a time: they may last for ever and so are never taken away for equals.
    package var streams = 32
    /// Of these, one process's.
    package var streamsPerProcess = 8
    /// Of these, all that limited viewers may have together, and one such user.
    package var limitedStreams = 24
    package var limitedStreamsPerUser = 16
    /// Descriptors that stay free for the rest of the daemon, whatever the limit of connections: a round of sampling
    /// holds four at a time, and libdispatch opens one to count its threads, without which it aborts the process.
    package var descriptorsKept = 8
    /// Bytes of the request line's target. Far above our longest.
    package var targetBytes = 4096
    /// Bytes of one header field, and of all of a request's.
    package var headerFieldBytes = 8192
    package var headerBytes = 16_384
    package var headerCount = 64
    /// Bytes of a request's body, which is read and forgotten: no path takes one.
    package var bodyBytes = 4096
    /// What one read(2) of a connection brings in at most.
    package var readBytes = 4096
    /// From connecting (or the end of the head) to the end of the head (or body).
    package var requestTimeout = TimeAmount.seconds(10)
    /// Between requests.
    package var idleTimeout = TimeAmount.seconds(75)
    /// In which a client must take the next piece of an answer.
    package var writeTimeout = TimeAmount.seconds(10)
    /// How long a request waits for the first round of sampling: one takes a fraction of a second, on a large and busy
    /// host a few.
    package var firstRoundTimeout = TimeAmount.seconds(10)
    /// The size of such a piece.
    package var pieceBytes = 65_536
    /// Bytes of answers that wait to be taken, of all connections together; limited viewers have half of it.
    package var waitingBytes = 32 << 20
    /// How long nothing more is answered to a client that was told that there is no room. One that leaves answers unread and
    /// sends ahead without end would else be told so thousands of times a second, at everybody's cost.
    package var restAfterBusy = TimeAmount.seconds(1)
    /// How long answers under way may take at shutdown.
    package var shutdownTimeout = TimeAmount.seconds(5)
    /// For how long no connection is accepted when there are no descriptors for it.
    package var acceptPause = TimeAmount.milliseconds(500)
    /// How often it is looked whether clients still find the sockets.
    package var fileCheckInterval = TimeAmount.seconds(5)
    /// When free memory is given back: so many connections closed, or bytes of answers sent, since the last time, and then
    /// a while for more of them to end.
    package var connectionsUntilTrim = 32
    package var bytesUntilTrim = 8 << 20
    package var trimDelay = TimeAmount.seconds(2)

    package init() {}

    /// Limits for a number of connections; the shares follow.
    package init(connections: Int) {
        self.connections = max(1, connections)
        connectionsPerUser = max(1, self.connections * 3 / 4)
        connectionsKept = self.connections / 8
        streams = max(1, self.connections / 8)
        streamsPerProcess = max(1, streams / 4)
        limitedStreams = max(1, streams * 3 / 4)
        limitedStreamsPerUser = max(1, streams / 2)
    }

    /// How many connections a limit of descriptors leaves room for: what the daemon needs for itself is taken off.
    ///
    /// - Parameter descriptorLimit: The soft limit of the process.
    /// - Returns: At least 1.
    package static func connections(withinDescriptors descriptorLimit: Int) -> Int {
        max(1, descriptorLimit - ownDescriptors)
    }

    /// Measured: 16 at rest and 20 in a round of sampling; the rest is room for tracing, which has one for each CPU.
    static let ownDescriptors = 64
}
