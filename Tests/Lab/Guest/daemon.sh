# shellcheck shell=sh
# numawatchd in a guest: how it is started, and how what it says and what the kernel says are recorded side by side.
# Read by steps: ". /lab/daemon.sh". Needs functions.sh, which every step has.

SOCKET=/run/numawatch/numawatch.sock

# configure KEY=VALUE…: the [Sampling] and [Placement] keys of the lab. A guest has no time for the defaults: rounds
# come every second, each reads all placements, and no limit lengthens them.
configure() {
    mkdir -p /etc/numawatch
    {
        echo "[Sampling]"
        printf '%s\n' HostInterval=1s LedgerInterval=1s PlacementInterval=1s CPULimit=100%
        echo "[Domains]"
        echo "Interval=2s"
        echo "[Placement]"
        echo "MaxHold=1s"
        for pair in "$@"; do echo "$pair"; done
    } >/etc/numawatch/numawatchd.conf
}

# start_daemon: as numawatch.socket and numawatchd.service do. systemd's own tool opens the socket and passes it; the
# program gets the unit's user, its one capability, and no more. Its exit status goes to daemon/exit-status.
start_daemon() {
    mkdir -p /run/numawatch "$OUT/daemon"
    (
        # shellcheck disable=SC2016  # for the inner shell
        sh -c 'echo $$ >/run/numawatchd.pid; exec "$@"' sh \
            systemd-socket-activate --listen="$SOCKET" -E MALLOC_ARENA_MAX=2 \
            setpriv --reuid=numawatch --regid=numawatch --clear-groups --no-new-privs \
            --bounding-set=-all,+sys_ptrace --inh-caps=-all,+sys_ptrace --ambient-caps=-all,+sys_ptrace \
            numawatchd >/dev/null 2>"$OUT/daemon/log"
        echo $? >"$OUT/daemon/exit-status"
    ) &
    wait_until 20 test -S "$SOCKET" || { cat "$OUT/daemon/log" >&2; return 1; }
    chown root:numawatch "$SOCKET" && chmod 0660 "$SOCKET"
    # The first client starts it.
    wait_until 90 is_healthy || { cat "$OUT/daemon/log" >&2; return 1; }
    # The events from now on, as they happen.
    ask --no-buffer http://numawatch/v1/events >"$OUT/daemon/events" 2>/dev/null &
}
is_healthy() { ask --fail --output /dev/null "http://numawatch/healthz" 2>/dev/null; }

# ensure_daemon: for steps that may be the first.
ensure_daemon() {
    [ -f /run/numawatchd.pid ] && return
    configure && start_daemon
}

# record_daemon: how it stands.
record_daemon() {
    stat -c '%a %U %G' "$SOCKET" >"$OUT/daemon/socket"
    cp "/proc/$(cat /run/numawatchd.pid)/status" "$OUT/daemon/status"
    for who in root nobody group; do
        case $who in
            root) as= ;;
            nobody) as="/bin/setpriv --reuid=65534 --regid=65534 --clear-groups" ;;
            group) as="/bin/setpriv --reuid=65534 --regid=65534 --groups=990" ;;
        esac
        # By its path: busybox has a program of that name. 000 where curl could not connect.
        $as curl --silent --unix-socket "$SOCKET" --output /dev/null --write-out '%{http_code}' \
            http://numawatch/v1/status >"$OUT/daemon/answer-$who"
    done
    return 0
}

# open_files, resident: descriptors and memory (kB) of the daemon.
# While it reads, it has a file more open for a moment: the least of several looks is what it keeps.
open_files() {
    for look in 1 2 3 4 5 6 7 8; do ls "/proc/$(cat /run/numawatchd.pid)/fd" | wc -l; done | sort -n | head -n 1
}
resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$(cat /run/numawatchd.pid)/status"; }

# end_daemon: as systemd does; waits for the end.
end_daemon() {
    kill -TERM "$(cat /run/numawatchd.pid)"
    wait_until 30 test -s "$OUT/daemon/exit-status"
}

# ask CURL-OPTION…: a client that is not ours.
ask() { curl --silent --show-error --unix-socket "$SOCKET" "$@"; }

# reload KEY=VALUE…: puts other [Placement] keys in force, and waits until they are.
reload() {
    configure "$@"
    before=$(grep -c 'configuration-reloaded' "$OUT/daemon/events")
    kill -HUP "$(cat /run/numawatchd.pid)"
    wait_until 20 reloaded_since "$before"
}
reloaded_since() { [ "$(grep -c 'configuration-reloaded' "$OUT/daemon/events")" -gt "$1" ]; }

# tier_rounds: how many rounds of each tier there were, a word each.
tier_rounds() {
    ask http://numawatch/metrics | awk '/^numawatch_tier_rounds_total.*"(host|ledger|placement)"/ { print $2 }'
}

