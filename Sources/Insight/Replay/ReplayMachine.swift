package import BalancingModel
import NUMATopology
package import Tracing

/// The machine a trace is replayed on, and where each fact about it came from.
package struct ReplayMachine: Sendable {
    /// One fact.
    package struct Fact: Sendable, Equatable {
        package var name: String
        package var value: String
        /// The file it was read from, or what it was concluded from.
        package var origin: String
        package var isAssumed: Bool

        package init(name: String, value: String, origin: String, isAssumed: Bool) {
            self.name = name
            self.value = value
            self.origin = origin
            self.isAssumed = isAssumed
        }
    }

    package var layout: NodeLayout
    package var profile: KernelProfile
    package var facts: [Fact]

    package init(layout: NodeLayout, profile: KernelProfile, facts: [Fact]) {
        self.layout = layout
        self.profile = profile
        self.facts = facts
    }

    /// The machine as far as the stream itself tells; what it does not tell is assumed.
    package init(observed survey: TraceSurvey) {
        let nodeByCPU = survey.nodeByCPU() ?? Array(repeating: 0, count: Int(max(survey.highestCPU, 0)) + 1)
        let numbers = Set(survey.nodes).union(nodeByCPU).sorted()
        let nodes = numbers.map { number in
            Machine.Node(
                id: NodeID(Int(number)), cpus: CPUSet(nodeByCPU.indices.filter { nodeByCPU[$0] == number }))
        }
        let cpus = CPUSet(nodeByCPU.indices)
        let machine = Machine(nodes: nodes, distances: nil, possibleCPUs: cpus, onlineCPUs: cpus)
        // `sched_skip_vma_numa` came with 6.7.
        let release = survey.hasSkipReasons ? KernelRelease(6, 12) : KernelRelease(6, 1)
        var configuration = KernelProfile.Configuration()
        configuration.ticksPerSecond = survey.ticksPerSecond
        configuration.maximumCPUCount = survey.maximumCPUCount
        layout = NodeLayout(machine: machine)
        profile = KernelProfile(release: release, configuration: configuration)
        facts = [
            Fact(
                name: "kernel", value: "\(release)",
                origin: survey.hasSkipReasons ? "assumed: skip reasons occur" : "assumed: no skip reasons occur",
                isAssumed: true),
            Fact(
                name: "ticks per second", value: "\(survey.ticksPerSecond ?? 250)",
                origin: survey.ticksPerSecond == nil ? "assumed" : "concluded from the jiffies in the trace",
                isAssumed: survey.ticksPerSecond == nil),
            Fact(
                name: "CPUs built for", value: "\(survey.maximumCPUCount ?? 8192)",
                origin: survey.maximumCPUCount == nil ? "assumed" : "concluded from unset last_cpupid in the trace",
                isAssumed: survey.maximumCPUCount == nil),
            Fact(
                name: "scan settings", value: "defaults", origin: "assumed: no captured root", isAssumed: true),
            Fact(
                name: "nodes", value: "\(nodes.count), \(cpus.count) CPUs",
                origin: "concluded from the faults in the trace", isAssumed: true),
            Fact(name: "distances", value: "10 and 20", origin: "assumed: no captured root", isAssumed: true),
        ]
    }
}
