package import BalancingModel

/// Puts entries into words an administrator understands: what happened, which function and rule of the kernel decided it,
/// and the numbers that entered.
///
/// Example: `page on node 0, fault on CPU 5 of node 1: stays. twoStage (should_numa_migrate_memory): the last fault on it
/// came from CPU 2 of node 0; a second one from node 1 would move it.`
package struct StoryNarrator: Sendable {
    package var layout: NodeLayout
    package var profile: KernelProfile
    /// What to add to the trace clock for nanoseconds since 1970; nil to tell the trace clock as it is.
    package var wallClockOffset: UInt64?

    package init(layout: NodeLayout, profile: KernelProfile, wallClockOffset: UInt64? = nil) {
        self.layout = layout
        self.profile = profile
        self.wallClockOffset = wallClockOffset
    }

    // MARK: Time

    /// `11:32:05.123456` (UTC), or seconds of the trace clock.
    package func time(_ nanoseconds: UInt64) -> String {
        func padded(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        guard let wallClockOffset else {
            return "\(nanoseconds / 1_000_000_000).\(padded(nanoseconds % 1_000_000_000 / 1000, 6))"
        }
        let wall = nanoseconds &+ wallClockOffset
        let second = wall / 1_000_000_000 % 86_400
        return [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
            + ".\(padded(wall % 1_000_000_000 / 1000, 6))"
    }

    // MARK: What happened

    /// What happened, in one line.
    package func headline(_ entry: StoryEntry) -> String {
        switch entry.what {
        case .fault(let fault): headline(fault)
        case .taskMove(let kind, let move): headline(kind, move)
        case .preferred(let node): "preferred node is now \(name(node))"
        case .ledger(let change): headline(change)
        case .lost(let count):
            count.map { "\($0) events of one CPU were lost" } ?? "events of one CPU were lost, nobody knows how many"
        }
    }

    private func headline(_ fault: StoryEntry.Fault) -> String {
        let decision = fault.decision
        let size = fault.pages > 1 ? " (\(fault.pages) base pages)" : ""
        let place =
            "hint fault at 0x\(String(decision.address, radix: 16))\(size) on CPU \(decision.cpu) of \(name(decision.cpuNode))"
        let page = decision.sourceNode < 0 ? "page of unknown node" : "page on \(name(decision.sourceNode))"
        let outcome =
            switch fault.outcome {
            case .stayed: "stays"
            case .migrated: "moved to \(name(fault.memoryNode ?? decision.target))"
            case .failed: "was to move to \(name(fault.answer ?? decision.target)), but moving it failed"
            case .unaccounted: "not accounted by the kernel"
            }
        return "\(place), \(page): \(outcome)"
    }

    private func headline(_ kind: StoryEntry.MoveKind, _ move: BalancingEvent.TaskMove) -> String {
        let from = "CPU \(move.sourceCPU) of \(name(move.sourceNode))"
        let to = "CPU \(move.destinationCPU) of \(name(move.destinationNode))"
        switch kind {
        case .moved: return "task \(move.pid) moves from \(from) to \(to)"
        case .swapped: return "task \(move.pid) on \(from) changes places with task \(move.otherPID) on \(to)"
        case .stuck:
            return "task \(move.pid) stays on \(from)"
                + (move.destinationCPU >= 0 ? ": it could not be moved to \(to)" : ": no better CPU was found")
        }
    }

    private func headline(_ change: LedgerChange) -> String {
        switch change.cause {
        case .placement:
            "placement: \(faults(change)); preferred node \(preferred(change.preferredNode))"
        case .preferred: "preferred node is now \(preferred(change.preferredNode))"
        case .group:
            change.groupID == 0 ? "left its NUMA group" : "is in NUMA group \(change.groupID) now"
        case .exec: "exec: the averages are dropped and the NUMA group is left"
        case .exit: "exit, with \(faults(change))"
        case .birth: "born with preferred node \(preferred(change.preferredNode))"
        case .resync: "the kernel's ledger is taken over: \(faults(change))"
        }
    }

    // MARK: Why

    /// Which function and rule, and the numbers; nil where the headline says all.
    package func reason(_ entry: StoryEntry) -> String? {
        switch entry.what {
        case .fault(let fault):
            let rule = fault.decision.rule
            var text = "\(rule.rawValue) (\(rule.kernelFunction)): \(sentence(fault.decision))"
            if fault.verdict == .wrong, let answer = fault.answer {
                text += ". The kernel decided otherwise: \(answer < 0 ? "stay" : "move to \(name(answer))")"
            } else if fault.decision.evidence.isResynchronising {
                text += ". Not all of this task's past is known: no test of the model"
            }
            return text
        case .taskMove(let kind, let move):
            let group = move.groupID > 0 ? "NUMA group \(move.groupID)" : "no NUMA group"
            return "task_numa_migrate (sched_\(kind.traceName)_numa): \(group)"
                + (kind == .swapped ? ", the other in \(move.otherGroupID > 0 ? "\(move.otherGroupID)" : "none")" : "")
        case .preferred: return "sched_setnuma, after task_numa_placement or task_numa_migrate"
        case .ledger(let change):
            switch change.cause {
            case .placement:
                let period = change.scanPeriodMilliseconds
                return "task_numa_placement: scan sequence \(change.scanSequence)"
                    + (change.groupID > 0 ? ", NUMA group \(change.groupID)" : ", no NUMA group")
                    + ", scan period \(period) ms (modelled)"
            case .group: return "task_numa_group: another task was seen to use its pages"
            case .exec, .exit: return "task_numa_free"
            case .resync: return "from /proc/PID/task/\(change.tid)/sched"
            case .preferred, .birth: return nil
            }
        case .lost: return "the per-CPU buffer was full; ledgers are taken from the kernel again"
        }
    }

    private func sentence(_ decision: Decision) -> String {
        let here = name(decision.cpuNode)
        let there = name(decision.sourceNode)
        let evidence = decision.evidence
        switch decision.rule {
        case .local: return "the page is on \(here) already"
        case .policy:
            return "the mapping's memory policy does not move pages on fault, or not to \(here); "
                + "the group test was not asked"
        case .memoryless: return "\(here) has no memory"
        case .tieringPromote: return "\(there) is slow memory; \(here) has room, or the page is hot"
        case .tieringStay: return "\(there) is slow memory; \(here) has no room, and the page is not hot enough"
        case .slowNodeUnset: return "\(there) is slow memory, and the page names no last CPU"
        case .earlyLife:
            let age =
                evidence.isResynchronising
                ? "by assumption"
                : evidence.preferredNode < 0
                    ? "it has no preferred node yet" : "scan sequence \(evidence.scanSequence), at most 4"
            return "the task is young (\(age)) and \(lastUser(decision)): it comes"
        case .twoStage:
            return "\(lastUser(decision)), not from \(here); a second fault from \(here) would pass"
        case .private: return "\(lastUser(decision)): private pages follow their task"
        case .noGroup:
            return "\(lastUser(decision)), and the task has no NUMA group, so there is nothing to weigh: it comes"
        case .cpuRatio:
            return "NUMA group \(evidence.groupID) runs more than 3 times as much on \(here) as on \(there): "
                + "\(evidence.groupCPUHere) > 3 * \(evidence.groupCPUThere)\(groupNotes(evidence))"
        case .cpuMemRatio:
            let left = evidence.groupCPUHere &* evidence.groupFaultsThere &* 3
            let right = evidence.groupCPUThere &* evidence.groupFaultsHere &* 4
            return "NUMA group \(evidence.groupID), CPU share and faults \(evidence.groupCPUHere) and "
                + "\(evidence.groupFaultsHere) on \(here), \(evidence.groupCPUThere) and \(evidence.groupFaultsThere) on "
                + "\(there): \(evidence.groupCPUHere) * \(evidence.groupFaultsThere) * 3 = \(left) is "
                + "\(left > right ? "" : "not ")more than \(evidence.groupCPUThere) * \(evidence.groupFaultsHere) * 4 = "
                + "\(right)\(groupNotes(evidence))"
        case .unaccounted:
            return "moving the page failed, and its entry had changed meanwhile: the kernel forgets the fault"
        case .unknown: return "what decides was not reported"
        }
    }

    private func groupNotes(_ evidence: Decision.Evidence) -> String {
        var text = evidence.groupActiveNodes > 0 ? " (active nodes: \(evidence.groupActiveNodes)" : ""
        if evidence.isGroupUncertain { text += text.isEmpty ? " (" : ", "; text += "membership guessed" }
        return text.isEmpty ? "" : text + ")"
    }

    /// Who used the page last, as `last_cpupid` says.
    private func lastUser(_ decision: Decision) -> String {
        guard let last = decision.evidence.lastCPUPID else { return "nobody told who used the page last" }
        if profile.cpupid.isPIDUnset(last) { return "nobody is known to have used the page" }
        let cpu = profile.cpupid.cpu(last)
        let node = layout.number(layout.position(ofCPU: cpu))
        let place = "CPU \(cpu)" + (node >= 0 ? " of \(name(node))" : "")
        return profile.cpupid.matches(tid: decision.tid, last)
            ? "the last fault on it was the task's own, on \(place)" : "the last fault on it came from \(place)"
    }

    // MARK: Pieces

    private func name(_ node: Int32) -> String { node < 0 ? "no node" : "node \(node)" }

    private func preferred(_ node: Int32) -> String { node < 0 ? "none" : "\(node)" }

    private func faults(_ change: LedgerChange) -> String {
        let parts = change.nodes.enumerated().map { position, share in
            "\(name(layout.number(position))) \(share.privateFaults) private + \(share.sharedFaults) shared"
        }
        return "faults \(parts.joined(separator: ", "))"
    }
}

extension StoryEntry.MoveKind {
    /// As the tracepoint says it.
    package var traceName: String {
        switch self {
        case .moved: "move"
        case .swapped: "swap"
        case .stuck: "stick"
        }
    }
}
