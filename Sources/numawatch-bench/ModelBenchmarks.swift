import BalancingModel
import NUMATopology
import Tracing

/// The model alone, fed with events in memory, against a loop that only counts each fault where it happened.
enum ModelBenchmarks {
    static var all: [Benchmark] {
        [
            benchmark("model.shadow", .shadow, large, target: .atLeast(3)),
            benchmark("model.blind", .blind, large, target: .atLeast(3)),
            benchmark("model.shadow-2n", .shadow, .init(faults: 200_000, tasks: 16, nodes: 2)),
        ]
    }

    /// The machine of the demand: 1,000 tasks, 64 nodes.
    private static let large = SyntheticTrace.Shape(faults: 200_000)

    private static func benchmark(
        _ name: String, _ drive: ReplayDrive, _ shape: SyntheticTrace.Shape, target: Benchmark.Target? = nil
    ) -> Benchmark {
        Benchmark(name: name, unit: .millionFaults, baselineName: "array increments", target: target) {
            let events = SyntheticTrace(shape).map(\.event)
            let machine = layout(shape)
            let tasks = Int(events.map(\.tid).max() ?? 0) + 1
            let amount = Double(shape.faults)
            return Workload(
                amount: amount, baselineAmount: amount,
                subject: {
                    var replay = make(drive, machine)
                    var sum: UInt64 = 0
                    for event in events {
                        replay.consume(event)
                        while let decision = replay.takeDecision() { sum &+= UInt64(bitPattern: Int64(decision.tid)) }
                        replay.dropLedgerChanges()
                    }
                    replay.finish()
                    return sum &+ replay.counters.accountedFaults
                },
                baseline: {
                    var table = [UInt64](repeating: 0, count: tasks * shape.nodes)
                    for event in events {
                        guard case .hintFault(_, let node, let pages, _, _) = event.payload else { continue }
                        table[Int(event.tid) * shape.nodes + Int(node)] &+= UInt64(pages)
                    }
                    return table.reduce(0, &+)
                }, note: "\(shape.faults) faults, \(shape.tasks) tasks, \(shape.nodes) nodes")
        }
    }

    /// A replay as the daemon's kernel of choice would be replayed.
    static func make(_ drive: ReplayDrive, _ layout: NodeLayout) -> BalancingReplay {
        BalancingReplay(
            profile: KernelProfile(release: .init(6, 12)), layout: layout, options: ReplayOptions(drive: drive))
    }

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
