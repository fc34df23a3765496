import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains

/// Reads what the kernel shows of its domains: spans from `/proc/schedstat`, names and flags from debugfs.
struct ObservationReader {
    static let debugDirectory = "/sys/kernel/debug/sched/domains"
    /// Where kernels before 5.13 have the same files.
    static let oldDirectory = "/proc/sys/kernel/sched_domain"
    private static let attempts = 3

    /// Reads both sources. On a live host the spans are read again after debugfs, and all of it once more if a rebuild
    /// came between, as the two are joined by position.
    static func read(
        _ machine: Machine, kernel: SchedKernelVersion, detail: DomainsReader.Detail?, _ facts: inout FactReader
    ) -> ObservedDomains {
        var observed = ObservedDomains()
        for _ in 0..<attempts {
            observed = ObservedDomains(byCPU: spans(machine, &facts) ?? [])
            observed.hasSpans = !observed.byCPU.isEmpty
            addDetails(to: &observed, machine, detail, &facts)
            guard facts.root.isLive, observed.hasSpans, observed.hasDetails else { break }
            let again = spans(machine, &facts) ?? []
            if again.map({ $0?.map(\.span) }) == observed.byCPU.map({ $0?.map(\.span) }) { break }
        }
        return observed
    }

    private static func spans(_ machine: Machine, _ facts: inout FactReader) -> [[ObservedDomain]?]? {
        let path = "/proc/schedstat"
        guard let whole = facts.bytes(path, mayBeMissing: true) else { return nil }
        let count = (machine.possibleCPUs.union(machine.onlineCPUs).last ?? -1) + 1
        var result = [[ObservedDomain]?](repeating: nil, count: count)
        var known: [ArraySlice<UInt8>: SpanID] = [:]
        var table = facts.spans
        var bytes = whole
        var defects = LineDefects()
        do {
            let (cpus, sets) = try WholeLines.parse(&bytes, defects: &defects, extent: Schedstat.block(_:around:)) {
                span throws(KernelTextError) in
                var sets: [(cpu: Int, index: Int, mask: Range<Int>, name: Range<Int>?)] = []
                var cpus: [Int] = []
                _ = try Schedstat.forEachLine(
                    span, onCPU: { cpus.append($0.cpu) },
                    onDomain: { sets.append(($0.cpu, $0.index, $0.maskRange, $0.nameRange)) })
                return (cpus, sets)
            }
            for cpu in cpus where result.indices.contains(cpu) {
                result[cpu] = []
            }
            for line in sets where result.indices.contains(line.cpu) && result[line.cpu]?.count == line.index {
                var domain = ObservedDomain()
                if let span = known[bytes[line.mask]] {
                    domain.span = span
                } else {
                    let ranges = try CPUMask.ranges(bytes.span, line.mask, file: .schedstat)
                    let span = table.intern(CPUSet(ranges: ranges))
                    known[bytes[line.mask]] = span
                    domain.span = span
                }
                domain.name = line.name.map { String(decoding: bytes[$0], as: UTF8.self) }
                result[line.cpu]?.append(domain)
            }
        } catch {
            facts.note(path, error.description)
            return nil
        }
        facts.spans = table
        let shown = CPUSet(result.indices.filter { result[$0] != nil })
        let missing = machine.onlineCPUs.subtracting(shown)
        if !defects.isEmpty {
            facts.note(path, "\(defects.text); CPUs \(missing) are not compared")
        } else if !missing.isEmpty {
            facts.note(
                path,
                "it has CPUs \(shown) of the online CPUs \(machine.onlineCPUs): it is cut, or of another host; the others are "
                    + "not compared")
        }
        return result
    }

    private static func addDetails(
        to observed: inout ObservedDomains, _ machine: Machine, _ detail: DomainsReader.Detail?,
        _ facts: inout FactReader
    ) {
        guard let directory = [debugDirectory, oldDirectory].first(where: { facts.root.exists($0) }) else {
            facts.note(
                debugDirectory, "not there, or not for us; from 6.4 on it is there only while sched/verbose is on",
                isExpected: true)
            return
        }
        let count = (machine.possibleCPUs.union(machine.onlineCPUs).last ?? -1) + 1
        if observed.byCPU.count < count {
            observed.byCPU += Array(repeating: nil, count: count - observed.byCPU.count)
        }
        for cpu in chosen(machine, detail) {
            let indexes = facts.numbered("\(directory)/cpu\(cpu)", prefix: "domain")
            guard facts.root.exists("\(directory)/cpu\(cpu)") else { continue }
            var domains = observed.byCPU[cpu] ?? []
            for index in indexes {
                if domains.count == index, !observed.hasSpans {
                    domains.append(ObservedDomain())
                }
                guard domains.indices.contains(index) else { continue }
                addDetails("\(directory)/cpu\(cpu)/domain\(index)", to: &domains[index], &facts)
            }
            observed.byCPU[cpu] = domains
            observed.hasDetails = observed.hasDetails || domains.contains { $0.flags != nil }
        }
    }

    private static func addDetails(_ directory: String, to domain: inout ObservedDomain, _ facts: inout FactReader) {
        if let name = facts.word("\(directory)/name"), !name.isEmpty {
            domain.name = name
        }
        domain.flags = flags("\(directory)/flags", &facts)
        if facts.root.exists("\(directory)/groups_flags") {
            domain.groupsFlags = flags("\(directory)/groups_flags", &facts)
        }
        if facts.root.exists("\(directory)/level") {
            domain.levelNumber = facts.integer("\(directory)/level")
        }
        domain.minIntervalMilliseconds = facts.unsigned("\(directory)/min_interval").map { Int(clamping: $0) }
        domain.maxIntervalMilliseconds = facts.unsigned("\(directory)/max_interval").map { Int(clamping: $0) }
        domain.busyFactor = facts.integer("\(directory)/busy_factor")
        domain.imbalancePercent = facts.integer("\(directory)/imbalance_pct")
        domain.cacheNiceTries = facts.integer("\(directory)/cache_nice_tries")
        domain.maxNewidleCostNanoseconds = facts.unsigned("\(directory)/max_newidle_lb_cost")
    }

    private static func flags(_ path: String, _ facts: inout FactReader) -> FlagNames? {
        guard let bytes = facts.bytes(path) else { return nil }
        do {
            // A number is what kernels before 5.10 print, with bits of another meaning.
            guard case .names(let names) = try SchedFlags(parsing: bytes.span) else { return nil }
            return FlagNames(names: names)
        } catch {
            facts.note(path, error.description)
            return nil
        }
    }

    /// The CPUs whose files are read: all, or the first of every node and others spread between them.
    private static func chosen(_ machine: Machine, _ detail: DomainsReader.Detail?) -> CPUSet {
        let online = machine.onlineCPUs
        switch detail ?? (online.count <= 256 ? .everything : .sample(cpus: 64)) {
        case .everything: return online
        case .none: return []
        case .sample(let limit):
            let all = Array(online)
            guard all.count > limit, limit > 0 else { return online }
            var result = CPUSet(machine.nodes.compactMap(\.cpus.first).prefix(limit))
            let step = max(1, all.count / limit)
            for position in stride(from: 0, to: all.count, by: step) where result.count < limit {
                result.insert(all[position])
            }
            return result
        }
    }
}
