import NUMATopology

/// The cross-checks X1 to X8.
extension DomainReconciliation {
    /// X1, X2: spans, names, level numbers. Called where they differ.
    static func compareStructure(
        _ derived: DomainHierarchy, _ observed: ObservedDomains, _ input: DomainsInput,
        _ cause: DomainDisagreement.Cause, _ collector: inout DisagreementCollector
    ) {
        for (cpu, domains) in observed.byCPU.enumerated() {
            guard let domains else { continue }
            let expected = derived.domains(of: cpu)
            var likely = cause
            if domains.isEmpty, input.isolated.contains(cpu) {
                likely = .isolated
            }
            if observed.hasSpans, expected.map(\.span) != domains.compactMap(\.span) {
                let lists = domains.compactMap { $0.span.map { derived.spans[$0].listText } }
                collector.add(
                    .span, cpu, index: nil,
                    expected: expected.map { derived.spans[$0.span].listText }.joined(separator: " < "),
                    observed: lists.joined(separator: " < "), likely: likely)
            }
            for (index, domain) in domains.enumerated() {
                let pattern = derived.pattern(of: cpu, index: index)
                if let name = domain.name, !isSame(name, pattern?.name) {
                    collector.add(
                        .name, cpu, index: index, expected: pattern?.name ?? "", observed: name, likely: likely)
                } else if let level = domain.levelNumber, level != pattern?.levelNumber {
                    collector.add(
                        .level, cpu, index: index, expected: pattern?.levelNumber.map(String.init) ?? "",
                        observed: String(level), likely: likely)
                }
            }
        }
    }

    /// X3, X4: flags and parameters of domains whose position agrees.
    static func compareDetails(
        _ derived: DomainHierarchy, _ observed: ObservedDomains, _ input: DomainsInput,
        _ collector: inout DisagreementCollector
    ) {
        let absent = input.machine.possibleCPUs.subtracting(input.machine.onlineCPUs).count
        for (cpu, domains) in observed.byCPU.enumerated() {
            guard let domains, domains.count == derived.domainCount(of: cpu) else { continue }
            for (index, domain) in domains.enumerated() {
                guard let pattern = derived.pattern(of: cpu, index: index) else { continue }
                compareFlags(pattern.flags, domain.flags, pattern, cpu, index, "", derived.kernel, &collector)
                compareFlags(
                    pattern.groupsFlags, domain.groupsFlags, pattern, cpu, index, "groups ", derived.kernel, &collector)
                if let parameters = pattern.parameters {
                    compareParameters(parameters, pattern, domain, cpu, index, absent, &collector)
                }
            }
        }
    }

    private static func compareFlags(
        _ expected: FlagNames, _ observed: FlagNames?, _ pattern: DomainPattern, _ cpu: Int, _ index: Int,
        _ prefix: String, _ kernel: SchedKernelVersion, _ collector: inout DisagreementCollector
    ) {
        guard let observed else { return }
        // Which kernels have these two differs by release and backport; they decide nothing by themselves.
        let ignored: DomainFlags = [.overlap, .cluster]
        let difference = expected.flags.symmetricDifference(observed.flags).subtracting(ignored)
        guard !difference.isEmpty else { return }
        let remote: DomainFlags = [.balanceExec, .balanceFork, .wakeAffine]
        if pattern.origins.flags == .assumed, difference.isSubset(of: remote) { return }
        var likely = DomainDisagreement.Cause.unknown
        if difference == .asymPacking {
            likely = .itmt
        } else if difference.isSubset(of: [.balanceNewidle, .balanceWake]) {
            likely = .relax
        } else if difference.isSubset(of: [.asymCPUCapacity, .asymCPUCapacityFull, .preferSibling]) {
            likely = .asymCapacity
        }
        collector.add(
            .flags, cpu, index: index,
            expected: prefix + expected.flags.names(on: kernel).joined(separator: " "),
            observed: prefix + observed.flags.names(on: kernel).joined(separator: " "), likely: likely)
    }

