import TextOutput

/// The text of `numawatch show PID`.
struct ProcessReport {
    private let process: ProcessDocument

    init(_ process: ProcessDocument) {
        self.process = process
    }

    func text(_ output: CommandOutput) -> String {
        var text = output.styled("\(process.pid) \(process.command.terminalSafe)", .heading) + "\n"
        for (label, value) in facts {
            text += "  \(label)" + String(repeating: " ", count: max(1, 18 - label.count)) + value.terminalSafe + "\n"
        }
        if let placement = process.placement {
            text += "\n" + output.styled("Memory by node", .heading) + " (\(Self.origin(placement)))\n"
            text += memory(placement, output)
        }
        if let threads = process.threads, !threads.isEmpty {
            text += "\n" + output.styled("Threads", .heading) + "\n" + Self.table(of: threads, output)
        }
        return text
    }

    private var facts: [(String, String)] {
        var facts: [(String, String)] = [
            ("group", process.group),
            ("parent", "\(process.parentPid)"),
            ("user", process.uid.map(String.init) ?? Quantity.unknown),
            ("resident", Quantity.bytes(process.residentBytes)),
            ("CPU time", Quantity.time(process.cpuSeconds) + byNode(process.cpuByNode)),
            (
                "threads",
                "\(process.threadCount), on nodes "
                    + Quantity.countsByNode(process.threadsByNode, unlocated: process.unlocatedThreadCount)
            ),
            (
                "allowed nodes",
                "CPUs \(Quantity.list(process.allowedCpuNodes)), memory \(Quantity.list(process.allowedMemoryNodes)), "
                    + "used \(Quantity.list(process.usedMemoryNodes))"
            ),
        ]
        if let ledger = process.ledger {
            facts += [
                ("preferred", preferred(ledger)),
                ("private faults", Quantity.countsByNode(ledger.privatePagesByNode) + " pages by node, decayed"),
                ("shared faults", Quantity.countsByNode(ledger.sharedPagesByNode) + " pages by node, decayed"),
                ("migrated", "\(Quantity.count(ledger.migratedPages)) pages"),
                (
                    "NUMA groups",
                    ledger.numaGroupIds.isEmpty ? "none" : ledger.numaGroupIds.map(String.init).joined(separator: ", ")
                ),
                ("scans completed", ledger.scanSequence.map(String.init) ?? Quantity.unknown),
            ]
        } else {
            facts.append(("ledger", "not readable"))
        }
        if let model = process.model {
            facts += modelled(model)
        }
        if let traced = process.traced {
            facts.append(("traced", Self.traced(traced)))
        }
        if let gap = process.placementGap {
            facts.append(("placement", process.placement == nil ? "none: \(gap)" : "older than it should be: \(gap)"))
        }
        if !process.denied.isEmpty {
            facts.append(("not permitted", process.denied.joined(separator: ", ")))
        }
        return facts
    }

    /// What tracing saw, and how often the model had predicted the kernel.
    static func traced(_ traced: TracedDocument) -> String {
        var text = "\(Quantity.count(traced.faultCount)) hint faults"
        if let share = traced.localRatio { text += ", \(Quantity.percent(share)) local" }
        text += ", \(Quantity.count(traced.migratedPages)) pages moved"
        if traced.decisions.comparedCount > 0 {
            text +=
                "; \(Quantity.count(traced.decisions.rightCount)) of \(Quantity.count(traced.decisions.comparedCount)) "
                + "decisions predicted"
        }
        return text
    }

    /// What the model says: amounts with their bounds.
    private func modelled(_ model: ModelDocument) -> [(String, String)] {
        func amount(_ amount: ModelDocument.Amount) -> String {
            let value = String(fixed: amount.value, decimals: 0)
            guard amount.highest - amount.lowest >= 1 else { return value }
            return
                "\(value) (\(String(fixed: amount.lowest, decimals: 0)) to \(String(fixed: amount.highest, decimals: 0)))"
        }
        var facts = [
            (
                "modelled faults",
                "\(amount(model.faultedPages)) pages in the last \(Quantity.time(model.intervalSeconds))"
            )
        ]
        if !model.moves.isEmpty {
            let moves = model.moves.map { "\($0.sourceNode)→\($0.targetNode) \(amount($0.pages))" }
            facts.append(("modelled moves", moves.joined(separator: ", ") + " pages"))
        }
        if let period = model.scanPeriodMilliseconds {
            facts.append(("scan period", "\(amount(period)) ms, modelled"))
        }
        return facts
    }

