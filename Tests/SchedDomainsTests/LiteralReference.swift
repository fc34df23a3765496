import NUMATopology
import SchedDomains

/// The construction written down step by step, CPU by CPU, with objects and links as the kernel has them: slow, and
/// written apart from the product's code, to compare it with. x86, symmetric capacity, 5.18 to 6.16.
final class LiteralReference {
    final class Group {
        var span = CPUSet()
        var mask = CPUSet()
        var id = -1
        var next: Group?
        var isVisited = false
    }

    final class SchedDomain {
        var level = 0
        var name = ""
        var isNUMA = false
        /// Flags that need groups, wake-affine, and prefer-sibling, as the removal sees them.
        var flags: Set<String> = []
        var span = CPUSet()
        var child: SchedDomain?
        var parent: SchedDomain?
        var groups: Group?

        var groupList: [Group] {
            var result: [Group] = []
            var group = groups
            while let current = group, !result.contains(where: { $0 === current }) {
                result.append(current)
                group = current.next
            }
            return result
        }
    }

    private struct Level {
        var name: String
        var isNUMA: Bool
        var flags: Set<String>
        var mask: (Int) -> CPUSet
    }

    private let input: DomainsInput
    private var dump = ""

    init(_ input: DomainsInput) {
        self.input = input
    }

    func text() -> String {
        var blocks: [Int: String] = [:]
        for request in input.effectivePartitions {
            let map = request.cpus.intersection(input.machine.onlineCPUs)
            if !map.isEmpty { build(map, &blocks) }
        }
        return input.machine.onlineCPUs.map { cpu in
            blocks[cpu] ?? (input.isolated.contains(cpu) ? "" : "CPU\(cpu) attaching NULL sched-domain.\n")
        }.joined()
    }

    private func levels() -> [Level] {
        func record(_ cpu: Int) -> CPUTopology? { input.cpus[cpu] }
        let nodeOf: (Int) -> CPUSet = { cpu in
            self.input.machine.nodes.first { $0.id == record(cpu)?.node }?.cpus ?? []
        }
        func set(_ id: SpanID?) -> CPUSet { id.map { input.spans[$0] } ?? [] }
        let start: Set<String> = ["NEWIDLE", "EXEC", "FORK", "AFFINE", "PREFER"]
        // CLS has a flag of its own, and DIE became PKG, with the same release.
        let isNew = input.kernel >= SchedKernelVersion(6, 7, 0)
        var result = [
            Level(name: "SMT", isNUMA: false, flags: start.union(["CAPACITY", "LLC"])) { set(record($0)?.coreCPUs) }
        ]
        if input.configuration.cluster.value {
            let flags = isNew ? start.union(["CLUSTER", "LLC"]) : start.union(["LLC"])
            result.append(Level(name: "CLS", isNUMA: false, flags: flags) { set(record($0)?.clusterCPUs) })
        }
        result.append(
            Level(name: "MC", isNUMA: false, flags: start.union(["LLC"])) {
                set(record($0)?.highestCache?.sharedCPUs).intersection(nodeOf($0))
            })
        result.append(
            Level(name: isNew ? "PKG" : "DIE", isNUMA: false, flags: start, mask: nodeOf))
        let nodes = input.machine.nodes.filter { !$0.cpus.isEmpty }
        func distance(_ from: NodeID, _ to: NodeID) -> Int {
            input.machine.distances?.distance(from: from, to: to) ?? 0
        }
        let distances = Set(nodes.flatMap { from in nodes.map { distance(from.id, $0.id) } }).sorted()
        for (index, limit) in distances.enumerated() {
            let mask: (Int) -> CPUSet = { cpu in
                var union = CPUSet()
                guard let own = record(cpu)?.node else { return union }
                for node in nodes where distance(own, node.id) <= limit {
                    union.formUnion(node.cpus)
                }
                return union
            }
            var flags = start
            if index > 0 {
                flags.subtract(["PREFER"])
                flags.formUnion(["SERIALIZE", "NUMA"])
                if limit > 30 { flags.subtract(["EXEC", "FORK", "AFFINE"]) }
            }
            result.append(Level(name: index == 0 ? "NODE" : "NUMA", isNUMA: index > 0, flags: flags, mask: mask))
        }
        return result
    }

