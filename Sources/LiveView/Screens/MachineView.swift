import NUMATopology
import SchedDomains
import Snapshots
import TextOutput

/// What the kernel thinks this machine is: distances, settings, tiers, huge pages, domains, and what cannot be seen.
extension TopModel {
    func machineLines(_ context: TableContext) -> [StyledLine] {
        let sample = context.sample
        return distances(sample) + settings(sample) + tiers(sample) + hugePages(sample) + domains(sample)
            + missing(sample) + tracing(sample) + notes(sample)
    }

    private func heading(_ text: String) -> [StyledLine] { [StyledLine(text, .heading)] }

    private func wrapped(_ text: String, _ role: Role = .plain) -> [StyledLine] {
        Fitting.wrap(text.terminalSafe, to: columns - 2).map { StyledLine(" " + $0, role) }
    }

    // MARK: Nodes

    private func distances(_ sample: LiveSample) -> [StyledLine] {
        let nodes = sample.nodes.nodes
        guard !nodes.isEmpty else { return wrapped("Which nodes there are is not known here.", .warning) }
        let width = 5
        // What does not fit is cut: the row of a node begins with the node itself.
        return heading(
            "Nodes, their CPUs, and distances to nodes \(nodes.map { "\($0.totals.id)" }.joined(separator: " "))")
            + nodes.map { node in
                var line = StyledLine()
                line.add("\(node.totals.id)", width: 4, .trailing, .heading)
                line.add(" ")
                line.add(Self.cpus(node.totals.cpus), width: 22, .leading)
                if let row = node.totals.distances {
                    for distance in row { line.add("\(distance)", width: width, .trailing) }
                } else {
                    line.add("-", width: width, .trailing)
                }
                if let latency = node.totals.access?.readLatencyNanoseconds { line.add("  \(latency) ns") }
                return line
            }
    }

    private static func cpus(_ cpus: CPUSet?) -> String {
        guard let cpus else { return "CPUs -" }
        return cpus.isEmpty ? "no CPUs" : "CPUs \(cpus.listText)"
    }

    // MARK: Settings

    private func settings(_ sample: LiveSample) -> [StyledLine] {
        heading("Settings (and the kernel's defaults; * differs)")
            + HostSetting.all(sample.status.host, zoneReclaimMode: sample.nodes.zoneReclaimMode).map { setting in
                var line = StyledLine(" ")
                line.add(setting.name, width: 46, .leading)
                line.add(
                    setting.value ?? Figure.missing.text, width: 12, .trailing, setting.differs ? .heading : .plain)
                line.add("  (\(setting.kernelDefault))" + (setting.differs ? " *" : ""), .faint)
                return line
            }
    }

    // MARK: Memory

    private func tiers(_ sample: LiveSample) -> [StyledLine] {
        guard let tiers = sample.status.host.tiers?.tiers, !tiers.isEmpty else { return [] }
        let top = sample.status.topTierNodes
        return heading("Memory tiers, from fast to slow")
            + tiers.map { tier in
                let isTop = top.map { tier.nodes.isSubset(of: $0) }
                let what = isTop.map { $0 ? "nothing is promoted from it" : "pages are promoted from it" } ?? ""
                return StyledLine(" memory_tier\(tier.number)  nodes \(tier.nodes.listText)  \(what)")
            }
    }

    private func hugePages(_ sample: LiveSample) -> [StyledLine] {
        let lines = sample.nodes.nodes.flatMap { node in
            (node.totals.hugePages ?? []).filter { $0.totalPages != 0 }.map { pool in
                StyledLine(
                    " node \(node.totals.id)  pages of \(String(bytes: Double(pool.pageSizeBytes)))  "
                        + "\(Figure.count(pool.totalPages).text) set aside, \(Figure.count(pool.freePages).text) free")
            }
        }
        return lines.isEmpty ? [] : heading("Huge pages set aside") + lines
    }

    // MARK: Domains

    private func domains(_ sample: LiveSample) -> [StyledLine] {
        guard let domains = sample.domains else { return [] }
        let title = domains.cpu.map { "Scheduling domains of CPU \($0)" } ?? "Scheduling domains"
        return heading("\(title)  ([ and ] choose a CPU)") + domains.lines.map { StyledLine(" " + $0) }
    }

    // MARK: What is missing

    private func missing(_ sample: LiveSample) -> [StyledLine] {
        guard let sources = sample.sources else { return [] }
        let missing = sources.map(\.status).filter { !$0.isReadable }
        guard !missing.isEmpty else { return heading("All sources are readable") }
        return heading("Not readable here, and what is lost")
            + missing.flatMap { source in
                wrapped(
                    "\(source.name) (\(source.path)): \(source.lostWithout)"
                        + (source.remedy.map { " -- \($0)" } ?? ""))
            }
    }

    private func tracing(_ sample: LiveSample) -> [StyledLine] {
        guard let tracing = sample.model?.tracing ?? sample.status.tracing else { return [] }
        switch tracing.state {
        case .off: return heading("Tracing is off")
        case .running:
            return heading("Tracing at level \(tracing.level ?? Figure.missing.text), \(tracing.scope)")
        case .unavailable(let reason, let remedy):
            return heading("Tracing is not possible") + wrapped(reason + (remedy.isEmpty ? "" : " -- \(remedy)"))
        }
    }

    private func notes(_ sample: LiveSample) -> [StyledLine] {
        let notes = sample.status.notes
        return notes.isEmpty ? [] : heading("Notes") + notes.flatMap { wrapped($0.text) }
    }
}
