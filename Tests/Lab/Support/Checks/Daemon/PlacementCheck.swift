import FixtureSupport
import TextOutput

/// Where memory is: what is published of every stopped process is what the kernel shows, which is what the workload did.
package struct PlacementCheck: LabCheck {
    package let name = "placement"
    package let summary =
        "memory by node and policy of stopped processes is the kernel's, and where the workloads put it"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [DaemonSteps.start, DaemonSteps.work, DaemonSteps.moving, DaemonSteps.still]
    }

    /// The first word of the policy that the kernel shows for a workload's memory.
    private static let policies = [
        "bind": "bind:", "preferred": "prefer:", "interleave": "interleave:", "local": "local", "balanced": "bind=",
    ]

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "still", step: DaemonSteps.still.name)
        var problems: [String] = []
        var processes = 0
        var bytes: UInt64 = 0
        for pid in recording.processes {
            let path = "/proc/\(pid)/numa_maps"
            guard let before = recording.kernel(.before, path).map(KernelFigures.placement),
                let after = recording.kernel(.after, path).map(KernelFigures.placement)
            else {
                problems.append("\(path) was not recorded")
                continue
            }
            processes += 1
            bytes += after.bytes.values.reduce(0, +)
            let placement = try recording.published("process-\(pid)")["placement"]
            guard let placement, placement["method"]?.text == "full" else {
                problems.append("process \(pid): its placement was not read in full")
                continue
            }
            let ours = placement.byNode("bytes_by_node")
            if ours != before.bytes, ours != after.bytes {
                problems.append("process \(pid): published \(ours), the kernel: \(after.bytes)")
            }
            let policies = Self.published(placement)
            if policies != before.bytesByPolicy, policies != after.bytesByPolicy {
                problems.append("process \(pid): published \(policies), the kernel: \(after.bytesByPolicy)")
            }
        }
        if processes == 0 { problems.append("no process was recorded") }
        let regions = try compareRegions(recording, &problems)
        let huge = try compareHugePages(recording, &problems)
        return CheckVerdict(
            compared: "\(processes) processes, \(bytes >> 20) MiB (\(huge >> 20) in huge pages), "
                + "\(regions) regions under a policy",
            problems: problems)
    }

    /// The workload that asks for huge pages has them, or nothing above was said of huge pages.
    ///
    /// - Returns: How many bytes of it are in huge pages.
    private func compareHugePages(_ recording: Recording, _ problems: inout [String]) throws(LabFailure) -> UInt64 {
        guard let process = WorkloadLines(recording.result)["huge"].first, let region = process.regions.first else {
            problems.append("the workload huge did not say where its memory is")
            return 0
        }
        let text = recording.kernel(.after, "/proc/\(process.pid)/smaps_rollup") ?? ""
        let bytes = KernelFigures.smaps("AnonHugePages", in: text) ?? 0
        // A node without 2 MiB in one piece gives small pages, and balancing splits what it cannot move whole.
        if bytes < region.bytes / 2 {
            problems.append("huge: \(bytes) of \(region.bytes) bytes are in huge pages")
        }
        return bytes
    }

    /// Memory under a policy, of processes that were stopped at once: where the workload found it is where it is.
    ///
    /// - Returns: How many regions were compared.
    private func compareRegions(_ recording: Recording, _ problems: inout [String]) throws(LabFailure) -> Int {
        let workloads = WorkloadLines(recording.result)
        var compared = 0
        let hasBalanced = recording.result.series?.hasBalancingBind != false
        for (name, policy) in Self.policies.sorted(by: { $0.key < $1.key }) where hasBalanced || name != "balanced" {
            guard let process = workloads[name].first, let region = process.regions.first, let pages = region.pages
            else {
                problems.append("the workload \(name) did not say where its memory is")
                continue
            }
            let maps = KernelFigures.placement(recording.kernel(.before, "/proc/\(process.pid)/numa_maps") ?? "")
            let published = Self.published(try recording.published("process-\(process.pid)")["placement"] ?? .null)
            guard
                published.contains(where: { $0.key.hasPrefix(policy) && $0.value.values.reduce(0, +) >= region.bytes })
            else {
                problems.append("\(name): published \(published), expected \(region.bytes) bytes under \(policy)…")
                continue
            }
            // What the kernel was just moving has no place to compare. Memory under its task's policy may have become one
            // mapping with its neighbours.
            if name != "balanced", region.isComplete, maps.pagesByStart[region.start] != pages {
                problems.append(
                    "\(name): the workload found \(pages), the kernel \(maps.pagesByStart[region.start] ?? [:])")
            }
            compared += 1
        }
        return compared
    }

    private static func published(_ placement: JSONValue) -> [String: [Int: UInt64]] {
        var policies: [String: [Int: UInt64]] = [:]
        for entry in placement["policies"]?.elements ?? [] {
            policies[entry["policy"]?.text ?? ""] = entry.byNode("bytes_by_node")
        }
        return policies
    }
}