# wait_rounds [N]: waits until each tier has been read N times more (2). The first of two may have begun before now; the
# second began after.
wait_rounds() {
    goal=
    for count in $(tier_rounds); do goal="$goal $((count + ${1:-2}))"; done
    wait_until $((60 + 20 * ${1:-2})) rounds_reached "$goal"
}
rounds_reached() {
    # shellcheck disable=SC2086  # a list of numbers
    set -- $1 -- $(tier_rounds)
    [ "$#" -eq 7 ] && [ "$5" -ge "$1" ] && [ "$6" -ge "$2" ] && [ "$7" -ge "$3" ]
}

# published DIRECTORY PID…: what the daemon says now, of the host and of some processes.
published() {
    directory=$OUT/$1
    shift
    mkdir -p "$directory"
    for name in status topology nodes groups domains model sources; do
        echo "url=http://numawatch/v1/$name"
        echo "output=$directory/$name.json"
    done >/tmp/urls
    for pid in "$@"; do
        echo "url=http://numawatch/v1/processes/$pid"
        echo "output=$directory/process-$pid.json"
    done >>/tmp/urls
    printf 'url=http://numawatch/metrics\noutput=%s/metrics\n' "$directory" >>/tmp/urls
    ask --config /tmp/urls
}

# kernel_side DIRECTORY PID…: what the kernel says now, as files below DIRECTORY with the paths they have. One program
# for all of them: starting one takes longest in emulation.
kernel_side() {
    directory=$OUT/$1
    shift
    mkdir -p "$directory"
    list="/proc/vmstat /proc/uptime /proc/stat /proc/sys/kernel/numa_balancing /sys/devices/system/cpu/online"
    for node in /sys/devices/system/node/node[0-9]*; do list="$list $node/meminfo $node/numastat $node/cpulist"; done
    for pid in "$@"; do
        list="$list /proc/$pid/numa_maps /proc/$pid/smaps_rollup /proc/$pid/stat /proc/$pid/status"
        for task in "/proc/$pid/task"/*; do list="$list $task/sched $task/stat"; done
    done
    # shellcheck disable=SC2086  # a list of files
    cp --parents $list "$directory" 2>/dev/null
}

# --- Workloads

# numbers LIST: "0-2,5" as words.
numbers() {
    echo "$1" | tr ',' '\n' | awk -F - 'NF { for (i = $1; i <= $NF; i++) print i }'
}
first_of() { numbers "$(cat "/sys/devices/system/node/$1")" | head -n 1; }
last_of() { numbers "$(cat "/sys/devices/system/node/$1")" | tail -n 1; }
# touching_node: the last node with memory on which the workload that touches it first can run.
touching_node() {
    for node in $(numbers "$(cat /sys/devices/system/node/has_memory)"); do
        grep -q . "/sys/devices/system/node/node$node/cpulist" && echo "$node"
    done | tail -n 1
}

# work NAME WORKLOAD KEY=VALUE…: starts a workload in a control group of its own name, as a unit would be, and waits
# until it is set up. What it prints goes to workloads/NAME.
work() {
    name=$1
    shift
    mkdir -p "$OUT/workloads" "/sys/fs/cgroup/lab.slice/$name.service"
    sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec numawatch-workload "$@"' sh \
        "/sys/fs/cgroup/lab.slice/$name.service" "$@" >"$OUT/workloads/$name" 2>"$OUT/workloads/$name.stderr" &
    echo $! >"/run/workload-$name"
    wait_until 60 grep -q '^ready' "$OUT/workloads/$name" || {
        echo "the workload $name is not ready:" >&2
        cat "$OUT/workloads/$name" "$OUT/workloads/$name.stderr" >&2
        return 1
    }
}

# processes_of NAME…: the processes of workloads.
processes_of() {
    for name in "$@"; do awk '$1 == "start" { sub("pid=", "", $3); print $3 }' "$OUT/workloads/$name"; done
}

# signal NAME… -SIGNAL as the first word: to all processes of workloads.
signal_workloads() {
    signal=$1
    shift
    # shellcheck disable=SC2046  # a list of processes
    kill "$signal" $(processes_of "$@")
}

# end_work NAME…: ends workloads and waits for them.
end_work() {
    ending=
    for name in "$@"; do
        ending="$ending $(cat "/run/workload-$name")"
        rm "/run/workload-$name"
    done
    # Signals to a stopped process wait until it goes on.
    # shellcheck disable=SC2086  # a list of processes
    kill $ending
    # shellcheck disable=SC2046  # a list of processes
    kill -CONT $(processes_of "$@") 2>/dev/null
    # shellcheck disable=SC2086
    wait_until 60 are_gone $ending
}
are_gone() {
    for pid in "$@"; do
        [ ! -d "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null || return 1
    done
}
