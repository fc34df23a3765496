import Glibc
import LinuxSystem
import NIOCore

/// Stops accepting for a while when there are no descriptors or no memory for another connection.
///
/// Without it the event loop would turn for nothing: the queue of connections stays ready, and each attempt fails. Some of
/// those that wait are sent away, so that they know; the rest may have better luck when accepting goes on.
final class AcceptGate: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let descriptor: Int32
    private let limits: ServerLimits
    private let statistics: ServerStatistics
    private let setReads: (any Channel, Bool) -> Void
    private let spare = SpareDescriptor()
    private var resumption: Scheduled<Void>?

    /// Clients sent away at a time.
    private static let sentAwayAtOnce = 16

    /// - Parameters:
    ///   - descriptor: The listening socket's.
    ///   - setReads: Lets the channel accept, or not. Takes effect at once: it is called on the channel's event loop.
    init(
        descriptor: Int32, limits: ServerLimits, statistics: ServerStatistics,
        setReads: @escaping (any Channel, Bool) -> Void = { $0.setOption(.autoRead, value: $1).whenFailure { _ in } }
    ) {
        self.descriptor = descriptor
        self.limits = limits
        self.statistics = statistics
        self.setReads = setReads
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        statistics.count(.starved)
        guard resumption == nil else { return }
        spare.sendAway(Self.sentAwayAtOnce, at: descriptor)
        let channel = context.channel
        setReads(channel, false)
        resumption = context.eventLoop.assumeIsolated().scheduleTask(in: limits.acceptPause) { [weak self] in
            self?.resumption = nil
            self?.setReads(channel, true)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        resumption?.cancel()
        context.fireChannelInactive()
    }
}
