import FixtureSupport
import TextOutput

/// Counters of the host and its nodes: what is published lies between what the kernel said before and after.
package struct CountersCheck: LabCheck {
    package let name = "counters"
    package let summary = "vmstat and the nodes' figures lie between the kernel's before and after, while they move"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [DaemonSteps.start, DaemonSteps.work, DaemonSteps.moving]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "moving", step: DaemonSteps.moving.name)
        var problems: [String] = []
        var compared = 0
        var moved = 0
        let status = try recording.published("status")
        let counters = status["vmstat"]?["counters"]?.members ?? [:]
        Self.compare(counters, of: "/proc/vmstat", in: recording, &compared, &moved, &problems)
        let hintCounters = ["numa_pte_updates", "numa_hint_faults", "numa_hint_faults_local", "numa_pages_migrated"]
        for name in hintCounters where counters[name] == nil {
            problems.append("\(name) is not published")
        }
        let mode = recording.kernel(.before, "/proc/sys/kernel/numa_balancing").flatMap { UInt64($0.dropLast()) }
        if status["balancing"]?.whole("mode") != mode {
            problems.append(
                "published mode \(status["balancing"] ?? .null), the kernel's: \(mode.map(String.init) ?? "none")")
        }
        var nodes = 0
        for node in try recording.published("nodes")["nodes"]?.elements ?? [] {
            guard let number = node.whole("numa_node") else { continue }
            nodes += 1
            let path = "/sys/devices/system/node/node\(number)"
            Self.compare(
                node["numastat_pages"]?.members ?? [:], of: "\(path)/numastat", in: recording, &compared, &moved,
                &problems)
            let size = recording.kernel(.before, "\(path)/meminfo").map(KernelFigures.meminfo)?["MemTotal"]
            if node.whole("memory_total_bytes") != size {
                problems.append(
                    "node \(number): published size \(node["memory_total_bytes"] ?? .null), the kernel's: \(size ?? 0)")
            }
            let cpus = recording.kernel(.before, "\(path)/cpulist").map { String($0.dropLast()) }
            if node["cpus"]?.text != cpus {
                problems.append(
                    "node \(number): published CPUs \(node["cpus"] ?? .null), the kernel's: \(cpus ?? "none")")
            }
        }
        if nodes != topology.nodes.count { problems.append("\(nodes) nodes of \(topology.nodes.count) are published") }
        if moved == 0 { problems.append("no counter moved: nothing was compared that could be late") }
        return CheckVerdict(
            compared: "\(compared) counters, \(moved) of them moving, \(nodes) nodes", problems: problems)
    }

    /// Compares published counters with a file of the kernel's that has the same names.
    static func compare(
        _ counters: [String: JSONValue], of path: String, in recording: Recording, _ compared: inout Int,
        _ moved: inout Int, _ problems: inout [String]
    ) {
        let before = recording.kernel(.before, path).map(KernelFigures.counters) ?? [:]
        let after = recording.kernel(.after, path).map(KernelFigures.counters) ?? [:]
        if counters.isEmpty { problems.append("nothing of \(path) is published") }
        for (name, value) in counters.sorted(by: { $0.key < $1.key }) {
            guard let lowest = before[name], let highest = after[name] else {
                problems.append("\(path) has no \(name)")
                continue
            }
            compared += 1
            if lowest < highest { moved += 1 }
            let number = value.number.flatMap { UInt64(exactly: $0) } ?? .max
            if number < lowest || number > highest {
                problems.append("\(path): published \(name) \(number), the kernel's: \(lowest) to \(highest)")
            }
        }
    }
}
