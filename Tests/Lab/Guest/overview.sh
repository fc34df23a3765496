# shellcheck shell=sh
# Faults one after the other, and what the first screen of "numawatch top" says meanwhile. Needs functions.sh and
# daemon.sh.

# start_overview: a daemon that judges by the last twenty seconds, and control groups that can be confined.
start_overview() {
    configure "[Verdict]" Window=20s && start_daemon && scan_every 200 || return
    mkdir -p /sys/fs/cgroup/lab.slice
    for group in /sys/fs/cgroup /sys/fs/cgroup/lab.slice; do echo +cpuset >$group/cgroup.subtree_control || return; done
}

# watch_fault NAME PATTERN SECONDS WORKLOAD KEY=VALUE…: a workload, and screens until one has a line that matches
# PATTERN, as overview/NAME/N. Without a pattern: for so many seconds. What the screens say is judged outside.
watch_fault() {
    fault=$1
    pattern=$2
    seconds=$3
    shift 3
    mkdir -p "$OUT/overview/$fault"
    work "$fault" "$@" || return
    [ "$fault" != disjoint ] || move_apart "$fault" || return
    # Seeds begin to work on this signal.
    [ "$1" != seed ] || signal_workloads -USR1 "$fault"
    number=100
    wait_until "$seconds" screen_says "$pattern"
    found=$?
    end_work "$fault"
    rmdir "/sys/fs/cgroup/lab.slice/$fault.service"
    [ -z "$pattern" ] || return "$found"
}

# screen_says PATTERN: takes a screen; whether it has such a line.
screen_says() {
    number=$((number + 1))
    numawatch top --once >"$OUT/overview/$fault/$number" 2>>"$OUT/overview/$fault.stderr" || return
    wait_rounds 1
    [ -n "$1" ] && grep -q "$1" "$OUT/overview/$fault/$number"
}

# move_apart NAME: CPUs of the second node, memory of the first: what a container gets from two lists that do not fit.
move_apart() {
    group=/sys/fs/cgroup/lab.slice/$1.service
    echo 0 >"$group/cpuset.mems" && cat /sys/devices/system/node/node1/cpulist >"$group/cpuset.cpus"
}

# filling_mebibytes: as much as the first node has room for, and some more, which has to go to the other.
filling_mebibytes() {
    awk '$3 == "MemFree:" || $3 == "FilePages:" { sum += $4 } END { print int(sum / 1024) + 24 }' \
        /sys/devices/system/node/node0/meminfo
}
