/// CPUs that go and come back while the daemon runs: one, then all of a node.
package struct HotplugCheck: LabCheck {
    package let name = "hotplug"
    package let summary =
        "CPUs and a node's CPUs go and come back: domains, nodes, ledgers follow, each change is told, no counter falls"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        ChangedStates.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.hotplug] }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        var states = ChangedStates(name, step: DaemonSteps.hotplug.name, result, topology)
        let told = ["topology-changed", "domains-changed"]
        return try states.judge([
            .init(name: "all-on"), .init(name: "one-off", told: told), .init(name: "node-off", told: told),
            .init(name: "back", told: told),
        ])
    }
}
