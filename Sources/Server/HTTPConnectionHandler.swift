import Exposition
import NIOCore
import NIOHTTP1

/// One connection: takes requests one at a time, answers them, and keeps its client within the limits.
///
/// ```
///             head             end of request          last piece taken
/// awaiting ─────────▶ receiving ─────────▶ answering ─────────▶ awaiting (or closed)
///     │ timeout: 408, or closed    │ timeout: 408       │ timeout: closed
/// ```
///
/// While an answer is under way nothing is read from the socket, and what one read had brought in waits. A client that
/// sends requests and never reads thereby makes us keep one answer and one read's worth of requests. (NIO's own
/// `HTTPServerPipelineHandler` does the same, but has no room for an answer to a request that never came: our 408.)
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    enum State {
        case awaiting
        case receiving(HTTPRequestHead, bodyBytes: Int)
        case answering
        case closing
    }

    let id: UInt64
    let peer: ConnectionTable.Peer
    /// What the client may see; absent when it may see nothing.
    let viewer: Viewer?
    let shared: SharedServerState
    var state = State.awaiting
    var context: ChannelHandlerContext?
    var isFirstRequest = true
    /// Close when the answer under way has been sent.
    var closesAfterAnswer = false
    var requestDeadline: Scheduled<Void>?
    var writeDeadline: Scheduled<Void>?
    /// Bytes of the answer under way that count against the common bound.
    var reservedBytes = 0
    var stream: Task<Void, Never>?
    /// What came while an answer was under way.
    private var waitingParts = CircularBuffer<HTTPServerRequestPart>()
    private var waitingError: (any Error)?
    private var readIsWaiting = false

    init(id: UInt64, peer: ConnectionTable.Peer, viewer: Viewer?, shared: SharedServerState) {
        self.id = id
        self.peer = peer
        self.viewer = viewer
        self.shared = shared
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        awaitRequest(timeout: shared.limits.requestTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cleanUp()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        cleanUp()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .answering = state { waitingParts.append(part) } else { take(part) }
    }

    func read(context: ChannelHandlerContext) {
        if case .answering = state { readIsWaiting = true } else { context.read() }
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch (part, state) {
        case (.head(let head), .awaiting): receive(head)
        case (.body(let body), .receiving(let head, let count)):
            guard count + body.readableBytes <= shared.limits.bodyBytes else {
                return fail(.bodyTooLarge(limit: shared.limits.bodyBytes))
            }
            state = .receiving(head, bodyBytes: count + body.readableBytes)
        case (.end, .receiving(let head, _)):
            requestDeadline?.cancel()
            shared.connections.set(id, isBusy: true)
            answer(head)
        default: break  // What comes after an early answer is of no interest.
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            // The client will send no more, but may still be reading.
            if case .answering = state { closesAfterAnswer = true } else { close() }
        case is Connections.ShouldStop:
            closesAfterAnswer = true
            switch state {
            case .awaiting: close()
            case .receiving, .closing: break
            case .answering: stream?.cancel()
            }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .answering = state, error is HTTPParserError {
            waitingError = error
            return
        }
        switch (error, state) {
        case (let error as HTTPParserError, .awaiting), (let error as HTTPParserError, .receiving):
            shared.statistics.count(.malformed)
            fail(EndpointError(error, limits: shared.limits))
        case (_, .closing): break
        default: close()
        }
    }

    /// Goes on with what came while the answer was under way.
    func resume() {
        while !waitingParts.isEmpty {
            if case .answering = state { return }
            take(waitingParts.removeFirst())
        }
        guard let context else { return }
        if case .answering = state { return }
        if let error = waitingError {
            waitingError = nil
            errorCaught(context: context, error: error)
        } else if readIsWaiting {
            readIsWaiting = false
            context.read()
        }
    }

    // MARK: Requests

    private func receive(_ head: HTTPRequestHead) {
        requestDeadline?.cancel()
        state = .receiving(head, bodyBytes: 0)
        // After an upgrade or CONNECT the decoder reads no further.
        if head.method == .CONNECT || head.headers.contains(name: "upgrade") { closesAfterAnswer = true }
        if head.uri.utf8.count > shared.limits.targetBytes {
            return fail(.targetTooLong(limit: shared.limits.targetBytes))
        }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > shared.limits.bodyBytes
        {
            return fail(.bodyTooLarge(limit: shared.limits.bodyBytes))
        }
        schedule(&requestDeadline, after: shared.limits.requestTimeout) { handler in
            handler.shared.statistics.count(.requestTimeout)
            handler.fail(.tooSlow)
        }
    }

    private func answer(_ head: HTTPRequestHead) {
        if !head.isKeepAlive { closesAfterAnswer = true }
        guard let viewer else {
            shared.statistics.count(.denied)
            closesAfterAnswer = true
            return send(EndpointReply(EndpointError.denied), error: .denied, head: head)
        }
        do throws(EndpointError) {
            let reply = try shared.registry.answer(
                method: head.method.rawValue, target: head.uri, viewer: viewer,
                accept: head.headers["accept"].joined(separator: ","), nowNanoseconds: shared.now(),
                mayBeLarge: shared.connections.mayAnswer(peer))
            send(reply, error: nil, head: head)
        } catch {
            send(EndpointReply(error), error: error, head: head)
        }
    }

    /// Answers what is not a request to go on from: an error, then the end.
    func fail(_ error: EndpointError) {
        closesAfterAnswer = true
        let head: HTTPRequestHead? = if case .receiving(let head, _) = state { head } else { nil }
        send(EndpointReply(error), error: error, head: head)
    }

    // MARK: Time

    /// Waits for the next request, or closes.
    func awaitRequest(timeout: TimeAmount) {
        state = .awaiting
        schedule(&requestDeadline, after: timeout) { handler in
            guard handler.isFirstRequest else { return handler.close() }
            handler.shared.statistics.count(.requestTimeout)
            handler.fail(.tooSlow)
        }
    }

    func schedule(
        _ deadline: inout Scheduled<Void>?, after time: TimeAmount,
        _ body: @escaping (HTTPConnectionHandler) -> Void
    ) {
        deadline?.cancel()
        deadline = context?.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            if let self { body(self) }
        }
    }

    func close() {
        state = .closing
        context?.close(promise: nil)
    }

    private func cleanUp() {
        requestDeadline?.cancel()
        writeDeadline?.cancel()
        stream?.cancel()
        shared.connections.release(reservedBytes, of: peer)
        reservedBytes = 0
        state = .closing
    }
}
