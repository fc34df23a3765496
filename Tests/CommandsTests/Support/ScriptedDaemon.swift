import FixtureSupport
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Something that listens where the daemon would, and does what a script says with each connection.
final class ScriptedDaemon: Sendable {
    /// What is done when a request comes in; ``cut``, the only one of its script, as soon as one connects.
    enum Step: Sendable {
        /// Nothing, for ever: a daemon that stands still.
        case silence
        /// These bytes, and the connection stays open.
        case bytes(String)
        /// These bytes, and then the end.
        case last(String)
        /// The end, before anything was read: the client's next call fails with a reset or a broken pipe.
        case cut

        /// A whole answer.
        static func answer(_ status: String, _ body: String) -> Step {
            .last("HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)")
        }
    }

    let path: String
    private let directory: String
    private let script: Script
    private let listener: any Channel

    /// Requests that came in.
    var requestCount: Int { script.taken.load(ordering: .relaxed) }

    /// - Parameter steps: By connection; the last is done to all that follow.
    init(_ steps: [Step]) async throws {
        directory = try TemporaryDirectory.make()
        path = directory + "/s"
        let script = Script(steps)
        self.script = script
        listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Actor(script: script))
                }
            }.bind(unixDomainSocketPath: path).get()
    }

    deinit {
        listener.close(promise: nil)
        unsafe unlink(path)
        unsafe rmdir(directory)
    }

    private final class Script: Sendable {
        let steps: [Step]
        let taken = Atomic<Int>(0)

        init(_ steps: [Step]) { self.steps = steps }

        func next() -> Step {
            let number = taken.add(1, ordering: .relaxed).oldValue
            return steps[min(number, steps.count - 1)]
        }
    }

    private final class Actor: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private var hasActed = false

        init(script: Script) { self.script = script }

        func channelActive(context: ChannelHandlerContext) {
            if case .cut = script.steps[0] { context.close(promise: nil) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !hasActed else { return }
            hasActed = true
            switch script.next() {
            case .silence, .cut: break
            case .bytes(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .last(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
