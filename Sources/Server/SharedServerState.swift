import Exposition
import NIOCore

/// What all connections of a server have in common.
struct SharedServerState: Sendable {
    let registry: EndpointRegistry
    let limits: ServerLimits
    let connections: Connections
    let statistics: ServerStatistics
    let memory: MemoryReturn
    let group: any EventLoopGroup
    /// Monotonic time, nanoseconds.
    let now: @Sendable () -> UInt64
}
