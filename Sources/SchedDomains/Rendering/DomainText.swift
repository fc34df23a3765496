import NUMATopology

/// Small pieces of text that the renderers share.
struct DomainText {
    let hierarchy: DomainHierarchy

    func list(_ span: SpanID) -> String { hierarchy.spans[span].listText }

    /// `g(0-3)`, or `g(0-5 by 0-1)` where only part of a group balances for it.
    func group(_ group: DomainGroup) -> String {
        group.balanceMask == group.span
            ? "g(\(list(group.span)))" : "g(\(list(group.span)) by \(list(group.balanceMask)))"
    }

    /// The groups of a domain, the middle ones left out if there are more than `limit`.
    func groups(_ domain: Domain, limit: Int) -> [String] {
        let all = hierarchy.groups(of: domain)
        guard all.count > limit, limit >= 3 else { return all.map { group($0) } }
        return all.prefix(limit - 2).map { group($0) } + ["+\(all.count - limit + 1)", group(all[all.count - 1])]
    }

    /// Flags without the part they share: `BALANCE_NEWIDLE WAKE_AFFINE`.
    func flags(_ flags: FlagNames) -> String {
        let names = flags.flags.names(on: hierarchy.kernel) + flags.unknown
        return names.isEmpty
            ? "-" : names.map { $0.hasPrefix("SD_") ? String($0.dropFirst(3)) : $0 }.joined(separator: " ")
    }

    /// `2-4 ms, 110 %, tries 0`.
    func parameters(_ parameters: DomainParameters?) -> String {
        guard let parameters else { return "-" }
        return "\(parameters.minIntervalMilliseconds)-\(parameters.maxIntervalMilliseconds) ms, "
            + "busy \(parameters.busyFactor), \(parameters.imbalancePercent) %, tries \(parameters.cacheNiceTries)"
    }

    /// Where a domain's parts come from, as one word, or several where they differ.
    func origin(_ origins: DomainOrigins) -> String {
        let parts = [
            ("span", origins.span), ("name", origins.name), ("flags", origins.flags),
            ("parameters", origins.parameters), ("groups", origins.groups),
        ]
        if Set(parts.map(\.1)).count == 1 { return parts[0].1.text }
        var byOrigin: [Origin: [String]] = [:]
        for (name, origin) in parts {
            byOrigin[origin, default: []].append(name)
        }
        return byOrigin.sorted { $0.key < $1.key }.map { "\($0.key.text): \($0.value.joined(separator: " "))" }
            .joined(separator: "; ")
    }

    /// The CPUs that have no domains.
    var withoutDomains: CPUSet {
        CPUSet(hierarchy.online.filter { hierarchy.domainCount(of: $0) == 0 })
    }

    /// Cells as columns two blanks apart, without trailing blanks.
    static func columns(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.count)
            }
        }
        var text = ""
        for row in rows {
            var line = ""
            for (index, cell) in row.enumerated() {
                line += cell + String(repeating: " ", count: widths[index] - cell.count + 2)
            }
            while line.last == " " {
                line.removeLast()
            }
            text += line + "\n"
        }
        return text
    }
}
