import BalancingModel
package import LiveView
import NUMATopology
package import Snapshots

/// A host whose rounds of five seconds are always the same: two nodes (or more), a database whose pages go to and fro, one that
/// was helped, a virtual machine that is bound, and names as hostile as they come.
package enum RecordedRounds {
    /// 2100-01-01 14:32:05 UTC: figures of the future do not grow old.
    package static let start: UInt64 = 4_102_497_125_000_000_000
    package static let interval: UInt64 = 5_000_000_000
    package static let hostile = "evil\u{1b}[2J\u{202e}\nname"
    package static let wide = "データベース-main"

    /// The samples of rounds 1 to `count`.
    package static func samples(_ count: Int, nodes: Int = 2) -> [LiveSample] {
        (1...count).map { sample($0, nodes: nodes) }
    }

    package static func sample(_ round: Int, nodes: Int = 2) -> LiveSample {
        let snapshot = snapshot(round, nodes: nodes)
        var sample = LiveSample(
            status: StatusAnswer(snapshot, version: "1.0", nowNanoseconds: snapshot.monotonicNanoseconds),
            nodes: NodesAnswer(snapshot, nowNanoseconds: snapshot.monotonicNanoseconds), groups: snapshot.groups)
        sample.model = snapshot.model.map { model in
            ModelAnswer(
                round: sample.status.round, model,
                groups: snapshot.groups.compactMap { group in
                    group.model.map { ModelAnswer.Group(name: group.name, activity: $0) }
                }, tracing: snapshot.tracing)
        }
        sample.processes = snapshot.processes
        sample.process = snapshot.process(pid: 812).map { ProcessAnswer(round: sample.status.round, $0) }
        sample.sources = SourcesAnswer(snapshot, nowNanoseconds: snapshot.monotonicNanoseconds).sources
        sample.verdicts = Verdicts(RecordedVerdicts.answer(sample.status.round))
        sample.events = events.filter { $0.wallClockNanoseconds <= snapshot.wallClockNanoseconds }
        sample.domains = LiveSample.DomainsText(
            cpu: nil,
            lines: ["node 0: CPUs 0-3", "┌ MC d(0-3) ───────┐", "│ cpu0 cpu1 …      │", "└──────────────────┘"])
        sample.story = LiveSample.Story(
            id: 813,
            lines: [
                "Thread 813 of process 812 (postgres)", "",
                "14:32:01.250  a hint fault on 0x7f12a4c00000 from CPU 5: the page went from node 0 to node 1",
                "  should_numa_migrate_memory, rule private: the last fault on the page was this task's own",
            ])
        return sample
    }

    package static let events: [ObservedEvent] = [
        event(1, seconds: -40, .notice, "clickhouse-server.service converged after 38 s, 10.2 GiB moved"),
        event(
            2, seconds: -15, .warning, "Page ping-pong in postgresql@16-main.service: 93 % of 90k moves undone in 4 s"),
        event(3, seconds: 7, .notice, "A unit named \(hostile) began"),
    ]

    private static func event(
        _ number: UInt64, seconds: Int, _ severity: ObservedEvent.Severity, _ message: String
    ) -> ObservedEvent {
        let time = UInt64(Int64(start) + Int64(seconds) * 1_000_000_000)
        return ObservedEvent(
            sequence: number, wallClockNanoseconds: time, kind: "test", severity: severity, message: message, fields: []
        )
    }

    // MARK: The snapshot of a round

    static func snapshot(_ round: Int, nodes count: Int) -> HostSnapshot {
        let elapsed = UInt64(round - 1) * interval
        let nodes = (0..<count).map { index in
            Machine.Node(id: NodeID(index), cpus: CPUSet(4 * index..<4 * index + 4), memoryBytes: 128 << 30)
        }
        var snapshot = HostSnapshot(
            sequence: UInt64(round), wallClockNanoseconds: start + elapsed,
            monotonicNanoseconds: 100_000_000_000 + elapsed,
            machine: Machine(
                nodes: nodes, distances: nil, possibleCPUs: CPUSet(0..<4 * count), onlineCPUs: CPUSet(0..<4 * count)))
        snapshot.hostName = "db7"
        snapshot.kernelRelease = "6.12.117+deb12-amd64"
        snapshot.host = totals(round, count)
        snapshot.groups = groups(round)
        snapshot.processes = processes(round)
        var model = ModelRecord(
            activity: activity(90_000), hintFaults: Estimate(observed: 206_000), isReconciled: true, profile: "6.12")
        model.taskCount = 80
        snapshot.model = model
        snapshot.tracing = TracingRecord()
        var tier = CostReport.Tier(name: "host", configuredIntervalNanoseconds: interval)
        tier.rounds = UInt64(round)
        snapshot.cost.tiers = [tier]
        snapshot.cost.cpuShare = 0.003
        snapshot.sources = [
            SourceStatus(
                name: "vmstat", path: "/proc/vmstat", state: .readable, purpose: "counters", lostWithout: "counters"),
            SourceStatus(
                name: "domains", path: "/sys/kernel/debug/sched/domains",
                state: .unavailable(errno: 13, errnoName: "EACCES"), purpose: "domains",
                lostWithout: "the flags of domains, which are derived instead", remedy: "run numawatchd as root"),
        ]
        return snapshot
    }

    private static func totals(_ round: Int, _ count: Int) -> HostTotals {
        var host = HostTotals()
        host.balancingMode = 1
        host.knobs.scanDelayMilliseconds = 1000
        host.knobs.scanPeriodMinMilliseconds = 1000
        host.knobs.scanPeriodMaxMilliseconds = 60_000
        host.knobs.scanSizeMegabytes = 64
        let rates = [("numa_hint_faults", 41_200.0), ("numa_pte_updates", 48_900), ("numa_pages_migrated", 18_700)]
        host.vmstat = rates.map { .init(name: $0.0, value: 1_000_000 + UInt64($0.1) * 5 * UInt64(round)) }
        if round > 1 { host.vmstatRates = rates.map { .init(name: $0.0, perSecond: $0.1) } }
        host.processCount = 4
        host.threadCount = 80
        host.zoneReclaimMode = 0
        host.nodes = (0..<count).map { index in
            var node = NodeTotals(id: NodeID(index), cpus: CPUSet(4 * index..<4 * index + 4))
            node.distances = (0..<count).map { $0 == index ? 10 : 21 }
            let amounts: [(String, UInt64)] = [
                ("MemTotal", 128), ("MemFree", index == 0 ? 33 : 75), ("AnonPages", 52), ("FilePages", 44),
            ]
            node.meminfo = amounts.map { .init(name: $0.0, value: $0.1 << 30) }
            node.busyShare = index == 0 ? 0.61 : 0.24
            return node
        }
        return host
    }

    private static func byNode<Value: FixedWidthInteger & Hashable & Sendable>(_ values: Value...) -> NodeValues<Value>
    {
        var result = NodeValues<Value>()
        for (index, value) in values.enumerated() { result[NodeID(index)] = value }
        return result
    }

    private static func activity(_ pages: UInt64) -> ModelledActivity {
        var activity = ModelledActivity(intervalNanoseconds: interval)
        activity.migratedPages = Estimate(observed: pages)
        let half = Double(pages) / 2
        activity.moves = [(0, 1, half + 250), (1, 0, half - 250)].map {
            ModelledActivity.Move(
                source: NodeID($0.0), target: NodeID($0.1),
                pages: Estimate(value: $0.2, lowest: $0.2 * 0.9, highest: $0.2 * 1.1, provenance: .modelled))
        }
        return activity
    }

    private static func groups(_ round: Int) -> [GroupRecord] {
        // Name, resident GiB, threads on each node, pages moved per second, CPUs.
        let facts: [(String, UInt64, Int, Int, UInt64, Double)] = [
            ("-", 1, 4, 4, 0, 0.2), ("clickhouse-server.service", 41, 20, 4, 610, 6.1), (hostile, 1, 1, 0, 0, 0),
            ("postgresql@16-main.service", 88, 31, 29, 18_100, 12.4), ("redis@6379.service", 6, 4, 0, 0, 0.4),
            ("web03.libvirt-qemu.machine", 32, 4, 4, 0, 1.5), (wide, 2, 0, 3, 12, 0.1),
        ]
        return facts.map { name, gibibytes, first, second, moved, cpus in
            var group = GroupRecord(name: name)
            group.identity = GroupIdentity(kind: name == "-" ? "none" : "unit")
            group.pids = name.hasPrefix("postgresql") ? [812, 820] : name == hostile ? [999] : [Int32(100 + gibibytes)]
            group.threadCount = first + second
            group.residentBytes = gibibytes << 30
            group.threadsByNode = byNode(first, second)
            let cpu = UInt64(cpus * 5e9) * UInt64(round)
            group.cpuNanosecondsByNode = byNode(cpu / 2, cpu - cpu / 2)
            group.migratedPagesTotal = 1000 + moved * 5 * UInt64(round)
            if name != "-" {
                group.bytesByClass = [.anonymous: byNode(gibibytes << 29, gibibytes << 29)]
                group.memorySource = .cgroup(count: 1)
                group.currentBytes = gibibytes << 30
                group.placedProcessCount = 1
            }
            var ledger = LedgerSummary()
            ledger.taskCount = first + second
            ledger.tasksByPreferredNode = byNode(first, second)
            group.ledger = ledger
            if moved > 0 { group.model = activity(moved * 5) }
            return group
        }
    }

    private static func processes(_ round: Int) -> [ProcessRecord] {
        let facts: [(Int32, String, String, Int)] = [
            (141, "clickhouse-serv", "clickhouse-server.service", 24),
            (812, "postgres", "postgresql@16-main.service", 3), (820, "postgres", "postgresql@16-main.service", 57),
            (999, hostile, hostile, 1),
        ]
        return facts.map { pid, command, group, threads in
            var process = ProcessRecord(
                identity: ProcessIdentity(pid: pid, startTimeTicks: 7), command: command, groupName: group)
            process.uid = 110
            process.threadCount = threads
            process.residentBytes = UInt64(1000 - pid) << 25
            process.cpuNanoseconds = UInt64(1000 - pid) * 10_000_000 * UInt64(round)
            process.threadsByNode = byNode(threads / 2, threads - threads / 2)
            if pid != 999 {
                var placement = PlacementRecord(
                    method: .sampled(pagesAsked: 1024, pagesResident: 1000, pagesMapped: 9000),
                    takenAtNanoseconds: 100_000_000_000)
                placement.bytes = byNode(UInt64(1000 - pid) << 24, UInt64(1000 - pid) << 24)
                process.placement = placement
            } else {
                process.placementGap = .denied
            }
            var ledger = LedgerSummary()
            ledger.taskCount = threads
            ledger.migratedPages = UInt64(threads) * 9_225
            process.ledger = ledger
            process.threads = (0..<min(threads, 3)).map { index in
                var thread = ThreadRecord(
                    tid: pid + Int32(index), command: command, cpu: Int32(index), node: NodeID(index % 2),
                    cpuNanoseconds: UInt64(round) * 1_000_000_000 * UInt64(index + 1), readAtNanoseconds: 0)
                thread.preferredNode = index == 2 ? nil : NodeID((index + 1) % 2)
                thread.groupID = Int32(index == 2 ? 0 : 812)
                thread.privatePages = byNode(UInt64(100 * index), 16_030)
                thread.sharedPages = byNode(4, UInt64(index))
                thread.migratedPages = UInt64(9_225 * index)
                return thread
            }
            return process
        }
    }
}
