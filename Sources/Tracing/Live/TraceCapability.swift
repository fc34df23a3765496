package import BalancingModel

/// What tracing can show on a host: its level, each event with the reason where it cannot be had, and what would help.
///
/// A value for `doctor`, `/v1/sources` and the session's own choice. Where nothing can be traced, `level` is `.none`
/// and `obstacle` says why.
package struct TraceCapability: Sendable, Equatable {
    /// How the events of our own group are made.
    package enum Mechanism: String, Sendable, CaseIterable {
        /// `kprobe_events`: every level.
        case kprobes
        /// `f:` events in `dynamic_events` (6.5 and later, with BTF): no static symbols, no `j=`.
        case fprobes
        /// None can be made: the kernel's own tracepoints alone.
        case tracepoints
    }

    /// Why there is no tracing at all, or less of it.
    package struct Obstacle: Sendable, Equatable, CustomStringConvertible {
        package enum Kind: String, Sendable, CaseIterable {
            /// No tracefs is mounted.
            case notMounted = "not-mounted"
            /// The kernel is built without it.
            case notBuilt = "not-built"
            case lockdown
            case permission
            /// A session of the same name is running.
            case inUse = "in-use"
            case other
        }

        package var kind: Kind
        /// One sentence: what failed, where, the errno.
        package var reason: String
        package var errno: Int32?
        /// What an administrator can do, where it is known.
        package var remedy: String?

        package init(kind: Kind, reason: String, errno: Int32? = nil, remedy: String? = nil) {
            self.kind = kind
            self.reason = reason
            self.errno = errno
            self.remedy = remedy
        }

        package var description: String { reason + (remedy.map { " (\($0))" } ?? "") }
    }

    /// An event of the list in the order of ``TraceEventKind``.
    package struct Event: Sendable, Equatable {
        package var kind: TraceEventKind
        /// `numawatch/hint_fault`, `sched/sched_switch`.
        package var name: String
        /// Why it cannot be had; nil if it can.
        package var obstacle: Obstacle?

        package init(kind: TraceEventKind, name: String, obstacle: Obstacle?) {
            self.kind = kind
            self.name = name
            self.obstacle = obstacle
        }
    }

    package var mechanism: Mechanism
    /// Where tracefs is; nil if it is not mounted.
    package var directory: String?
    package var events: [Event]
    /// Why nothing can be traced, or why it is no more than tracepoints.
    package var obstacle: Obstacle?
    /// The kinds of events a session would see; `.faultJiffies` if `hint_fault` has its `j=`.
    package var kinds: EventKinds

    package init(
        mechanism: Mechanism, directory: String?, events: [Event], obstacle: Obstacle?, kinds: EventKinds
    ) {
        self.mechanism = mechanism
        self.directory = directory
        self.events = events
        self.obstacle = obstacle
        self.kinds = kinds
    }

    /// The level of a session, by the same rule as that of a recorded trace.
    package var level: TraceLevel { TraceLevel(kinds: kinds) }

    /// The events that cannot be had.
    package var missing: [Event] { events.filter { $0.obstacle != nil } }
}
