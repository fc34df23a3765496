/// Why a request has no answer: what the client is told, as JSON.
package struct EndpointError: Error, Equatable, Sendable {
    /// The HTTP status.
    package var status: Int
    /// What is wrong, one sentence.
    package var message: String
    /// What to do about it.
    package var remedy: String?
    /// For 405: the methods that are allowed.
    package var allowedMethods: [String]
    /// For 503: when to ask again.
    package var retryAfterSeconds: Int?

    package init(
        status: Int, _ message: String, remedy: String? = nil, allowedMethods: [String] = [],
        retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.message = message
        self.remedy = remedy
        self.allowedMethods = allowedMethods
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Nothing was sampled yet.
    package static let notReady = EndpointError(
        status: 503, "The first round of sampling has not ended yet.", remedy: "Ask again in a second.",
        retryAfterSeconds: 1)

    /// There is no room for an answer.
    package static let busy = EndpointError(
        status: 503, "Too many answers are waiting to be read by their clients.",
        remedy: "Read those you asked for, or ask again in a second.", retryAfterSeconds: 1)

    /// The document: `{"error":{"status":404,"message":…,"remedy":…}}`.
    package var body: [UInt8] { Self.fields.document(self, .timeless) }

    package static let fields = Fields<EndpointError>(of: EndpointError(status: 0, "")) {
        Field(
            "error",
            [
                Field(.status, \.status, "The HTTP status."),
                Field("message", \.message, "What is wrong."),
                Field(.remedy, \.remedy, "What to do about it."),
            ], "Why there is no answer.")
    }
}
