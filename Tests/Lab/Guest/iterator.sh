# shellcheck shell=sh
# The steps of the checks of the iterator: what it says of threads that are stopped, and what the kernel's own files
# say of them; how it comes and goes. Needs functions.sh, daemon.sh and observe.sh.

PIN=/sys/fs/bpf/numawatch/tasks
WORKING="iterated-shared iterated-private"

# said NAME COMMAND…: output and status of a command, as NAME and NAME.status.
said() {
    record=$OUT/iterator/$1
    shift
    "$@" >"$record" 2>&1
    echo $? >"$record.status"
}

# sources NAME: what the daemon says of its sources now.
sources() { ask --output "$OUT/iterator/sources-$1.json" http://numawatch/v1/sources; }

# pin_iterator: as numawatch-iterator.service and the mount of numawatchd.service do.
pin_iterator() {
    mkdir -p "$OUT/iterator" /run/numawatch/iterator
    grep -q ' /sys/fs/bpf ' /proc/mounts || mount -t bpf -o mode=700 bpf /sys/fs/bpf
    [ -d /sys/kernel/security ] && mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
    cat /sys/kernel/security/lockdown >"$OUT/iterator/lockdown" 2>/dev/null
    said load /bin/setpriv --regid=numawatch --clear-groups --no-new-privs --bounding-set=-all,+bpf,+perfmon \
        numawatch-iterator
    stat -c '%a %u %g' "$PIN" /sys/fs/bpf/numawatch >"$OUT/iterator/modes"
    mount --bind /sys/fs/bpf/numawatch /run/numawatch/iterator &&
        mount -o remount,bind,ro /run/numawatch/iterator
}

# has_ledgers: whether the workloads have faulted, and are in a group.
has_ledgers() {
    for pid in $(processes_of iterated-private); do cat "/proc/$pid/task"/*/sched; done |
        grep -q '^total_numa_faults *: *[1-9]' || return 1
    for pid in $(processes_of iterated-shared); do cat "/proc/$pid/task"/*/sched; done | grep -q 'numa_group_id=[1-9]'
}

# observe_iterator: everything of one guest.
observe_iterator() {
    sources_before=$(mkdir -p "$OUT/iterator" && sources absent && echo done)
    [ "$sources_before" = done ] || return
    scan_quickly
    cpu_node=$(first_of has_cpu)
    work iterated-shared shared count=3 mib=4 "memory_node=$cpu_node"
    work iterated-private private count=2 mib=4 "memory_node=$(touching_node)" "thread_node=$cpu_node"
    pin_iterator || return
    # The configuration is read again: the sources are tried, and the iterator is looked for in the next round.
    reload || return
    wait_until 60 has_ledgers || echo "no ledgers and no group in 60 s" >&2
    # shellcheck disable=SC2086  # a list of names
    signal_workloads -STOP $WORKING
    # shellcheck disable=SC2086
    pids=$(processes_of $WORKING)
    # shellcheck disable=SC2086  # a list of processes
    wait_until 20 all_stopped $pids
    wait_rounds
    # shellcheck disable=SC2086
    kernel_side iterator/before $pids
    cat "$PIN" >"$OUT/iterator/sweep"
    # Whoever is not in its group may not.
    said refused /bin/setpriv --reuid=65534 --regid=65534 --clear-groups cat /run/numawatch/iterator/tasks
    # shellcheck disable=SC2086
    published iterator/published $pids
    # shellcheck disable=SC2086
    kernel_side iterator/after $pids
    sources proved
    # Replaced while it is in use, taken from the daemon, and taken away.
    said again numawatch-iterator --group numawatch
    chmod 0400 "$PIN"
    reload && wait_rounds && sources closed
    chmod 0440 "$PIN"
    said remove numawatch-iterator --remove
    said remove-again numawatch-iterator --remove
    ls -A /sys/fs/bpf/numawatch >"$OUT/iterator/left"
    reload && wait_rounds && sources removed
    # shellcheck disable=SC2086
    end_work $WORKING
    umount /run/numawatch/iterator
}
