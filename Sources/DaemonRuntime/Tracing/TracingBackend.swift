package import Insight
package import Tracing

/// Where live events come from: the kernel, or in tests a recording.
package struct TracingBackend: Sendable {
    /// Begins a trace, after removing what a daemon that was killed left behind. Called on the thread that traces.
    package var open: @Sendable (TraceSessionConfiguration) throws(TraceSessionError) -> any LiveEventSource
    /// Removes what a daemon that was killed left behind; what could not be removed is returned. Costs a look where there
    /// is nothing.
    package var clean: @Sendable () -> [TraceSessionError]
    /// The machine, and the kernel with the settings in force.
    package var machine: @Sendable () throws(TraceSessionError) -> ReplayMachine

    package init(
        open: @escaping @Sendable (TraceSessionConfiguration) throws(TraceSessionError) -> any LiveEventSource,
        clean: @escaping @Sendable () -> [TraceSessionError],
        machine: @escaping @Sendable () throws(TraceSessionError) -> ReplayMachine
    ) {
        self.open = open
        self.clean = clean
        self.machine = machine
    }
}
