import FixtureSupport
import TextOutput

/// What is lost where a kernel or a host withholds something: absent, with the reason and the remedy that the README
/// promises, and never zero.
package struct DegradationCheck: LabCheck {
    package let name = "degradation"
    package let summary = "what a host withholds is absent from metrics, with reason and remedy; the rest remains"

    package init() {}

    /// What one machine withholds.
    private struct Expectation {
        /// By source: the errno, and a word of the remedy.
        var refused: [String: (errno: String, remedy: String)]
        /// Metrics that must not be there.
        var absent: [String]
    }

    private static let expectations: [String: Expectation] = [
        "lockdown": Expectation(
            refused: [
                "balancing-knobs": ("EPERM", "lockdown"), "tracefs": ("ENOENT", "lockdown"),
                "kprobes": ("ENOENT", "lockdown"),
            ],
            absent: ["numawatch_balancing_scan_delay_seconds", "numawatch_balancing_scan_size_bytes"]),
        "unmounted": Expectation(
            refused: [
                "balancing-knobs": ("ENOENT", "mount"), "sched-domains": ("ENOENT", "mount"),
                "tracefs": ("ENOENT", "mount"),
            ],
            absent: ["numawatch_balancing_scan_delay_seconds", "numawatch_balancing_scan_size_bytes"]),
        "not-verbose": Expectation(refused: ["sched-domains": ("ENOENT", "verbose")], absent: []),
    ]

    /// What remains everywhere.
    private static let present = [
        "numawatch_hint_faults_total", "numawatch_hint_migrated_pages_total", "numawatch_node_memory_free_bytes",
        "numawatch_group_memory_bytes", "numawatch_group_ledger_tasks", "numawatch_domain_generation",
    ]

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        Self.expectations[topology.name] == nil ? "nothing is withheld" : nil
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.sources] }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "sources", step: DaemonSteps.sources.name)
        guard var expectation = Self.expectations[topology.name] else {
            throw LabFailure("judge the degradation", "nothing is expected of \(topology.name)")
        }
        if result.series?.showsSchedulerInDebugFS == false {
            for name in ["balancing-knobs", "sched-domains"] { expectation.refused[name] = nil }
            expectation.absent = []
        }
        var problems: [String] = []
        let sources = try recording.published("sources")["sources"]?.elements ?? []
        for (name, refusal) in expectation.refused.sorted(by: { $0.key < $1.key }) {
            guard let source = sources.first(where: { $0["source"]?.text == name }) else {
                problems.append("the source \(name) is not published")
                continue
            }
            if source["state"]?.text != "unavailable" || source["errno_name"]?.text != refusal.errno {
                problems.append("\(name): published \(source), expected \(refusal.errno)")
            }
            if !(source["remedy"]?.text ?? "").contains(refusal.remedy) {
                problems.append("\(name): the remedy \(source["remedy"] ?? .null) does not name \(refusal.remedy)")
            }
            if source["lost_without"]?.text ?? "" == "" { problems.append("\(name): what is lost is not published") }
            let samples = recording.samples("numawatch_source_readable")
            if samples.first(where: { $0.labels == "{source=\"\(name)\"}" })?.value != 0 {
                problems.append("\(name): its metric does not say that it is not readable")
            }
        }
        for metric in expectation.absent where !recording.samples(metric).isEmpty {
            problems.append("\(metric) is published: \(recording.samples(metric))")
        }
        for metric in Self.present where recording.samples(metric).isEmpty {
            problems.append("\(metric) is missing")
        }
        return CheckVerdict(
            compared: "\(expectation.refused.count) refusals, \(expectation.absent.count) metrics absent, "
                + "\(Self.present.count) present",
            problems: problems)
    }
}
