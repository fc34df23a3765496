import BalancingModel
import NUMATopology
import SchedDomains
import Snapshots

@testable import Verdicts

/// What a group of processes does in each round, as the kernel would count it.
struct SimulatedLoad {
    var name: String
    /// CPUs in use on each node.
    var cpus: [Double]
    /// Memory on each node, bytes.
    var bytes: [UInt64]
    var armedPerSecond = 0.0
    var faultsPerSecond = 0.0
    var movedPerSecond = 0.0
    /// Threads on each node at the end of the round.
    var threads = [1, 0]
    var policy = "default"
    var allowedCPUNodes: NodeSet = [NodeID(0), NodeID(1)]
    var allowedMemoryNodes: NodeSet = [NodeID(0), NodeID(1)]
    /// Time between scans, milliseconds; absent where the model does not say.
    var scanPeriodMilliseconds: Double?
    /// Whether the kernel counts for its cgroup (6.12 and later), and accounts for its memory.
    var hasAccount = true
    /// A process of its own that lives on; else short-lived ones do the work, which are never seen twice.
    var hasProcess = true
    /// Whether it can be seen where its memory is.
    var isPlaced = true

    init(_ name: String, cpus: [Double], bytes: [UInt64]) {
        self.name = name
        self.cpus = cpus
        self.bytes = bytes
    }
}

/// A host of two nodes, four CPUs and 8 GiB each, that goes on round by round.
struct SimulatedHost {
    /// Called before each round, to change what the loads do: the number of the round, from 1.
    typealias Script = @Sendable (_ round: Int, _ load: inout SimulatedLoad) -> Void

    var loads: [SimulatedLoad]
    var balancingMode: Int? = 1
    var nodeCount = 2
    /// Per second, on the host.
    var failedMovesPerSecond = 0.0
    var promotedPerSecond = 0.0
    var demotedPerSecond = 0.0
    var freeBytes: [UInt64] = [4 << 30, 4 << 30]
    var fileBytes: [UInt64] = [1 << 30, 1 << 30]
    var tiers: MemoryTiers?
    var isCacheAware = false
    var secondsPerRound = 5.0
    var hasVmstat = true

    private(set) var round = 0
    private(set) var seconds = 1000.0
    private var cpu: [String: [Double]] = [:]
    private var counters: [String: (armed: Double, faulted: Double, moved: Double)] = [:]
    private var vmstat: [String: Double] = [:]
    private var demoted = 0.0

    init(_ loads: [SimulatedLoad]) { self.loads = loads }

    private var nodes: [NodeID] { (0..<nodeCount).map { NodeID($0) } }

    private func byNode(_ amounts: [Double]) -> NodeValues<UInt64> {
        var values = NodeValues<UInt64>()
        for (node, amount) in zip(nodes, amounts) { values[node] = UInt64(amount) }
        return values
    }

    /// The next round's snapshot.
    mutating func next(_ script: Script = { _, _ in }) -> HostSnapshot {
        round += 1
        seconds += secondsPerRound
        var snapshot = HostSnapshot(
            sequence: UInt64(round), wallClockNanoseconds: UInt64((1.7e9 + seconds) * 1e9),
            monotonicNanoseconds: now,
            machine: Machine(
                nodes: nodes.map { node in
                    let first = node.rawValue * 4
                    return Machine.Node(id: node, cpus: CPUSet(first...(first + 3)), memoryBytes: 8 << 30)
                },
                distances: DistanceMatrix(assumedFor: nodes), possibleCPUs: CPUSet(0...7), onlineCPUs: CPUSet(0...7)))
        for index in loads.indices {
            script(round, &loads[index])
            advance(loads[index])
            snapshot.groups.append(group(loads[index], pid: Int32(100 + index)))
            if loads[index].hasProcess { snapshot.processes.append(process(loads[index], pid: Int32(100 + index))) }
        }
        snapshot.groups.sort { $0.name < $1.name }
        snapshot.host = totals()
        return snapshot
    }

    private var now: UInt64 { UInt64(seconds * 1e9) }

