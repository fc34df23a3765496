import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

/// What becomes of figures by node where the node of a thread, or the thread itself, cannot be told.
struct UnknownNodeTests {
    private func record(_ bench: borrowing LedgerBench, _ machine: Machine = .twoNodes) throws -> ProcessRecord {
        let process = try #require(bench.reader.processes[10])
        // Made anew: the machine may be another one.
        process.record = nil
        return SnapshotAssembly.record(
            of: process, units: bench.reader.units, nodeByCPU: machine.nodeByCPU(),
            onlineCPUs: machine.onlineCPUs)
    }

    private static func threeThreads(_ root: inout MemoryRoot) {
        let first = FakeTask(pid: 10)
        root.put(first, threads: [first, FakeTask(pid: 11, cpu: 2), FakeTask(pid: 12, cpu: 3)])
    }

    // A CPU that no node lists, a thread whose stat is not in the copy, cannot be opened, or makes no sense.
    @Test(arguments: ["no such CPU", "missing", "refused", "garbled"])
    func `a thread whose node cannot be told is unlocated beside the others`(cause: String) throws {
        let path = "/proc/10/task/12/stat"
        var bench = LedgerBench()
        bench.root.change { root in
            Self.threeThreads(&root)
            switch cause {
            case "missing": root.remove(path)
            case "refused": root.fail(path, with: .permissionDenied)
            case "garbled": root.addFile(path, text: "12 (work")
            default: root.addFile(path, text: FakeTask(pid: 12, cpu: 77).stat(threads: 3))
            }
        }
        bench.round()
        bench.round()
        let threads = try record(bench).threadsByNode
        #expect(threads[node0] == 1 && threads[node1] == 1)
        #expect(threads.unlocated == 1)
        #expect(threads.total == 3)
    }

    @Test func `threads that cannot be listed are all unlocated`() throws {
        var bench = LedgerBench()
        bench.root.change { root in
            Self.threeThreads(&root)
            root.remove("/proc/10/task")
        }
        bench.round()
        let threads = try record(bench).threadsByNode
        #expect(threads.unlocated == 3)
        #expect(threads.whereLocated == nil)
    }

    @Test func `on a machine whose nodes are not known no thread, allowed CPU or displaced task is told of any`() throws
    {
        var bench = LedgerBench()
        bench.root.change { root in
            var task = FakeTask(pid: 10)
            task.preferredNode = 1
            root.put(task)
        }
        let unknown = Machine(nodes: [], distances: nil, possibleCPUs: [], onlineCPUs: [])
        try bench.reader.read(machine: unknown, threadLimit: 100, now: secondNanoseconds)
        let record = try record(bench, unknown)
        #expect(record.threadsByNode.whereLocated == nil)
        #expect(record.allowedCPUNodes == nil)
        #expect(record.ledger?.tasksByPreferredNode[node1] == 1)
        #expect(record.ledger?.tasksOffPreferredNode == nil)
        #expect(
            SnapshotAssembly.groups(of: [record], totals: GroupTotals()).first?.ledger?.tasksOffPreferredNode == nil)
    }

    @Test func `allowed nodes are unknown where an online CPU that is allowed has no node`() throws {
        var bench = LedgerBench()
        bench.root.change { $0.put(FakeTask(pid: 10)) }
        bench.round()
        var machine = Machine.twoNodes
        #expect(try record(bench, machine).allowedCPUNodes == [node0])
        machine.nodes[0].cpus = [0]
        #expect(try record(bench, machine).allowedCPUNodes == nil)
        // One that is offline has none, and is none to run on.
        machine.onlineCPUs = [0, 2, 3]
        #expect(try record(bench, machine).allowedCPUNodes == [node0])
    }

    @Test func `CPU time of a thread whose node is not known is counted as such`() throws {
        var bench = LedgerBench()
        func ran(_ nanoseconds: UInt64) -> FakeTask {
            FakeTask(pid: 10, startTicks: 100, cpu: 77, runtimeNanoseconds: nanoseconds)
        }
        bench.root.change { $0.put(ran(1000)) }
        bench.round()
        #expect(try record(bench).cpuNanosecondsByNode == nil)
        bench.root.change { $0.put(ran(1700)) }
        bench.round()
        #expect(try record(bench).cpuNanosecondsByNode?.unlocated == 700)
        #expect(bench.reader.groupTotals["work.service"].cpuNanosecondsByNode?.unlocated == 700)
    }

    @Test func `a thread without a readable ledger has none of its figures`() throws {
        var bench = LedgerBench()
        bench.root.change { root in
            root.put(FakeTask(pid: 10))
            root.remove("/proc/10/sched")
        }
        bench.round()
        let record = try record(bench)
        let thread = try #require(record.threads.first)
        #expect(thread.privatePages == nil && thread.sharedPages == nil && thread.migratedPages == nil)
        #expect(thread.groupID == nil)
        #expect(record.ledger == nil)
        #expect(bench.reader.groupTotals["work.service"].migratedPages == nil)
    }
}
