import BalancingModel
import NUMATopology
import Tracing

/// The model alone, fed with events in memory, against a loop that only counts each fault where it happened.
enum ModelBenchmarks {
    static var all: [Benchmark] {
        [
            benchmark("model.shadow", .shadow, large, target: .atLeast(3)),
            benchmark("model.blind", .blind, large, target: .atLeast(3)),
            benchmark("model.shadow-2n", .shadow, .init(faults: 400_000, tasks: 16, nodes: 2)),
        ]
    }

    /// The machine of the demand: 1,000 tasks, 64 nodes.
    private static let large = SyntheticTrace.Shape(faults: 2_200_000)
    /// Faults at the end of the trace that are measured. What comes before makes ledgers and groups; without it there
    /// would be nothing to fold, and no placement to compute.
    private static let measuredFaults = 200_000

    private static func benchmark(
        _ name: String, _ drive: ReplayDrive, _ shape: SyntheticTrace.Shape, target: Benchmark.Target? = nil
    ) -> Benchmark {
        Benchmark(name: name, unit: .millionFaults, baselineName: "array increments", target: target) {
            let machine = layout(shape)
            var start = make(drive, machine)
            var events: [BalancingEvent] = []
            var faults = 0
            for record in SyntheticTrace(shape) {
                if case .misplaced = record.event.payload { faults += 1 }
                if faults > shape.faults - measuredFaults {
                    events.append(record.event)
                } else {
                    _ = consume(record.event, into: &start)
                }
            }
            let (warm, measured) = (start, events)
            let tasks = Int(measured.map(\.tid).max() ?? 0) + 1
            let amount = Double(min(measuredFaults, shape.faults))
            return Workload(
                amount: amount, baselineAmount: amount,
                subject: {
                    // The copy of the tables, made at the first change, is measured too.
                    var replay = warm
                    var sum: UInt64 = 0
                    for event in measured { sum &+= consume(event, into: &replay) }
                    return sum &+ replay.counters.placements
                },
                baseline: {
                    var table = [UInt64](repeating: 0, count: tasks * shape.nodes)
                    for event in measured {
                        guard case .hintFault(_, let node, let pages, _, _) = event.payload else { continue }
                        table[Int(event.tid) * shape.nodes + Int(node)] &+= UInt64(pages)
                    }
                    return table.reduce(0, &+)
                }, note: note(shape, warm, measured))
        }
    }

    /// Takes an event and what comes out of it, as a drive does.
    @inline(__always)
    static func consume(_ event: BalancingEvent, into replay: inout BalancingReplay) -> UInt64 {
        replay.consume(event)
        var sum: UInt64 = 0
        while let decision = replay.takeDecision() { sum &+= UInt64(bitPattern: Int64(decision.tid)) }
        replay.dropLedgerChanges()
        return sum
    }

    private static func note(
        _ shape: SyntheticTrace.Shape, _ warm: BalancingReplay, _ events: [BalancingEvent]
    ) -> String {
        var replay = warm
        for event in events { _ = consume(event, into: &replay) }
        let placements = replay.counters.placements - warm.counters.placements
        return "\(shape.tasks) tasks, \(shape.nodes) nodes: \(events.count) events, \(measuredFaults) faults, "
            + "\(placements) placements, \(replay.counters.groupsCreated) groups, "
            + "\(replay.counters.joins) joins since the start"
    }

    /// A replay as the daemon's kernel of choice would be replayed.
    static func make(_ drive: ReplayDrive, _ layout: NodeLayout, _ oracle: TieOracle = TieOracle()) -> BalancingReplay {
        BalancingReplay(profile: profile, layout: layout, options: ReplayOptions(drive: drive, tieOracle: oracle))
    }

    static let profile = KernelProfile(release: .init(6, 12))

    /// The machine a made-up trace was made on.
    static func layout(_ shape: SyntheticTrace.Shape) -> NodeLayout {
        let nodes = (0..<shape.nodes).map { node in
            Machine.Node(
                id: NodeID(node), cpus: CPUSet(node * shape.cpusPerNode..<(node + 1) * shape.cpusPerNode),
                memoryBytes: 64 << 30)
        }
        let cpus = CPUSet(0..<shape.cpus)
        return NodeLayout(
            machine: Machine(
                nodes: nodes, distances: DistanceMatrix(assumedFor: nodes.map(\.id)), possibleCPUs: cpus,
                onlineCPUs: cpus))
    }
}
