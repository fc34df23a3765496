import BalancingModel
import Testing

@testable import Tracing

@Suite("Writing marks")
struct MarkWriterTests {
    /// As `/proc/219/task/219/sched` of Linux 6.12 has it, shortened.
    private static let sched = """
        wl (219, #threads: 4)
        -------------------------------------------------------------------
        se.exec_start                                :         12345.678901
        se.sum_exec_runtime                          :          3684.783344
        nr_switches                                  :                  812
        mm->numa_scan_seq                            :                    3
        numa_pages_migrated                          :                  152
        numa_preferred_nid                           :                    1
        total_numa_faults                            :                 2068
        current_node=1, numa_group_id=221
        numa_faults node=0 task_private=40 task_shared=3 group_private=56 group_shared=4
        numa_faults node=1 task_private=2021 task_shared=4 group_private=5673 group_shared=5

        """

    private static func ledger(
        _ text: String, process: Int32? = nil, cpu: Int32? = nil, isStart: Bool = false
    ) -> [UInt8]? {
        let bytes = Array(text.utf8)
        return MarkWriter.ledger(tid: 219, process: process, cpu: cpu, isStart: isStart, sched: bytes.span)
    }

    private static func vmstat(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        return MarkWriter.vmstat(bytes.span)
    }

    @Test("a task's file becomes a mark that reads back as what the kernel printed")
    func ledger() throws {
        let mark = try #require(Self.ledger(Self.sched, cpu: 3))
        #expect(
            String(decoding: mark, as: UTF8.self) == "SCHED 219 3 se.sum_exec_runtime:3684.783344;"
                + "mm->numa_scan_seq:3;numa_pages_migrated:152;numa_preferred_nid:1;total_numa_faults:2068;"
                + "current_node=1, numa_group_id=221;"
                + "numa_faults node=0 task_private=40 task_shared=3 group_private=56 group_shared=4;"
                + "numa_faults node=1 task_private=2021 task_shared=4 group_private=5673 group_shared=5;")
        guard case .ledger(let read, nil) = MarkText.parse(mark.span, from: 0) else {
            Issue.record("not a whole mark")
            return
        }
        #expect(read.tid == 219)
        #expect(read.cpu == 3)
        #expect(read.sumExecRuntimeNanoseconds == 3_684_783_344)
        #expect(read.totalFaults == 2068)
        #expect(read.groupID == 221)
        #expect(read.nodes.map(\.taskPrivate) == [40, 2021])
    }

    @Test("where the group lies among others is written before the lines, and read back")
    func groupOrder() throws {
        let bytes = Array(Self.sched.utf8)
        let written = MarkWriter.ledger(
            tid: 219, process: 217, isStart: true, groupOrder: 18_000_000_000_000_000_001, sched: bytes.span)
        let mark = try #require(written)
        #expect(
            String(decoding: mark, as: UTF8.self).hasPrefix(
                "SCHED 219 tgid:217;start:1;numa_group_order:18000000000000000001;se.sum_exec_runtime"))
        guard case .ledger(let read, nil) = MarkText.parse(mark.span, from: 0) else {
            Issue.record("not a whole mark")
            return
        }
        #expect(read.groupOrder == 18_000_000_000_000_000_001)
        #expect(read.groupID == 221 && read.isStart && read.processID == 217)
    }

    @Test("a task that never had a fault and a file that is empty make no mark")
    func nothing() {
        let idle = Self.sched.replacing(": 2068", with: ": 0")
            .replacing("2068", with: "0").replacing("numa_group_id=221", with: "numa_group_id=0")
        #expect(Self.ledger(idle) == nil)
        #expect(Self.ledger("") == nil)
        #expect(Self.vmstat("nr_free_pages 5\n") == nil)
    }

    @Test("where a recording begins, every thread has a mark, and one without a ledger a short one")
    func start() throws {
        let mark = try #require(Self.ledger(Self.sched, process: 217, isStart: true))
        guard case .ledger(let read, nil) = MarkText.parse(mark.span, from: 0) else {
            Issue.record("not a whole mark")
            return
        }
        #expect(read.isStart)
        #expect(read.processID == 217)
        #expect(read.nodes.count == 2)
        let idle = Self.sched.replacing(": 2068", with: ": 0").replacing("2068", with: "0")
            .replacing("numa_group_id=221", with: "numa_group_id=0")
        let short = try #require(Self.ledger(idle, process: 217, isStart: true))
        #expect(
            String(decoding: short, as: UTF8.self) == "SCHED 219 tgid:217;start:1;se.sum_exec_runtime:3684.783344;"
                + "mm->numa_scan_seq:3;numa_pages_migrated:152;numa_preferred_nid:1;total_numa_faults:0;"
                + "current_node=1, numa_group_id=0;")
        #expect(Self.ledger("", process: 217, isStart: true) == nil)
    }

    @Test("vmstat's counters of NUMA become a mark")
    func vmstat() throws {
        let text = "nr_free_pages 5\nnuma_hit 7\nnuma_hint_faults 12\nnuma_pages_migrated 3"
        let mark = try #require(Self.vmstat(text))
        guard case .vmstat(let counters) = MarkText.parse(mark.span, from: 0) else {
            Issue.record("no mark")
            return
        }
        #expect(counters.map(\.name) == ["numa_hit", "numa_hint_faults", "numa_pages_migrated"])
        #expect(counters.map(\.value) == [7, 12, 3])
    }
}