    private mutating func advance(_ load: SimulatedLoad) {
        var time = cpu[load.name] ?? [Double](repeating: 0, count: nodeCount)
        for node in 0..<nodeCount { time[node] += load.cpus[node] * secondsPerRound * 1e9 }
        cpu[load.name] = time
        var count = counters[load.name] ?? (0, 0, 0)
        count.armed += load.armedPerSecond * secondsPerRound
        count.faulted += load.faultsPerSecond * secondsPerRound
        count.moved += load.movedPerSecond * secondsPerRound
        counters[load.name] = count
        vmstat["numa_pte_updates", default: 0] += load.armedPerSecond * secondsPerRound
        vmstat["numa_hint_faults", default: 0] += load.faultsPerSecond * secondsPerRound
        vmstat["numa_pages_migrated", default: 0] += load.movedPerSecond * secondsPerRound
    }

    private func threads(_ load: SimulatedLoad) -> NodeValues<Int> {
        var values = NodeValues<Int>()
        for (node, count) in zip(nodes, load.threads) { values[node] = count }
        return values
    }

    private func group(_ load: SimulatedLoad, pid: Int32) -> GroupRecord {
        var group = GroupRecord(name: load.name)
        group.identity = GroupIdentity(kind: "unit")
        group.pids = load.hasProcess ? [pid] : []
        group.threadCount = load.threads.reduce(0, +)
        group.threadsByNode = threads(load)
        group.residentBytes = load.bytes.reduce(0, +)
        group.cpuNanosecondsByNode = cpu[load.name].map(byNode)
        let count = counters[load.name] ?? (0, 0, 0)
        group.migratedPagesTotal = UInt64(count.moved)
        if load.isPlaced {
            group.bytesByClass = [.anonymous: byNode(load.bytes.map { Double($0) })]
            group.bytesByPolicy = [load.policy: byNode(load.bytes.map { Double($0) })]
            group.memorySource = .mappings(sharedBytes: 0)
            group.placedProcessCount = 1
        } else {
            group.unplacedProcessCount = 1
        }
        if load.hasAccount, load.isPlaced {
            group.memorySource = .cgroup(count: 1)
            group.accountTakenAtNanoseconds = now
            group.kernelCounters = [
                "numa_pte_updates": UInt64(count.armed), "numa_hint_faults": UInt64(count.faulted),
                "numa_pages_migrated": UInt64(count.moved),
            ]
        }
        group.model = model(load)
        return group
    }

    private func model(_ load: SimulatedLoad) -> ModelledActivity? {
        load.scanPeriodMilliseconds.map { period in
            var activity = ModelledActivity(intervalNanoseconds: UInt64(secondsPerRound * 1e9))
            activity.scanPeriodMilliseconds = Estimate(
                value: period, lowest: period, highest: period, provenance: .modelled)
            return activity
        }
    }

