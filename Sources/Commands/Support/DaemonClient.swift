import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

/// Asks the daemon over its Unix socket: one request a connection, as few as a command needs.
package struct DaemonClient: Sendable {
    /// Where systemd puts the socket.
    package static let defaultSocketPath = "/run/numawatch/numawatch.sock"
    /// An answer larger than this is refused: no document of the daemon comes near.
    static let largestAnswerBytes = 256 << 20

    package var socketPath: String

    package init(socketPath: String = Self.defaultSocketPath) {
        self.socketPath = socketPath
    }

    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// Gets one document.
    ///
    /// - Parameters:
    ///   - target: Path and query.
    ///   - accept: The `Accept` header.
    /// - Throws: ``CommandFailure``: the daemon is not there, refuses, or says why not (its own words are passed on).
    package func get(_ target: String, accept: String? = nil) async throws -> [UInt8] {
        var body: [UInt8] = []
        try await request(target, accept: accept) { bytes in
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
        try await request(target, accept: nil) { bytes in
            rest.append(contentsOf: bytes.readableBytesView)
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                try body(Array(rest[..<end]))
                rest.removeSubrange(...end)
            }
        }
    }

    private func request(
        _ target: String, accept: String?, _ body: (ByteBuffer) throws -> Void
    ) async throws {
        let connection = try await connect()
        do {
            try await exchange(connection, target, accept: accept, body)
        } catch is IOError {
            throw Self.ended(target)
        }
    }

    /// One request and its answer.
    private func exchange(
        _ connection: Connection, _ target: String, accept: String?, _ body: (ByteBuffer) throws -> Void
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target)
            head.headers.add(name: "host", value: "numawatch")
            head.headers.add(name: "connection", value: "close")
            if let accept {
                head.headers.add(name: "accept", value: accept)
            }
            // At once: the daemon answers when it has the head, and then closes the connection.
            try await outbound.write(contentsOf: [.head(head), .end(nil)])
            var status = HTTPResponseStatus.ok
            var refusal: [UInt8] = []
            var isComplete = false
            for try await part in inbound {
                switch part {
                case .head(let head): status = head.status
                case .body(let bytes):
                    if status == .ok {
                        try body(bytes)
                    } else if refusal.count < 65_536 {
                        refusal.append(contentsOf: bytes.readableBytesView)
                    }
                case .end: isComplete = true
                }
                if isComplete { break }
            }
            guard isComplete else { throw Self.ended(target) }
            guard status == .ok else {
                throw DaemonRefusal.failure(status: Int(status.code), target: target, body: refusal)
            }
        }
    }

    /// The daemon is gone before its answer is whole, as one that systemd started for this request and that ended again.
    private static func ended(_ target: String) -> CommandFailure {
        CommandFailure(
            .unavailable, "The daemon closed the connection before its answer to \(target) was complete.",
            remedy: DaemonAbsence.endedRemedy)
    }

    private func connect() async throws -> Connection {
        do {
            return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(unixDomainSocketPath: socketPath) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError {
            throw Self.unreachable(socketPath: socketPath, errno: Errno(rawValue: error.errnoCode))
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure(.unavailable, "The daemon cannot be reached at \(socketPath): \(error).")
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
