/// All checks there are.
package enum CheckCatalogue {
    /// In the order in which their steps run in a guest.
    package static let all: [any LabCheck] = [
        MachineCheck(), DomainsCheck(), SourcesCheck(), DegradationCheck(), SwitchCheck(), CountersCheck(),
        MetricsCheck(), BalancingCheck(), LedgersCheck(), PlacementCheck(), NumastatCheck(), SamplingCheck(),
        StormCheck(), HotplugCheck(), PartitionCheck(), DaemonCheck(), TracingCheck(), NarrowedTracingCheck(),
        HarmCheck(),
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
        return all.filter { check in
            topology.checks.map { $0.contains(check.name) } ?? (check.obstacle(on: topology, kernel) == nil)
        }
    }
}
