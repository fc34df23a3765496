import BalancingModel
import Testing
import Tracing

@Suite struct MarkTextTests {
    private func line(_ text: String) -> String {
        "             job-209     [001] .....     7.091226: \(text)"
    }

    @Test(arguments: [
        "SCHED 219 3 numa_group_id=221;", "SCHED 219 numa_group_id=221",
        "SCHED 219 3 current_node=1, numa_group_id=221;",
    ])
    func readsMarksThatHoldLittleButTheGroup(text: String) throws {
        guard case .mark(let mark) = event(line("tracing_mark_write: \(text)"))?.payload else {
            Issue.record("no mark")
            return
        }
        #expect(mark.tid == 219)
        #expect(mark.groupID == 221)
        #expect(mark.nodes.isEmpty)
        #expect(mark.totalFaults == nil)
        #expect(mark.preferredNode == nil)
    }

    @Test func readsAMarkOfATaskWithoutAnything() {
        #expect(event(line("tracing_mark_write: SCHED 5"))?.payload == .mark(.init(tid: 5)))
    }

    @Test(arguments: [
        "tracing_mark_write: VMSTAT numa_hit 5", "print: tracing_mark_write: VMSTAT numa_hit 5",
        "print:                tracing_mark_write: VMSTAT numa_hit 5", "ftrace:print: 0xffffffff81: VMSTAT numa_hit 5",
        "write_marker_to_buffer: VMSTAT numa_hit 5",
    ])
    func findsMarksHoweverTheProgramNamesThem(text: String) {
        #expect(event(line(text))?.payload == .vmstat([.init(name: "numa_hit", value: 5)]))
    }

    @Test func countsMarksOfOtherPrograms() {
        let (records, diagnostics) = parse(line("tracing_mark_write: hello world") + "\n")
        #expect(records.isEmpty)
        #expect(diagnostics.foreignMarks == 1)
        #expect(!diagnostics.isLossy)
    }

    @Test func joinsMarksThatTheKernelCut() throws {
        var text = "SCHED 219 3 se.sum_exec_runtime:3684.783344;numa_group_id=221;"
        for node in 0..<16 {
            text += "numa_faults node=\(node) task_private=\(node)1 task_shared=\(node)2 group_private=\(node)3 "
            text += "group_shared=\(node)4;"
        }
        let bytes = Array(text.utf8)
        let first = String(decoding: bytes[..<1024], as: UTF8.self)
        let second = String(decoding: bytes[1024...], as: UTF8.self)
        let other = "              wl-221     [002] ...1.     7.091300: misplaced: (a) addr=0x1"
        let (records, diagnostics) = parse(
            [line("tracing_mark_write: \(first)"), other, line("tracing_mark_write: \(second)"), ""]
                .joined(separator: "\n"))
        #expect(diagnostics.foreignMarks == 0)
        #expect(diagnostics.ledgerMarks == 2)
        var nodes: [Int32] = []
        for record in records {
            guard case .mark(let mark) = record.event.payload else { continue }
            #expect(mark.tid == 219)
            for node in mark.nodes {
                nodes.append(node.node)
                #expect(node.taskPrivate == UInt64(node.node) * 10 + 1)
                #expect(node.groupShared == UInt64(node.node) * 10 + 4)
            }
        }
        #expect(nodes == Array(0..<16))
    }
}
