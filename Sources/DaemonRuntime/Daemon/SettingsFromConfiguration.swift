import LinuxSystem
import NIOCore
import Sampling
import Server

extension DaemonConfiguration {
    /// What the sampler is to read, how often and at what cost.
    var samplingSettings: SamplingSettings {
        var settings = SamplingSettings()
        settings.hostInterval = sampling.hostInterval
        settings.ledgerInterval = sampling.ledgerInterval
        settings.followInterval = sampling.followInterval
        settings.placementInterval = sampling.placementInterval
        settings.domainsInterval = domains.interval
        settings.verdictWindow = verdict.window
        settings.cpuLimitShare = sampling.cpuLimitPercent / 100
        settings.maximumThreadsPerRound = sampling.maximumThreadsPerRound
        settings.maximumHold = placement.maximumHold
        settings.readBufferBytes = placement.readBufferBytes
        settings.samplePages = placement.samplePages
        settings.minimumResidentBytes = UInt64(clamping: placement.minimumRSSBytes)
        settings.includedUnits = placement.includedUnits
        settings.excludedUnits = placement.excludedUnits
        return settings
    }

    /// The bounds of what clients may do.
    ///
    /// - Parameter descriptorLimit: How many descriptors the process may have. More connections than it leaves room for
    ///   are never taken on.
    func serverLimits(descriptorLimit: Int) -> ServerLimits {
        var limits = ServerLimits(
            connections: min(
                server.maximumConnections, ServerLimits.connections(withinDescriptors: descriptorLimit)))
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
