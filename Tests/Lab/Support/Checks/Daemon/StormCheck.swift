import FixtureSupport
import TextOutput

/// Processes that start and end all the time: the daemon goes on, and keeps neither descriptors nor memory of them.
package struct StormCheck: LabCheck {
    package let name = "storm"
    package let summary =
        "a storm of forks and execs is survived without a failed round, a lost descriptor or memory kept"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.storm] }

    /// What the resident set may have grown by after the storm, KiB: tables that grew and keep their room, and pages of the
    /// program that were used for the first time. A process kept takes 2 KiB; thousands live in a storm.
    private static let allowedGrowthKiB = 3072

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "storm", step: DaemonSteps.storm.name)
        var problems: [String] = []
        func figures(_ name: String) throws(LabFailure) -> (files: Int, residentKiB: Int) {
            let words = String(decoding: result.file("storm/\(name)") ?? [], as: UTF8.self).split { " \n".contains($0) }
            guard words.count == 2, let files = Int(words[0]), let resident = Int(words[1]) else {
                throw LabFailure("judge the storm", "storm/\(name) was not recorded")
            }
            return (files, resident)
        }
        let before = try figures("before")
        let after = try figures("after")
        if after.files > before.files {
            problems.append("\(before.files) descriptors before the storm, \(after.files) after")
        }
        let growth = after.residentKiB - before.residentKiB
        if growth > Self.allowedGrowthKiB { problems.append("\(growth) KiB more are resident than before the storm") }
        let incidents = try recording.published("status")["cost"]?["incidents"] ?? .null
        if incidents.whole("malformed") != 0 { problems.append("incidents: \(incidents)") }
        let events = String(decoding: result.file("daemon/events") ?? [], as: UTF8.self)
        // Not sampler-stalled: how long a round takes is the emulation's doing. That rounds go on, the step has seen.
        for kind in ["round-failed", "failed"] where events.contains("\"kind\":\"\(kind)\"") {
            problems.append("the daemon reported \(kind)")
        }
        let workload = String(decoding: result.file("workloads/storm") ?? [], as: UTF8.self)
        let lives = workload.split(separator: "\n").first { $0.hasPrefix("done rounds=") }?.dropFirst(12) ?? "?"
        return CheckVerdict(
            compared: "\(lives) processes, descriptors \(before.files) to \(after.files), \(growth) KiB more",
            problems: problems)
    }
}
