import BalancingModel
import NUMATopology
import Snapshots
import TextOutput

/// The text of `numawatch show PID`.
struct ProcessReport {
    private let answer: ProcessAnswer
    private var process: ProcessRecord { answer.process }

    init(_ answer: ProcessAnswer) {
        self.answer = answer
    }

    func text(_ output: CommandOutput) -> String {
        var text = output.styled("\(process.identity.pid) \(process.command.terminalSafe)", .heading) + "\n"
        for (label, value) in facts {
            text += "  \(label)" + String(repeating: " ", count: max(1, 18 - label.count)) + value.terminalSafe + "\n"
        }
        if let placement = process.placement {
            text += "\n" + output.styled("Memory by node", .heading) + " (\(origin(placement)))\n"
            text += memory(placement, output)
        }
        if let threads = answer.threads, !threads.isEmpty {
            text += "\n" + output.styled("Threads", .heading) + "\n" + Self.table(of: threads, output)
            if threads.contains(where: { $0.kernel != nil }) {
                text += "\n" + output.styled("Threads as the kernel has them", .heading) + "\n"
                text += Self.kernelTable(of: threads, output)
            }
        }
        return text
    }

    private var facts: [(String, String)] {
        var facts: [(String, String)] = [
            ("group", process.groupName),
            ("parent", "\(process.parentPID)"),
            ("user", process.uid.map(String.init) ?? Quantity.unknown),
            ("resident", Quantity.bytes(process.residentBytes)),
            ("CPU time", Quantity.time(nanoseconds: process.cpuNanoseconds) + byNode(process.cpuNanosecondsByNode)),
            (
                "threads",
                "\(process.threadCount), on nodes " + Quantity.countsByNode(process.threadsByNode)
            ),
            (
                "allowed nodes",
                "CPUs \(Quantity.list(process.allowedCPUNodes)), memory \(Quantity.list(process.allowedMemoryNodes)), "
                    + "used \(Quantity.list(process.placement?.bytes.nodes))"
            ),
            ("locality", locality),
        ]
        if let ledger = process.ledger {
            facts += [
                ("preferred", preferred(ledger)),
                ("private faults", Quantity.countsByNode(ledger.privatePages) + " pages by node, decayed"),
                ("shared faults", Quantity.countsByNode(ledger.sharedPages) + " pages by node, decayed"),
                ("migrated", "\(Quantity.count(ledger.migratedPages)) pages"),
                (
                    "NUMA groups",
                    ledger.groupIDs.isEmpty ? "none" : ledger.groupIDs.map(String.init).joined(separator: ", ")
                ),
                ("scans completed", ledger.scanSequence.map(String.init) ?? Quantity.unknown),
            ]
        } else {
            facts.append(("ledger", "not readable"))
        }
        facts += kernelFacts
        if let model = process.model {
            facts += modelled(model)
        }
        if let traced = process.traced {
            facts.append(("traced", Self.traced(traced)))
        }
        if let gap = process.placementGap {
            facts.append(
                (
                    "placement",
                    process.placement == nil ? "none: \(gap.rawValue)" : "older than it should be: \(gap.rawValue)"
                ))
        }
        if !process.denied.isEmpty {
            facts.append(("not permitted", process.denied.joined(separator: ", ")))
        }
        return facts
    }

    /// What the iterator shows.
    private var kernelFacts: [(String, String)] {
        var facts: [(String, String)] = []
        if let states = process.threadsByState {
            let counts = states.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
            facts.append(("thread states", counts.joined(separator: " ")))
        }
        if let next = process.nextScanAtNanoseconds {
            let now = answer.round.nowNanoseconds
            facts.append(
                ("next scan", next > now ? "in \(Quantity.time(nanoseconds: next - now)) at the earliest" : "due"))
        }
        if let scans = process.scans {
            let (shortest, longest) = (scans.shortestPeriodMilliseconds, scans.longestPeriodMilliseconds)
            let text = shortest == longest ? "\(shortest) ms" : "\(shortest) to \(longest) ms"
            let threads = "\(scans.threadCount) thread\(scans.threadCount == 1 ? "" : "s")"
            facts.append(("kernel's period", "\(text), of \(threads)"))
            facts.append(
                (
                    "open windows",
                    "private \(Quantity.countsByNode(scans.openPrivatePages)), shared "
                        + "\(Quantity.countsByNode(scans.openSharedPages)) pages by node since last placed"
                ))
        }
        for group in process.numaGroups ?? [] {
            let shares = group.cpuShares?.map { "\($0.node):\(Quantity.percent($0.share))" }.joined(separator: " ")
            facts.append(
                (
                    "NUMA group \(group.id)",
                    "\(group.taskCount.map(String.init) ?? Quantity.unknown) tasks, active nodes "
                        + "\(group.activeNodeCount.map(String.init) ?? Quantity.unknown), used from nodes \(shares ?? Quantity.unknown)"
                ))
        }
        return facts
    }

