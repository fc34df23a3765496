/// A span of which a history holds no samples, and why.
package struct HistoryGap: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        /// Nobody watched: the daemon had been stopped, or had ended.
        case stopped
        /// The machine was started anew.
        case rebooted
        /// The clock was set forward: the span never was.
        case clockForward = "clock_forward"
        /// The clock was set back: the span was twice, and the first time of it is not shown.
        case clockBack = "clock_back"
        /// The samples could not be written.
        case writeFailed = "write_failed"
        /// The history of before was damaged and was set aside.
        case damaged
        /// The history of before is of another version and was set aside.
        case otherVersion = "other_version"
        /// Keeping a history was turned off.
        case off
        /// No round ended in it: the daemon could not run.
        case stalled
    }

    /// From the last sample before it, nanoseconds since 1970.
    package var sinceNanoseconds: UInt64
    /// To the first sample after it; for a clock that was set back what it was set back from.
    package var untilNanoseconds: UInt64
    package var reason: Reason
    /// Further words: an error's.
    package var detail: String?

    package init(sinceNanoseconds: UInt64, untilNanoseconds: UInt64, reason: Reason, detail: String? = nil) {
        self.sinceNanoseconds = sinceNanoseconds
        self.untilNanoseconds = untilNanoseconds
        self.reason = reason
        self.detail = detail
    }

    /// Whether samples at and before the first time are on one side of it, and those at the second on the other.
    func lies(after earlier: UInt64, upTo later: UInt64) -> Bool {
        // What was before a clock was set back is shown up to where it was set to.
        let end = reason == .clockBack ? sinceNanoseconds : untilNanoseconds
        return end > earlier && end <= later
    }

    /// The reason in a few words.
    package var words: String {
        switch reason {
        case .stopped: "daemon stopped"
        case .rebooted: "machine restarted"
        case .clockForward: "clock set forward"
        case .clockBack: "clock set back"
        case .writeFailed: "could not be written"
        case .damaged: "history damaged, set aside"
        case .otherVersion: "history of another version, set aside"
        case .off: "history turned off"
        case .stalled: "no rounds"
        }
    }
}

/// A setting from some time on.
package struct HistorySetting: Sendable, Equatable {
    /// Since when it is known to be so, nanoseconds since 1970.
    package var sinceNanoseconds: UInt64
    /// As the kernel calls it: `kernel.numa_balancing`, `numa_balancing/scan_size_mb`; of the machine `kernel_release`,
    /// `online_nodes`, `node0/cpus`.
    package var name: String
    /// Nil where it could not be read from then on.
    package var value: String?

    package init(sinceNanoseconds: UInt64, name: String, value: String?) {
        self.sinceNanoseconds = sinceNanoseconds
        self.name = name
        self.value = value
    }
}

/// An event that the daemon told of.
package struct HistoryEvent: Sendable, Equatable {
    /// Nanoseconds since 1970.
    package var wallClockNanoseconds: UInt64
    /// As in `ObservedEvent.kind`.
    package var kind: String
    /// As in `ObservedEvent.Severity`: 3 error, 4 warning, 5 notice.
    package var severity: Int
    package var message: String
    /// The group it is about, where it is about one.
    package var group: String?
    /// The user whose process it is about; nil for events of the host.
    package var uid: UInt32?

    package init(
        wallClockNanoseconds: UInt64, kind: String, severity: Int, message: String, group: String? = nil,
        uid: UInt32? = nil
    ) {
        self.wallClockNanoseconds = wallClockNanoseconds
        self.kind = kind
        self.severity = severity
        self.message = message
        self.group = group
        self.uid = uid
    }
}
