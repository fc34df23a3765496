import BalancingModel
import Insight

/// The model against the kernel: what a guest's shell has recorded, with the probes of docs/tracing.md, is replayed.
package struct ReplayCheck: LabCheck {
    package let name = "replay"
    package let summary = "a replay decides as the kernel did, in both drives, and its ledgers are the kernel's"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        TracingCheck().obstacle(on: topology, kernel)
    }

    /// Threads that move, then threads on all nodes that share memory, so that groups come about.
    package func steps(for topology: LabTopology) -> [GuestStep] {
        [
            GuestStep(
                "replay-trace", deadlineSeconds: 180,
                """
                mkdir -p $OUT/replay
                OUT=$OUT/replay
                scan_often
                capture && traced 60 sh -c 'numawatch-workload moves count=4 mib=8 seconds=10 period_ms=3000
                    numawatch-workload shared count=4 mib=8 seconds=8'
                """)
        ]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        guard let step = result.step("replay-trace"), step.status == 0 else {
            throw LabFailure(
                "trace in the guest", result.step("replay-trace")?.summary ?? "the step replay-trace did not run")
        }
        let trace = try RecordedTrace(result, path: "replay/trace.txt.gz", root: "replay/root")
        let agreement = ReplayAgreement(
            shadow: .init(try trace.replay(.shadow)), blind: .init(try trace.replay(.blind)))
        var problems: [String] = []
        if agreement.shadow.remote.total < 50 || agreement.shadow.marks.total < 10 {
            problems.append("nothing to judge by: \(agreement.shadow)")
        }
        // What the kernel failed to move, a blind drive cannot know: its ledgers may differ from there on.
        for (drive, scores) in [
            ("shadow", agreement.shadow.all), ("blind", [agreement.blind.decisions, agreement.blind.remote]),
        ] where scores.contains(where: { ($0.share ?? 1) < TracingCheck.leastShare }) {
            problems.append("\(drive): \(scores)")
        }
        return CheckVerdict(compared: "\(agreement)", problems: problems)
    }
}
