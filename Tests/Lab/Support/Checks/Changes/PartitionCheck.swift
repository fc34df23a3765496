/// A cpuset partition of cgroup v2 that is made, isolated and removed while the daemon runs.
package struct PartitionCheck: LabCheck {
    package let name = "partition"
    package let summary =
        "a cpuset partition is made, isolated and removed: domains follow, each change is told, no counter falls"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        ChangedStates.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.partition] }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        var states = ChangedStates(name, step: DaemonSteps.partition.name, result, topology)
        func changed(_ name: String) -> ChangedStates.State {
            .init(name: name, told: ["domains-changed"], untold: ["topology-changed"])
        }
        let isolated = result.series?.hasIsolatedPartitions == false ? [] : [changed("isolated")]
        return try states.judge([.init(name: "none"), changed("root")] + isolated + [changed("removed")])
    }
}
