import FixtureSupport
import TextOutput

/// Memory that forty processes share counts once in their group: by the kernel's account of the cgroup where there is one,
/// which is published as it is, and by the mappings where there is none.
///
/// All are stopped, so the account stands still but for what it gathers of CPUs.
package struct GroupMemoryCheck: LabCheck {
    package let name = "group-memory"
    package let summary = "a segment that forty processes share counts once in their group, as memory.numa_stat has it"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.balancingObstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.groupMemory] }

    /// What the two readings of the kernel, and ours between them, may differ by: what CPUs have not handed in yet.
    private static let slackBytes: UInt64 = 512 << 10

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        var problems: [String] = []
        let segment = try judgeMappings(result, &problems)
        let (account, sum) = try judgeAccount(result, &problems)
        return CheckVerdict(
            compared:
                "\(segment >> 20) MiB shared: \(account >> 20) MiB in the account, \(sum >> 20) MiB as the sum of "
                + "processes", problems: problems)
    }

    /// The group that has an account.
    ///
    /// - Returns: What is published of it, and what its processes add up to, bytes.
    private func judgeAccount(
        _ result: GuestResult, _ problems: inout [String]
    ) throws(LabFailure) -> (account: UInt64, sum: UInt64) {
        let recording = try Recording(result, "group-memory/accounted", step: DaemonSteps.groupMemory.name)
        let group = try group("accounted", recording)
        let placement = group["placement"] ?? .null
        if placement["source"]?.text != "cgroup" || placement["provenance"]?.text != "kernel" {
            problems.append("accounted: the placement is \(placement), not the kernel's account")
        }
        let path = "/sys/fs/cgroup/lab.slice/accounted.service/memory.numa_stat"
        let sides = Recording.Side.allCases.map { KernelFigures.cgroupMemory(recording.kernel($0, path) ?? "") }
        let published = Self.bytes(placement)
        for node in Set(sides[0].keys).union(sides[1].keys).union(published.keys).sorted() {
            let kernel = sides.map { $0[node] ?? 0 }
            let ours = published[node] ?? 0
            let (least, most) = (kernel.min() ?? 0, kernel.max() ?? 0)
            if ours + Self.slackBytes < least || ours > most + Self.slackBytes {
                problems.append("accounted, node \(node): published \(ours), memory.numa_stat \(kernel)")
            }
        }
        let total = published.values.reduce(0, +)
        if total == 0 { problems.append("accounted: nothing is published") }
        if group.whole("current_bytes") ?? 0 < total {
            problems.append("accounted: current_bytes \(group["current_bytes"] ?? .null), less than \(total)")
        }
        var sum: UInt64 = 0
        for process in WorkloadLines(result)["accounted"] {
            let placement = try recording.published("process-\(process.pid)")["placement"] ?? .null
            sum += placement.byNode("bytes_by_node").values.reduce(0, +)
        }
        // Or nothing was shared, and nothing shown.
        if sum < total * 20 {
            problems.append("accounted: the processes add up to \(sum) bytes, the group has \(total)")
        }
        return (total, sum)
    }

    /// The group that has none: its mappings, the segment counted once.
    ///
    /// - Returns: The segment's bytes.
    private func judgeMappings(_ result: GuestResult, _ problems: inout [String]) throws(LabFailure) -> UInt64 {
        let recording = try Recording(result, "group-memory/apart", step: DaemonSteps.groupMemory.name)
        let group = try group("apart", recording)
        let placement = group["placement"] ?? .null
        if placement["source"]?.text != "mappings" { problems.append("apart: the placement is \(placement)") }
        guard let process = WorkloadLines(result)["apart"].first, let region = process.regions.first,
            region.isComplete
        else {
            problems.append("apart: the workload did not say where the segment is")
            return 0
        }
        var shared: [Int: UInt64] = [:]
        for entry in placement["classes"]?.elements ?? [] where entry["class"]?.text == "shared" {
            shared = entry.byNode("bytes_by_node")
        }
        // Not what the workload found: until it was stopped, the kernel may have moved some to its threads.
        let maps = recording.kernel(.before, "/proc/\(process.pid)/numa_maps").map(KernelFigures.placement)
        let pages = maps?.pagesByStart[region.start] ?? [:]
        if pages.values.reduce(0, +) * 4096 != region.bytes || shared != pages.mapValues({ $0 * 4096 }) {
            problems.append(
                "apart: published \(shared) bytes of shared memory, the kernel has \(pages) pages of \(region.bytes) bytes"
            )
        }
        return region.bytes
    }

    private func group(_ name: String, _ recording: Recording) throws(LabFailure) -> JSONValue {
        let groups = try recording.published("groups")["groups"]?.elements ?? []
        return groups.first { $0["group"]?.text == "\(name).service" } ?? .null
    }

    /// All classes together.
    private static func bytes(_ placement: JSONValue) -> [Int: UInt64] {
        (placement["classes"]?.elements ?? []).reduce(into: [:]) { sum, entry in
            sum.merge(entry.byNode("bytes_by_node"), uniquingKeysWith: +)
        }
    }
}
