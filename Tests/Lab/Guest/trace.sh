# shellcheck shell=sh
# traced SECONDS COMMAND…: runs a command for a time at most and records what automatic balancing does meanwhile, with
# probes, events and marks as docs/tracing.md has them. Afterwards $OUT/trace.txt.gz is the trace.

TRACING=/sys/kernel/tracing
INSTANCE=$TRACING/instances/lab

probe() { echo "$1" >>$TRACING/kprobe_events || echo "not on this kernel: $1" >&2; }

define_probes() {
    probe 'p:numawatch/hint_fault task_numa_fault last_cpupid=$arg1:s32 mem_node=$arg2:s32'\
' pages=$arg3:s32 flags=$arg4:x32 j=@jiffies:u64'
    probe 'p:numawatch/misplaced mpol_misplaced addr=$arg3:x64'
    probe 'r:numawatch/misplaced_ret mpol_misplaced target=$retval:s32'
    probe 'p:numawatch/migrate_check should_numa_migrate_memory src=$arg3:s32 cpu=$arg4:s32'
    probe 'p:numawatch/placement task_scan_max'
    probe 'p:numawatch/scan_work task_numa_work j=@jiffies:u64'
    probe 'r:numawatch/scan_done task_numa_work j=@jiffies:u64'
    probe 'p:numawatch/scan_range change_prot_numa start=$arg2:x64 end=$arg3:x64'
    probe 'r:numawatch/scan_range_ret change_prot_numa updated=$retval:u64'
    probe 'p:numawatch/set_preferred sched_setnuma nid=$arg2:s32'
}

# scan_often: balancing at a pace that a load of some seconds sees something of.
scan_often() { scan_every 200; }

# scan_every MILLISECONDS: the shortest period and the delay of the scanner, where the kernel keeps its settings;
# 5.13 moved
# them into debugfs.
scan_every() {
    for directory in /sys/kernel/debug/sched/numa_balancing /proc/sys/kernel; do
        prefix=
        [ "$directory" = /proc/sys/kernel ] && prefix=numa_balancing_
        [ -e "$directory/${prefix}scan_delay_ms" ] || continue
        echo "$1" >"$directory/${prefix}scan_delay_ms"
        echo "$1" >"$directory/${prefix}scan_period_min_ms"
        echo 2000 >"$directory/${prefix}scan_period_max_ms"
    done
}

# The kernel's own ledger of every thread of a session, by which a replay is judged. One program reads and writes each
# in one go: a guest starts programs slowly, and meanwhile the ledgers go on.
# mark_ledgers SESSION [PERIOD_MS]: once, or until the session's leader has ended.
mark_ledgers() { numawatch-workload marks "$1" $INSTANCE/trace_marker ${2:+"$2"}; }

mark_counters() { echo "VMSTAT $(grep numa_ /proc/vmstat | tr '\n' ' ')" >$INSTANCE/trace_marker; }

traced() {
    end=$(($(cut -d . -f 1 /proc/uptime) + $1))
    shift
    define_probes
    mkdir $INSTANCE
    # For each CPU: enough that nothing is lost.
    echo 24576 >$INSTANCE/buffer_size_kb || return 1
    for event in numawatch sched/sched_move_numa sched/sched_stick_numa sched/sched_swap_numa \
        sched/sched_skip_vma_numa sched/sched_skip_cpuset_numa sched/sched_migrate_task sched/sched_switch \
        sched/sched_process_fork sched/sched_process_exit sched/sched_process_free task/task_newtask \
        migrate/mm_migrate_pages; do
        [ ! -e "$INSTANCE/events/$event" ] || echo 1 >"$INSTANCE/events/$event/enable"
    done
    mark_counters
    setsid "$@" &
    session=$!
    # Often: which of two groups of equal size takes the other in is seen in the next ledger of a member only.
    mark_ledgers $session 300 &
    marker=$!
    while kill -0 $session 2>/dev/null && [ "$(cut -d . -f 1 /proc/uptime)" -lt "$end" ]; do
        sleep 1
    done
    kill $session 2>/dev/null
    wait $session
    kill $marker 2>/dev/null
    wait $marker
    mark_counters
    echo 0 >$INSTANCE/tracing_on
    cat $INSTANCE/per_cpu/cpu*/stats >"$OUT/trace-stats"
    gzip <$INSTANCE/trace >"$OUT/trace.txt.gz"
    for event in numawatch sched task migrate; do
        echo 0 >$INSTANCE/events/$event/enable
    done
    rmdir $INSTANCE
    # What was lost is no trace to judge anything by.
    if grep -E '^overrun: [1-9]' "$OUT/trace-stats"; then
        echo "the trace lost events" >&2
        return 1
    fi
}
