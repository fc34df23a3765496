/// All checks there are.
package enum CheckCatalogue {
    /// In the order in which their steps run in a guest.
    package static let all: [any LabCheck] = [
        MachineCheck(), DomainsCheck(), SourcesCheck(), DegradationCheck(), SwitchCheck(), CountersCheck(),
        MetricsCheck(), BalancingCheck(), LedgersCheck(), PlacementCheck(), NumastatCheck(), SamplingCheck(),
        StormCheck(), GroupMemoryCheck(), HotplugCheck(), PartitionCheck(), IteratorCheck(), DaemonCheck(),
        ReplayCheck(),
        TracingCheck(), NarrowedTracingCheck(), HarmCheck(), OverviewCheck(), InstalledStartCheck(),
        InstalledReloadCheck(),
        InstalledRestartsCheck(), InstalledRefusalCheck(), InstalledKillCheck(), InstalledWatchdogCheck(),
        InstalledTracingCheck(), InstalledIteratorCheck(), InstalledPrometheusCheck(), InstalledJournalCheck(),
        InstalledUpgradeCheck(), InstalledRemovalCheck(), InstalledPackageCheck(),
    ]

    /// The checks to make on a machine: those it asks for, or all that fit.
    ///
    /// - Throws: ``LabFailure`` if it asks for one there is not.
    package static func checks(
        for topology: LabTopology, _ kernel: KernelSeries
    ) throws(LabFailure) -> [any LabCheck] {
        for name in topology.checks ?? [] where !all.contains(where: { $0.name == name }) {
            throw LabFailure(
                "use the topology \(topology.name)", "there is no check \(name)",
                remedy: "there are: \(all.map(\.name).joined(separator: ", "))")
        }
        if let name = topology.checks?.first(where: { name in
            all.contains { $0.name == name && $0.system != topology.system }
        }) {
            throw LabFailure(
                "use the topology \(topology.name)",
                "the check \(name) is not for the system \(topology.system.rawValue)")
        }
        if let name = topology.checks?.first(where: { name in
            all.contains { $0.name == name && !$0.architectures.contains(topology.architecture) }
        }) {
            throw LabFailure(
                "use the topology \(topology.name)",
                "the check \(name) needs our programs, which do not run on \(topology.architecture.rawValue)")
        }
        return all.filter { check in
            guard check.system == topology.system, check.architectures.contains(topology.architecture) else {
                return false
            }
            return topology.checks.map { $0.contains(check.name) } ?? (check.obstacle(on: topology, kernel) == nil)
        }
    }
}
