import FixtureSupport

/// Processes that may not be read in full: a large mapping, and 20,000 small ones.
///
/// An estimate with a 95 % interval is outside it one time in twenty: that fails nothing. What fails is an estimate that is
/// off by more than 2.5 half widths, which is 4.9 standard deviations, one in a million.
package struct SamplingCheck: LabCheck {
    package let name = "sampling"
    package let summary = "a large mapping and 20,000 small ones are sampled; the truth is in the published interval"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.large] }

    private static let tolerance = 2.5

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "large", step: DaemonSteps.large.name)
        let workloads = WorkloadLines(result)
        var problems: [String] = []
        var inside = 0
        var figures = 0
        for name in ["large", "vmas"] {
            guard let pid = workloads[name].first?.pid else {
                problems.append("the workload \(name) was not recorded")
                continue
            }
            let placement = try recording.published("process-\(pid)")["placement"] ?? .null
            let maps = recording.kernel(.after, "/proc/\(pid)/numa_maps").map(KernelFigures.placement)
            guard let truth = maps, truth.mappingCount > 0 else {
                problems.append("\(name): its numa_maps was not recorded")
                continue
            }
            guard placement["method"]?.text == "sampled" else {
                problems.append("\(name): its placement is \(placement), not sampled")
                continue
            }
            if name == "vmas", truth.mappingCount < 20_000 || placement.whole("mapping_count") ?? 0 < 20_000 {
                problems.append(
                    "\(name): \(truth.mappingCount) mappings, published \(placement["mapping_count"] ?? .null)")
            }
            let bytes = placement.byNode("bytes_by_node")
            let half = placement.byNode("half_width_95_bytes_by_node")
            for node in Set(truth.bytes.keys).union(bytes.keys).sorted() {
                let difference = abs(Double(bytes[node] ?? 0) - Double(truth.bytes[node] ?? 0))
                let width = Double(half[node] ?? 0)
                figures += 1
                if difference <= width { inside += 1 }
                if difference > Self.tolerance * width {
                    problems.append(
                        "\(name), node \(node): published \(bytes[node] ?? 0) ± \(half[node] ?? 0), "
                            + "the kernel's: \(truth.bytes[node] ?? 0)")
                }
            }
        }
        return CheckVerdict(compared: "\(inside) of \(figures) figures inside the 95 % interval", problems: problems)
    }
}
