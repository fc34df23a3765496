/// The text of `/metrics`, by Prometheus' own linter.
package struct MetricsCheck: LabCheck {
    package let name = "metrics"
    package let summary = "promtool finds nothing wrong with the recorded text of /metrics"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [DaemonSteps.start, DaemonSteps.work, DaemonSteps.moving]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) async throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "moving", step: DaemonSteps.moving.name)
        guard let promtool = LabPaths.environment("NUMAWATCH_PROMTOOL") else {
            throw LabFailure(
                "lint metrics", "NUMAWATCH_PROMTOOL names no promtool",
                remedy: "NUMAWATCH_PROMTOOL=$(scripts/extract-tool.sh prometheus promtool), as “make lab” sets it")
        }
        let path = "\(result.directory)/files/\(recording.name)/published/metrics"
        let lint = try await HostCommand.run("sh", ["-c", "\"$1\" check metrics <\"$2\"", "sh", promtool, path])
        var problems: [String] = []
        if lint.status != 0 || !lint.text.isEmpty { problems.append("promtool: \(lint.text)\(lint.complaint)") }
        let series = recording.metrics.split(separator: UInt8(ascii: "\n")).count { $0.first != UInt8(ascii: "#") }
        if series < 100 { problems.append("only \(series) series are published") }
        return CheckVerdict(compared: "\(series) series", problems: problems)
    }
}
