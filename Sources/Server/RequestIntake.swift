import NIOCore

/// Hands what a client sends to the parser in small portions, and no more of them while an answer is under way.
///
/// Nothing is read from the socket while an answer is under way. But there are two ways to make us keep more than that:
///
/// * One read brings in hundreds of tiny requests, each of which is a hundred times as large once it is parsed. So the
///   parser gets ``portionBytes`` at a time, and the next only when what came of the last has been answered.
/// * When its peer has closed, NIO reads a socket to its end, whether anybody asked for it or not, to learn of the end. By
///   then there is nobody to answer to: beyond two reads' worth it is dropped unparsed.
final class RequestIntake: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    enum Mode {
        /// The parser takes what comes.
        case passing
        /// An answer is under way.
        case holding
        /// Nothing more is of interest.
        case dropping
    }

    var mode = Mode.passing {
        didSet { if mode == .dropping { waiting = ByteBuffer() } }
    }
    private let limitBytes: Int
    private var waiting = ByteBuffer()
    private var context: ChannelHandlerContext?

    /// At most 14 of the shortest requests there are.
    private static let portionBytes = 256

    /// - Parameter readBytes: What one read brings in at most.
    init(readBytes: Int) {
        limitBytes = 2 * readBytes
    }

    /// Bytes that wait for an answer to end.
    var waitingBytes: Int { waiting.readableBytes }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        waiting = ByteBuffer()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard mode != .dropping else { return }
        guard mode == .passing || waiting.readableBytes + bytes.readableBytes <= limitBytes else {
            mode = .dropping
            return
        }
        if waiting.readableBytes == 0 {
            waiting = bytes
        } else {
            waiting.writeBuffer(&bytes)
        }
        pass()
    }

    /// Goes on with what waits, as long as nothing of it has to be answered first.
    func pass() {
        while mode == .passing, let context,
            let portion = waiting.readSlice(length: min(waiting.readableBytes, Self.portionBytes)),
            portion.readableBytes > 0
        {
            context.fireChannelRead(wrapInboundOut(portion))
        }
        if waiting.readableBytes == 0 { waiting = ByteBuffer() }
    }
}
