import Glibc
import Synchronization

/// Whether someone asked this process to stop (SIGINT, SIGTERM), for commands that run until then and have something to
/// put in order.
package enum StopSignals {
    private static let raised = Atomic<Bool>(false)

    /// From here on the signals end waits instead of the process.
    package static func watch() {
        for signal in [SIGINT, SIGTERM] {
            _ = Glibc.signal(signal) { _ in StopSignals.raised.store(true, ordering: .relaxed) }
        }
    }

    package static var isRaised: Bool { raised.load(ordering: .relaxed) }
}
