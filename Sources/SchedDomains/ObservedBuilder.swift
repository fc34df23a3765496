import NUMATopology

/// Builds groups from the kernel's spans, where no reading of the host reproduces those spans.
///
/// The child of a domain is the observed domain below it, and "level" is the observed index. Below NUMA that gives the
/// kernel's groups. At NUMA levels balance masks may differ, as the kernel used levels that it removed afterwards; groups
/// are therefore marked approximate.
enum ObservedBuilder {
    static func build(_ input: DomainsInput, _ observed: ObservedDomains, derived: DomainHierarchy) -> DomainHierarchy {
        var hierarchy = DomainHierarchy(
            spans: derived.spans, online: derived.online, kernel: derived.kernel, cpuCount: input.cpus.count)
        hierarchy.topologyType = derived.topologyType
        hierarchy.areDistancesAssumed = derived.areDistancesAssumed
        hierarchy.noteCPUsWithoutDomains(input)
        let nodeByCPU = input.cpus.map { $0?.node }
        for part in observed.partitions(derived.spans) ?? [] {
            // Only CPUs whose spans nest, hold the CPU and end in this span can be built together.
            let members = part.filter { cpu in
                guard let domains = observed[cpu], let top = domains.last?.span, derived.spans[top] == part else {
                    return false
                }
                return domains.allSatisfy { domain in
                    guard let span = domain.span else { return false }
                    return derived.spans[span].contains(cpu) && derived.spans[span].isSubset(of: part)
                }
            }
            guard !members.isEmpty, part.last ?? 0 < input.cpus.count else { continue }
            var builder = PartitionBuilder(
                input, [], partition: CPUSet(members), PartitionRequest(cpus: part), hierarchy)
            builder.buildObserved(observed, derived, nodeByCPU)
            hierarchy = builder.hierarchy
        }
        return hierarchy
    }
}

extension PartitionBuilder {
    fileprivate mutating func buildObserved(
        _ observed: ObservedDomains, _ derived: DomainHierarchy, _ nodeByCPU: [NodeID?]
    ) {
        var patterns: [DomainPattern] = []
        var crossing: [SpanID: Bool] = [:]
        for cpu in cpus {
            firstBuilt[cpu] = Int32(truncatingIfNeeded: built.count)
            let known = derived.domains(of: cpu)
            for domain in observed[cpu] ?? [] {
                guard let span = domain.span else { continue }
                let crosses =
                    crossing[span]
                    ?? (Set(hierarchy.spans[span].compactMap { $0 < nodeByCPU.count ? nodeByCPU[$0] : nil }).count > 1)
                crossing[span] = crosses
                let twin = known.first { $0.span == span && (domain.name ?? $0.name) == $0.name }
                let pattern = Self.pattern(span, domain, twin?.pattern, crosses: crosses)
                patterns.append(pattern)
                built.append(
                    BuiltDomain(
                        span: span, flags: pattern.flags.flags,
                        maskWeight: Int32(truncatingIfNeeded: hierarchy.spans.weight(span)),
                        clippedWeight: Int32(truncatingIfNeeded: hierarchy.spans.weight(span))))
            }
            builtCount[cpu] = Int32(truncatingIfNeeded: built.count) - firstBuilt[cpu]
        }
        let depth = cpus.map { Int(builtCount[$0]) }.max() ?? 0
        for index in 0..<depth {
            let present = cpus.filter { index < Int(builtCount[$0]) }
            func isNUMA(_ cpu: Int) -> Bool { built[Int(firstBuilt[cpu]) + index].flags.contains(.numa) }
            buildSharedRings(index, of: present.filter { !isNUMA($0) })
            buildNUMARings(index, of: present.filter { isNUMA($0) })
        }
        hierarchy.partitions.append(
            DomainPartition(span: hierarchy.spans.intern(partition), failure: nil, maxCapacity: 1024))
        for cpu in cpus {
            hierarchy.firstSlot[cpu] = Int32(truncatingIfNeeded: hierarchy.slots.count)
            hierarchy.slotCount[cpu] = builtCount[cpu]
            for index in 0..<Int(builtCount[cpu]) {
                let position = Int(firstBuilt[cpu]) + index
                let id = hierarchy.internPattern(patterns[position], hint: nil)
                hierarchy.slots.append(
                    DomainHierarchy.Slot(pattern: id, ring: built[position].ring, ringStart: built[position].ringStart))
            }
        }
    }

    private static func pattern(
        _ span: SpanID, _ seen: ObservedDomain, _ twin: DomainPattern?, crosses: Bool
    ) -> DomainPattern {
        let guessed: DomainFlags = crosses ? .numa : []
        var pattern =
            twin
            ?? DomainPattern(
                levelNumber: nil, name: seen.name ?? (crosses ? "NUMA" : nil), span: span, flags: FlagNames(guessed),
                groupsFlags: FlagNames([]), parameters: nil, otherMinIntervalMilliseconds: nil,
                imbalanceNUMATasks: nil, distance: nil, origins: DomainOrigins(all: .assumed))
        if twin == nil, seen.name == "NUMA" {
            pattern.flags.flags.insert(.numa)
        }
        pattern.take(seen)
        pattern.origins.groups = .approximate
        return pattern
    }
}
