/// Why a trace session cannot start or go on.
package struct TraceSessionError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// There is nothing to trace with: see ``TraceCapability``.
        case unavailable
        /// The kernel refused something it had been expected to do.
        case refused
        /// The kernel's description of an event or its pages is not understood.
        case malformed
        /// The session was stopped.
        case stopped
    }

    package var kind: Kind
    /// What was being done, in words that complete "cannot …".
    package var operation: String
    /// What it was done to: a file below tracefs, an event, an instance.
    package var subject: String
    package var errno: Int32?
    /// Why, in words, where no errno says it.
    package var reason: String
    /// What an administrator can do, where it is known.
    package var remedy: String?

    package init(
        _ kind: Kind, _ operation: String, _ subject: String, errno: Int32? = nil, reason: String,
        remedy: String? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.subject = subject
        self.errno = errno
        self.reason = reason
        self.remedy = remedy
    }

    package var description: String {
        "cannot \(operation) \(subject): \(reason)" + (remedy.map { " (\($0))" } ?? "")
    }
}
