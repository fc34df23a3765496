import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

/// The node of a thread whose last CPU is not online any more.
@Suite struct LastNodeTests {
    private func bench() -> LedgerBench {
        let bench = LedgerBench()
        bench.root.change { root in
            let first = FakeTask(pid: 10)
            var second = FakeTask(pid: 11)
            second.cpu = 3
            root.put(first, threads: [first, second])
        }
        return bench
    }

    private static func machine(online: CPUSet) -> Machine {
        Machine(
            nodes: [
                .init(id: node0, cpus: CPUSet([0, 1]).intersection(online)),
                .init(id: node1, cpus: CPUSet([2, 3]).intersection(online)),
            ], distances: nil, possibleCPUs: [0, 1, 2, 3], onlineCPUs: online)
    }

    private func nodes(_ bench: borrowing LedgerBench) -> [NodeID?] {
        bench.reader.processes[10]?.threads.values.sorted { $0.record.tid < $1.record.tid }.map(\.record.node) ?? []
    }

    @Test("A CPU that was online when it was read keeps its node")
    func remembered() throws {
        var bench = bench()
        try bench.reader.read(machine: Self.machine(online: [0, 1, 2, 3]), threadLimit: 100, now: 1)
        #expect(nodes(bench) == [node0, node1])
        try bench.reader.read(machine: Self.machine(online: [0, 1, 2]), threadLimit: 100, now: 2)
        #expect(nodes(bench) == [node0, node1])
    }

    @Test("A CPU that was offline from the beginning has the node it links to, else none")
    func linked() throws {
        var bench = bench()
        try bench.reader.read(machine: Self.machine(online: [0, 1, 2]), threadLimit: 100, now: 1)
        #expect(nodes(bench) == [node0, nil])
        bench.root.change { $0.addLink("/sys/devices/system/cpu/cpu3/node1", target: "../../node/node1") }
        try bench.reader.read(machine: Self.machine(online: [0, 1, 2]), threadLimit: 100, now: 2)
        #expect(nodes(bench) == [node0, node1])
    }
}
