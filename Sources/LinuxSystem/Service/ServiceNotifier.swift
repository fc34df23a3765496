import CSystemd
import Glibc
import SystemPackage

/// What a service tells its manager; see sd_notify(3).
package enum ServiceState: Hashable, Sendable {
    /// Start-up, or a reload, is complete.
    case ready
    /// One line for `systemctl status`.
    case status(String)
    /// It is alive.
    case watchdog
    /// A reload has begun, at this reading of CLOCK_MONOTONIC (wanted by `Type=notify-reload`).
    case reloading(monotonicNanoseconds: UInt64)
    /// Shutdown has begun.
    case stopping

    var assignments: String {
        switch self {
        case .ready: "READY=1"
        // One line: what follows a line break would be another assignment.
        case .status(let text): "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
        case .watchdog: "WATCHDOG=1"
        case .reloading(let nanoseconds): "RELOADING=1\nMONOTONIC_USEC=\(nanoseconds / 1000)"
        case .stopping: "STOPPING=1"
        }
    }
}

/// The service manager, as seen from a service it started; not there for a program started by hand.
package struct ServiceNotifier: Sendable {
    package init() {}

    /// Whether a service manager listens: `NOTIFY_SOCKET` is set.
    package var isPresent: Bool { HostFacts.environmentVariable("NOTIFY_SOCKET") != nil }

    /// How often the manager wants to hear `watchdog`, in nanoseconds: it acts when it has not heard within this time,
    /// so tell it twice as often. Nil when it does not watch.
    package var watchdogNanoseconds: UInt64? {
        var microseconds: UInt64 = 0
        guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : nanoseconds
    }

    /// Tells the manager, in one message.
    ///
    /// - Returns: Whether there was a manager to tell.
    @discardableResult
    package func send(_ states: [ServiceState]) throws(SystemFailure) -> Bool {
        let text = states.map(\.assignments).joined(separator: "\n")
        let result = unsafe sd_notify(0, text)
        guard result >= 0 else {
            throw SystemFailure("tell the service manager", text, Errno(rawValue: 0 &- result))
        }
        return result > 0
    }
}
