import FixtureSupport
import TextOutput

/// Balancing switched on and off by somebody else while the daemon runs.
package struct SwitchCheck: LabCheck {
    package let name = "switch"
    package let summary = "balancing switched on and off while running is told by an event, the status and a metric"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        topology.bootArguments.contains("numa_balancing=disable") ? nil : "made where balancing is off at boot"
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.toggle] }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        var problems: [String] = []
        for (value, isEnabled) in [(1, true), (0, false)] {
            let recording = try Recording(result, "switch/to-\(value)", step: DaemonSteps.toggle.name)
            let balancing = try recording.published("status")["balancing"] ?? .null
            if balancing.whole("mode") != UInt64(value) || balancing["is_enabled"] != .boolean(isEnabled) {
                problems.append("switched to \(value): the status says \(balancing)")
            }
            let metric = recording.samples("numawatch_balancing_enabled").first { $0.labels == "{mode=\"normal\"}" }
            if metric?.value != Double(value) {
                problems.append("switched to \(value): the metric says \(metric.map { "\($0.value)" } ?? "nothing")")
            }
        }
        let events = String(decoding: result.file("daemon/events") ?? [], as: UTF8.self).split(separator: "\n")
        let told = events.count { $0.contains("\"kind\":\"balancing-changed\"") }
        if told != 2 { problems.append("\(told) events tell of two changes") }
        return CheckVerdict(compared: "2 changes, \(told) events", problems: problems)
    }
}
