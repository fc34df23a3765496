import FixtureSupport
import NUMATopology
import TextOutput

/// What balancing did: pages moved to the threads that use them, to and fro where two nodes take turns, and threads seen
/// where they are.
package struct BalancingCheck: LabCheck {
    package let name = "balancing"
    package let summary =
        "migrations, ping-pong between nodes, NUMA groups and moving threads are seen as the kernel did them"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.balancingObstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [DaemonSteps.start, DaemonSteps.work, DaemonSteps.moving, DaemonSteps.still]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "still", step: DaemonSteps.still.name)
        let workloads = WorkloadLines(result)
        var problems: [String] = []
        var migrated: [String: UInt64] = [:]
        for name in ["private", "pingpong", "shared", "huge", "moves", "processes"] {
            let pids = workloads[name].map(\.pid)
            let kernel = Self.migrated(recording, pids)
            migrated[name] = kernel
            var published: [UInt64?] = []
            for pid in pids {
                published.append(try recording.published("process-\(pid)")["ledger"]?.whole("migrated_pages"))
            }
            let isInherited = result.series?.inheritsMigratedPages == true
            let isRight =
                isInherited
                ? published.allSatisfy { $0 == nil } : published.reduce(0) { $0 + ($1 ?? 0) } == kernel
            if !isRight {
                problems.append(
                    "\(name): published \(published.map { $0.map(String.init) ?? "unknown" }) migrated pages, the kernel's: "
                        + "\(kernel)\(isInherited ? ", of which some are inherited" : "")")
            }
            problems += try groupProblems(name, recording, kernel, isInherited: isInherited)
        }
        if migrated["private"] == 0 { problems.append("memory on the wrong node was not moved: nothing was compared") }
        let cpuNodes = topology.nodes.count { !$0.cpus.isEmpty }
        var directions = 0
        if cpuNodes > 1 {
            directions = toAndFro(recording)
            if directions == 0 { problems.append("pingpong: pages moved in one direction only, or none") }
        }
        let groups = try groupIDs(recording, workloads, &problems)
        let threads = try threadProblems(recording, cpuNodes, workloads, &problems)
        return CheckVerdict(
            compared: "\(migrated.values.reduce(0, +)) pages migrated, \(directions) pairs of nodes to and fro, "
                + "\(groups) NUMA groups, \(threads) threads",
            problems: problems)
    }

    private static func migrated(_ recording: Recording, _ pids: [Int]) -> UInt64 {
        pids.reduce(0) { sum, pid in
            recording.threads(of: pid).reduce(sum) { sum, tid in
                let text = recording.kernel(.after, "/proc/\(pid)/task/\(tid)/sched")
                return sum + (text.flatMap(KernelFigures.ledger)?.migratedPages ?? 0)
            }
        }
    }

    /// The counter of the unit holds what its threads moved since the daemon saw them, which is since they started: no
    /// more than they have themselves. The directions of the moves are the model's; by its own account of its error they
    /// add up to the counter. Where threads inherit their parents' counts, it is less than their sum.
    private func groupProblems(
        _ name: String, _ recording: Recording, _ kernel: UInt64, isInherited: Bool
    ) throws(LabFailure) -> [String] {
        let group = "{group=\"\(name).service\""
        let counters = recording.samples("numawatch_group_migrated_pages_total").filter { $0.labels.hasPrefix(group) }
        guard let counter = counters.first?.value else { return ["\(name): its unit has no counter of migrated pages"] }
        var problems: [String] = []
        let isRight = isInherited ? counter <= Double(kernel) : counter == Double(kernel)
        if !isRight {
            problems.append("\(name): its unit's counter says \(counter) migrated pages, its threads \(kernel)")
        }
        let moved = recording.samples("numawatch_group_model_moved_pages_total").filter { $0.labels.hasPrefix(group) }
            .reduce(0) { $0 + $1.value }
        let error = recording.samples("numawatch_group_model_moved_error_pages_total")
            .filter { $0.labels.hasPrefix(group) }.reduce(0) { $0 + $1.value }
        if moved - error > counter {
            problems.append("\(name): the model moved \(moved) pages (off by \(error) at most), the kernel \(counter)")
        }
        return problems
    }

    /// Pairs of nodes between which the pages of the ping-pong moved in both directions, by the published counters.
    private func toAndFro(_ recording: Recording) -> Int {
        var moves: Set<[String]> = []
        for sample in recording.samples("numawatch_group_model_moved_pages_total")
        where sample.labels.hasPrefix("{group=\"pingpong.service\"") && sample.value >= 1 {
            let parts = sample.labels.split(separator: "\"").map(String.init)
            if parts.count >= 6 { moves.insert([parts[3], parts[5]]) }
        }
        return moves.count { move in move[0] < move[1] && moves.contains([move[1], move[0]]) }
    }

    private func groupIDs(
        _ recording: Recording, _ workloads: WorkloadLines, _ problems: inout [String]
    ) throws(LabFailure) -> Int {
        var groups = 0
        for pid in workloads["shared"].map(\.pid) {
            var kernel: Set<Int> = []
            for tid in recording.threads(of: pid) {
                let ledger = recording.kernel(.after, "/proc/\(pid)/task/\(tid)/sched").flatMap(KernelFigures.ledger)
                if let id = ledger?.groupID, id != 0 { kernel.insert(id) }
            }
            let ledger = try recording.published("process-\(pid)")["ledger"] ?? .null
            let published = Set((ledger["numa_group_ids"]?.elements ?? []).compactMap { $0.number.map { Int($0) } })
            if published != kernel { problems.append("shared: published groups \(published), the kernel's: \(kernel)") }
            groups += kernel.count
        }
        if groups == 0 { problems.append("threads that share memory formed no NUMA group: nothing was compared") }
        return groups
    }

    /// Threads are on the CPU and node where they stopped, and the time of those that move is spread over nodes.
    ///
    /// From 6.12 on a thread that goes to sleep may stay on its queue for a while (`DELAY_DEQUEUE` of
    /// kernel/sched/features.h) and be moved with it to another CPU without running. A process none of whose threads ran is
    /// not read again, so such a thread may be published where it slept in. It is rare: one of ten threads is too many.
    private func threadProblems(
        _ recording: Recording, _ cpuNodes: Int, _ workloads: WorkloadLines, _ problems: inout [String]
    ) throws(LabFailure) -> Int {
        var compared = 0
        var elsewhere: [String] = []
        for pid in recording.processes {
            for thread in try recording.published("process-\(pid)")["threads"]?.elements ?? [] {
                guard let tid = thread.whole("tid") else { continue }
                let stat = recording.kernel(.after, "/proc/\(pid)/task/\(tid)/stat")
                compared += 1
                if let cpu = stat.flatMap(KernelFigures.cpu), thread["cpu"]?.number != Double(cpu) {
                    elsewhere.append("thread \(tid): published on CPU \(thread["cpu"] ?? .null), the kernel's: \(cpu)")
                }
            }
        }
        let delaysDequeue = recording.result.series?.delaysDequeue ?? true
        if !delaysDequeue || elsewhere.count * 10 > compared { problems += elsewhere }
        for pid in workloads["moves"].map(\.pid) where cpuNodes > 1 {
            let byNode =
                try recording.published("process-\(pid)")["cpu_by_node"]?["cpu_seconds_by_node"]?.members ?? [:]
            if byNode.count(where: { ($0.value.number ?? 0) > 0 }) < 2 {
                problems.append("moves: its CPU time is published on \(byNode.keys.sorted()) only")
            }
        }
        return compared
    }
}
