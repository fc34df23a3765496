import NUMATopology

/// Groups below NUMA (`build_sched_groups`).
///
/// A group stands for one child span, and one object serves all CPUs that see it. Each object has a single link to the
/// next, and every CPU of the span links the same objects anew, starting from itself; so the links that remain are those
/// of the *highest* CPU. What a CPU sees is that ring, entered at its own group.
///
/// Worked example, threads {0,7} {1,6} {2,5} {3,4} under one MC: CPU 7 links {0,7}, {1,6}, {2,5}, {3,4}. CPU 4 sees
/// {3,4}, {0,7}, {1,6}, {2,5}, not the order its own walk would give.
extension PartitionBuilder {
    /// Builds the rings of one level and enters them into its domains.
    ///
    /// - Complexity: O(CPUs + groups · words) where spans at this level are disjoint or equal, as they are on every sane
    ///   machine; O(CPUs · groups · words) else.
    mutating func buildSharedRings(_ level: Int, of members: [Int]) {
        var groupOfRepresentative = [Int32](repeating: -1, count: input.cpus.count)
        guard hasDisjointSpans(level), level == 0 || hasDisjointSpans(level - 1) else {
            linkLiterally(level, members, &groupOfRepresentative)
            return
        }
        var ringOfSpan: [SpanID: Int32] = [:]
        var positionOfRepresentative = [Int32](repeating: 0, count: input.cpus.count)
        for cpu in members {
            guard let domain = domainIndex(cpu, level), ringOfSpan[built[domain].span] == nil else { continue }
            let span = built[domain].span
            var ring: [Int32] = []
            var rest = hierarchy.spans[span]
            var next = rest.last
            while let member = next {
                let group = sharedGroup(member, level, &groupOfRepresentative)
                positionOfRepresentative[representative(member, level)] = Int32(truncatingIfNeeded: ring.count)
                ring.append(group)
                rest.subtract(hierarchy.spans[hierarchy.storedGroups[Int(group)].span])
                next = rest.first(atOrAfter: member) ?? rest.first
            }
            ringOfSpan[span] = Int32(truncatingIfNeeded: hierarchy.rings.count)
            hierarchy.rings.append(ring)
        }
        for cpu in members {
            guard let domain = domainIndex(cpu, level), let ring = ringOfSpan[built[domain].span] else { continue }
            built[domain].ring = ring
            built[domain].ringStart = positionOfRepresentative[representative(cpu, level)]
        }
    }

    /// Whether all CPUs of each span at this level have that same span.
    private func hasDisjointSpans(_ level: Int) -> Bool {
        var members: [SpanID: Int] = [:]
        for cpu in cpus {
            guard let domain = domainIndex(cpu, level) else { continue }
            members[built[domain].span, default: 0] += 1
        }
        return members.allSatisfy { hierarchy.spans.weight($0.key) == $0.value }
    }

    /// The CPU a CPU's group is named after.
    private func representative(_ cpu: Int, _ level: Int) -> Int {
        childIndex(cpu, level).map { hierarchy.spans.first(built[$0].span) } ?? cpu
    }

    private mutating func sharedGroup(_ cpu: Int, _ level: Int, _ known: inout [Int32]) -> Int32 {
        let name = representative(cpu, level)
        if known[name] >= 0 { return known[name] }
        let child = childIndex(cpu, level)
        let span = child.map { built[$0].span } ?? hierarchy.spans.intern([name])
        let group = DomainHierarchy.StoredGroup(
            id: Int32(truncatingIfNeeded: name), span: span, balanceMask: span,
            flags: child.map { built[$0].flags } ?? [], capacity: nominalCapacity(span))
        known[name] = Int32(truncatingIfNeeded: hierarchy.storedGroups.count)
        hierarchy.storedGroups.append(group)
        return known[name]
    }

    /// Links the objects CPU by CPU as the kernel does, for levels whose spans overlap (broken firmware tables).
    private mutating func linkLiterally(_ level: Int, _ members: [Int], _ known: inout [Int32]) {
        var next: [Int32: Int32] = [:]
        var first: [Int: Int32] = [:]
        for cpu in members {
            guard let domain = domainIndex(cpu, level) else { continue }
            var rest = hierarchy.spans[built[domain].span]
            var walked: [Int32] = []
            var position: Int? = rest.contains(cpu) ? cpu : rest.first
            while let member = position {
                let group = sharedGroup(member, level, &known)
                walked.append(group)
                rest.subtract(hierarchy.spans[hierarchy.storedGroups[Int(group)].span])
                rest.remove(member)
                position = rest.first(atOrAfter: member) ?? rest.first
            }
            for index in walked.indices {
                next[walked[index]] = walked[(index + 1) % walked.count]
            }
            first[cpu] = walked[0]
        }
        for cpu in members {
            guard let domain = domainIndex(cpu, level), let start = first[cpu] else { continue }
            var ring = [start]
            var seen: Set<Int32> = [start]
            var position = next[start]
            while let group = position, seen.insert(group).inserted {
                ring.append(group)
                position = next[group]
            }
            built[domain].ring = Int32(truncatingIfNeeded: hierarchy.rings.count)
            built[domain].ringStart = 0
            hierarchy.rings.append(ring)
        }
    }
}
