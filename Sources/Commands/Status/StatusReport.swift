import SchedDomains
import TextOutput

/// The text of `numawatch status`.
struct StatusReport {
    private let status: StatusDocument

    init(_ status: StatusDocument) {
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
        for note in status.notes ?? [] {
            lines.append((note.kind == "view" ? "View" : "Note", note.text.terminalSafe))
        }
        lines.append(("Balancing", balancing(output)))
        if let tiers = TierLine.text(status) { lines.append(("Tiers", tiers)) }
        lines.append(("Scanner", scanner))
        if let scheduling = status.cacheAwareScheduling {
            let cacheAware = CacheAwareScheduling(
                isEnabled: scheduling.isEnabled, tolerance: scheduling.tolerance, cacheBytes: scheduling.cacheBytes)
            lines.append(("Cache-aware", cacheAware.meaning(isBalancing: status.balancing.mode.map { $0 != 0 })))
        }
        lines += counters
        let processes =
            status.processCount.map {
                "\(Quantity.count(UInt64(clamping: $0))) with \(Quantity.count(UInt64(clamping: status.threadCount ?? 0))) threads"
            }
        lines.append(("Processes", processes ?? "not readable"))
        if let tracing = status.tracing { lines.append(("Tracing", Self.tracing(tracing))) }
        let missing = status.sources.unreadable
        let total = status.sources.readableCount + missing.count
        lines.append(
            (
                "Sources",
                "\(status.sources.readableCount) of \(total) readable"
                    + (missing.isEmpty ? "" : "; not: \(missing.joined(separator: ", ")) (“numawatch doctor” says why)")
            ))
        let cost = status.cost
        lines.append(
            (
                "Cost",
                "\(Quantity.percent(cost.cpuRatio, decimals: 2)) of one CPU (limit \(Quantity.percent(cost.cpuLimitRatio, decimals: 1))), "
                    + "\(Quantity.bytes(cost.residentBytes)) resident, longest hold \(Quantity.time(cost.holdLongestSeconds)) "
                    + "(limit \(Quantity.time(cost.holdLimitSeconds)), exceeded \(cost.holdsOverLimitCount) times)"
            ))
        lines.append(
            ("Round", "\(status.sequence), \(Quantity.time(status.ageSeconds)) ago, version \(status.version)"))
        return lines
    }

    private func balancing(_ output: CommandOutput) -> String {
        guard let mode = status.balancing.mode else {
            return "unknown: kernel.numa_balancing is not readable"
        }
        let parts = [mode & 1 != 0 ? "normal" : nil, mode & 2 != 0 ? "memory tiering" : nil].compactMap { $0 }
        let name = parts.isEmpty ? (mode == 0 ? "off" : "on, mode \(mode)") : "on: " + parts.joined(separator: ", ")
        return output.styled(name, mode == 0 ? .warning : .good) + " (kernel.numa_balancing = \(mode))"
    }

    static func tracing(_ tracing: StatusDocument.Tracing) -> String {
        switch tracing.state {
        case "off": return "off"
        case "running":
            var text = "level \(tracing.level ?? Quantity.unknown), \((tracing.scope ?? Quantity.unknown).terminalSafe)"
            text += ", \(Quantity.rate(tracing.eventsPerSecond)) events/s, \(Quantity.time(tracing.lagSeconds)) behind"
            if let lost = tracing.lostEventCount, lost > 0 { text += ", \(Quantity.count(lost)) events lost" }
            if let level = tracing.shedLevel, level > 0 { text += ", one process in \(1 << min(level, 30)) kept" }
            return text
        default:
            return "not possible: \((tracing.reason ?? "unknown").terminalSafe)"
                + (tracing.remedy.map { " (\($0.terminalSafe))" } ?? "")
        }
    }

    private var scanner: String {
        let balancing = status.balancing
        let parts = [
            balancing.scanDelaySeconds.map { "delay \(Quantity.time($0))" },
            balancing.scanPeriodMinimumSeconds.map {
                "period \(Quantity.time($0)) to \(Quantity.time(balancing.scanPeriodMaximumSeconds))"
            },
            balancing.scanSizeBytes.map { "size \(Quantity.bytes($0))" },
        ].compactMap { $0 }
        return parts.isEmpty ? "settings not readable here" : parts.joined(separator: ", ")
    }

    private var counters: [(String, String)] {
        guard let vmstat = status.vmstat else {
            return [("Hint faults", "unknown: /proc/vmstat is not readable")]
        }
        func line(_ name: String, _ unit: String) -> String {
            guard let value = vmstat.counters[name] else {
                return "not counted by this kernel"
            }
            let rate = vmstat.ratesPerSecond[name].map { ", \(Quantity.rate($0))/s now" } ?? ""
            return "\(Quantity.count(value)) \(unit) since boot\(rate)"
        }
        var hint = line("numa_hint_faults", "faults")
        if let all = vmstat.counters["numa_hint_faults"], all > 0, let local = vmstat.counters["numa_hint_faults_local"]
        {
            hint += ", \(Quantity.percent(Double(local) / Double(all))) local"
        }
        return [("Hint faults", hint), ("Migrated", line("numa_pages_migrated", "pages"))]
    }
}
