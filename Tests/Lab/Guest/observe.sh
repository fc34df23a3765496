# shellcheck shell=sh
# The steps of the checks of the daemon: workloads with known memory, and recordings of what daemon and kernel say of
# them. Each function is a step; all of one guest share one daemon. Needs functions.sh and daemon.sh.

# Workloads that are stopped as soon as they are set up: their memory is where it was put.
STILL="bind preferred interleave local"
# Kernels before 5.12 do not balance memory that is bound.
case $(uname -r) in
    5.10.*) ;;
    *) STILL="$STILL balanced" ;;
esac
# Workloads that balancing acts on.
MOVING="private shared pingpong moves huge processes"

# scan_quickly: balancing at a pace that a guest of a minute sees something of. Debugfs may be closed to the daemon, and
# is open to root.
scan_quickly() { scan_every 100; }

# allow_huge_pages: for those who ask. Below 512 MB of memory the kernel starts without (hugepage_init,
# mm/huge_memory.c).
allow_huge_pages() {
    for file in enabled defrag; do echo madvise >"/sys/kernel/mm/transparent_hugepage/$file"; done
}

# start_work: memory on the node farthest from the first with CPUs, threads on that. On a machine of one node both are
# one.
start_work() {
    scan_quickly
    allow_huge_pages
    cpu_node=$(first_of has_cpu)
    memory_node=$(last_of has_memory)
    work bind policy policy=bind "nodes=$memory_node" mib=4
    work preferred policy policy=preferred "nodes=$memory_node" mib=4
    work interleave policy policy=interleave nodes=all mib=4
    work local policy policy=local mib=2
    case " $STILL " in
        *" balanced "*) work balanced policy policy=bind nodes=all balancing=yes mib=2 ;;
    esac
    # shellcheck disable=SC2086  # a list of names
    signal_workloads -STOP $STILL
    # What follows is put where it is by being touched first there: a node of memory alone cannot do that.
    memory_node=$(touching_node)
    work private private count=2 mib=4 "memory_node=$memory_node" "thread_node=$cpu_node"
    work shared shared count=3 mib=4 "memory_node=$cpu_node"
    work pingpong pingpong mib=2 period_ms=1500 "memory_node=$cpu_node"
    work moves moves count=1 mib=2 period_ms=1000 "memory_node=$cpu_node"
    work huge large huge=yes mib=8 "memory_node=$memory_node" "thread_node=$cpu_node"
    work processes processes count=3 mib=1 "memory_node=$memory_node" "thread_node=$cpu_node"
}

# migrated NAME: pages that balancing moved for a workload's threads that are alive.
migrated() {
    for pid in $(processes_of "$1"); do cat "/proc/$pid/task"/*/sched; done |
        awk '$1 == "numa_pages_migrated" { sum += $3 } END { print sum + 0 }'
}

# is_balanced: whether balancing has done what the checks look for: memory moved, and moved to and fro.
is_balanced() {
    [ "$(migrated private)" -ge 500 ] && has_group || return 1
    # Memory is used from one node after the other only where there are two to run on.
    [ "$(first_of has_cpu)" = "$(last_of has_cpu)" ] || [ "$(migrated pingpong)" -ge 600 ]
}
has_group() {
    for pid in $(processes_of shared); do cat "/proc/$pid/task"/*/sched; done | grep -q 'numa_group_id=[1-9]'
}

# observe_moving: counters while they move. What was published lies between what the kernel said before the rounds began
# and what it said afterwards.
observe_moving() {
    if [ "$(cat /proc/sys/kernel/numa_balancing)" -gt 0 ]; then
        wait_until 60 is_balanced || echo "balancing did not do all that is looked for in 60 s" >&2
    fi
    kernel_side moving/before
    wait_rounds
    published moving/published
    kernel_side moving/after
}

# observe_still: ledgers and placement while all threads are stopped.
observe_still() {
    # shellcheck disable=SC2086  # a list of names
    signal_workloads -STOP $MOVING
    # shellcheck disable=SC2086
    pids=$(processes_of $STILL $MOVING)
    wait_until 20 all_stopped $pids
    wait_rounds
    kernel_side still/before $pids
    published still/published $pids
    kernel_side still/after $pids
    # shellcheck disable=SC2086
    compare_numastat still/numastat $(processes_of private huge bind)
    # shellcheck disable=SC2086
    end_work $MOVING $STILL
}

