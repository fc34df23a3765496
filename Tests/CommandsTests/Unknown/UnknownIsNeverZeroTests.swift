import LinuxSystem
import SystemPackage
import Testing

@testable import Commands

/// Takes each source of a host away in turn, and looks at everything that is said of the host: what is no longer known is
/// a dash or absent. It never turns into a zero.
struct UnknownIsNeverZeroTests {
    /// What can become of a file.
    enum Loss: String, CaseIterable, Sendable {
        case missing, refused, empty, garbled, cut

        func apply(to path: String, _ root: inout MemoryRoot) {
            switch self {
            case .missing: root.remove(path)
            case .refused: root.fail(path, with: .permissionDenied)
            case .empty: root.addFile(path, [])
            case .garbled: root.addFile(path, text: "\u{1}? no kernel prints this ?\n")
            case .cut:
                // In the middle of its first line: nothing of it is whole. A file of one value may lack its newline, and what
                // is left of it is another value.
                let text = (try? root.readBytes(path)) ?? []
                let line = text.prefix { $0 != UInt8(ascii: "\n") }
                if line.count + 1 < text.count { root.addFile(path, Array(line.prefix(line.count / 2))) }
            }
        }
    }

    /// Figures that are zero by right where a source is lost: counts of what we know, and of what we did.
    private static let rightZeros = [
        // What watching itself did and cost.
        "/v1/status.cost", "metrics numawatch_self_", "metrics numawatch_tier_", "metrics numawatch_hold",
        "metrics numawatch_placements_total", "metrics numawatch_incidents_total", "metrics numawatch_series",
        "metrics numawatch_ledger_oldest_age", "metrics numawatch_placement_oldest_age", "status Cost", "status Round",
        "/v1/model.interval", "metrics numawatch_snapshot",
        // How many processes the sums are of, and which sources there are.
        "metrics numawatch_group_placement_processes", "metrics numawatch_source_readable", "status Sources",
        "/v1/status.sources",
        // What a share is at least, where its other figures are unknown.
        "status Locality",
        // Whether derived domains were held against the kernel's own.
        "domains.spans_checked", "domains.flags_checked",
    ]

    private static func isRightZero(_ name: String) -> Bool {
        rightZeros.contains { name.hasPrefix($0) } || name.hasSuffix("placed_process_count")
            || name.hasSuffix(" PLACED") || name.hasSuffix("locality.low") || name.hasSuffix("bound=low}")
            || name.hasSuffix(" locality")
            || name.contains("age_seconds") || name.contains("longest_call_seconds") || name.contains("cost_seconds")
    }

    /// The zeros a cell shows: numbers without an amount, and the word for none. A number before a colon is a node's.
    static func zeros(in cell: String) -> Int {
        cell.split { " ()+".contains($0) }.map { $0.last == "," ? $0.dropLast() : $0 }.count { word in
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            return word == "none" || parts.count <= 2 && isZero(parts[parts.count - 1])
        }
    }

    /// `0`, `0.00`, `0B`, `0.0/s`
    private static func isZero(_ word: Substring) -> Bool {
        let number = word.prefix { $0.isNumber || $0 == "." }
        return Double(number) == 0 && word.dropFirst(number.count).allSatisfy { "BKMGTP%/s".contains($0) }
    }

    /// What turned into zero that was not, or that nobody said was.
    static func silentZeros(from before: Observation, to after: Observation) -> [String] {
        let numbers = before.numbers.filter { name, value in
            value != 0 && after.numbers[name] == 0 && !isRightZero(name)
        }
        let cells = before.cells.filter { name, cell in
            guard !isRightZero(name), let now = after.cells[name] else { return false }
            return zeros(in: now) > zeros(in: cell)
        }
        return numbers.keys.sorted().map { "\($0): \(before.numbers[$0] ?? 0) → 0" }
            + cells.keys.sorted().map { "\($0): “\(before.cells[$0] ?? "")” → “\(after.cells[$0] ?? "")”" }
    }

