import Exposition
import LinuxSystem
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
/// While an answer is under way nothing is read from the socket, and what one read had brought in waits unparsed
/// (``RequestIntake``). A client that sends requests and never reads thereby makes us keep one answer and one read's worth
/// of requests. (NIO's own `HTTPServerPipelineHandler` does the same, but has no room for an answer to a request that never
/// came: our 408.)
///
/// A request that comes before the first round of sampling has ended waits for it, in the state `answering`.
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
    /// Who is asking, as the kernel says.
    let credentials: PeerCredentials
    /// What the client may see; absent when it may see nothing. Settled for the life of the connection: it is closed when
    /// the answer would be another.
    let viewer: Viewer?
    let peer: ConnectionTable.Peer
    let shared: SharedServerState
    let intake: RequestIntake
    var state = State.awaiting {
        didSet {
            switch state {
            case .awaiting, .receiving: intake.mode = .passing
            case .answering: if intake.mode == .passing { intake.mode = .holding }
            case .closing: intake.mode = .dropping
            }
        }
    }
    var context: ChannelHandlerContext?
    var isFirstRequest = true
    /// Close when the answer under way has been sent.
    var closesAfterAnswer = false
    /// Let it wait for a while after the answer under way.
    var restsAfterAnswer = false
    var requestDeadline: Scheduled<Void>?
    var writeDeadline: Scheduled<Void>?
    /// Bytes of the answer under way that count against the common bound.
    var reservedBytes = 0
    var stream: Task<Void, Never>?
    /// The request that waits for the first round.
    private var headAwaitingRound: HTTPRequestHead?
    private var hasWaited = false
    /// What the parser had made of one portion when an answer began.
    private var waitingParts = CircularBuffer<HTTPServerRequestPart>()
    private var waitingError: (any Error)?
    private var readIsWaiting = false

    init(id: UInt64, credentials: PeerCredentials, viewer: Viewer?, shared: SharedServerState) {
        self.id = id
        self.credentials = credentials
        self.viewer = viewer
        self.peer = ConnectionTable.Peer(credentials, viewer)
        self.shared = shared
        intake = RequestIntake(readBytes: shared.limits.readBytes)
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
        case let notice as Connections.Notice: take(notice)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func take(_ notice: Connections.Notice) {
        switch (notice, state) {
        case (.shouldStop, .awaiting):
            closesAfterAnswer = true
            close()
        case (.shouldStop, .answering):
            closesAfterAnswer = true
            stream?.cancel()
            giveUpWaiting()
        case (.shouldStop, _): closesAfterAnswer = true
        case (.accessChanged, .closing): break
        case (.accessChanged(let policy), _):
            guard policy.viewer(for: credentials) != viewer else { return }
            // Whatever is under way was made for what it was allowed before.
            shared.statistics.count(.revoked)
            close()
        case (.firstRound, _):
            guard let head = headAwaitingRound else { return }
            headAwaitingRound = nil
            answer(head)
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
            return
        }
        intake.pass()
        if case .answering = state { return }
        if readIsWaiting {
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

    /// What a target says beside whom it is for: a client of a proxy names that, too (RFC 9112, 3.2.2).
    static func originForm(_ target: String) -> String {
        guard target.prefix(7).lowercased() == "http://" else { return target }
        let rest = target.dropFirst(7)
        guard let slash = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
        return rest[slash] == "/" ? String(rest[slash...]) : "/" + rest[slash...]
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
                method: head.method.rawValue, target: Self.originForm(head.uri), viewer: viewer,
                accept: head.headers["accept"].joined(separator: ","), nowNanoseconds: shared.now(),
                mayBeLarge: shared.connections.mayAnswer(peer))
            send(reply, error: nil, head: head)
        } catch {
            if error == .notReady, waitForFirstRound(head) { return }
            send(EndpointReply(error), error: error, head: head)
        }
    }

    /// Puts a request off until there is something to answer with: a client that started us by asking has done nothing wrong.
    ///
    /// - Returns: False where no round is to be expected any more.
    private func waitForFirstRound(_ head: HTTPRequestHead) -> Bool {
        guard !hasWaited else { return false }
        hasWaited = true
        state = .answering
        headAwaitingRound = head
        schedule(&requestDeadline, after: shared.limits.firstRoundTimeout) { $0.giveUpWaiting() }
        return true
    }

    /// Answers the request that waits for the first round that there was none.
    private func giveUpWaiting() {
        guard let head = headAwaitingRound else { return }
        headAwaitingRound = nil
        send(EndpointReply(.notReady), error: .notReady, head: head)
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
        headAwaitingRound = nil
        requestDeadline?.cancel()
        writeDeadline?.cancel()
        stream?.cancel()
        releaseReserved()
        state = .closing
    }

    /// Gives back the room of the answer that was under way.
    func releaseReserved() {
        guard reservedBytes > 0 else { return }
        shared.connections.release(reservedBytes, of: peer)
        if let context { shared.memory.noteAnswer(bytes: reservedBytes, on: context.eventLoop) }
        reservedBytes = 0
    }
}

extension ConnectionTable.Peer {
    /// A client, as much as decides about its place.
    init(_ credentials: PeerCredentials, _ viewer: Viewer?) {
        let rank: ConnectionTable.Rank =
            switch viewer {
            case nil: .denied
            case .limited: .limited
            case .all: .full
            }
        self.init(userID: credentials.userID, processID: credentials.processID, rank: rank)
    }
}