    private var locality: String {
        guard let ratio = process.locality else { return Quantity.unknown }
        let origin = ratio.source == .sample ? "a sample of its memory" : "a reading of its memory"
        return "\(Quantity.bounded(ratio)) of its CPU time of late on the node of the memory in use, by \(origin)"
    }

    /// What tracing saw, and how often the model had predicted the kernel.
    static func traced(_ traced: TracedActivity) -> String {
        var text = "\(Quantity.count(traced.faultCount)) hint faults"
        if let share = traced.localShare { text += ", \(Quantity.percent(share)) local when taken" }
        text += ", \(Quantity.count(traced.migratedPages)) pages moved"
        if traced.decisions.total > 0 {
            text +=
                "; \(Quantity.count(traced.decisions.right)) of \(Quantity.count(traced.decisions.total)) "
                + "decisions predicted"
        }
        return text
    }

    /// What the model says: amounts with their bounds.
    private func modelled(_ model: ModelledActivity) -> [(String, String)] {
        func amount(_ amount: Estimate) -> String {
            let value = String(fixed: amount.value, decimals: 0)
            guard amount.highest - amount.lowest >= 1 else { return value }
            return
                "\(value) (\(String(fixed: amount.lowest, decimals: 0)) to \(String(fixed: amount.highest, decimals: 0)))"
        }
        var facts = [
            (
                "modelled faults",
                "\(amount(model.faultedPages)) pages in the last \(Quantity.time(nanoseconds: model.intervalNanoseconds))"
            )
        ]
        if !model.moves.isEmpty {
            let moves = model.moves.map { "\($0.source)→\($0.target) \(amount($0.pages))" }
            facts.append(("modelled moves", moves.joined(separator: ", ") + " pages"))
        }
        if let period = model.scanPeriodMilliseconds {
            facts.append(("scan period", "\(amount(period)) ms, modelled"))
        }
        return facts
    }

    private func preferred(_ ledger: LedgerSummary) -> String {
        guard !ledger.tasksByPreferredNode.nodes.isEmpty else { return "none" }
        return "nodes \(Quantity.countsByNode(ledger.tasksByPreferredNode)), "
            + "\(ledger.tasksOffPreferredNode.map(String.init) ?? Quantity.unknown) of \(ledger.taskCount) "
            + "tasks elsewhere now"
    }

    private func byNode(_ time: NodeValues<UInt64>?) -> String {
        guard let located = time?.whereLocated, !located.nodes.isEmpty else { return "" }
        var parts = located.nodes.map { "\($0):\(Quantity.time(nanoseconds: located[$0]))" }
        if located.unlocated > 0 { parts.append("?:\(Quantity.time(nanoseconds: located.unlocated))") }
        let error = Quantity.time(nanoseconds: process.uncertainCPUNanoseconds)
        let sureness = process.uncertainCPUNanoseconds > 0 ? "\(error) of it perhaps elsewhere" : "none of it elsewhere"
        return ", since first seen by node \(parts.joined(separator: " ")) (\(sureness))"
    }

