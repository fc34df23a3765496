import BalancingModel
import Testing
import Tracing

@Suite struct FtraceEventTests {
    private static let jiffies: UInt64 = 4_294_893_086

    @Test func readsOneLineOfEachEventOfARealTrace() {
        let (records, diagnostics) = parse(sampleTrace)
        #expect(diagnostics.problems.map(\.kind) == [.outOfOrder], "the fifteenth line is behind the fourteenth")
        #expect(diagnostics.commentLines == 7)
        #expect(diagnostics.entriesInBuffer == 24)
        #expect(diagnostics.entriesWritten == 24)
        #expect(diagnostics.headerCPUs == 8)
        #expect(diagnostics.highestCPU == 7)
        #expect(diagnostics.form == .ftrace)
        let mark = {
            var mark = BalancingEvent.LedgerMark(tid: 219)
            mark.cpu = 3
            mark.sumExecRuntimeNanoseconds = 3_684_783_344
            mark.scanSequence = 3
            mark.pagesMigrated = 152
            mark.preferredNode = 2
            mark.totalFaults = 2068
            mark.currentNode = 1
            mark.groupID = 221
            mark.nodes = [
                .init(node: 0, taskPrivate: 2021, taskShared: 3, groupPrivate: 5673, groupShared: 4),
                .init(node: 1, taskPrivate: 6, taskShared: 3, groupPrivate: 3601, groupShared: 4),
            ]
            return mark
        }()
        let expected: [BalancingEvent] = [
            event(3_169_450, tid: 209, cpu: 7, .newTask(pid: 210, cloneFlags: 0x1200000)),
            event(3_169_812, tid: 209, cpu: 7, .fork(parent: 209, child: 210)),
            event(3_170_207, tid: 0, cpu: 4, .schedSwitch(previous: 0, previousState: UInt8(ascii: "R"), next: 210)),
            event(3_194_364, tid: 211, cpu: 7, .migrateTask(pid: 212, originCPU: 5, destinationCPU: 6)),
            event(3_195_226, tid: 211, cpu: 7, .exit(pid: 211)),
            event(3_314_434, tid: 213, cpu: 6, .placement),
            event(
                3_314_435, tid: 213, cpu: 6, .measuredPlacement(BalancingEvent.PlacementState { UInt64(10 + $0) })),
            event(3_523_754, tid: 219, cpu: 0, .scanWork(jiffies: 4_294_893_074)),
            event(
                3_524_173, tid: 219, cpu: 0,
                .skipVMA(scanOffset: 0, start: 0x400000, end: 0x48c000, reason: .unsuitable)),
            event(3_524_327, tid: 219, cpu: 0, .scanRange(start: 0x4bd000, end: 0x4c3000)),
            event(3_542_964, tid: 219, cpu: 0, .scanRangeReturn(updatedPages: 3)),
            event(3_575_053, tid: 221, cpu: 2, .misplaced(address: 0x7eff_a0a2_1000)),
            event(3_575_121, tid: 221, cpu: 2, .misplacedReturn(target: -1)),
            event(
                3_575_210, tid: 221, cpu: 2,
                .hintFault(lastCPUPID: 2_097_151, memNode: 1, pages: 1, flags: .faultLocal, jiffies: Self.jiffies)),
            event(3_684_771, tid: 219, cpu: 0, .migrateCheck(source: 3, cpu: 0)),
            event(3_684_695, tid: 219, cpu: 0, .scanDone(jiffies: 4_294_893_114)),
            event(3_685_007, tid: 221, cpu: 2, .setPreferred(node: 1)),
            event(3_687_142, tid: 219, cpu: 0, .migratePages(succeeded: 1, failed: 0, isNUMAMisplaced: true)),
            event(
                5_763_878, tid: 221, cpu: 3,
                .moveNUMA(
                    .init(
                        pid: 221, groupID: 221, sourceCPU: 3, sourceNode: 1, otherPID: 0, otherGroupID: 0,
                        destinationCPU: 6, destinationNode: 3))),
            event(
                5_779_078, tid: 221, cpu: 3,
                .stickNUMA(
                    .init(
                        pid: 221, groupID: 221, sourceCPU: 3, sourceNode: 1, otherPID: 0, otherGroupID: 0,
                        destinationCPU: -1, destinationNode: -1))),
            event(7_091_226, tid: 209, cpu: 1, .mark(mark)),
            event(
                7_204_713, tid: 209, cpu: 1,
                .vmstat([
                    .init(name: "numa_hit", value: 57765), .init(name: "numa_pte_updates", value: 0),
                    .init(name: "numa_hint_faults", value: 12),
                ])),
        ]
        #expect(records.map(\.event) == expected)
    }

