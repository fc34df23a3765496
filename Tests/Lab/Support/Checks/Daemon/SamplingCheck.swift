import FixtureSupport
import TextOutput

/// Processes that may not be read in full: a large mapping, 20,000 small ones, and a dozen whose memory lies on two nodes in
/// different proportions, in blocks and scattered. All are stopped, so that the kernel's `numa_maps` is what each sample
/// estimates.
///
/// Two things fail: a share of samples outside their 95 % interval that chance does not explain (``Coverage``), and a single
/// figure off by more than 2.5 half widths, which is 4.9 standard deviations, one in a million.
///
/// And what it costs to watch the small mappings is compared with the limits (``WatchingCost``).
package struct SamplingCheck: LabCheck {
    package let name = "sampling"
    package let summary =
        "a large mapping, 20,000 small ones and mixed ones are sampled: the intervals hold the truth, the cost the limits"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [DaemonSteps.start, DaemonSteps.large] + (WatchingCost.isMeasured(on: topology) ? [DaemonSteps.budget] : [])
    }

    private static let tolerance = 2.5

    /// What the samples of a guest came to.
    private struct Tally {
        var inside = 0
        var figures = 0
        /// Samples with memory of which the kernel did not say where it is.
        var partlyHidden = 0
        var repeated = 0
        var problems: [String] = []
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "large", step: DaemonSteps.large.name)
        let workloads = WorkloadLines(result)
        var tally = Tally()
        for name in ["large", "vmas", "spread"] {
            // On a machine with one node to touch memory from there is no `spread`; its first process only starts the others.
            let processes = name == "spread" ? workloads[name].dropFirst() : workloads[name][...]
            if processes.isEmpty, name != "spread" { tally.problems.append("the workload \(name) was not recorded") }
            for process in processes {
                try judge(process.pid, of: name, recording, &tally)
            }
        }
        let least = Coverage.least(of: tally.figures)
        if tally.inside < least {
            tally.problems.append(
                "\(tally.inside) of \(tally.figures) samples hold the truth in their 95 % interval, expected \(least)")
        }
        if tally.repeated * 3 > tally.figures {
            tally.problems.append("\(tally.repeated) placements were not read again between draws")
        }
        let hidden = tally.partlyHidden == 0 ? "" : ", \(tally.partlyHidden) with memory not located"
        var verdict = CheckVerdict(
            compared: "\(tally.inside) of \(tally.figures) samples inside the 95 % interval\(hidden)",
            problems: tally.problems)
        if WatchingCost.isMeasured(on: topology) {
            let cost = try WatchingCost.judge(result)
            verdict.compared += "; \(cost.compared)"
            verdict.problems += cost.problems
        }
        return verdict
    }

    private func judge(_ pid: Int, of name: String, _ recording: Recording, _ tally: inout Tally) throws(LabFailure) {
        let maps = Recording.Side.allCases.map { side in
            recording.kernel(side, "/proc/\(pid)/numa_maps").map(KernelFigures.placement)
        }
        guard let before = maps[0], let truth = maps[1], truth.mappingCount > 0 else {
            tally.problems.append("\(name): the numa_maps of \(pid) was not recorded")
            return
        }
        guard before == truth else {
            tally.problems.append("\(name): the memory of \(pid) moved while it was stopped")
            return
        }
        // One figure of each sample: those of two nodes are one figure told twice.
        let judged = truth.bytes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        var seen: Set<String> = []
        for draw in recording.draws {
            let document = try recording.drawn(draw, "process-\(pid)")
            // Readings take turns: the first may not have come yet, or be one in full from before sampling was asked for.
            let placement = document["placement"] ?? .null
            if document["placement_gap"]?.text == "not-yet" || seen.isEmpty && placement["method"]?.text == "full" {
                tally.repeated += 1
                continue
            }
            guard placement["method"]?.text == "sampled" else {
                tally.problems.append("\(name): the placement of \(pid) is \(placement), not sampled")
                return
            }
            if name == "vmas", min(truth.mappingCount, Int(placement.whole("mapping_count") ?? 0)) < 20_000 {
                tally.problems.append(
                    "\(name): \(truth.mappingCount) mappings, published \(placement["mapping_count"] ?? .null)")
            }
            // No two readings take the same time to the nanosecond.
            let times = [placement["cpu_seconds"]?.number ?? 0, placement["longest_call_seconds"]?.number ?? 0]
            guard seen.insert("\(times)").inserted else {
                tally.repeated += 1
                continue
            }
            if placement.whole("unlocated_bytes") ?? 0 > 0 { tally.partlyHidden += 1 }
            let bytes = placement.byNode("bytes_by_node")
            let half = placement.byNode("half_width_95_bytes_by_node")
            for node in Set(truth.bytes.keys).union(bytes.keys).sorted() {
                let difference = abs(Double(bytes[node] ?? 0) - Double(truth.bytes[node] ?? 0))
                let width = Double(half[node] ?? 0)
                if node == judged {
                    tally.figures += 1
                    if difference <= width { tally.inside += 1 }
                }
                if difference > Self.tolerance * width {
                    tally.problems.append(
                        "\(name) \(pid), node \(node): published \(bytes[node] ?? 0) ± \(half[node] ?? 0), "
                            + "the kernel's: \(truth.bytes[node] ?? 0)")
                }
            }
        }
    }
}

/// How many of some independent 95 % intervals have to hold the truth.
///
/// If each does with a chance of 95 %, the number that do is binomial. The bound is where fewer come in less than one of
/// 100,000 guests. Of 84 intervals 69 have to hold it (fewer: 4 in a million). Were the coverage 80 %, fewer would in 63 of
/// 100 guests; at 70 % in 99 of 100.
package enum Coverage {
    private static let chance = 0.95
    private static let falseAlarm = 1e-5

    package static func least(of count: Int) -> Int {
        // chance^0 (1 - chance)^count and, from each term, the next: C(n, k + 1) = C(n, k) (n - k) / (k + 1).
        var term = 1.0
        for _ in 0..<count { term *= 1 - chance }
        var sum = 0.0
        for inside in 0..<max(count, 0) {
            sum += term
            if sum > falseAlarm { return inside }
            term *= Double(count - inside) / Double(inside + 1) * chance / (1 - chance)
        }
        return max(count, 0)
    }
}
