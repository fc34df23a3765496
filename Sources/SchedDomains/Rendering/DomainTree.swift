package import NUMATopology

/// The domains of each CPU with all their parts, lowest first.
///
/// CPUs with the same domains are shown together; their groups are in the order of the first of them.
package enum DomainTree {
    /// - Parameter cpus: The CPUs to show; absent: all online ones.
    package static func render(_ hierarchy: DomainHierarchy, cpus: CPUSet? = nil) -> String {
        let text = DomainText(hierarchy: hierarchy)
        var result = ""
        for (members, first) in alike(hierarchy, cpus) {
            result += members.count == 1 ? "CPU \(members)\n" : "CPUs \(members)\n"
            let domains = hierarchy.domains(of: first)
            if domains.isEmpty {
                result += "  no domains\n"
            }
            for domain in domains {
                let pattern = domain.pattern
                let level = pattern.levelNumber.map { " (level \($0))" } ?? ""
                let isUnread = hierarchy.areDistancesAssumed && domain.isNUMA
                let distance =
                    pattern.distance.map { ", up to distance \($0)" }
                    ?? (isUnread ? ", distances not read, taken to be all the same" : "")
                let count = hierarchy.spans.weight(domain.span)
                let indent = String(repeating: "  ", count: domain.index + 1)
                result +=
                    "\(indent)domain\(domain.index) \(domain.name)\(level): \(text.list(domain.span)), \(count) CPUs\(distance)\n"
                let groups = text.groups(domain, limit: 16).joined(separator: " ")
                result += "\(indent)  groups  \(groups)\n"
                result += "\(indent)  flags   \(text.flags(pattern.flags))\n"
                result += "\(indent)  balance \(text.parameters(pattern.parameters))"
                if let imbalance = pattern.imbalanceNUMATasks {
                    result += ", NUMA imbalance \(imbalance)"
                }
                result += "\n\(indent)  source  \(text.origin(pattern.origins))\n"
            }
        }
        return result
    }

    /// Sets of CPUs with the same patterns, by their lowest CPU.
    static func alike(_ hierarchy: DomainHierarchy, _ cpus: CPUSet?) -> [(members: CPUSet, first: Int)] {
        var members: [[Int]: [Int]] = [:]
        var order: [[Int]] = []
        for cpu in hierarchy.online where cpus?.contains(cpu) ?? true {
            let key = (0..<hierarchy.domainCount(of: cpu)).compactMap { hierarchy.patternID(of: cpu, index: $0) }
            if members[key] == nil {
                order.append(key)
            }
            members[key, default: []].append(cpu)
        }
        return order.compactMap { key in
            guard let cpus = members[key], let first = cpus.first else { return nil }
            return (CPUSet(cpus), first)
        }
    }
}

/// One line per kind of domain: what all domains of one level and size have in common.
package enum DomainTable {
    /// - Parameter cpus: The CPUs to show; absent: all online ones.
    package static func render(_ hierarchy: DomainHierarchy, cpus: CPUSet? = nil) -> String {
        let text = DomainText(hierarchy: hierarchy)
        var rows = [
            ["CPUS", "DOMAIN", "NAME", "LEVEL", "SPAN", "GROUPS", "MIN/MAX ms", "PCT", "TRIES", "FLAGS", "SOURCE"]
        ]
        for (members, first) in DomainTree.alike(hierarchy, cpus) {
            let domains = hierarchy.domains(of: first)
            if domains.isEmpty {
                rows.append([members.listText, "-", "no domains"])
            }
            for domain in domains {
                let pattern = domain.pattern
                let parameters = pattern.parameters
                rows.append([
                    domain.index == 0 ? members.listText : "", String(domain.index), domain.name,
                    pattern.levelNumber.map(String.init) ?? "-", text.list(domain.span),
                    String(hierarchy.groupCount(of: domain)),
                    parameters.map { "\($0.minIntervalMilliseconds)/\($0.maxIntervalMilliseconds)" } ?? "-",
                    parameters.map { String($0.imbalancePercent) } ?? "-",
                    parameters.map { String($0.cacheNiceTries) } ?? "-", text.flags(pattern.flags),
                    text.origin(pattern.origins),
                ])
            }
        }
        return DomainText.columns(rows)
    }
}
