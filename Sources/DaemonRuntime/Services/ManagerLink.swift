import LinuxSystem
import Logging
import Snapshots
import Synchronization

/// Keeps the service manager told: drives a ``ManagerState`` and sends what it says.
final class ManagerLink: Sendable {
    private let state = Mutex(ManagerState())
    private let send: @Sendable ([ServiceState]) throws -> Void
    private let logger: Logger
    private let hasFailed = Mutex(false)

    /// - Parameter send: Tells the manager; a test puts its own here.
    init(logger: Logger, send: @escaping @Sendable ([ServiceState]) throws -> Void = ManagerLink.sendToManager) {
        self.logger = logger
        self.send = send
    }

    var isReady: Bool { state.withLock { $0.isReady } }

    /// Lets the state take what happened, and sends what it answers.
    ///
    /// - Returns: Whether this made the daemon ready.
    @discardableResult
    func tell(_ happened: (inout ManagerState) -> [ServiceState]) -> Bool {
        // Sent under the lock: of two messages the later has to arrive later. It is one small datagram.
        state.withLock { state in
            let wasReady = state.isReady
            let messages = happened(&state)
            deliver(messages)
            return !wasReady && state.isReady
        }
    }

    /// Answers the watchdog.
    func answerWatchdog() { deliver([.watchdog]) }

    private func deliver(_ messages: [ServiceState]) {
        guard !messages.isEmpty else { return }
        do {
            try send(messages)
        } catch {
            // Once: the manager's socket will not come back by itself, and the manager notices its absence anyway.
            let isFirst = hasFailed.withLock { failed in
                defer { failed = true }
                return !failed
            }
            if isFirst { logger.warning("The service manager cannot be told, going on without", error: error) }
        }
    }

    private static let sendToManager: @Sendable ([ServiceState]) throws -> Void = { messages in
        try ServiceNotifier().send(messages)
    }
}
