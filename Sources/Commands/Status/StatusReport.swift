import Exposition
import History
import NUMATopology
import SchedDomains
import Snapshots
import TextOutput

/// The text of `numawatch status`.
struct StatusReport {
    private let status: StatusAnswer

    init(_ status: StatusAnswer) {
        self.status = status
    }

    func text(_ output: CommandOutput) -> String {
        var text = ""
        for (label, value) in lines(output) {
            text +=
                output.styled(label, .heading) + String(repeating: " ", count: max(1, 16 - label.count)) + value + "\n"
        }
        return text
    }

    private func lines(_ output: CommandOutput) -> [(String, String)] {
        var lines: [(String, String)] = []
        let nodes = status.onlineNodes.map { "\($0.count) node\($0.count == 1 ? "" : "s")" } ?? "nodes unknown"
        lines.append(
            (
                "Host",
                [status.hostName, status.kernelRelease.map { "kernel \($0)" } ?? "kernel unknown", nodes]
                    .compactMap { $0?.terminalSafe }.joined(separator: ", ")
            ))
        for note in status.notes {
            lines.append((note.kind == .view ? "View" : "Note", note.text.terminalSafe))
        }
        lines.append(("Balancing", balancing(output)))
        if let tiers = TierLine.text(status) { lines.append(("Tiers", tiers)) }
        lines.append(("Scanner", scanner))
        if let scheduling = status.host.cacheAware {
            let isBalancing = status.host.balancingMode.map { $0 != 0 }
            lines.append(("Cache-aware", scheduling.meaning(isBalancing: isBalancing)))
        }
        lines.append(("Locality", locality))
        if let traffic = status.host.traffic { lines.append(("Traffic", Self.traffic(traffic))) }
        lines += counters
        let processes =
            status.host.processCount.map {
                "\(Quantity.count(UInt64(clamping: $0))) with \(Quantity.count(UInt64(clamping: status.host.threadCount ?? 0))) threads"
            }
        lines.append(("Processes", processes ?? "not readable"))
        if let tracing = status.tracing { lines.append(("Tracing", Self.tracing(tracing))) }
        if status.notes.contains(where: { $0.about == HistoryRange.note }) {
            // What was readable then is not kept.
            lines.append(
                (
                    "Cost",
                    "\(Quantity.percent(status.cost.cpuShare, decimals: 2)) of one CPU, "
                        + "\(Quantity.bytes(status.cost.residentBytes > 0 ? status.cost.residentBytes : nil)) resident"
                ))
            lines.append(
                ("Round", "of \(UTCTime.text(nanoseconds: status.round.wallClockNanoseconds)), from the history"))
            return lines
        }
        let missing = status.unreadableSources
        let total = status.readableSourceCount + missing.count
        lines.append(
            (
                "Sources",
                "\(status.readableSourceCount) of \(total) readable"
                    + (missing.isEmpty ? "" : "; not: \(missing.joined(separator: ", ")) (“numawatch doctor” says why)")
            ))
        let cost = status.cost
        lines.append(
            (
                "Cost",
                "\(Quantity.percent(cost.cpuShare, decimals: 2)) of one CPU (limit \(Quantity.percent(cost.cpuLimitShare, decimals: 1))), "
                    + "\(Quantity.bytes(cost.residentBytes > 0 ? cost.residentBytes : nil)) resident, longest hold \(Quantity.time(nanoseconds: cost.longestHoldNanoseconds)) "
                    + "(limit \(Quantity.time(nanoseconds: cost.maximumHoldNanoseconds)), exceeded \(cost.holdsOverBound) times)"
            ))
        lines.append(
            (
                "Round",
                "\(status.round.sequence), \(Quantity.time(nanoseconds: status.round.ageNanoseconds)) ago, version \(status.version)"
            ))
        return lines
    }

    private func balancing(_ output: CommandOutput) -> String {
        guard let mode = status.host.balancingMode else {
            return "unknown: kernel.numa_balancing is not readable"
        }
        let parts = [mode & 1 != 0 ? "normal" : nil, mode & 2 != 0 ? "memory tiering" : nil].compactMap { $0 }
        let name = parts.isEmpty ? (mode == 0 ? "off" : "on, mode \(mode)") : "on: " + parts.joined(separator: ", ")
        return output.styled(name, mode == 0 ? .warning : .good) + " (kernel.numa_balancing = \(mode))"
    }

    static func tracing(_ tracing: TracingRecord) -> String {
        switch tracing.state {
        case .off: return "off"
        case .running:
            var text = "level \(tracing.level ?? Quantity.unknown), \(tracing.scope.terminalSafe)"
            text += ", \(Quantity.rate(tracing.eventsPerSecond)) events/s"
            text += ", \(Quantity.time(nanoseconds: tracing.lagNanoseconds)) behind"
            if tracing.lostEvents > 0 { text += ", \(Quantity.count(tracing.lostEvents)) events lost" }
            let level = tracing.shedding.level
            if level > 0 { text += ", one process in \(1 << min(level, 30)) kept" }
            return text
        case .unavailable(let reason, let remedy):
            return "not possible: \(reason.terminalSafe)" + (remedy.isEmpty ? "" : " (\(remedy.terminalSafe))")
        }
    }

    private var scanner: String {
        let knobs = status.host.knobs
        func seconds(_ milliseconds: UInt64?) -> Double? { milliseconds.map { Double($0) / 1000 } }
        let parts = [
            seconds(knobs.scanDelayMilliseconds).map { "delay \(Quantity.time($0))" },
            seconds(knobs.scanPeriodMinMilliseconds).map {
                "period \(Quantity.time($0)) to \(Quantity.time(seconds(knobs.scanPeriodMaxMilliseconds)))"
            },
            knobs.scanSizeMegabytes.map { "size \(Quantity.bytes($0.bytesOfMebibytes))" },
        ].compactMap { $0 }
        return parts.isEmpty ? "settings not readable here" : parts.joined(separator: ", ")
    }

    private static func traffic(_ traffic: MemoryTraffic) -> String {
        guard let total = traffic.totalBytesPerSecond else { return "not known yet" }
        var text = "\(Quantity.bytes(total))/s between caches and memory"
        if let share = traffic.remoteShare { text += ", \(Quantity.percent(share)) at most with other nodes" }
        return text
    }

    private var locality: String {
        guard let ratio = status.host.locality else {
            return "unknown: too little is known of where memory is, or no process ran"
        }
        return "\(Quantity.bounded(ratio)) of the CPU time on the node of the memory in use"
    }

    private var counters: [(String, String)] {
        let host = status.host
        guard host.vmstat != nil else {
            return [("Hint faults", "unknown: /proc/vmstat is not readable")]
        }
        func line(_ name: String, _ unit: String) -> String {
            guard let value = host.vmstatValue(name) else {
                return "not counted by this kernel"
            }
            let rate = host.vmstatRate(name).map { ", \(Quantity.rate($0))/s now" } ?? ""
            return "\(Quantity.count(value)) \(unit) since boot\(rate)"
        }
        var hint = line("numa_hint_faults", "faults")
        if let all = host.vmstatValue("numa_hint_faults"), all > 0,
            let local = host.vmstatValue("numa_hint_faults_local")
        {
            // Not locality: what was far away and came counts as remote, and what never faults does not count.
            hint += ", \(Quantity.percent(Double(local) / Double(all))) local when taken, before their pages moved"
        }
        return [("Hint faults", hint), ("Migrated", line("numa_pages_migrated", "pages"))]
    }
}
