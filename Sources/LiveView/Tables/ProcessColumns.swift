import NUMATopology
import Snapshots
import TextOutput

/// The columns of lists of processes.
extension Column where Row == ProcessRecord {
    static let all: [Column] = [
        .number(
            "PID", 7, rank: 0, "The process.", { process, _ in Double(process.identity.pid) },
            { process, _ in Figure("\(process.identity.pid)") }),
        .text("COMMAND", 15, rank: 0, "Its name, as the kernel keeps it.") { process, _ in process.command },
        .number(
            "THR", 5, rank: 4, "Its threads.", { process, _ in Double(process.threadCount) },
            { process, _ in .count(process.threadCount) }),
        .number(
            "CPUS", 5, rank: 1, "CPUs it keeps busy.", { $1.rates.cpus(process: $0) },
            { $1.rates.cpus(process: $0).map { Figure(String(fixed: $0, decimals: $0 < 9.95 ? 1 : 0)) } ?? .missing }),
        .number(
            "RSS", 5, rank: 1, "Its resident memory.", { process, _ in Double(process.residentBytes) },
            { $1.memory($0.residentBytes) }),
        Column(
            "MEMORY", 18, .leading, rank: 0, "Its memory by node.",
            cell: { process, context in
                guard let placement = process.placement else {
                    return .text(process.placementGap.map { "- \($0.rawValue)" })
                }
                let isOld = context.isOld(placement.takenAtNanoseconds, tier: "placement")
                return ByNode.memory(placement.bytes, context, isOld ? .old : Figure.Mark(placement.provenance))
            },
            key: { process, _ in process.placement.map { .number(Double($0.bytes.total)) } ?? .missing }),
        .text("THREADS", 11, rank: 2, "Threads by the node they are on.") { process, _ in
            ByNode.counts(process.threadsByNode)
        },
        .number(
            "MOVED", 6, rank: 3, "Pages its hint faults moved since its threads started.",
            { process, _ in process.ledger?.migratedPages.map { Double($0) } },
            { process, _ in .count(process.ledger?.migratedPages) }),
        .number(
            "LOCAL%", 6, isMarked: true, rank: nil, "Share of its CPU time on the node of the memory in use.",
            { process, _ in process.locality?.value },
            { process, _ in process.locality.map { .percent($0.value, $0.mark) } ?? .missing }),
        .text("VERDICT", 11, rank: nil, "What balancing does for it.") {
            $1.sample.verdicts?.processes[$0.identity.pid]?.record.screenWord
        },
        .text("PREFERRED", 13, rank: nil, "Threads by the node the kernel prefers for them.") { process, _ in
            process.ledger.flatMap { ByNode.counts($0.tasksByPreferredNode, none: "none") }
        },
        .text("GROUP", 20, rank: nil, "Its job, container, machine or systemd unit.") { process, _ in
            process.groupName
        },
        .number(
            "USER", 7, rank: nil, "Its real user's number.", { process, _ in process.uid.map { Double($0) } },
            { process, _ in .text(process.uid.map(String.init)) }),
    ]
}

/// The columns of the list of a process's threads.
extension Column where Row == ThreadRecord {
    static let all: [Column] = [
        .number(
            "TID", 7, rank: 0, "The thread.", { thread, _ in Double(thread.tid) },
            { thread, _ in Figure("\(thread.tid)") }),
        .text("COMMAND", 15, rank: 0, "Its name.") { thread, _ in thread.command },
        .number(
            "CPU", 4, rank: 1, "The CPU it is on, or was on last.", { thread, _ in thread.cpu.map { Double($0) } },
            { thread, _ in .text(thread.cpu.map(String.init)) }),
        .number(
            "NODE", 4, rank: 0, "The node of that CPU.", { thread, _ in thread.node.map { Double($0.rawValue) } },
            { thread, _ in .text(thread.node?.description) }),
        .number(
            "PREF", 4, rank: 0, "The node the kernel prefers for it.",
            { thread, _ in thread.preferredNode.map { Double($0.rawValue) } },
            { thread, _ in .text(thread.preferredNode?.description) }),
        .number(
            "GRP", 7, rank: 5, "Its NUMA group.", { thread, _ in thread.groupID.map { Double($0) } },
            { thread, _ in .text(thread.groupID.map { $0 == 0 ? "none" : String($0) }) }),
        .number(
            "CPUS", 5, rank: 3, "CPUs it keeps busy.", { $1.rates.cpus(thread: $0) },
            { $1.rates.cpus(thread: $0).map { Figure(String(fixed: $0, decimals: 2)) } ?? .missing }),
        .number(
            "PRIV%", 5, rank: 4, "Share of its hint faults, decayed, on pages that it used alone.",
            { thread, _ in thread.privateShare }, { thread, _ in .percent(thread.privateShare) }),
        .text("FAULTS", 14, rank: 2, "Pages of its hint faults by node, decayed.") { thread, _ in
            thread.faults.flatMap { ByNode.counts($0, none: "none") }
        },
        .number(
            "MOVED", 5, rank: 2, "Pages its hint faults moved since it started.",
            { thread, _ in thread.migratedPages.map { Double($0) } }, { thread, _ in .count(thread.migratedPages) }),
        .number(
            "PERIODms", 8, rank: nil, "Time between scans that it asks for, milliseconds; only with the iterator.",
            { thread, _ in thread.kernel?.scanPeriodMilliseconds.map { Double($0) } },
            { thread, _ in .text(thread.kernel?.scanPeriodMilliseconds.map { "\($0)" }) }),
        .text("PRIVATE", 16, rank: nil, "Of the faults, on pages it used alone.") { thread, _ in
            thread.privatePages.flatMap { ByNode.counts($0, none: "none") }
        },
        .text("SHARED", 16, rank: nil, "Of the faults, on pages it shared.") { thread, _ in
            thread.sharedPages.flatMap { ByNode.counts($0, none: "none") }
        },
    ]
}

extension ThreadRecord {
    fileprivate var faults: NodeValues<UInt64>? {
        guard var pages = privatePages, let shared = sharedPages else { return nil }
        pages += shared
        return pages
    }

    fileprivate var privateShare: Double? {
        guard let faults, let privatePages, faults.total > 0 else { return nil }
        return Double(privatePages.total) / Double(faults.total)
    }
}
