package import Exposition
import LinuxSystem
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Where to listen.
package enum ListeningSocket: Sendable {
    /// A listening Unix socket that somebody opened for us; its file is theirs.
    case passed(descriptor: Int32)
    /// A path of our own: its socket is made at start and removed at stop.
    case path(String, mode: UInt32, groupID: UInt32?)
}

/// Serves endpoints over Unix sockets, HTTP/1.1, on one thread.
package final class SocketServer: Service {
    private let sockets: [ListeningSocket]
    private let registry: EndpointRegistry
    private let access: Mutex<AccessPolicy>
    private let limits: ServerLimits
    private let statistics: ServerStatistics
    private let now: @Sendable () -> UInt64
    private let whenListening: @Sendable () -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - sockets: Where to listen; at least one, or nobody can ever ask.
    ///   - registry: What to serve.
    ///   - access: Who may see what.
    ///   - statistics: Shared with the catalogue of metrics.
    ///   - now: Monotonic time in nanoseconds, on the snapshots' clock.
    ///   - whenListening: Called once all sockets are listened on.
    package init(
        sockets: [ListeningSocket], registry: EndpointRegistry, access: AccessPolicy,
        limits: ServerLimits = ServerLimits(), statistics: ServerStatistics = ServerStatistics(),
        now: @escaping @Sendable () -> UInt64, logger: Logger,
        whenListening: @escaping @Sendable () -> Void = {}
    ) {
        self.sockets = sockets
        self.registry = registry
        self.access = Mutex(access)
        self.limits = limits
        self.statistics = statistics
        self.now = now
        self.logger = logger
        self.whenListening = whenListening
    }

    /// Changes who may see what, for connections from now on.
    package func update(access policy: AccessPolicy) {
        access.withLock { $0 = policy }
    }

    /// Listens and serves until graceful shutdown or cancellation; then answers what is under way, within a bound.
    ///
    /// - Throws: `SystemFailure` when a socket cannot be had.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let connections = Connections(limits: limits, statistics: statistics)
        let shared = SharedServerState(
            registry: registry, limits: limits, connections: connections, statistics: statistics, group: group,
            now: now)
        var listeners: [any Channel] = []
        var files: [SocketFile] = []
        do {
            for socket in sockets {
                listeners.append(try await listen(socket, files: &files, shared: shared))
            }
            whenListening()
            // Throws when cancelled, which is as good a reason to stop.
            try? await gracefulShutdown()
            await stop(listeners, connections: connections, on: group)
        } catch {
            for file in files { file.removeIfOwn() }
            try? await group.shutdownGracefully()
            throw error
        }
        for file in files { file.removeIfOwn() }
        try await group.shutdownGracefully()
    }

    private func listen(
        _ socket: ListeningSocket, files: inout [SocketFile], shared: SharedServerState
    ) async throws -> any Channel {
        let descriptor: Int32
        switch socket {
        case .passed(let passed): descriptor = passed
        case .path(let path, let mode, let groupID):
            let listener = try UnixListener(path: path, mode: mode, groupID: groupID)
            files.append(listener.file)
            descriptor = listener.releaseDescriptor()
        }
        let listener = try await ServerBootstrap(group: shared.group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // What one read brings in is what a client can make us keep while an answer is under way.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel, shared: shared) }
            }
            .withBoundSocket(descriptor).get()
        // NIO has set it to 128 when it took the socket over.
        try ListenBacklog.set(of: descriptor)
        return listener
    }

    private func accept(_ channel: any Channel, shared: SharedServerState) throws {
        let pipeline = channel.pipeline.syncOperations
        let credentials = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { handle in
            try PeerCredentials(socket: handle)
        }
        // Nobody is served whom the kernel does not name.
        guard let credentials else { throw ChannelError.operationUnsupported }
        let viewer = access.withLock { $0.viewer(for: credentials) }
        let peer = ConnectionTable.Peer(userID: credentials.userID, processID: credentials.processID)
        guard let id = shared.connections.admit(channel, peer: peer) else {
            logger.debug("connection refused for want of room", metadata: ["peer": "\(peer)"])
            return refuse(channel)
        }
        channel.closeFuture.whenComplete { _ in shared.connections.remove(id) }
        try Self.configure(channel, handler: HTTPConnectionHandler(id: id, peer: peer, viewer: viewer, shared: shared))
    }

    /// The way of a request: decoder, our handler, encoder.
    static func configure(_ channel: any Channel, handler: HTTPConnectionHandler) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = handler.shared.limits.headerFieldBytes
        decoderLimits.maxHeaderListSize = handler.shared.limits.headerBytes
        decoderLimits.maxHeaderFieldCount = handler.shared.limits.headerCount
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(handler)
    }

    /// Says in one write that there is no room, and closes.
    private func refuse(_ channel: any Channel) {
        let body = EndpointError.full.body
        var response = ByteBuffer()
        response.writeString(
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: \(ContentType.json)\r\n"
                + "content-length: \(body.count)\r\nretry-after: 1\r\nconnection: close\r\n\r\n")
        response.writeBytes(body)
        let bytes = response
        // Once the channel is set up, which it is not yet.
        channel.eventLoop.execute {
            channel.writeAndFlush(bytes).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    private func stop(_ listeners: [any Channel], connections: Connections, on group: any EventLoopGroup) async {
        for listener in listeners {
            try? await listener.close().get()
        }
        let loop = group.next()
        let empty = loop.makePromise(of: Void.self)
        let deadline = loop.scheduleTask(in: limits.shutdownTimeout) { connections.closeAll() }
        connections.stop(whenEmpty: empty)
        try? await empty.futureResult.get()
        deadline.cancel()
    }
}
