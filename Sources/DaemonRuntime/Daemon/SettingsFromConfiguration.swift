import LinuxSystem
import NIOCore
import Server

extension DaemonConfiguration {
    /// The bounds of what clients may do.
    var serverLimits: ServerLimits {
        var limits = ServerLimits(connections: server.maximumConnections)
        let timeout = TimeAmount(server.requestTimeout)
        limits.requestTimeout = timeout
        limits.writeTimeout = timeout
        return limits
    }

    /// Who may see what.
    func accessPolicy(groupID: UInt32?) -> AccessPolicy {
        AccessPolicy(
            ownUserID: HostFacts.effectiveUserID, groupID: groupID, othersMayRead: server.othersMayRead)
    }
}
