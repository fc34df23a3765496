import NUMATopology

/// Removing levels that add nothing (`cpu_attach_domain`), and storing what remains.
///
/// A parent goes if it has its child's span and would do nothing its child does not do. The lower of two equal levels
/// stays, with its name. Two side effects reach into groups, and only into the *first* one: when a parent goes, the
/// grandparent's first group takes over the child's flags (since 6.5); when the bottom goes, the first group of the new
/// bottom loses all flags.
extension PartitionBuilder {
    private struct Survivor {
        var level: Int32
        var flags: DomainFlags
    }

    /// Attaches every CPU of the partition and stores its domains.
    ///
    /// - Complexity: O(CPUs · levels).
    mutating func attach() {
        var survivors: [Survivor] = []
        var firstSurvivor: [Int] = []
        for cpu in cpus {
            firstSurvivor.append(survivors.count)
            survivors.append(contentsOf: attach(cpu))
        }
        firstSurvivor.append(survivors.count)

        let imbalances = imbalanceByCPU()
        var hints: [Int32] = []
        for (position, cpu) in cpus.enumerated() {
            let range = firstSurvivor[position]..<firstSurvivor[position + 1]
            hierarchy.firstSlot[cpu] = Int32(truncatingIfNeeded: hierarchy.slots.count)
            hierarchy.slotCount[cpu] = Int32(truncatingIfNeeded: range.count)
            for (index, survivor) in survivors[range].enumerated() {
                let domain = built[Int(firstBuilt[cpu]) + Int(survivor.level)]
                let imbalance = imbalances.isEmpty ? nil : Int(imbalances[Int(firstBuilt[cpu]) + Int(survivor.level)])
                let pattern = pattern(survivor, domain, imbalance)
                let id = hierarchy.internPattern(pattern, hint: index < hints.count ? hints[index] : nil)
                if index < hints.count {
                    hints[index] = id
                } else {
                    hints.append(id)
                }
                hierarchy.slots.append(
                    DomainHierarchy.Slot(pattern: id, ring: domain.ring, ringStart: domain.ringStart))
            }
        }
    }

    private mutating func attach(_ cpu: Int) -> [Survivor] {
        let first = Int(firstBuilt[cpu])
        var alive = (0..<Int(builtCount[cpu])).map {
            Survivor(level: Int32(truncatingIfNeeded: $0), flags: built[first + $0].flags)
        }
        let fixesGroupFlags = input.kernel.has(.firstGroupFlagsFollow)
        var position = 0
        while position + 1 < alive.count {
            let parent = alive[position + 1]
            guard isDegenerate(parent: parent, of: alive[position], first) else {
                position += 1
                continue
            }
            alive.remove(at: position + 1)
            if fixesGroupFlags, position + 1 < alive.count {
                setFirstGroupFlags(first + Int(alive[position + 1].level), alive[position].flags)
            }
            if parent.flags.contains(.preferSibling) {
                alive[position].flags.insert(.preferSibling)
            }
        }
        if let lowest = alive.first, isDegenerate(lowest, first) {
            alive.removeFirst()
            if let base = alive.first {
                setFirstGroupFlags(first + Int(base.level), [])
            }
        }
        return alive
    }

    private func groupCount(_ domain: BuiltDomain) -> Int {
        domain.ring >= 0 ? hierarchy.rings[Int(domain.ring)].count : 0
    }

    /// `sd_degenerate`.
    private func isDegenerate(_ domain: Survivor, _ first: Int) -> Bool {
        let built = built[first + Int(domain.level)]
        if hierarchy.spans.weight(built.span) == 1 { return true }
        if !domain.flags.isDisjoint(with: .needsGroups), groupCount(built) > 1 { return false }
        return !domain.flags.contains(.wakeAffine)
    }

    /// `sd_parent_degenerate`.
    private func isDegenerate(parent: Survivor, of child: Survivor, _ first: Int) -> Bool {
        if isDegenerate(parent, first) { return true }
        let upper = built[first + Int(parent.level)]
        if upper.span != built[first + Int(child.level)].span { return false }
        var flags = parent.flags
        if groupCount(upper) <= 1 {
            flags.subtract(.needsGroups)
        }
        return flags.isSubset(of: child.flags)
    }

    private mutating func setFirstGroupFlags(_ domain: Int, _ flags: DomainFlags) {
        let ring = built[domain].ring
        guard ring >= 0 else { return }
        if isNUMA(domain) {
            built[domain].ownFirstGroupFlags = flags
        } else {
            let group = hierarchy.rings[Int(ring)][Int(built[domain].ringStart)]
            hierarchy.storedGroups[Int(group)].flags = flags
        }
    }

    private func isNUMA(_ domain: Int) -> Bool { built[domain].flags.contains(.numa) }

