import FixtureSupport
import TextOutput

/// What it costs to watch a process of 20,000 mappings more often than the daemon's limit allows.
///
/// The daemon's word is not enough: its CPU time is the kernel's, from `/proc/PID/stat`, over a time in which nobody asked it
/// anything. What it publishes of itself has to lie between the kernel's figures before and after.
package enum WatchingCost {
    /// Where it is measured: it takes a minute, and larger machines, whose CPUs are more than those of the host that emulates
    /// them, tell no more.
    static func isMeasured(on topology: LabTopology) -> Bool { topology.nodes.count <= 2 }

    /// What the CPU time of some seconds may exceed the limit by: a round begun at the end counts whole.
    private static let tolerance = 1.25
    /// `USER_HZ`.
    private static let ticksPerSecond = 100.0

    /// The daemon's CPU time and the machine's, seconds, as the kernel counts them.
    private struct Account {
        var cpu: Double
        var uptime: Double
    }

    /// - Throws: ``LabFailure`` where it was not recorded.
    package static func judge(_ result: GuestResult) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "budget", step: DaemonSteps.budget.name)
        func account(_ path: String) throws(LabFailure) -> Account {
            let text = String(decoding: result.file("budget/\(path)/account") ?? [], as: UTF8.self)
            let lines = text.split(separator: "\n").map(String.init)
            guard lines.count == 2, let ticks = KernelFigures.cpuTicks(lines[0]),
                let uptime = lines[1].split(separator: " ").first.flatMap({ Double($0) })
            else { throw LabFailure("judge the budget", "budget/\(path) was not recorded") }
            return Account(cpu: Double(ticks) / ticksPerSecond, uptime: uptime)
        }
        let begin = try account("before/end")
        let end = try account("after/begin")
        let last = try account("after/end")
        let first = try recording.document("status", in: "before/published")["cost"] ?? .null
        let cost = try recording.document("status", in: "after/published")["cost"] ?? .null
        var problems: [String] = []
        func figure(_ value: JSONValue, _ name: String) -> Double {
            guard let number = value[name]?.number else {
                problems.append("\(name) is not published")
                return 0
            }
            return number
        }
        let limit = figure(cost, "cpu_limit_ratio")
        let share = (end.cpu - begin.cpu) / (end.uptime - begin.uptime)
        if share > limit * tolerance {
            problems.append("the kernel counted \(percent(share)) of a CPU, the limit is \(percent(limit))")
        }
        let published = figure(cost, "cpu_seconds")
        if published < begin.cpu || published > last.cpu + 1 / ticksPerSecond {
            problems.append("published \(published) s of CPU time, the kernel's: \(begin.cpu) s to \(last.cpu) s")
        }
        let readings = ["placements_full_count", "placements_sampled_count"].reduce(0) { sum, name in
            sum + figure(cost, name) - figure(first, name)
        }
        let late = figure(cost, "holds_over_limit_count") - figure(first, "holds_over_limit_count")
        // A call is measured by the clock: an emulated CPU that is not running makes some long.
        if readings < 1 || late * 2 > readings {
            problems.append("\(Int(late)) of \(Int(readings)) readings held a lock beyond the limit")
        }
        let workload = WorkloadLines(result)["many"].first?.pid ?? 0
        let placement = try recording.document("process-\(workload)", in: "after/published")["placement"] ?? .null
        if placement.whole("mapping_count") ?? 0 < 20_000 {
            problems.append("published \(placement["mapping_count"] ?? .null) mappings")
        }
        if figure(placement, "age_seconds") > end.uptime - begin.uptime {
            problems.append("the 20,000 mappings were not looked at while the cost was measured")
        }
        return CheckVerdict(
            compared: "\(percent(share)) of a CPU, limit \(percent(limit)); \(Int(readings)) readings, "
                + "\(Int(late)) beyond the hold",
            problems: problems)
    }

    private static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
}
