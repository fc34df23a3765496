import LinuxSystem
import Logging
import NUMATopology
import Snapshots

@testable import DaemonRuntime

/// A machine with as many nodes of one CPU each.
func machine(nodes: Int) -> Machine {
    Machine(
        nodes: (0..<nodes).map { Machine.Node(id: NodeID($0), cpus: CPUSet([$0])) }, distances: nil,
        possibleCPUs: CPUSet(0..<nodes), onlineCPUs: CPUSet(0..<nodes))
}

/// The snapshot of a round.
func snapshot(_ sequence: UInt64 = 1, nodes: Int = 2, atNanoseconds: UInt64 = 0) -> HostSnapshot {
    var snapshot = HostSnapshot(
        sequence: sequence, wallClockNanoseconds: 0, monotonicNanoseconds: atNanoseconds, machine: machine(nodes: nodes)
    )
    snapshot.host.balancingMode = 1
    snapshot.cost.tiers = [CostReport.Tier(name: "host", configuredIntervalNanoseconds: 5_000_000_000)]
    return snapshot
}

/// A reporter whose log and events a test can read.
struct ReporterProbe {
    let sink = RecordingSink()
    let log = EventLog()
    let time = ManualTime()

    var reporter: EventReporter {
        let handler = RecordLogHandler(sink: sink, level: .trace)
        return EventReporter(logger: Logger(label: "t") { _ in handler }, log: log, time: time)
    }

    /// The kinds of what was logged, in order.
    var kinds: [DaemonEvent?] { sink.records.map(\.event) }
}