# all_stopped PID…: whether every thread is stopped.
all_stopped() {
    for pid in "$@"; do cat "/proc/$pid/task"/*/stat; done | sed 's/.*) //' |
        awk '$1 != "T" { found = 1 } END { exit found }'
}

# compare_numastat DIRECTORY PID…: the tables of numactl's program and of ours.
compare_numastat() {
    directory=$OUT/$1
    shift
    mkdir -p "$directory"
    for pid in "$@"; do
        numastat -p "$pid" >"$directory/$pid.theirs"
        numawatch numastat -p "$pid" >"$directory/$pid.ours"
    done
}

# observe_large: processes that may not be read in full, stopped; the bound is put so low that none may. Each of
# several rounds draws another sample.
observe_large() {
    cpu_node=$(first_of has_cpu)
    memory_node=$(touching_node)
    sampled="large vmas"
    # With one node to touch memory from, no figure is left to chance. First, while both nodes have room.
    if [ "$memory_node" != "$cpu_node" ]; then
        work spread spread count=12 mib=5 "memory_node=$memory_node" "thread_node=$cpu_node"
        sampled="$sampled spread"
    fi
    work large large mib=40 "memory_node=$memory_node" "thread_node=$cpu_node"
    work vmas vmas maps=20000
    # shellcheck disable=SC2086  # a list of names
    signal_workloads -STOP $sampled
    reload MaxHold=100us SamplePages=256 || { echo "the configuration was not read again" >&2; return 1; }
    # shellcheck disable=SC2086
    pids=$(processes_of $sampled)
    # shellcheck disable=SC2086  # a list of processes
    wait_until 20 all_stopped $pids
    # shellcheck disable=SC2086
    kernel_side large/before $pids
    for draw in 1 2 3 4 5 6; do
        since=$(cut -d ' ' -f 1 /proc/uptime)
        rounds=0
        # shellcheck disable=SC2086
        until were_read sampled "$since" $pids || [ "$rounds" -ge 30 ]; do
            wait_rounds 1
            rounds=$((rounds + 1))
        done
        # shellcheck disable=SC2086
        published "large/draws/$draw" $pids
    done
    # shellcheck disable=SC2086
    kernel_side large/after $pids
    # shellcheck disable=SC2086
    end_work $sampled
    reload
}

# were_read METHOD SINCE PID…: whether each placement was read after a time, in seconds since boot, by a method (a
# pattern).
# Readings take turns: one round reads as many as its time allows.
were_read() {
    method=$1
    elapsed=$(cut -d ' ' -f 1 /proc/uptime | awk -v since="$2" '{ print $1 - since }')
    shift 2
    for pid in "$@"; do echo "url=http://numawatch/v1/processes/$pid"; done >/tmp/drawn
    # "placement":{"provenance":"estimated","method":"sampled","age_seconds":2.2,…
    ask --config /tmp/drawn | tr '{' '\n' | awk -F '"age_seconds":' -v elapsed="$elapsed" -v wanted="$#" \
        '/"method":"'"$method"'"/ && $2 + 0 < elapsed { read++ } END { exit read != wanted }'
}

# observe_budget: what the daemon costs while it watches 20,000 mappings as often as it is asked to, which is more often
# than its limit allows: by its own account, and by the kernel's.
observe_budget() {
    work many vmas maps=20000
    # The limit must not stay for the steps that follow.
    reload MaxHold=10ms "[Sampling]" CPULimit=20% && wait_rounds 6 || { reload; return 1; }
    budget_side before "$(processes_of many)"
    # Nobody asks meanwhile: what is measured is the daemon's own work.
    since=$(cut -d ' ' -f 1 /proc/uptime)
    sleep 40
    # On a slow machine the turn of that process comes later. One question in ten seconds costs no more than the
    # tolerance.
    tries=0
    until were_read '[a-z]*' "$since" $(processes_of many) || [ "$tries" -ge 12 ]; do
        sleep 10
        tries=$((tries + 1))
    done
    budget_side after "$(processes_of many)"
    end_work many
    reload
}

# budget_side DIRECTORY PID: the kernel's account of the daemon lies around what it publishes.
budget_side() {
    mkdir -p "$OUT/budget/$1/begin" "$OUT/budget/$1/end"
    cat "/proc/$(cat /run/numawatchd.pid)/stat" /proc/uptime >"$OUT/budget/$1/begin/account"
    published "budget/$1/published" "$2"
    cat "/proc/$(cat /run/numawatchd.pid)/stat" /proc/uptime >"$OUT/budget/$1/end/account"
}

# observe_storm: the daemon before a storm of processes that live for moments, in it, and after it.
observe_storm() {
    wait_rounds
    mkdir -p "$OUT/storm"
    echo "$(open_files) $(resident)" >"$OUT/storm/before"
    work storm storm count=2
    wait_rounds 6 || { echo "there were no six rounds in the storm" >&2; return 1; }
    published storm/published
    echo "$(open_files) $(resident)" >"$OUT/storm/during"
    end_work storm
    wait_rounds 3 || { echo "there were no three rounds after the storm" >&2; return 1; }
    echo "$(open_files) $(resident)" >"$OUT/storm/after"
}

# observe_sources: what the daemon says can be read, and what its user can read when it tries. Its own files stand
# for /proc/self.
observe_sources() {
    mkdir -p "$OUT/sources"
    wait_rounds
    published sources/published
    daemon=$(cat /run/numawatchd.pid)
    # shellcheck disable=SC2046  # a list of paths
    /bin/setpriv --reuid=numawatch --regid=numawatch --clear-groups --no-new-privs \
        --bounding-set=-all,+sys_ptrace --inh-caps=-all,+sys_ptrace --ambient-caps=-all,+sys_ptrace \
        sh /lab/probe.sh $(tr '{' '\n' <"$OUT/sources/published/sources.json" |
            sed -n "s#/proc/self/#/proc/$daemon/#; s/.*\"path\":\"\(\/[^\"]*\)\".*/\1/p") >"$OUT/sources/probed"
}

