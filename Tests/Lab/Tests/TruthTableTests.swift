import Lab
import Testing

@Suite struct TruthTableTests {
    /// Two windows of a thread on CPU 3 (node 1), whose data came to it in the first; `0` is before its work.
    static let text = """
        numawatch-truth version=1 cpus=6 nodes=2 lines=32768 delay=0
        mark seed=private run=private-on-1 window=0
        vcpu cpu=3 user=900 kernel=9000
        data cpu=3 node=0 slot=1 reads=0 writes=2048 fills=2048
        root name=exc_page_fault entries=0 instructions=0
        end thread_ns=5 lost=0
        mark seed=private run=private-on-1 window=1
        vcpu cpu=0 user=7 kernel=70
        vcpu cpu=3 user=1000 kernel=400
        data cpu=3 node=0 slot=0 reads=11 writes=12 fills=13
        data cpu=3 node=0 slot=1 reads=10 writes=10 fills=10
        data cpu=3 node=1 slot=1 reads=30 writes=30 fills=20
        root name=task_numa_work entries=2 instructions=100
        root name=migrate_misplaced_folio_prepare entries=5 instructions=20
        root name=migrate_misplaced_folio entries=5 instructions=200
        root name=exc_page_fault entries=6 instructions=60
        end thread_ns=1000 lost=1
        mark seed=private run=private-on-1 window=2
        vcpu cpu=3 user=1000 kernel=20
        data cpu=3 node=1 slot=1 reads=40 writes=40 fills=30
        root name=task_numa_work entries=0 instructions=0
        end thread_ns=900 lost=0
        mark exit
        vcpu cpu=0 user=1 kernel=2

        """

    @Test("A table is read mark by mark; what comes after the last is the emulator's end")
    func whole() throws {
        let table = try TruthTable(parsing: Self.text, file: "t")
        #expect((table.cpuCount, table.nodeCount, table.lineCount, table.delay) == (6, 2, 32768, 0))
        #expect(table.marks.map(\.window) == [0, 1, 2])
        let window = table.windows(of: "private-on-1")[1]
        #expect(window.seed == "private")
        let (vcpu, data) = (try #require(window.vcpus.last), try #require(window.data.last))
        #expect((vcpu.cpu, vcpu.userInstructions, vcpu.kernelInstructions) == (3, 1000, 400))
        #expect((data.cpu, data.node, data.slot) == (3, 1, 1))
        #expect((data.reads, data.writes, data.fills) == (30, 30, 20))
        let function = try #require(window.functions.first)
        #expect((function.name, function.entries, function.instructions) == ("task_numa_work", 2, 100))
        #expect((window.threadNanoseconds, window.lost) == (1000, 1))
        #expect(table.windows(of: "private-off-1") == [])
    }

    @Test(
        "What is not as the plugin writes it is refused with file, line and reason",
        arguments: [
            ("", "t:1: it does not begin with"),
            ("numawatch-truth version=2 cpus=6 nodes=2 lines=1 delay=0", "t:1: it does not begin with"),
            ("numawatch-truth version=1 cpus=6 nodes=2 lines=1", "t:1: numawatch-truth has no delay="),
            (head + "vcpu cpu=0 user=1 kernel=2\n", "t:2: it belongs to no mark"),
            (head + "mark seed=a run=b\n", "t:2: mark has no window="),
            (head + mark + "vcpu cpu=x user=1 kernel=2\n", "t:3: cpu=x is no number"),
            (head + mark + "data cpu=0 node=0 slot=1 reads=1 writes=1 fills=-1\n", "t:3: fills=-1 is no number"),
            (head + mark + "unknown root\n", "t:3: there are no lines of the kind unknown"),
            (head + mark + mark, "t:3: the mark before it has no end"),
            (head + mark + "vcpu cpu=0 user=1 kernel=2\n", "t:3: the file ends within a mark"),
        ])
    func malformed(_ text: String, _ reason: String) throws {
        let error = try #require(throws: LabFailure.self) { try TruthTable(parsing: text, file: "t") }
        #expect("\(error)".contains(reason), "\(error)")
    }

    private static let head = "numawatch-truth version=1 cpus=6 nodes=2 lines=1 delay=0\n"
    private static let mark = "mark seed=a run=b window=0\n"

    @Test("Memory that is bound to a node has to have been counted there")
    func calibration() throws {
        func table(_ nodes: [Int]) throws -> TruthTable {
            var text = Self.head
            for (window, node) in nodes.enumerated() {
                text += "mark seed=calibration run=calibration window=\(window)\n"
                text += "data cpu=2 node=\(node) slot=15 reads=0 writes=64 fills=64\nend thread_ns=0 lost=0\n"
            }
            return try TruthTable(parsing: text, file: "t")
        }
        let topology = TruthMachine.twoNodes.topology
        #expect(TruthRun.calibrationProblems(try table([0, 1]), topology) == [])
        #expect(
            TruthRun.calibrationProblems(try table([0, 0]), topology) == [
                "memory bound to node 1 was counted on node 0"
            ])
        #expect(
            TruthRun.calibrationProblems(try table([0]), topology) == ["memory bound to node 1 was counted on no node"])
    }
}
