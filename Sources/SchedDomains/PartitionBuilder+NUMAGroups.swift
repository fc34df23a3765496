import NUMATopology

/// Groups at NUMA levels (`build_overlap_sched_groups`).
///
/// Each CPU walks its own domain in wrap order from itself. A CPU not covered yet contributes the child span of *its own*
/// domain at this level. If that reaches outside the domain being built (a machine of diameter three or more), the walk
/// goes down that CPU's domains until the child fits (since 5.13). Groups may overlap, so which CPUs may balance for a
/// group needs a rule: those whose own domain at the group's level has exactly this child span. The lowest of them gives
/// the group its number.
///
/// Worked example, a line of four nodes 10, 20, 30, 40 with two CPUs each, CPU 0 at distance 30 (span 0-5): first its own
/// child 0-3, balanced by 0-1. Then CPU 4, whose domain at this level spans 0-7 with child 2-7. That is not inside 0-5, so
/// go down: CPU 4's domain at distance 20 spans 2-7 with child 4-5, which is. Group 4-5, number 4.
extension PartitionBuilder {
    /// What is known across CPUs and levels.
    struct NUMAMemory {
        fileprivate var ringIDs: [[Int32]: Int32] = [:]
        fileprivate var groups: [GroupKey: Int32] = [:]
        /// By level: the CPUs that have a given child span there.
        fileprivate var balanceMasks: [Int: [SpanID: SpanID]] = [:]
    }

    private struct RingKey: Hashable {
        var span: SpanID
        var firstGroup: Int32
        var second: Int32
    }

    fileprivate struct GroupKey: Hashable {
        var level: Int32
        var span: SpanID
        var mask: SpanID
        var flags: DomainFlags
    }

    /// Builds the rings of one NUMA level and enters them into its domains.
    ///
    /// - Complexity: O(distinct rings · groups · words) plus O(CPUs · words).
    mutating func buildNUMARings(_ level: Int, of members: [Int]) {
        var rings: [RingKey: Int32] = [:]
        // Neighbours mostly share everything but their place in the walk.
        var last: (span: SpanID, child: SpanID, flags: DomainFlags, first: Int32, rest: CPUSet)?
        for cpu in members {
            guard let domain = domainIndex(cpu, level) else { continue }
            let span = built[domain].span
            let child = childIndex(cpu, level).map { built[$0] } ?? built[domain]
            if last?.span != span || last?.child != child.span || last?.flags != child.flags {
                guard let first = numaGroup(cpu, level, span) else { continue }
                let own = hierarchy.spans[hierarchy.storedGroups[Int(first)].span]
                last = (span, child.span, child.flags, first, hierarchy.spans[span].subtracting(own))
            }
            guard let first = last?.first, let second = last.map({ $0.rest.first(atOrAfter: cpu) ?? $0.rest.first })
            else {
                continue
            }
            let key = RingKey(span: span, firstGroup: first, second: Int32(truncatingIfNeeded: second ?? -1))
            let ring: Int32
            if let known = rings[key] {
                ring = known
            } else {
                ring = walk(level, span, first, last?.rest ?? [], from: second)
                rings[key] = ring
            }
            built[domain].ring = ring
            built[domain].ownFirstGroupFlags = hierarchy.storedGroups[Int(first)].flags
        }
    }

    private mutating func walk(
        _ level: Int, _ span: SpanID, _ first: Int32, _ uncovered: CPUSet, from start: Int?
    ) -> Int32 {
        var ring = [first]
        var rest = uncovered
        var position = start
        while let member = position {
            if let group = numaGroup(member, level, span) {
                ring.append(group)
                rest.subtract(hierarchy.spans[hierarchy.storedGroups[Int(group)].span])
            }
            rest.remove(member)
            position = rest.first(atOrAfter: member) ?? rest.first
        }
        if let known = numaMemory.ringIDs[ring] { return known }
        let id = Int32(truncatingIfNeeded: hierarchy.rings.count)
        hierarchy.rings.append(ring)
        numaMemory.ringIDs[ring] = id
        return id
    }

    /// The group a CPU contributes to a domain of the given span; nothing if the level was not built for it.
    private mutating func numaGroup(_ cpu: Int, _ level: Int, _ span: SpanID) -> Int32? {
        guard let own = domainIndex(cpu, level), hierarchy.spans[built[own].span].contains(cpu) else { return nil }
        var source = level
        let descends = input.kernel.has(.groupsFromDescendants)
        if descends {
            let limit = hierarchy.spans[span]
            while let child = childIndex(cpu, source), !fits(built[child].span, span, limit) {
                source -= 1
            }
            if source < level {
                while let child = childIndex(cpu, source), built[child].span == built[child + 1].span {
                    source -= 1
                }
            }
        }
        let child = childIndex(cpu, source)
        let groupSpan = child.map { built[$0].span } ?? built[Int(firstBuilt[cpu]) + source].span
        let flags = child.map { built[$0].flags } ?? []
        let mask = balanceMask(source, groupSpan)
        let key = GroupKey(level: Int32(truncatingIfNeeded: source), span: groupSpan, mask: mask, flags: flags)
        if let known = numaMemory.groups[key] { return known }
        let id = Int32(truncatingIfNeeded: hierarchy.storedGroups.count)
        hierarchy.storedGroups.append(
            DomainHierarchy.StoredGroup(
                id: Int32(truncatingIfNeeded: hierarchy.spans.first(mask)), span: groupSpan, balanceMask: mask,
                flags: flags, capacity: nominalCapacity(groupSpan)))
        numaMemory.groups[key] = id
        return id
    }

    private func fits(_ child: SpanID, _ span: SpanID, _ limit: CPUSet) -> Bool {
        child == span || hierarchy.spans[child].isSubset(of: limit)
    }

    /// The CPUs whose domain at a level has the given child span; the span itself where none has.
    private mutating func balanceMask(_ level: Int, _ childSpan: SpanID) -> SpanID {
        if numaMemory.balanceMasks[level] == nil {
            var members: [SpanID: [Int]] = [:]
            for cpu in cpus {
                guard let child = childIndex(cpu, level) else { continue }
                members[built[child].span, default: []].append(cpu)
            }
            numaMemory.balanceMasks[level] = members.mapValues { hierarchy.spans.intern(CPUSet($0)) }
        }
        return numaMemory.balanceMasks[level]?[childSpan] ?? childSpan
    }
}
