import NIOCore
import NIOPosix

/// A client that sends bytes as they are given and reads what comes. Not `Sendable`: for one test's task.
final class RawClient {
    /// One answer, taken apart.
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    struct Ended: Error {}

    private let channel: any Channel
    private var chunks: AsyncStream<[UInt8]>.AsyncIterator
    private var received: [UInt8] = []

    private init(channel: any Channel, chunks: AsyncStream<[UInt8]>) {
        self.channel = channel
        self.chunks = chunks.makeAsyncIterator()
    }

    /// - Parameter reads: Whether it reads before ``startReading()``.
    static func connect(_ path: String, reads: Bool = true) async throws -> RawClient {
        let (chunks, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(unixDomainSocketPath: path).get()
        return RawClient(channel: channel, chunks: chunks)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func send(bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    func finishSending() async throws {
        try await channel.close(mode: .output).get()
    }

    func close() async {
        try? await channel.close().get()
    }

    /// Everything until the server closes.
    func readToEnd() async -> String {
        while let chunk = await chunks.next(isolation: #isolation) { received += chunk }
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Everything up to and including `text`.
    func read(through text: String) async throws -> String {
        let wanted = Array(text.utf8)
        while true {
            if let end = position(after: wanted) {
                defer { received.removeFirst(end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            guard let chunk = await chunks.next(isolation: #isolation) else { throw Ended() }
            received += chunk
        }
    }

    /// The next answer, by its content length.
    func readAnswer(hasBody: Bool = true) async throws -> Answer {
        let head = try await read(through: "\r\n\r\n").split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let length = hasBody ? headers["content-length"].flatMap { Int($0) } ?? 0 : 0
        while received.count < length {
            guard let chunk = await chunks.next(isolation: #isolation) else { throw Ended() }
            received += chunk
        }
        defer { received.removeFirst(length) }
        let status = head.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, headers: headers, body: String(decoding: received[..<length], as: UTF8.self))
    }

    private func position(after wanted: [UInt8]) -> Int? {
        guard received.count >= wanted.count else { return nil }
        return (0...received.count - wanted.count)
            .first { received[$0..<$0 + wanted.count].elementsEqual(wanted) }.map { $0 + wanted.count }
    }

    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<[UInt8]>.Continuation

        init(_ continuation: AsyncStream<[UInt8]>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