    @Test(arguments: [
        // As the kernel prints it, and without the jiffy.
        ("(task_numa_fault+0x0/0x10) last_cpupid=2097151 mem_node=1 pages=1 flags=0x8", UInt64?.none),
        // Decimal flags, hexadecimal numbers.
        ("(task_numa_fault) last_cpupid=0x1fffff mem_node=0x1 pages=1 flags=8 j=5", 5),
        // Fields in another order, with unknown ones between.
        ("(ffffffff8113f2b4) flags=0x8 extra=1 pages=1 other=-2 mem_node=1 j=0x5 last_cpupid=2097151", 5),
        // A blank more.
        ("  (x)  last_cpupid=2097151   mem_node=1 pages=1 flags=0x8  ", nil),
    ])
    func acceptsNumbersInEitherBaseAndFieldsInAnyOrder(text: String, jiffies: UInt64?) {
        #expect(
            event("              wl-221     [002] .....     3.575210: hint_fault: \(text)")?.payload
                == .hintFault(lastCPUPID: 2_097_151, memNode: 1, pages: 1, flags: .faultLocal, jiffies: jiffies))
    }

    @Test(arguments: ["-1", "4294967295", "0xffffffff", "18446744073709551615", "0xffffffffffffffff"])
    func readsMinusOneHoweverItIsPrinted(text: String) {
        #expect(
            event("              wl-221     [002] .....     3.5: misplaced_ret: (a <- b) target=\(text)")?.payload
                == .misplacedReturn(target: -1))
    }

    @Test(arguments: [
        // 6.1
        (
            "nr_succeeded=1 nr_failed=2 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 mode=MIGRATE_ASYNC reason=numa_misplaced",
            true
        ),
        // 6.12
        (
            "nr_succeeded=1 nr_failed=2 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=0 reason=5",
            true
        ),
        ("nr_succeeded=1 nr_failed=2 mode=MIGRATE_SYNC reason=0x5", true),
        ("nr_succeeded=1 nr_failed=2 mode=MIGRATE_SYNC reason=compaction", false),
        ("nr_succeeded=1 nr_failed=2 mode=MIGRATE_SYNC reason=numa_misplaced2", false),
        ("nr_succeeded=1 nr_failed=2 mode=MIGRATE_SYNC reason=55", false),
    ])
    func readsMigrationsOfAllKernels(text: String, isNUMAMisplaced: Bool) {
        #expect(
            event("              wl-221     [002] .....     3.5: mm_migrate_pages: \(text)")?.payload
                == .migratePages(succeeded: 1, failed: 2, isNUMAMisplaced: isNUMAMisplaced))
    }

    @Test(arguments: [
        ("unsuitable", BalancingEvent.SkipReason.unsuitable), ("shared_ro", .sharedReadOnly),
        ("inaccessible", .inaccessible), ("scan_delay", .scanDelay), ("pid_inactive", .pidInactive),
        ("ignore_pid_inactive", .ignorePID), ("seq_completed", .sequenceCompleted), ("5", .ignorePID),
        ("0x6", .sequenceCompleted), ("new_reason", .unknown), ("77", .unknown),
    ])
    func readsReasonsAsTextOrNumber(text: String, reason: BalancingEvent.SkipReason) {
        #expect(
            event(
                "              wl-221     [002] .....     3.5: sched_skip_vma_numa: "
                    + "numa_scan_offset=7F00 vm_start=400000 vm_end=7FFCA0 reason=\(text)")?.payload
                == .skipVMA(scanOffset: 0x7f00, start: 0x400000, end: 0x7ffca0, reason: reason))
    }

    @Test(arguments: [
        "wl", "a b", "x prev_pid=9 y", " ", "==> next_comm=q", "prev_comm=", "-1 [000] 1.0: a", "123456789012345",
        "   next_pid=1  ",
    ])
    func readsSwitchesWhateverTheTasksAreCalled(name: String) {
        let text =
            "prev_comm=\(name) prev_pid=7 prev_prio=120 prev_state=S+ ==> next_comm=\(name) next_pid=8 next_prio=1"
        #expect(
            event("              wl-221     [002] d..2.     3.5: sched_switch: \(text)")?.payload
                == .schedSwitch(previous: 7, previousState: UInt8(ascii: "S"), next: 8))
        let short = "\(name):7 [120] D ==> \(name):8 [98]"
        #expect(
            event("              wl-221     [002] d..2.     3.5: sched_switch: \(short)")?.payload
                == .schedSwitch(previous: 7, previousState: UInt8(ascii: "D"), next: 8))
    }

    @Test(arguments: [
        (
            "sched_process_exec: filename=/tmp/a pid=1 old_pid=2 b pid=30 old_pid=31",
            BalancingEvent.Payload.exec(pid: 30, oldPID: 31)
        ),
        ("sched_process_exit: comm=a pid=9 pid=30 prio=120 group_dead=true", .exit(pid: 30)),
        ("sched_process_free: comm=a pid=9 pid=30 prio=120", .free(pid: 30)),
        ("sched_process_fork: comm=a b pid=1 child_comm=c child_pid=9 child_pid=2", .fork(parent: 1, child: 2)),
        (
            "task_newtask: pid=4 comm=clone_flags=1 clone_flags=3d0f00 oom_score_adj=-17",
            .newTask(pid: 4, cloneFlags: 0x3d0f00)
        ),
        ("sched_skip_cpuset_numa: comm=a b pid=4 tgid=4 ngid=0 mem_nodes_allowed=0-1,3", .skipCPUSet(pid: 4)),
        (
            "sched_migrate_task: comm=kworker/0:1 pid=4 prio=120 orig_cpu=1 dest_cpu=0",
            .migrateTask(pid: 4, originCPU: 1, destinationCPU: 0)
        ),
    ])
    func readsTaskEventsWhateverTheTasksAreCalled(text: String, payload: BalancingEvent.Payload) {
        #expect(event("              wl-221     [002] .....     3.5: \(text)")?.payload == payload)
    }

    @Test(arguments: [
        "hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=2097151 mem_node=1 pages=1",
        "hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=x mem_node=1 pages=1 flags=0x8",
        "hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=99999999999 mem_node=1 pages=1 flags=0x8",
        "hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=1 mem_node=1 pages=1 flags=0x8g",
        "hint_fault: last_cpupid=1 mem_node=1 pages=1 flags=0x8",
        "hint_fault:",
        "misplaced: (mpol_misplaced+0x4/0x220) addr=",
        "misplaced: (mpol_misplaced+0x4/0x220) addr=0x",
        "misplaced: (mpol_misplaced+0x4/0x220) addr=0x1ffffffffffffffff",
        "misplaced: (mpol_misplaced+0x4/0x220",
        "sched_switch: prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=b",
        "sched_move_numa: pid=221 tgid=213",
        "scan_range: (x) start=0x1",
        "mm_migrate_pages: nr_succeeded=1 nr_failed=0 mode=MIGRATE_ASYNC",
        "tracing_mark_write: SCHED notatask 3 numa_group_id=1;",
    ])
    func countsEventsWithMissingOrBrokenFields(text: String) {
        let (records, diagnostics) = parse("              wl-221     [002] .....     3.575210: \(text)\n")
        #expect(records.isEmpty)
        #expect(diagnostics.count(of: .malformedFields) == 1)
        #expect(diagnostics.problems.first?.line == 1)
        #expect(diagnostics.problems.first?.event != nil)
        #expect(diagnostics.isLossy)
    }
}
