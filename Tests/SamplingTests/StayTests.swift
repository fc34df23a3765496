import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

/// How sure it is where a thread's CPU time was spent.
@Suite("CPU time is certain on the node of a thread that cannot have left it")
struct StayTests {
    struct Step {
        var cpu: Int
        var migrations: UInt64?
        /// Whether the time since the step before is certain.
        var isCertain: Bool
    }

    // On CPUs 0 and 1 of node 0 and 2 and 3 of node 1: where it is at each reading, and how often it has changed its CPU.
    @Test(
        arguments: [
            // Never moved.
            [Step(cpu: 0, migrations: 4, isCertain: true), Step(cpu: 0, migrations: 4, isCertain: true)],
            // Once, within its node: whoever leaves a node has to come back.
            [Step(cpu: 0, migrations: 4, isCertain: true), Step(cpu: 1, migrations: 5, isCertain: true)],
            // Twice: it may have been away.
            [Step(cpu: 0, migrations: 4, isCertain: true), Step(cpu: 1, migrations: 6, isCertain: false)],
            // To another node, at some time or other.
            [
                Step(cpu: 0, migrations: 4, isCertain: true), Step(cpu: 2, migrations: 5, isCertain: false),
                Step(cpu: 2, migrations: 5, isCertain: true),
            ],
            // A kernel that does not say.
            [Step(cpu: 0, migrations: nil, isCertain: false), Step(cpu: 0, migrations: nil, isCertain: false)],
        ])
    func steps(_ steps: [Step]) throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, startTicks: 100, cpu: 0, runtimeNanoseconds: 5000)
        task.allowedCPUs = "0-3"
        task.migrations = steps[0].migrations.map { _ in 4 }
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        var certain: UInt64 = 0
        var uncertain: UInt64 = 0
        for step in steps {
            task.runtimeNanoseconds += 1000
            task.userTicks += 1
            task.cpu = step.cpu
            task.migrations = step.migrations
            bench.root.change { [task] in $0.put(task) }
            bench.round()
            // What was before counts half.
            certain = certain / 2 + (step.isCertain ? 1000 : 0)
            if !step.isCertain { uncertain += 1000 }
            let process = try #require(bench.reader.processes[10])
            #expect(process.recentCPU?.certainByNode.total == certain)
            #expect(process.uncertainCPUNanoseconds == uncertain)
            #expect(bench.reader.groupTotals["work.service"].uncertainCPUNanoseconds == uncertain)
        }
    }

    @Test("it is certain as well where the process may use one node only, whatever the kernel says of moves")
    func oneNodeAllowed() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, startTicks: 100, cpu: 1, runtimeNanoseconds: 5000)
        task.migrations = 100
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        task.runtimeNanoseconds = 6000
        task.migrations = 900
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        #expect(bench.reader.processes[10]?.recentCPU?.certainByNode[node0] == 1000)
    }

    @Test("a thread that is found on another node is counted, as often as it is found")
    func changes() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, startTicks: 100, cpu: 0, runtimeNanoseconds: 5000)
        for cpu in [0, 1, 2, 3, 0] {
            task.cpu = cpu
            task.runtimeNanoseconds += 10
            bench.root.change { [task] in $0.put(task) }
            bench.round()
        }
        #expect(bench.reader.processes[10]?.threadNodeChanges == 2)
        #expect(bench.reader.groupTotals["work.service"].threadNodeChanges == 2)
    }

    @Test("a new program begins anew: where the last one ran says nothing of its memory")
    func exec() throws {
        var bench = LedgerBench()
        var task = FakeTask(pid: 10, startTicks: 600, cpu: 0, runtimeNanoseconds: 5000)
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        #expect(bench.reader.processes[10]?.recentCPU?.byNode[node0] == 5000)
        task.command = "other"
        task.cpu = 2
        task.runtimeNanoseconds = 5100
        bench.root.change { [task] in $0.put(task) }
        bench.round()
        #expect(bench.reader.processes[10]?.recentCPU?.byNode[node0] == 0)
        #expect(bench.reader.processes[10]?.recentCPU?.byNode[node1] == 100)
    }
}
