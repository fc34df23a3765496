import Exposition
import LinuxSystem
import NIOCore
import NIOEmbedded
import Snapshots

@testable import Server

/// One connection of the server on an event loop whose time the test turns.
struct EmbeddedConnection {
    static let credentials = PeerCredentials(processID: 2, userID: 1, groupID: 1)
    static let peer = ConnectionTable.Peer(credentials, .all)
    let channel = EmbeddedChannel()
    let statistics = ServerStatistics()
    let connections: Connections
    let store = SnapshotStore()
    /// What waits unparsed while an answer is under way.
    let intake: RequestIntake

    /// - Parameters:
    ///   - processCount: Of the first round; nil when there was none yet.
    ///   - peerReads: Whether the peer takes what is written.
    init(viewer: Viewer? = .all, limits: ServerLimits = ServerLimits(), processCount: Int? = 3, peerReads: Bool = true)
        throws
    {
        if let processCount { store.publish(TestServer.snapshot(processCount: processCount)) }
        connections = Connections(limits: limits, statistics: statistics)
        let shared = SharedServerState(
            registry: TestServer.registry(store: store), limits: limits,
            connections: connections, statistics: statistics, memory: MemoryReturn(limits: limits),
            group: channel.embeddedEventLoop, now: { 2_000_000_000 })
        if !peerReads { try channel.pipeline.syncOperations.addHandler(StuckPeer()) }
        let handler = HTTPConnectionHandler(
            id: 1, credentials: Self.credentials, viewer: viewer, shared: shared)
        intake = handler.intake
        try SocketServer.configure(channel, handler: handler)
        channel.connect(to: try SocketAddress(unixDomainSocketPath: "/x"), promise: nil)
    }

    func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
        channel.embeddedEventLoop.run()
    }

    /// What all connections are told.
    func tell(_ notice: Connections.Notice) {
        channel.pipeline.fireUserInboundEventTriggered(notice)
        channel.embeddedEventLoop.run()
    }

    func send(bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    func advance(_ time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }

    /// Everything written since the last call.
    func output() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    var isOpen: Bool { channel.isActive }

    /// A peer that never takes anything: no write is ever complete.
    private final class StuckPeer: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { context.channel.closeFuture.cascade(to: promise) }
        }
    }
}
