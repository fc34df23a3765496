import Exposition
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import SystemPackage
import TextOutput

/// Asks the daemon over its Unix socket: one request a connection, as few as a command needs.
package struct DaemonClient: Sendable {
    /// Where systemd puts the socket.
    package static let defaultSocketPath = "/run/numawatch/numawatch.sock"
    /// An answer larger than this is refused: no document of the daemon comes near.
    static let largestAnswerBytes = 256 << 20

    /// How long a request may take where nobody says otherwise: the daemon answers in milliseconds, and a person waits this
    /// long before asking what is wrong.
    package static let defaultTimeout = Duration.seconds(5)
    /// Between two requests while the daemon says that it has no answer yet.
    private static let retryInterval = Duration.milliseconds(200)

    package var socketPath: String
    /// How long a request may take, from connecting to the last byte of the answer. A stream has this long to begin.
    package var timeout: Duration

    package init(socketPath: String = Self.defaultSocketPath, timeout: Duration = Self.defaultTimeout) {
        self.socketPath = socketPath
        self.timeout = timeout
    }

    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// Gets one document. Where the daemon says that it has no answer yet (503), it is asked again for as long as there is
    /// time: one that systemd has just started for this very request is at its first round.
    ///
    /// - Parameters:
    ///   - target: Path and query.
    ///   - accept: The `Accept` header.
    /// - Throws: ``CommandFailure``: the daemon is not there, refuses, or says why not (its own words are passed on).
    package func get(_ target: String, accept: String? = nil) async throws -> [UInt8] {
        var body: [UInt8] = []
        try await persistently(target, accept: accept, isStream: false) { bytes in
            body.append(contentsOf: bytes.readableBytesView)
            guard body.count <= Self.largestAnswerBytes else {
                throw CommandFailure(.unavailable, "The daemon's answer to \(target) does not end.")
            }
        }
        return body
    }

    /// Follows a stream of lines until it ends, `body` throws, or the task is cancelled.
    package func lines(_ target: String, _ body: ([UInt8]) throws -> Void) async throws {
        var rest: [UInt8] = []
        try await persistently(target, accept: nil, isStream: true) { bytes in
            rest.append(contentsOf: bytes.readableBytesView)
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                try body(Array(rest[..<end]))
                rest.removeSubrange(...end)
            }
        }
    }

    /// Asks until there is an answer, or no time left. Of a refusal nothing reaches `body`.
    private func persistently(
        _ target: String, accept: String?, isStream: Bool, _ body: (ByteBuffer) throws -> Void
    ) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            do {
                return try await request(target, accept: accept, until: deadline, isStream: isStream, body)
            } catch let refusal as NotYet {
                guard clock.now + Self.retryInterval < deadline else { throw refusal.failure }
                try await clock.sleep(for: Self.retryInterval)
            }
        }
    }

    /// The daemon answered 503: nothing yet, or too much to do.
    private struct NotYet: Error {
        var failure: CommandFailure
    }

    /// What the connection's own thread and the request's task both know: whether time ran out.
    private final class Deadline: Sendable {
        private let hasPassed = Atomic<Bool>(false)
        var isOver: Bool { hasPassed.load(ordering: .relaxed) }

        /// Closes a channel when time runs out.
        func watch(_ channel: any Channel, until deadline: ContinuousClock.Instant) -> Scheduled<Void> {
            let left = max(.zero, ContinuousClock().now.duration(to: deadline))
            return channel.eventLoop.scheduleTask(in: TimeAmount(left)) {
                self.hasPassed.store(true, ordering: .relaxed)
                channel.close(promise: nil)
            }
        }
    }

    /// - Parameter isStream: The answer may go on for ever once it has begun.
    private func request(
        _ target: String, accept: String?, until deadline: ContinuousClock.Instant, isStream: Bool,
        _ body: (ByteBuffer) throws -> Void
    ) async throws {
        let connection = try await connect(until: deadline)
        let time = Deadline()
        let timer = time.watch(connection.channel, until: deadline)
        defer { timer.cancel() }
        var progress = Progress()
        do {
            try await connection.executeThenClose { inbound, outbound in
                // At once: the daemon answers when it has the head, and then closes the connection.
                try await outbound.write(contentsOf: [.head(Self.head(target, accept)), .end(nil)])
                for try await part in inbound {
                    if isStream, case .head = part { timer.cancel() }
                    try progress.take(part, body)
                    if progress.isComplete { break }
                }
            }
        } catch let error where progress.isOurs(error) {
            throw error
        } catch {
            if !progress.isComplete { throw failure(target, time.isOver, Self.reason(error)) }
        }
        guard progress.isComplete else { throw failure(target, time.isOver, nil) }
        guard progress.status != .ok else { return }
        let refusal = DaemonRefusal.failure(
            status: Int(progress.status.code), target: target, body: progress.refusal)
        if progress.status == .serviceUnavailable { throw NotYet(failure: refusal) }
        throw refusal
    }

    private static func head(_ target: String, _ accept: String?) -> HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target)
        head.headers.add(name: "host", value: "numawatch")
        head.headers.add(name: "connection", value: "close")
        if let accept {
            head.headers.add(name: "accept", value: accept)
        }
        return head
    }

    /// How far an answer has come.
    private struct Progress {
        var status = HTTPResponseStatus.ok
        var refusal: [UInt8] = []
        var isComplete = false
        /// What the receiver of the answer threw: not a failure of the connection.
        private var hasBodyFailed = false

        mutating func take(_ part: HTTPClientResponsePart, _ body: (ByteBuffer) throws -> Void) throws {
            switch part {
            case .head(let head):
                status = head.status
                let version = head.headers.first(name: InterfaceVersion.header) ?? InterfaceVersion.current
                guard version == InterfaceVersion.current else {
                    hasBodyFailed = true
                    throw CommandFailure(
                        .unavailable,
                        "The daemon's documents have version \(version.terminalSafe), this numawatch reads version "
                            + "\(InterfaceVersion.current).",
                        remedy:
                            "Install the same version of both; “systemctl restart numawatchd” starts what is installed."
                    )
                }
            case .body(let bytes) where status == .ok:
                do {
                    try body(bytes)
                } catch {
                    hasBodyFailed = true
                    throw error
                }
            case .body(let bytes):
                if refusal.count < 65_536 { refusal.append(contentsOf: bytes.readableBytesView) }
            case .end: isComplete = true
            }
        }

        func isOurs(_ error: any Error) -> Bool { hasBodyFailed || error is CancellationError }
    }

    /// Why a connection failed, in words: the network library's own description names the call,
    /// its descriptor and its buffer.
    private static func reason(_ error: any Error) -> String {
        if let error = error as? IOError { return "\(Errno(rawValue: error.errnoCode))" }
        return error is HTTPParserError ? "what answers does not speak HTTP" : "\(error)"
    }

    /// Why an answer did not come, or not whole.
    private func failure(_ target: String, _ isOver: Bool, _ reason: String?) -> CommandFailure {
        if isOver {
            return CommandFailure(
                .unavailable,
                "The daemon did not answer \(target) within \(Self.seconds(timeout)) s.",
                remedy: "“systemctl status numawatchd” says what it does. “--timeout” gives it longer. "
                    + DaemonAbsence.localRemedy)
        }
        return CommandFailure(
            .unavailable,
            "The daemon closed the connection before its answer to \(target) was complete"
                + (reason.map { " (\($0))" } ?? "") + ".",
            remedy: DaemonAbsence.endedRemedy)
    }

    private static func seconds(_ duration: Duration) -> String {
        String(fixed: duration / .seconds(1), decimals: duration < .seconds(1) ? 1 : 0)
    }

    private func connect(until deadline: ContinuousClock.Instant) async throws -> Connection {
        while true {
            do {
                return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(unixDomainSocketPath: socketPath) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHTTPClientHandlers()
                            return try Connection(wrappingChannelSynchronously: channel)
                        }
                    }
            } catch let error as IOError where Errno(rawValue: error.errnoCode) == .resourceTemporarilyUnavailable {
                // As many wait as the socket lets wait, and the daemon takes none of them.
                guard ContinuousClock().now + Self.retryInterval < deadline else {
                    throw failure("a connection", true, nil)
                }
                try await ContinuousClock().sleep(for: Self.retryInterval)
            } catch let error as IOError {
                throw Self.unreachable(socketPath: socketPath, errno: Errno(rawValue: error.errnoCode))
            } catch let error as CommandFailure {
                throw error
            } catch {
                throw CommandFailure(
                    .unavailable, "The daemon cannot be reached at \(socketPath): \(Self.reason(error)).")
            }
        }
    }

    /// What it means that a socket cannot be connected to, and what to do.
    static func unreachable(socketPath: String, errno: Errno) -> CommandFailure {
        let local = DaemonAbsence.localRemedy
        switch errno {
        case .permissionDenied, .notPermitted:
            return CommandFailure(
                .noPermission, "You may not use the daemon's socket \(socketPath).",
                remedy: "Use sudo, or become a member of the group numawatch. \(local)")
        case .noSuchFileOrDirectory:
            return CommandFailure(
                .unavailable, "The daemon is not running: there is no socket \(socketPath).",
                remedy: "\(DaemonAbsence.startRemedy) “--socket” names another socket. \(local)")
        case .connectionRefused:
            return CommandFailure(
                .unavailable, "The daemon is not running: nothing listens on \(socketPath).",
                remedy: "\(DaemonAbsence.startRemedy) \(local)")
        default:
            return CommandFailure(
                .unavailable, "The daemon cannot be reached at \(socketPath): \(errno).", remedy: local)
        }
    }
}

extension DaemonClient: DocumentSource {
    func answer<Record>(
        _ document: PublishedDocument<Record>, _ request: DocumentRequest
    ) async throws -> Answer<Record> {
        Answer(document, bytes: try await get(request.target(document.path)))
    }

    func metrics(_ format: MetricsFormat) async throws -> [UInt8] {
        try await get(MetricsPage.path, accept: format.mediaType)
    }

    func advance() {}
}
