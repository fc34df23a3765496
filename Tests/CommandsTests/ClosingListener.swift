import FixtureSupport
import NIOCore
import NIOPosix

/// A Unix socket whose connections are closed as soon as they are taken.
final class ClosingListener: Sendable {
    let path: String
    private let channel: any Channel

    init() throws {
        path = try "\(TemporaryDirectory.make())/s"
        channel = try ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { $0.close() }
            .bind(unixDomainSocketPath: path).wait()
    }

    deinit { channel.close(promise: nil) }
}