# observe_switch: balancing switched on or off and back by somebody else while the daemon runs.
observe_switch() {
    mode=$(cat /proc/sys/kernel/numa_balancing)
    for value in $((1 - mode)) "$mode"; do
        seen=$(grep -c '"balancing-changed"' "$OUT/daemon/events")
        echo "$value" >/proc/sys/kernel/numa_balancing
        wait_until 60 was_seen balancing-changed "$seen" || echo "no event tells of the change to $value" >&2
        published "switch/to-$value/published"
    done
}
was_seen() { [ "$(grep -c "\"$1\"" "$OUT/daemon/events")" -gt "$2" ]; }

# observe_group_memory: forty processes that share a segment, as a group without an account of the kernel's, and as one
# with.
observe_group_memory() {
    cpu_node=$(first_of has_cpu)
    memory_node=$(touching_node)
    observe_segment apart "$memory_node" "$cpu_node" || return 1
    echo +memory >/sys/fs/cgroup/cgroup.subtree_control &&
        echo +memory >/sys/fs/cgroup/lab.slice/cgroup.subtree_control &&
        observe_segment accounted "$memory_node" "$cpu_node" || return 1
    echo -memory >/sys/fs/cgroup/lab.slice/cgroup.subtree_control
    echo -memory >/sys/fs/cgroup/cgroup.subtree_control
}

# observe_segment NAME MEMORY_NODE CPU_NODE
observe_segment() {
    work "$1" segment count=40 mib=16 "memory_node=$2" "thread_node=$3"
    signal_workloads -STOP "$1"
    pids=$(processes_of "$1")
    # shellcheck disable=SC2086  # a list of processes
    wait_until 20 all_stopped $pids
    wait_rounds 3
    group=/sys/fs/cgroup/lab.slice/$1.service
    # shellcheck disable=SC2086
    kernel_side "group-memory/$1/before" $pids
    (cd / && cp --parents "$group"/memory.* "$OUT/group-memory/$1/before" 2>/dev/null)
    # shellcheck disable=SC2086
    published "group-memory/$1/published" $pids
    # shellcheck disable=SC2086
    kernel_side "group-memory/$1/after" $pids
    (cd / && cp --parents "$group"/memory.* "$OUT/group-memory/$1/after" 2>/dev/null)
    end_work "$1"
}
