# shellcheck shell=sh
# The steps of the checks of a machine that changes while the daemon runs: CPUs that come and go, partitions made and
# removed. Each function is a step; a state is what daemon and kernel say once a change has been told of. Needs
# functions.sh, daemon.sh and observe.sh.

# start_changing CHECK: a thread on the last node with CPUs, which is where the changes are, and threads on two nodes,
# all with memory of the first, in control groups named after the check. The counters of domains count.
start_changing() {
    scan_quickly
    echo 1 >/proc/sys/kernel/sched_schedstats
    first=$(first_of has_cpu)
    changing="$1-pinned $1-common"
    work "$1-pinned" private count=1 mib=4 "memory_node=$first" "thread_node=$(last_of has_cpu)"
    work "$1-common" shared count=2 mib=4 "memory_node=$first"
}

end_changing() {
    # shellcheck disable=SC2086  # a list of names
    end_work $changing
    echo 0 >/proc/sys/kernel/sched_schedstats
}

# change DIRECTORY EVENT COMMAND…: changes something, waits until an event tells of it, and records the state.
change() {
    directory=$1
    kind=$2
    shift 2
    seen=$(grep -c "\"$kind\"" "$OUT/daemon/events")
    "$@" || { echo "failed: $*" >&2; return 1; }
    wait_until 60 was_seen "$kind" "$seen" || echo "$directory: no event $kind" >&2
    observe_state "$directory"
}

# observe_state DIRECTORY: what daemon and kernel say now. The kernel's log holds its dump of all domains up to here.
observe_state() {
    # The kernel may rebuild its domains some time after it says which CPUs there are; two thorough looks later all
    # is as it stays.
    wait_domains || { echo "$1: the daemon did not look at the domains" >&2; return 1; }
    # shellcheck disable=SC2086  # a list of names
    pids=$(processes_of $changing)
    # shellcheck disable=SC2086  # a list of processes
    kernel_side "$1/before" $pids
    wait_rounds || { echo "$1: there were no rounds" >&2; return 1; }
    # shellcheck disable=SC2086
    published "$1/published" $pids
    # shellcheck disable=SC2086
    kernel_side "$1/after" $pids
    numawatch domains --format kernel >"$OUT/$1/command"
    dmesg >"$OUT/$1/log"
    cp "$OUT/daemon/events" "$OUT/$1/events"
    # shellcheck disable=SC2046  # a list of files
    cp --parents $(find /sys/kernel/debug/sched/domains /proc/sys/kernel/sched_domain -type f 2>/dev/null) \
        "$OUT/$1/before" 2>/dev/null
    return 0
}

# wait_domains: waits for two thorough looks at the domains: the first may have begun before now.
wait_domains() { wait_until 60 domains_reached $(($(domain_rounds) + 2)); }
domain_rounds() { ask http://numawatch/metrics | awk '/^numawatch_tier_rounds_total.*"domains"/ { print $2 }'; }
domains_reached() { [ "$(domain_rounds)" -ge "$1" ]; }

# set_online 0|1 CPU…
set_online() {
    value=$1
    shift
    for cpu in "$@"; do echo "$value" >"/sys/devices/system/cpu/cpu$cpu/online" || return 1; done
}

# observe_hotplug: a CPU goes, then all CPUs of a node, then all come back.
observe_hotplug() {
    # The first CPU may not go; the last of its node may.
    one=$(last_of "node$(first_of has_cpu)/cpulist")
    others=$(numbers "$(cat "/sys/devices/system/node/node$(last_of has_cpu)/cpulist")")
    start_changing hotplug || return
    observe_state hotplug/all-on || return
    change hotplug/one-off topology-changed set_online 0 "$one" || return
    # shellcheck disable=SC2086  # a list of CPUs
    change hotplug/node-off topology-changed set_online 0 $others || return
    # shellcheck disable=SC2086
    change hotplug/back topology-changed set_online 1 "$one" $others || return
    end_changing
}

APART=/sys/fs/cgroup/apart
make_partition() {
    echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control && mkdir "$APART" && echo "$1" >"$APART/cpuset.cpus" || return
    turn_partition root
}
turn_partition() {
    echo "$1" >"$APART/cpuset.cpus.partition" && [ "$(cat "$APART/cpuset.cpus.partition")" = "$1" ]
}
remove_partition() { turn_partition member && rmdir "$APART"; }

# observe_partition: the middle half of the CPUs becomes a partition of its own, then an isolated one, then none again.
observe_partition() {
    all=$(($(last_of ../cpu/online) + 1))
    middle="$((all / 4))-$((all - 1 - all / 4))"
    start_changing partition || return
    observe_state partition/none || return
    change partition/root domains-changed make_partition "$middle" || return
    # Kernels before 6.1 have no partitions of this kind.
    case $(uname -r) in
        5.10.*) ;;
        *) change partition/isolated domains-changed turn_partition isolated || return ;;
    esac
    change partition/removed domains-changed remove_partition || return
    end_changing
}