    private static func compareParameters(
        _ expected: DomainParameters, _ pattern: DomainPattern, _ domain: ObservedDomain, _ cpu: Int, _ index: Int,
        _ absentCPUs: Int, _ collector: inout DisagreementCollector
    ) {
        func compare(_ name: String, _ expected: Int, _ observed: Int?, isExplained: Bool = false) {
            guard let observed, observed != expected, !isExplained else { return }
            collector.add(
                .tuned, cpu, index: index, expected: "\(name)=\(expected)", observed: "\(name)=\(observed)",
                likely: .tuned)
        }
        // The weight may be clipped or not, and may still count CPUs that were about to leave.
        let weights = [expected.minIntervalMilliseconds, pattern.otherMinIntervalMilliseconds].compactMap { $0 }
        let seen = domain.minIntervalMilliseconds ?? expected.minIntervalMilliseconds
        let isByWeight = weights.contains { (0...absentCPUs).contains(seen.subtractingSaturated($0)) }
        let isDoubled = domain.maxIntervalMilliseconds == seen.multipliedSaturated(by: 2)
        compare(
            "min_interval", expected.minIntervalMilliseconds, domain.minIntervalMilliseconds, isExplained: isByWeight)
        compare(
            "max_interval", expected.maxIntervalMilliseconds, domain.maxIntervalMilliseconds,
            isExplained: isByWeight && isDoubled)
        compare("busy_factor", expected.busyFactor, domain.busyFactor)
        compare("imbalance_pct", expected.imbalancePercent, domain.imbalancePercent)
        compare("cache_nice_tries", expected.cacheNiceTries, domain.cacheNiceTries)
    }

    /// X5, X6, X7: what is observed must make sense by itself.
    static func checkConsistency(
        _ observed: ObservedDomains, _ spans: SpanTable, _ input: DomainsInput,
        _ collector: inout DisagreementCollector
    ) {
        guard observed.hasSpans else { return }
        var nests: [SpanID: Set<SpanID>] = [:]
        var members: [SpanID: [Int]] = [:]
        for (cpu, domains) in observed.byCPU.enumerated() {
            guard let domains else { continue }
            var child: SpanID?
            for (index, domain) in domains.enumerated() {
                guard let span = domain.span else { continue }
                if !spans[span].contains(cpu) {
                    collector.add(
                        .corrupt, cpu, index: index, expected: "a span with the CPU", observed: spans[span].listText,
                        likely: .hotplugRace)
                }
                if let child, nests[child]?.contains(span) != true {
                    if child != span, spans[child].isSubset(of: spans[span]) {
                        nests[child, default: []].insert(span)
                    } else {
                        collector.add(
                            .corrupt, cpu, index: index, expected: "more than \(spans[child].listText)",
                            observed: spans[span].listText, likely: .hotplugRace)
                    }
                }
                let isNUMA = domain.flags?.flags.contains(.numa) ?? (domain.name.map { $0 == "NUMA" } ?? true)
                if !isNUMA || index == domains.count - 1 {
                    members[span, default: []].append(cpu)
                }
                child = span
            }
        }
        // With asymmetric distances a CPU's top may go, and what is left be another CPU's inner span.
        let areTopsShared = input.machine.distances?.isSymmetric ?? true
        // What is not known of a CPU contradicts nothing.
        let unseen = CPUSet(input.machine.onlineCPUs.filter { observed[$0] == nil })
        for (span, cpus) in members where Set(cpus).count != spans[span].subtracting(unseen).count {
            let isTop = cpus.allSatisfy { observed[$0]?.last?.span == span }
            guard areTopsShared || !isTop else { continue }
            collector.add(
                .race, cpus.min() ?? 0, index: nil, expected: "all of \(spans[span].listText)",
                observed: CPUSet(cpus).listText, likely: .hotplugRace)
        }
    }

    /// X8: the kernel's own dump, where it is of the state now in force.
    static func compareDump(
        _ hierarchy: DomainHierarchy, _ dump: KernelDump, _ collector: inout DisagreementCollector
    ) {
        for block in dump.blocks where hierarchy.online.contains(block.cpu) {
            let own = KernelDump.block(hierarchy, cpu: block.cpu)
            guard own.domains.map(\.span) == block.domains.map(\.span) else { continue }
            for (index, (expected, seen)) in zip(own.domains, block.domains).enumerated() {
                func plain(_ groups: [KernelDump.Group]) -> String {
                    groups.map { group in
                        "\(group.id):{\(group.span)\(group.balanceMask.map { " mask \($0)" } ?? "")}"
                    }.joined(separator: " ")
                }
                let left = plain(expected.groups)
                let right = plain(seen.groups)
                if left != right {
                    collector.add(.groups, block.cpu, index: index, expected: left, observed: right, likely: .unknown)
                }
            }
        }
    }
}