    private func process(_ load: SimulatedLoad, pid: Int32) -> ProcessRecord {
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTimeTicks: 1), command: "load", groupName: load.name)
        process.ownerUID = 1000
        process.threadCount = load.threads.reduce(0, +)
        process.threadsByNode = threads(load)
        process.residentBytes = load.bytes.reduce(0, +)
        process.cpuNanosecondsByNode = cpu[load.name].map(byNode)
        process.cpuNanoseconds = process.cpuNanosecondsByNode?.total ?? 0
        process.allowedCPUNodes = load.allowedCPUNodes
        process.allowedMemoryNodes = load.allowedMemoryNodes
        var ledger = LedgerSummary()
        ledger.taskCount = process.threadCount
        ledger.migratedPages = UInt64(counters[load.name]?.moved ?? 0)
        ledger.tasksByPreferredNode = threads(load)
        ledger.tasksOffPreferredNode = 0
        process.ledger = ledger
        if load.isPlaced {
            var placement = PlacementRecord(method: .full, takenAtNanoseconds: now)
            placement.bytes = byNode(load.bytes.map { Double($0) })
            placement.bytesByClass = [.anonymous: placement.bytes]
            placement.bytesByPolicy = [load.policy: placement.bytes]
            process.placement = placement
        }
        process.model = model(load)
        return process
    }

    private mutating func totals() -> HostTotals {
        var host = HostTotals()
        host.balancingMode = balancingMode
        host.tiers = tiers
        if isCacheAware { host.cacheAware = CacheAwareScheduling(isEnabled: true, tolerance: 1, cacheBytes: 32 << 20) }
        host.knobs.promoteRateLimitMegabytesPerSecond = 64
        vmstat["pgmigrate_fail", default: 0] += failedMovesPerSecond * secondsPerRound
        vmstat["pgpromote_success", default: 0] += promotedPerSecond * secondsPerRound
        demoted += demotedPerSecond * secondsPerRound
        if hasVmstat {
            host.vmstat = vmstat.sorted { $0.key < $1.key }.map {
                HostTotals.Counter(name: $0.key, value: UInt64($0.value))
            }
            let sums = loads.reduce((0.0, 0.0)) { ($0.0 + $1.faultsPerSecond, $0.1 + $1.movedPerSecond) }
            host.vmstatRates = [
                .init(name: "numa_hint_faults", perSecond: sums.0),
                .init(name: "numa_pages_migrated", perSecond: sums.1),
                .init(name: "pgmigrate_fail", perSecond: failedMovesPerSecond),
                .init(name: "pgpromote_success", perSecond: promotedPerSecond),
            ]
        }
        for (index, node) in nodes.enumerated() {
            var totals = NodeTotals(id: node, cpus: CPUSet((index * 4)...(index * 4 + 3)))
            totals.busyNanoseconds = UInt64(cpu.values.reduce(0) { $0 + $1[index] })
            let used = loads.reduce(UInt64(0)) { $0 + $1.bytes[index] }
            totals.meminfo = [
                .init(name: "MemTotal", value: 8 << 30), .init(name: "MemFree", value: freeBytes[index]),
                .init(name: "AnonPages", value: used), .init(name: "Shmem", value: 0),
                .init(name: "Active(file)", value: fileBytes[index] / 2),
                .init(name: "Inactive(file)", value: fileBytes[index] / 2),
            ]
            totals.vmstat = [.init(name: "pgdemote_kswapd", value: UInt64(demoted))]
            host.nodes.append(totals)
        }
        return host
    }
}

/// What was said of a load, round by round.
struct Course {
    var verdicts: [Verdict] = []
    var records: [VerdictRecord] = []
    var processes: [VerdictRecord?] = []
    var hosts: [HostVerdict] = []

    var last: VerdictRecord { records[records.count - 1] }
    /// The verdicts in the order in which they were said, each once in a row.
    var said: [Verdict] {
        verdicts.reduce(into: []) { said, verdict in if said.last != verdict { said.append(verdict) } }
    }
    /// Everything detected at any time.
    var detected: Set<Detection> { Set(records.flatMap { $0.findings.map(\.detection) }) }
    var detectedOnHost: Set<Detection> { Set(hosts.flatMap { $0.record.findings.map(\.detection) }) }
    /// The first round in which something was detected, from 1.
    func firstRound(of detection: Detection) -> Int? {
        records.firstIndex { $0.finding(detection) != nil }.map { $0 + 1 }
    }

    /// Judges a host's first load for so many rounds.
    static func of(
        _ host: SimulatedHost, rounds: Int, costs: CostModel = .guest, _ script: SimulatedHost.Script = { _, _ in }
    ) -> Course {
        var host = host
        var judge = VerdictJudge(settings: VerdictSettings(costs: costs))
        var course = Course()
        let name = host.loads[0].name
        for _ in 0..<rounds {
            var snapshot = host.next(script)
            judge.judge(&snapshot, pageSizeBytes: 4096)
            guard let hostVerdict = snapshot.verdict,
                let record = snapshot.groups.first(where: { $0.name == name })?.verdict
            else { continue }
            course.records.append(record)
            course.verdicts.append(record.verdict)
            course.processes.append(snapshot.processes.first { $0.groupName == name }?.verdict)
            course.hosts.append(hostVerdict)
        }
        return course
    }
}

extension CostModel {
    /// The guest in which the seeds were measured: its clock is 4 ns for each instruction, so that a move of 18,100 takes 72 µs.
    static let guest = CostModel(
        armedPage: .init(low: 0.6e3, value: 0.8e3, high: 1.1e3), fault: .init(low: 9e3, value: 12.8e3, high: 17e3),
        movedPage: .init(low: 52e3, value: 72e3, high: 95e3), source: .calibrated,
        remotePenalty: .init(low: 30, value: 60, high: 200))
}
