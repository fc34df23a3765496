package import NUMATopology

/// The text the kernel logs about its domains when booted with `sched_verbose` (`sched_domain_debug`,
/// `kernel/sched/topology.c`).
///
/// ```
/// CPU0 attaching sched-domain(s):
///  domain-0: span=0-1 level=MC
///   groups: 0:{ span=0 }, 1:{ span=1 }
///   domain-1: span=0-3,6-7 level=NUMA
///    groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }, 6:{ span=6-7 cap=2048 }
/// root domain span: 0-7
/// ```
///
/// The domain of index k is indented by k + 1 spaces, its groups by k + 2. `mask=` stands only where the balance mask is
/// not the group's span, `cap=` only where it is not 1024. The format is the same from 5.13 to 7.x.
package struct KernelDump: Hashable, Sendable {
    /// One group as printed.
    package struct Group: Hashable, Sendable {
        package var id: Int
        package var span: CPUSet
        /// `mask=`; absent if the same as the span.
        package var balanceMask: CPUSet?
        /// `cap=`; absent if 1024.
        package var capacity: Int?
        /// An `ERROR:` line before the closing brace, without that word.
        package var error: String?

        package init(id: Int, span: CPUSet, balanceMask: CPUSet? = nil, capacity: Int? = nil, error: String? = nil) {
            self.id = id
            self.span = span
            self.balanceMask = balanceMask
            self.capacity = capacity
            self.error = error
        }
    }

    /// One domain with its groups as printed.
    package struct Domain: Hashable, Sendable {
        package var span: CPUSet
        package var level: String
        package var groups: [Group]
        /// `ERROR:` lines between the domain's line and its groups, without that word.
        package var domainErrors: [String] = []
        /// `ERROR:` lines after the groups, without that word.
        package var groupsErrors: [String] = []

        package init(span: CPUSet, level: String, groups: [Group]) {
            self.span = span
            self.level = level
            self.groups = groups
        }
    }

    /// What was attached to one CPU.
    package struct Block: Hashable, Sendable {
        package var cpu: Int
        /// Lowest first; empty for "NULL sched-domain".
        package var domains: [Domain]

        package init(cpu: Int, domains: [Domain]) {
            self.cpu = cpu
            self.domains = domains
        }
    }

    /// One partition, printed after its last CPU.
    package struct Root: Hashable, Sendable {
        package var span: CPUSet
        /// The largest capacity; printed before 6.10.
        package var maxCapacity: Int?

        package init(span: CPUSet, maxCapacity: Int? = nil) {
            self.span = span
            self.maxCapacity = maxCapacity
        }
    }

    /// By CPU, ascending.
    package var blocks: [Block]
    package var roots: [Root]

    package init(blocks: [Block], roots: [Root]) {
        self.blocks = blocks.sorted { $0.cpu < $1.cpu }
        self.roots = roots.sorted { $0.span.last ?? -1 < $1.span.last ?? -1 }
    }

    /// The dump of a hierarchy: what the last block of each CPU in the kernel's log says.
    ///
    /// A CPU without domains has "NULL sched-domain", one that went offline too; one isolated since boot was never
    /// attached to anything and has no block.
    package init(_ hierarchy: DomainHierarchy) {
        blocks = hierarchy.loggedCPUs.map { Self.block(hierarchy, cpu: $0) }
        roots = Self.roots(hierarchy)
    }

    /// The dump as text, CPUs ascending, each partition's line after its last CPU.
    package var text: String {
        var text = ""
        var lists: [CPUSet: String] = [:]
        for block in blocks {
            Self.append(block, to: &text, &lists)
            for root in roots where root.span.last == block.cpu {
                Self.append(root, to: &text)
            }
        }
        return text
    }

    /// Writes a hierarchy's dump piece by piece, so that a large machine's text need not be held at once.
    ///
    /// - Parameters:
    ///   - cpus: The CPUs to print; absent: all that the kernel logged.
    ///   - emit: Receives the text of one CPU after the other.
    package static func render(_ hierarchy: DomainHierarchy, cpus: CPUSet? = nil, _ emit: (String) -> Void) {
        let roots = roots(hierarchy)
        var lists: [CPUSet: String] = [:]
        for cpu in hierarchy.loggedCPUs where cpus?.contains(cpu) ?? true {
            var text = ""
            append(block(hierarchy, cpu: cpu), to: &text, &lists)
            for root in roots where root.span.last == cpu {
                append(root, to: &text)
            }
            emit(text)
        }
    }

    private static func roots(_ hierarchy: DomainHierarchy) -> [Root] {
        let showsCapacity = hierarchy.kernel.has(.dumpShowsCapacity)
        return hierarchy.partitions.filter { $0.failure == nil }.map {
            Root(span: hierarchy.spans[$0.span], maxCapacity: showsCapacity ? $0.maxCapacity : nil)
        }.sorted { $0.span.last ?? -1 < $1.span.last ?? -1 }
    }

    /// What the kernel prints for one CPU, its own consistency checks included.
    static func block(_ hierarchy: DomainHierarchy, cpu: Int) -> Block {
        let chain = hierarchy.domains(of: cpu)
        var domains: [Domain] = []
        for domain in chain {
            let groups = hierarchy.groups(of: domain)
            let overlaps = domain.isNUMA
            var printed = Domain(
                span: hierarchy.spans[domain.span], level: domain.name,
                groups: groups.map { group in
                    Group(
                        id: group.id, span: hierarchy.spans[group.span],
                        balanceMask: overlaps && group.balanceMask != group.span
                            ? hierarchy.spans[group.balanceMask] : nil,
                        capacity: group.nominalCapacity == 1024 ? nil : group.nominalCapacity)
                })
            check(&printed, domain, in: chain, groups, hierarchy, cpu)
            domains.append(printed)
        }
        return Block(cpu: cpu, domains: domains)
    }

    /// Adds the `ERROR` lines the kernel would print (`sched_domain_debug_one`); a correct build has none.
    private static func check(
        _ printed: inout Domain, _ domain: SchedDomains.Domain, in chain: [SchedDomains.Domain],
        _ groups: [DomainGroup],
        _ hierarchy: DomainHierarchy, _ cpu: Int
    ) {
        let child = domain.index > 0 ? chain[domain.index - 1] : nil
        let parent = domain.index + 1 < chain.count ? chain[domain.index + 1] : nil
        if !printed.span.contains(cpu) {
            printed.domainErrors.append("domain->span does not contain CPU\(cpu)")
        }
        if let first = printed.groups.first, !first.span.contains(cpu) {
            printed.domainErrors.append("domain->groups does not contain CPU\(cpu)")
        }
        for bit in 0..<UInt32(15) {
            let flag = DomainFlags(rawValue: 1 << bit)
            guard domain.flags.contains(flag), let name = flag.names(on: hierarchy.kernel).first else { continue }
            if let child, DomainFlags.sharedChild(on: hierarchy.kernel).contains(flag), !child.flags.contains(flag) {
                printed.domainErrors.append("flag \(name) set here but not in child")
            }
            if let parent, DomainFlags.sharedParent.contains(flag), !parent.flags.contains(flag) {
                printed.domainErrors.append("flag \(name) set here but not in parent")
            }
        }
        if let child, let first = groups.first, first.span != child.span {
            printed.groups[0].error = "domain->groups does not match domain->child"
        }
        var union = CPUSet()
        for group in printed.groups {
            union.formUnion(group.span)
        }
        if union != printed.span {
            printed.groupsErrors.append("groups don't span domain->span")
        }
        if let parent, !union.isSubset(of: hierarchy.spans[parent.span]) {
            printed.groupsErrors.append("parent span is not a superset of domain->span")
        }
    }

    // MARK: Text

    private static func append(_ block: Block, to text: inout String, _ lists: inout [CPUSet: String]) {
        guard !block.domains.isEmpty else {
            text += "CPU\(block.cpu) attaching NULL sched-domain.\n"
            return
        }
        text += "CPU\(block.cpu) attaching sched-domain(s):\n"
        for (index, domain) in block.domains.enumerated() {
            let indent = String(repeating: " ", count: index)
            text += "\(indent) domain-\(index): span=\(list(domain.span, &lists)) level=\(domain.level)\n"
            for error in domain.domainErrors {
                text += "ERROR: \(error)\n"
            }
            text += indent
            text += "  groups:"
            for (position, group) in domain.groups.enumerated() {
                if position > 0 {
                    text += ","
                }
                text += " \(group.id):{ span=\(list(group.span, &lists))"
                if let mask = group.balanceMask {
                    text += " mask=\(list(mask, &lists))"
                }
                if let capacity = group.capacity {
                    text += " cap=\(capacity)"
                }
                if let error = group.error {
                    text += "\nERROR: \(error)\n"
                }
                text += " }"
            }
            text += "\n"
            for error in domain.groupsErrors {
                text += "ERROR: \(error)\n"
            }
        }
    }

    private static func append(_ root: Root, to text: inout String) {
        text += "root domain span: \(root.span.listText)"
        if let capacity = root.maxCapacity {
            text += " (max cpu_capacity = \(capacity))"
        }
        text += "\n"
    }

    private static func list(_ set: CPUSet, _ known: inout [CPUSet: String]) -> String {
        if let text = known[set] { return text }
        let text = set.listText
        known[set] = text
        return text
    }
}
