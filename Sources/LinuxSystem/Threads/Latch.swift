import Synchronization

/// A gate that is opened once, and threads that block until it is.
///
/// Whoever waits says by which clock: `TimeSource.wait(for:untilMonotonicNanoseconds:)`.
package final class Latch: Sendable {
    private let monitor = ThreadMonitor()
    /// Changed under the monitor, so that nobody is between looking and waiting.
    private let hasOpened = Atomic(false)

    package init() {}

    package var isOpen: Bool { hasOpened.load(ordering: .acquiring) }

    package func open() {
        monitor.locked { hasOpened.store(true, ordering: .releasing) }
        monitor.announce()
    }

    /// Blocks the calling thread until the latch is open.
    package func wait() {
        _ = wait { false }
    }

    /// Blocks until the latch is open, or an instant of CLOCK_MONOTONIC has come.
    ///
    /// - Returns: Whether it is open.
    func wait(untilMonotonicNanoseconds deadline: UInt64) -> Bool {
        monitor.locked {
            while !isOpen, SystemTime.monotonicNow() < deadline {
                monitor.wait(untilMonotonicNanoseconds: deadline)
            }
        }
        return isOpen
    }

    /// Blocks until the latch is open, or a condition holds that is looked at anew after each ``nudge()``.
    ///
    /// - Returns: Whether it is open.
    func wait(orUntil isOver: () -> Bool) -> Bool {
        monitor.locked {
            while !isOpen, !isOver() { monitor.wait() }
        }
        return isOpen
    }

    /// Has those who wait look at their condition again.
    func nudge() {
        monitor.locked { monitor.announce() }
    }
}
