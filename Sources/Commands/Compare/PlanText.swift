import Comparison
import TextOutput

/// A plan as a script for the shell: what it will do stands in it, line for line, and nothing else is done.
///
/// Times are counted from when it is started, so that it can be read today and run tomorrow. Whatever ends it, the setting is
/// put back.
struct PlanText {
    private let plan: AlternatingPlan

    init(_ plan: AlternatingPlan) { self.plan = plan }

    var text: String {
        let minutes = Quantity.time(Double(plan.phaseSeconds))
        var lines = [
            "#!/bin/sh",
            "# Tries \(plan.setting)=\(plan.after) (B) against \(plan.before) (A), as it is now: A B B A, \(minutes) each.",
            "# The first \(Quantity.time(Double(plan.settlingSeconds))) of each phase do not count. Run it as root while the load is",
            "# what it usually is. A figure of your own is the best judge: begin to sample it before, in another terminal:",
            "#   numawatch history --metric 'COMMAND THAT PRINTS A NUMBER'",
            "set -eu",
            "trap 'sysctl \(plan.setting)=\(plan.before)' EXIT",
            "trap 'exit 1' HUP INT TERM",
            "until_second() { while [ \"$(date +%s)\" -lt \"$1\" ]; do sleep 1; done; }",
            "T=$(date +%s)",
        ]
        var value = ""
        for phase in plan.phases {
            lines.append("# \(phase.letter)")
            // Where nothing changes nothing is touched.
            if phase.value != value { lines.append("sysctl \(plan.setting)=\(phase.value)") }
            value = phase.value
            lines.append("until_second $((T + \(phase.endSeconds - plan.startSeconds)))")
        }
        lines.append("# What is kept of the last minute is written within a minute.")
        lines.append("until_second $((T + \(plan.endSeconds - plan.startSeconds + 65)))")
        lines.append("numawatch compare \"\(spans("A"))\" \"\(spans("B"))\"")
        return lines.joined(separator: "\n") + "\n"
    }

    private func spans(_ letter: Character) -> String {
        plan.phases.filter { $0.letter == letter }.map { phase in
            "@$((T + \(phase.countedSeconds - plan.startSeconds)))..@$((T + \(phase.endSeconds - plan.startSeconds)))"
        }.joined(separator: ",")
    }
}
