/// What the kernel shall write to a session's buffers: it filters before an event costs more than a look.
package struct TraceFilter: Sendable, Hashable {
    /// Whose events.
    package enum Scope: Sendable, Hashable {
        case all
        /// Of these threads, by their ids in the initial PID namespace.
        case threads(Set<Int32>)
        /// Of all threads of these processes, and of the threads and processes they bring into being from then on.
        case processes(Set<Int32>)
    }

    package var scope: Scope
    /// Events that are not written at all, as the ones that shed the most load for the least loss (`schedSwitch`).
    package var excluded: Set<TraceEventKind>

    package init(scope: Scope = .all, excluded: Set<TraceEventKind> = []) {
        self.scope = scope
        self.excluded = excluded
    }

    /// Everything the session was set up for.
    package static var everything: TraceFilter { TraceFilter() }
}
