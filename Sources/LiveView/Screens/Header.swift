import NUMATopology
import Snapshots
import TextOutput

/// The lines that every screen begins with.
extension TopModel {
    /// `numawatch  db7  6.12.117  2 nodes 64 CPUs  5 s   14:32:05 UTC   LIVE`
    func titleLine(_ context: TableContext) -> StyledLine {
        let sample = context.sample
        let status = sample.status
        var left = StyledLine("numawatch", .heading)
        var parts = [status.hostName, status.kernelRelease].compactMap { $0 }.map {
            Fitting.cut($0.terminalSafe, to: 20)
        }
        parts.append(Self.shape(sample))
        if let seconds = context.rates.seconds { parts.append(Amount.time(seconds)) }
        parts.append(Clock.time(sample.wallClockNanoseconds) + " UTC")
        // The time and the state are never cut; what is before them gives way.
        let (state, role) = stateWord(sample)
        let last = parts.removeLast()
        let room = columns - TableFormatter.width(of: "\(last)  \(state)")
        let middle = Fitting.cut("  " + parts.joined(separator: "  "), to: max(0, room - left.width - 2))
        left.add(middle)
        left.fill(to: room)
        left.add("\(last)  ")
        left.add(state, role)
        return left
    }

    private static func shape(_ sample: LiveSample) -> String {
        let nodes = sample.nodes.nodes
        guard !nodes.isEmpty else { return "nodes unknown" }
        let cpus = nodes.map(\.totals.cpus)
        let count = cpus.contains(nil) ? nil : cpus.reduce(0) { $0 + ($1?.count ?? 0) }
        return "\(nodes.count) node\(nodes.count == 1 ? "" : "s")" + (count.map { " \($0) CPUs" } ?? "")
    }

    /// Whether what is shown is the present.
    private func stateWord(_ sample: LiveSample) -> (String, Role) {
        if let place, past != nil, place < ring.samples.count {
            let newest = max(nowNanoseconds, ring.last?.wallClockNanoseconds ?? 0)
            let age = newest - min(newest, sample.wallClockNanoseconds)
            let seconds = age / 1_000_000_000
            guard seconds > 0 else { return ("FROZEN", .warning) }
            return ("-" + Self.age(seconds), .warning)
        }
        return gone == nil ? ("LIVE", .good) : ("GONE", .bad)
    }

    /// `12m05s`, `3h20m`, `2d04h`
    private static func age(_ seconds: UInt64) -> String {
        func two(_ number: UInt64) -> String { (number < 10 ? "0" : "") + String(number) }
        switch seconds {
        case ..<3600: return "\(seconds / 60)m\(two(seconds % 60))s"
        case ..<86_400: return "\(seconds / 3600)h\(two(seconds / 60 % 60))m"
        default: return "\(seconds / 86_400)d\(two(seconds / 3600 % 24))h"
        }
    }

    /// `processes > postgresql.service`: where one is.
    var pathLine: StyledLine {
        var line = StyledLine()
        for (index, view) in views.enumerated() {
            if index > 0 { line.add(" > ", .faint) }
            line.add(Self.label(view), index == views.count - 1 ? .heading : .plain)
        }
        line.add("   \(view.question)", .faint)
        return line
    }

    private static func label(_ view: View) -> String {
        switch view {
        case .processes(let group?): "processes of \(group)"
        case .threads(let pid): "threads of \(pid)"
        case .story(let id): "story of \(id)"
        case .card(let group?): "verdict of \(group)"
        case .card(nil): "verdict of the host"
        default: view.name
        }
    }

    // MARK: The overview's

    /// `balancing normal   HURTING (medium)   costs 2.9%~ of CPU, gains 0.0-0.4%~`
    func verdictLine(_ sample: LiveSample) -> StyledLine {
        var line = StyledLine("balancing ")
        switch sample.status.host.balancingMode {
        case nil: line.add("unknown", .warning)
        case 0?: line.add("off", .warning)
        case let mode?:
            let parts = [mode & 1 != 0 ? "normal" : nil, mode & 2 != 0 ? "tiering" : nil].compactMap { $0 }
            line.add(parts.isEmpty ? "mode \(mode)" : parts.joined(separator: "+"), .good)
        }
        guard let record = sample.verdicts?.host?.record else {
            line.add(sample.verdicts == nil ? "   no verdict: this daemon gives none" : "   no verdict yet", .faint)
            return line
        }
        line.add("   ")
        line.add(record.screenWord, record.role)
        line.add(" (\(record.confidence.rawValue))")
        if let reason = record.reason { line.add(" \(reason.words)") }
        // That nothing can be told is said in words before it.
        let letters = record.why.filter { $0 != "N" }
        if !letters.isEmpty { line.add(" why \(letters)") }
        if let cost = record.figures?.cost { line.add("   costs \(Self.percent(cost.total)) of CPU") }
        if let gain = record.figures?.gain { line.add(", gains \(Self.range(gain))") }
        return line
    }

    /// `6.8%~`
    static func percent(_ share: BoundedRatio, decimals: Int = 1) -> String {
        String(fixed: share.value * 100, decimals: decimals) + "%" + share.mark.rawValue
    }

    /// `0.0-0.9%~`
    static func range(_ share: BoundedRatio, decimals: Int = 1) -> String {
        String(fixed: share.low * 100, decimals: decimals) + "-" + String(fixed: share.high * 100, decimals: decimals)
            + "%" + share.mark.rawValue
    }

    /// `faults 41.2k/s  armed 48.9k/s  moved 18.7k/s  kept 9%~  local 48%~, best 97%~`
    func countersLine(_ context: TableContext) -> StyledLine {
        let rates = context.rates
        func rate(_ name: String) -> String {
            var figure = Figure.count(rates.vmstat(name))
            if context.isOld, figure != .missing { figure.mark = .old }
            return figure == .missing ? figure.text : figure.text + "/s" + figure.mark.rawValue
        }
        var line = StyledLine(
            "faults \(rate("numa_hint_faults"))  armed \(rate("numa_pte_updates"))  "
                + "moved \(rate("numa_pages_migrated"))")
        let figures = context.sample.verdicts?.host?.record.figures
        if let kept = figures?.kept { line.add("  kept \(Self.percent(kept, decimals: 0))") }
        if let locality = figures?.locality ?? context.sample.status.host.locality {
            line.add("  local \(Self.percent(locality, decimals: 0))")
            if let best = figures?.bestLocality { line.add(", best \(Self.percent(best, decimals: 0))") }
        }
        return line
    }
}
