import Exposition
import NIOCore
import NIOHTTP1

/// Sending answers: whole documents in pieces, and streams line by line; never more than the client takes.
extension HTTPConnectionHandler {
    /// Sends an answer.
    ///
    /// - Parameter head: The request's; absent when it could not be read.
    func send(_ reply: EndpointReply, error: EndpointError?, head: HTTPRequestHead?) {
        switch reply.body {
        case .bytes(let bytes):
            guard shared.connections.reserve(bytes.count, for: peer) else { return send(.busy, to: head) }
            reservedBytes = bytes.count
            let responseHead = responseHead(reply, error: error, to: head, length: bytes.count)
            begin(responseHead)
            sendPieces(head?.method == .HEAD ? ByteBuffer() : ByteBuffer(bytes: bytes))
        case .lines(let makeLines):
            if head?.version == .http1_0 { closesAfterAnswer = true }
            guard head?.method != .HEAD else {
                begin(responseHead(reply, error: nil, to: head, length: nil))
                return finish()
            }
            guard shared.connections.beginStream(of: peer) else { return send(.tooManyStreams, to: head) }
            begin(responseHead(reply, error: nil, to: head, length: nil))
            context?.flush()
            sendLines(makeLines())
        case .later(let make):
            sendLater(make, reply, to: head)
        }
    }

    /// Sends a document once it is made; the event loop goes on meanwhile.
    private func sendLater(
        _ make: @escaping @Sendable () async throws(EndpointError) -> [UInt8], _ reply: EndpointReply,
        to head: HTTPRequestHead?
    ) {
        guard let context else { return }
        state = .answering
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        stream = Task {
            let made: Result<[UInt8], EndpointError>
            do throws(EndpointError) { made = .success(try await make()) } catch { made = .failure(error) }
            eventLoop.execute {
                guard case .answering = handler.value.state else { return }
                var reply = reply
                switch made {
                case .success(let bytes): reply.body = .bytes(bytes)
                case .failure(let error): return handler.value.send(error, to: head)
                }
                handler.value.send(reply, error: nil, head: head)
            }
        }
    }

    private func send(_ error: EndpointError, to head: HTTPRequestHead?) {
        let reply = EndpointReply(error)
        guard case .bytes(let bytes) = reply.body else { return close() }
        begin(responseHead(reply, error: error, to: head, length: bytes.count))
        sendPieces(head?.method == .HEAD ? ByteBuffer() : ByteBuffer(bytes: bytes))
    }

    private func responseHead(
        _ reply: EndpointReply, error: EndpointError?, to head: HTTPRequestHead?, length: Int?
    ) -> HTTPResponseHead {
        var headers = HTTPHeaders()
        headers.add(name: "content-type", value: reply.contentType)
        headers.add(name: "cache-control", value: "no-store")
        headers.add(name: InterfaceVersion.header, value: InterfaceVersion.current)
        if let length { headers.add(name: "content-length", value: String(length)) }
        if error == .busy { restsAfterAnswer = true }
        if let error {
            if !error.allowedMethods.isEmpty {
                headers.add(name: "allow", value: error.allowedMethods.joined(separator: ", "))
            }
            if let seconds = error.retryAfterSeconds { headers.add(name: "retry-after", value: String(seconds)) }
        }
        if closesAfterAnswer {
            headers.add(name: "connection", value: "close")
        } else if head?.version == .http1_0 {
            headers.add(name: "connection", value: "keep-alive")
        }
        shared.statistics.countAnswer(status: reply.status)
        return HTTPResponseHead(
            version: head?.version ?? .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
    }

    private func begin(_ head: HTTPResponseHead) {
        state = .answering
        requestDeadline?.cancel()
        context?.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Sends the next piece when the client has taken the last.
    private func sendPieces(_ rest: ByteBuffer) {
        guard let context, case .answering = state else { return }
        var rest = rest
        guard let piece = rest.readSlice(length: min(rest.readableBytes, shared.limits.pieceBytes)),
            piece.readableBytes > 0
        else { return finish() }
        schedule(&writeDeadline, after: shared.limits.writeTimeout) { $0.giveUpOnReader() }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece)))).assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.sendPieces(rest)
            case .failure: self.close()
            }
        }
    }

    /// The client took everything: ends the answer and goes on to the next request.
    private func finish() {
        guard let context, case .answering = state else { return }
        writeDeadline?.cancel()
        releaseReserved()
        if restsAfterAnswer, !closesAfterAnswer {
            // It was told to come again in a second; what it has sent ahead comes no sooner.
            restsAfterAnswer = false
            context.eventLoop.assumeIsolated().scheduleTask(in: shared.limits.restAfterBusy) { self.end() }
            return
        }
        // Not from here: after the end comes the next request that is waiting, whose answer would end here, and so on; a
        // client that sends hundreds at once would decide how deep our stack gets.
        context.eventLoop.assumeIsolated().execute { self.end() }
    }

    private func end() {
        guard let context, case .answering = state else { return }
        isFirstRequest = false
        if closesAfterAnswer {
            state = .closing
            schedule(&writeDeadline, after: shared.limits.writeTimeout) { $0.giveUpOnReader() }
            context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in self.close() }
        } else {
            shared.connections.set(id, isBusy: false)
            awaitRequest(timeout: shared.limits.idleTimeout)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            resume()
        }
    }

    private func giveUpOnReader() {
        shared.statistics.count(.writeTimeout)
        close()
    }

    // MARK: Streams

    /// Sends lines as they come, each after the one before was taken.
    private func sendLines(_ lines: any AsyncSequence<[UInt8], Never> & Sendable) {
        guard let context else { return shared.connections.endStream(of: peer) }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (eventLoop, connections, peer) = (context.eventLoop, shared.connections, peer)
        stream = Task {
            for await line in lines {
                let taken: Void? = try? await eventLoop.flatSubmit { handler.value.send(line: line) }.get()
                if taken == nil || Task.isCancelled { break }
            }
            connections.endStream(of: peer)
            eventLoop.execute { handler.value.finish() }
        }
    }

    private func send(line: [UInt8]) -> EventLoopFuture<Void> {
        guard let context, case .answering = state else {
            return shared.group.next().makeFailedFuture(ChannelError.alreadyClosed)
        }
        schedule(&writeDeadline, after: shared.limits.writeTimeout) { $0.giveUpOnReader() }
        let future = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: line)))))
        future.assumeIsolated().whenSuccess { self.writeDeadline?.cancel() }
        return future
    }
}
