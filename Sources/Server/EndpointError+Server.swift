import Exposition
import NIOHTTP1

/// What the server itself has to say.
extension EndpointError {
    static let denied = EndpointError(
        status: 403, "You may not read this socket.",
        remedy: "Be root or a member of the service's group, or have the administrator set OthersMayRead=yes.")
    static let tooSlow = EndpointError(
        status: 408, "The request did not arrive in time.", remedy: "Send it in one go.")
    static let tooManyStreams = EndpointError(
        status: 503, "Too many clients follow the events already.",
        remedy: "Close one of them, or ask with follow=false.", retryAfterSeconds: 10)
    static let full = EndpointError(
        status: 503, "There are too many connections.", remedy: "Close some, or ask again in a second.",
        retryAfterSeconds: 1)

    static func bodyTooLarge(limit: Int) -> EndpointError {
        EndpointError(status: 413, "The request's body is larger than \(limit) bytes.", remedy: "Send none.")
    }

    static func targetTooLong(limit: Int) -> EndpointError {
        EndpointError(status: 414, "The request's target is longer than \(limit) bytes.", remedy: "Shorten the query.")
    }

    /// What the HTTP parser could not read.
    init(_ error: HTTPParserError, limits: ServerLimits) {
        switch error {
        case .headerOverflow:
            self.init(
                status: 431, "The request's head is too large.",
                remedy: "Keep each header below \(limits.headerFieldBytes) bytes, all below \(limits.headerBytes), and "
                    + "their number below \(limits.headerCount).")
        case .invalidVersion:
            self.init(status: 505, "This is not HTTP/1.", remedy: "Speak HTTP/1.1 or HTTP/1.0.")
        default:
            self.init(status: 400, "This is not an HTTP request.", remedy: "Speak HTTP/1.1, for example with curl.")
        }
    }
}

extension EndpointReply {
    init(_ error: EndpointError) {
        self.init(status: error.status, contentType: ContentType.json, body: .bytes(error.body))
    }
}
