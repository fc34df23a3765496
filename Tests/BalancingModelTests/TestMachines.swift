import NUMATopology

@testable import BalancingModel

/// Small machines for the tests: a number of nodes with two CPUs each, and a table of distances.
enum TestMachine {
    static func layout(
        rows: [[Int]], cpuLess: Set<Int> = [], memoryless: Set<Int> = [], countsMemoryOnlyNodes: Bool = false
    ) -> NodeLayout {
        let nodes = rows.indices.map { node in
            Machine.Node(
                id: NodeID(node), cpus: cpuLess.contains(node) ? CPUSet() : CPUSet([2 * node, 2 * node + 1]),
                memoryBytes: memoryless.contains(node) ? 0 : 1 << 30)
        }
        let cpus = CPUSet(Array(0..<2 * rows.count))
        let machine = Machine(
            nodes: nodes, distances: DistanceMatrix(nodes: rows.indices.map { NodeID($0) }, rows: rows),
            possibleCPUs: cpus, onlineCPUs: cpus)
        return NodeLayout(machine: machine, countsMemoryOnlyNodes: countsMemoryOnlyNodes)
    }

    /// Two nodes, CPUs 0-1 and 2-3.
    static let twoNodes = layout(rows: [[10, 20], [20, 10]])

    /// A ring of four: opposite nodes are 30 apart.
    static let ring = layout(rows: [[10, 20, 30, 20], [20, 10, 20, 30], [30, 20, 10, 20], [20, 30, 20, 10]])

    /// Two boards of two nodes behind a controller.
    static let backplane = layout(rows: [[10, 20, 40, 40], [20, 10, 40, 40], [40, 40, 10, 20], [40, 40, 20, 10]])

    static func profile(_ release: KernelRelease = KernelRelease(6, 12, 117)) -> KernelProfile {
        KernelProfile(release: release, configuration: .init(ticksPerSecond: 250, maximumCPUCount: 8192))
    }
}

/// Writes down events one after the other, a microsecond apart.
struct Script {
    var events: [BalancingEvent] = []
    var time: UInt64 = 1_000_000_000
    var jiffies: UInt64 = 4_294_900_000

    mutating func add(_ tid: Int32, _ cpu: Int32, _ payload: BalancingEvent.Payload) {
        time += 1000
        events.append(BalancingEvent(timeNanoseconds: time, tid: tid, cpu: cpu, payload: payload))
    }

    mutating func wait(milliseconds: UInt64) {
        time += milliseconds * 1_000_000
        jiffies += milliseconds / 4
    }

    /// A whole fault.
    mutating func fault(
        _ tid: Int32, cpu: Int32, last: Int32, node: Int32, check: Int32? = nil, target: Int32 = -1, pages: Int32 = 1,
        flags: FaultFlags = [], address: UInt64 = 0x1000
    ) {
        add(tid, cpu, .misplaced(address: address))
        if let check { add(tid, cpu, .migrateCheck(source: check, cpu: cpu)) }
        add(tid, cpu, .misplacedReturn(target: target))
        add(
            tid, cpu,
            .hintFault(lastCPUPID: last, memNode: node, pages: pages, flags: flags, jiffies: jiffies))
    }

    /// A complete scan pass of a task: one range at the bottom of a 6.1 address space.
    mutating func pass(_ tid: Int32, cpu: Int32, end: UInt64 = 0x2000) {
        add(tid, cpu, .scanWork(jiffies: jiffies))
        add(tid, cpu, .scanRange(start: 0x1000, end: end))
        add(tid, cpu, .scanRangeReturn(updatedPages: 1))
        add(tid, cpu, .scanDone(jiffies: jiffies))
    }
}

/// What a replay of a script gave.
struct Outcome: Equatable {
    var decisions: [Decision]
    var changes: [LedgerChange]
    var counters: ReplayCounters

    static func of(
        _ events: [BalancingEvent], layout: NodeLayout = TestMachine.twoNodes,
        profile: KernelProfile = TestMachine.profile(), options: ReplayOptions
    ) -> Outcome {
        var replay = BalancingReplay(profile: profile, layout: layout, options: options)
        var outcome = Outcome(decisions: [], changes: [], counters: ReplayCounters())
        for event in events {
            replay.consume(event)
            while let decision = replay.takeDecision() { outcome.decisions.append(decision) }
            outcome.changes += replay.takeLedgerChanges()
        }
        replay.finish()
        while let decision = replay.takeDecision() { outcome.decisions.append(decision) }
        outcome.changes += replay.takeLedgerChanges()
        outcome.counters = replay.counters
        return outcome
    }
}