    /// Figures that are gone, of those that ``SourceProbes`` know the sources of.
    private static func lost(from before: Observation, to after: Observation) -> [String] {
        let gone = before.numbers.keys.filter { name in
            // That a name leads to a device is told by its link alone: a copy without it looks like a host without.
            after.numbers[name] == nil && !name.hasPrefix("domains") && !name.contains(".names") && !isRightZero(name)
                && !name.hasPrefix("metrics numawatch_device_info")
        }
        let dashes = before.cells.filter { name, cell in
            after.cells[name].map { $0 != cell && $0.split(separator: " ").contains("-") } ?? false
        }
        return (gone + dashes.keys).filter { !$0.hasPrefix("numastat") && !$0.hasSuffix(" NAMES") }.sorted()
    }

    /// Files that every CPU has are taken away of one, and so are the pools and latencies that every node has.
    private static func standsForItsKind(_ path: String) -> Bool {
        let others = [
            "/cpu/cpu0/", "/cpu/cpu1/", "/cpu/cpu2/", "/node0/hugepages", "/node2/hugepages", "/node0/access0",
        ]
        return !others.contains { path.contains($0) }
    }

    @Test(
        "a source that is lost leaves a dash or nothing, never a zero, and a dash has a reason",
        arguments: Loss.allCases)
    func walk(loss: Loss) async throws {
        let before = await Observation.make()
        for path in WholeHost.root(at: 0).paths where Self.standsForItsKind(path) {
            let after = await Observation.make { loss.apply(to: path, &$0) }
            let zeros = Self.silentZeros(from: before, to: after)
            #expect(zeros.isEmpty, "\(path) \(loss.rawValue)")
            let lost = Self.lost(from: before, to: after)
            let told = before.readableSources.subtracting(after.readableSources)
            #expect(
                lost.isEmpty || !told.isEmpty,
                "\(path) \(loss.rawValue): \(lost.prefix(5)) and every source is said to be readable")
        }
    }

    @Test("the host of the walk has every source, and says something other than zero of each figure")
    func wholeHostIsWhole() async throws {
        let whole = await Observation.make()
        let unreadable = ["tracefs", "kprobes", "numa_maps-others", "move_pages", "kernel-config"]
        #expect(whole.readableSources.isDisjoint(with: unreadable))
        #expect(whole.readableSources.count > 20)
        for name in [
            "/v1/status.vmstat.counters.numa_hint_faults", "/v1/nodes.nodes[numa_node=1,memory_tier=4].memory_tier",
            "/v1/processes/4164.threads_by_node.1", "/v1/groups.groups[group=postgresql.service].ledger.migrated_pages",
            "metrics numawatch_group_cpu_seconds_total{group=postgresql.service,numa_node=1}",
            "numastat -m --json.meminfoBytes.HugePages_Total.0", "domains#",
            "/v1/groups.groups[group=worker.service].kernel_counters.counters.numa_pages_migrated",
        ] {
            #expect(whole.numbers[name] ?? 0 > 0, "\(name)")
        }
        for (name, cell) in [
            ("ps 4164 THREADS", "0:1 1:2"), ("nodes 1 HUGE", "1.0G of 2.0G free"), ("nodes 0 DEMOTES TO", "2"),
            ("devices 0000:01:00.0 NAMES", "eth0"), ("watch 2 PROCS (±)", "2 (+0)"), ("watch 2 LOCAL-FAULTS", "100 %"),
            ("domains table 0-1 1 MIN/MAX ms", "4/8"), ("domains tree CPUs 0-1 domain1 weight", "4 CPUs"),
            ("domains tree CPUs 0-1 domain1 distance", "up to distance 21"),
            ("domains kernel CPU0 domain-1: capacities", "2048 2048"), ("show 4164 migrated", "180 pages"),
            ("reclaim 1 DEMOTED", "51"),
            ("groups postgresql.service THREADS", "0:1 1:2"),
            ("groups postgresql.service CURRENT", "1.3M"),
        ] {
            #expect(whole.cells[name] == cell, "\(name)")
        }
    }

    // A cell, and how many of its numbers say none.
    @Test(
        arguments: [
            ("0:1.2G 1:40M", 0), ("0", 1), ("0B", 1), ("0:0B 1:3", 1), ("10 20 30", 0), ("none", 1), ("-", 0),
            ("0 %", 1),
            ("20", 0), ("0.00", 1), ("0-3", 0), ("3, on nodes 0", 1), ("0:1 ?:2", 0), ("0→1", 0),
        ])
    func `zeros are found in cells`(cell: String, count: Int) {
        #expect(Self.zeros(in: cell) == count)
    }
}