    private func build(_ map: CPUSet, _ blocks: inout [Int: String]) {
        let levels = levels()
        // By level and CPU; one that was not built has no span and no child.
        var table = levels.map { _ in [Int: SchedDomain]() }
        for cpu in map {
            var child: SchedDomain?
            for (index, level) in levels.enumerated() {
                let domain = SchedDomain()
                domain.level = index
                domain.name = level.name
                domain.isNUMA = level.isNUMA
                domain.flags = level.flags
                domain.span = level.mask(cpu).intersection(map)
                domain.child = child
                child?.parent = domain
                table[index][cpu] = domain
                child = domain
                if domain.span == map { break }
            }
        }
        var shared = levels.map { _ in [Int: Group]() }
        for cpu in map {
            for index in levels.indices {
                guard let domain = table[index][cpu] else { continue }
                if domain.isNUMA {
                    overlap(domain, cpu, table[index], table)
                } else {
                    link(domain, cpu, table[index], &shared[index])
                }
            }
        }
        for cpu in map {
            blocks[cpu] = attach(table[0][cpu], cpu)
        }
    }

    private func wrapped(_ set: CPUSet, from cpu: Int) -> [Int] {
        set.filter { $0 >= cpu } + set.filter { $0 < cpu }
    }

    private func link(_ domain: SchedDomain, _ cpu: Int, _ level: [Int: SchedDomain], _ shared: inout [Int: Group]) {
        var covered = CPUSet()
        var first: Group?
        var last: Group?
        for other in wrapped(domain.span, from: cpu) where !covered.contains(other) {
            let child = level[other]?.child
            let name = child?.span.first ?? other
            let group = shared[name] ?? Group()
            if shared[name] == nil {
                group.span = child?.span ?? [other]
                group.mask = group.span
                group.id = name
                shared[name] = group
            }
            covered.formUnion(group.span)
            if first == nil { first = group }
            last?.next = group
            last = group
        }
        last?.next = first
        domain.groups = first
    }

    private func overlap(_ domain: SchedDomain, _ cpu: Int, _ level: [Int: SchedDomain], _ table: [[Int: SchedDomain]])
    {
        var covered = CPUSet()
        var first: Group?
        var last: Group?
        for other in wrapped(domain.span, from: cpu) where !covered.contains(other) {
            guard var sibling = level[other], sibling.span.contains(other) else { continue }
            if let child = sibling.child, !child.span.isSubset(of: domain.span) {
                while let child = sibling.child, !child.span.isSubset(of: domain.span) { sibling = child }
                while let child = sibling.child, child.span == sibling.span { sibling = child }
            }
            let group = Group()
            group.span = sibling.child?.span ?? sibling.span
            group.mask = CPUSet(group.span.filter { table[sibling.level][$0]?.child?.span == group.span })
            group.id = group.mask.first ?? -1
            covered.formUnion(group.span)
            if first == nil { first = group }
            last?.next = group
            last = group
        }
        last?.next = first
        domain.groups = first
    }

    private static let needsGroups: Set<String> = [
        "NEWIDLE", "EXEC", "FORK", "CAPACITY", "CLUSTER", "LLC", "SERIALIZE", "PREFER", "NUMA",
    ]

    private func isDegenerate(_ domain: SchedDomain) -> Bool {
        if domain.span.count == 1 { return true }
        if !domain.flags.isDisjoint(with: Self.needsGroups), domain.groupList.count > 1 { return false }
        return !domain.flags.contains("AFFINE")
    }

    private func isDegenerate(parent: SchedDomain, of child: SchedDomain) -> Bool {
        if isDegenerate(parent) { return true }
        if parent.span != child.span { return false }
        let flags = parent.groupList.count > 1 ? parent.flags : parent.flags.subtracting(Self.needsGroups)
        return flags.isSubset(of: child.flags)
    }

    private func attach(_ lowest: SchedDomain?, _ cpu: Int) -> String {
        var base = lowest
        var domain = lowest
        while let current = domain, let parent = current.parent {
            guard isDegenerate(parent: parent, of: current) else {
                domain = parent
                continue
            }
            current.parent = parent.parent
            parent.parent?.child = current
            if parent.flags.contains("PREFER") { current.flags.insert("PREFER") }
        }
        if let bottom = base, isDegenerate(bottom) {
            base = bottom.parent
        }
        guard base != nil else { return "CPU\(cpu) attaching NULL sched-domain.\n" }
        var text = "CPU\(cpu) attaching sched-domain(s):\n"
        var indent = ""
        var index = 0
        while let current = base {
            text += "\(indent) domain-\(index): span=\(current.span) level=\(current.name)\n\(indent)  groups:"
            text +=
                current.groupList.map { group in
                    let mask = current.isNUMA && group.mask != group.span ? " mask=\(group.mask)" : ""
                    let capacity = group.span.count == 1 ? "" : " cap=\(1024 * group.span.count)"
                    return " \(group.id):{ span=\(group.span)\(mask)\(capacity) }"
                }.joined(separator: ",") + "\n"
            indent += " "
            index += 1
            base = current.parent
        }
        return text
    }
}