    private func preferred(_ ledger: LedgerDocument) -> String {
        guard !ledger.tasksByPreferredNode.isEmpty else { return "none" }
        return "nodes \(Quantity.countsByNode(ledger.tasksByPreferredNode)), "
            + "\(ledger.tasksOffPreferredNodeCount.map(String.init) ?? Quantity.unknown) of \(ledger.taskCount) "
            + "tasks elsewhere now"
    }

    private func byNode(_ time: ProcessDocument.CPUByNode?) -> String {
        guard let seconds = time?.cpuSecondsByNode, !seconds.isEmpty else { return "" }
        var parts = seconds.inOrder.map { "\($0.node):\(Quantity.time($0.amount))" }
        if let unlocated = time?.unlocatedCpuSeconds { parts.append("?:\(Quantity.time(unlocated))") }
        return ", since first seen by node \(parts.joined(separator: " ")) (estimated)"
    }

    private static func origin(_ placement: PlacementDocument) -> String {
        let age = "\(Quantity.time(placement.ageSeconds)) ago"
        if let sample = placement.sample {
            // What a sample does not tell, and a reading in full would.
            let policies = placement.policies == nil ? "; memory policies are not known" : ""
            return "estimated from \(sample.askedPages) addresses, \(age); ± is the 95 % confidence interval\(policies)"
        }
        if let damage = placement.damage {
            return "what can be read of a damaged numa_maps (\(damage)), \(age)"
        }
        return "read in full \(age), longest hold \(Quantity.time(placement.longestCallSeconds))"
    }

    private func memory(_ placement: PlacementDocument, _ output: CommandOutput) -> String {
        let nodes = placement.allBytesByNode.inOrder.map(\.node)
        var table = TableFormatter(
            columns: [.init("", isFlexible: true)] + nodes.map { .init("NODE \($0)", .trailing) }
                + [.init("TOTAL", .trailing)],
            widthLimit: output.widthLimit, indent: 2)
        func row(_ label: String, _ bytes: ByNode) {
            table.add([label] + nodes.map { Quantity.bytes(bytes["\($0)"] ?? 0) } + [Quantity.bytes(bytes.total)])
        }
        for entry in placement.classes {
            row(entry.class + (entry.pageSizeBytes.map { " \(Quantity.bytes($0))" } ?? ""), entry.bytesByNode)
        }
        for entry in placement.policies ?? [] {
            row("policy \(entry.policy)", entry.bytesByNode)
        }
        row("all", placement.allBytesByNode)
        // Linux 6.1 to 6.4 does not say where armed pages are.
        if let unlocated = placement.unlocatedBytes, unlocated > 0 {
            table.add(["not located"] + nodes.map { _ in "" } + [Quantity.bytes(unlocated)])
        }
        if let width = placement.halfWidth95BytesByNode {
            table.add(["±"] + nodes.map { Quantity.bytes(width["\($0)"] ?? 0) })
        }
        return table.render()
    }

    private static func table(of threads: [ProcessDocument.Thread], _ output: CommandOutput) -> String {
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
                thread.numaNode.map(String.init) ?? Quantity.unknown,
                thread.preferredNode.map(String.init) ?? Quantity.unknown,
                thread.numaGroupId.map { $0 == 0 ? "none" : String($0) } ?? Quantity.unknown,
                Quantity.time(thread.cpuSeconds), Quantity.countsByNode(thread.privatePagesByNode),
                Quantity.countsByNode(thread.sharedPagesByNode), Quantity.count(thread.migratedPages),
            ])
        }
        return table.render()
    }
}
