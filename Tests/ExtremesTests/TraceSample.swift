/// A trace with every kind of event, in the kernel's words (6.12), shortened from `traces/t-shared-2n-6.12`.
enum TraceSample {
    static let text = Array(
        """
        # tracer: nop
        #
        # entries-in-buffer/entries-written: 40/44   #P:8
        #
                 job-199     [006] .....     3.591103: task_newtask: pid=211 comm=job clone_flags=1200000 oom_score_adj=0
                 job-199     [006] .....     3.591509: sched_process_fork: comm=job pid=199 child_comm=job child_pid=211
              <idle>-0       [007] d..2.     3.591922: sched_switch: prev_comm=swapper/7 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=job next_pid=211 next_prio=120
                 job-211     [007] .....     3.592000: sched_process_exec: filename=/bin/wl pid=211 old_pid=211
                 job-211     [007] .....     3.593337: task_newtask: pid=212 comm=wl clone_flags=10f00 oom_score_adj=0
         migration/1-26      [001] d..3.     3.595582: sched_migrate_task: comm=wl pid=212 prio=120 orig_cpu=1 dest_cpu=4
                 job-199     [004] .....     3.615803: tracing_mark_write: VMSTAT numa_hit 56843 numa_pte_updates 0 numa_hint_faults 0 numa_hint_faults_local 0 numa_pages_migrated 0
                  wl-211     [007] .....     3.935755: scan_work: (task_numa_work+0x4/0x920) j=4294893134
                  wl-211     [007] .....     3.936129: sched_skip_vma_numa: numa_scan_offset=0 vm_start=400000 vm_end=401000 reason=unsuitable
                  wl-211     [007] .....     3.936280: scan_range: (change_prot_numa+0x4/0x100) start=0x7faf00a00000 end=0x7faf00c00000
                  wl-211     [007] .....     3.950390: scan_range_ret: (task_numa_work+0x3c1/0x920 <- change_prot_numa) updated=512
                  wl-211     [007] .....     3.952635: scan_done: (task_work_run+0x5c/0x90 <- task_numa_work) j=4294893139
                  wl-211     [007] ...1.     3.976205: misplaced: (mpol_misplaced+0x4/0x220) addr=0x7faf00a00000
                  wl-211     [007] ...1.     3.976614: misplaced_ret: (__handle_mm_fault+0xa69/0xf90 <- mpol_misplaced) target=-1
                  wl-211     [007] .....     3.976841: hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=2097151 mem_node=1 pages=1 flags=0x8 j=4294893144
                  wl-212     [004] ...1.     4.024201: misplaced: (mpol_misplaced+0x4/0x220) addr=0x7faf00a00000
                  wl-212     [004] ...1.     4.024222: migrate_check: (should_numa_migrate_memory+0x4/0x480) src=0 cpu=4
                  wl-212     [004] ...1.     4.024322: misplaced_ret: (__handle_mm_fault+0xa69/0xf90 <- mpol_misplaced) target=1
                  wl-212     [004] .....     4.058014: mm_migrate_pages: nr_succeeded=1 nr_failed=0 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_ASYNC reason=numa_misplaced
                  wl-212     [004] .....     4.058214: hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=467 mem_node=1 pages=1 flags=0x5 j=4294893165
                  wl-212     [004] .....     4.058230: placement: (task_scan_max+0x0/0x180) exec_start=4058000000 sum_exec_runtime=30000000 load_sum=46732 last_task_numa_placement=0 last_sum_exec_runtime=0 faults_remote=1 faults_local=1 faults_failed=0
                  wl-212     [004] .....     4.082975: set_preferred: (sched_setnuma+0x4/0x170) nid=1
        CPU:1 [LOST 12 EVENTS]
                  wl-211     [007] .....     4.633997: sched_stick_numa: src_pid=211 src_tgid=211 src_ngid=211 src_cpu=1 src_nid=0 dst_pid=0 dst_tgid=0 dst_ngid=0 dst_cpu=-1 dst_nid=-1
                  wl-211     [007] .....     5.633997: sched_skip_cpuset_numa: comm=wl pid=211 tgid=211 ngid=211 mem_nodes_allowed=0-1
                  wl-211     [007] .....     6.074956: sched_move_numa: pid=211 tgid=211 ngid=211 src_cpu=7 src_nid=1 dst_cpu=3 dst_nid=0
                 job-199     [007] .....     6.706700: tracing_mark_write: SCHED 212 4 se.sum_exec_runtime:2922.953540;mm->numa_scan_seq:3;numa_pages_migrated:1;numa_preferred_nid:1;total_numa_faults:4772;current_node=0, numa_group_id=211;numa_faults node=0 task_private=4771 task_shared=1 group_private=11477 group_shared=7;numa_faults node=1 task_private=0 task_shared=0 group_private=6675 group_shared=18;
                 job-199     [007] .....     6.706800: tracing_mark_write: SCHED 211 7 tgid:211;start:1;se.sum_exec_runtime:103.049287;mm->numa_scan_seq:4;numa_pages_migrated:0;numa_preferred_nid:-1;total_numa_faults:0;current_node=0, numa_group_id=0;numa_faults node=0 task_private=0 task_shared=0 group_private=0 group_shared=0;numa_faults node=1 task_private=0 task_shared=0 group_private=0 group_shared=0;
        CPU:1 [LOST 12 EVENTS]
                  wl-211     [007] ...1.     7.977198: misplaced: (mpol_misplaced+0x4/0x220) addr=0x7faf00a01000
                  wl-211     [007] ...1.     7.977199: migrate_check: (should_numa_migrate_memory+0x4/0x480) src=0 cpu=7
                  wl-211     [007] ...1.     7.977204: misplaced_ret: (__handle_mm_fault+0xa69/0xf90 <- mpol_misplaced) target=1
                  wl-211     [007] .....     7.977209: hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=1236 mem_node=1 pages=1 flags=0x3 j=4294894144
                  wl-212     [001] .....    17.359957: sched_swap_numa: src_pid=212 src_tgid=211 src_ngid=211 src_cpu=1 src_nid=0 dst_pid=555 dst_tgid=555 dst_ngid=0 dst_cpu=7 dst_nid=1
                 job-199     [004] .....    17.615803: tracing_mark_write: VMSTAT numa_hit 56843 numa_pte_updates 512 numa_hint_faults 3 numa_hint_faults_local 1 numa_pages_migrated 2
                  wl-212     [006] .....    17.709331: sched_process_exit: comm=wl pid=212 prio=120

        """.utf8)
}
