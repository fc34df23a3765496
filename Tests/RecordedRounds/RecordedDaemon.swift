import Exposition
import LiveView
import NIOCore
import NIOHTTP1
import NIOPosix
import Snapshots
import Synchronization

/// A daemon that answers what was recorded: the documents of the round it is set to, always the same.
package final class RecordedDaemon: Sendable {
    package let path: String
    private let documents = Documents()
    private let listener: any Channel

    /// Listens on a Unix socket.
    package init(path: String) async throws {
        self.path = path
        listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { [documents] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answerer(documents))
                }
            }.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    }

    /// Listens no more.
    package func close() async throws {
        try await listener.close().get()
    }

    deinit {
        listener.close(promise: nil)
    }

    /// Goes to another round.
    package func show(round: Int) { documents.round.withLock { $0 = round } }
}

/// The documents of a round.
private final class Documents: Sendable {
    let round = Mutex(1)

    /// The answer to a request; nil for what is not there.
    func answer(_ target: String) -> [UInt8]? {
        let round = round.withLock { $0 }
        let sample = RecordedRounds.sample(round)
        let now = sample.status.round.nowNanoseconds
        switch target.split(separator: "?").first {
        case "/v1/status":
            return PublishedDocument<StatusAnswer>.status(version: "1.0").bytes(of: sample.status, nowNanoseconds: now)
        case "/v1/nodes": return PublishedDocument<NodesAnswer>.nodes.bytes(of: sample.nodes, nowNanoseconds: now)
        case "/v1/groups":
            let answer = GroupsAnswer(
                round: sample.status.round, matchedCount: sample.groups.count, groups: sample.groups)
            return PublishedDocument<GroupsAnswer>.groups.bytes(of: answer, nowNanoseconds: now)
        case "/v1/processes":
            let processes = sample.processes ?? []
            let answer = ProcessesAnswer(
                round: sample.status.round, matchedCount: processes.count, processes: processes)
            return PublishedDocument<ProcessesAnswer>.processes.bytes(of: answer, nowNanoseconds: now)
        case "/v1/processes/812":
            return sample.process.map {
                PublishedDocument<ProcessAnswer>.process.bytes(of: $0, nowNanoseconds: now)
            }
        case "/v1/model":
            return sample.model.map { PublishedDocument<ModelAnswer>.model.bytes(of: $0, nowNanoseconds: now) }
        case "/v1/sources":
            var answer = SourcesAnswer()
            answer.round = sample.status.round
            answer.sources = sample.sources ?? []
            return PublishedDocument<SourcesAnswer>.sources.bytes(of: answer, nowNanoseconds: now)
        case "/v1/verdict":
            let answer = RecordedVerdicts.answer(sample.status.round)
            return PublishedDocument<VerdictAnswer>.verdict.bytes(of: answer, nowNanoseconds: now)
        case "/v1/explain/813":
            return Array((sample.story?.lines ?? []).joined(separator: "\n").utf8)
        case "/v1/events":
            let query = target.split(separator: "?").dropFirst().first ?? ""
            let after = query.split(separator: "&").first { $0.hasPrefix("after=") }?.dropFirst("after=".count)
            return sample.events.filter { $0.sequence > after.flatMap { UInt64($0) } ?? 0 }.flatMap(
                EventLines.bytes(of:))
        default: return nil
        }
    }
}

private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let documents: Documents
    private var target = ""

    init(_ documents: Documents) { self.documents = documents }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): target = head.uri
        case .body: break
        case .end:
            let body = documents.answer(target)
            let text = body ?? Array("{\"error\":{\"status\":404,\"message\":\"Not here.\"}}\n".utf8)
            var head = HTTPResponseHead(version: .http1_1, status: body == nil ? .notFound : .ok)
            head.headers.add(name: "content-length", value: "\(text.count)")
            head.headers.add(name: "connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
