package import NUMATopology

/// What differs between two hierarchies: two hosts, or one host before and after a rebuild.
package struct DomainDiff: Hashable, Sendable {
    /// CPUs whose domains changed in the same way.
    package struct Change: Hashable, Sendable {
        package var cpus: CPUSet
        /// The domains before, lowest first, one line each; empty if the CPU had none.
        package var before: [String]
        /// The domains after.
        package var after: [String]
    }

    package var cpusAdded: CPUSet
    package var cpusRemoved: CPUSet
    package var partitionsBefore: [CPUSet]
    package var partitionsAfter: [CPUSet]
    package var changes: [Change]

    /// Whether both are the same.
    package var isEmpty: Bool {
        cpusAdded.isEmpty && cpusRemoved.isEmpty && changes.isEmpty && partitionsBefore == partitionsAfter
    }

    /// Compares two hierarchies by name, span, flags, parameters and groups.
    ///
    /// - Complexity: O(CPUs · levels) plus the text of each distinct domain.
    package init(from old: DomainHierarchy, to new: DomainHierarchy) {
        cpusAdded = new.online.subtracting(old.online)
        cpusRemoved = old.online.subtracting(new.online)
        func partitions(_ hierarchy: DomainHierarchy) -> [CPUSet] {
            hierarchy.partitions.map { hierarchy.spans[$0.span] }.sorted { $0.first ?? 0 < $1.first ?? 0 }
        }
        partitionsBefore = partitions(old)
        partitionsAfter = partitions(new)
        var before = Describer(old)
        var after = Describer(new)
        var members: [Pair: [Int]] = [:]
        var order: [Pair] = []
        for cpu in old.online.union(new.online) {
            let pair = Pair(before: before.lines(cpu), after: after.lines(cpu))
            guard pair.before != pair.after else { continue }
            if members[pair] == nil {
                order.append(pair)
            }
            members[pair, default: []].append(cpu)
        }
        changes = order.map { Change(cpus: CPUSet(members[$0] ?? []), before: $0.before, after: $0.after) }
    }

    private struct Pair: Hashable {
        var before: [String]
        var after: [String]
    }

    private struct Describer {
        private let text: DomainText
        private var known: [[Int]: String] = [:]

        init(_ hierarchy: DomainHierarchy) {
            text = DomainText(hierarchy: hierarchy)
        }

        mutating func lines(_ cpu: Int) -> [String] {
            text.hierarchy.domains(of: cpu).map { domain in
                let pattern = text.hierarchy.patternID(of: cpu, index: domain.index) ?? -1
                let key = [pattern, Int(domain.ring), Int(domain.ringStart)]
                if let line = known[key] { return line }
                let groups = text.hierarchy.groups(of: domain).map { text.group($0) }.joined(separator: " ")
                let line =
                    "\(domain.name == "DIE" ? "PKG" : domain.name) d(\(text.list(domain.span))) \(groups) "
                    + "[\(text.flags(domain.pattern.flags))] \(text.parameters(domain.pattern.parameters))"
                known[key] = line
                return line
            }
        }
    }

    /// The differences as lines, `-` before and `+` after; empty if there are none.
    package var text: String {
        var text = ""
        if !cpusRemoved.isEmpty { text += "- CPUs \(cpusRemoved) online\n" }
        if !cpusAdded.isEmpty { text += "+ CPUs \(cpusAdded) online\n" }
        if partitionsBefore != partitionsAfter {
            for partition in partitionsBefore where !partitionsAfter.contains(partition) {
                text += "- partition \(partition)\n"
            }
            for partition in partitionsAfter where !partitionsBefore.contains(partition) {
                text += "+ partition \(partition)\n"
            }
        }
        for change in changes {
            text += "CPUs \(change.cpus)\n"
            for line in change.before where !change.after.contains(line) {
                text += "- \(line)\n"
            }
            for line in change.after where !change.before.contains(line) {
                text += "+ \(line)\n"
            }
            if change.before.isEmpty { text += "- no domains\n" }
            if change.after.isEmpty { text += "+ no domains\n" }
        }
        return text
    }
}