    /// `imb_numa_nr` of every built domain (6.0 and later); empty before.
    private func imbalanceByCPU() -> [Int32] {
        guard input.kernel.has(.imbalanceNUMATasks) else { return [] }
        var result = [Int32](repeating: 0, count: built.count)
        guard input.configuration.numa.value || !input.kernel.has(.imbalanceOnNUMAOnly) else { return result }
        for cpu in cpus {
            let range = Int(firstBuilt[cpu])..<Int(firstBuilt[cpu] + builtCount[cpu])
            var imbalance = 0
            var unit = 1
            for index in range {
                let weight = hierarchy.spans.weight(built[index].span)
                let sharesBelow = index > range.lowerBound && built[index - 1].flags.contains(.shareLLC)
                if !built[index].flags.contains(.shareLLC), sharesBelow {
                    let quotient = weight / max(1, hierarchy.spans.weight(built[index - 1].span))
                    imbalance = max(1, quotient == 1 ? weight / 8 : quotient)
                    result[index] = Int32(truncatingIfNeeded: imbalance)
                    let ancestor = range.first { $0 > index && built[$0].flags.contains(.numa) }
                    unit = max(1, hierarchy.spans.weight(built[ancestor ?? index].span))
                } else {
                    result[index] = Int32(truncatingIfNeeded: imbalance * max(1, weight / unit))
                }
            }
        }
        return result
    }

    private func pattern(_ survivor: Survivor, _ domain: BuiltDomain, _ imbalance: Int?) -> DomainPattern {
        let level = levels[Int(survivor.level)]
        var groupsFlags: DomainFlags = []
        if level.kind.isNUMA {
            groupsFlags = domain.ownFirstGroupFlags
        } else if domain.ring >= 0 {
            let group = hierarchy.rings[Int(domain.ring)][Int(domain.ringStart)]
            groupsFlags = hierarchy.storedGroups[Int(group)].flags
        }
        let clips = input.overrides.clipsIntervalWeight ?? input.kernel.has(.clippedIntervalWeight)
        let weight = Int(clips ? domain.clippedWeight : domain.maskWeight)
        let other = Int(clips ? domain.maskWeight : domain.clippedWeight)
        return DomainPattern(
            levelNumber: Int(survivor.level), name: level.name, span: domain.span, flags: FlagNames(survivor.flags),
            groupsFlags: FlagNames(groupsFlags),
            parameters: DomainParameters.initial(weight: weight, flags: domain.flags, kernel: input.kernel),
            otherMinIntervalMilliseconds: other == weight ? nil : other,
            imbalanceNUMATasks: imbalance,
            distance: input.guesses.contains(.distances) ? nil : level.kind.distance, origins: origins(level))
    }

    private func origins(_ level: TopologyLevel) -> DomainOrigins {
        let configuration = input.configuration
        let worst = [configuration.smt, configuration.cluster, configuration.mc, configuration.numa].map(\.origin).max()
        var result = DomainOrigins(all: max(worst ?? .derived, .derived))
        if let distance = level.kind.distance, (31...32).contains(distance), input.cpuMaker == nil,
            input.architecture == .x86
        {
            result.flags = .assumed
            result.groupsFlags = .assumed
        }
        if input.guesses.contains(.kernel) {
            result.name = .assumed
            result.levelNumber = .assumed
            result.flags = .assumed
            result.groupsFlags = .assumed
            result.parameters = .assumed
        }
        return input.guesses.isDisjoint(with: Self.guesses(behind: level.kind)) ? result : DomainOrigins(all: .assumed)
    }

    /// What decides a level's spans.
    private static func guesses(behind kind: TopologyLevel.Kind) -> DomainsInput.Guesses {
        switch kind {
        case .smt, .cluster, .mc: .cores
        case .package, .node: .nodes
        case .numa: [.nodes, .distances]
        }
    }
}

extension DomainParameters {
    /// What `sd_init` writes.
    ///
    /// - Parameters:
    ///   - weight: The number of CPUs that scales the intervals.
    ///   - flags: Decide the class: threads, cache, NUMA, other.
    static func initial(weight: Int, flags: DomainFlags, kernel: SchedKernelVersion) -> DomainParameters {
        let isOld = kernel.has(.olderParameters)
        var percent = isOld ? 125 : 117
        var tries = 1
        if flags.contains(.shareCPUCapacity) {
            percent = 110
            tries = 0
        } else if flags.contains(.shareLLC) {
            percent = 117
        } else if flags.contains(.numa) {
            tries = 2
        }
        return DomainParameters(
            minIntervalMilliseconds: weight, maxIntervalMilliseconds: 2 * weight, busyFactor: isOld ? 32 : 16,
            imbalancePercent: percent, cacheNiceTries: tries)
    }
}
