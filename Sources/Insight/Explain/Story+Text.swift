package import BalancingModel
import TextOutput

extension Story {
    /// The story as text for a terminal.
    ///
    /// - Parameters:
    ///   - title: What it is about, as the caller knows it: a process with its command, for example.
    ///   - narrator: Who tells it.
    package func appendText(to output: inout [UInt8], title: String, narrator: StoryNarrator) {
        output.append(text: title + "\n")
        if counts.total > 0 { appendRules(to: &output) }
        appendEntries(to: &output, narrator: narrator)
    }

    private func appendRules(to output: inout [UInt8]) {
        output.append(text: "\nRules that decided \(counts.total) hint faults\n")
        var table = TableFormatter(columns: [
            .init("RULE"), .init("KERNEL FUNCTION"), .init("FAULTS", .trailing), .init("MOVED", .trailing),
            .init("FAILED", .trailing), .init("MEANING"),
        ])
        for rule in rulesByCount {
            table.add([
                rule.rawValue, rule.kernelFunction, "\(counts.total(rule))", "\(counts[rule, .migrated])",
                "\(counts[rule, .failed])", rule.meaning,
            ])
        }
        table.render(into: &output)
        appendVerdicts(to: &output)
    }

    private func appendVerdicts(to output: inout [UInt8]) {
        if verdicts.wrong > 0 {
            output.append(
                text: "The kernel decided \(verdicts.wrong) of \(verdicts.judged) judged decisions otherwise than the "
                    + "model.\n")
        }
        if verdicts.notJudged > 0 {
            output.append(
                text: "\(verdicts.notJudged) decisions are not judged: not all of the task's past, or not the kernel's "
                    + "answer, is known.\n")
        }
    }

    /// The rules that occurred, the most frequent first.
    package var rulesByCount: [DecisionRule] {
        DecisionRule.allCases.filter { counts.total($0) > 0 }.sorted {
            (counts.total($1), $0.position) < (counts.total($0), $1.position)
        }
    }

    private func appendEntries(to output: inout [UInt8], narrator: StoryNarrator) {
        guard !entries.isEmpty else {
            output.append(text: "\nNothing is recorded of it.\n")
            return
        }
        output.append(text: "\nThe last \(entries.count) of \(told) things recorded, oldest first\n")
        for entry in entries { entry.appendLines(to: &output, narrator: narrator) }
        if facesFullRing {
            output.append(
                text: "Older faults may be forgotten: only the last \(StoryBook.pageRingLength) of all are kept.\n")
        }
    }
}

extension StoryEntry {
    /// One or two lines: when, who and what; then why.
    package func appendLines(to output: inout [UInt8], narrator: StoryNarrator) {
        let who = tid > 0 ? "  \(tid)" : ""
        output.append(text: "\(narrator.time(timeNanoseconds))\(who)  \(narrator.headline(self))\n")
        if let reason = narrator.reason(self) { output.append(text: "    \(reason)\n") }
    }
}
