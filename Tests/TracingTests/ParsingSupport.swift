import BalancingModel
import Tracing

/// Parses text in chunks of `chunkBytes` (all at once by default).
func parse(_ text: String, chunkBytes: Int = .max) -> (records: [TraceRecord], diagnostics: TraceDiagnostics) {
    parse(bytes: Array(text.utf8), chunkBytes: chunkBytes)
}

func parse(bytes: [UInt8], chunkBytes: Int = .max) -> (records: [TraceRecord], diagnostics: TraceDiagnostics) {
    var parser = FtraceTextParser()
    var records: [TraceRecord] = []
    var start = 0
    while start < bytes.count {
        let end = start + min(chunkBytes, bytes.count - start)
        parser.parse(bytes.span.extracting(start..<end), into: &records)
        start = end
    }
    parser.finish()
    return (records, parser.diagnostics)
}

/// The only event of one line, which must be parsed without complaint.
func event(_ line: String) -> BalancingEvent? {
    let (records, diagnostics) = parse(line + "\n")
    return records.count == 1 && diagnostics.problems.isEmpty ? records[0].event : nil
}

func event(
    _ microseconds: UInt64, tid: Int32, cpu: Int32, _ payload: BalancingEvent.Payload
) -> BalancingEvent {
    BalancingEvent(timeNanoseconds: microseconds * 1000, tid: tid, cpu: cpu, payload: payload)
}

/// One line of each kind, as a 6.12 kernel printed them, behind the header of a real trace.
let sampleTrace = """
    # tracer: nop
    #
    # entries-in-buffer/entries-written: 24/24   #P:8
    #
    #                                _-----=> irqs-off/BH-disabled
    #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
    #              | |         |   |||||     |         |
                 job-209     [007] .....     3.169450: task_newtask: pid=210 comm=job clone_flags=1200000 oom_score_adj=0
                 job-209     [007] .....     3.169812: sched_process_fork: comm=job pid=209 child_comm=job child_pid=210
              <idle>-0       [004] d..2.     3.170207: sched_switch: prev_comm=swapper/4 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=job next_pid=210 next_prio=120
                grep-211     [007] d..3.     3.194364: sched_migrate_task: comm=tr pid=212 prio=120 orig_cpu=5 dest_cpu=6
                grep-211     [007] .....     3.195226: sched_process_exit: comm=grep pid=211 prio=120
                  wl-213     [006] .....     3.314434: placement: (task_scan_max+0x0/0x180)
                  wl-213     [006] .....     3.314435: placement: (task_scan_max+0x0/0x180) exec_start=10 sum_exec_runtime=11 load_sum=12 last_task_numa_placement=13 last_sum_exec_runtime=14 faults_remote=15 faults_local=16 faults_failed=17
                  wl-219     [000] .....     3.523754: scan_work: (task_numa_work+0x4/0x920) j=4294893074
                  wl-219     [000] .....     3.524173: sched_skip_vma_numa: numa_scan_offset=0 vm_start=400000 vm_end=48C000 reason=unsuitable
                  wl-219     [000] .....     3.524327: scan_range: (change_prot_numa+0x4/0x100) start=0x4bd000 end=0x4c3000
                  wl-219     [000] .....     3.542964: scan_range_ret: (task_numa_work+0x3c1/0x920 <- change_prot_numa) updated=3
                  wl-221     [002] ...1.     3.575053: misplaced: (mpol_misplaced+0x4/0x220) addr=0x7effa0a21000
                  wl-221     [002] ...1.     3.575121: misplaced_ret: (__handle_mm_fault+0xa69/0xf90 <- mpol_misplaced) target=-1
                  wl-221     [002] .....     3.575210: hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=2097151 mem_node=1 pages=1 flags=0x8 j=4294893086
                  wl-219     [000] ...1.     3.684771: migrate_check: (should_numa_migrate_memory+0x4/0x480) src=3 cpu=0
                  wl-219     [000] .....     3.684695: scan_done: (task_work_run+0x5c/0x90 <- task_numa_work) j=4294893114
                  wl-221     [002] .....     3.685007: set_preferred: (sched_setnuma+0x4/0x170) nid=1
                  wl-219     [000] .....     3.687142: mm_migrate_pages: nr_succeeded=1 nr_failed=0 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_ASYNC reason=numa_misplaced
                  wl-221     [003] .....     5.763878: sched_move_numa: pid=221 tgid=213 ngid=221 src_cpu=3 src_nid=1 dst_cpu=6 dst_nid=3
                  wl-221     [003] .....     5.779078: sched_stick_numa: src_pid=221 src_tgid=213 src_ngid=221 src_cpu=3 src_nid=1 dst_pid=0 dst_tgid=0 dst_ngid=0 dst_cpu=-1 dst_nid=-1
                 job-209     [001] .....     7.091226: tracing_mark_write: SCHED 219 3 se.sum_exec_runtime:3684.783344;mm->numa_scan_seq:3;numa_pages_migrated:152;numa_preferred_nid:2;total_numa_faults:2068;current_node=1, numa_group_id=221;numa_faults node=0 task_private=2021 task_shared=3 group_private=5673 group_shared=4;numa_faults node=1 task_private=6 task_shared=3 group_private=3601 group_shared=4;
                 job-209     [001] .....     7.204713: tracing_mark_write: VMSTAT numa_hit 57765 numa_pte_updates 0 numa_hint_faults 12\u{20}

    """
