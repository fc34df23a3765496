import HostReading
import Insight
import LinuxSystem
import Tracing

extension TracingBackend {
    /// The kernel of this host.
    ///
    /// - Parameter root: Where machine and settings are read.
    static func live(root: DirectoryRoot) -> TracingBackend {
        TracingBackend(
            open: { configuration throws(TraceSessionError) in try TraceSession(configuration) },
            clean: { TraceSession.removeAbandoned() },
            machine: { () throws(TraceSessionError) in
                let host: BalancingHost
                do {
                    host = try BalancingHost.read(from: root)
                } catch {
                    throw TraceSessionError(.unavailable, "read", "the machine", reason: "\(error)")
                }
                return ReplayMachine(
                    layout: host.layout, profile: host.profile,
                    facts: host.facts.map {
                        ReplayMachine.Fact(
                            name: $0.name, value: $0.value, origin: $0.origin, isAssumed: $0.isAssumed)
                    })
            })
    }
}
