package import NUMATopology

/// The hierarchy as a person draws it: boxes in boxes, each CPU's view of the groups under it.
///
/// ```
/// node 0
/// ┌ MC d(0-3) ───────────────────────┐
/// │ ┌ SMT d(0-1) ──┐ ┌ SMT d(2-3) ──┐ │
/// │ │ cpu0   cpu1  │ │ cpu2   cpu3  │ │
/// │ │ g(0)   g(1)  │ │ g(2)   g(3)  │ │
/// │ │ g(1)   g(0)  │ │ g(3)   g(2)  │ │
/// │ └──────────────┘ └──────────────┘ │
/// │ g(0-1)           g(2-3)           │
/// │ g(2-3)           g(0-1)           │
/// └───────────────────────────────────┘
///   NUMA d(0-7)  g(0-3) g(4-7)
/// ```
///
/// A box is a domain d(span). What stands under each part of it are the groups g(span) of that domain as that part sees
/// them, its own first. Domains over several nodes follow as lines. Where a row does not fit, its middle is left out.
package struct DomainPicture {
    /// One node of the picture, or what stands for those that are left out.
    package struct Part: Sendable, Equatable {
        /// `node 0: CPUs 0-3`, or `⋯ nodes 2-5 (4 more, CPUs 8-23)`.
        package var heading: String
        /// Absent for what is left out.
        package var boxes: DomainBlock?
        /// Domains that reach beyond the node, a line each, or more where they are long.
        package var remote: [String]
    }

    private let hierarchy: DomainHierarchy
    private let machine: Machine
    private let widthLimit: Int
    private let text: DomainText
    /// Groups shown under one part; a ring of 64 is cut in the middle.
    private static let groupLimit = 6
    /// Nodes drawn in full; beyond that the first two and the last.
    private static let nodeLimit = 4

    /// Draws a hierarchy.
    ///
    /// - Parameters:
    ///   - cpus: Only parts with one of these CPUs; absent: all.
    ///   - widthLimit: Columns to stay within, as far as one CPU's own part allows.
    package static func render(
        _ hierarchy: DomainHierarchy, machine: Machine, cpus: CPUSet? = nil, widthLimit: Int = 100
    ) -> String {
        DomainPicture(
            hierarchy: hierarchy, machine: machine, widthLimit: widthLimit, text: DomainText(hierarchy: hierarchy)
        ).render(cpus)
    }

    /// The parts of the picture: what ``render(_:machine:cpus:widthLimit:)`` writes as text.
    package static func parts(
        _ hierarchy: DomainHierarchy, machine: Machine, cpus: CPUSet? = nil, widthLimit: Int = 100
    ) -> [Part] {
        DomainPicture(
            hierarchy: hierarchy, machine: machine, widthLimit: widthLimit, text: DomainText(hierarchy: hierarchy)
        ).parts(cpus)
    }

    private func render(_ cpus: CPUSet?) -> String {
        parts(cpus).map { part in
            let lines = (part.boxes?.text ?? []).map { Self.trimmed($0) + "\n" } + part.remote.map { $0 + "\n" }
            return "\(part.heading)\n" + lines.joined() + "\n"
        }.joined()
    }

    private func parts(_ cpus: CPUSet?) -> [Part] {
        let nodeByCPU = machine.nodeByCPU()
        var byNode: [Int: [Int]] = [:]
        for cpu in hierarchy.online where cpus?.contains(cpu) ?? true {
            byNode[nodeByCPU.indices.contains(cpu) ? nodeByCPU[cpu]?.rawValue ?? -1 : -1, default: []].append(cpu)
        }
        let nodes = byNode.keys.sorted()
        var result: [Part] = []
        for (position, node) in nodes.enumerated() {
            if nodes.count > Self.nodeLimit, position >= 2, position < nodes.count - 1 {
                guard position == 2 else { continue }
                let left = CPUSet(nodes[2..<nodes.count - 1].filter { $0 >= 0 })
                let members = CPUSet(left.flatMap { byNode[$0] ?? [] })
                result.append(
                    Part(heading: "⋯ nodes \(left) (\(left.count) more, CPUs \(members))", boxes: nil, remote: []))
                continue
            }
            let members = byNode[node] ?? []
            let heading = node >= 0 ? "node \(node): CPUs \(CPUSet(members))" : "CPUs \(CPUSet(members))"
            result.append(drawing(members, heading))
        }
        return result
    }

    /// One node: its boxes side by side, then the lines of the domains that reach beyond it.
    private func drawing(_ members: [Int], _ heading: String) -> Part {
        var rest = CPUSet(members)
        var parts: [(top: Int, cpus: CPUSet)] = []
        while let cpu = rest.first {
            let local = localCount(cpu)
            let span = local > 0 ? hierarchy.pattern(of: cpu, index: local - 1).map { hierarchy.spans[$0.span] } : nil
            let part = span ?? [cpu]
            parts.append((cpu, part))
            rest.subtract(part)
            rest.remove(cpu)
        }
        let names = Dictionary(parts.map { ($0.top, $0.cpus.listText) }) { first, _ in first }
        let fitting = fold(parts.map(\.top), widthLimit, label: { names[$0] ?? "" }) { cpu, limit in
            part(cpu, index: localCount(cpu) - 1, limit)
        }
        var result = Part(heading: heading, boxes: fitting, remote: [])
        var shown: Set<[String]> = []
        for (cpu, _) in parts {
            for domain in hierarchy.domains(of: cpu).dropFirst(localCount(cpu)) {
                let lines = remote(domain)
                if shown.insert(lines).inserted { result.remote += lines }
            }
        }
        return result
    }

    private static func trimmed(_ line: String) -> Substring {
        var rest = line[...]
        while rest.last == " " {
            rest.removeLast()
        }
        return rest
    }

    /// `NUMA d(0-15)  g(0-7) g(8-15)`, wrapped.
    private func remote(_ domain: Domain) -> [String] {
        let head = "  \(domain.name) d(\(text.list(domain.span)))"
        var lines = [head + " "]
        let indent = String(repeating: " ", count: min(head.count + 1, 24))
        for group in text.groups(domain, limit: 12) {
            if lines[lines.count - 1].count + group.count + 1 > widthLimit, lines[lines.count - 1].count > indent.count
            {
                lines.append(indent)
            }
            lines[lines.count - 1] += " " + group
        }
        return lines
    }

    /// How many of a CPU's domains, from below, stay clear of NUMA.
    private func localCount(_ cpu: Int) -> Int {
        hierarchy.domains(of: cpu).prefix { !$0.isNUMA }.count
    }

    private func isProper(_ span: SpanID, partOf other: SpanID) -> Bool {
        span != other && hierarchy.spans[span].isSubset(of: hierarchy.spans[other])
    }

    /// The drawing of the domain of a CPU at an index, or of the CPU itself below the lowest.
    private func part(_ cpu: Int, index: Int, _ limit: Int) -> DomainBlock {
        guard index >= 0, let pattern = hierarchy.pattern(of: cpu, index: index) else {
            let note = hierarchy.domainCount(of: cpu) == 0 ? ["no domain"] : []
            return .lines(["cpu\(cpu)"] + note)
        }
        let domain = hierarchy.domains(of: cpu)[index]
        let spans = Dictionary(
            hierarchy.groups(of: domain).map { (hierarchy.spans.first($0.span), $0.span) }
        ) { first, _ in first }
        let label = { (head: Int) in spans[head].map { text.list($0) } ?? "" }
        let row = fold(spans.keys.sorted(), limit - 4, label: label) { head, limit in
            // A group is the head's own domain one below, or a part of it that has no domain at that level.
            let own = hierarchy.domains(of: head)
            let level = own.firstIndex { $0.span == domain.span } ?? 0
            let view = own.indices.contains(level) ? text.groups(own[level], limit: Self.groupLimit) : []
            // Where the kernel's spans contradict each other, only what gets smaller comes to an end.
            let isWithin = level > 0 && isProper(own[level - 1].span, partOf: domain.span)
            return part(head, index: isWithin ? level - 1 : -1, limit).below(view)
        }
        return .box(title: "\(pattern.name ?? "?") d(\(text.list(pattern.span)))", row)
    }

    /// Parts side by side; as many as fit, the middle left out. Where only one fits, the others are named below it.
    private func fold(
        _ parts: [Int], _ limit: Int, label: (Int) -> String, _ draw: (Int, Int) -> DomainBlock
    ) -> DomainBlock {
        guard parts.count > 1 else { return .row(parts.map { draw($0, limit) }) }
        let first = draw(parts[0], limit)
        let last = draw(parts[parts.count - 1], limit)
        let each = max(first.width, last.width) + 1
        if parts.count * each <= limit + parts.count {
            let whole = DomainBlock.row(parts.map { draw($0, limit) })
            if whole.width <= limit { return whole }
        }
        let markWidth = "⋯ +\(parts.count)".count + 1
        let head = min(parts.count - 2, (limit + 1 - markWidth) / each - 1)
        if head >= 1 {
            let mark = DomainBlock.lines(["⋯ +\(parts.count - head - 1)"])
            return .row(parts.prefix(head).map { draw($0, limit) } + [mark, last])
        }
        var line = "⋯ \(parts.count - 1) more:"
        for part in parts.dropFirst() {
            let name = " " + label(part)
            if line.count + name.count > limit - 2 {
                line += " …"
                break
            }
            line += name
        }
        return first.below([line])
    }
}
