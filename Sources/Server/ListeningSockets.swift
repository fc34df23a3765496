package import LinuxSystem
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Where to listen.
package enum ListeningSocket: Sendable {
    /// A listening Unix socket that somebody opened for us; its file is theirs.
    case passed(descriptor: Int32)
    /// A path of our own: its socket is made at start and removed at stop.
    case path(String, mode: UInt32, groupID: UInt32?)
    /// A port on this host alone, for a server of ``SocketServer/Audience/anyone``.
    case loopback(LoopbackAddress)
}

/// The sockets of a server while it runs: opened, watched, opened anew, closed.
///
/// A socket goes on listening when its file is removed, and no client finds it any more. So the files are looked at now and
/// then. One of ours is bound anew. One that was passed cannot be: whoever passed it has to.
final class ListeningSockets: Sendable {
    private struct Listener: Sendable {
        var socket: ListeningSocket
        var channel: any Channel
        /// The file clients come by; nil where none was ever seen.
        var file: SocketFile?
        /// What was said of it last, so that it is said once.
        var complaint: String?
    }

    private let listeners = Mutex<[Listener]>([])
    private let makeBootstrap: @Sendable () -> ServerBootstrap
    private let limits: ServerLimits
    private let statistics: ServerStatistics
    private let logger: Logger

    /// - Parameter makeBootstrap: Makes what accepts the connections.
    init(
        limits: ServerLimits, statistics: ServerStatistics, logger: Logger,
        makeBootstrap: @escaping @Sendable () -> ServerBootstrap
    ) {
        self.makeBootstrap = makeBootstrap
        self.limits = limits
        self.statistics = statistics
        self.logger = logger
    }

    func open(_ socket: ListeningSocket) async throws {
        let listener = try await listen(socket)
        listeners.withLock { $0.append(listener) }
    }

    /// Stops listening.
    func close() async {
        let all = listeners.withLock { $0 }
        for listener in all { try? await listener.channel.close().get() }
    }

    /// Removes the files that are ours.
    func removeFiles() {
        for listener in listeners.withLock({ $0 }) {
            if case .path = listener.socket { listener.file?.removeIfOwn() }
        }
    }

    /// Looks at the files until the task is cancelled.
    func watch() async {
        while (try? await Task.sleep(for: .nanoseconds(limits.fileCheckInterval.nanoseconds))) != nil {
            for index in listeners.withLock({ $0.indices }) { await check(index) }
        }
    }

    private func check(_ index: Int) async {
        let listener = listeners.withLock { $0[index] }
        guard let file = listener.file, !file.isInPlace else {
            return listeners.withLock { $0[index].complaint = nil }
        }
        guard case .path = listener.socket else {
            return complain(
                index,
                "The file \(file.path) of the socket that was passed to us is gone or another's: no client finds us any "
                    + "more. Have whoever passed it make it anew: systemctl restart numawatch.socket")
        }
        do {
            let new = try await listen(listener.socket)
            listeners.withLock { $0[index] = new }
            logger.warning("The socket \(file.path) had been removed: it is bound anew")
            try? await listener.channel.close().get()
        } catch {
            complain(index, "The socket \(file.path) has been removed and cannot be bound anew: \(error)")
        }
    }

    private func complain(_ index: Int, _ text: String) {
        let isNew = listeners.withLock { listeners in
            defer { listeners[index].complaint = text }
            return listeners[index].complaint != text
        }
        if isNew { logger.warning("\(text)") }
    }

    private func listen(_ socket: ListeningSocket) async throws -> Listener {
        let descriptor: Int32
        let file: SocketFile?
        switch socket {
        case .passed(let passed):
            descriptor = passed
            file = SocketFile(ofSocket: passed)
        case .path(let path, let mode, let groupID):
            let listener = try UnixListener(path: path, mode: mode, groupID: groupID)
            file = listener.file
            descriptor = listener.releaseDescriptor()
        case .loopback(let address):
            descriptor = try address.listen()
            file = nil
        }
        do {
            let (limits, statistics) = (limits, statistics)
            let channel = try await makeBootstrap().serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(descriptor: descriptor, limits: limits, statistics: statistics))
                }
            }.withBoundSocket(descriptor).get()
            // NIO has set it to 128 when it took the socket over.
            try ListenBacklog.set(of: descriptor)
            return Listener(socket: socket, channel: channel, file: file)
        } catch {
            if case .path = socket { file?.removeIfOwn() }
            throw error
        }
    }
}
