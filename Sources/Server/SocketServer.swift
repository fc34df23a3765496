package import Exposition
import LinuxSystem
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Serves endpoints over sockets, HTTP/1.1, on one thread.
package final class SocketServer: Service {
    /// Who asks.
    package enum Audience: Sendable {
        /// Processes of this host, of which the kernel says whose they are: Unix sockets.
        case known
        /// Whoever reaches the port: one of nobody, who sees all that is served.
        case anyone
    }

    private struct Access {
        var policy: AccessPolicy
        /// Those it applies to; absent unless the server runs.
        var connections: Connections?
    }

    private let sockets: [ListeningSocket]
    private let audience: Audience
    private let registry: EndpointRegistry
    private let access: Mutex<Access>
    private let limits: ServerLimits
    private let statistics: ServerStatistics
    private let now: @Sendable () -> UInt64
    private let firstRound: @Sendable () async -> Void
    private let whenListening: @Sendable () -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - sockets: Where to listen; at least one, or nobody can ever ask.
    ///   - audience: ``Audience/anyone`` for sockets with a port. `access` is of no account then.
    ///   - registry: What to serve.
    ///   - access: Who may see what.
    ///   - statistics: Shared with the catalogue of metrics.
    ///   - now: Monotonic time in nanoseconds, on the snapshots' clock.
    ///   - firstRound: Returns once the endpoints have a snapshot to answer from. Requests that need one wait for that.
    ///   - whenListening: Called once all sockets are listened on.
    package init(
        sockets: [ListeningSocket], audience: Audience = .known, registry: EndpointRegistry, access: AccessPolicy,
        limits: ServerLimits = ServerLimits(), statistics: ServerStatistics = ServerStatistics(),
        now: @escaping @Sendable () -> UInt64, logger: Logger,
        firstRound: @escaping @Sendable () async -> Void = {},
        whenListening: @escaping @Sendable () -> Void = {}
    ) {
        self.sockets = sockets
        self.audience = audience
        self.registry = registry
        self.access = Mutex(Access(policy: access))
        self.limits = limits
        self.statistics = statistics
        self.now = now
        self.logger = logger
        self.firstRound = firstRound
        self.whenListening = whenListening
    }

    /// Changes who may see what. Connections of those who may now see less, or more, than when they connected are closed,
    /// with whatever is under way on them.
    package func update(access policy: AccessPolicy) {
        // Told after the policy is in place: who connects in between is judged by the new one, at worst twice.
        let connections = access.withLock { access in
            access.policy = policy
            return access.connections
        }
        connections?.tell(.accessChanged(policy))
    }

    /// Listens and serves until graceful shutdown or cancellation; then answers what is under way, within a bound.
    ///
    /// - Throws: `SystemFailure` when a socket cannot be had.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let connections = Connections(limits: limits, statistics: statistics)
        let shared = SharedServerState(
            registry: registry, limits: limits, connections: connections, statistics: statistics,
            memory: MemoryReturn(limits: limits), group: group, now: now)
        access.withLock { $0.connections = connections }
        defer { access.withLock { $0.connections = nil } }
        let listeners = ListeningSockets(limits: limits, statistics: statistics, logger: logger) { [self] in
            bootstrap(shared)
        }
        do {
            for socket in sockets { try await listeners.open(socket) }
            whenListening()
            await withTaskGroup { tasks in
                tasks.addTask { await listeners.watch() }
                tasks.addTask { [firstRound] in
                    await firstRound()
                    connections.tell(.firstRound)
                }
                // Throws when cancelled, which is as good a reason to stop.
                try? await gracefulShutdown()
                tasks.cancelAll()
            }
            await listeners.close()
            await stop(connections, on: group)
        } catch {
            await listeners.close()
            listeners.removeFiles()
            try? await group.shutdownGracefully()
            throw error
        }
        listeners.removeFiles()
        try await group.shutdownGracefully()
    }

    private func bootstrap(_ shared: SharedServerState) -> ServerBootstrap {
        ServerBootstrap(group: shared.group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // What one read brings in is what a client can make us keep while an answer is under way.
            .childChannelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.readBytes)
            )
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel, shared: shared) }
            }
    }

    private func accept(_ channel: any Channel, shared: SharedServerState) throws {
        let pipeline = channel.pipeline.syncOperations
        let accepted = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { handle in
            let credentials = audience == .anyone ? PeerCredentials.nobody : try PeerCredentials(socket: handle)
            return (descriptor: handle, credentials: credentials)
        }
        // Nobody is served whom the kernel does not name.
        guard let (descriptor, credentials) = accepted else { throw ChannelError.operationUnsupported }
        let viewer = viewer(for: credentials)
        let peer = ConnectionTable.Peer(credentials, viewer)
        guard let id = shared.connections.admit(channel, descriptor: descriptor, peer: peer) else {
            logger.debug("connection refused for want of room", metadata: ["peer": "\(peer)"])
            return refuse(channel)
        }
        // The rules may have changed before it was among those that are told.
        guard self.viewer(for: credentials) == viewer else {
            shared.connections.remove(id)
            throw ChannelError.operationUnsupported
        }
        channel.closeFuture.whenComplete { _ in
            shared.connections.remove(id)
            shared.memory.noteClosed(on: channel.eventLoop)
        }
        try Self.configure(
            channel, handler: HTTPConnectionHandler(id: id, credentials: credentials, viewer: viewer, shared: shared))
    }

    private func viewer(for credentials: PeerCredentials) -> Viewer? {
        audience == .anyone ? .all : access.withLock { $0.policy.viewer(for: credentials) }
    }

    /// The way of a request: intake, decoder, our handler, encoder.
    static func configure(_ channel: any Channel, handler: HTTPConnectionHandler) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = handler.shared.limits.headerFieldBytes
        decoderLimits.maxHeaderListSize = handler.shared.limits.headerBytes
        decoderLimits.maxHeaderFieldCount = handler.shared.limits.headerCount
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(handler.intake)
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

    private func stop(_ connections: Connections, on group: any EventLoopGroup) async {
        let loop = group.next()
        let empty = loop.makePromise(of: Void.self)
        let deadline = loop.scheduleTask(in: limits.shutdownTimeout) { connections.closeAll() }
        connections.stop(whenEmpty: empty)
        try? await empty.futureResult.get()
        deadline.cancel()
    }
}
