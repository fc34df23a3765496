import LinuxSystem
import NIOCore
import Synchronization

/// Gives memory back to the kernel some time after a burst of connections or answers.
///
/// What was allocated for them is free then, but the C library keeps it: after a storm the daemon would stay as large as it
/// ever was. It is done on the event loop, where nothing else allocates meanwhile, and takes a few milliseconds.
final class MemoryReturn: Sendable {
    private struct State {
        var connections = 0
        var bytes = 0
        var isScheduled = false
    }

    private let state = Mutex(State())
    private let limits: ServerLimits
    private let giveBack: @Sendable () -> Void

    /// - Parameter giveBack: What does it.
    init(limits: ServerLimits, giveBack: @escaping @Sendable () -> Void = HostFacts.returnFreeMemory) {
        self.limits = limits
        self.giveBack = giveBack
    }

    /// A connection was closed.
    func noteClosed(on eventLoop: any EventLoop) {
        note(connections: 1, bytes: 0, on: eventLoop)
    }

    /// An answer was sent, or given up.
    func noteAnswer(bytes: Int, on eventLoop: any EventLoop) {
        note(connections: 0, bytes: bytes, on: eventLoop)
    }

    private func note(connections: Int, bytes: Int, on eventLoop: any EventLoop) {
        let isDue = state.withLock { state in
            state.connections += connections
            state.bytes += bytes
            let isEnough = state.connections >= limits.connectionsUntilTrim || state.bytes >= limits.bytesUntilTrim
            guard isEnough, !state.isScheduled else { return false }
            state.isScheduled = true
            return true
        }
        guard isDue else { return }
        eventLoop.scheduleTask(in: limits.trimDelay) { [self] in
            state.withLock { $0 = State() }
            giveBack()
        }
    }
}