    private func origin(_ placement: PlacementRecord) -> String {
        let age = "\(Quantity.time(nanoseconds: answer.round.age(of: placement.takenAtNanoseconds))) ago"
        if case .sampled(let asked, _, _) = placement.method {
            // What a sample does not tell, and a reading in full would.
            let policies = placement.bytesByPolicy == nil ? "; memory policies are not known" : ""
            return "estimated from \(asked) addresses, \(age); ± is the 95 % confidence interval\(policies)"
        }
        if let damage = placement.damage {
            return "what can be read of a damaged numa_maps (\(damage)), \(age)"
        }
        return "read in full \(age), longest hold \(Quantity.time(nanoseconds: placement.longestCallNanoseconds))"
    }

    private func memory(_ placement: PlacementRecord, _ output: CommandOutput) -> String {
        let nodes = placement.bytes.nodes
        var table = TableFormatter(
            columns: [.init("", isFlexible: true)] + nodes.map { .init("NODE \($0)", .trailing) }
                + [.init("TOTAL", .trailing)],
            widthLimit: output.widthLimit, indent: 2)
        func row(_ label: String, _ bytes: NodeValues<UInt64>) {
            table.add([label] + nodes.map { Quantity.bytes(bytes[$0]) } + [Quantity.bytes(bytes.total)])
        }
        for (memoryClass, bytes) in placement.bytesByClass.sorted(by: { $0.key < $1.key }) {
            row(memoryClass.name + (memoryClass.pageSizeBytes.map { " \(Quantity.bytes($0))" } ?? ""), bytes)
        }
        for (policy, bytes) in (placement.bytesByPolicy ?? [:]).sorted(by: { $0.key < $1.key }) {
            row("policy \(policy)", bytes)
        }
        row("all", placement.bytes)
        // Linux 6.1 to 6.4 does not say where armed pages are.
        if let unlocated = placement.unlocatedBytes, unlocated > 0 {
            table.add(["not located"] + nodes.map { _ in "" } + [Quantity.bytes(unlocated)])
        }
        if let width = placement.halfWidth95Bytes {
            table.add(["±"] + nodes.map { Quantity.bytes(width[$0]) })
        }
        return table.render()
    }

    /// What the iterator shows of threads.
    private static func kernelTable(of threads: [ThreadRecord], _ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("TID", .trailing), .init("STATE"), .init("PERIOD", .trailing), .init("NEXT SCAN", .trailing),
                .init("OPEN PRIVATE", isFlexible: true), .init("OPEN SHARED", isFlexible: true),
                .init("LOCAL FAULTS", .trailing), .init("REMOTE FAULTS", .trailing), .init("FAILED", .trailing),
            ], widthLimit: output.widthLimit, indent: 2)
        for thread in threads {
            guard let kernel = thread.kernel else { continue }
            table.add([
                "\(thread.tid)", kernel.state ?? Quantity.unknown,
                kernel.scanPeriodMilliseconds.map { "\($0) ms" } ?? Quantity.unknown,
                Quantity.time(nanoseconds: kernel.nextScanRunNanoseconds),
                Quantity.countsByNode(kernel.windowPrivatePages), Quantity.countsByNode(kernel.windowSharedPages),
                Quantity.count(kernel.localFaults), Quantity.count(kernel.remoteFaults),
                Quantity.count(kernel.failedPages),
            ])
        }
        return table.render()
    }

    private static func table(of threads: [ThreadRecord], _ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("TID", .trailing), .init("COMMAND", isFlexible: true), .init("CPU", .trailing),
                .init("NODE", .trailing), .init("PREFERRED", .trailing), .init("GROUP", .trailing),
                .init("TIME", .trailing), .init("PRIVATE", isFlexible: true), .init("SHARED", isFlexible: true),
                .init("MIGRATED", .trailing),
            ], widthLimit: output.widthLimit, indent: 2)
        for thread in threads {
            table.add([
                "\(thread.tid)", thread.command, thread.cpu.map(String.init) ?? Quantity.unknown,
                thread.node.map(\.description) ?? Quantity.unknown,
                thread.preferredNode.map(\.description) ?? Quantity.unknown,
                thread.groupID.map { $0 == 0 ? "none" : String($0) } ?? Quantity.unknown,
                Quantity.time(nanoseconds: thread.cpuNanoseconds), Quantity.countsByNode(thread.privatePages),
                Quantity.countsByNode(thread.sharedPages), Quantity.count(thread.migratedPages),
            ])
        }
        return table.render()
    }
}
